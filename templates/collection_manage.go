package templates

import (
	"slices"

	"sregistry/app/model"
	"sregistry/app/ref"
)

// CollectionNew is the form for a collection: GET /collections/new. It is sent to POST
// /collections with the fields namespace, name, visibility and description.
type CollectionNew struct {
	Page
	// Namespaces are those in which the viewer may make collections.
	Namespaces []string
	Form       CollectionForm
	// Problems are about name, description, or the whole.
	Problems Problems
}

// CollectionForm is what can be typed about a collection.
type CollectionForm struct {
	Namespace, Name, Description string
	Public                       bool
}

// CollectionSettings is the page to manage a collection: GET
// /collections/{namespace}/{collection}/settings. Its forms are POSTs below that address:
// about (description, visibility), roles (who, kind, role), signers (signers),
// quota (quota, remove), retention and retention/try (rules), delete (name).
type CollectionSettings struct {
	Page
	Collection model.Collection
	// Description and Signers are what the forms hold, as typed.
	Description, Signers string
	Roles                []model.RoleAssignment
	// People and Teams are suggested to be given a role: those whom the viewer knows of
	// anyhow, and no others.
	People, Teams []string
	// Usage is the room that it takes up, and Namespace that of all its namespace, if there is
	// a limit to it which the viewer may know of.
	Usage     model.Usage
	Namespace *model.Usage
	// Quota is the form to limit it; nil for who may not.
	Quota *QuotaForm
	// Rules are those by which tags go, as typed.
	Rules  string
	DryRun DryRun
	// Deletions can be restored.
	Deletions     []model.Deletion
	MoreDeletions string
	// Problems are about description, who, signers, quota, rules, delete-name, or the whole.
	Problems Problems
}

// SettingsPath is the path of the page to manage a collection.
func SettingsPath(c ref.Collection) string { return CollectionPath(c) + "/settings" }

// namespaceWords say what a namespace is.
func (p CollectionNew) namespaceWords(name string) string {
	switch name {
	case ref.Library:
		return ref.Library + " (shared)"
	case p.Viewer.Name:
		return name + " (yours)"
	}
	return name + " (team)"
}

// chosen reports whether a namespace is the one that the form holds.
func (p CollectionNew) chosen(name string) bool { return p.Form.Namespace == name }

// deletable reports whether the collection can be deleted: the default one of a namespace
// stays with it.
func (p CollectionSettings) deletable() bool { return p.Collection.Name.Name != ref.Default }

// otherRole is the role to which a grant can be changed.
func otherRole(g model.RoleAssignment) model.Role {
	if g.Role == model.Owner {
		return model.Contributor
	}
	return model.Owner
}

// holderName is who a role was given to.
func holderName(g model.RoleAssignment) string { return g.User + g.Team }

// holderKind is the form's word for what that is.
func holderKind(g model.RoleAssignment) string {
	if g.Team != "" {
		return "team"
	}
	return "user"
}

// change is what becoming public, or private, will mean.
func (p CollectionSettings) change() string {
	if p.Collection.Public {
		return "Making it private hides it from everyone without a role. Links to its pages stop working for them; existing download links keep working."
	}
	return "Making it public lets everyone who can reach this registry find and pull its current and future images, including labels and definition files."
}

// suggestions are names to be suggested, without those that have a role already.
func suggestions(names []string, grants []model.RoleAssignment) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(grants, func(g model.RoleAssignment) bool { return holderName(g) == name })
	})
}
