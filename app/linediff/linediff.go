// Package linediff finds what changed between two texts, line by line, by the algorithm of
// Eugene W. Myers ("An O(ND) Difference Algorithm and Its Variations", 1986). It knows
// nothing of what the texts are. Entry point: Lines. The trap: the work grows with the
// lines times the differences, so that texts which differ too much are given as one
// replaced by the other.
package linediff

import (
	"slices"
	"strings"
)

const (
	// MaxLines and MaxBytes bound what is compared of each text.
	MaxLines = 1000
	MaxBytes = 64 << 10
	// maxEdits bounds the lines that may differ, in both texts together, until it is given up
	// to look for what they share. The memory is maxEdits² numbers of four bytes at most.
	maxEdits = 500
)

// Op is what became of a line.
type Op byte

// What can become of a line.
const (
	Same    Op = ' '
	Removed Op = '-'
	Added   Op = '+'
)

// Line is a line of one of the texts or of both, without its end.
type Line struct {
	Op   Op
	Text string
	// Old and New are its numbers in the texts, from 1; 0 where it is not there.
	Old, New int
}

// Lines gives the lines of both texts in an order in which the old one becomes the new one: as
// many of each as are compared. It tells whether either text has more.
func Lines(old, new string) (lines []Line, cut bool) {
	a, cutOld := split(old)
	b, cutNew := split(new)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	w := writer{a: a, b: b}
	w.same(head)
	for _, op := range edits(a[head:len(a)-tail], b[head:len(b)-tail]) {
		w.write(op)
	}
	w.same(tail)
	return w.lines, cutOld || cutNew
}

// split gives the lines of a text that are compared; that the last has no end makes no
// difference.
func split(text string) (lines []string, cut bool) {
	if len(text) > MaxBytes {
		text, cut = strings.ToValidUTF8(text[:MaxBytes], ""), true
		if last := strings.LastIndexByte(text, '\n'); last >= 0 {
			text = text[:last]
		}
	}
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil, cut
	}
	lines = strings.SplitN(text, "\n", MaxLines+1)
	if len(lines) > MaxLines {
		return lines[:MaxLines], true
	}
	return lines, cut
}

// writer numbers lines.
type writer struct {
	a, b   []string
	lines  []Line
	ai, bi int // how many were written
}

func (w *writer) same(n int) {
	for range n {
		w.write(Same)
	}
}

func (w *writer) write(op Op) {
	l := Line{Op: op}
	if op != Added {
		l.Text = w.a[w.ai]
		w.ai++
		l.Old = w.ai
	}
	if op != Removed {
		l.Text = w.b[w.bi]
		w.bi++
		l.New = w.bi
	}
	w.lines = append(w.lines, l)
}

// edits gives the steps by which a becomes b: the shortest list of them, or all of a
// removed and all of b added where that would take too long to find.
func edits(a, b []string) []Op {
	most := min(len(a)+len(b), maxEdits)
	// furthest[k] is how far into a one gets on the diagonal k = x - y with d edits. After
	// each d the part that changed is kept, to find the way back.
	furthest := make([]int32, 2*most+3)
	var trace [][]int32
	for d := 0; d <= most; d++ {
		for k := -d; k <= d; k += 2 {
			x := step(furthest, most+1, k, d)
			y := x - k
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			furthest[most+1+k] = int32(x)
			if x >= len(a) && y >= len(b) {
				return back(trace, len(a), len(b))
			}
		}
		trace = append(trace, slices.Clone(furthest[most+1-d:most+2+d]))
	}
	ops := slices.Repeat([]Op{Removed}, len(a))
	return append(ops, slices.Repeat([]Op{Added}, len(b))...)
}

// step gives how far one gets on diagonal k with one more edit: down, by adding a line, or
// right, by removing one. zero is where the diagonal 0 stands.
func step(furthest []int32, zero, k, d int) int {
	if k == -d || k != d && furthest[zero+k-1] < furthest[zero+k+1] {
		return int(furthest[zero+k+1])
	}
	return int(furthest[zero+k-1]) + 1
}

// back follows the way from the end of both texts to their beginning. trace[d] holds the
// furthest points with d edits, of the diagonals -d to d.
func back(trace [][]int32, x, y int) []Op {
	var ops []Op
	for d := len(trace); d > 0; d-- {
		before := trace[d-1]
		at := func(k int) int32 {
			if k < -(d-1) || k > d-1 {
				return -1
			}
			return before[k+d-1]
		}
		k := x - y
		down := k == -d || k != d && at(k-1) < at(k+1)
		from := k - 1
		if down {
			from = k + 1
		}
		startX := int(at(from))
		startY := startX - from
		op, nextX, nextY := Removed, startX+1, startY
		if down {
			op, nextX, nextY = Added, startX, startY+1
		}
		for x > nextX && y > nextY {
			ops = append(ops, Same)
			x, y = x-1, y-1
		}
		ops = append(ops, op)
		x, y = startX, startY
	}
	for ; x > 0; x-- {
		ops = append(ops, Same)
	}
	slices.Reverse(ops)
	return ops
}
