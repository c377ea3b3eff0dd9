package client

// ParseRange lets the tests see how an upload's Range is read.
var ParseRange = parseRange
