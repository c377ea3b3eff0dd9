package config

import "sregistry/app/bytesize"

// Bytes is a number of bytes, written as people do: "50GiB", "1.5TB", or "0".
type Bytes int64

// Set is the inverse of String, and reads all that bytesize.Parse does.
func (b *Bytes) Set(text string) error {
	n, err := bytesize.Parse(text)
	*b = Bytes(n)
	return err
}

// String writes the number so that Set reads it.
func (b *Bytes) String() string { return bytesize.Text(int64(*b)) }

// Type is the word for the value in the help.
func (b *Bytes) Type() string { return "bytes" }
