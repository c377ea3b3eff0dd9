package templates

import "sregistry/app/ref"

// Star is a part of a container's page: how many stars it has, and the button by which the
// viewer gives his or takes it away: POST /do/star/{container} and /do/unstar/{container},
// without fields.
type Star struct {
	Container ref.Container
	Count     int64
	// Given says that the viewer has given his.
	Given bool
	// SignedIn says that he may.
	SignedIn bool
}

func (s Star) action() string {
	if s.Given {
		return "/do/unstar/" + s.Container.Full()
	}
	return "/do/star/" + s.Container.Full()
}
