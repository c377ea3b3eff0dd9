package blobtest

import (
	"bytes"
	"context"
	"maps"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

// script is a life of a store that touches every kind of call, and what it was promised
// on the way.
type script struct {
	// must are the blobs that were acknowledged, by content; never those whose removal was.
	must, never map[digest.Digest][]byte
	// point is where the resumable upload stands, once that was acknowledged.
	point *blob.Checkpoint
	// sealing tells that the resumable upload was asked to become a blob.
	sealing bool
}

// The contents of a script's life.
var (
	first  = noise(8, 3000)
	second = noise(9, 50)
)

// half is where the first upload is interrupted.
const half = 1000

func newScript() *script {
	return &script{must: map[digest.Digest][]byte{}, never: map[digest.Digest][]byte{}}
}

// clone gives a script that can live on without changing what this one was promised.
func (l *script) clone() *script {
	c := *l
	c.must, c.never = maps.Clone(l.must), maps.Clone(l.never)
	return &c
}

// live runs the script until something fails.
func (l *script) live(ctx context.Context, s *blob.Store) error {
	if err := l.resumed(ctx, s); err != nil {
		return err
	}
	for n, content := range [][]byte{first, second, second} { // two of them for the second time
		u, err := s.Create(id(n + 2))
		if err != nil {
			return err
		}
		if err := l.commit(ctx, u, content); err != nil {
			return err
		}
	}
	u, err := s.Create(id(5))
	if err != nil {
		return err
	}
	if err := u.Abort(); err != nil {
		return err
	}
	if err := l.remove(s, second); err != nil {
		return err
	}
	if u, err = s.Create(id(6), blob.WithSHA512()); err != nil {
		return err
	}
	return l.commit(ctx, u, second)
}

// resumed pushes the first content in two goes.
func (l *script) resumed(ctx context.Context, s *blob.Store) error {
	u, err := s.Create(id(1))
	if err != nil {
		return err
	}
	defer u.Close()
	if _, err := u.Append(ctx, bytes.NewReader(first[:half]), blob.Unlimited); err != nil {
		return err
	}
	point, err := u.Checkpoint()
	if err != nil {
		return err
	}
	l.point = &point
	if _, err := u.Append(ctx, bytes.NewReader(second), blob.Unlimited); err != nil {
		return err
	}
	if err := u.Close(); err != nil {
		return err
	}
	if u, err = s.Resume(id(1), point); err != nil {
		return err
	}
	l.sealing = true
	return l.commit(ctx, u, first[half:])
}

// commit ends an upload with some content, and books what it became.
func (l *script) commit(ctx context.Context, u *blob.Upload, content []byte) error {
	defer u.Close()
	if _, err := u.Append(ctx, bytes.NewReader(content), blob.Unlimited); err != nil {
		return err
	}
	if u.Offset() == int64(len(first)) {
		content = first
	}
	d := digest.FromBytes(content)
	delete(l.never, d)
	if _, err := u.Commit(d); err != nil {
		return err
	}
	l.must[d] = content
	return nil
}

func (l *script) remove(s *blob.Store, content []byte) error {
	d := digest.FromBytes(content)
	delete(l.must, d)
	if err := s.Remove(d); err != nil {
		return err
	}
	l.never[d] = content
	return nil
}

// finish goes on with the resumable upload, with a repaired store. It may be gone only if
// it was already about to become a blob.
func (l *script) finish(ctx context.Context, s *blob.Store) error {
	if l.point == nil {
		return nil
	}
	u, err := s.Resume(id(1), *l.point)
	if l.sealing && errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return l.commit(ctx, u, first[half:])
}
