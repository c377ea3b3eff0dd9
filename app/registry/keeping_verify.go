package registry

import (
	"context"
	"log/slog"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/pgp"
	"sregistry/app/sif"
	"sregistry/app/store"
)

// fileSignatures is an image file checked against its signatures.
type fileSignatures struct {
	rows    []store.SignatureRow
	objects int
}

// Verifier verifies the signatures in image files, in the background.
type Verifier struct {
	db        *store.DB
	log       *slog.Logger
	requested chan struct{} // when there are signatures to verify
	scrubber  *Scrubber
}

// Run verifies, until ctx is done, the signatures of image files that were
// pushed, and judges those again whose keys have come, gone or expired. What is to be done
// stands in the database, so nothing is lost when the server stops. One at a time: this is
// never in a hurry, and a push that cannot wait does it itself.
func (v *Verifier) Run(ctx context.Context) {
	for {
		if err := v.RunPending(ctx); err != nil && !errs.Is(err, errs.Canceled) {
			v.log.Error("verifying signatures", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-v.requested:
		}
	}
}

// request tells Verifier.Run that there is something to do.
func (v *Verifier) request() {
	select {
	case v.requested <- struct{}{}:
	default: // it was told already
	}
}

// RunPending is one round of Verifier.Run. A file that cannot
// be read is left for the next time. Errors: Canceled, and those of the database.
func (v *Verifier) RunPending(ctx context.Context) error {
	const op = "registry.Verifier.RunPending"
	var after digest.Digest
	for {
		var what int
		// By the writer's connection: a push wakes us before its transaction has ended.
		err := v.db.Update(ctx, func(tx *store.Tx) (err error) {
			after, what, err = tx.Pending(ctx, after)
			return err
		})
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := v.verify(ctx, after, what); err != nil {
			if ctx.Err() != nil {
				return errs.Wrap(op, err)
			}
			v.log.Error("verifying signatures", slog.String("digest", after.String()), "error", err)
		}
	}
}

func (v *Verifier) verify(ctx context.Context, content digest.Digest, what int) error {
	var p *fileSignatures
	if what == store.ToVerify {
		var size int64
		err := v.db.Peek(ctx, func(tx *store.Tx) (err error) {
			size, err = tx.RecordedSize(ctx, content)
			return err
		})
		if err == nil {
			p, err = v.read(ctx, content, size)
		}
		if err != nil {
			return err
		}
	}
	return v.db.Update(ctx, func(tx *store.Tx) error {
		// It may have been swept, or done by a push, meanwhile; a key may have come since.
		now, _, err := tx.PendingOf(ctx, content)
		if err != nil || now == 0 || p == nil && now != store.ToEvaluate {
			return err
		}
		return evaluateSignatures(ctx, tx, content, p)
	})
}

// read finds what the signatures in a file are worth. It reads the whole file.
func (v *Verifier) read(ctx context.Context, content digest.Digest, size int64) (*fileSignatures, error) {
	f, err := v.scrubber.open(content, size)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	claims, objects, err := sif.Verify(ctx, f, size)
	if err != nil {
		return nil, err
	}
	p := &fileSignatures{objects: objects}
	for _, c := range claims {
		row := store.SignatureRow{Text: c.Text, Fault: c.Fault, Signature: model.Signature{Object: c.Object,
			Fingerprint: c.Fingerprint, Covers: c.Covers, Verdict: model.UnknownKey}}
		if c.Unsupported != "" {
			row.Verdict, row.Reason = model.Unsupported, c.Unsupported
		}
		p.rows = append(p.rows, row)
	}
	return p, nil
}

// evaluateSignatures finds, by the keys that are known now, which signatures of a file are good and by
// whom all of it is signed. What the file says of itself is in p, or known from before.
func evaluateSignatures(ctx context.Context, tx *store.Tx, content digest.Digest, p *fileSignatures) error {
	if p == nil {
		rows, err := tx.Signatures(ctx, content)
		if err != nil {
			return err
		}
		_, objects, err := tx.PendingOf(ctx, content)
		if err != nil {
			return err
		}
		p = &fileSignatures{rows, objects}
	}
	covered := map[string]map[uint32]bool{}
	for at := range p.rows {
		r := &p.rows[at]
		if r.Verdict == model.Unsupported {
			continue
		}
		if err := evaluateSignature(ctx, tx, r); err != nil {
			return err
		}
		if r.Verdict != model.Valid {
			continue
		}
		if covered[r.Fingerprint] == nil {
			covered[r.Fingerprint] = map[uint32]bool{}
		}
		for _, object := range r.Covers {
			covered[r.Fingerprint][object] = true
		}
	}
	var signers []string
	for fingerprint, objects := range covered {
		if len(objects) == p.objects {
			signers = append(signers, fingerprint)
		}
	}
	if err := tx.SetSignatures(ctx, content, p.rows, signers); err != nil {
		return err
	}
	return tx.SetPending(ctx, content, 0, p.objects)
}

// evaluateSignature gives a signature its verdict.
func evaluateSignature(ctx context.Context, tx *store.Tx, r *store.SignatureRow) error {
	if r.Fault != "" {
		r.Verdict, r.Reason = model.NotValid, r.Fault
		return nil
	}
	k, err := tx.Key(ctx, r.Fingerprint)
	if errs.Is(err, errs.NotFound) {
		r.Verdict, r.Reason = model.UnknownKey, "The key is not known here; its owner can send it with apptainer key push."
		return nil
	}
	if err != nil {
		return err
	}
	r.Verdict, r.Reason = model.Valid, ""
	if err := (pgp.Key{Key: k.Key, Packets: k.Packets}).Verify(r.Text, tx.Now); err != nil {
		r.Verdict, r.Reason = model.NotValid, errs.Message(err)
	}
	return nil
}

// signatureStatus tells what is known of a file's signatures.
func signatureStatus(ctx context.Context, tx *store.Tx, content digest.Digest) (*model.SignatureStatus, error) {
	what, _, err := tx.PendingOf(ctx, content)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Signatures(ctx, content)
	if err != nil {
		return nil, err
	}
	signers, err := tx.Signers(ctx, content)
	state := &model.SignatureStatus{Pending: what != 0, Signers: signers}
	for _, r := range rows {
		state.Signatures = append(state.Signatures, r.Signature)
	}
	return state, err
}

// sweep has signatures judged again whose keys have expired.
func (v *Verifier) sweep(ctx context.Context) error {
	err := v.db.Update(ctx, func(tx *store.Tx) error { return tx.ReevaluateExpired(ctx, tx.Now.Add(-time.Second)) })
	v.request()
	return err
}
