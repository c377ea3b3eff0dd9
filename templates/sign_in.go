package templates

import (
	"fmt"
	"time"
)

// SignIn asks who is there.
//
// The form is POST /sign-in with the fields name, password and next.
type SignIn struct {
	Page
	// Name is what was typed before.
	Name string
	// Next is the path to go on to; empty is home. The handler must refuse whatever is not
	// a path of this site.
	Next string
	// Problem is why the last try failed: one sentence, the same for an unknown name and a
	// wrong password.
	Problem string
	// Wait is how long to wait before the next try after too many failures; zero is not at
	// all. It takes the place of Problem.
	Wait time.Duration
}

// sentence is what the page says about the last try; empty for the first.
func (p SignIn) sentence() string {
	if p.Wait <= 0 {
		return p.Problem
	}
	return fmt.Sprintf("Too many attempts. Wait %s, then try again.", inWords(p.Wait))
}

// inWords rounds a wait up to whole seconds or minutes: nobody should come back too early.
func inWords(d time.Duration) string {
	count, unit := int((d+time.Second-1)/time.Second), "second"
	if count > 90 {
		count, unit = int((d+time.Minute-1)/time.Minute), "minute"
	}
	return plural(count, unit)
}
