package app_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"sregistry/app/sif/siftest"
)

// An image whose filesystem has blocks of some KiB that unpack to hundreds of MiB or more, in a
// table or in a file that is read when it is taken, costs no memory: it is taken without what
// cannot be read, or refused, by every door.
func TestSecurityImageThatUnpacksWithoutEndCostsNoMemory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, codec := range []struct {
		name string
		id   uint16
		pack func(io.Writer) (io.WriteCloser, error)
		// of zeros that are in a block of a file, and of a table, MiB
		inFile, inTable int
	}{
		{"gzip", 1, func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriterLevel(w, zlib.BestCompression) }, 100, 7},
		{"zstd", 6, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, 1024, 64},
	} {
		pack := func(size int) []byte {
			var b bytes.Buffer
			w, err := codec.pack(&b)
			must(t, err)
			_, err = io.CopyN(w, zeros{}, int64(size)<<20)
			must(t, err)
			must(t, w.Close())
			return b.Bytes()
		}
		for place, file := range map[string][]byte{
			"file":  bombInFile(t, codec.id, pack(codec.inFile)),
			"table": bombInTable(t, codec.id, pack(codec.inTable)),
		} {
			for _, door := range doorsIn {
				name := "lab/" + codec.name + "-" + place + "-" + strings.ReplaceAll(door.name, " ", "-")
				err := door.push(t.Context(), s.url, s.token, name, "v1", file)
				if err != nil && strings.Contains(err.Error(), ": 5") {
					t.Errorf("%s: %v", name, err)
				}
				for _, view := range []string{"", "?view=files", "?view=files&path=/.singularity.d/runscript"} {
					if body, status := get(t, s.url+"/containers/library/"+name+":v1"+view, s.token); status >= http.StatusInternalServerError || len(body) > 8<<20 {
						t.Errorf("%s%s: status %d, %d bytes", name, view, status, len(body))
					}
				}
				t.Logf("%-24s %d bytes, %v", name, len(file), err)
			}
		}
	}
	t.Logf("memory at most %d MiB", s.peak()>>20)
	if peak := s.peak(); peak > memoryCap {
		t.Errorf("the server took %d MiB", peak>>20)
	}
}

// compressionAt is where a squashfs superblock names its compression, inodesAt where its
// table of inodes is.
const (
	compressionAt = 20
	inodesAt      = 64
)

// bombInFile makes an image whose file /.singularity.d/runscript has packed as its one block.
func bombInFile(t *testing.T, codec uint16, packed []byte) []byte {
	t.Helper()
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Files: map[string]string{"/.singularity.d/runscript": string(packed)}})
	root := file[bytes.Index(file, []byte("hsqs")):]
	binary.LittleEndian.PutUint16(root[compressionAt:], codec)
	n := uint32(len(packed))
	stored := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, n), n|1<<24) // size, and a block as it is
	at := bytes.LastIndex(root, stored)
	if at < 0 {
		t.Fatalf("%d bytes are more than one block", n)
	}
	binary.LittleEndian.PutUint32(root[at:], 128<<10)
	binary.LittleEndian.PutUint32(root[at+4:], n)
	return file
}

// bombInTable makes an image whose table of inodes is packed.
func bombInTable(t *testing.T, codec uint16, packed []byte) []byte {
	t.Helper()
	if len(packed) > 8<<10 {
		t.Fatalf("%d bytes are more than a block of a table", len(packed))
	}
	table := string(binary.LittleEndian.AppendUint16(nil, uint16(len(packed)))) + string(packed)
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Files: map[string]string{"/table": table}})
	root := file[bytes.Index(file, []byte("hsqs")):]
	binary.LittleEndian.PutUint16(root[compressionAt:], codec)
	binary.LittleEndian.PutUint64(root[inodesAt:], uint64(bytes.Index(root, []byte(table))))
	return file
}
