package templates

import (
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"sregistry/app/model"
)

// plural counts things in English: "1 container", "3 containers".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(int64(n)) + " " + noun + "s"
}

// bytesOf writes a size as programs that pull images do: "1.2 GiB".
func bytesOf(n int64) string {
	if n < 0 {
		return ""
	}
	return humanize.IBytes(uint64(n))
}

// exactBytes writes a size to the byte: "1,234,567 bytes".
func exactBytes(n int64) string { return humanize.Comma(n) + " bytes" }

// day, minute and machine write a time, in UTC so that a page reads the same everywhere.
func day(t time.Time) string     { return t.UTC().Format("2 Jan 2006") }
func minute(t time.Time) string  { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// rows is how high a text area must be to show a text of n characters, at w per line.
func rows(n, w int) string { return strconv.Itoa(max(1, (n+w-1)/w)) }

// kindWords says what an image is made of.
func kindWords(k model.ImageKind) string {
	switch k {
	case model.SIF:
		return "SIF"
	case model.SIMG:
		return "Singularity 2 image"
	case model.OCIImage:
		return "OCI image"
	case model.Index:
		return "OCI image index"
	}
	return "artifact"
}
