package blob_test

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sregistry/app/blob"
)

var benchSize = flag.Int64("blob.size", 256<<20, "bytes that BenchmarkUpload sends each time, over all its streams")

// BenchmarkUpload takes bytes from loopback connections until they are durable, and says
// how that compares with a plain loop over the same connections:
//
//	go test ./app/blob -run NONE -bench Upload -benchtime 9x -blob.size 1073741824
func BenchmarkUpload(b *testing.B) {
	payload := make([]byte, 64<<20)
	_, _ = rand.Read(payload) // it never fails
	for _, streams := range []int{1, 8} {
		name := "1 stream"
		if streams > 1 {
			name = fmt.Sprintf("%d streams", streams)
		}
		b.Run(name, func(b *testing.B) { compareUploads(b, name, streams, payload) })
	}
}

// compareUploads runs both ways in turn, so that what else the machine does hits both.
func compareUploads(b *testing.B, name string, streams int, payload []byte) {
	dir := b.TempDir()
	store, err := blob.Open(filepath.Join(dir, "store"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	// One round of each to warm up, not counted.
	upload(b, streams, payload, ours(b, store))
	upload(b, streams, payload, plainLoop(b, dir))
	var our, plain []float64
	for b.Loop() {
		our = append(our, upload(b, streams, payload, ours(b, store)))
		plain = append(plain, upload(b, streams, payload, plainLoop(b, dir)))
	}
	a, c := median(our), median(plain)
	fmt.Printf("upload %s: ours %.0f MiB/s, plain loop %.0f MiB/s, ratio %.2f\n", name, a, c, a/c)
	b.ReportMetric(a, "MiB/s")
	b.ReportMetric(a/c, "ratio")
	b.ReportMetric(0, "ns/op")
}

// upload sends the bytes over as many connections and gives the speed in MiB/s, up to the
// moment that the last of the receivers has them on the disk.
func upload(b *testing.B, streams int, payload []byte, receive func(stream int, r io.Reader) (forget func())) float64 {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	each := *benchSize / int64(streams)
	forget := make([]func(), streams)
	start := time.Now()
	var all sync.WaitGroup
	for stream := range streams {
		all.Go(func() { send(b, listener.Addr().String(), payload, each) })
		all.Go(func() {
			connection, err := listener.Accept()
			if err != nil {
				b.Error(err)
				forget[stream] = func() {}
				return
			}
			defer connection.Close()
			forget[stream] = receive(stream, connection)
		})
	}
	all.Wait()
	took := time.Since(start)
	for _, remove := range forget {
		remove()
	}
	return float64(each*int64(streams)) / (1 << 20) / took.Seconds()
}

func send(b *testing.B, address string, payload []byte, size int64) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		b.Error(err)
		return
	}
	defer connection.Close()
	// No two uploads are alike, or the store would free the blocks of the one before.
	n, err := connection.Write([]byte(rand.Text()))
	size -= int64(n)
	for size > 0 && err == nil {
		n, err = connection.Write(payload[:min(size, int64(len(payload)))])
		size -= int64(n)
	}
	if err != nil {
		b.Error(err)
	}
}

// ours is the way of the store.
func ours(b *testing.B, store *blob.Store) func(int, io.Reader) func() {
	return func(stream int, r io.Reader) func() {
		u, err := store.Create(fmt.Sprintf("upload-number-%06d", stream))
		if err != nil {
			b.Error(err)
			return func() {}
		}
		if _, err := u.Append(b.Context(), r, blob.Unlimited); err != nil {
			b.Error(err)
		}
		d, err := u.Commit("")
		if err != nil {
			b.Error(err)
		}
		return func() {
			if err := store.Remove(d); err != nil {
				b.Error(err)
			}
		}
	}
}

// plainLoop is the named reference: read, hash and write 128 KiB in turn, then fsync.
func plainLoop(b *testing.B, dir string) func(int, io.Reader) func() {
	return func(stream int, r io.Reader) func() {
		name := filepath.Join(dir, fmt.Sprint("plain-", stream))
		if err := readHashWriteSync(name, r); err != nil {
			b.Error(err)
		}
		return func() {
			// The journal commits as it does in Store.Remove: freeing blocks is slow on some
			// disks, and must not fall into the time of the upload that comes next.
			if err := errors.Join(os.Remove(name), syncFolder(dir)); err != nil {
				b.Error(err)
			}
		}
	}
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func readHashWriteSync(name string, r io.Reader) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	h, buffer := sha256.New(), make([]byte, 128<<10)
	for {
		n, reading := io.ReadFull(r, buffer)
		h.Write(buffer[:n])
		if _, err := f.Write(buffer[:n]); err != nil {
			return err
		}
		if reading == io.EOF || reading == io.ErrUnexpectedEOF {
			break
		}
		if reading != nil {
			return reading
		}
	}
	h.Sum(nil)
	return f.Sync()
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
