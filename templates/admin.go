package templates

import (
	"time"

	"sregistry/app/model"
)

// adminPages are the pages of those who run the registry, as tabs.
var adminPages = []navItem{
	{"Overview", "/admin"}, {"Users", "/admin/users"}, {"Uploads", "/admin/uploads"}, {"Storage", "/admin/storage"},
	{"Quotas", "/admin/quotas"}, {"Settings", "/admin/settings"}, {"Webhooks", RegistryWebhooksPath}, {"Audit log", "/admin/log"},
}

// Admin is the overview of those who run the registry: whether it is well.
//
// The page is GET /admin.
type Admin struct {
	Page
	Health model.Health
	// Damage are the first damaged blobs.
	Damage []model.CorruptBlob
	// Started is when the server was.
	Started, Now time.Time
	// Uploads counts those under way, and Active those of them that move.
	Uploads, Active int
}

// low reports whether the disk is nearly full.
func (p Admin) low() bool {
	return p.Health.DiskSize > 0 && p.Health.DiskFree < p.Health.DiskSize/10
}

// ago writes how long ago something was: "3 hours".
func ago(now, then time.Time) string { return span(now.Sub(then)) }

// span writes a time in its largest unit: "3 hours".
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/(24*time.Hour)), "day")
}

// AdminUploads is what is being pushed right now.
//
// The page is GET /admin/uploads; one is stopped by POST /admin/uploads/{id}/stop.
type AdminUploads struct {
	Page
	Uploads []model.OpenUpload
	Now     time.Time
}

// speed is how fast an upload came so far, in bytes a second.
func (p AdminUploads) speed(u model.OpenUpload) int64 {
	seconds := max(1, int64(u.Touched.Sub(u.Begun)/time.Second))
	return u.Bytes / seconds
}
