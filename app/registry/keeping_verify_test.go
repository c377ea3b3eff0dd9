package registry_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/opencontainers/go-digest"
	"github.com/sylabs/sif/v2/pkg/integrity"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/pgp/pgptest"
	"sregistry/app/registry"
)

// pushSigned pushes an image that is signed by some keys.
func (f *fixture) pushSigned(actor model.Actor, name string, signers ...*openpgp.Entity) error {
	f.t.Helper()
	b := image(f.t, "amd64", 1)
	for _, e := range signers {
		b = pgptest.SignSIF(f.t, e, b)
	}
	_, err := f.Push(f.ctx(), actor, path(f.t, name), "latest", bytes.NewReader(b))
	return err
}

// signing gives what is known of the signatures of an image.
func (f *fixture) signing(actor model.Actor, name string) model.SignatureStatus {
	f.t.Helper()
	i, _, err := f.Inspect(f.ctx(), actor, path(f.t, name), tag("latest"), "")
	if err != nil {
		f.t.Fatal(err)
	}
	return *i.Signing
}

// verdict gives the verdict on an image's only signature, after the work in the background.
func (f *fixture) verdict(actor model.Actor, name string) (model.Verdict, string) {
	f.t.Helper()
	must(f.t, f.Verifier.RunPending(f.ctx()))
	s := f.signing(actor, name)
	if s.Pending || len(s.Signatures) != 1 {
		f.t.Fatalf("signing %+v", s)
	}
	if signed := s.Signatures[0].Verdict == model.Valid; signed != (len(s.Signers) == 1) {
		f.t.Errorf("signers %v, %+v", s.Signers, s.Signatures)
	}
	return s.Signatures[0].Verdict, s.Signatures[0].Name
}

func TestSignatureIsVerifiedAsKeysComeAndGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	e := pgptest.New(t, "alice")
	must(t, f.pushSigned(alice, "lab/hello", e))
	if s := f.signing(alice, "lab/hello"); !s.Pending {
		t.Errorf("before anything was verified: %+v", s)
	}
	if v, _ := f.verdict(alice, "lab/hello"); v != model.UnknownKey {
		t.Errorf("without the key: %s", v)
	}
	f.addKey(alice, pgptest.Public(t, e))
	if v, name := f.verdict(alice, "lab/hello"); v != model.Valid || name != "alice <alice@example.org>" {
		t.Errorf("with the key: %s by %q", v, name)
	}
	list, _, err := f.Images(f.ctx(), alice, registry.ImageFilter{Signed: true}, model.Page{})
	if err != nil || len(list) != 1 || len(list[0].Signers) != 1 || list[0].Signers[0] != pgptest.Fingerprint(e) {
		t.Errorf("the list of signed images: %+v, %v", list, err)
	}
	must(t, e.RevokeKey(0, "", pgptest.Config()))
	f.addKey(alice, pgptest.Public(t, e))
	if v, _ := f.verdict(alice, "lab/hello"); v != model.NotValid {
		t.Errorf("by a revoked key: %s", v)
	}
	must(t, f.RemoveKey(f.ctx(), alice, pgptest.Fingerprint(e)))
	if v, _ := f.verdict(alice, "lab/hello"); v != model.UnknownKey {
		t.Errorf("after the key was removed: %s", v)
	}
}

func TestSignatureEndsWithItsKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	config := pgptest.Config()
	config.KeyLifetimeSecs = 7200
	e := pgptest.NewWith(t, "alice", config)
	f.addKey(alice, pgptest.Public(t, e))
	must(t, f.pushSigned(alice, "lab/hello", e))
	if v, _ := f.verdict(alice, "lab/hello"); v != model.Valid {
		t.Errorf("before: %s", v)
	}
	f.ahead.Store(int64(2 * time.Hour))
	_, err := f.Keeper.Sweep(f.ctx())
	must(t, err)
	if v, _ := f.verdict(alice, "lab/hello"); v != model.NotValid {
		t.Errorf("after: %s", v)
	}
}

func TestWorkIsDoneInTheBackground(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	go f.Verifier.Run(t.Context())
	e := pgptest.New(t, "alice")
	must(t, f.pushSigned(alice, "lab/hello", e))
	f.addKey(alice, pgptest.Public(t, e))
	for f.signing(alice, "lab/hello").Signers == nil { // the test's own deadline ends it
		time.Sleep(time.Millisecond)
	}
}

func TestChangedImageIsNotValid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	e := pgptest.New(t, "alice")
	f.addKey(alice, pgptest.Public(t, e))
	b := pgptest.SignSIF(t, e, image(t, "amd64", 1))
	at := bytes.Index(b, []byte("vanessa"))
	copy(b[at:], "mallory")
	_, err := f.Push(f.ctx(), alice, path(t, "lab/hello"), "latest", bytes.NewReader(b))
	must(t, err)
	if v, _ := f.verdict(alice, "lab/hello"); v != model.NotValid {
		t.Errorf("a changed image is %s", v)
	}
}

func (f *fixture) requireSignature(actor model.Actor, name string, signers ...string) {
	f.t.Helper()
	if _, err := f.ChangeCollection(f.ctx(), actor, path(f.t, name), registry.CollectionChange{TrustedKeys: &signers}); err != nil {
		f.t.Fatal(err)
	}
}

func TestCollectionTakesOnlyWhatItsSignersSigned(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	ours, theirs, unknown := pgptest.New(t, "alice"), pgptest.New(t, "eve"), pgptest.New(t, "unknown")
	f.addKey(alice, pgptest.Public(t, ours, theirs))
	must(t, f.pushSigned(alice, "lab/old"))
	f.requireSignature(alice, "lab", pgptest.Fingerprint(ours), pgptest.Fingerprint(unknown))

	wants(t, errs.Forbidden, f.pushSigned(alice, "lab/a"))
	wants(t, errs.Forbidden, f.pushSigned(alice, "lab/a", theirs))
	wants(t, errs.Forbidden, f.pushSigned(alice, "lab/a", unknown))
	part := pgptest.SignSIF(t, ours, image(t, "amd64", 1), integrity.OptSignObjects(1))
	_, err := f.Push(f.ctx(), alice, path(t, "lab/a"), "latest", bytes.NewReader(part))
	wants(t, errs.Forbidden, err)
	if _, err := f.find(alice, "lab/a", "latest", ""); !errs.Is(err, errs.NotFound) {
		t.Errorf("something is kept of what was refused: %v", err)
	}

	must(t, f.pushSigned(alice, "lab/a", ours))
	must(t, f.pushSigned(alice, "lab/b", theirs, ours))
	if s := f.signing(alice, "lab/b"); s.Pending || len(s.Signers) != 2 {
		t.Errorf("signing %+v", s)
	}

	// What was there stays, but gets no new tags.
	_, err = f.find(alice, "lab/old", "latest", "")
	must(t, err)
	wants(t, errs.Forbidden, only(f.SetTag(f.ctx(), alice, path(t, "lab/old"), "new", tag("latest"))))
	must(t, only(f.SetTag(f.ctx(), alice, path(t, "lab/a"), "new", tag("latest"))))

	f.requireSignature(alice, "lab")
	must(t, f.pushSigned(alice, "lab/a"))
}

// What the hub's push refuses is refused as a manifest too, and as part of an index.
func TestUnsignedManifestAndIndexAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	i := f.push(alice, "lab/old", "latest", "amd64", 1)
	m, err := f.Manifest(f.ctx(), alice, path(t, "lab/old"), tag("latest"))
	must(t, err)
	f.requireSignature(alice, "lab", pgptest.Fingerprint(pgptest.New(t, "alice")))
	_, err = f.PutManifest(f.ctx(), alice, path(t, "lab/old"), tag("again"), m.MediaType, m.Body)
	wants(t, errs.Forbidden, err)
	_, err = f.PutManifest(f.ctx(), alice, path(t, "lab/old"), byDigest(m.Digest), m.MediaType, m.Body)
	wants(t, errs.Forbidden, err)
	_, err = f.CreateFileImage(f.ctx(), alice, path(t, "lab/old"), i.Content, "")
	wants(t, errs.Forbidden, err)
	index := manifest.ForTag([]manifest.Member{{MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.Body)), Arch: "amd64"}})
	_, err = f.PutManifest(f.ctx(), alice, path(t, "lab/old"), tag("index"), manifest.OCIIndex, index)
	wants(t, errs.Forbidden, err)
}

func TestIndexOfSignedImagesIsTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	e := pgptest.New(t, "alice")
	f.addKey(alice, pgptest.Public(t, e))
	must(t, f.pushSigned(alice, "lab/a", e))
	f.requireSignature(alice, "lab", pgptest.Fingerprint(e))
	must(t, f.Verifier.RunPending(f.ctx()))
	m, err := f.Manifest(f.ctx(), alice, path(t, "lab/a"), tag("latest"))
	must(t, err)
	index := manifest.ForTag([]manifest.Member{{MediaType: m.MediaType, Digest: m.Digest, Size: int64(len(m.Body)), Arch: "amd64"}})
	_, err = f.PutManifest(f.ctx(), alice, path(t, "lab/a"), tag("index"), manifest.OCIIndex, index)
	must(t, err)
}

func TestSignersAreFingerprints(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	must(t, f.pushSigned(alice, "lab/a"))
	for _, signers := range [][]string{{"hello"}, {"0x1234"}, make([]string, 101)} {
		_, err := f.ChangeCollection(f.ctx(), alice, path(t, "lab"), registry.CollectionChange{TrustedKeys: &signers})
		if !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
			t.Errorf("%v: %v", signers, err)
		}
	}
	own := []string{pgptest.Fingerprint(pgptest.New(t, "bob"))}
	_, err := f.ChangeCollection(f.ctx(), bob, path(t, "lab"), registry.CollectionChange{TrustedKeys: &own})
	wants(t, errs.NotFound, err)
}

// Of indexes within indexes there are more ways than anybody can go: each is looked at
// once, or the push would hold the database for days.
func TestIndexesWithinIndexesComeToAnEnd(t *testing.T) {
	t.Parallel()
	const wide, deep = 12, 10
	f := newFixture(t)
	alice := f.user("alice")
	e := pgptest.New(t, "alice")
	f.addKey(alice, pgptest.Public(t, e))
	must(t, f.pushSigned(alice, "lab/a", e))
	f.requireSignature(alice, "lab", pgptest.Fingerprint(e))
	must(t, f.Verifier.RunPending(f.ctx()))
	m, err := f.Manifest(f.ctx(), alice, path(t, "lab/a"), tag("latest"))
	must(t, err)
	inner := fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, m.MediaType, m.Digest)
	for range deep {
		var members []string
		for n := range wide {
			body := fmt.Appendf(nil, `{"schemaVersion":2,"manifests":[%s],"annotations":{"n":"%d"}}`, inner, n)
			i, err := f.PutManifest(f.ctx(), alice, path(t, "lab/a"), byDigest(digest.FromBytes(body)), manifest.OCIIndex, body)
			must(t, err)
			members = append(members, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIIndex, i.Digest))
		}
		inner = strings.Join(members, ",")
	}
}
