package registry

import (
	"context"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/store"
)

// Checked is what a check found.
type Checked struct {
	Blobs  int
	Bytes  int64
	Strays int // files that no row names; a sweep moves them to quarantine in time
	// Unknown is how many files are in quarantine that no row names, and Restored how many
	// were taken back from there, because a row names them again.
	Unknown, Restored int
	// Damage holds a sentence for everything that is wrong; empty if all is well.
	Damage []string
}

// Check verifies the rows against each other, every row against its file, and, if deep,
// every file against its hash. It may run beside a server, and changes nothing but this: a file
// in quarantine that a row names again is taken back. progress, if it is not nil, is called
// after every blob. What is wrong is in Checked; an error means that the check itself failed.
func (k *Keeper) Check(ctx context.Context, deep bool, progress func(Checked)) (Checked, error) {
	const op = "registry.Keeper.Check"
	var c Checked
	err := k.db.View(ctx, func(tx *store.Tx) (err error) {
		if c.Damage, err = tx.Integrity(ctx); err != nil {
			return err
		}
		wrong, err := tx.Miscounted(ctx)
		c.Damage = append(c.Damage, wrong...)
		return err
	})
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := k.checkLinks(ctx, &c); err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := k.checkQuarantine(ctx, &c); err != nil {
		return c, errs.Wrap(op, err)
	}
	if err := k.checkRows(ctx, deep, &c, progress); err != nil {
		return c, errs.Wrap(op, err)
	}
	err = k.blobs.Walk(ctx, func(e blob.Entry) error {
		if e.Digest == "" {
			c.Strays++
			return nil
		}
		return k.db.Peek(ctx, func(tx *store.Tx) error {
			known, err := tx.HasBlob(ctx, e.Digest)
			if err == nil && !known {
				c.Strays++
			}
			return err
		})
	})
	return c, errs.Wrap(op, err)
}

// checkLinks checks that everything which a manifest names is there, and is known to be
// needed. What refers to an image need not have it.
func (k *Keeper) checkLinks(ctx context.Context, c *Checked) error {
	for after := int64(0); ; {
		var batch []store.Linked
		err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
			batch, err = tx.LinkedImages(ctx, after, linkBatch)
			return err
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, l := range batch {
			after = l.ID
			if wrong := brokenLink(l); wrong != "" {
				c.Damage = append(c.Damage, wrong)
			}
		}
	}
}

// linkBatch is how many manifests are held in memory at a time, each of MaxSize at most.
const linkBatch = 16

// brokenLink gives a sentence if something that an image's manifest names is not there.
func brokenLink(l store.Linked) string {
	name := l.Name.String() + "@" + string(l.Digest)
	m, err := manifest.Parse(l.MediaType, l.Manifest)
	if err != nil {
		return fmt.Sprintf("The manifest of %s cannot be read. Push the image again.", name)
	}
	named := m.Blobs()
	for _, child := range m.Manifests {
		named = append(named, child.Digest)
	}
	for _, d := range named {
		if !l.Links[d] {
			return fmt.Sprintf("%s names %s, which is not there. Push the image again, or delete it.", name, d)
		}
	}
	return ""
}

// checkQuarantine takes back from quarantine what rows name, and counts what they do not. A folder
// that cannot be written is left as it is; then the blobs are missing.
func (k *Keeper) checkQuarantine(ctx context.Context, c *Checked) (err error) {
	if c.Restored, err = k.restoreUnknown(ctx); err != nil && !errs.Is(err, errs.Unavailable) {
		return err
	}
	c.Unknown, err = k.blobs.CountUnknown()
	return err
}

// checkRows checks every blob that the database promises against its file.
func (k *Keeper) checkRows(ctx context.Context, deep bool, c *Checked, progress func(Checked)) error {
	var after digest.Digest
	for {
		var batch []store.Blob
		err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
			batch, err = tx.Blobs(ctx, after, sweepBatch)
			return err
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, b := range batch {
			after = b.Digest
			wrong, err := k.checkBlob(ctx, b, deep)
			if err != nil {
				return err
			}
			if wrong != "" {
				c.Damage = append(c.Damage, wrong)
			}
			c.Blobs++
			c.Bytes += b.Size
			if progress != nil {
				progress(*c)
			}
		}
	}
}

// maxAffectedImages bounds the images that are named with a damaged blob.
const maxAffectedImages = 10

// checkBlob gives a sentence if a blob is not what its row promises.
func (k *Keeper) checkBlob(ctx context.Context, b store.Blob, deep bool) (string, error) {
	size, err := k.blobs.Size(b.Digest)
	wrong := ""
	switch {
	case errs.Is(err, errs.NotFound):
		wrong = "is missing"
	case err != nil:
		return "", err
	case size != b.Size:
		wrong = fmt.Sprintf("has %d bytes instead of %d", size, b.Size)
	case deep:
		switch err := k.blobs.Verify(ctx, b.Digest); {
		case errs.Is(err, errs.Canceled):
			return "", err
		case err != nil:
			wrong = "is damaged"
		}
	}
	if wrong == "" {
		return "", nil
	}
	var images []string
	err = k.db.Peek(ctx, func(tx *store.Tx) (err error) {
		// A sweep may have let it go meanwhile; then nothing is wrong.
		known, err := tx.HasBlob(ctx, b.Digest)
		if err != nil || !known {
			wrong = ""
			return err
		}
		before, err := tx.CorruptionOf(ctx, b.Digest)
		if err != nil {
			return err
		}
		if before != "" {
			wrong = "was set aside, because it " + before
		}
		images, err = tx.ImagesWith(ctx, b.Digest, maxAffectedImages)
		return err
	})
	if err != nil || wrong == "" {
		return "", err
	}
	return fmt.Sprintf("The blob %s %s; images: %s. Push them again to mend it.", b.Digest, wrong, strings.Join(images, ", ")), nil
}
