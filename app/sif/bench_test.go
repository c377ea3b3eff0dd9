package sif_test

import (
	"bytes"
	"testing"

	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// BenchmarkInspect measures what an inspection costs at each push.
func BenchmarkInspect(b *testing.B) {
	for _, c := range siftest.Compressions {
		b.Run(c, func(b *testing.B) {
			image := siftest.SIF(b, siftest.Options{Compression: c})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sif.Inspect(b.Context(), bytes.NewReader(image), int64(len(image))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
