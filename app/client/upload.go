package client

import (
	"context"
	"errors"
	"io"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// upload brings the content of one file into a container.
type upload struct {
	c        *Client
	name     ref.Path
	file     *File
	session  *session
	progress Progress
	// begun tells that this run opened the session, so that its offset is known to be 0.
	begun   bool
	resumed int64 // how many bytes an earlier run had brought
}

// run sends what the server lacks, over as many connections as it takes.
func (u *upload) run(ctx context.Context) error {
	err := u.c.persist(ctx, func() (int64, error) { return u.step(ctx) })
	if err == nil {
		return nil
	}
	if changed := u.file.unchanged(); changed != nil {
		u.giveUp(ctx)
		return changed
	}
	if errs.Is(err, errs.DigestInvalid) {
		u.giveUp(ctx)
		return errs.Because("client.upload", errs.DigestInvalid, err,
			"%s changed while it was pushed, or was damaged on the way. Push it again.", u.file.path)
	}
	return err
}

// step continues the upload where it stands, and tells how far it came.
func (u *upload) step(ctx context.Context) (int64, error) {
	offset, err := u.stand(ctx)
	if err != nil || offset == u.file.size && u.session.Location == "" {
		return offset, err
	}
	if offset < u.file.size {
		if offset, err = u.send(ctx, offset); err != nil {
			return offset, err
		}
	}
	if err := u.file.unchanged(); err != nil {
		return offset, err
	}
	return offset, u.c.finishUpload(ctx, u.session.Location, u.session.Digest, nil)
}

// stand finds out how much the server has. If it has all of it and needs no more than the
// manifest, there is no session.
func (u *upload) stand(ctx context.Context) (int64, error) {
	if u.session.Location != "" {
		offset, err := u.c.uploadOffset(ctx, u.session.Location)
		if err == nil && offset <= u.file.size {
			if !u.begun {
				u.resumed = offset
			}
			u.begun = true
			return offset, nil
		}
		if err != nil && !errs.Is(err, errs.NotFound) {
			return 0, err
		}
		// The session is gone, or sealed by a request whose answer got lost.
		if err := u.session.moved(""); err != nil {
			return 0, err
		}
	}
	if found, err := u.c.hasBlob(ctx, u.name, u.session.Digest); err != nil || found {
		return u.file.size, err
	}
	location, err := u.c.beginUpload(ctx, u.name)
	if err != nil {
		return 0, err
	}
	u.begun = true
	return 0, u.session.moved(location)
}

// send sends the rest of the file as one chunk.
func (u *upload) send(ctx context.Context, offset int64) (int64, error) {
	left := u.file.size - offset
	body := &chunk{meter{from: io.NewSectionReader(u.file.file, offset, left), progress: u.progress,
		phase: Uploading, done: offset, total: u.file.size}, nil}
	location, err := u.c.sendChunk(ctx, u.session.Location, body, offset, left)
	switch {
	case body.failed != nil:
		return offset, fileError("client.upload", "read", u.file.path, body.failed)
	case errs.Is(err, errs.RangeInvalid):
		// A request of a run before this one had brought more than it had noted: ask again.
		return offset, errs.Because("client.upload", errs.Unavailable, err, "%s has another part of the upload than it said. Push again.", u.c.base)
	case errs.Is(err, errs.NotFound):
		// The server has swept the session: begin anew.
		if err := u.session.moved(""); err != nil {
			return 0, err
		}
		return 0, errs.Because("client.upload", errs.Unavailable, err, "%s lost the upload. Push again.", u.c.base)
	case err != nil:
		return offset, err
	}
	return u.file.size, u.session.moved(location)
}

// giveUp removes what was sent, here and there.
func (u *upload) giveUp(ctx context.Context) {
	if u.session.Location != "" {
		u.c.cancelUpload(ctx, u.session.Location)
	}
	u.session.forget()
}

// chunk is the body of a request; it remembers whether the file could not be read, which
// must not be taken for a broken connection.
type chunk struct {
	meter
	failed error
}

func (b *chunk) Read(p []byte) (int, error) {
	n, err := b.meter.Read(p)
	if err == io.EOF && b.done < b.total {
		err = io.ErrUnexpectedEOF // the file has become shorter
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}
