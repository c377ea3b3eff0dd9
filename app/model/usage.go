package model

import "math"

// Usage is how much room a namespace or a collection takes up, in bytes: each blob counts
// once, whichever of its containers hold it, and until it is gone for good.
type Usage struct {
	// Name is "alice" for a namespace, "lab" or "alice/tools" for a collection.
	Name string
	Used int64
	// Reserved is kept free for uploads under way.
	Reserved int64
	// Quota is how much Used and Reserved may be together; 0 is no limit.
	Quota int64
	// Default says that the quota is not its own, but what the settings say of every user.
	Default bool
}

// Room gives how many bytes more there may be.
func (u Usage) Room() int64 {
	if u.Quota == 0 {
		return math.MaxInt64
	}
	return max(0, u.Quota-u.Used-u.Reserved)
}
