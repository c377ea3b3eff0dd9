package store

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
)

// corrupt reports whether a blob of an image i is. There are hardly ever any, so it is asked
// from their side.
const corrupt = "EXISTS (SELECT 1 FROM blobs db CROSS JOIN image_blobs dy ON dy.digest = db.digest WHERE db.damaged_at > 0 AND dy.image_id = i.id)"

// imageColumns are those of an image i in its container k, collection c and namespace n,
// under the tag g if it was asked by one.
const imageColumns = `i.id, c.id, k.id, n.name, c.name, k.name, i.kind, i.digest, i.media_type, i.content, i.subject, i.size, i.arch, i.runnable, i.oci_sif, i.pushed_at, i.description, i.pulls, i.last_pulled_at, ` + corrupt + `,
  coalesce((SELECT pn.name FROM users pu JOIN names pn ON pn.id = pu.name_id WHERE pu.id = i.pushed_by), ''),
  coalesce((SELECT pu.full_name FROM users pu WHERE pu.id = i.pushed_by), ''),
  coalesce((SELECT group_concat(s.fingerprint) FROM signers s WHERE s.digest = i.content), '')`

// imageTables leaves out what is in a deleted container or collection; whether the image
// itself was deleted is for the query to say.
const imageTables = ` FROM images i JOIN containers k ON k.id = i.container_id AND k.deleted_at = 0
  JOIN collections c ON c.id = k.collection_id AND c.deleted_at = 0 JOIN names n ON n.id = c.namespace_id`

func scanImage(row scanner) (model.Image, error) { return scanImageAnd(row) }

// scanImageAnd reads imageColumns and what stands after them.
func scanImageAnd(row scanner, more ...any) (model.Image, error) {
	var i model.Image
	var pushed, pulled int64
	var signers string
	dest := []any{&i.ID, &i.CollectionID, &i.ContainerID, &i.Container.Namespace, &i.Container.Name, &i.Container.Container,
		&i.Kind, &i.Digest, &i.MediaType, &i.Content, &i.Subject, &i.Size, &i.Arch, &i.Runnable, &i.OCISIF, &pushed, &i.Description, &i.Pulls, &pulled, &i.Damaged, &i.PushedBy, &i.PusherFullName, &signers}
	err := row.Scan(append(dest, more...)...)
	i.Pushed, i.LastPulled, i.Signers = fromUnix(pushed), fromUnix(pulled), fingerprints(signers)
	return i, err
}

func scanTaggedImage(row scanner) (model.Image, error) {
	var tag string
	var frozen bool
	i, err := scanImageAnd(row, &tag, &frozen)
	i.Tag, i.Frozen = tag, frozen
	return i, err
}

// ImagesByTag gives what a tag names, one image per architecture, in their order.
func (t *Tx) ImagesByTag(ctx context.Context, container int64, tag string) ([]model.Image, error) {
	return all(ctx, t, "store.ImagesByTag", scanTaggedImage, "SELECT "+imageColumns+", g.name, g.frozen OR k.frozen"+imageTables+`
	  JOIN tag_images x ON x.image_id = i.id JOIN tags g ON g.id = x.tag_id
	 WHERE g.container_id = ? AND g.name = ? AND x.arch <> '*' ORDER BY x.arch`, container, tag)
}

// TagImages is ImagesByTag for a tag that is known by its row id.
func (t *Tx) TagImages(ctx context.Context, tag int64) ([]model.Image, error) {
	return all(ctx, t, "store.TagImages", scanImage, "SELECT "+imageColumns+imageTables+`
	  JOIN tag_images x ON x.image_id = i.id WHERE x.tag_id = ? AND x.arch <> '*' ORDER BY x.arch`, tag)
}

// ImageByDigest gives an image by the digest of its manifest. Errors: NotFound.
func (t *Tx) ImageByDigest(ctx context.Context, container int64, d digest.Digest) (model.Image, error) {
	return one(ctx, t, "store.ImageByDigest", scanImage, "SELECT "+imageColumns+imageTables+
		" WHERE i.container_id = ? AND i.digest = ? AND i.deleted_at = 0", container, d)
}

// ImageByContent gives an image by the digest of its file. Errors: NotFound.
func (t *Tx) ImageByContent(ctx context.Context, container int64, d digest.Digest) (model.Image, error) {
	return one(ctx, t, "store.ImageByContent", scanImage, "SELECT "+imageColumns+imageTables+
		" WHERE i.container_id = ? AND i.content = ? AND i.content <> '' AND i.deleted_at = 0 ORDER BY i.id DESC LIMIT 1", container, d)
}

// Image gives an image by its row id. Errors: NotFound.
func (t *Tx) Image(ctx context.Context, id int64) (model.Image, error) {
	return one(ctx, t, "store.Image", scanImage, "SELECT "+imageColumns+imageTables+" WHERE i.id = ? AND i.deleted_at = 0", id)
}

// Children gives the images that an index names, with the architecture that it says.
func (t *Tx) Children(ctx context.Context, index int64) ([]model.Image, error) {
	return all(ctx, t, "store.Children", func(row scanner) (model.Image, error) {
		var arch string
		i, err := scanImageAnd(row, &arch)
		if i.Arch == "" {
			i.Arch = arch
		}
		return i, err
	}, "SELECT "+imageColumns+", x.arch"+imageTables+` JOIN image_children x ON x.child_id = i.id
	  WHERE x.image_id = ? AND i.deleted_at = 0 ORDER BY x.arch, i.id`, index)
}

// TaggedImages gives all images of a container that have a tag.
func (t *Tx) TaggedImages(ctx context.Context, container int64) ([]model.Image, error) {
	return all(ctx, t, "store.TaggedImages", scanImage, "SELECT "+imageColumns+imageTables+` WHERE i.container_id = ? AND i.deleted_at = 0
	  AND EXISTS (SELECT 1 FROM tag_images x WHERE x.image_id = i.id AND x.arch <> '*') ORDER BY i.id`, container)
}

// HasBlobs reports whether an image needs blobs; an index does that names some.
func (t *Tx) HasBlobs(ctx context.Context, image int64) (bool, error) {
	return one(ctx, t, "store.HasBlobs", value[bool], "SELECT EXISTS (SELECT 1 FROM image_blobs WHERE image_id = ?)", image)
}

// LargestManifest gives the length of the longest of some images' manifests, in bytes.
func (t *Tx) LargestManifest(ctx context.Context, images []int64) (int64, error) {
	return one(ctx, t, "store.LargestManifest", value[int64],
		"SELECT coalesce(max(length(manifest)), 0) FROM images WHERE id IN (SELECT value FROM json_each(?))", list(images))
}

// Manifest gives the bytes of an image's manifest.
func (t *Tx) Manifest(ctx context.Context, image int64) ([]byte, error) {
	return one(ctx, t, "store.Manifest", value[[]byte], "SELECT manifest FROM images WHERE id = ?", image)
}
