package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// hostile draws texts that no index can shorten.
type hostile struct {
	*rand.Rand
	n int
}

func (h *hostile) text(length int) string {
	b := make([]byte, length)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz0123456789    "[h.IntN(40)]
	}
	return string(b)
}

// image adds an image with a blob of a byte, and whatever else change gives it.
func (h *hostile) image(ctx context.Context, tx *store.Tx, container int64, change func(*store.NewImage)) (store.NewImage, error) {
	h.n++
	n := store.NewImage{Container: container, Digest: digest.FromString(fmt.Sprint("manifest", h.n)), Kind: model.SIF, MediaType: "application/vnd.oci.image.manifest.v1+json",
		Manifest: []byte("{}"), Content: digest.FromString(fmt.Sprint(h.n)), Arch: "amd64"}
	n.Blobs = []digest.Digest{n.Content}
	if err := tx.HoldBlob(ctx, container, n.Content, 1, 1); err != nil {
		return n, err
	}
	if change != nil {
		change(&n)
	}
	id, err := tx.AddImage(ctx, n)
	if err == nil {
		_, err = tx.SetTag(ctx, container, fmt.Sprintf("%s-%d", strings.Repeat("t", 120), h.n), "", id)
	}
	return n, err
}

// Whatever a pusher sends, the database grows by no more than what counts for them.
func TestDatabaseGrowsByNoMoreThanWhatCounts(t *testing.T) {
	t.Parallel()
	same := (&hostile{Rand: rand.New(rand.NewPCG(7, 8))}).text(20 << 10)
	for name, push := range map[string]func(ctx context.Context, tx *store.Tx, h *hostile, collection, container int64) error{
		"large manifests": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			_, err := h.image(ctx, tx, container, func(n *store.NewImage) { n.Manifest = bytes.Repeat([]byte("m"), 4<<20) })
			return err
		},
		"small images": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			_, err := h.image(ctx, tx, container, nil)
			return err
		},
		"manifests of many blobs": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			var many []digest.Digest
			for range 200 {
				d := digest.FromString(fmt.Sprint("blob", h.n, len(many)))
				if err := tx.HoldBlob(ctx, container, d, 1, 1); err != nil {
					return err
				}
				many = append(many, d)
			}
			_, err := h.image(ctx, tx, container, func(n *store.NewImage) { n.Blobs = append(n.Blobs, many...) })
			return err
		},
		"labels": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			_, err := h.image(ctx, tx, container, func(n *store.NewImage) {
				n.Labels = map[string]string{}
				for i := range 16 {
					n.Labels[fmt.Sprint(i, h.text(200))] = h.text(16 << 10)
				}
			})
			return err
		},
		"small labels": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			_, err := h.image(ctx, tx, container, func(n *store.NewImage) {
				n.Labels = map[string]string{}
				for range 1000 {
					n.Labels[h.text(12)] = h.text(30)
				}
			})
			return err
		},
		"reports": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			definition := h.text(256 << 10)
			n, err := h.image(ctx, tx, container, func(n *store.NewImage) { n.Definition = definition })
			if err != nil {
				return err
			}
			return tx.SetReport(ctx, n.Content, fmt.Appendf(nil, `{"definition":%q,"help":%q}`, definition, strings.Repeat("h", 3<<20)))
		},
		"the same definition in many containers": func(ctx context.Context, tx *store.Tx, h *hostile, collection, _ int64) error {
			definition, content := same, digest.FromString("one file")
			for range 20 {
				h.n++
				container, err := tx.EnsureContainer(ctx, collection, fmt.Sprintf("%s-%d", strings.Repeat("k", 100), h.n))
				if err != nil {
					return err
				}
				if err := tx.HoldBlob(ctx, container, content, 1, 1); err != nil {
					return err
				}
				if _, err := tx.AddImage(ctx, store.NewImage{Container: container, Digest: digest.FromString("one manifest"), Kind: model.SIF,
					Manifest: []byte("{}"), Content: content, Blobs: []digest.Digest{content}, Definition: definition}); err != nil {
					return err
				}
			}
			return tx.SetReport(ctx, content, fmt.Appendf(nil, `{"definition":%q}`, definition))
		},
		"signatures": func(ctx context.Context, tx *store.Tx, h *hostile, _, container int64) error {
			n, err := h.image(ctx, tx, container, nil)
			if err != nil {
				return err
			}
			if err := tx.SetReport(ctx, n.Content, []byte("{}")); err != nil {
				return err
			}
			var rows []store.SignatureRow
			for i := range 64 {
				row := store.SignatureRow{Text: bytes.Repeat([]byte("s"), 64<<10)}
				row.Object, row.Fingerprint, row.Verdict, row.Reason = uint32(i), strings.Repeat("F", 40), model.UnknownKey, strings.Repeat("r", 100)
				rows = append(rows, row)
			}
			return tx.SetSignatures(ctx, n.Content, rows, []string{strings.Repeat("F", 40)})
		},
		"READMEs and descriptions": func(ctx context.Context, tx *store.Tx, h *hostile, collection, _ int64) error {
			h.n++
			container, err := tx.EnsureContainer(ctx, collection, fmt.Sprintf("%s-%d", strings.Repeat("k", 200), h.n))
			if err != nil {
				return err
			}
			if err := tx.SetReadme(ctx, container, 0, h.text(100<<10)); err != nil {
				return err
			}
			_, err = tx.AddCollection(ctx, ref.Collection{Namespace: ref.Library, Name: fmt.Sprintf("more-%d", h.n)}, true, h.text(4096), 0)
			return err
		},
		"tags that are moved": func(ctx context.Context, tx *store.Tx, h *hostile, collection, container int64) error {
			n, err := h.image(ctx, tx, container, nil)
			if err != nil {
				return err
			}
			i, err := tx.ImageByDigest(ctx, container, n.Digest)
			if err != nil {
				return err
			}
			for range 100 {
				h.n++
				name := fmt.Sprintf("%s-%d", strings.Repeat("m", 120), h.n)
				if _, err := tx.SetTag(ctx, container, name, "", i.ID); err != nil {
					return err
				}
				tags := []store.TagMember{{Tag: name, Image: i.ID}}
				if _, err := tx.AddDeletion(ctx, store.NewDeletion{Kind: model.MovedTag, Collection: collection, Container: container, Name: name, Named: tags}); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, h := storetest.New(t), &hostile{Rand: rand.New(rand.NewPCG(5, 6))}
			var before, after int64
			var u model.Usage
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				collection, err := tx.AddCollection(t.Context(), ref.Collection{Namespace: ref.Library, Name: "lab"}, true, "", 0)
				if err != nil {
					return err
				}
				container, err := tx.EnsureContainer(t.Context(), collection, "hello")
				if err != nil {
					return err
				}
				if before, err = tx.Bytes(t.Context()); err != nil {
					return err
				}
				for range 20 {
					if err := push(t.Context(), tx, h, collection, container); err != nil {
						return err
					}
				}
				if after, err = tx.Bytes(t.Context()); err != nil {
					return err
				}
				u, err = tx.NamespaceUsage(t.Context(), ref.Library, 0)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			const pages = 200 << 10 // what is begun in each of the tables
			t.Logf("the database grew by %d bytes, and %d count", after-before, u.Used)
			if grown := after - before; grown > u.Used+pages {
				t.Error("more than what counts")
			} else if u.Used > 10*(grown+pages) {
				t.Error("much less than what counts")
			}
			for _, wrong := range damage(t, db) {
				t.Error(wrong)
			}
		})
	}
}
