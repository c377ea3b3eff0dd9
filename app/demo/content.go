package demo

import (
	"context"

	"sregistry/app/ref"
)

// images pushes what there is to see: several versions, for two architectures, one
// signed, one frozen.
func (f *filler) images(ctx context.Context) error {
	key, armored, err := newKey("Alice Liddell")
	if err != nil {
		return err
	}
	if _, err := f.core.AddKeys(ctx, f.actors["alice"], armored); err != nil {
		return err
	}
	for _, p := range []struct {
		by, container string
		image         image
	}{
		{"alice", "lab/hello", image{name: "hello", version: "1.0", arch: "amd64", says: "Hello, version 1.0."}},
		{"alice", "lab/hello", image{name: "hello", version: "1.1", arch: "amd64", says: "Hello from your own registry."}},
		{"alice", "lab/hello", image{name: "hello", version: "1.1", arch: "arm64", says: "Hello from your own registry."}},
		{"alice", "lab/hello", image{name: "hello", version: "latest", arch: "amd64", says: "Hello from your own registry.", signer: key}},
		{"alice", "lab/hello", image{name: "hello", version: "latest", arch: "arm64", says: "Hello from your own registry.", signer: key}},
		{"alice", "lab/clock", image{name: "clock", version: "latest", arch: "amd64", says: "It is time for tea."}},
		{"alice", "imaging/pipelines/align", image{name: "align", version: "2026.10", arch: "amd64", says: "Two brains, aligned."}},
		{"alice", "imaging/pipelines/align", image{name: "align", version: "2026.11", arch: "amd64", says: "Three brains, aligned."}},
		{"bob", "genomics/reads/call", image{name: "call", version: "latest", arch: "arm64", says: "A variant was called."}},
		{"alice", "drafts/idea", image{name: "idea", version: "latest", arch: "amd64", says: "Not yet."}},
		{"bob", "bob/scratch", image{name: "scratch", version: "latest", arch: "amd64", says: "Bob's own."}},
	} {
		if err := f.push(ctx, p.by, p.container, p.image); err != nil {
			return err
		}
	}
	hello, err := ref.ParsePath("lab/hello")
	if err != nil {
		return err
	}
	return f.core.FreezeTag(ctx, f.actors["alice"], hello, "1.0", true)
}

// words writes readmes and gives stars.
func (f *filler) words(ctx context.Context) error {
	for _, w := range []struct {
		by, container, readme string
		stars                 []string
	}{
		{"alice", "lab/hello", "# hello\n\nPrints one line, to show that pulling and running works:\n\n```\napptainer run library://lab/hello:latest\n```\n\n" +
			"| tag | what it is |\n|---|---|\n| `latest` | signed by Alice, for amd64 and arm64 |\n| `1.0` | frozen: nobody moves or deletes it |\n", []string{"alice", "bob", "carol"}},
		{"alice", "lab/clock", "", []string{"bob"}},
		{"alice", "imaging/pipelines/align", "# align\n\nBuilt every month. *Compare* two tags on the page of an image to see what changed.\n", []string{"carol"}},
		{"bob", "genomics/reads/call", "For the team **genomics** only: nobody else sees that it is here.\n", nil},
	} {
		path, err := ref.ParsePath(w.container)
		if err != nil {
			return err
		}
		if w.readme != "" {
			if _, err := f.core.SetReadme(ctx, f.actors[w.by], path, w.readme, 0); err != nil {
				return err
			}
		}
		for _, name := range w.stars {
			if err := f.core.SetStar(ctx, f.actors[name], path, true); err != nil {
				return err
			}
		}
	}
	return nil
}
