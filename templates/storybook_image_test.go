package templates_test

import (
	"io/fs"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/linediff"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
	"sregistry/templates/markdown"
)

// pulled are pulls of some days.
func pulled() model.Pulls {
	p := model.Pulls{Total: 12345}
	for back := range 60 {
		p.Days = append(p.Days, model.DayPulls{Day: now.AddDate(0, 0, -back), Count: int64(back * 7 % 23)})
	}
	return p
}

func imageStories() []story {
	name := ref.Container{Collection: ref.Collection{Namespace: "library", Name: "lab"}, Container: "hello"}
	full := templates.Image{
		Page: signedIn("/containers/library/lab/hello:latest"),
		ImageHead: templates.ImageHead{Public: true, Archs: []string{"amd64", "arm64"}, Image: model.Image{Container: name, Kind: model.SIF, Digest: digest.FromString("its manifest"), Content: sum, Size: 1_288_490_189,
			Arch: "amd64", Pushed: now, PushedBy: "alice", PusherFullName: rtl, Tag: "latest", Frozen: true, Tags: []string{"latest", "2026.11", "stable"},
			Signing: &model.SignatureStatus{Signatures: []model.Signature{
				{Fingerprint: "8883491F4268F173C6E5DC49EDECE4F3F38D871E", Name: "Alice <alice@example.org>", Verdict: model.Valid},
				{Fingerprint: "0BC07EB661573CD60BC07EB661573CD60BC07EB6", Verdict: model.UnknownKey, Reason: "The key is not known here."},
				{Fingerprint: "1BC07EB661573CD60BC07EB661573CD60BC07EB6", Verdict: model.NotValid, Reason: "Object 3 is not as it was signed."}}},
			Signers: []string{"8883491F4268F173C6E5DC49EDECE4F3F38D871E"}, Description: "Built from the release of November. " + rtl}},
		Built: now.AddDate(0, 0, -1), Compression: "zstd", Notes: []string{"The text of the help of the image is cut after 262144 bytes.", hostile},
		Pulled: pulled(), Now: now,
		Pulls: []templates.Command{
			{Title: "sregistry", Line: "sregistry pull lab/hello:latest"},
			{Title: "Apptainer, library", Line: "apptainer pull library://lab/hello:latest"},
			{Title: "Apptainer, OCI", Line: "apptainer pull oras://hub.example.org/lab/hello:latest"},
			{Title: "Apptainer, shub", Line: "apptainer pull shub://hub.example.org/lab/hello:latest"},
		},
		Labels: []model.Label{
			{Key: "org.label-schema.build-date", Value: "Sunday_22_November_2026_9:12:3_UTC"},
			{Key: "maintainer", Value: rtl},
			{Key: hostile, Value: hostile + "\nand a second line"},
			{Key: "org.label-schema.usage.singularity.deffile." + longPart, Value: strings.Repeat("0123456789abcdef", 20)},
		},
		Definition: "Bootstrap: docker\nFrom: alpine:3.22\n\n%post\n\tapk add --no-cache hello\n\n%runscript\n    exec hello \"$@\"  # " +
			strings.Repeat("a long line, ", 12) + "\n\n%labels\n    note " + hostile + "\n    version {{ VERSION }}" + "\n",
		Inside: templates.Inside{Runscript: "#!/bin/sh\nexec hello \"$@\"\n", Help: "Says hello.\n\n" + emoji + "\n" + rtl + "\n",
			Environment: "export LC_ALL=C\nexport PATH=/opt/hello/bin:$PATH\n"},
		Apps: []templates.App{{Name: "greet", Labels: []model.Label{{Key: "Greeting", Value: "hi"}},
			Inside: templates.Inside{Runscript: "echo greetings\n", Help: "Greets."}}, {Name: hostile}},
	}
	bare := templates.Image{
		Page: anonymous("/containers/alice/default/deep/" + longPart),
		ImageHead: templates.ImageHead{Image: model.Image{Container: ref.Container{Collection: ref.Collection{Namespace: "alice", Name: "default"}, Container: "deep/" + longPart},
			Kind: model.OCIImage, Digest: sum, Pushed: now}}, Now: now,
		Contents: model.Contents{
			Platforms: []model.Platform{{OS: "linux", Arch: "amd64", Digest: sum}, {OS: "linux", Arch: "arm", Variant: "v7", Digest: sum}},
			Layers:    []model.Layer{{MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Digest: sum, Size: 3_400_000}},
			Config:    model.Config{Entrypoint: []string{"/bin/sh", "-c"}, Cmd: []string{"<script>alert(1)</script>"}, Env: []string{"PATH=/bin"}},
			History:   []model.Step{{By: "COPY . /", Comment: "buildkit"}, {By: "CMD [\"sh\"]", Empty: true}},
			Referrers: []model.Referrer{{ArtifactType: "application/spdx+json", Digest: sum}},
		},
		Pulls: []templates.Command{{Title: "docker", Line: "docker pull hub.example.org/alice/default/deep/" + longPart + "@" + sum.String()}},
	}
	unsigned, pending := full, full
	unsigned.Image.Signing, unsigned.Image.Signers, unsigned.Pulled = &model.SignatureStatus{}, nil, model.Pulls{}
	unsigned.Notes = []string{"This is an ext3 image of an old Singularity. It is stored, but not read; labels and scripts are not shown."}
	unsigned.Image.Kind, unsigned.Labels, unsigned.Definition, unsigned.Inside, unsigned.Apps, unsigned.Archs = model.SIMG, nil, "", templates.Inside{}, nil, nil
	pending.Image.Signing = &model.SignatureStatus{Pending: true}
	return []story{{"image", full.View()}, {"image-bare", bare.View()}, {"image-ext3", unsigned.View()}, {"image-pending", pending.View()}}
}

// readme is what an owner might write, and somebody who means harm.
const readme = "# Hello\n\nSays *hello* to the world. See <https://example.org> and ![a picture](https://example.org/a.png).\n\n" +
	"## Use\n\n```sh\napptainer run hello_latest.sif\n```\n\n- [x] says hello\n- [ ] says goodbye\n\n| node | time |\n|:--|--:|\n| a | 1 s |\n\n" +
	"> " + emoji + "\n\n" + rtl + "\n\n" + hostile + "\n\n[click](javascript:alert(3))\n"

func prose(text string) markdown.HTML {
	html, err := markdown.Render(text)
	if err != nil {
		panic(err)
	}
	return html
}

func containerStories() []story {
	name := ref.Container{Collection: ref.Collection{Namespace: "library", Name: "lab"}, Container: "hello"}
	image := func(tag, arch string, signed bool) model.Image {
		i := model.Image{ID: 1, Container: name, Kind: model.SIF, Content: sum, Digest: digest.FromString(tag), Size: 412_345_678, Arch: arch,
			Pushed: now, PushedBy: "alice", Tag: tag}
		if signed {
			i.Signers = []string{"8883491F4268F173C6E5DC49EDECE4F3F38D871E"}
		}
		return i
	}
	oci := image("layers", "", false)
	oci.Kind, oci.Content, oci.PushedBy = model.Index, "", ""
	named := func(i model.Image, full string) model.Image {
		i.PusherFullName = full
		return i
	}
	tags := []model.Tag{
		{Name: "latest", Images: []model.Image{image("latest", "amd64", true), image("latest", "arm64", true)}},
		{Name: "2026.11", Frozen: true, Images: []model.Image{named(image("2026.11", "amd64", false), "Alice Liddell")}},
		{Name: "layers", Images: []model.Image{oci}},
		{Name: "right-to-left", Images: []model.Image{named(image("right-to-left", "amd64", false), rtl)}},
		{Name: longPart, Images: []model.Image{named(image(longPart, "amd64", false), longName)}},
	}
	pulls := []templates.Command{{Title: "sregistry", Line: "sregistry pull lab/hello:latest"},
		{Title: "curl", Line: "curl -fLo hello_latest.sif https://hub.example.org/v2/lab/hello/blobs/" + sum.String()}}
	full := templates.Container{Page: signedIn("/containers/library/lab/hello"), Container: model.Container{Name: name, Updated: now, Tags: 10000},
		Public: true, About: prose(readme), Readme: model.Readme{Text: readme, Version: 3, By: "alice", ByFullName: "Alice Liddell", Updated: now}, MayDescribe: true,
		Tags: tags, All: 10000, Found: 10000, First: true, More: "/containers/library/lab/hello?after=layers", Example: "latest", Pulls: pulls,
		Pulled: pulled(), Now: now, Star: templates.Star{Container: name, Count: 17, SignedIn: true, Given: true}}
	found := full
	found.Text, found.ByVersion, found.First, found.Found, found.About, found.MayDescribe = hostile, true, false, 4, "", true
	none := full
	none.Tags, none.Text, none.Found, none.More, none.Readme.By, none.MayDescribe = nil, "nothing", 0, "", "", false
	empty := templates.Container{Page: anonymous("/containers/alice/default/" + longPart), Now: now,
		Container: model.Container{Name: ref.Container{Collection: ref.Collection{Namespace: "alice", Name: "default"}, Container: longPart}, Frozen: true}}
	edit := templates.EditReadme{Page: signedIn("/containers/library/lab/hello?view=edit"), Container: name, Text: readme, Version: 3, Most: 128 << 10}
	preview, conflict, fresh := edit, edit, edit
	preview.Preview = prose(readme)
	conflict.Problem, conflict.Theirs = "Somebody else changed the README. Compare with the current version below and save again.", "# Theirs\n"+hostile
	fresh.Text, fresh.Version = "", 0
	return []story{
		{"container", full.View()}, {"container-found", found.View()}, {"container-none-found", none.View()}, {"container-empty", empty.View()},
		{"readme-edit", edit.View()}, {"readme-preview", preview.View()}, {"readme-conflict", conflict.View()}, {"readme-new", fresh.View()},
	}
}

// someHead is the beginning of an image's pages.
func someHead(view, tag string) templates.ImageHead {
	name := ref.Container{Collection: ref.Collection{Namespace: "library", Name: "lab"}, Container: "hello"}
	return templates.ImageHead{Public: true, View: view, Image: model.Image{Container: name, Kind: model.SIF, Content: digest.FromString(tag),
		Digest: sum, Size: 1_288_490_189, Arch: "amd64", Pushed: now, PushedBy: "alice", Tag: tag}}
}

func filesStories() []story {
	path := "/containers/library/lab/hello:latest?view=files"
	at := time.Date(2024, 2, 1, 12, 0, 0, 0, time.UTC)
	folder := model.Folder{Path: "/usr/share/" + hostile, Skip: 500, Count: 50_000, Uncounted: true, Files: []model.File{
		{Name: "bin", Mode: fs.ModeDir | 0o755, Modified: at},
		{Name: "lib", Mode: fs.ModeSymlink | 0o777, Modified: at, Target: "usr/lib"},
		{Name: "su", Mode: fs.ModeSetuid | 0o755, Modified: at, Size: 67_816},
		{Name: "tmp", Mode: fs.ModeDir | fs.ModeSticky | 0o777, Modified: at},
		{Name: "null", Mode: fs.ModeDevice | fs.ModeCharDevice | 0o666},
		{Name: "sda", Mode: fs.ModeDevice | fs.ModeSetgid | 0o660},
		{Name: "pipe", Mode: fs.ModeNamedPipe | 0o644}, {Name: "socket", Mode: fs.ModeSocket | 0o644},
		{Name: hostile, Mode: fs.ModeDir | 0o755, Modified: at},
		{Name: "invoice\u202Efdp.exe", Mode: 0o644, Size: 1},
		{Name: "not\xfftext\n", Mode: fs.ModeSymlink | 0o777, Target: hostile},
		{Name: rtl, Mode: 0o644}, {Name: longPart, Mode: fs.ModeDir | 0o700, Modified: at},
	}}
	return []story{
		{"files", templates.Files{Page: signedIn(path), ImageHead: someHead("files", "latest"), Folder: folder, PerPage: 500}.View()},
		{"files-empty", templates.Files{Page: anonymous(path), ImageHead: someHead("files", "latest"), Folder: model.Folder{Path: "/srv"}, PerPage: 500}.View()},
		{"files-problem", templates.Files{Page: anonymous(path), ImageHead: someHead("files", "latest"),
			Problem: "The filesystem of the image is encrypted, so its files cannot be listed."}.View()},
	}
}

func compareStories() []story {
	path := "/containers/library/lab/hello:2?view=compare"
	old := someHead("", "1")
	old.Image.Size -= 30_000_000
	old.Image.PusherFullName = rtl
	file := func(size int64) *model.File { return &model.File{Mode: 0o755, Size: size, Modified: now} }
	steps := strings.Repeat("    make install # one of many steps\n", 12)
	before := "Bootstrap: docker\nFrom: alpine:3.20\n\n%post\n" + steps + "    echo " + hostile + "\n"
	after := "Bootstrap: docker\nFrom: alpine:3.22\n\n%post\n    apk add --no-cache hello\n" + steps
	full := templates.Compare{Page: signedIn(path), ImageHead: someHead("compare", "2"), With: "1", Choices: []string{"1", "0.9", longPart}, Old: &old,
		Definition: diff(before, after), Environment: diff("export A=b\n", "export A=b\n"),
		Labels: []templates.LabelChange{{Key: hostile, Old: hostile, New: rtl}, {Key: "version", New: "2"}, {Key: "gone", Old: emoji}},
		Files: model.FileChanges{Added: 1200, Removed: 1, Changed: 1, List: []model.FileChange{
			{Path: "/bin/" + hostile, New: file(2_000)}, {Path: "/etc/gone", Old: file(3)}, {Path: "/opt/" + longPart + "/" + longPart, Old: file(1), New: file(1_000_000)},
			{Path: "/lib", Old: &model.File{Mode: fs.ModeSymlink | 0o777, Target: "usr/lib"}, New: &model.File{Mode: fs.ModeDir | 0o755}}}}}
	bare := full
	bare.Definition, bare.Environment, bare.Labels, bare.Files = nil, nil, nil, model.FileChanges{}
	unread := bare
	unread.FilesProblem = "This is an ext3 image of an old Singularity, of which the files cannot be listed."
	same := full
	twin := someHead("", "2")
	same.Old, same.With = &twin, "2"
	missing := templates.Compare{Page: anonymous(path), ImageHead: someHead("compare", "2"), With: "none", Choices: full.Choices,
		Problem: "lab/hello:none not found (or you do not have access)."}
	begin := missing
	begin.With, begin.Problem = "", ""
	return []story{
		{"compare", full.View()}, {"compare-bare", bare.View()}, {"compare-unread", unread.View()}, {"compare-same", same.View()},
		{"compare-missing", missing.View()}, {"compare-begin", begin.View()},
	}
}

// diff is a difference of which nothing is left out.
func diff(old, new string) []linediff.Line {
	lines, _ := linediff.Lines(old, new)
	return lines
}
