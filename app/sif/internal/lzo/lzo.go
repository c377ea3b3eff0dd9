// Package lzo unpacks LZO1X, which squashfs may use and for which there is no permissively
// licensed Go library. It is written from the public description of the stream format in
// the Linux kernel's documentation (staging/lzo.rst, version 0 of the bitstream); it does
// not compress.
//
// Entry point: Decompress. The trap: lengths and distances come from the input, so each is
// checked against what is left of the input, the output and the limit before it is used.
package lzo

import "errors"

// ErrCorrupt is input that is not an LZO1X stream, is cut short, or is followed by
// something else.
var ErrCorrupt = errors.New("lzo: corrupt input")

// ErrTooLong is input that unpacks to more than the limit.
var ErrTooLong = errors.New("lzo: output beyond the limit")

// Decompress unpacks a whole stream of at most limit bytes.
func Decompress(src []byte, limit int) ([]byte, error) {
	d := decoder{src: src, limit: limit}
	if err := d.first(); err != nil {
		return nil, err
	}
	for {
		end, err := d.instruction()
		if err != nil {
			return nil, err
		}
		if !end {
			continue
		}
		if len(d.src) > 0 {
			return nil, ErrCorrupt
		}
		return d.dst, nil
	}
}

// afterRun is the state after a long run of literals. Smaller states are the number of
// literals, 0 to 3, that the last instruction copied behind its match.
const afterRun = 4

// decoder is a stream half unpacked.
type decoder struct {
	src   []byte // what is left of the input
	dst   []byte
	limit int
	state int
}

// next takes one byte of the input.
func (d *decoder) next() (int, error) {
	if len(d.src) == 0 {
		return 0, ErrCorrupt
	}
	b := d.src[0]
	d.src = d.src[1:]
	return int(b), nil
}

// first handles a first byte above 17, which stands for a run of literals.
func (d *decoder) first() error {
	const base = 17
	if len(d.src) == 0 || d.src[0] <= base {
		return nil
	}
	n := int(d.src[0]) - base
	d.src = d.src[1:]
	d.state = min(n, afterRun)
	return d.literals(n)
}

// instruction carries out one instruction; true if it is the end mark.
func (d *decoder) instruction() (bool, error) {
	t, err := d.next()
	if err != nil {
		return false, err
	}
	switch {
	case t >= 64:
		return false, d.near(t)
	case t >= 32:
		return d.far(t, 31, 1)
	case t >= 16:
		return d.far(t, 7, 16384+(t&8)<<11)
	case d.state == 0:
		return false, d.run(t)
	}
	return false, d.short(t)
}

// run copies four or more literals.
func (d *decoder) run(t int) error {
	n, err := d.length(t, 15)
	if err != nil {
		return err
	}
	d.state = afterRun
	return d.literals(n + 3)
}

// short is a match of two bytes behind a few literals, or of three behind a run.
func (d *decoder) short(t int) error {
	h, err := d.next()
	if err != nil {
		return err
	}
	if d.state == afterRun {
		return d.match(h<<2+t>>2+2049, 3, t&3)
	}
	return d.match(h<<2+t>>2+1, 2, t&3)
}

// near is a match of three to eight bytes within 2 KiB.
func (d *decoder) near(t int) error {
	h, err := d.next()
	if err != nil {
		return err
	}
	return d.match(h<<3+(t>>2)&7+1, t>>5+1, t&3)
}

// far is a match of any length; mask says which bits of t hold the length, and base is
// the least distance. The distance 16384, which has a shorter form, is the end mark.
func (d *decoder) far(t, mask, base int) (bool, error) {
	n, err := d.length(t&mask, mask)
	if err != nil {
		return false, err
	}
	low, err := d.next()
	if err != nil {
		return false, err
	}
	high, err := d.next()
	if err != nil {
		return false, err
	}
	distance := base + (high<<8+low)>>2
	if distance == 16384 && base == 16384 {
		return true, nil
	}
	return false, d.match(distance, n+2, low&3)
}

// length gives n, or if that is zero, reads the longer form: base, and 255 for each zero
// byte, and the first byte that is not zero.
func (d *decoder) length(n, base int) (int, error) {
	if n != 0 {
		return n, nil
	}
	for n = base; ; n += 255 {
		b, err := d.next()
		if err != nil {
			return 0, err
		}
		if b != 0 {
			return n + b, nil
		}
	}
}

// match copies n bytes from a distance behind the end, which may overlap what is being
// written, and then a few literals.
func (d *decoder) match(distance, n, literals int) error {
	if distance > len(d.dst) {
		return ErrCorrupt
	}
	if n > d.limit-len(d.dst) {
		return ErrTooLong
	}
	for from := len(d.dst) - distance; n > 0; n-- {
		d.dst = append(d.dst, d.dst[from])
		from++
	}
	d.state = literals
	return d.literals(literals)
}

// literals copies n bytes of the input.
func (d *decoder) literals(n int) error {
	if n > len(d.src) {
		return ErrCorrupt
	}
	if n > d.limit-len(d.dst) {
		return ErrTooLong
	}
	d.dst = append(d.dst, d.src[:n]...)
	d.src = d.src[n:]
	return nil
}
