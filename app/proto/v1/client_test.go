package v1_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// as gives our own client with a token.
func as(t testing.TB, s *site, token string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{Base: s.URL, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// all reads a list to its end.
func all[T any](t testing.TB, list iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for item, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, item)
	}
	return out
}

// TestOurClientIsUnderstood makes the client's every request of this interface.
func TestOurClientIsUnderstood(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alice, bob := s.User(t, "alice"), s.User(t, "bob")
	c, other := as(t, s, s.Token(t, alice)), as(t, s, s.Token(t, bob))
	image := s.Push(t, alice, "alice/tools/samtools", "latest", siftest.Options{Labels: map[string]string{"k": "v"}})
	collection, container := doortest.Path(t, "alice/tools"), doortest.Path(t, "alice/tools/samtools")
	latest := ref.Reference{Tag: "latest"}
	ctx := t.Context()
	public, description := true, "d"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %d, want %d", what, got, want)
		}
	}

	_, err := c.Server(ctx)
	must(err)
	me, err := c.Whoami(ctx)
	must(err)
	if me.User != "alice" {
		t.Errorf("whoami: %+v", me)
	}
	token, err := c.CreateToken(ctx, api.NewToken{Name: "a/b", Scope: []string{"read"}, Collections: []string{"alice/tools"}, ExpiresIn: 60})
	must(err)
	count("tokens", len(all(t, c.Tokens(ctx, ""))), 2)
	count("images of a narrowed token", len(all(t, as(t, s, token.Secret).Images(ctx, client.Search{Text: "sam"}))), 1)
	must(c.RevokeToken(ctx, "", "a/b"))

	_, err = c.CreateCollection(ctx, api.NewCollection{Name: "lab"})
	must(err)
	_, err = c.ChangeCollection(ctx, collection, api.CollectionChange{Public: &public, Description: &description})
	must(err)
	must(c.SetRole(ctx, collection, api.Grant{User: "bob", Role: "contributor"}))
	count("roles", len(all(t, c.Roles(ctx, collection))), 2)
	must(c.SetRole(ctx, collection, api.Grant{User: "bob"}))
	count("collections", len(all(t, other.Collections(ctx))), 1)
	count("containers", len(all(t, other.Containers(ctx, collection))), 1)
	if err := other.DeleteCollection(ctx, collection); !errs.Is(err, errs.Forbidden) || !strings.Contains(errs.Message(err), "alice/tools") {
		t.Errorf("a stranger deletes: %v", err)
	}

	must(c.SetTag(ctx, container, "v1", latest))
	must(c.FreezeTag(ctx, container, "v1", true))
	if err := c.DeleteTag(ctx, container, "v1"); !errs.Is(err, errs.Frozen) {
		t.Errorf("a frozen tag: %v", err)
	}
	must(c.FreezeTag(ctx, container, "v1", false))
	must(c.DeleteTag(ctx, container, "v1"))
	count("tags", len(all(t, other.Tags(ctx, container))), 1)
	must(c.FreezeContainer(ctx, container, false))
	found, err := other.Image(ctx, container, latest, "amd64")
	must(err)
	if found.Content != image.Content.String() || found.Report == nil {
		t.Errorf("image: %+v", found)
	}
	count("labels", len(all(t, other.Labels(ctx, "k", "v"))), 1)
	share, err := c.ShareImage(ctx, container, latest, 60)
	must(err)
	count("shares", len(all(t, c.Shares(ctx, container))), 1)
	must(c.RevokeShare(ctx, share.ID))

	_, err = c.CreateTeam(ctx, api.NewTeam{Name: "crew"})
	must(err)
	invitation, err := c.Invite(ctx, "crew", 0)
	must(err)
	team, err := other.AcceptInvitation(ctx, invitation.Link)
	must(err)
	count("members", len(team.Members), 2)
	must(c.SetMember(ctx, "crew", "bob", true))
	must(c.LeaveTeam(ctx, "crew"))
	must(other.SetMember(ctx, "crew", "alice", false))
	must(other.RemoveMember(ctx, "crew", "alice"))
	count("teams", len(all(t, c.Teams(ctx))), 1)
	if err := c.JoinTeam(ctx, "crew"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("joining a closed team: %v", err)
	}
	must(other.DeleteTeam(ctx, "crew"))

	must(c.DeleteImage(ctx, container, digest.Digest(found.Content)))
	must(c.DeleteContainer(ctx, container))
	must(c.DeleteCollection(ctx, collection))
	if _, err := c.Collection(ctx, collection); !errs.Is(err, errs.NotFound) {
		t.Errorf("after the end: %v", err)
	}
}
