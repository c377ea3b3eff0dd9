package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

func names(tags []model.Tag) []string {
	var list []string
	for _, t := range tags {
		list = append(list, t.Name)
	}
	return list
}

func TestTagsAreFoundInTheOrderOfVersionsAndOfTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	pushed := []string{"1.9", "1.10", "latest", "v1.10.1", "1.10-rc1", "2024.01", "1.10-cuda", "0.9.9", "010"}
	for i, name := range pushed {
		f.ahead.Store(int64(time.Duration(i) * time.Minute))
		f.push(alice, "lab/app", name, "amd64", 1)
	}
	find := func(q registry.TagQuery) registry.TagList {
		t.Helper()
		l, err := f.FindTags(f.ctx(), alice, path(t, "lab/app"), q)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	byVersion := []string{"latest", "2024.01", "010", "v1.10.1", "1.10-cuda", "1.10", "1.10-rc1", "1.9", "0.9.9"}
	if d := cmp.Diff(byVersion, names(find(registry.TagQuery{Order: registry.ByVersion}).Tags)); d != "" {
		t.Errorf("by version (-want +got):\n%s", d)
	}
	byTime := []string{"010", "0.9.9", "1.10-cuda", "2024.01", "1.10-rc1", "v1.10.1", "latest", "1.10", "1.9"}
	if d := cmp.Diff(byTime, names(find(registry.TagQuery{}).Tags)); d != "" {
		t.Errorf("by time (-want +got):\n%s", d)
	}
	var paged []string
	for after := ""; ; {
		l := find(registry.TagQuery{Text: "1.10", Order: registry.ByVersion, Page: model.Page{After: after, Limit: 3}})
		if l.All != 9 || l.Found != 4 {
			t.Errorf("%d found of %d", l.Found, l.All)
		}
		for _, tag := range l.Tags {
			if len(tag.Images) != 1 || tag.Images[0].Arch != "amd64" || tag.Images[0].Tag != tag.Name {
				t.Errorf("%s names %+v", tag.Name, tag.Images)
			}
		}
		paged = append(paged, names(l.Tags)...)
		if after = l.Next; after == "" {
			break
		}
	}
	if d := cmp.Diff([]string{"v1.10.1", "1.10-cuda", "1.10", "1.10-rc1"}, paged); d != "" {
		t.Errorf("page by page (-want +got):\n%s", d)
	}
	if _, err := f.FindTags(f.ctx(), f.user("bob"), path(t, "lab/app"), registry.TagQuery{}); !errs.Is(err, errs.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
}
