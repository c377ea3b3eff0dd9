package store

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
)

// maxIndexed is how much of a definition file is indexed, in characters.
const maxIndexed = 16 << 10

// NewImage is what AddImage needs to know.
type NewImage struct {
	Container int64
	Digest    digest.Digest
	MediaType string
	Kind      model.ImageKind
	Manifest  []byte
	Content   digest.Digest // of the image file; empty if it is not one file
	Size      int64         // in bytes
	Arch      string
	PushedBy  int64           // a user's row id; 0 for the console
	Blobs     []digest.Digest // that the manifest names; the container must hold them
	Mark      digest.Digest   // the blob whose transfer counts as a pull; empty for none
	// Subject is the manifest that the image refers to, if any. ArtifactType and Annotations,
	// a JSON object, say what it is to that.
	Subject      digest.Digest
	ArtifactType string
	Annotations  []byte
	Children     []Child
	Labels       map[string]string
	// Definition is the text by whose words the image is found.
	Definition string
	// Description is kept when the image is new, and not changed by pushing it again.
	Description string
	// Runnable, OCISIF: see model.Image.
	Runnable, OCISIF bool
	// Generated is of an index that the registry makes for a tag.
	Generated bool
}

// Child is a manifest that an index names.
type Child struct {
	Image int64
	Arch  string
}

// AddImage keeps an image, or finds the one that is there with the same digest; one that
// had been deleted comes back, and one that an earlier version took for something else is
// what it is now: its labels are counted anew, for which it is loose for a moment.
func (t *Tx) AddImage(ctx context.Context, n NewImage) (int64, error) {
	const op = "store.AddImage"
	if err := t.restorePushed(ctx, n.Container, n.Digest); err != nil {
		return 0, err
	}
	id, err := one(ctx, t, op, value[int64], `INSERT INTO images
	    (container_id, digest, media_type, kind, manifest, content, size, arch, pushed_at, pushed_by, loose_since,
	     subject, artifact_type, annotations, description, mark, runnable, oci_sif, generated)
	  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, nullif(?10, 0), ?9, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
	  ON CONFLICT (container_id, digest) DO UPDATE SET deleted_at = 0, pushed_at = excluded.pushed_at,
	    pushed_by = excluded.pushed_by, loose_since = iif(loose_since = 0 AND kind = excluded.kind, 0, excluded.loose_since),
	    kind = excluded.kind, content = excluded.content, size = excluded.size, arch = excluded.arch, mark = excluded.mark,
	    runnable = excluded.runnable, oci_sif = excluded.oci_sif, generated = min(generated, excluded.generated)
	  RETURNING id`, n.Container, n.Digest, n.MediaType, n.Kind, n.Manifest, n.Content, n.Size, n.Arch, unix(t.Now), n.PushedBy,
		n.Subject, n.ArtifactType, string(n.Annotations), n.Description, n.Mark, n.Runnable, n.OCISIF, n.Generated)
	if err != nil {
		return 0, err
	}
	if err := t.keepReferrers(ctx, n.Container, n.Digest); err != nil {
		return 0, err
	}
	if err := t.linkImage(ctx, id, n); err != nil {
		return 0, err
	}
	if err := t.indexImage(ctx, id, n); err != nil {
		return 0, err
	}
	if n.Subject == "" && n.Content == "" {
		return id, nil
	}
	return id, t.updateUntagged(ctx, []int64{id}) // its subject, or what it was taken for before, may keep it
}

// linkImage notes the blobs that an image needs, and the images that an index names, which
// are loose no more.
func (t *Tx) linkImage(ctx context.Context, id int64, n NewImage) error {
	const op = "store.linkImage"
	for _, d := range n.Blobs {
		if err := t.run(ctx, op, "INSERT INTO image_blobs (image_id, container_id, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			id, n.Container, d); err != nil {
			return err
		}
	}
	for _, c := range n.Children {
		if err := t.run(ctx, op, "INSERT INTO image_children (image_id, child_id, arch) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
			id, c.Image, c.Arch); err != nil {
			return err
		}
		if err := t.run(ctx, op, "UPDATE images SET loose_since = 0, generated = 0 WHERE id = ?", c.Image); err != nil {
			return err
		}
	}
	return nil
}

// indexImage notes the words by which an image is found, and counts its rows.
func (t *Tx) indexImage(ctx context.Context, id int64, n NewImage) error {
	const op = "store.indexImage"
	for key, v := range n.Labels {
		if err := t.run(ctx, op, "INSERT INTO image_labels (image_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, key, v); err != nil {
			return err
		}
	}
	if n.Definition != "" {
		if err := t.run(ctx, op, "INSERT OR REPLACE INTO search_definitions (rowid, text) VALUES (?, substr(?, 1, ?))",
			id, n.Definition, maxIndexed); err != nil {
			return err
		}
		if err := t.run(ctx, op, "UPDATE images SET indexed = octet_length(substr(?2, 1, ?3)) WHERE id = ?1", id, n.Definition, maxIndexed); err != nil {
			return err
		}
	}
	return t.run(ctx, op, "UPDATE images SET metadata = (SELECT bytes FROM image_metadata WHERE image_id = ?1) WHERE id = ?1", id)
}
