// Package howto names the client that can pull an image of each kind, and its command. Pages,
// doors and the command line all take their advice from here, so that it is the same everywhere
// and works: Apptainer cannot pull an OCI-SIF, nor anybody a docker image by oras://.
//
// Entry points: Pull, and Place.Command for one transport of one client. It knows nothing of
// who may pull what.
package howto

import "strings"

// Image is what decides which client can pull an image.
type Image struct {
	// Kind is "sif", "simg", "oci", "index" or "artifact", as in package model.
	Kind string
	// OCISIF tells that its layers are filesystems, as SingularityCE packs them: an OCI-SIF, or
	// a data container.
	OCISIF bool
}

// Place is where an image is.
type Place struct {
	Host  string // with its port
	Plain bool   // it is reached without TLS
	Name  string // "lab/hello:latest" or "lab/hello@sha256:<hex>", by the manifest's digest
}

// The clients.
const (
	Apptainer   = "apptainer"
	Singularity = "singularity" // SingularityCE
	Oras        = "oras"
	docker      = "docker"
)

// Pull gives the command of the client that is made for such an image, apart from our own.
func Pull(i Image, at Place) string {
	switch {
	case i.OCISIF:
		return at.Command(Singularity, "pull --oci", "docker")
	case i.Kind == "sif" || i.Kind == "simg":
		return at.Command(Apptainer, "pull", "oras")
	case i.Kind == "artifact":
		return Oras + " pull " + at.flag("--plain-http ") + at.Host + "/" + at.Name
	}
	return at.Command(Apptainer, "pull", "docker")
}

// Docker gives docker's command, and whether docker can pull such an image.
func Docker(i Image, at Place) (string, bool) {
	return docker + " pull " + at.Host + "/" + at.Name, !i.OCISIF && (i.Kind == "oci" || i.Kind == "index")
}

// What says in a few words what such an image is.
func What(i Image) string {
	switch {
	case i.OCISIF && i.Kind == "artifact":
		return "a data container of SingularityCE"
	case i.OCISIF:
		return "an OCI-SIF image of SingularityCE"
	case i.Kind == "sif" || i.Kind == "simg":
		return "an image file"
	case i.Kind == "artifact":
		return "an OCI artifact"
	case i.Kind == "index":
		return "an OCI image for several platforms"
	}
	return "an OCI image"
}

// Command gives a command of Apptainer or SingularityCE by one of their transports. Without
// the flag they speak TLS only.
func (p Place) Command(client, verb, transport string) string {
	verb, rest, _ := strings.Cut(verb, " ")
	if rest != "" {
		rest += " "
	}
	return client + " " + verb + " " + p.flag("--no-https ") + rest + transport + "://" + p.Host + "/" + p.Name
}

func (p Place) flag(plain string) string {
	if p.Plain {
		return plain
	}
	return ""
}
