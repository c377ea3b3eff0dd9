package api

import "time"

// Event is something that was done, or that somebody was kept from doing.
// GET /api/v1/events.
type Event struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Action string    `json:"action"`
	// Target is the full name of what it was done to, such as "library/lab/hello:latest".
	Target string `json:"target,omitempty"`
	// Actor is who did it; empty for anonymous and for the registry itself.
	Actor string `json:"actor,omitempty"`
	// Via is the kind of his credential.
	Via       string `json:"via,omitempty"`
	Token     string `json:"token,omitempty"` // its id
	TokenName string `json:"token_name,omitempty"`
	Source    string `json:"source,omitempty"`  // the address that the request came from
	Request   string `json:"request,omitempty"` // its id in the log
	Denied    bool   `json:"denied"`
	// Count is how often it happened, up to At: like denied tries are told as one.
	Count   int               `json:"count"`
	Details map[string]string `json:"details,omitempty"`
}
