package model

import "time"

// Readme is what a container's owners tell about it.
type Readme struct {
	Text string // Markdown
	// Version counts the changes; 0 is that nothing was written yet.
	Version int64
	Updated time.Time
	By      string // who wrote last; empty if the account is gone
	// ByFullName is what people call him; empty if he did not say.
	ByFullName string
}
