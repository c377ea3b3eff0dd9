package api

import "time"

// Webhook is an address that is told of what happens. Secret is there only in the answer
// that made it. GET /api/v1/webhooks.
type Webhook struct {
	ID int64 `json:"id"`
	// Collection is the one whose events it is told; empty for all that happens.
	Collection string `json:"collection,omitempty"`
	URL        string `json:"url"`
	// Events are the words of what it is told, or those before the dot; none is all.
	Events  []string  `json:"events"`
	By      string    `json:"by,omitempty"`
	Created time.Time `json:"created"`
	Secret  string    `json:"secret,omitempty"`
}

// NewWebhook asks for a webhook. POST /api/v1/webhooks.
type NewWebhook struct {
	Collection string   `json:"collection,omitempty"`
	URL        string   `json:"url"`
	Events     []string `json:"events,omitempty"`
}

// Delivery is an event on its way to a webhook. GET /api/v1/webhooks/{webhook}/deliveries.
type Delivery struct {
	ID     int64      `json:"id"`
	Action string     `json:"action"`
	Target string     `json:"target,omitempty"`
	At     time.Time  `json:"at"`    // when it happened
	State  string     `json:"state"` // "waiting", "delivered" or "failed"
	Tries  int        `json:"tries"`
	Tried  *time.Time `json:"tried,omitempty"`
	Next   *time.Time `json:"next,omitempty"`   // try, if it waits
	Status int        `json:"status,omitempty"` // of the last answer
	// Problem is a sentence about the last try, if it failed.
	Problem string `json:"problem,omitempty"`
}

// Tested names the delivery by which a webhook is tried.
// POST /api/v1/webhooks/{webhook}/test.
type Tested struct {
	Delivery int64 `json:"delivery"`
}
