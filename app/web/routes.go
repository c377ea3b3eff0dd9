package web

import (
	"net/http"
	"slices"

	"sregistry/app/httpx"
)

// Pages are the routes of all pages and forms. They are to be mounted with Errors, behind
// httpx.SameOrigin, since browsers send the session along with what other sites make them
// send, and behind httpx.Authenticate with Visitor. A GET changes nothing.
func (s *Site) Pages() []httpx.Route {
	return withHead(slices.Concat(s.administration(), []httpx.Route{
		{Method: http.MethodGet, Path: "/", Action: "list", Handler: s.home},
		{Method: http.MethodGet, Path: "/collections", Action: "none", Handler: s.collectionsElsewhere},
		{Method: http.MethodGet, Path: "/collections/new", Action: "none", Handler: s.newCollection},
		{Method: http.MethodPost, Path: "/collections", Action: "create", Handler: s.createCollection},
		{Method: http.MethodGet, Path: "/collections/:namespace/:collection/settings", Action: "manage", Handler: s.collectionSettings},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/about", Action: "manage", Handler: s.settle("description", s.setAbout)},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/roles", Action: "manage", Handler: s.settle("who", s.setRole)},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/signers", Action: "manage", Handler: s.settle("signers", s.setSigners)},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/quota", Action: "set quota", Handler: s.settle("quota", s.setCollectionQuota)},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/retention", Action: "manage", Handler: s.settle("rules", s.setRetention)},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/retention/try", Action: "manage", Handler: s.tryRetention},
		{Method: http.MethodPost, Path: "/collections/:namespace/:collection/settings/delete", Action: "delete", Handler: s.settle("delete-name", s.deleteCollection)},
		{Method: http.MethodGet, Path: "/collections/:namespace/:collection", Action: "show", Handler: s.collection},
		{Method: http.MethodGet, Path: "/containers/:namespace/:collection/*", Action: "inspect", Handler: s.containers},
		{Method: http.MethodPost, Path: "/containers/:namespace/:collection/*", Action: "describe", Handler: s.saveReadme},

		{Method: http.MethodGet, Path: "/search", Action: "list", Handler: s.search},
		{Method: http.MethodGet, Path: "/labels", Action: "list", Handler: s.labels},
		{Method: http.MethodGet, Path: "/labels/*", Action: "list", Handler: s.label},
		{Method: http.MethodPost, Path: "/do/star/:namespace/:collection/*", Action: "star", Handler: s.star},
		{Method: http.MethodPost, Path: "/do/unstar/:namespace/:collection/*", Action: "star", Handler: s.unstar},

		{Method: http.MethodGet, Path: "/setup/:secret", Action: "setup", Handler: s.setup},
		{Method: http.MethodPost, Path: "/setup/:secret", Action: "setup", Handler: s.completeSetup},
		{Method: http.MethodGet, Path: "/sign-in", Action: "none", Handler: s.signIn},
		{Method: http.MethodPost, Path: "/sign-in", Action: "sign in", Handler: s.completeSignIn},
		{Method: http.MethodPost, Path: "/sign-out", Action: "sign out", Handler: s.signOut},

		{Method: http.MethodGet, Path: "/password/:secret", Action: "show password link", Handler: s.passwordLink},
		{Method: http.MethodPost, Path: "/password/:secret", Action: "set password", Handler: s.usePasswordLink},

		{Method: http.MethodGet, Path: "/account", Action: "show account", Handler: s.account},
		{Method: http.MethodPost, Path: "/account/profile", Action: "change account", Handler: s.changeProfile},
		{Method: http.MethodPost, Path: "/account/password", Action: "set password", Handler: s.changePassword},
		{Method: http.MethodGet, Path: "/account/revoke", Action: "show account", Handler: s.offerRevoke},
		{Method: http.MethodPost, Path: "/account/revoke", Action: "revoke token", Handler: s.revokeAll},
		{Method: http.MethodGet, Path: "/account/sessions", Action: "list sessions", Handler: s.sessions},
		{Method: http.MethodPost, Path: "/account/sessions/end-others", Action: "end sessions", Handler: s.endOtherSessions},
		{Method: http.MethodPost, Path: "/account/sessions/:id/end", Action: "end session", Handler: s.endSession},
		{Method: http.MethodGet, Path: "/account/keys", Action: "list keys", Handler: s.keys},
		{Method: http.MethodPost, Path: "/account/keys", Action: "add keys", Handler: s.addKeys},
		{Method: http.MethodPost, Path: "/account/keys/:fingerprint/remove", Action: "remove key", Handler: s.removeKey},
		{Method: http.MethodGet, Path: "/account/delete", Action: "show account", Handler: s.leave},
		{Method: http.MethodPost, Path: "/account/delete", Action: "delete account", Handler: s.completeLeave},
		{Method: http.MethodPost, Path: "/account/hand-over", Action: "grant", Handler: s.handOver},
		{Method: http.MethodGet, Path: "/account/tokens", Action: "list tokens", Handler: s.tokens},
		{Method: http.MethodPost, Path: "/account/tokens", Action: "create token", Handler: s.createToken},
		{Method: http.MethodPost, Path: "/account/tokens/:id/revoke", Action: "revoke token", Handler: s.revokeToken},
		{Method: http.MethodGet, Path: "/auth/tokens", Action: "none", Handler: s.tokensElsewhere},

		{Method: http.MethodGet, Path: "/upload", Action: "none", Handler: s.upload},
		{Method: http.MethodPost, Path: "/uploads/file", Action: "push", Handler: s.uploadFile},

		{Method: http.MethodGet, Path: "/badge/:namespace/:collection/*", Action: "list tags", Handler: s.badge},
		{Method: http.MethodGet, Path: "/manage/:namespace/:collection/*", Action: "manage", Handler: s.manage},
		{Method: http.MethodPost, Path: "/do/freeze/:namespace/:collection/*", Action: "freeze", Handler: s.do(s.freeze)},
		{Method: http.MethodPost, Path: "/do/thaw/:namespace/:collection/*", Action: "freeze", Handler: s.do(s.thaw)},
		{Method: http.MethodPost, Path: "/do/tag/:namespace/:collection/*", Action: "push", Handler: s.do(s.tag)},
		{Method: http.MethodGet, Path: "/do/delete/:namespace/:collection/*", Action: "manage", Handler: s.confirmDelete},
		{Method: http.MethodPost, Path: "/do/delete/:namespace/:collection/*", Action: "delete", Handler: s.do(s.delete)},
		{Method: http.MethodPost, Path: "/do/share/:namespace/:collection/*", Action: "share", Handler: s.share},
		{Method: http.MethodPost, Path: "/do/unshare/:namespace/:collection/*", Action: "share", Handler: s.do(s.unshare)},
		{Method: http.MethodPost, Path: "/do/undo/:id", Action: "undelete", Handler: s.undo},

		{Method: http.MethodGet, Path: "/teams", Action: "list teams", Handler: s.teams},
		{Method: http.MethodGet, Path: "/teams/new", Action: "none", Handler: s.newTeam},
		{Method: http.MethodPost, Path: "/teams", Action: "create team", Handler: s.createTeam},
		{Method: http.MethodGet, Path: "/teams/:team", Action: "show team", Handler: s.team},
		{Method: http.MethodPost, Path: "/teams/:team/join", Action: "join", Handler: s.teamAct(s.joinTeam)},
		{Method: http.MethodPost, Path: "/teams/:team/leave", Action: "leave", Handler: s.teamAct(s.leaveTeam)},
		{Method: http.MethodPost, Path: "/teams/:team/members", Action: "manage team", Handler: s.teamAct(s.setMember)},
		{Method: http.MethodPost, Path: "/teams/:team/policy", Action: "manage team", Handler: s.teamAct(s.setJoinPolicy)},
		{Method: http.MethodPost, Path: "/teams/:team/delete", Action: "delete team", Handler: s.teamAct(s.deleteTeam)},
		{Method: http.MethodPost, Path: "/teams/:team/invitations", Action: "invite", Handler: s.invite},
		{Method: http.MethodPost, Path: "/teams/:team/invitations/:id/revoke", Action: "manage team", Handler: s.teamAct(s.uninvite)},
		{Method: http.MethodGet, Path: "/invitations/:secret", Action: "show invitation", Handler: s.invitation},
		{Method: http.MethodPost, Path: "/invitations/:secret", Action: "join", Handler: s.acceptInvitation},
	}, s.webhookRoutes()))
}

// Assets are the routes that are the same for everybody. They are to be mounted with
// Errors and nothing else: they ask for no session, and cost nothing to count.
func (s *Site) Assets() []httpx.Route {
	return withHead([]httpx.Route{
		{Method: http.MethodGet, Path: "/static/*", Action: "none", Handler: s.static()},
		{Method: http.MethodGet, Path: "/favicon.ico", Action: "none", Handler: s.favicon},
		{Method: http.MethodGet, Path: "/robots.txt", Action: "none", Handler: s.robots},
	})
}

// withHead answers HEAD wherever there is a GET (RFC 9110, section 9.1); net/http leaves
// the body out.
func withHead(routes []httpx.Route) []httpx.Route {
	for _, r := range routes {
		if r.Method == http.MethodGet {
			r.Method = http.MethodHead
			routes = append(routes, r)
		}
	}
	return routes
}
