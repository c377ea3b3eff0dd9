package web_test

import (
	"testing"

	"sregistry/app/doortest"
)

// TestBrowserManage looks at the pages from which things are changed, and deletes a tag and
// brings it back.
func TestBrowserManage(t *testing.T) {
	if !*inBrowser {
		return
	}
	f, owner, _, _, _ := managing(t)
	f.Publish(t, owner, "lab")
	b := startChromium(t, f.URL)
	b.open("/sign-in?next=/collections/new")
	b.fill("name", "alice", "password", doortest.Password)
	b.press("main form button", "#namespace")
	b.see("collection-new")
	b.open(settings)
	b.see("collection-settings")
	b.open("/manage" + hello)
	b.press("a[aria-label='Delete v1']", "main form button.danger")
	b.see("delete-tag")
	b.press("main form button.danger", ".undo")
	b.see("manage-container")
	b.press(".undo button", "p.notice.good")
	b.says("p.notice.good", "lab/hello:v1 restored.")
	b.open("/manage" + hello + ":latest")
	b.see("manage-image")
	b.press("#share ~ form button", "#link")
	b.see("share-created")
}
