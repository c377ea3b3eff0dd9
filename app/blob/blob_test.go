package blob_test

import (
	"testing"

	"sregistry/app/blob"
	"sregistry/app/blob/blobtest"
)

func TestStoreConforms(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, onCores(1000))
}

func TestBusyStoreTakesBytesInTurn(t *testing.T) {
	t.Parallel()
	blobtest.RunWriting(t, onCores(1))
}

// onCores opens stores that believe in a number of cores: with one, no upload has a
// goroutine of its own to hash in.
func onCores(n int) blobtest.Opener {
	return func(dir string, options ...blob.Option) (*blob.Store, error) {
		return blob.Open(dir, append(options, blob.WithCores(n))...)
	}
}
