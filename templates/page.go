package templates

import "strings"

// Page is what every page shows around its own matter: header, navigation and footer.
// Every page struct embeds one.
type Page struct {
	// Registry is this registry's name, as its settings say.
	Registry string
	// Version is the program's, for the footer; empty leaves it out.
	Version string
	// Viewer is who looks; the zero value is an anonymous visitor.
	Viewer Viewer
	// Path is the path and query of the page itself. It marks the page's own entry in the
	// navigation, and the sign-in page leads back to it.
	Path string
	// Search is what stands in the search box; usually empty.
	Search string
	// Flash is one sentence on what has just been done; usually empty.
	Flash string
	// Undo is the number by which that can be undone; 0 if it cannot.
	Undo int64
}

// Viewer is the person who looks at a page.
type Viewer struct {
	Name  string // empty for an anonymous visitor
	Admin bool   // runs the registry
}

// SignedIn reports whether the viewer is known.
func (v Viewer) SignedIn() bool { return v.Name != "" }

// navItem is one entry of the main navigation.
type navItem struct{ text, path string }

// nav lists where the viewer may go from every page. A page that is not for everybody is
// left out for those who would only meet a refusal.
func (p Page) nav() []navItem {
	items := []navItem{{"Browse", "/"}}
	if p.Viewer.SignedIn() {
		items = append(items, navItem{"Teams", "/teams"}, navItem{"Upload", "/upload"})
	}
	if p.Viewer.Admin {
		items = append(items, navItem{"Admin", "/admin"})
	}
	return items
}

// signInPath leads to the sign-in page, and from there back to this one.
func (p Page) signInPath() string {
	if p.Path == "" || p.Path == "/" || p.entering() {
		return "/sign-in"
	}
	return "/sign-in?" + query("next", p.Path)
}

// entering reports whether the page is itself a way to sign in, and so needs no other.
func (p Page) entering() bool {
	return strings.HasPrefix(p.Path, "/sign-in") || strings.HasPrefix(p.Path, "/setup/") || strings.HasPrefix(p.Path, "/password/")
}

// documentTitle is what the browser's tab and history say.
func (p Page) documentTitle(title string) string {
	if title == p.Registry || p.Registry == "" {
		return title
	}
	return title + " · " + p.Registry
}
