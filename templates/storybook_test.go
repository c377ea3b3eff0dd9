package templates_test

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// story is one page in one state. Its golden file is testdata/pages/NAME.html.
type story struct {
	name string
	page templ.Component
}

// What is hard to show: the longest names, other directions of writing, and text that
// wants to be script.
const (
	longPart = "a-collection-whose-name-was-made-by-a-build-system-that-knows-no-bounds-and-puts-all-in-2026.11.22-x86_64-avx512-cuda13-openmpi5"
	hostile  = `</pre><script>alert("1")</script><img src=x onerror=alert(2)> & "quotes"`
	rtl      = "أدوات التصوير العصبي — صور جاهزة للمختبر 🧠🔬"
	emoji    = "🧬 Genomes, 🧪 proteins and 👩🏽‍🔬 people"
	longName = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwohlgepf" // as long as a full name may be
)

var (
	now    = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	secret = "sreg_" + strings.Repeat("k7Qm2ZxB9tRw", 17) + "A"
	sum    = digest.FromString("an image")
)

func anonymous(path string) templates.Page {
	return templates.Page{Registry: "Imaging Hub", Version: "1.0.0", Path: path}
}

func signedIn(path string) templates.Page {
	p := anonymous(path)
	p.Viewer = templates.Viewer{Name: "alice"}
	return p
}

func admin(path string) templates.Page {
	p := anonymous(path)
	p.Viewer = templates.Viewer{Name: "the-administrator-of-the-gateway", Admin: true}
	p.Registry = "The Registry of the Department of Computational Neuroimaging, Genomics and Climate"
	return p
}

func flashed(p templates.Page, sentence string) templates.Page {
	p.Flash = sentence
	return p
}

// stories are all pages in all their states.
func stories() []story {
	var all []story
	for _, group := range [][]story{
		accountStories(), ownStories(), tokenStories(), homeStories(), findStories(), imageStories(), collectionStories(), failureStories(), uploadStories(), teamStories(), managedStories(), collectionManageStories(),
		containerStories(), filesStories(), compareStories(),
		adminStories(), crowdedStories(),
	} {
		all = append(all, group...)
	}
	return all
}

func accountStories() []story {
	const link = "4f1d2c3b5a69788796a5b4c3d2e1f00f"
	invitation := model.Invitation{Team: "imaging", By: "alice", Expires: now.AddDate(0, 0, 7)}
	return []story{
		{"setup", templates.Setup{Page: anonymous("/setup/" + link), Secret: link}.View()},
		{"setup-problems", templates.Setup{Page: anonymous("/setup/" + link), Secret: link, Name: hostile, Problems: templates.Problems{
			"":         "The account was not created. Correct the marked fields.",
			"name":     `The name "Ada L" has a blank at character 4; use lower case letters, digits and . _ - between them.`,
			"password": "The password has 7 characters; use 12 or more.",
			"again":    "The passwords do not match.",
		}}.View()},
		{"setup-gone", templates.Setup{Page: anonymous("/setup/" + link), Gone: true}.View()},
		{"sign-in", templates.SignIn{Page: anonymous("/sign-in")}.View()},
		{"sign-in-problem", templates.SignIn{Page: anonymous("/sign-in"), Name: "alice", Next: "/account/tokens",
			Problem: "The name and the password do not match."}.View()},
		{"sign-in-wait", templates.SignIn{Page: anonymous("/sign-in"), Name: "alice", Wait: 29*time.Second + 1}.View()},
		{"sign-in-wait-long", templates.SignIn{Page: anonymous("/sign-in"), Name: "alice", Wait: 4 * time.Minute}.View()},
		{"invitation", templates.Invitation{Page: signedIn("/invitations/" + link), Secret: link, Invitation: invitation}.View()},
		{"invitation-anonymous", templates.Invitation{Page: anonymous("/invitations/" + link), Secret: link, Invitation: invitation}.View()},
		{"invitation-gone", templates.Invitation{Page: signedIn("/invitations/" + link), Gone: true}.View()},
	}
}

func tokenStories() []story {
	token := model.Token{ID: "7", Name: "laptop", Scope: model.ScopeRead | model.ScopeWrite,
		Created: now.AddDate(0, -1, 0), Expires: now.AddDate(0, 2, 0), LastUsed: now.Add(-time.Hour)}
	list := []model.Token{
		token,
		{ID: "6", Name: emoji + " " + longPart, Scope: model.ScopeAll, Created: now.AddDate(-1, 0, 0),
			Collections: []string{"lab", "alice/tools", longPart}},
		{ID: "5", Name: rtl, Scope: model.ScopeRead, Created: now.AddDate(-1, 0, 0), Expires: now},
	}
	typed := templates.TokenForm{Name: hostile, Scope: model.ScopeDelete, Expires: "never", Collections: "lab; tools"}
	created := templates.TokenCreated{Page: signedIn("/account/tokens"), Token: token, Secret: secret, Username: "alice",
		Base: "https://hub.example.org"}
	plain, ported := created, created
	plain.Base = "http://hub.example.org"
	ported.Base, ported.Token.Expires = "http://127.0.0.1:8080", time.Time{}
	return []story{
		{"tokens", templates.Tokens{Page: flashed(signedIn("/account/tokens"), "Token revoked."),
			Tokens: list, Now: now, Form: templates.DefaultTokenForm()}.View()},
		{"tokens-empty", templates.Tokens{Page: signedIn("/account/tokens"), Now: now, Form: templates.DefaultTokenForm()}.View()},
		{"tokens-problems", templates.Tokens{Page: signedIn("/account/tokens"), Now: now, Form: typed, Problems: templates.Problems{
			"":            "The token was not created. Correct the marked fields.",
			"name":        "You have a token of this name; choose another.",
			"scope":       "Choose at least one scope.",
			"expires":     "Choose one of the listed durations.",
			"collections": `The name "lab; tools" has ";" at character 4; put commas between names.`,
		}}.View()},
		{"token-created", created.View()},
		{"token-created-plain", plain.View()},
		{"token-created-port", ported.View()},
	}
}

func homeStories() []story {
	list := []model.Collection{
		{Name: ref.Collection{Namespace: "library", Name: "gromacs"}, Public: true, Containers: 12, Updated: now,
			Description: "Molecular dynamics, built weekly for the cluster's nodes."},
		{Name: ref.Collection{Namespace: "alice", Name: "tools"}, Containers: 1, Updated: now.AddDate(0, -3, 0), Description: emoji},
		{Name: ref.Collection{Namespace: "library", Name: "neuro"}, Public: true, Containers: 1234, Updated: now.AddDate(-1, 0, 0), Description: rtl},
		{Name: ref.Collection{Namespace: "library", Name: longPart}, Containers: 0, Description: hostile},
	}
	const address = "https://hub.example.org"
	shelf := []model.Container{
		{Name: ref.Container{Collection: list[0].Name, Container: "gromacs"}, Public: true, Updated: now, Tags: 3, Pulls: 1234, Stars: 5},
		{Name: ref.Container{Collection: list[3].Name, Container: longPart}, Updated: now, Tags: 1},
	}
	return []story{
		{"home", templates.Home{Page: signedIn("/"), Address: address, Collections: list, More: "/?after=neuro", Welcome: "Images of the *Imaging Hub*, for all who need them.\n\n" + rtl,
			Counts: templates.HomeCounts{Collections: 4, Containers: 1247}, Arches: []string{"amd64", "arm64", "riscv64"},
			Labels: []model.LabelCount{{Key: "maintainer", Images: 12}, {Key: "org.label-schema.build-date", Images: 1247}, {Key: longPart, Images: 1}},
			Sections: []templates.HomeSection{{Title: "Starred by me"},
				{Title: "Newest", All: templates.SearchQuery{Kind: model.KindContainer, Order: model.Newest}, Containers: shelf},
				{Title: "Most pulled", All: templates.SearchQuery{Kind: model.KindContainer, Order: model.Pulled}, Containers: shelf[:1]}}}.View()},
		{"home-later", templates.Home{Page: signedIn("/?after=neuro"), Address: address, Collections: list[2:], Later: true}.View()},
		{"home-anonymous", templates.Home{Page: anonymous("/"), Address: address, Collections: list[:1]}.View()},
		{"home-anonymous-empty", templates.Home{Page: anonymous("/"), Address: "http://127.0.0.1:8080"}.View()},
		{"home-new", templates.Home{Page: anonymous("/"), Address: "http://127.0.0.1:8080", New: true}.View()},
		{"home-empty", templates.Home{Page: admin("/"), Address: address}.View()},
	}
}

func collectionStories() []story {
	name := ref.Collection{Namespace: "library", Name: "lab"}
	tags := []model.Tag{{Name: "latest"}, {Name: "2026.11", Frozen: true}, {Name: "2026.10"}}
	many := make([]model.Tag, 40)
	for i := range many {
		many[i].Name = "v1." + string(rune('0'+i/10)) + "." + string(rune('0'+i%10))
	}
	containers := []templates.ContainerItem{
		{Container: model.Container{Name: ref.Container{Collection: name, Container: "hello"}, Updated: now, Tags: 3}, Tags: tags},
		{Container: model.Container{Name: ref.Container{Collection: name, Container: "many"}, Updated: now, Tags: 40, Frozen: true}, Tags: many},
		{Container: model.Container{Name: ref.Container{Collection: name, Container: longPart}}},
	}
	lab := model.Collection{Name: name, Public: true, Containers: 3, Description: rtl}
	grants := []model.RoleAssignment{{User: "alice", Role: model.Owner}, {Team: "imaging", Role: model.Contributor}, {User: longPart, Role: model.Contributor}}
	private := model.Collection{Name: ref.Collection{Namespace: "alice", Name: longPart}, Containers: 1, Description: hostile}
	return []story{
		{"collection", templates.Collection{Page: anonymous("/collections/library/lab"), Collection: lab, Containers: containers, Order: model.ByName,
			More: "/collections/library/lab?after=" + longPart}.View()},
		{"collection-filtered", templates.Collection{Page: anonymous("/collections/library/lab?filter=zz"), Collection: model.Collection{Name: name, Public: true, Containers: 5000},
			Filter: hostile, Order: model.Newest}.View()},
		{"collection-managed", templates.Collection{Page: signedIn("/collections/alice/" + longPart), Collection: private,
			Containers: containers[:1], Manage: true, Roles: grants}.View()},
		{"collection-empty", templates.Collection{Page: signedIn("/collections/library/new"), Manage: true,
			Collection: model.Collection{Name: ref.Collection{Namespace: "library", Name: "new"}},
			Push:       "sregistry push --name new/hello --tag latest hello.sif"}.View()},
		{"collection-empty-read", templates.Collection{Page: signedIn("/collections/library/new"),
			Collection: model.Collection{Name: ref.Collection{Namespace: "library", Name: "new"}}}.View()},
	}
}

func failureStories() []story {
	failure := func(p templates.Page, status int, message string) templ.Component {
		return templates.Failure{Page: p, Status: status, Message: message, RequestID: "3f2c9a417be0"}.View()
	}
	return []story{
		{"failure-400", failure(signedIn("/account/tokens"), 400, "The form arrived incomplete. Send it again.")},
		{"failure-401", failure(anonymous("/account/tokens?a=b&c=d"), 401, "Sign in to continue.")},
		{"failure-403", failure(signedIn("/administration"), 403, "Only administrators may see this page.")},
		{"failure-404", failure(anonymous("/collections/library/none"), 404, "Page not found (or you do not have access).")},
		{"failure-404-signed-in", failure(signedIn("/collections/library/none"), 404, "Page not found (or you do not have access).")},
		{"failure-405", failure(signedIn("/sign-out"), 405, "This address is for sending a form.")},
		{"failure-409", failure(signedIn("/"), 409, "The name lab is taken; choose another.")},
		{"failure-413", failure(signedIn("/"), 413, "The form is larger than 1 MiB.")},
		{"failure-429", failure(anonymous("/"), 429, "Too many requests came from your address; wait 10 seconds.")},
		{"failure-500", failure(admin("/"), 500, "The registry failed, and wrote down why. Try again; if it happens again, tell the administrator.")},
		{"failure-503", failure(anonymous("/"), 503, "The registry is stopping; try again in a minute.")},
		{"failure-507", failure(signedIn("/"), 507, "The registry has no space left; tell the administrator.")},
	}
}
