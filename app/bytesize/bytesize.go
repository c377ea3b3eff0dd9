// Package bytesize reads and writes numbers of bytes as people do: "50GiB", "1.5TB". The
// settings, the commands and the forms of the web site all read by it, so that they take
// the same words. It knows nothing of what is measured. Entry points: Parse, ParseLimit and
// Text. The trap: a comma is refused, since it divides thousands for some people and is the
// decimal point of others.
package bytesize

import (
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"sregistry/app/errs"
)

// Parse reads a number of bytes. Errors: Invalid.
func Parse(text string) (int64, error) {
	n, ok := parse(text)
	if !ok {
		return 0, errs.E("bytesize.Parse", errs.Invalid, "%q is not a number of bytes; write one such as 50GiB, 1.5TB or 0.", text)
	}
	return n, nil
}

// ParseLimit reads how much there may be: a number of bytes, or "none" for no limit, which
// is 0, or "default" for what holds where nobody set one, which is nil. Errors: Invalid.
func ParseLimit(text string) (*int64, error) {
	switch text {
	case "default":
		return nil, nil
	case "none":
		return new(int64), nil
	}
	n, ok := parse(text)
	if !ok {
		return nil, errs.E("bytesize.ParseLimit", errs.Invalid, "%q is not a size; write one such as 500GiB, none or default.", text)
	}
	return &n, nil
}

func parse(text string) (int64, bool) {
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 || strings.Contains(text, ",") {
		return 0, false
	}
	return int64(n), true
}

// units are those in which Text writes, the largest first.
var units = []struct {
	size int64
	name string
}{{1 << 40, "TiB"}, {1e12, "TB"}, {1 << 30, "GiB"}, {1e9, "GB"}, {1 << 20, "MiB"}, {1e6, "MB"}, {1 << 10, "KiB"}, {1e3, "kB"}}

// Text writes a number of bytes as Parse reads it: of the units that lose nothing, in the one
// with the shortest number. Below 8 PiB it is read back to the byte; above, Parse counts no
// better than floating point does.
func Text(n int64) string {
	shortest, unit := strconv.FormatInt(n, 10), ""
	for _, u := range units {
		if number := strconv.FormatInt(n/u.size, 10); n%u.size == 0 && len(number) < len(shortest) {
			shortest, unit = number, u.name
		}
	}
	return shortest + unit
}
