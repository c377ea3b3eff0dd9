package model

import "time"

// Webhook is an address that is told of what happens. Its secret, by which it knows that
// the registry tells it, is given once, when it is made.
type Webhook struct {
	ID int64
	// Collection is the full name of the collection whose events it is told; empty for all
	// that happens in the registry.
	Collection string
	URL        string
	// Events are the words of what it is told, or those before the dot; none is all.
	Events  []string
	By      string // who made it; empty if the account is gone
	Created time.Time
}

// DeliveryState is what became of a delivery.
type DeliveryState string

// The states.
const (
	Waiting   DeliveryState = "waiting" // for its first try, or its next
	Delivered DeliveryState = "delivered"
	Failed    DeliveryState = "failed" // for good
)

// Delivery is an event on its way to a webhook.
type Delivery struct {
	ID      int64
	Event   Event
	State   DeliveryState
	Tries   int
	Tried   time.Time // the last time; zero is never
	Next    time.Time // when it is tried next, if it waits
	Status  int       // of the last answer; 0 for none
	Problem string    // a sentence about the last try, if it failed
}

// WebhookTested is the word of an event by which somebody tries a webhook.
const WebhookTested = "webhook.test"

// What is done to webhooks.
const (
	WebhookCreated     = "webhook.create"
	WebhookDeleted     = "webhook.delete"
	WebhookRedelivered = "webhook.redeliver"
)
