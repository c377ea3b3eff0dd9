package config

import (
	"math"
	"strconv"

	"github.com/dustin/go-humanize"

	"sregistry/app/errs"
)

// Bytes is a number of bytes, written as people do: "50GiB", "1.5TB", or "0".
type Bytes int64

// ParseBytes reads a number of bytes. Errors: Invalid.
func ParseBytes(text string) (Bytes, error) {
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 {
		return 0, errs.E("config.ParseBytes", errs.Invalid, "%q is no number of bytes; write such as 50GiB, 1.5TB or 0.", text)
	}
	return Bytes(n), nil
}

// Set is the inverse of String, and reads all that ParseBytes does.
func (b *Bytes) Set(text string) (err error) {
	*b, err = ParseBytes(text)
	return err
}

// String writes the number in the largest unit that loses nothing.
func (b *Bytes) String() string {
	for _, u := range []struct {
		size Bytes
		name string
	}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if *b > 0 && *b%u.size == 0 {
			return strconv.FormatInt(int64(*b/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Type is the word for the value in the help.
func (b *Bytes) Type() string { return "bytes" }
