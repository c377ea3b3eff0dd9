package templates_test

import (
	"net/url"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// adminStories are the pages of those who run the registry.
func adminStories() []story {
	var all []story
	for _, group := range [][]story{overviewStories(), userStories(), storageStories(), quotaStories(), settingsStories(), webhookStories(), logStories()} {
		all = append(all, group...)
	}
	return all
}

func overviewStories() []story {
	well := model.Health{Schema: 2, Blobs: 123456, Bytes: 7 << 40, Verified: now.AddDate(0, 0, -20), Database: 300 << 20,
		DiskFree: 3 << 40, DiskSize: 10 << 40,
		Backup: model.Task{Tried: now.Add(-5 * time.Hour), Done: now.Add(-5 * time.Hour), Report: "12 blobs copied.", Every: 24 * time.Hour},
		Scrub:  model.Task{Every: 24 * time.Hour, Done: now.Add(-time.Hour)}}
	ill := well
	ill.Damaged, ill.DiskFree, ill.Verified = 2, 100<<30, time.Time{}
	ill.Backup = model.Task{Tried: now, Done: now.AddDate(0, 0, -9), Report: hostile, Every: 24 * time.Hour}
	paused := well
	paused.ScrubPaused, paused.CleanupPaused, paused.Unknown = now, now.AddDate(0, 0, 7), 3
	uploads := []model.OpenUpload{
		{ID: "A", Container: "library/lab/hello", User: "alice", Bytes: 3 << 30, Begun: now.Add(-time.Minute), Touched: now, Active: true},
		{ID: "B", Container: "alice/" + longPart + "/deep/name", User: longPart, UserFullName: rtl, Begun: now.Add(-30 * time.Hour), Touched: now.Add(-29 * time.Hour)},
	}
	return []story{
		{"admin", templates.Admin{Page: admin("/admin"), Health: well, Started: now.Add(-50 * time.Hour), Now: now, Uploads: 3, Active: 1}.View()},
		{"admin-ill", templates.Admin{Page: admin("/admin"), Health: ill, Started: now, Now: now, Damage: []model.CorruptBlob{
			{Digest: digest.FromString("x"), What: "is missing", Images: []string{"lab/hello:latest", longPart + "/hello:latest"}},
			{Digest: digest.FromString("y"), What: "hashes to " + digest.FromString("z").String()},
		}}.View()},
		{"admin-paused", templates.Admin{Page: admin("/admin"), Health: paused, Started: now, Now: now}.View()},
		{"admin-new", templates.Admin{Page: admin("/admin"), Started: now, Now: now}.View()},
		{"admin-uploads", templates.AdminUploads{Page: admin("/admin/uploads"), Uploads: uploads, Now: now}.View()},
		{"admin-uploads-empty", templates.AdminUploads{Page: admin("/admin/uploads"), Now: now}.View()},
	}
}

func userStories() []story {
	alice := model.User{Name: "alice", Kind: model.Person, FullName: rtl, Created: now.AddDate(-1, 0, 0)}
	root := model.User{Name: "the-administrator-of-the-gateway", Kind: model.Person, Admin: true, Created: now}
	ci := model.User{Name: "ci", Kind: model.Robot, Created: now}
	gone := model.User{Name: longPart, Kind: model.Person, FullName: hostile, Disabled: true, Created: now}
	reach := []model.UserRole{{Collection: "alice/default", Role: model.Owner}, {Collection: "library/" + longPart, Public: true, Role: model.Contributor}}
	token := model.Token{ID: "7", Name: hostile, Scope: model.ScopeAll, Created: now, Collections: []string{"lab", longPart}}
	form := templates.UserForm{Kind: model.Person}
	usage := model.Usage{Name: "alice", Used: 3 << 30, Quota: 100 << 30, Default: true}
	quota := templates.QuotaForm{Action: "/admin/users/alice/quota#storage", User: true, UserQuota: 100 << 30}
	own := templates.QuotaForm{Action: "/admin/users/ci/quota#storage", Size: "1TiB", Own: true, User: true}
	bad := templates.QuotaForm{Action: "/admin/users/" + longPart + "/quota#storage", Size: hostile, User: true}
	return []story{
		{"admin-users", templates.AdminUsers{Page: admin("/admin/users"), Users: []model.User{alice, root, ci, gone}, More: "/admin/users?after=x&q=", Form: form}.View()},
		{"admin-users-none", templates.AdminUsers{Page: admin("/admin/users"), Words: hostile, Form: form}.View()},
		{"admin-users-problems", templates.AdminUsers{Page: admin("/admin/users"), Users: []model.User{root},
			Form: templates.UserForm{Name: hostile, FullName: hostile, Kind: model.Robot, Admin: true}, Problems: templates.Problems{
				"name": "The name is taken; choose another.", "full-name": "The full name is too long.", "kind": "A robot cannot run the registry."}}.View()},
		{"admin-user", templates.AdminUser{Page: admin("/admin/users/alice"), User: alice, Reach: reach, More: "/admin/users/alice?after=x",
			Tokens: []model.Token{token}, Now: now, Held: []string{"lab", "the team imaging"}, Usage: usage, Quota: quota}.View()},
		{"admin-user-robot", templates.AdminUser{Page: admin("/admin/users/ci"), User: ci, Now: now, Form: templates.DefaultTokenForm(),
			Usage: model.Usage{Name: "ci", Used: 1 << 40, Quota: 1 << 40}, Quota: own,
			Problems: templates.Problems{"name": "A token with this name exists. Choose another name.", "confirm": "The name does not match."}}.View()},
		{"admin-user-own", templates.AdminUser{Page: admin("/admin/users/" + root.Name), User: root, Now: now, Usage: model.Usage{Name: root.Name}, Quota: quota}.View()},
		{"admin-user-suspended", templates.AdminUser{Page: admin("/admin/users/" + longPart), User: gone, Now: now,
			Usage: model.Usage{Name: longPart, Used: 1 << 40}, Quota: bad, Problems: templates.Problems{"quota": hostile + " is not a size."}}.View()},
		{"password-link-made", templates.PasswordLinkMade{Page: admin("/admin/users"), User: alice, First: true, Expires: now.AddDate(0, 0, 3),
			Link: "https://hub.example.org/password/4F1D2C3B5A69788796A5B4C3D2"}.View()},
		{"password-link-made-again", templates.PasswordLinkMade{Page: admin("/admin/users/alice/password-link"), User: gone, Expires: now.AddDate(0, 0, 3),
			Link: "http://127.0.0.1:8080/password/4F1D2C3B5A69788796A5B4C3D2"}.View()},
	}
}

func storageStories() []story {
	health := model.Health{Bytes: 60 << 30, Blobs: 1200, DiskFree: 300 << 30, DiskSize: 500 << 30}
	var samples []model.Sample
	for i := range 90 {
		samples = append(samples, model.Sample{Day: now.AddDate(0, 0, i-89).Truncate(24 * time.Hour), Bytes: int64(i*i) * (8 << 20),
			Blobs: i * 9, Images: i * 8, Collections: i, Users: 3})
	}
	whole := templates.AdminStorage{Page: admin("/admin/storage"), Health: health, Now: now, Grace: 7 * 24 * time.Hour, Samples: samples,
		Holdings: []model.StorageUsage{{Name: "library", Images: 900, Bytes: 30 << 30, HasQuota: true}, {Name: "alice", Images: 80, Bytes: 20 << 30, HasQuota: true, Quota: 100 << 30}, {Name: "imaging", Images: 50, Bytes: 6 << 30},
			{Name: longPart, Images: 7, Bytes: 2 << 30, HasQuota: true, Quota: 1 << 40}, {Name: "bob", Images: 3, Bytes: 1 << 30}, {Name: "carol", Images: 1, Bytes: 400 << 20}, {Name: "dave", Images: 1, Bytes: 4 << 20}},
		Garbage: []model.CleanupDay{{Images: 2, Bytes: 1 << 30}, {Day: now.AddDate(0, 0, 3), Images: 1234, Bytes: 3 << 30}}}
	return []story{
		{"admin-storage", whole.View()},
		{"admin-storage-empty", templates.AdminStorage{Page: admin("/admin/storage"), Now: now}.View()},
		{"admin-storage-namespace", templates.AdminStorage{Page: admin("/admin/storage?in=alice"), Place: "alice", Now: now,
			Holdings: []model.StorageUsage{{Name: "alice/tools", Images: 7, Bytes: 1 << 30, HasQuota: true}, {Name: "alice/" + longPart, Images: 7, Bytes: 1 << 20}}}.View()},
		{"admin-storage-collection", templates.AdminStorage{Page: admin("/admin/storage?in=alice/tools"), Place: "alice/tools", Now: now,
			Holdings: []model.StorageUsage{{Name: "alice/tools/hello", Images: 7, Bytes: 1 << 30}}}.View()},
	}
}

func quotaStories() []story {
	list := []model.Quota{
		{Usage: model.Usage{Name: "alice", Used: 3 << 40, Quota: 2 << 40}, Kind: model.UserQuota},
		{Usage: model.Usage{Name: "lab", Used: 470 << 30, Reserved: 10 << 30, Quota: 500 << 30}, Kind: model.CollectionQuota, Collection: ref.Collection{Namespace: "library", Name: "lab"}},
		{Usage: model.Usage{Name: longPart + "/" + longPart, Used: 30 << 30, Reserved: 1 << 30, Quota: 100 << 30}, Kind: model.CollectionQuota,
			Collection: ref.Collection{Namespace: longPart, Name: longPart}},
		{Usage: model.Usage{Name: "library", Used: 1 << 20, Quota: 10 << 40}, Kind: model.LibraryQuota},
		{Usage: model.Usage{Name: "imaging", Quota: 1 << 40}, Kind: model.TeamQuota},
		{Usage: model.Usage{Name: "bob", Used: 1234567, Quota: 100 << 30, Default: true}, Kind: model.OrphanQuota},
	}
	whole := templates.AdminQuotas{Page: flashed(admin("/admin/quotas"), "alice may take up 2.0 TiB now. It takes up more already: that stays, and nothing can be added."),
		Quotas: list, Order: model.Fullest, More: "/admin/quotas?after=0:bob", UserQuota: 100 << 30}
	later := whole
	later.Page, later.Order, later.Later, later.Quotas, later.More = admin("/admin/quotas?sort=name&after=alice"), model.QuotasByName, true, list[1:2], ""
	named := later
	named.Later, named.Name, named.Size, named.Named = false, "alice/"+longPart, "1500GB", &model.Usage{Name: "alice/" + longPart, Used: 1 << 30, Quota: 1_500_000_000_000}
	problems := later
	problems.Name, problems.Size, problems.Problems = hostile, hostile, templates.Problems{"name": "User or team \"x\" not found.", "quota": hostile + " is not a size. Use a size such as 500GiB, none or default."}
	return []story{
		{"admin-quotas", whole.View()}, {"admin-quotas-later", later.View()}, {"admin-quotas-named", named.View()}, {"admin-quotas-problems", problems.View()},
		{"admin-quotas-empty", templates.AdminQuotas{Page: admin("/admin/quotas"), Order: model.Fullest}.View()},
		{"admin-quotas-end", templates.AdminQuotas{Page: admin("/admin/quotas?after=0:zoe"), Order: model.Fullest, Later: true}.View()},
	}
}

func settingsStories() []story {
	list := []model.Setting{
		{Name: "name", Kind: model.Word, Value: "Imaging Hub", Default: "Sregistry", Help: "the registry's name, for people", Fixed: "the flag --name"},
		{Name: "welcome", Kind: model.Prose, Value: rtl + "\n" + hostile, Help: "what the front page says of the registry", Changed: now, ChangedBy: "alice"},
		{Name: "sign-in", Kind: model.Switch, Value: "false", Default: "false", Help: "show nothing without sign-in"},
		{Name: "add-keys", Kind: model.Word, Choices: []string{"users", "admins"}, Value: "admins", Default: "users", Help: "who may add keys", Changed: now},
		{Name: "grace", Kind: model.Duration, Value: "168h", Default: "168h", Help: "how long an image stays"},
	}
	return []story{
		{"admin-settings", templates.AdminSettings{Page: flashed(admin("/admin/settings"), "Settings saved and applied."), Settings: list}.View()},
		{"admin-settings-problem", templates.AdminSettings{Page: admin("/admin/settings"), Settings: list, Typed: map[string]string{"grace": "soon"},
			Problems: templates.Problems{"": `grace is set to "soon", which is not a duration.`}}.View()},
	}
}

func logStories() []story {
	events := []model.Event{
		{At: now, Action: model.Pushed, Target: "library/lab/hello:latest", Actor: "alice", ActorFullName: "Alice Liddell", Via: model.ByToken, TokenName: "laptop", Source: "192.0.2.7", Count: 1,
			Details: map[string]string{"digest": sum.String(), "size": "1234567"}},
		{At: now, Action: model.DeniedSignIn, Target: hostile, Source: "2001:db8:85a3:8d3:1319:8a2e:370:7348", Denied: true, Count: 17},
		{At: now, Action: model.TagSet, Target: longPart + "/" + longPart + ":" + longPart, Actor: longPart, ActorFullName: longName, Via: model.ByPassword, Source: "192.0.2.7", Count: 1},
		{At: now, Action: model.TagDeleted, Target: "alice/tools/hello:1", Actor: "bob", ActorFullName: rtl, Source: "192.0.2.7", Count: 1},
		{At: now, Action: model.Swept, Count: 1, Details: map[string]string{"images": "3"}},
		{At: now, Action: model.UserDisabled, Target: longPart, Actor: "console", Via: model.ByConsole, Count: 1},
	}
	return []story{
		{"admin-log", templates.AdminLog{Page: admin("/admin/log"), Events: events, More: "/admin/log?after=x"}.View()},
		{"admin-log-empty", templates.AdminLog{Page: admin("/admin/log")}.View()},
		{"admin-log-none", templates.AdminLog{Page: admin("/admin/log?actor=x"), Filter: url.Values{"actor": {hostile}, "denied": {"true"}}}.View()},
		{"admin-log-problem", templates.AdminLog{Page: admin("/admin/log?since=x"), Filter: url.Values{"since": {"x"}}, Problem: "Invalid date. Use the form 2026-11-22."}.View()},
	}
}
