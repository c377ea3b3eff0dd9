package templates_test

import (
	"time"

	"sregistry/app/model"
	"sregistry/templates"
)

// ownStories are the pages of an account.
func ownStories() []story {
	const link = "4f1d2c3b5a69788796a5b4c3d2e1f00f"
	alice := model.User{Name: "alice", FullName: rtl, Created: now.AddDate(-1, 0, 0)}
	root := model.User{Name: "the-administrator-of-the-gateway", Admin: true, Created: now}
	firefox := "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	sessions := []model.Session{
		{ID: "one", Created: now.Add(-time.Hour), LastSeen: now, Source: "192.0.2.7", UserAgent: firefox},
		{ID: "two", Created: now.AddDate(0, 0, -9), LastSeen: now.AddDate(0, 0, -8), Source: "2001:db8:85a3:8d3:1319:8a2e:370:7348",
			UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"},
		{ID: "three", Created: now, LastSeen: now, Source: "192.0.2.9", UserAgent: hostile},
		{ID: "four", Created: now, LastSeen: now},
	}
	keys := []model.Key{
		{Fingerprint: "8883491F4268F173C6E5DC49EDECE4F3F38D871E", Algorithm: 1, Bits: 4096, Created: now.AddDate(-3, 0, 0),
			Names: []model.KeyName{{Text: "Alice Liddell <alice@example.org>"}}},
		{Fingerprint: "0BC07EB661573CD60BC07EB661573CD60BC07EB6", Algorithm: 22, Bits: 256, Created: now.AddDate(-1, 0, 0), Expires: now,
			Names: []model.KeyName{{Text: hostile}}},
		{Fingerprint: "1BC07EB661573CD60BC07EB661573CD60BC07EB6", Algorithm: 19, Created: now.AddDate(-1, 0, 0), Revoked: true},
	}
	return []story{
		{"account", templates.Account{Page: flashed(signedIn("/account"), "Profile saved."), User: alice, FullName: alice.FullName,
			Usage: model.Usage{Name: "alice", Used: 95 << 30, Quota: 100 << 30, Default: true}}.View()},
		{"account-problems", templates.Account{Page: admin("/account"), User: root, FullName: hostile, Usage: model.Usage{Name: root.Name}, Problems: templates.Problems{
			"full-name": "The full name is too long; write at most 100 characters.",
			"current":   "The current password is wrong.",
			"password":  "The password is too short; use at least 10 characters.",
			"again":     "The passwords do not match.",
		}}.View()},
		{"sessions", templates.Sessions{Page: signedIn("/account/sessions"), Sessions: sessions, Current: "one", Now: now}.View()},
		{"sessions-one", templates.Sessions{Page: signedIn("/account/sessions"), Sessions: sessions[:1], Current: "one", Now: now}.View()},
		{"keys", templates.Keys{Page: signedIn("/account/keys"), Keys: keys, Now: now, More: "/account/keys?after=3", Add: true}.View()},
		{"keys-empty", templates.Keys{Page: signedIn("/account/keys"), Now: now}.View()},
		{"keys-problem", templates.Keys{Page: admin("/account/keys"), Now: now, Add: true, Typed: hostile,
			Problems: templates.Problems{"keys": "No armored public key found. Paste the output of gpg --export --armor."}}.View()},
		{"account-revoke", templates.RevokeAll{Page: signedIn("/account/revoke"), Tokens: 3, Links: 1}.View()},
		{"account-revoke-none", templates.RevokeAll{Page: signedIn("/account/revoke")}.View()},
		{"account-delete", templates.AccountDelete{Page: signedIn("/account/delete")}.View()},
		{"account-delete-problems", templates.AccountDelete{Page: signedIn("/account/delete"), Name: hostile, Problems: templates.Problems{
			"":        "alice alone owns 1 collections and 0 teams; hand them over or delete them first.",
			"name":    "The name does not match. Type alice.",
			"current": "The password is wrong.",
		}}.View()},
		{"account-delete-held", templates.AccountDelete{Page: signedIn("/account/delete"), Collections: []string{"alice/" + longPart, "library/lab"},
			Teams: []string{"imaging"}, Collection: "library/lab", To: "nobody",
			Problems: templates.Problems{"to": "User or team not found."}}.View()},
		{"password-link", templates.PasswordLink{Page: anonymous("/password/" + link), Secret: link, User: alice}.View()},
		{"password-link-problems", templates.PasswordLink{Page: anonymous("/password/" + link), Secret: link, User: alice, Problems: templates.Problems{
			"password": "The password is too short; use at least 10 characters.",
			"again":    "The passwords do not match.",
		}}.View()},
		{"password-link-gone", templates.PasswordLink{Page: anonymous("/password/" + link), Gone: true}.View()},
	}
}
