package web

import (
	"net/url"
	"regexp"
	"strings"

	"sregistry/app/howto"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// puller writes the lines by which an image can be pulled.
type puller struct {
	public    *url.URL
	image     model.Image
	anonymous bool // whoever shows no credentials gets it, too
	viewer    string
}

// commands are the ways to pull the image that can work, the best first.
func (p puller) commands() []templates.Command {
	if !p.image.Kind.IsFile() {
		return p.ociCommands()
	}
	list := []templates.Command{{Title: "sregistry", Line: "sregistry pull " + p.image.Title()}}
	if line, ok := p.library(); ok {
		list = append(list, templates.Command{Title: "Apptainer, library", Line: line})
	}
	list = append(list, templates.Command{Title: "Apptainer, OCI", Line: p.apptainer("oras", p.image.OCIName())})
	if line, ok := p.shub(); ok {
		list = append(list, templates.Command{Title: "Apptainer, shub", Line: line})
	}
	return append(list, templates.Command{Title: "curl", Line: p.curl()})
}

// curl fetches the file itself, as a blob of the OCI interface, which takes Basic
// credentials: curl asks for the password, and a token is one, too.
func (p puller) curl() string {
	user := ""
	if !p.anonymous {
		user = "-u " + p.viewer + " "
	}
	return "curl -fLo " + p.image.FileName() + " " + user + p.public.Scheme + "://" + p.public.Host + "/v2/" + p.image.Container.String() +
		"/blobs/" + p.image.Content.String()
}

// ociCommands are those for what is not one image file.
func (p puller) ociCommands() []templates.Command {
	about, at := p.image.Howto(), p.place()
	line := howto.Pull(about, at)
	list := []templates.Command{{Title: clientTitles[strings.Fields(line)[0]], Line: line}}
	if line, ok := howto.Docker(about, at); ok {
		list = append(list, templates.Command{Title: "docker, podman", Line: line})
	}
	return list
}

// clientTitles are the names of the programs.
var clientTitles = map[string]string{howto.Apptainer: "Apptainer", howto.Singularity: "SingularityCE", howto.Oras: "oras"}

// place is where OCI clients find the image.
func (p puller) place() howto.Place {
	return howto.Place{Host: p.public.Host, Plain: p.public.Scheme == "http", Name: p.image.OCIName()}
}

// apptainer is a pull by a transport which has a name of its own for the image.
func (p puller) apptainer(transport, name string) string {
	at := p.place()
	at.Name = name
	return at.Command(howto.Apptainer, "pull", transport)
}

// library is the pull by library://, whose names have three parts. With a host before them
// the client needs no settings, but shows no credentials either; without one it asks the
// remote that was added, and none can be added that has a port.
func (p puller) library() (string, bool) {
	reference := ref.Reference{Tag: p.image.Tag}
	if p.image.Tag == "" {
		reference.Digest = p.image.Known()
	}
	name := p.image.Container.Full() + ":" + reference.String()
	switch {
	case strings.Contains(p.image.Container.Container, "/"):
		return "", false
	case p.anonymous:
		return p.apptainer("library", name), true
	case p.public.Port() == "":
		return "apptainer pull library://" + name, true
	}
	return "", false
}

// The names that Apptainer and SingularityCE take after shub://.
var (
	shubHost       = regexp.MustCompile(`^[-.a-zA-Z0-9]{1,64}$`)
	shubCollection = regexp.MustCompile(`^[-a-zA-Z0-9]{1,39}$`)
	shubName       = regexp.MustCompile(`^[-_.a-zA-Z0-9]{1,64}$`)
)

// shub is the pull by shub://, which shows no credentials and takes two parts and a tag.
func (p puller) shub() (string, bool) {
	name, tag := p.image.Container.String(), p.image.Tag
	collection, container, _ := strings.Cut(name, "/")
	ok := p.anonymous && shubHost.MatchString(p.public.Host) &&
		shubCollection.MatchString(collection) && shubName.MatchString(container) && shubName.MatchString(tag)
	return p.apptainer("shub", name+":"+tag), ok
}
