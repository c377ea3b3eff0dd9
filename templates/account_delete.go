package templates

// AccountDelete is the way out: what the viewer would leave without an owner and, when
// there is nothing, the form that deletes his account.
//
// The page is GET /account/delete, the form POST /account/delete with the fields name and
// current. A collection is handed over by POST /account/hand-over with the fields
// collection and to, a user or a team.
type AccountDelete struct {
	Page
	// Collections are the full names of those that he alone owns.
	Collections []string
	// Teams are those of which he is the only owner.
	Teams []string
	// Collection and To are what was typed before, if the form of a collection comes back.
	Collection, To string
	// Name is what was typed before, if the form comes back.
	Name string
	// Problems are about name and current, to of the collection, or the whole.
	Problems Problems
}

// free reports whether nothing stands in the way.
func (p AccountDelete) free() bool { return len(p.Collections)+len(p.Teams) == 0 }
