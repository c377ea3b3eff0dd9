package registry

import (
	"context"
	"slices"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxTrustedKeys bounds the keys that a collection accepts.
const maxTrustedKeys = 100

// verifyIfRequired checks an image file against its signatures before it is kept, where its collection
// asks for signatures and the file was not checked against them before. Elsewhere that is
// done in the background: it reads the whole file.
func (s *Service) verifyIfRequired(ctx context.Context, actor model.Actor, path ref.Path, d *imageInfo) error {
	if !d.Kind.IsFile() {
		return nil
	}
	needed := false
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		signers, err := tx.TrustedKeys(ctx, p.Collection)
		if err != nil || len(signers) == 0 {
			return err
		}
		known, err := tx.Signatures(ctx, d.Content)
		if err != nil {
			return err
		}
		what, _, err := tx.PendingOf(ctx, d.Content)
		needed = d.signed && (len(known) == 0 || what == store.ToVerify)
		return err
	})
	if err != nil || !needed {
		return err
	}
	d.signatures, err = s.Verifier.read(ctx, d.Content, d.Size)
	return err
}

// recordSignatures sees to it that the signatures of a file which is being kept are, or will
// be, verified.
func (s *Service) recordSignatures(ctx context.Context, tx *store.Tx, d imageInfo) error {
	if !d.signed {
		return nil
	}
	what, objects, err := tx.PendingOf(ctx, d.Content)
	if err != nil {
		return err
	}
	if d.signatures != nil || what == store.ToEvaluate {
		return evaluateSignatures(ctx, tx, d.Content, d.signatures)
	}
	known, err := tx.Signatures(ctx, d.Content)
	if err != nil || len(known) > 0 {
		return err
	}
	s.Verifier.request()
	return tx.SetPending(ctx, d.Content, store.ToVerify, objects)
}

// enforceSigningPolicy refuses an image that its collection's signing policy does not admit: where
// there are trusted keys, every object of an image file has to be validly signed by one of
// them. An index is as good as what it names. What is known not to run, such as a bill of
// materials, passes without a tag: under one, clients would take it for the image.
func (s *Service) enforceSigningPolicy(ctx context.Context, tx *store.Tx, p store.Place, i model.Image, tagged bool) error {
	accepted, err := tx.TrustedKeys(ctx, p.Collection)
	if err != nil || len(accepted) == 0 {
		return err
	}
	a := &signingPolicy{tx: tx, collection: p.ContainerOf.Collection.String(), accepted: accepted, seen: map[int64]bool{}}
	if err := a.check(ctx, i); err != nil {
		return err
	}
	if tagged && a.files == 0 {
		return a.refuse()
	}
	return nil
}

// allowTagged is enforceSigningPolicy for all that has a tag in a container which is brought back.
func (s *Service) allowTagged(ctx context.Context, tx *store.Tx, p store.Place) error {
	accepted, err := tx.TrustedKeys(ctx, p.Collection)
	if err != nil || len(accepted) == 0 {
		return err
	}
	images, err := tx.TaggedImages(ctx, p.Container)
	if err != nil {
		return err
	}
	for _, i := range images {
		if err := s.enforceSigningPolicy(ctx, tx, p, i, true); err != nil {
			return err
		}
	}
	return nil
}

// signingPolicy is the question whether a collection's signing policy admits an image with all
// that it names. What was checked is not checked again: of indexes within indexes there
// are more ways than anybody can go.
type signingPolicy struct {
	tx         *store.Tx
	collection string
	accepted   []string
	seen       map[int64]bool
	files      int // signed image files among them
}

func (a *signingPolicy) check(ctx context.Context, i model.Image) error {
	if a.seen[i.ID] {
		return nil
	}
	a.seen[i.ID] = true
	switch {
	case i.Kind == model.Index:
		return a.admitIndex(ctx, i)
	case i.Kind == model.SIF && !i.Runnable:
		a.files++
		return a.checkFile(ctx, i)
	case i.Kind == model.Artifact && !i.Runnable:
		return nil
	}
	return a.refuse()
}

// admitIndex admits an index of images only: what it names besides may be anything.
func (a *signingPolicy) admitIndex(ctx context.Context, i model.Image) error {
	children, err := a.tx.Children(ctx, i.ID)
	if err != nil {
		return err
	}
	blobs, err := a.tx.HasBlobs(ctx, i.ID)
	if err != nil {
		return err
	}
	if blobs || len(children) == 0 {
		return a.refuse()
	}
	for _, c := range children {
		if err := a.check(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (a *signingPolicy) refuse() error {
	return errs.E("registry.signingPolicy", errs.Forbidden,
		"%s requires signed images, and this is not a SIF file. Push a SIF signed by one of the collection's trusted keys.", a.collection)
}

func (a *signingPolicy) checkFile(ctx context.Context, i model.Image) error {
	const op = "registry.checkFile"
	state, err := signatureStatus(ctx, a.tx, i.Content)
	if err != nil {
		return err
	}
	if state.Pending {
		return errs.E(op, errs.Unavailable, "The signatures of this image are still being verified; try again in a moment.")
	}
	if slices.ContainsFunc(state.Signers, func(f string) bool { return slices.Contains(a.accepted, f) }) {
		return nil
	}
	return errs.E(op, errs.Forbidden, "%s takes only images that are signed by %s. %s", a.collection, strings.Join(a.accepted, " or "), signatureProblem(state, a.accepted))
}

// signatureProblem says what is wrong with the signatures of an image that is refused.
func signatureProblem(state *model.SignatureStatus, accepted []string) string {
	for _, s := range state.Signatures {
		switch {
		case s.Verdict == model.Valid && slices.Contains(accepted, s.Fingerprint):
			return "This one is signed so, but not all of it; sign it whole: apptainer sign --all FILE."
		case s.Verdict == model.Valid:
			continue
		case slices.Contains(accepted, s.Fingerprint):
			return "This one's signature is not valid: " + s.Reason
		}
	}
	if len(state.Signatures) == 0 {
		return "This one is not signed; sign it: apptainer sign FILE."
	}
	return "This one is signed by other keys."
}

// parseTrustedKeys reads the fingerprints of the keys that a collection accepts.
func parseTrustedKeys(texts []string) ([]string, error) {
	const op = "registry.parseTrustedKeys"
	if len(texts) > maxTrustedKeys {
		return nil, errs.E(op, errs.TooLarge, "A collection can accept at most %d keys.", maxTrustedKeys)
	}
	list := make([]string, 0, len(texts))
	for _, text := range texts {
		f, err := ParseFingerprint(text)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
