package blob

import "sync"

const (
	// A pipeline's buffers are larger than those of inTurn: several goroutines share each
	// of them, so the cache of one core is lost anyway, and every hand-over costs.
	pipelineBuffer = 512 << 10
	// pipelineDepth is one buffer being filled, one being written, one being hashed, and
	// one between them.
	pipelineDepth = 4
	// maxPipelines bounds how many uploads work so at once, and with it their memory.
	maxPipelines = 8
)

var pipelineBuffers = sync.Pool{New: func() any { return new([pipelineBuffer]byte) }}

// chunk is a buffer on its way round the goroutines of a pipeline.
type chunk struct {
	buffer *[pipelineBuffer]byte
	length int
}

// pipelined reads here, writes in a second goroutine and hashes in a third, which is
// faster for as long as there is a core to spare, and slower otherwise. What is hashed is
// what was written: after a write that failed, nothing more is.
func (u *Upload) pipelined(from *source) error {
	free := make(chan chunk, pipelineDepth)
	full, written := make(chan chunk, pipelineDepth), make(chan chunk, pipelineDepth)
	for range pipelineDepth {
		free <- chunk{buffer: pipelineBuffers.Get().(*[pipelineBuffer]byte)}
	}
	var working sync.WaitGroup
	failed := make(chan error, 1)
	working.Go(func() {
		defer close(written)
		u.drain(full, written, failed)
	})
	working.Go(func() {
		for c := range written {
			u.sums.add(c.buffer[:c.length])
			free <- c
		}
	})
	reading := feed(from, free, full, failed)
	close(full)
	working.Wait()
	for range pipelineDepth {
		pipelineBuffers.Put((<-free).buffer)
	}
	select {
	case writing := <-failed:
		return writing
	default:
		return reading
	}
}

// feed fills free buffers until the source or the writing ends.
func feed(from *source, free <-chan chunk, full chan<- chunk, failed <-chan error) error {
	for {
		c := <-free
		n, err := from.fill(c.buffer[:])
		c.length = n
		full <- c
		if err != nil || len(failed) > 0 {
			return err
		}
	}
}

// drain writes buffers and passes on what was written of each: after a failure, nothing.
func (u *Upload) drain(full <-chan chunk, written chan<- chunk, failed chan<- error) {
	var broken bool
	for c := range full {
		if broken {
			c.length = 0
		} else {
			n, err := u.write(c.buffer[:c.length])
			if c.length = n; err != nil {
				broken = true
				failed <- err
			}
		}
		written <- c
	}
}
