package blob_test

import (
	"testing"

	"sregistry/app/blob"
	"sregistry/app/blob/blobtest"
)

// TestStoreConforms runs the suite once with every upload in turn, and once with every
// upload hashed in a goroutine of its own.
func TestStoreConforms(t *testing.T) {
	for name, cores := range map[string]int{"in turn": 1, "pipelined": 1000} {
		t.Run(name, func(t *testing.T) {
			blobtest.Run(t, func(dir string, options ...blob.Option) (*blob.Store, error) {
				return blob.Open(dir, append(options, blob.WithCores(cores))...)
			})
		})
	}
}
