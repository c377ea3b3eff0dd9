package store

import "time"

const secondsADay = 24 * 60 * 60

// DayOf numbers the day of a moment: since 1970, in UTC, as series keep their days.
func DayOf(at time.Time) int64 { return at.Unix() / secondsADay }

// startOf is the inverse of DayOf: the moment at which a day begins.
func startOf(day int64) time.Time { return time.Unix(day*secondsADay, 0).UTC() }
