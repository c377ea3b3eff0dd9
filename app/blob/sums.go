package blob

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding"
	"encoding/binary"
	"errors"
	"hash"

	"github.com/opencontainers/go-digest"
)

var errState = errors.New("not the state of an upload at this offset")

// sums are the running hashes of an upload: always sha256, sha512 if it was asked for.
type sums struct {
	sha256 hash.Hash
	sha512 hash.Hash // nil if not asked for
}

func newSums(with512 bool) sums {
	s := sums{sha256: sha256.New()}
	if with512 {
		s.sha512 = sha512.New()
	}
	return s
}

func (s sums) add(p []byte) {
	s.sha256.Write(p)
	if s.sha512 != nil {
		s.sha512.Write(p)
	}
}

// digest gives the sum by an algorithm; false if that one was not kept.
func (s sums) digest(a digest.Algorithm) (digest.Digest, bool) {
	h := s.sha256
	if a == digest.SHA512 {
		h = s.sha512
	}
	if h == nil {
		return "", false
	}
	return digest.NewDigest(a, h), true
}

// state puts the hashes into bytes: the offset, in eight bytes, and then each hash's own
// state after its length in one byte. The offset is there so that a state can never be
// taken up at another place than its own.
func (s sums) state(offset int64) ([]byte, error) {
	state := binary.BigEndian.AppendUint64(nil, uint64(offset))
	for _, h := range []hash.Hash{s.sha256, s.sha512} {
		if h == nil {
			continue
		}
		// The hashes of the standard library are documented to be BinaryMarshalers.
		part, err := h.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return nil, err
		}
		state = append(state, byte(len(part)))
		state = append(state, part...)
	}
	return state, nil
}

// restore is the inverse of state.
func restore(at Checkpoint) (sums, error) {
	state := at.State
	if len(state) < 8 || int64(binary.BigEndian.Uint64(state)) != at.Offset {
		return sums{}, errState
	}
	s := newSums(false)
	rest, err := restoreOne(s.sha256, state[8:])
	if err != nil || len(rest) == 0 {
		return s, err
	}
	s.sha512 = sha512.New()
	rest, err = restoreOne(s.sha512, rest)
	if err == nil && len(rest) > 0 {
		err = errState
	}
	return s, err
}

func restoreOne(h hash.Hash, state []byte) ([]byte, error) {
	if len(state) == 0 || len(state)-1 < int(state[0]) {
		return nil, errState
	}
	end := 1 + int(state[0])
	return state[end:], h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state[1:end])
}
