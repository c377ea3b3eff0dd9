package templates_test

import (
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

func teamStories() []story {
	imaging := model.Team{Name: "imaging", Join: model.ByInvitation, Created: now, Members: 3, Member: true, Owner: true}
	open := model.Team{Name: longPart, Join: model.Open, Created: now.AddDate(-1, 0, 0), Members: 12345}
	members := []model.Member{{User: "alice", Owner: true, Since: now}, {User: "bob", Since: now}, {User: longPart, Owner: true, Since: now.AddDate(-2, 0, 0)}}
	reaches := []model.TeamCollection{
		{Name: ref.Collection{Namespace: "imaging", Name: "scans"}, Own: true},
		{Name: ref.Collection{Namespace: "library", Name: "gromacs"}, Public: true, Role: model.Contributor},
		{Name: ref.Collection{Namespace: "alice", Name: longPart}, Role: model.Owner},
	}
	owned := templates.Team{Page: flashed(signedIn("/teams/imaging"), "bob is now a member of the team."), Team: imaging, Members: members,
		Collections: reaches, Manage: true, Invitations: []model.Invitation{{ID: 7, Team: "imaging", By: "alice", Created: now, Expires: now.AddDate(0, 0, 7)},
			{ID: 6, Team: "imaging", Created: now.AddDate(0, 0, -3), Expires: now.AddDate(0, 0, 1)}}}
	owned.Usage = &model.Usage{Name: "imaging", Used: 3 << 30, Quota: 10 << 30}
	problems := owned
	problems.Problems = templates.Problems{"": "The team imaging would have no owner left; make somebody else an owner first.", "delete-name": "The name does not match. Type imaging."}
	plain := templates.Team{Page: signedIn("/teams/imaging"), Team: imaging, Members: members, MoreMembers: "/teams/imaging?members=zoe"}
	plain.Team.Owner = false
	closed := templates.Team{Page: signedIn("/teams/imaging"), Team: model.Team{Name: "imaging", Join: model.ByInvitation, Members: 1}}
	return []story{
		{"teams", templates.Teams{Page: signedIn("/teams"), Mine: []model.Team{imaging, {Name: "x", Members: 1, Member: true}}, Open: []model.Team{open},
			MoreMine: "/teams?mine=x", MoreOpen: "/teams?open=y"}.View()},
		{"teams-empty", templates.Teams{Page: signedIn("/teams")}.View()},
		{"team-new", templates.TeamNew{Page: signedIn("/teams/new")}.View()},
		{"team-new-problem", templates.TeamNew{Page: signedIn("/teams/new"), Name: hostile, Join: model.Open,
			Problems: templates.Problems{"name": `The name "imaging" is taken; choose another.`}}.View()},
		{"team", owned.View()},
		{"team-problems", problems.View()},
		{"team-member", plain.View()},
		{"team-admin", templates.Team{Page: admin("/teams/" + longPart), Team: open, Usage: &model.Usage{Name: longPart, Used: 1 << 40}, Limit: templates.LimitPath(longPart)}.View()},
		{"team-open", templates.Team{Page: signedIn("/teams/" + longPart), Team: open}.View()},
		{"team-closed", closed.View()},
		{"team-invited", templates.TeamInvited{Page: signedIn("/teams/imaging/invitations"), Link: "https://hub.example.org/invitations/7XQK2M5N4P3R",
			Invitation: model.Invitation{Team: "imaging", Expires: now.AddDate(0, 0, 7)}}.View()},
	}
}
