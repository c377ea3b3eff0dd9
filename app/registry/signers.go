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

// maxSigners bounds the keys that a collection accepts.
const maxSigners = 100

// prove checks an image file against its signatures before it is kept, where its collection
// asks for signatures and the file was not checked against them before. Elsewhere that is
// done in the background: it reads the whole file.
func (s *Service) prove(ctx context.Context, actor model.Actor, path ref.Path, d *described) error {
	if !d.Kind.IsFile() {
		return nil
	}
	needed := false
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		signers, err := tx.CollectionSigners(ctx, p.Collection)
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
	d.proof, err = s.examine(ctx, d.Content)
	return err
}

// noteSignatures sees to it that the signatures of a file which is being kept are, or will
// be, verified.
func (s *Service) noteSignatures(ctx context.Context, tx *store.Tx, d described) error {
	if !d.signed {
		return nil
	}
	what, objects, err := tx.PendingOf(ctx, d.Content)
	if err != nil {
		return err
	}
	if d.proof != nil || what == store.ToJudge {
		return s.judge(ctx, tx, d.Content, d.proof)
	}
	known, err := tx.Signatures(ctx, d.Content)
	if err != nil || len(known) > 0 {
		return err
	}
	s.wake()
	return tx.SetPending(ctx, d.Content, store.ToVerify, objects)
}

// allowSigned refuses an image that its collection's signing policy does not admit: where
// there are trusted keys, every object of an image file has to be validly signed by one of
// them. An index is as good as what it names. What is known not to run, such as a bill of
// materials, passes without a tag: under one, clients would take it for the image.
func (s *Service) allowSigned(ctx context.Context, tx *store.Tx, p store.Place, i model.Image, tagged bool) error {
	accepted, err := tx.CollectionSigners(ctx, p.Collection)
	if err != nil || len(accepted) == 0 {
		return err
	}
	a := &admission{tx: tx, collection: p.ContainerOf.Collection.String(), accepted: accepted, seen: map[int64]bool{}}
	if err := a.admit(ctx, i); err != nil {
		return err
	}
	if tagged && a.files == 0 {
		return a.refuse()
	}
	return nil
}

// allowTagged is allowSigned for all that has a tag in a container which is brought back.
func (s *Service) allowTagged(ctx context.Context, tx *store.Tx, p store.Place) error {
	accepted, err := tx.CollectionSigners(ctx, p.Collection)
	if err != nil || len(accepted) == 0 {
		return err
	}
	images, err := tx.TaggedImages(ctx, p.Container)
	if err != nil {
		return err
	}
	for _, i := range images {
		if err := s.allowSigned(ctx, tx, p, i, true); err != nil {
			return err
		}
	}
	return nil
}

// admission is the question whether a collection's signing policy admits an image with all
// that it names. What was looked at is not looked at again: of indexes within indexes there
// are more ways than anybody can go.
type admission struct {
	tx         *store.Tx
	collection string
	accepted   []string
	seen       map[int64]bool
	files      int // signed image files among them
}

func (a *admission) admit(ctx context.Context, i model.Image) error {
	if a.seen[i.ID] {
		return nil
	}
	a.seen[i.ID] = true
	switch {
	case i.Kind == model.Index:
		return a.admitIndex(ctx, i)
	case i.Kind == model.SIF && !i.Runnable:
		a.files++
		return a.admitFile(ctx, i)
	case i.Kind == model.Artifact && !i.Runnable:
		return nil
	}
	return a.refuse()
}

// admitIndex admits an index of images only: what it names besides may be anything.
func (a *admission) admitIndex(ctx context.Context, i model.Image) error {
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
		if err := a.admit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (a *admission) refuse() error {
	return errs.E("registry.admission", errs.Forbidden,
		"%s requires signed images, and this is not a SIF file. Push a SIF signed by one of the collection's trusted keys.", a.collection)
}

func (a *admission) admitFile(ctx context.Context, i model.Image) error {
	const op = "registry.admitFile"
	state, err := signing(ctx, a.tx, i.Content)
	if err != nil {
		return err
	}
	if state.Pending {
		return errs.E(op, errs.Unavailable, "The signatures of this image are still being verified; try again in a moment.")
	}
	if slices.ContainsFunc(state.Signers, func(f string) bool { return slices.Contains(a.accepted, f) }) {
		return nil
	}
	return errs.E(op, errs.Forbidden, "%s takes only images that are signed by %s. %s", a.collection, strings.Join(a.accepted, " or "), objection(state, a.accepted))
}

// objection says what is wrong with the signatures of an image that is refused.
func objection(state *model.Signing, accepted []string) string {
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

// parseSigners reads the fingerprints of the keys that a collection accepts.
func parseSigners(texts []string) ([]string, error) {
	const op = "registry.parseSigners"
	if len(texts) > maxSigners {
		return nil, errs.E(op, errs.TooLarge, "A collection can accept at most %d keys.", maxSigners)
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
