package templates

// Problems are the sentences a form is sent back with, by the name of the field that each
// is about; those under "" are about the form as a whole. Nil is a form without fault.
type Problems map[string]string
