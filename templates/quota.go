package templates

import (
	"math"
	"strconv"

	"sregistry/app/model"
)

// QuotaForm is the form by which those who run the registry limit how much room something
// takes up: a POST to Action with the field quota, a size as it is typed, or with remove.
type QuotaForm struct {
	Action string
	// Size is what the form holds: the present limit, or what was typed.
	Size string
	// Own says that it has a limit of its own, which can be removed, or for a user that there
	// is to be none.
	Own bool
	// User says that it is a user's namespace, which has UserQuota without a limit of its own.
	User      bool
	UserQuota int64 // bytes; 0 is no limit
}

// hint says what can be typed.
func (f QuotaForm) hint() string {
	const sizes = "A size such as 500GiB or 1.5TB, or “none”. Existing images are kept even if over quota."
	if !f.User {
		return sizes
	}
	return "A size such as 500GiB or 1.5TB, “none”, or “default” for the default quota (" + limitWords(f.UserQuota) +
		"). Existing images are kept even if over quota."
}

// removal is what it is to remove a limit of its own.
func (f QuotaForm) removal() string {
	if f.User {
		return "Use default"
	}
	return "Remove quota"
}

// AdminQuotas lists all limits of room that hold, and sets others.
//
// The page is GET /admin/quotas?sort=ORDER&name=NAME, where the name is that of a namespace
// or a collection to set a limit of. The form is POST /admin/quotas with the fields name,
// quota and remove.
type AdminQuotas struct {
	Page
	Quotas []model.Quota
	Order  model.QuotaOrder
	// More is the address of the list's next part, and Later says that this is not the first.
	More  string
	Later bool
	// UserQuota is what users may take up who have no limit of their own; 0 is no limit.
	UserQuota int64
	// Name and Size are what the form holds.
	Name, Size string
	// Named is the use of what the form is about, if that is known.
	Named *model.Usage
	// Problems are about name and quota.
	Problems Problems
}

// quotaOrders are the orders of the list, with their names.
var quotaOrders = []struct {
	order model.QuotaOrder
	text  string
}{{model.Fullest, "Fullest"}, {model.QuotasByName, "Name"}}

// QuotasPath is the address of the list in an order.
func QuotasPath(order model.QuotaOrder) string {
	if order == model.Fullest {
		order = ""
	}
	return withQuery("/admin/quotas", "sort", string(order))
}

// LimitPath leads to the form with the name of a namespace or a collection in it.
func LimitPath(name string) string { return withQuery("/admin/quotas", "name", name) + "#set" }

// limitedPath is the page of what has a limit.
func limitedPath(q model.Quota) string {
	switch q.Kind {
	case model.CollectionQuota:
		return CollectionPath(q.Collection)
	case model.UserQuota:
		return UserPath(q.Name)
	case model.TeamQuota:
		return TeamPath(q.Name)
	}
	return withQuery("/admin/storage", "in", q.Name)
}

// limitedWords say what has a limit.
func limitedWords(k model.QuotaKind) string {
	switch k {
	case model.LibraryQuota:
		return "shared"
	case model.OrphanQuota:
		return "deleted account"
	}
	return string(k)
}

// limitWords write a limit.
func limitWords(bytes int64) string {
	if bytes == 0 {
		return "no limit"
	}
	return bytesOf(bytes)
}

// nearlyFull is the share from which on a limit is soon reached.
const nearlyFull = 0.9

// fullness says whether a limit is reached, or soon will be, with the class for it; empty
// if neither.
func fullness(u model.Usage) (word, class string) {
	switch share := u.Ratio(); {
	case share >= 1:
		return "full", "bad"
	case share >= nearlyFull:
		return "nearly full", "warn"
	}
	return "", ""
}

// percent writes a share; it is 100 % only when all is taken.
func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "under 1%"
	}
	return strconv.FormatFloat(math.Floor(share*100), 'f', 0, 64) + "%"
}

// takenWords say how much of a limit is taken, and what is to be known of that.
func takenWords(u model.Usage) string {
	words := percent(u.Ratio())
	if u.Reserved > 0 {
		words += ", " + bytesOf(u.Reserved) + " reserved for uploads"
	}
	if u.Default {
		words += ", default quota"
	}
	return words
}
