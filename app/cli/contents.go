package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sregistry/app/api"
)

// contents shows what an image is made of, and what refers to it.
func (s sheet) contents(c api.Contents, image api.Image) {
	if image.Content == "" { // or else its report tells more
		s.parts(c, image)
	}
	var referrers strings.Builder
	for _, r := range c.Referrers {
		about := ""
		if r.Platform != "" {
			about = " for " + r.Platform
		}
		fmt.Fprintf(&referrers, "%s  %s\n", line(r.Digest), line(r.ArtifactType+about))
	}
	s.text("Attached", referrers.String())
}

// parts shows what an image is made of that is not one file.
func (s sheet) parts(c api.Contents, image api.Image) {
	s.field("Media type", c.MediaType)
	s.field("Artifact type", c.ArtifactType)
	for _, p := range c.Platforms {
		s.field("Platform", strings.TrimSuffix(p.OS+"/"+p.Arch+"/"+p.Variant, "/")+"  "+p.Digest)
	}
	s.config(c.Config)
	s.pairs("Labels", image.Labels)
	s.pairs("Annotations", c.Annotations)
	var layers, history strings.Builder
	for _, l := range c.Layers {
		fmt.Fprintf(&layers, "%s  %s  %s\n", line(l.Digest), size(l.Size), line(l.MediaType))
	}
	for _, step := range c.History {
		fmt.Fprintln(&history, line(strings.TrimSpace(step.By+" "+step.Comment)))
	}
	s.text("Layers", layers.String())
	s.text("History", history.String())
}

// config shows how an image of layers runs.
func (s sheet) config(c *api.Config) {
	if c == nil {
		return
	}
	if c.Created != nil {
		s.field("Created", when(*c.Created))
	}
	s.field("Author", c.Author)
	s.field("User", c.User)
	s.field("Directory", c.WorkingDir)
	s.field("Entrypoint", strings.Join(c.Entrypoint, " "))
	s.field("Command", strings.Join(c.Cmd, " "))
	s.text("Environment", strings.Join(c.Env, "\n"))
}

// pairs shows keys with their values.
func (s sheet) pairs(title string, all map[string]string) {
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&text, "%s = %s\n", line(key), line(all[key]))
	}
	s.text(title, text.String())
}
