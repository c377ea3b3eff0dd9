package templates

import "sregistry/app/model"

// Home is the front page: what this registry is, how to begin, and the collections that
// the viewer may see.
type Home struct {
	Page
	// Address is where clients reach the registry: "https://hub.example.org".
	Address string
	// Collections are those the viewer may see, in the order to show.
	Collections []model.Collection
	// New says that there is no account yet, so that nobody can sign in.
	New bool
	// More is the address of the list's next part; empty at its end.
	More string
}

// begin are the first command lines of a newcomer.
func (p Home) begin() []Command {
	return []Command{
		{"Log in", "sregistry login " + p.Address},
		{"Push an image", "sregistry push --name lab/hello --tag latest hello.sif"},
		{"Pull it elsewhere", "sregistry pull lab/hello:latest"},
	}
}
