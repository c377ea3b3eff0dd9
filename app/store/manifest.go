package store

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/ref"
)

// Manifest is a manifest as it was pushed.
type Manifest struct {
	Image     int64 // its row; 0 if there is none
	MediaType string
	Digest    digest.Digest
	Length    int64  // in bytes
	Body      []byte // its bytes; nil if they are many, and were not read yet
}

// smallManifest is how many bytes of a manifest FindManifest reads: what takes memory is for
// others to read.
const smallManifest = 16 << 10

// FindManifest does in one statement all that is read for the commonest of pulls: it
// resolves a written name, finds the place and the user's role there, and the manifest
// that a tag or a digest names in it. Where a tag names several images, that is the index
// made of them. What does not exist has a zero id in the place, or in the manifest, as has
// what is damaged, and is not an error. A large manifest comes without its body.
func (t *Tx) FindManifest(ctx context.Context, path ref.Path, r ref.Reference, user int64) (Place, Manifest, error) {
	const op = "store.FindManifest"
	within, without := path.Container(true), path.Container(false)
	type found struct {
		namespace bool // the name's first part is one
		p         Place
		m         Manifest
	}
	f, err := one(ctx, t, op, func(row scanner) (found, error) {
		var f found
		return f, row.Scan(&f.namespace, &f.p.Collection, &f.p.Public, &f.p.Role, &f.p.Container, &f.p.Frozen,
			&f.m.Image, &f.m.MediaType, &f.m.Digest, &f.m.Length, &f.m.Body)
	}, "SELECT s.yes, coalesce(c.id, 0), coalesce(c.public, 0), "+roleOf+`,
	       coalesce(k.id, 0), coalesce(k.frozen, 0), coalesce(i.id, 0), coalesce(i.media_type, ''), coalesce(i.digest, ''),
	       coalesce(length(i.manifest), 0), iif(length(i.manifest) <= ?11, i.manifest, NULL)
	  FROM (SELECT EXISTS (SELECT 1 FROM names WHERE name = ?2 AND kind <> 'collection') AS yes) s
	  LEFT JOIN names n ON n.name = iif(s.yes, ?3, ?6)
	  LEFT JOIN collections c ON c.namespace_id = n.id AND c.name = iif(s.yes, ?4, ?7)
	  LEFT JOIN containers k ON k.collection_id = c.id AND k.name = iif(s.yes, ?5, ?8)
	  LEFT JOIN images i ON i.deleted_at = 0 AND NOT `+corrupt+` AND i.id = iif(?10 = '',
	      -- "*", the index, comes before the name of any architecture
	      (SELECT x.image_id FROM tags g JOIN tag_images x ON x.tag_id = g.id
	        WHERE g.container_id = k.id AND g.name = ?9 ORDER BY x.arch LIMIT 1),
	      (SELECT y.id FROM images y WHERE y.container_id = k.id AND y.digest = ?10))`,
		user, path.First(), within.Namespace, within.Name, within.Container,
		without.Namespace, without.Name, without.Container, r.Tag, string(r.Digest), smallManifest)
	f.p.ContainerOf = without
	if f.namespace {
		f.p.ContainerOf = within
	}
	return f.p, f.m, err
}
