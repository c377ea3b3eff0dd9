package templates_test

import (
	"time"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

func managedStories() []story {
	name := ref.Container{Collection: ref.Collection{Namespace: "library", Name: "lab"}, Container: "hello"}
	path := "/manage/library/lab/hello"
	by := "lab/hello@" + ref.Dotted(sum)
	shares := []model.Share{{ID: 9, Image: "lab/hello:latest", By: "alice", ByFullName: "Alice Liddell", Created: now, Expires: now.AddDate(0, 0, 7)},
		{ID: 8, Image: by, Created: now, Expires: now.AddDate(1, 0, 0)}}
	gone := []model.Deletion{
		{ID: 3, Kind: model.DeletedTag, Name: "lab/hello:v1", Tag: "v1", At: now, By: "alice", ByFullName: rtl, Until: now.AddDate(0, 0, 7)},
		{ID: 2, Kind: model.MovedTag, Name: "lab/hello:latest", Tag: "latest", At: now, Until: now.AddDate(0, 0, 7)},
		{ID: 1, Kind: model.DeletedImage, Name: by, At: now, By: longPart, ByFullName: longName, Until: now.AddDate(0, 0, 7)},
	}
	tags := []model.Tag{{Name: "latest", Updated: now}, {Name: "2026.11", Frozen: true, Updated: now}, {Name: longPart, Updated: now}}
	managed := templates.Managed{Page: signedIn(path), Container: model.Container{Name: name, Public: true, Tags: 3}, Shares: shares, Now: now}
	undo := managed
	undo.Flash, undo.Undo = "Tag v1 deleted.", 3
	cold := templates.Managed{Page: signedIn(path), Container: model.Container{Name: name, Frozen: true, Tags: 3}, Now: now}
	wrong := managed
	wrong.Problems = templates.Problems{"": "The tag 2026.11 is frozen; an owner has to thaw it first.", "delete-name": "The name does not match. Type hello."}
	image := model.Image{Container: name, Kind: model.SIF, Content: sum, Digest: sum, Size: 1_288_490_189, Arch: "amd64", Pushed: now, Tag: "latest",
		Tags: []string{"latest", "2026.11", longPart}}
	bare := model.Image{Container: name, Kind: model.OCIImage, Digest: sum, Pushed: now}
	return []story{
		{"manage-container", templates.ManageContainer{Managed: undo, Tags: tags, MoreTags: path + "?tags=z", Deletions: gone}.View()},
		{"manage-container-frozen", templates.ManageContainer{Managed: cold, Tags: tags}.View()},
		{"manage-container-problems", templates.ManageContainer{Managed: wrong}.View()},
		{"manage-image", templates.ManageImage{Managed: managed, Image: image}.View()},
		{"manage-image-oci", templates.ManageImage{Managed: cold, Image: bare}.View()},
		{"delete-tag", templates.DeleteConfirm{Page: signedIn("/do/delete/library/lab/hello:v1"), Name: "library/lab/hello:v1", Image: image,
			Grace: 7 * 24 * time.Hour, Action: "/do/delete/library/lab/hello:v1", Back: path}.View()},
		{"delete-image", templates.DeleteConfirm{Page: signedIn("/do/delete/library/lab/hello:v1"), Name: by, WholeImage: true, Image: image,
			Grace: 12 * time.Hour, Action: "/do/delete/library/lab/hello:v1", Back: path}.View()},
		{"share-created", templates.ShareCreated{Page: signedIn("/do/share/library/lab/hello:latest"), Share: shares[0], File: "hello_latest.sif",
			Link: "https://hub.example.org/share/7XQK2M5N4P3RTYHGFDSA7XQK2M/hello_latest.sif", Back: path}.View()},
	}
}
