package access_test

import (
	"testing"

	"sregistry/app/access"
	"sregistry/app/model"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	reader, narrowed := user(model.ScopeRead, nil), user(model.ScopeAll, []int64{here})
	alice, root := user(model.ScopeAll, nil), admin(model.ScopeAll, nil)
	for name, c := range map[string]struct{ got, want access.Decision }{
		"anonymous adds":           {access.CanAddKey(model.Anonymous, false), access.NeedLogin},
		"user adds":                {access.CanAddKey(alice, false), access.Allow},
		"read token adds":          {access.CanAddKey(reader, false), access.Narrow},
		"narrowed token adds":      {access.CanAddKey(narrowed, false), access.Narrow},
		"user adds, admins only":   {access.CanAddKey(alice, true), access.Refused},
		"admin adds, admins only":  {access.CanAddKey(root, true), access.Allow},
		"anonymous removes":        {access.CanRemoveKey(model.Anonymous, 0), access.NeedLogin},
		"adder removes":            {access.CanRemoveKey(alice, alice.UserID), access.Allow},
		"read token removes":       {access.CanRemoveKey(reader, reader.UserID), access.Narrow},
		"other removes":            {access.CanRemoveKey(alice, alice.UserID+1), access.Refused},
		"user removes an orphan":   {access.CanRemoveKey(alice, 0), access.Refused},
		"admin removes":            {access.CanRemoveKey(root, 0), access.Allow},
		"anonymous finds":          {access.CanFindKeys(model.Anonymous, false), access.Allow},
		"anonymous finds, sign-in": {access.CanFindKeys(model.Anonymous, true), access.NeedLogin},
		"user finds, sign-in":      {access.CanFindKeys(alice, true), access.Allow},
		"anonymous lists his":      {access.CanListKeys(model.Anonymous, false), access.NeedLogin},
		"user lists his":           {access.CanListKeys(alice, false), access.Allow},
		"user lists all":           {access.CanListKeys(alice, true), access.Refused},
		"admin lists all":          {access.CanListKeys(root, true), access.Allow},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
