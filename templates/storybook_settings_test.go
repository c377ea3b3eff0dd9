package templates_test

import (
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

func collectionManageStories() []story {
	lab := model.Collection{Name: ref.Collection{Namespace: "library", Name: "lab"}, Containers: 3, Description: rtl}
	public := model.Collection{Name: ref.Collection{Namespace: "alice", Name: "default"}, Public: true, Containers: 1, Description: hostile}
	grants := []model.RoleAssignment{{User: "alice", Role: model.Owner}, {Team: "imaging", Role: model.Contributor}, {User: longPart, Role: model.Contributor}}
	settings := templates.CollectionSettings{Page: flashed(signedIn("/collections/library/lab/settings"), "bob is contributor now."), Collection: lab,
		Description: rtl, Signers: "8883491F4268F173C6E5DC49EDECE4F3F38D871E", Roles: grants, People: []string{"alice", "bob"}, Teams: []string{"imaging", "crew"},
		Deletions: []model.Deletion{{ID: 4, Kind: model.DeletedContainer, Name: "lab/old", At: now, By: "alice", Until: now.AddDate(0, 0, 7)}}}
	settings.Usage = model.Usage{Name: "lab", Used: 3 << 30, Reserved: 1 << 30, Quota: 500 << 30}
	settings.Deletions[0].ByFullName = rtl
	settings.Rules = "tags=nightly-*,last=7\ntags=*,newer=90d"
	tried := settings
	tried.Flash = ""
	tried.DryRun = templates.DryRun{Done: true, More: true, Tags: []model.ExpiringTag{
		{Container: "lab/hello", Tag: "nightly-1", Updated: now.AddDate(-1, 0, 0), Pulled: now, Size: 3 << 20},
		{Container: "lab/" + longPart, Tag: longPart, Updated: now, Size: 1 << 40}}}
	stays := tried
	stays.Rules, stays.DryRun = hostile, templates.DryRun{Done: true}
	problems := settings
	problems.Flash = ""
	problems.Problems = templates.Problems{"": "Something is wrong.", "description": "The description has 5,000 bytes; at most 4096 are allowed.",
		"who": `There is no user "bobb".`, "signers": "A fingerprint has 40 hexadecimal digits.", "rules": "The rule for * keeps nothing.", "delete-name": "The name does not match. Type lab."}
	limiting := settings
	limiting.Page, limiting.Usage = flashed(admin("/collections/library/lab/settings"), "Quota of lab set to 500 GiB."), model.Usage{Name: "alice/" + longPart, Used: 470 << 30, Reserved: 10 << 30, Quota: 500 << 30}
	limiting.Namespace = &model.Usage{Name: longPart, Used: 3 << 40, Quota: 2 << 40, Default: true}
	limiting.Quota = &templates.QuotaForm{Action: "/collections/library/lab/settings/quota#storage", Size: "500GiB", Own: true}
	badQuota := limiting
	badQuota.Flash, badQuota.Usage = "", model.Usage{Name: "lab", Used: 7}
	badQuota.Quota = &templates.QuotaForm{Action: "/collections/library/lab/settings/quota#storage", Size: hostile}
	badQuota.Problems = templates.Problems{"quota": hostile + " is not a size. Use a size such as 500GiB, none or default."}
	return []story{
		{"collection-settings-quota", limiting.View()},
		{"collection-settings-quota-problem", badQuota.View()},
		{"collection-new", templates.CollectionNew{Page: signedIn("/collections/new"), Namespaces: []string{"library", "alice", "imaging"}}.View()},
		{"collection-new-problems", templates.CollectionNew{Page: signedIn("/collections/new"), Namespaces: []string{"alice", longPart},
			Form: templates.CollectionForm{Namespace: longPart, Name: hostile, Description: hostile, Public: true}, Problems: templates.Problems{
				"": "Choose one of the namespaces.", "name": `The name "lab" is taken; choose another.`, "description": "The description is too long."}}.View()},
		{"collection-settings", settings.View()},
		{"collection-settings-tried", tried.View()},
		{"collection-settings-stays", stays.View()},
		{"collection-settings-problems", problems.View()},
		{"collection-settings-default", templates.CollectionSettings{Page: signedIn("/collections/alice/default/settings"), Collection: public, Description: hostile}.View()},
	}
}
