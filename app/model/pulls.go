package model

import "time"

// DayPulls is how often something was pulled on one day.
type DayPulls struct {
	Day   time.Time // its beginning, in UTC
	Count int64
}

// Pulls tells how often something was pulled: whole, by whichever door. What was pulled
// within the last seconds may be missing.
type Pulls struct {
	Total int64
	Days  []DayPulls // in their order, without those with none
}
