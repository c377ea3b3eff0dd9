// Package client speaks to a registry as its users do: our own interface under /api/v1 for
// everything that has a name, and OCI distribution 1.1 under /v2 for the bytes. It knows
// neither the command line nor where credentials are kept, and prints nothing.
//
// Entry points: New, then one method per endpoint; Push and Pull move whole images, and go
// on where they stopped. Lists are iterators that fetch page after page. Every error has a
// kind of package errs, the server's own sentence if it sent one, and never the text of a
// Go error.
//
// The trap: a transfer may take hours, so nothing here limits the time of a request. What is
// limited is silence: a connection on which no byte moves is given up (see transport.go).
package client
