package identity_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// The vectors were computed by the Python client sregistry.
func TestSignatureIsThatOfThePythonClient(t *testing.T) {
	t.Parallel()
	const vsoch = "5027225717bf0030465db1e7099e496022c42181"
	zeros := strings.Repeat("0", 40)
	for _, c := range []struct{ token, kind, collection, hour, name, tag, want string }{
		{vsoch, "push", "a", "20240131T09Z", "b", "latest", "266b939a35332d209ee6fb11afbb61286d37ff50de05329616ceb15a11944938"},
		{vsoch, "upload", "a", "20240131T09Z", "b", "latest", "d4a20456229302d5f60043906b59a00c0ae4690a618ca6ab3ed366128ffebf45"},
		{vsoch, "pull", "a", "20240131T09Z", "b", "latest", "6d6c97e485d393233bcc1ac103f6eb9dfc5d6f7049f8c4679459fb2ee61112b6"},
		{vsoch, "delete", "a", "20240131T09Z", "b", "latest", "7bebb40db105849c6d8b845308c3132481803d0033ed850e6fbcc206f05fb9d0"},
		{vsoch, "build", "a", "20240131T09Z", "b", "latest", "df04ba06b8b387b1c9476cf4acf5b1dec07e18cc918fc58fc745b833d07e8299"},
		{vsoch, "push", "a", "20261122T13Z", "b", "latest", "8a2cc6dbb6b1b6ec76af6eb2fb4abcf55ab00974ca25e9b7d3c7933a668b0dd3"},
		{vsoch, "upload", "a", "20261122T13Z", "b", "latest", "76c4653fa0f23b1ad7e2fb295f5b5f4bcf7c4f33cf4da8dad9f88d8ef9e03645"},
		{vsoch, "pull", "a", "20261122T13Z", "b", "latest", "b077a34611fe148b53ab72d68f97165837255d1357591144490d1c2074916f81"},
		{vsoch, "delete", "a", "20261122T13Z", "b", "latest", "2f3e7eb3ef82ac7fc3e8582e567f05d68fa69be536ddba309daf68fbbfa08f7d"},
		{vsoch, "build", "a", "20261122T13Z", "b", "latest", "013a0f8e453e89c6f2fd6ee184cbf55b443b812c3bc07f59d4e645a46bf574ca"},
		{vsoch, "push", "my-coll", "20240229T23Z", "tool.v2", "v1.0_rc", "f378435b2869645262994e193c05ca0a419b96ffb0933ab3d1617d0dd71c4e52"},
		{vsoch, "upload", "my-coll", "20240229T23Z", "tool.v2", "v1.0_rc", "3bebcc966b8f89f99499b9a93f3ff5603fd9e9ce34862201ed0e62340a39f1e4"},
		{vsoch, "pull", "my-coll", "20240229T23Z", "tool.v2", "v1.0_rc", "f1d48e3f841fd01dc20a8708901bef28d03cfe71f833e258f2d1ea301c9ee6a7"},
		{vsoch, "delete", "my-coll", "20240229T23Z", "tool.v2", "v1.0_rc", "eec54e809c3749b44a955cc600c8e68cb9a20d8ca345a4907835c6d9c10822f4"},
		{zeros, "push", "neuro", "20251231T00Z", "realign", "latest", "e770d4b15dbde52693181cfae16a3649a94f4d866dca4a6b158bc61c0791fb99"},
		{zeros, "upload", "neuro", "20251231T00Z", "realign", "latest", "8fa3f7b7079ff77de33b5e7dd4f5091142b448a0b56b62fd0b417b6df49a41e3"},
		{zeros, "pull", "neuro", "20251231T00Z", "realign", "latest", "5288cc162e2fe3292d2ab3e2e70f1a72dcbb3ad3585e60cec08d512da1351587"},
		{zeros, "delete", "neuro", "20251231T00Z", "realign", "latest", "0dc5bace8e65979d0b40c3f47609373bf1dbf2ea276499773ff2939d62f77f6b"},
	} {
		over := identity.Signed{Kind: c.kind, Collection: c.collection, Name: c.name, Tag: c.tag}
		if got := hex.EncodeToString(identity.Signature(c.token, over, c.hour)); got != c.want {
			t.Errorf("%+v in %s: %s, want %s", over, c.hour, got, c.want)
		}
	}
}

// header builds what the client sends.
func header(token, user string, over identity.Signed, at time.Time) string {
	hour := at.UTC().Format("20060102T15Z")
	return "SREGISTRY-HMAC-SHA256 Credential=" + over.Kind + "/" + base64.StdEncoding.EncodeToString([]byte(user)) + "/" + hour +
		",Signature=" + hex.EncodeToString(identity.Signature(token, over, hour))
}

func (f *fixture) verify(t *testing.T, h string, over identity.Signed) (model.Actor, error) {
	t.Helper()
	parsed, ok := identity.ParseHMAC(h)
	if !ok {
		t.Fatalf("%q is not read", h)
	}
	return f.VerifyHMAC(t.Context(), "192.0.2.1", parsed, over, f.clock.time())
}

var pull = identity.Signed{Kind: "pull", Collection: "a", Name: "b", Tag: "latest"}

func TestHMACActsAsTheTokenThatFits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	f.token(t, bob, identity.NewToken{Name: "other", Scope: model.ScopeAll})
	token, secret := f.token(t, bob, identity.NewToken{Name: "hub", Scope: model.ScopeWrite, Collections: []int64{1}})
	for _, off := range []time.Duration{0, 50 * time.Minute, -50 * time.Minute} {
		a, err := f.verify(t, header(secret, "Bob", pull, f.clock.time().Add(off)), pull)
		if err != nil || a.UserID != bob.UserID || a.Token != token.ID || a.Via != model.ByHMAC ||
			a.Scope != model.ScopeRead|model.ScopeWrite || a.Covers(2) {
			t.Errorf("clock off by %s: %+v, %v", off, a, err)
		}
	}
}

func TestBadSignaturesAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob, eve := f.person(t, "bob"), f.person(t, "eve")
	now := f.clock.time()
	_, secret := f.token(t, bob, identity.NewToken{Name: "hub", Expires: now.Add(time.Hour)})
	_, gone := f.token(t, bob, identity.NewToken{Name: "gone"})
	if err := f.RevokeToken(t.Context(), bob, "", "gone"); err != nil {
		t.Fatal(err)
	}
	_, eves := f.token(t, eve, identity.NewToken{Name: "hub"})
	push := pull
	push.Kind = "push"
	for _, c := range []struct {
		header string
		over   identity.Signed
		words  string
	}{
		{header(secret, "bob", pull, now), identity.Signed{Kind: "pull", Collection: "other", Name: "b", Tag: "latest"}, "signature does not match"},
		{header(secret, "bob", pull, now), push, "signed for"},
		{header(secret, "eve", pull, now), pull, "signature does not match"},
		{header(secret, "nobody", pull, now), pull, "signature does not match"},
		{header(gone, "bob", pull, now), pull, "signature does not match"},
		{header(eves, "bob", pull, now), pull, "signature does not match"},
		{header("", "bob", pull, now), pull, "signature does not match"},
		{header(secret, "bob", pull, now.Add(2*time.Hour)), pull, "by about 2 hours. Set your machine's, which is ahead"},
		{header(secret, "bob", pull, now.Add(-24*time.Hour)), pull, "by about 24 hours. Set your machine's, which is behind"},
	} {
		a, err := f.verify(t, c.header, c.over)
		wantError(t, err, errs.Unauthenticated, c.words)
		if !a.IsAnonymous() {
			t.Errorf("got in as %+v", a)
		}
	}
	f.clock.advance(time.Hour)
	_, err := f.verify(t, header(secret, "bob", pull, f.clock.time()), pull)
	wantError(t, err, errs.Unauthenticated, "expired")
	if err := f.SetDisabled(t.Context(), model.Console, "eve", true); err != nil {
		t.Fatal(err)
	}
	_, err = f.verify(t, header(eves, "eve", pull, f.clock.time()), pull)
	wantError(t, err, errs.Unauthenticated, "signature does not match")
}

func TestParseHMAC(t *testing.T) {
	t.Parallel()
	good := "SREGISTRY-HMAC-SHA256 Credential=push/dnNvY2g=/20240131T09Z,Signature=" + strings.Repeat("ab", 32)
	h, ok := identity.ParseHMAC(good)
	if !ok || h.Kind != "push" || h.User != "vsoch" || h.Hour != "20240131T09Z" || hex.EncodeToString(h.Signature) != strings.Repeat("ab", 32) {
		t.Errorf("%+v, %v", h, ok)
	}
	// Base64 has slashes too.
	if h, ok := identity.ParseHMAC(strings.Replace(good, "dnNvY2g=", "Pz8/", 1)); !ok || h.User != "???" {
		t.Errorf("%+v, %v", h, ok)
	}
	swapped := "SREGISTRY-HMAC-SHA256 Signature=" + strings.Repeat("AB", 32) + ", Credential=push/dnNvY2g=/20240131T09Z"
	if _, ok := identity.ParseHMAC(swapped); !ok {
		t.Error("another order of the pieces is not read")
	}
	for _, bad := range []string{"", "Bearer abc", "SREGISTRY-HMAC-SHA256", "SREGISTRY-HMAC-SHA256 ", "SREGISTRY-HMAC-SHA256 x",
		strings.Replace(good, "dnNvY2g=", "%%%", 1), strings.Replace(good, "/20240131T09Z", "", 1), good[:len(good)-2], good + "zz",
		strings.Replace(good, "dnNvY2g=", "", 1)} {
		if h, ok := identity.ParseHMAC(bad); ok {
			t.Errorf("%q is read as %+v", bad, h)
		}
	}
}

func FuzzParseHMAC(f *testing.F) {
	f.Add("SREGISTRY-HMAC-SHA256 Credential=push/dnNvY2g=/20240131T09Z,Signature=" + strings.Repeat("ab", 32))
	f.Add("SREGISTRY-HMAC-SHA256 Credential=/,Signature=")
	f.Add("SREGISTRY-HMAC-SHA256 ,,=,")
	f.Fuzz(func(t *testing.T, header string) {
		h, ok := identity.ParseHMAC(header)
		if ok && (h.User == "" || len(h.Signature) != 32) {
			t.Errorf("%q is read as %+v", header, h)
		}
	})
}

func TestWrongSignaturesAreSlowed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, secret := f.token(t, bob, identity.NewToken{Name: "hub"})
	try := func(source, token, user string) error {
		parsed, ok := identity.ParseHMAC(header(token, user, pull, f.clock.time()))
		if !ok {
			t.Fatal("not read")
		}
		_, err := f.VerifyHMAC(t.Context(), source, parsed, pull, f.clock.time())
		return err
	}
	for _, user := range []string{"bob", "nobody"} {
		slowed := false
		for range 100 {
			slowed = slowed || errs.Is(try("192.0.2.1", "wrong", user), errs.RateLimited)
		}
		if !slowed {
			t.Errorf("a hundred wrong signatures of %s at once are not slowed", user)
		}
	}
	if err := try("192.0.2.2", secret, "bob"); err != nil {
		t.Errorf("somebody else's failures keep bob out elsewhere: %v", err)
	}
}

// A signature that fits is cached, and ends with its token all the same.
func TestCachedSignatureEndsWithItsToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, secret := f.token(t, bob, identity.NewToken{Name: "hub"})
	h := header(secret, "bob", pull, f.clock.time())
	for range 2 {
		if _, err := f.verify(t, h, pull); err != nil {
			t.Fatal(err)
		}
	}
	other := pull
	other.Tag = "other"
	_, err := f.verify(t, h, other)
	wantError(t, err, errs.Unauthenticated, "signature does not match")
	if err := f.RevokeToken(t.Context(), bob, "", "hub"); err != nil {
		t.Fatal(err)
	}
	_, err = f.verify(t, h, pull)
	wantError(t, err, errs.Unauthenticated, "signature does not match")
}
