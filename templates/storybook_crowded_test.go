package templates_test

import (
	"strings"
	"time"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// crowded is a page on which all names are as long as they can be, looked at by somebody
// whose own name is.
func crowded(path string) templates.Page {
	return templates.Page{Registry: emoji + " " + rtl, Version: "1.0.0-" + longPart, Path: path, Search: emoji + " " + longPart,
		Viewer: templates.Viewer{Name: longPart, Admin: true}, Flash: longPart + " is now an owner of " + longPart + ". " + rtl}
}

// crowdedStories show every page that tells names with names which leave it no room: the
// longest that there may be, those written from the right, and those of pictures.
func crowdedStories() []story {
	var all []story
	for _, group := range [][]story{crowdedImageStories(), crowdedManageStories(), crowdedPeopleStories()} {
		all = append(all, group...)
	}
	return all
}

// crowdedName is a container of which every part is as long as it can be.
var crowdedName = ref.Container{Collection: ref.Collection{Namespace: longPart, Name: longPart}, Container: "deep/" + longPart}

func crowdedImage() model.Image {
	return model.Image{Container: crowdedName, Kind: model.SIF, Content: sum, Digest: sum, Size: 1 << 50, Arch: "amd64", Pushed: now, PushedBy: longPart,
		PusherFullName: longName, Tag: longPart, Frozen: true, Tags: []string{longPart, "2-" + longPart, "latest"}, Description: rtl + " " + emoji + " " + longPart,
		Signers: []string{"8883491F4268F173C6E5DC49EDECE4F3F38D871E"}}
}

func crowdedHead(view string) templates.ImageHead {
	return templates.ImageHead{Image: crowdedImage(), Public: true, Archs: []string{"amd64", "arm64", "riscv64", "ppc64le", "s390x"}, Manage: true, View: view}
}

func crowdedImageStories() []story {
	path := templates.ContainerPath(crowdedName)
	emojiNamed := crowdedImage()
	emojiNamed.PushedBy, emojiNamed.PusherFullName, emojiNamed.Arch = "alice", emoji, "arm64"
	gone := crowdedImage()
	gone.PushedBy, gone.PusherFullName = "", ""
	pulls := []templates.Command{{Title: "sregistry", Line: "sregistry pull " + crowdedName.String() + ":" + longPart}}
	old := crowdedHead("")
	old.Image = emojiNamed
	return []story{
		{"crowded-home", templates.Home{Page: crowded("/"), Address: "https://" + strings.Repeat("hub.", 40) + "example.org", Welcome: emoji + "\n\n" + rtl + "\n\n" + longPart,
			Collections: []model.Collection{{Name: crowdedName.Collection, Containers: 1 << 30, Updated: now, Description: emoji + " " + longPart}},
			Sections:    []templates.HomeSection{{Title: "Newest", Containers: []model.Container{{Name: crowdedName, Updated: now, Tags: 1 << 30, Pulls: 1 << 50, Stars: 1 << 50, Frozen: true}}}}}.View()},
		{"crowded-collection", templates.Collection{Page: crowded(templates.CollectionPath(crowdedName.Collection)), Order: model.ByName, Manage: true,
			Collection: model.Collection{Name: crowdedName.Collection, Containers: 5000, Description: emoji + " " + rtl + " " + longPart}, Filter: longPart,
			Roles:      []model.RoleAssignment{{Team: longPart, Role: model.Owner}},
			Containers: []templates.ContainerItem{{Container: model.Container{Name: crowdedName, Updated: now, Tags: 9, Frozen: true}, Tags: []model.Tag{{Name: longPart, Frozen: true}}}}}.View()},
		{"crowded-container", templates.Container{Page: crowded(path), Container: model.Container{Name: crowdedName, Updated: now, Frozen: true}, Public: true, MayDescribe: true,
			About: prose("# " + rtl + "\n\n" + emoji + "\n\n`" + longPart + longPart + "`\n\n" + longPart + "\n"), Readme: model.Readme{Version: 1, By: longPart, ByFullName: longName, Updated: now},
			Tags: []model.Tag{{Name: longPart, Frozen: true, Images: []model.Image{crowdedImage(), emojiNamed, gone}}, {Name: "2-" + longPart, Images: []model.Image{gone}}},
			All:  2, Found: 2, First: true, Example: longPart, Pulls: pulls, Pulled: pulled(), Now: now,
			Star: templates.Star{Container: crowdedName, Count: 1 << 40, SignedIn: true}}.View()},
		{"crowded-image", templates.Image{Page: crowded(path + ":" + longPart), ImageHead: crowdedHead(""), Pulls: pulls, Pulled: pulled(), Now: now,
			Labels: []model.Label{{Key: longPart, Value: rtl + " " + emoji + " " + longPart + longPart}}}.View()},
		{"crowded-files", templates.Files{Page: crowded(path + ":" + longPart + "?view=files"), ImageHead: crowdedHead("files"), PerPage: 500,
			Folder: model.Folder{Path: "/" + longPart + "/" + emoji + "/" + rtl, Count: 2, Files: []model.File{{Name: emoji + longPart, Size: 1 << 60}, {Name: rtl, Size: 1}}}}.View()},
		{"crowded-compare", templates.Compare{Page: crowded(path + ":" + longPart + "?view=compare"), ImageHead: crowdedHead("compare"), With: longPart, Old: &old,
			Choices: []string{longPart}, Labels: []templates.LabelChange{{Key: longPart, Old: rtl, New: emoji + longPart}}}.View()},
		{"crowded-readme", templates.EditReadme{Page: crowded(path + "?view=edit"), Container: crowdedName, Text: rtl + "\n" + longPart + longPart, Version: 3, Most: 128 << 10,
			Problem: "Somebody else changed the README.", Theirs: emoji + " " + longPart + longPart}.View()},
	}
}

func crowdedManageStories() []story {
	collection, path := crowdedName.Collection, templates.ManagePath(crowdedName, "")
	by := crowdedName.String() + "@" + ref.Dotted(sum)
	gone := []model.Deletion{
		{ID: 1, Kind: model.DeletedTag, Name: crowdedName.String() + ":" + longPart, At: now, By: longPart, ByFullName: longName, Until: now},
		{ID: 2, Kind: model.DeletedImage, Name: by, At: now, By: "alice", ByFullName: emoji, Until: now}}
	managed := templates.Managed{Page: crowded(path), Container: model.Container{Name: crowdedName, Public: true, Tags: 1 << 30}, Now: now, Base: "https://hub.example.org",
		Shares: []model.Share{{ID: 9, Image: crowdedName.String() + ":" + longPart, By: longPart, ByFullName: longName, Created: now, Expires: now}}}
	owner := templates.WebhookOwner{Collection: collection}
	hook := model.Webhook{ID: 3, Collection: collection.Full(), URL: "https://" + longPart + ".example.org/" + longPart, By: longPart, Created: now}
	return []story{
		{"crowded-collection-settings", templates.CollectionSettings{Page: crowded(templates.SettingsPath(collection)), Collection: model.Collection{Name: collection, Containers: 1},
			Description: emoji + "\n" + rtl + "\n" + longPart, Roles: []model.RoleAssignment{{Team: longPart, Role: model.Owner}}, Rules: "tags=" + longPart + ",last=1", Deletions: gone,
			DryRun: templates.DryRun{Done: true, Tags: []model.ExpiringTag{{Container: crowdedName.String(), Tag: longPart, Updated: now, Size: 1 << 60}}},
			Usage:  model.Usage{Name: collection.Full(), Used: 1 << 60, Reserved: 1 << 50, Quota: 1 << 61}, Namespace: &model.Usage{Name: longPart, Used: 1 << 60, Quota: 1 << 60},
			Quota: &templates.QuotaForm{Action: templates.SettingsPath(collection) + "/quota#storage", Size: "2097152TiB", Own: true}}.View()},
		{"crowded-collection-new", templates.CollectionNew{Page: crowded("/collections/new"), Namespaces: []string{longPart},
			Form: templates.CollectionForm{Namespace: longPart, Name: longPart, Description: emoji + "\n" + rtl}}.View()},
		{"crowded-manage-container", templates.ManageContainer{Managed: managed, Tags: []model.Tag{{Name: longPart, Updated: now}}, Deletions: gone}.View()},
		{"crowded-manage-image", templates.ManageImage{Managed: managed, Image: crowdedImage()}.View()},
		{"crowded-delete-image", templates.DeleteConfirm{Page: crowded("/do/delete/" + crowdedName.Full()), Name: by, WholeImage: true, Image: crowdedImage(),
			Grace: 7 * 24 * time.Hour, Action: "/do/delete/" + crowdedName.Full(), Back: path}.View()},
		{"crowded-share-created", templates.ShareCreated{Page: crowded("/do/share/" + crowdedName.Full()), Share: managed.Shares[0], File: longPart + "_" + longPart + ".sif",
			Link: "https://hub.example.org/share/7XQK2M5N4P3RTYHGFDSA7XQK2M/" + longPart + "_" + longPart + ".sif", Back: path}.View()},
		{"crowded-upload", templates.Upload{Page: crowded("/upload"), Collections: []ref.Collection{collection}, Form: templates.UploadForm{Collection: collection.Full(), Container: longPart, Tag: longPart},
			Problems: templates.Problems{"tag": "The tag " + longPart + " is frozen; an owner has to thaw it first."}}.View()},
		{"crowded-webhooks", templates.Webhooks{Page: crowded(owner.Path()), Of: owner, Webhooks: []model.Webhook{hook}, URL: hook.URL, Events: longPart}.View()},
		{"crowded-deliveries", templates.Deliveries{Page: crowded(owner.HookPath(3)), Of: owner, Webhook: hook, Deliveries: []model.Delivery{
			{ID: 8, Event: model.Event{At: now, Action: model.Pushed, Target: crowdedName.Full() + ":" + longPart}, State: model.Failed, Tries: 12, Tried: now, Problem: rtl + " " + longPart}}}.View()},
		{"crowded-label", templates.Label{Page: crowded("/labels/x"), Key: longPart, Values: []model.LabelCount{{Key: longPart, Value: rtl + " " + emoji + " " + longPart + longPart, Images: 1 << 50}}}.View()},
	}
}

func crowdedPeopleStories() []story {
	const link = "4f1d2c3b5a69788796a5b4c3d2e1f00f"
	person := model.User{Name: longPart, Kind: model.Person, FullName: longName, Admin: true, Disabled: true, Created: now}
	token := model.Token{ID: "7", Name: emoji + " " + rtl + " " + longPart, Scope: model.ScopeAll, Created: now, Collections: []string{crowdedName.Collection.Full(), longPart}}
	team := model.Team{Name: longPart, Join: model.ByInvitation, Created: now, Members: 1 << 30, Member: true, Owner: true}
	invitation := model.Invitation{ID: 1, Team: longPart, By: longPart, Created: now, Expires: now}
	usage := model.Usage{Name: longPart, Used: 1 << 60, Reserved: 1 << 50, Quota: 1 << 61}
	key := model.Key{Fingerprint: "8883491F4268F173C6E5DC49EDECE4F3F38D871E", Algorithm: 1, Bits: 4096, Created: now, Names: []model.KeyName{{Text: rtl + " " + emoji + " <" + longPart + "@example.org>"}}}
	return []story{
		{"crowded-account", templates.Account{Page: crowded("/account"), User: person, FullName: longName, Usage: usage}.View()},
		{"crowded-account-delete", templates.AccountDelete{Page: crowded("/account/delete"), Collections: []string{crowdedName.Collection.Full()}, Teams: []string{longPart}}.View()},
		{"crowded-tokens", templates.Tokens{Page: crowded("/account/tokens"), Tokens: []model.Token{token}, Now: now,
			Form: templates.TokenForm{Name: token.Name, Scope: model.ScopeAll, Expires: "never", Collections: longPart}}.View()},
		{"crowded-token-created", templates.TokenCreated{Page: crowded("/account/tokens"), Token: token, Secret: secret, Username: longPart, Base: "https://" + longPart + ".example.org"}.View()},
		{"crowded-keys", templates.Keys{Page: crowded("/account/keys"), Keys: []model.Key{key}, Now: now, Add: true}.View()},
		{"crowded-sessions", templates.Sessions{Page: crowded("/account/sessions"), Sessions: []model.Session{
			{ID: "one", Created: now, LastSeen: now, Source: "2001:db8:85a3:8d3:1319:8a2e:370:7348", UserAgent: longPart + longPart + emoji}}, Now: now}.View()},
		{"crowded-teams", templates.Teams{Page: crowded("/teams"), Mine: []model.Team{team}, Open: []model.Team{{Name: longPart, Join: model.Open}}}.View()},
		{"crowded-team", templates.Team{Page: crowded(templates.TeamPath(longPart)), Team: team, Members: []model.Member{{User: longPart, Since: now}, {User: "2-" + longPart, Owner: true, Since: now}},
			Collections: []model.TeamCollection{{Name: crowdedName.Collection, Own: true}}, Manage: true, Invitations: []model.Invitation{invitation},
			Usage: &usage, Limit: templates.LimitPath(longPart)}.View()},
		{"crowded-team-invited", templates.TeamInvited{Page: crowded(templates.TeamPath(longPart)), Invitation: invitation, Link: "https://" + longPart + ".example.org/invitations/" + link}.View()},
		{"crowded-invitation", templates.Invitation{Page: crowded("/invitations/" + link), Secret: link, Invitation: invitation}.View()},
		{"crowded-password-link", templates.PasswordLink{Page: anonymous("/password/" + link), Secret: link, User: person}.View()},
		{"crowded-admin-user", templates.AdminUser{Page: crowded(templates.UserPath("2-" + longPart)), User: model.User{Name: "2-" + longPart, FullName: longName, Admin: true, Kind: model.Person, Created: now},
			Reach: []model.UserRole{{Collection: crowdedName.Collection.Full(), Public: true, Role: model.Owner}}, Tokens: []model.Token{token}, Now: now,
			Held: []string{crowdedName.Collection.Full(), "the team " + longPart}, Usage: usage,
			Quota: templates.QuotaForm{Action: templates.UserPath(longPart) + "/quota#storage", Size: "2097152TiB", Own: true, User: true, UserQuota: 1 << 60}}.View()},
		{"crowded-password-link-made", templates.PasswordLinkMade{Page: crowded("/admin/users"), User: person, Link: "https://" + longPart + ".example.org/password/" + link, Expires: now}.View()},
		{"crowded-admin-storage", templates.AdminStorage{Page: crowded("/admin/storage?in=" + longPart), Place: longPart, Now: now, Holdings: []model.StorageUsage{
			{Name: crowdedName.Collection.Full(), Images: 1 << 30, Bytes: 1 << 60, HasQuota: true, Quota: 1 << 61}, {Name: longPart + "/2-" + longPart, Images: 1, Bytes: 1 << 59, HasQuota: true}}}.View()},
		{"crowded-admin-log", templates.AdminLog{Page: crowded("/admin/log"), Events: []model.Event{
			{At: now, Action: model.Pushed, Target: crowdedName.Full() + ":" + longPart, Actor: longPart, ActorFullName: longName, Via: model.ByToken, TokenName: token.Name,
				Source: "2001:db8:85a3:8d3:1319:8a2e:370:7348", Denied: true, Count: 1 << 30, Details: map[string]string{"to": emoji + " " + rtl + " " + longPart}},
			{At: now, Action: model.TagSet, Target: crowdedName.Full(), Actor: "alice", ActorFullName: emoji, Count: 1}}}.View()},
		{"crowded-admin-uploads", templates.AdminUploads{Page: crowded("/admin/uploads"), Now: now, Uploads: []model.OpenUpload{
			{ID: "A", Container: crowdedName.Full(), User: longPart, UserFullName: longName, Bytes: 1 << 60, Begun: now.Add(-time.Hour), Touched: now, Active: true}}}.View()},
	}
}
