package templates_test

import (
	"sregistry/app/ref"
	"sregistry/templates"
)

func uploadStories() []story {
	own := []ref.Collection{{Namespace: "library", Name: "lab"}, {Namespace: "alice", Name: "tools"}, {Namespace: "library", Name: longPart}}
	return []story{
		{"upload", templates.Upload{Page: signedIn("/upload"), Collections: own, Form: templates.UploadForm{Tag: "latest"}}.View()},
		{"upload-problems", templates.Upload{Page: signedIn("/upload?collection=lab"),
			Form: templates.UploadForm{Collection: longPart, Container: hostile, Tag: "v 1"}, Problems: templates.Problems{
				"":           "The tag lab/hello:v1 is frozen; an owner has to thaw it first.",
				"collection": "Choose a collection.",
				"container":  `The name has "<" at character 1; use lower case letters, digits and . _ - between them.`,
				"tag":        `The tag "v 1" has a blank at character 2.`,
			}}.View()},
	}
}
