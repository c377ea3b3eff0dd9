package access_test

import (
	"testing"

	"sregistry/app/access"
	"sregistry/app/model"
)

func TestRoom(t *testing.T) {
	t.Parallel()
	his, others := access.Namespace{Owned: true}, access.Namespace{Common: true}
	alice, root := user(model.ScopeAll, nil), admin(model.ScopeAll, nil)
	for name, c := range map[string]struct{ got, want access.Decision }{
		"anonymous limits":           {access.CanLimit(model.Anonymous), access.NeedLogin},
		"user limits":                {access.CanLimit(alice), access.Refused},
		"admin limits":               {access.CanLimit(root), access.Allow},
		"admin's write token limits": {access.CanLimit(admin(model.ScopeRead|model.ScopeWrite, nil)), access.Narrow},
		"admin's narrowed token":     {access.CanLimit(admin(model.ScopeAll, []int64{here})), access.Narrow},
		"anonymous measures":         {access.CanMeasure(model.Anonymous, his), access.NeedLogin},
		"owner measures":             {access.CanMeasure(alice, his), access.Allow},
		"owner's read token":         {access.CanMeasure(user(model.ScopeRead, nil), his), access.Allow},
		"owner's token of no scope":  {access.CanMeasure(user(0, nil), his), access.Narrow},
		"owner's narrowed token":     {access.CanMeasure(user(model.ScopeAll, []int64{here}), his), access.Narrow},
		"stranger measures":          {access.CanMeasure(alice, others), access.Refused},
		"admin measures":             {access.CanMeasure(root, others), access.Allow},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
