package v1

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// The bodies that must say what they mean: what is absent is nil here, and refused, where
// the types of package api would take it for false or "".
type (
	freezing struct {
		Frozen *bool `json:"frozen"`
	}
	writing struct {
		Text    *string `json:"text"`
		Version *int64  `json:"version"`
	}
	roleChange struct {
		User string  `json:"user"`
		Team string  `json:"team"`
		Role *string `json:"role"`
	}
	membership struct {
		Owner *bool `json:"owner"`
	}
)

// answerPage answers with the page of a list that was asked for, as find gives it.
func answerPage[M, A any](c echo.Context, convert func(M) A, find func(context.Context, model.Actor, model.Page) ([]M, string, error)) error {
	page, err := httpx.ReadPage(c)
	if err != nil {
		return err
	}
	list, next, err := find(c.Request().Context(), httpx.Actor(c), page)
	if err != nil {
		return err
	}
	return httpx.JSON(c, http.StatusOK, api.List[A]{Items: each(list, convert), Next: next})
}

// answerList answers with a list that is so short that it comes at once.
func answerList[M, A any](c echo.Context, items []M, convert func(M) A) error {
	return httpx.JSON(c, http.StatusOK, api.List[A]{Items: each(items, convert)})
}

// each converts all; the outcome is never nil, so that JSON has [] and not null.
func each[M, A any](items []M, convert func(M) A) []A {
	out := make([]A, 0, len(items))
	for _, i := range items {
		out = append(out, convert(i))
	}
	return out
}

// trimAddress writes the public address so that paths can follow it.
func trimAddress(u *url.URL) string { return strings.TrimRight(u.String(), "/") }

// moment is nil for a time that is not set.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (d *door) wireCollection(c model.Collection) api.Collection {
	return api.Collection{Name: c.Name.String(), Public: c.Public, Description: c.Description, Containers: c.Containers,
		Role: c.Role.String(), Created: c.Created, Updated: c.Updated, TrustedKeys: c.TrustedKeys,
		Page: d.address + "/collections/" + c.Name.Full()}
}

func wireContainer(k model.Container) api.Container {
	return api.Container{Name: k.Name.String(), Collection: k.Name.Collection.String(), Frozen: k.Frozen, Tags: k.Tags, Pulls: k.Pulls,
		Created: k.Created, Updated: k.Updated}
}

func (d *door) wireTag(t model.Tag) api.Tag {
	return api.Tag{Name: t.Name, Frozen: t.Frozen, Updated: t.Updated, Images: each(t.Images, d.wireImage)}
}

func (d *door) wireImage(i model.Image) api.Image {
	reference := i.Tag
	if reference == "" {
		reference = ref.Dotted(i.Known())
	}
	return api.Image{Container: i.Container.String(), Tag: i.Tag, Name: i.Title(), Kind: string(i.Kind), OCISIF: i.OCISIF,
		Digest: i.Digest.String(), Content: i.Content.String(), Size: i.Size, Arch: i.Arch, Frozen: i.Frozen, Tags: i.Tags, Labels: i.Labels,
		Pushed: i.Pushed, PushedBy: i.PushedBy, Pulls: i.Pulls, LastPulled: moment(i.LastPulled), Description: i.Description, FileName: i.FileName(), Damaged: i.Damaged, Signers: i.Signers, Signing: wireSigning(i.Signing),
		Page: d.address + "/containers/" + i.Container.Full() + ":" + reference}
}

func wireSigning(s *model.SignatureStatus) *api.Signing {
	if s == nil {
		return nil
	}
	return &api.Signing{Pending: s.Pending, Signatures: each(s.Signatures, func(s model.Signature) api.Signature {
		return api.Signature{Object: s.Object, Fingerprint: s.Fingerprint, Name: s.Name, Covers: s.Covers,
			Verdict: string(s.Verdict), Reason: s.Reason}
	})}
}

func wireKey(k model.Key) api.Key {
	return api.Key{Fingerprint: k.Fingerprint, Names: each(k.Names, func(n model.KeyName) string { return n.Text }),
		Algorithm: k.Algorithm, Bits: k.Bits, Created: k.Created, Expires: moment(k.Expires), Revoked: k.Revoked}
}

func wireLabel(l model.Label) api.Label {
	return api.Label{Key: l.Key, Value: l.Value, Images: each(l.Images, func(name string) string { return name })}
}

func wireDeletion(d model.Deletion) api.Deletion {
	return api.Deletion{ID: d.ID, Kind: string(d.Kind), Name: d.Name, Tags: d.Tags,
		Images: each(d.Images, digest.Digest.String), Deleted: d.At, By: d.By, Until: d.Until}
}

func wireRole(g model.RoleAssignment) api.Grant {
	return api.Grant{User: g.User, Team: g.Team, Role: g.Role.String()}
}

func wireShare(s model.Share) api.Share {
	return api.Share{ID: s.ID, Image: s.Image, By: s.By, Created: s.Created, Expires: s.Expires}
}

func wireTeam(t model.Team) api.Team {
	return api.Team{Name: t.Name, Join: string(t.Join), Size: t.Members, Created: t.Created}
}

func wireMember(m model.Member) api.Member {
	return api.Member{User: m.User, Owner: m.Owner, Since: m.Since}
}

func wireToken(t model.Token, user string) api.Token {
	return api.Token{ID: t.ID, User: user, Name: t.Name, Scope: t.Scope.Names(), Collections: t.Collections,
		Created: t.Created, Expires: moment(t.Expires), LastUsed: moment(t.LastUsed)}
}
