package web

import (
	"net/http"

	"sregistry/app/httpx"
)

// administration are the routes of those who run the registry. To everybody else they are
// not there.
func (s *Site) administration() []httpx.Route {
	return []httpx.Route{
		{Method: http.MethodGet, Path: "/admin", Action: "health", Handler: forAdmins(s.admin)},
		{Method: http.MethodGet, Path: "/admin/uploads", Action: "list uploads", Handler: forAdmins(s.adminUploads)},
		{Method: http.MethodPost, Path: "/admin/uploads/:id/stop", Action: "stop upload", Handler: forAdmins(s.stopUpload)},
		{Method: http.MethodGet, Path: "/admin/storage", Action: "storage", Handler: forAdmins(s.adminStorage)},
		{Method: http.MethodPost, Path: "/admin/sweep", Action: "sweep", Handler: forAdmins(s.sweep)},
		{Method: http.MethodPost, Path: "/admin/maintenance/:task/resume", Action: "resume", Handler: forAdmins(s.resume)},
		{Method: http.MethodGet, Path: "/admin/quotas", Action: "list quotas", Handler: forAdmins(s.adminQuotas)},
		{Method: http.MethodPost, Path: "/admin/quotas", Action: "set quota", Handler: forAdmins(s.setQuota)},
		{Method: http.MethodGet, Path: "/admin/settings", Action: "list settings", Handler: forAdmins(s.adminSettings)},
		{Method: http.MethodPost, Path: "/admin/settings", Action: "change settings", Handler: forAdmins(s.changeSettings)},
		{Method: http.MethodGet, Path: "/admin/log", Action: "audit", Handler: forAdmins(s.adminLog)},
		{Method: http.MethodGet, Path: "/admin/log/export", Action: "audit", Handler: forAdmins(s.exportLog)},

		{Method: http.MethodGet, Path: "/admin/users", Action: "list users", Handler: forAdmins(s.adminUsers)},
		{Method: http.MethodPost, Path: "/admin/users", Action: "create user", Handler: forAdmins(s.createUser)},
		{Method: http.MethodGet, Path: "/admin/users/:name", Action: "show user", Handler: forAdmins(s.adminUser)},
		{Method: http.MethodPost, Path: "/admin/users/:name/password-link", Action: "make password link", Handler: forAdmins(s.makePasswordLink)},
		{Method: http.MethodPost, Path: "/admin/users/:name/suspend", Action: "change user",
			Handler: s.userAction("Account suspended. Its sessions have ended and its tokens no longer work.", s.setDisabled(true))},
		{Method: http.MethodPost, Path: "/admin/users/:name/enable", Action: "change user",
			Handler: s.userAction("Account enabled.", s.setDisabled(false))},
		{Method: http.MethodPost, Path: "/admin/users/:name/admin", Action: "change user",
			Handler: s.userAction("The account is now an administrator.", s.setAdmin(true))},
		{Method: http.MethodPost, Path: "/admin/users/:name/no-admin", Action: "change user",
			Handler: s.userAction("The account is no longer an administrator.", s.setAdmin(false))},
		{Method: http.MethodPost, Path: "/admin/users/:name/delete", Action: "delete user", Handler: forAdmins(s.deleteUser)},
		{Method: http.MethodPost, Path: "/admin/users/:name/quota", Action: "set quota", Handler: forAdmins(s.setUserQuota)},
		{Method: http.MethodPost, Path: "/admin/users/:name/tokens", Action: "create token", Handler: forAdmins(s.createUserToken)},
		{Method: http.MethodPost, Path: "/admin/users/:name/tokens/:id/revoke", Action: "revoke token", Handler: forAdmins(s.revokeUserToken)},
	}
}
