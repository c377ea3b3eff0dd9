package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// What is pending of a file's signatures.
const (
	// ToEvaluate: which are good, by the keys that are known now.
	ToEvaluate = 1
	// ToVerify: first check the file against them.
	ToVerify = 2
)

// SignatureRow is a signature in an image file, with the text that was signed.
type SignatureRow struct {
	model.Signature
	Text  []byte
	Fault string // how the file differs from what was signed; empty if not
}

// Pending gives a file after one by digest whose signatures are to be looked at, and what
// of them. Errors: NotFound if there is none.
func (t *Tx) Pending(ctx context.Context, after digest.Digest) (digest.Digest, int, error) {
	what := 0
	d, err := one(ctx, t, "store.Pending", func(row scanner) (digest.Digest, error) {
		var d digest.Digest
		return d, row.Scan(&d, &what)
	}, "SELECT digest, pending FROM reports WHERE pending > 0 AND digest > ? ORDER BY digest LIMIT 1", after)
	return d, what, err
}

// PendingOf tells what is to be done about a file's signatures, 0 for nothing, and how
// many objects of it they can cover. A file of which nothing is known has nothing to do.
func (t *Tx) PendingOf(ctx context.Context, content digest.Digest) (int, int, error) {
	objects := 0
	what, err := one(ctx, t, "store.PendingOf", func(row scanner) (int, error) {
		var what int
		return what, row.Scan(&what, &objects)
	}, "SELECT pending, objects FROM reports WHERE digest = ?", content)
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return what, objects, err
}

// SetPending notes what is to be done about a file's signatures, and of how many objects.
func (t *Tx) SetPending(ctx context.Context, content digest.Digest, what, objects int) error {
	return t.run(ctx, "store.SetPending", "UPDATE reports SET pending = ?, objects = ? WHERE digest = ?", what, objects, content)
}

// SetSignatures keeps the signatures of a file, and by whom all of it is signed, in place
// of what was known.
func (t *Tx) SetSignatures(ctx context.Context, content digest.Digest, rows []SignatureRow, signers []string) error {
	const op = "store.SetSignatures"
	for _, text := range []string{"DELETE FROM signatures WHERE digest = ?", "DELETE FROM signers WHERE digest = ?"} {
		if err := t.run(ctx, op, text, content); err != nil {
			return err
		}
	}
	for _, s := range rows {
		covers, err := json.Marshal(s.Covers)
		if err != nil {
			return errs.Wrap(op, err)
		}
		if s.Text == nil {
			s.Text = []byte{}
		}
		if err := t.run(ctx, op, `INSERT INTO signatures (digest, object, fingerprint, text, covers, fault, verdict, reason)
		  VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			content, s.Object, s.Fingerprint, s.Text, string(covers), s.Fault, s.Verdict, s.Reason); err != nil {
			return err
		}
	}
	for _, fingerprint := range signers {
		if err := t.run(ctx, op, "INSERT INTO signers (digest, fingerprint) VALUES (?, ?)", content, fingerprint); err != nil {
			return err
		}
	}
	return t.weighBlob(ctx, content)
}

// Signatures gives those of a file by the objects that hold them, with the names of the
// keys that are known.
func (t *Tx) Signatures(ctx context.Context, content digest.Digest) ([]SignatureRow, error) {
	return all(ctx, t, "store.Signatures", func(row scanner) (SignatureRow, error) {
		var s SignatureRow
		var covers string
		if err := row.Scan(&s.Object, &s.Fingerprint, &s.Text, &covers, &s.Fault, &s.Verdict, &s.Reason, &s.Name); err != nil {
			return s, err
		}
		return s, json.Unmarshal([]byte(covers), &s.Covers)
	}, `SELECT s.object, s.fingerprint, s.text, s.covers, s.fault, s.verdict, s.reason, coalesce(m.name, '')
	  FROM signatures s LEFT JOIN keys k ON k.fingerprint = s.fingerprint
	  LEFT JOIN key_names m ON m.key_id = k.id AND m.place = 0
	 WHERE s.digest = ? ORDER BY s.object`, content)
}

// Signers gives the fingerprints of the keys by which all of a file is validly signed.
func (t *Tx) Signers(ctx context.Context, content digest.Digest) ([]string, error) {
	return all(ctx, t, "store.Signers", value[string], "SELECT fingerprint FROM signers WHERE digest = ? ORDER BY fingerprint", content)
}

// TrustedKeys gives the keys one of which a collection asks for; none if it asks
// for no signatures.
func (t *Tx) TrustedKeys(ctx context.Context, collection int64) ([]string, error) {
	return all(ctx, t, "store.TrustedKeys", value[string],
		"SELECT fingerprint FROM collection_signers WHERE collection_id = ? ORDER BY fingerprint", collection)
}

// SetTrustedKeys sets the keys that TrustedKeys gives.
func (t *Tx) SetTrustedKeys(ctx context.Context, collection int64, fingerprints []string) error {
	const op = "store.SetTrustedKeys"
	if err := t.run(ctx, op, "DELETE FROM collection_signers WHERE collection_id = ?", collection); err != nil {
		return err
	}
	for _, f := range fingerprints {
		if err := t.run(ctx, op, "INSERT INTO collection_signers (collection_id, fingerprint) VALUES (?, ?) ON CONFLICT DO NOTHING", collection, f); err != nil {
			return err
		}
	}
	return nil
}

// fingerprints takes a list apart that SQL has made with commas, and sorts it: SQL would
// set up a sorter for every row, and there is seldom anything to sort.
func fingerprints(list string) []string {
	if list == "" {
		return nil
	}
	return slices.Sorted(strings.SplitSeq(list, ","))
}
