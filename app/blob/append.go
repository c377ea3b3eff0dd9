package blob

import (
	"context"
	"errors"
	"io"
	"math"
	"sync"

	"sregistry/app/errs"
)

const (
	// turnBuffer fits the L2 cache of a core, so that what was read is hashed and written
	// before it falls out.
	turnBuffer = 128 << 10
	// writeBehindSize is how much is written before the kernel is asked to start with it.
	writeBehindSize = 8 << 20
	// stretch is how often an upload looks again how busy the machine is.
	stretch = 64 << 20
	// Unlimited is a limit of Append that no body reaches.
	Unlimited = math.MaxInt64
)

// A pool holds pointers, for a slice in an interface would be an allocation each time.
var turnBuffers = sync.Pool{New: func() any { return new([turnBuffer]byte) }}

// Append takes what r gives, up to its end, and tells how many bytes it has kept. It keeps
// what it got even if it fails, so that the client can go on from Offset. The memory used
// does not depend on the length: turnBuffer, or pipelineDepth times pipelineBuffer while the
// machine has a core to spare.
//
// Kinds: TooLarge if r gives more than limit bytes; Canceled if r fails or ctx is done (an
// r that fails with an error of package errs keeps its kind); NoSpace, Unavailable and
// Internal if the disk fails.
func (u *Upload) Append(ctx context.Context, r io.Reader, limit int64) (int64, error) {
	const op = "blob.Append"
	if err := u.usable(op); err != nil {
		return 0, err
	}
	u.store.running.Add(1)
	defer u.store.running.Add(-1)
	start := u.offset
	for {
		left := limit - (u.offset - start)
		if left <= 0 {
			return u.offset - start, errs.Wrap(op, atEnd(r, limit))
		}
		part := source{ctx: ctx, r: r, left: min(left, stretch)}
		err := u.take(&part)
		if err == io.EOF && part.left == 0 {
			continue
		}
		if err == io.EOF {
			err = nil
		}
		return u.offset - start, errs.Wrap(op, err)
	}
}

// take takes one stretch, by the way that suits how busy the machine is. It ends in io.EOF.
func (u *Upload) take(from *source) error {
	if u.store.running.Load() < min(u.store.cores, maxPipelines+1) {
		return u.pipelined(from)
	}
	return u.inTurn(from)
}

// inTurn reads, writes and hashes one buffer after the other.
func (u *Upload) inTurn(from *source) error {
	buffer := turnBuffers.Get().(*[turnBuffer]byte)
	defer turnBuffers.Put(buffer)
	for {
		n, reading := from.fill(buffer[:])
		written, writing := u.write(buffer[:n])
		u.sums.add(buffer[:written])
		if writing != nil {
			return writing
		}
		if reading != nil {
			return reading
		}
	}
}

// write puts bytes at the end of the file, and tells how many got there. Whoever calls it
// has to hash exactly those.
func (u *Upload) write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := u.file.WriteAt(p, u.offset)
	u.offset += int64(n)
	if u.offset-u.handed >= writeBehindSize {
		u.file.WriteBehind(u.handed, u.offset-u.handed)
		u.handed = u.offset
	}
	return n, fault("blob.write", err)
}

// source is the stretch of a body that is read next.
type source struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

// fill reads until p is full. It ends in io.EOF, after the body or the stretch; any other
// error is the sender's, and has its kind.
func (s *source) fill(p []byte) (int, error) {
	p = p[:min(int64(len(p)), s.left)]
	filled := 0
	for filled < len(p) {
		if err := s.ctx.Err(); err != nil {
			return filled, senderFault(err)
		}
		n, err := s.r.Read(p[filled:])
		filled += n
		s.left -= int64(n)
		if err == io.EOF {
			return filled, io.EOF
		}
		if err != nil {
			return filled, senderFault(err)
		}
	}
	if s.left == 0 {
		return filled, io.EOF
	}
	return filled, nil
}

// atEnd sees whether r has ended where it had to.
func atEnd(r io.Reader, limit int64) error {
	var one [1]byte
	n, err := io.ReadFull(r, one[:])
	switch {
	case n > 0:
		return errs.E("blob.atEnd", errs.TooLarge, "This is more than the %d bytes that are accepted here.", limit)
	case err == io.EOF:
		return nil
	}
	return senderFault(err)
}

// senderFault gives the error of a reader its kind, to tell it from those of the disk.
func senderFault(err error) error {
	const op = "blob.senderFault"
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Wrap(op, err)
	}
	return errs.Because(op, errs.Canceled, err, "The upload stopped before its end. Send it again, or the rest of it.")
}
