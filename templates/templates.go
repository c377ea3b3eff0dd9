// Package templates is the web site's pages: page structs in, HTML out. Each page is a
// struct that says everything the page shows (sign_in.go: SignIn) and a templ of the
// same file name that shows it (sign_in.templ), reached by the struct's View method.
// What pages share is in layout.templ and parts.templ.
//
// The package asks nothing of anybody: it does not know the registry, the store or the
// web framework, decides no permission, and reads no clock. Besides the standard library
// it may import model, ref, static, go-digest, and go-humanize for sizes.
//
// The generated *_templ.go files are committed so that a build needs no tool; run
// go generate after a change to a .templ file. Three traps: a component may have written
// half a page when it fails, so render into a buffer; text of the outside goes through
// templ's escaping only, never templ.Raw; and the site's Content-Security-Policy allows
// no inline style, script or on… attribute, so all of those live in package static.
package templates

//go:generate go tool templ generate
