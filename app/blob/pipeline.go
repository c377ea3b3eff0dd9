package blob

import "sync"

const (
	// A pipeline's buffers are larger than those of inTurn: two goroutines share each of
	// them, so the cache of one core is lost anyway, and every hand-over costs.
	pipelineBuffer = 512 << 10
	// pipelineDepth is one buffer being filled, one being hashed, and one between them.
	pipelineDepth = 3
	// pipelineMemory is what one pipelined upload holds.
	pipelineMemory = pipelineDepth * pipelineBuffer
	// maxPipelines bounds how many uploads work so at once, and with it their memory.
	maxPipelines = 8
)

var pipelineBuffers = sync.Pool{New: func() any { return new([pipelineBuffer]byte) }}

// chunk is a buffer on its way round between the two goroutines of a pipeline.
type chunk struct {
	buffer *[pipelineBuffer]byte
	length int
}

// pipelined reads and writes here, and hashes in a second goroutine, which is faster for
// as long as there is a core to spare for it, and slower otherwise.
func (u *Upload) pipelined(from *source) error {
	free, full := make(chan chunk, pipelineDepth), make(chan chunk, pipelineDepth)
	for range pipelineDepth {
		free <- chunk{buffer: pipelineBuffers.Get().(*[pipelineBuffer]byte)}
	}
	var hashing sync.WaitGroup
	hashing.Go(func() {
		for c := range full {
			u.sums.add(c.buffer[:c.length])
			free <- c
		}
	})
	err := u.feed(from, free, full)
	close(full)
	hashing.Wait()
	for range pipelineDepth {
		pipelineBuffers.Put((<-free).buffer)
	}
	return err
}

// feed fills free buffers, writes them, and passes on what was written.
func (u *Upload) feed(from *source, free <-chan chunk, full chan<- chunk) error {
	for {
		c := <-free
		n, reading := from.fill(c.buffer[:])
		written, writing := u.write(c.buffer[:n])
		c.length = written
		full <- c
		if writing != nil {
			return writing
		}
		if reading != nil {
			return reading
		}
	}
}
