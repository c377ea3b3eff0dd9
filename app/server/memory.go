package server

import (
	"os"
	"runtime/debug"

	"sregistry/app/budget"
	"sregistry/app/config"
)

// How the memory that the server stays below is divided. A part is what requests may hold
// together; Go's own is what the collector keeps all of its memory below, with garbage. The
// rest is for what Go does not count: the database's caches, and the program itself.
const (
	requestsPart = 4
	goPercent    = 70
)

// limitMemory has the collector keep below the limit of the settings, unless the environment
// says otherwise, and gives the budget of the requests.
func limitMemory(settings *config.Config) *budget.Budget {
	limit := int64(settings.MemoryLimit)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit / 100 * goPercent)
	}
	return budget.New(limit / requestsPart)
}
