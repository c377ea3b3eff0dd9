package templates

import "net/http"

// Failure is the page of every error.
type Failure struct {
	Page
	// Status is the answer's HTTP status.
	Status int
	// Message is one sentence for a person that says what happened and what to do.
	Message string
	// RequestID finds the request in the server's log; empty leaves it out.
	RequestID string
}

// title is what the status means to a person.
func (p Failure) title() string {
	switch p.Status {
	case http.StatusUnauthorized:
		return "Please sign in"
	case http.StatusForbidden:
		return "You may not do this"
	case http.StatusNotFound:
		return "There is nothing here"
	case http.StatusMethodNotAllowed:
		return "This does not work that way"
	case http.StatusConflict:
		return "That clashes with what is there"
	case http.StatusRequestEntityTooLarge:
		return "That is too large"
	case http.StatusTooManyRequests:
		return "A little slower, please"
	case http.StatusServiceUnavailable:
		return "Not just now"
	case http.StatusInsufficientStorage:
		return "The disk is full"
	}
	if p.Status >= 500 {
		return "Something went wrong here"
	}
	return "That did not work"
}

// invites reports whether signing in may help.
func (p Failure) invites() bool {
	return !p.Viewer.SignedIn() && (p.Status == http.StatusUnauthorized || p.Status == http.StatusNotFound)
}
