package ref

// reserved are the names that nobody can take as a user, team or collection of the
// registry, because a door uses them as the first segment of its URLs, or because a
// reader would take them for something of the registry's own. A test holds the list
// against the table of routes. "admin" is not in it, though the administrator's pages
// begin so: it is what many call their first account, and no name is a first segment.
var reserved = map[string]bool{
	// doors
	"api": true, "v1": true, "v2": true, "version": true, "upload": true, "container": true, "containers": true,
	"collections": true, "collection": true, "pks": true, "share": true, "static": true, "assets": true, "auth": true,
	"token": true, "imagefile": true, "download": true, "tags": true, "livez": true, "readyz": true, "metrics": true, "favicon.ico": true,
	"robots.txt": true, "google_build": true,
	// pages
	"setup": true, "login": true, "logout": true, "sign-in": true, "sign-out": true, "account": true, "administration": true, "password": true,
	"teams": true, "team": true, "users": true, "user": true, "tokens": true, "search": true, "labels": true, "images": true, "do": true,
	"image": true, "invitations": true, "invite": true, "new": true, "settings": true, "help": true, "about": true,
	"openapi.yaml": true, "docs": true, "keys": true, "stars": true, "uploads": true, "activity": true, "manage": true, "badge": true,
	// words of the registry's own
	Library: true, Default: true, "registry": true, "sregistry": true, "anonymous": true, "system": true,
}

// Reserved reports whether a name can never be a user, team or collection of the registry.
func Reserved(name string) bool { return reserved[name] }
