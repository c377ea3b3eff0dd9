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
		return "Sign-in required"
	case http.StatusForbidden:
		return "Access denied"
	case http.StatusNotFound:
		return "Not found"
	case http.StatusMethodNotAllowed:
		return "Method not allowed"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusRequestEntityTooLarge:
		return "Too large"
	case http.StatusTooManyRequests:
		return "Too many requests"
	case http.StatusServiceUnavailable:
		return "Temporarily unavailable"
	case http.StatusInsufficientStorage:
		return "Disk full"
	}
	if p.Status >= 500 {
		return "Something went wrong"
	}
	return "Request failed"
}

// invites reports whether signing in may help.
func (p Failure) invites() bool {
	return !p.Viewer.SignedIn() && (p.Status == http.StatusUnauthorized || p.Status == http.StatusNotFound)
}
