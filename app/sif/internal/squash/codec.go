package squash

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/therootcompany/xz"
	"github.com/ulikunitz/xz/lzma"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/lzo"
)

// codec unpacks the blocks of one filesystem.
type codec struct {
	name   string
	decode func(src []byte, limit int) ([]byte, error)
	close  func()
}

// errTooLong is a block that unpacks to more than a block may hold.
var errTooLong = errors.New("block is too long")

// newCodec gives the codec for the superblock's number of a compression.
func newCodec(id uint16) (codec, error) {
	const op = "squash.newCodec"
	nothing := func() {}
	switch id {
	case 1:
		return codec{"gzip", inflate, nothing}, nil
	case 2:
		return codec{"lzma", unLZMA, nothing}, nil
	case 3:
		return codec{"lzo", lzo.Decompress, nothing}, nil
	case 4:
		return codec{"xz", unXZ, nothing}, nil
	case 5:
		return codec{"lz4", unLZ4, nothing}, nil
	case 6:
		return newZstd()
	}
	return codec{}, errs.E(op, errs.Invalid, "its compression, number %d, is not known", id)
}

// unpack decodes a block. The decoders are other people's and the input is hostile, so
// that a panic in one is an error like the others.
func (c codec) unpack(src []byte, limit int) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("%s decoder panicked: %v", c.name, p)
		}
	}()
	return c.decode(src, limit)
}

// readLimited reads all of r, and fails if that is more than limit.
func readLimited(r io.Reader, limit int) ([]byte, error) {
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(out) > limit {
		err = errTooLong
	}
	return out, err
}

func inflate(src []byte, limit int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	return readLimited(r, limit)
}

func unXZ(src []byte, limit int) ([]byte, error) {
	r, err := xz.NewReader(bytes.NewReader(src), maxBlock) // a dictionary is no larger than a block
	if err != nil {
		return nil, err
	}
	return readLimited(r, limit)
}

func unLZMA(src []byte, limit int) ([]byte, error) {
	const dictionaryAt, headerSize = 1, 13
	if len(src) < headerSize || binary.LittleEndian.Uint32(src[dictionaryAt:]) > maxBlock {
		return nil, errTooLong // the decoder allocates the dictionary at once
	}
	r, err := lzma.ReaderConfig{DictCap: maxBlock}.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	return readLimited(r, limit)
}

// unLZ4 decodes a bare block: squashfs stores LZ4 without its frame.
func unLZ4(src []byte, limit int) ([]byte, error) {
	out := make([]byte, limit)
	n, err := lz4.UncompressBlock(src, out)
	if err != nil {
		return nil, err
	}
	return out[:n], nil
}

func newZstd() (codec, error) {
	const op = "squash.newZstd"
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		return codec{}, errs.Because(op, errs.Internal, err, "cannot make a zstd decoder")
	}
	decode := func(src []byte, limit int) ([]byte, error) {
		out, err := d.DecodeAll(src, make([]byte, 0, limit))
		if err == nil && len(out) > limit {
			err = errTooLong
		}
		return out, err
	}
	return codec{"zstd", decode, d.Close}, nil
}
