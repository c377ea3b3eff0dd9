package sif

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"sregistry/app/errs"
)

// maxWindow bounds the memory in which a compressed file is unpacked to see how it begins:
// what container engines' layers are packed with at most.
const maxWindow = 8 << 20

// MayRun reports whether a file may be (part of) something that runs: an image file, a
// filesystem, or a tar archive such as the layers of container images, packed or not. It is
// decided by how the file begins, whatever it is called. What is packed so that it cannot be
// looked into may be anything. Errors: Canceled; Internal if r cannot be read.
func MayRun(ctx context.Context, r io.ReaderAt, size int64) (bool, error) {
	const op = "sif.MayRun"
	in := &inspection{file: &source{ctx: ctx, r: r, size: size, left: headSize}}
	head, err := in.head()
	if err != nil {
		return false, errs.Wrap(op, err)
	}
	if runs(head) {
		return true, nil
	}
	packed := io.NewSectionReader(r, 0, size)
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return packedRuns(func() (io.Reader, error) { return gzip.NewReader(packed) }), nil
	case bytes.HasPrefix(head, []byte("BZh")):
		return packedRuns(func() (io.Reader, error) { return bzip2.NewReader(packed), nil }), nil
	case isZstd(head):
		return packedRuns(func() (io.Reader, error) {
			d, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
			if err != nil {
				return nil, err
			}
			return d.IOReadCloser(), nil
		}), nil
	}
	return isPacked(head), nil
}

// packedRuns is runs of what a packed file begins with. The decoders are other people's and
// the file is hostile: one that cannot be unpacked, for whatever reason, may be anything.
func packedRuns(open func() (io.Reader, error)) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = true
		}
	}()
	r, err := open()
	if err != nil {
		return true
	}
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return true
	}
	head = head[:n]
	return runs(head) || isPacked(head)
}

// runs reports whether what begins so is an image file, a filesystem or a tar archive.
func runs(head []byte) bool {
	start := head[len(launchLine(head)):]
	return isSIF(head) || isSquashfs(start) || isExt3(start) || isErofs(head) || isTar(head)
}

// isErofs reports whether b begins with the superblock of an erofs, of which newer engines
// make layers.
func isErofs(b []byte) bool {
	return len(b) >= 1028 && binary.LittleEndian.Uint32(b[1024:]) == 0xE0F5E1E2
}

// isTar reports whether b begins with the header of a tar archive. The oldest kind has no
// mark, but all have a sum of the header's bytes in it, as octal digits, for which its own
// place counts as blanks. An archive may begin with a block of zeros.
func isTar(b []byte) bool {
	const block, sumAt, sumEnd = 512, 148, 156
	for len(b) >= block && len(bytes.Trim(b[:block], "\x00")) == 0 {
		b = b[block:]
	}
	if len(b) < block {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(b[sumAt:sumEnd]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	var plain, signed int64 // some programs add up signed bytes
	for at, c := range b[:block] {
		if at >= sumAt && at < sumEnd {
			c = ' '
		}
		plain += int64(c)
		signed += int64(int8(c))
	}
	return want == plain || want == signed
}

// isZstd reports whether b begins with a zstd frame, or with one that decoders skip.
func isZstd(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")) || len(b) >= 4 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18"
}

// isPacked reports whether b begins like something packed, which nobody looks into here.
func isPacked(b []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "BZh", "\xfd7zXZ\x00", "\x04\x22\x4d\x18", "\x1f\x9d", "LZIP", "PK\x03\x04", "7z\xbc\xaf\x27\x1c", "\x5d\x00\x00"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return isZstd(b)
}
