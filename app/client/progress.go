package client

import "io"

// Phase is a stretch of work that takes time in proportion to an image's size.
type Phase string

// The phases, in words that a person may read.
const (
	Hashing     Phase = "Hashing"
	Uploading   Phase = "Uploading"
	Downloading Phase = "Downloading"
)

// Progress is told how far a phase has come, in bytes: often, in order, and by one goroutine
// at a time. It may go back, when the server did not keep what was sent.
type Progress func(phase Phase, done, total int64)

// at reports, if anybody listens.
func (p Progress) at(phase Phase, done, total int64) {
	if p != nil {
		p(phase, done, total)
	}
}

// meter is a reader that reports what passes.
type meter struct {
	from        io.Reader
	progress    Progress
	phase       Phase
	done, total int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.done += int64(n)
	m.progress.at(m.phase, m.done, m.total)
	return n, err
}
