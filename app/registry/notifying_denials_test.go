package registry_test

import (
	"fmt"
	"sync"
	"testing"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// denials gives the denied events, newest first.
func (f *fixture) denials() []model.Event {
	f.t.Helper()
	must(f.t, f.Denials.Flush(f.ctx()))
	yes := true
	var list []model.Event
	must(f.t, f.EachEvent(f.ctx(), root, ref.Path{}, registry.EventFilter{Denied: &yes}, func(e model.Event) error {
		list = append(list, e)
		return nil
	}))
	return list
}

func TestLikeDenialsAreOneEventWithACount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	stranger := model.Actor{Source: "192.0.2.7"}
	var together sync.WaitGroup
	for range 50 {
		together.Go(func() { f.Denials.Record(stranger.Did("read", "library/lab/secret").In(7)) })
	}
	together.Wait()
	f.Denials.Record(stranger.Did("push", "library/lab/secret"))
	list := f.denials()
	if len(list) != 2 {
		t.Fatalf("%d events", len(list))
	}
	counts := map[string]int{}
	for _, e := range list {
		if !e.Denied || e.Source != "192.0.2.7" || e.Target != "library/lab/secret" {
			t.Errorf("%+v", e)
		}
		counts[e.Action] = e.Count
	}
	if counts["read"] != 50 || counts["push"] != 1 {
		t.Errorf("%v", counts)
	}
	if again := f.denials(); len(again) != 2 {
		t.Errorf("they were written twice: %d", len(again))
	}
}

// Whoever asks for a thousand things that he may not have must neither make the database
// grow with each, nor hide what a user is denied meanwhile; and no try goes uncounted.
func TestFloodOfDenialsIsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const tries = 20_000
	for n := range tries {
		f.Denials.Record(model.Anonymous.Did("read", fmt.Sprint("library/lab/", n)))
	}
	f.Denials.Record(model.Actor{UserID: 5, Name: "mallory"}.Did("delete", "library/lab/hello"))
	list := f.denials()
	for range 3 {
		list = f.denials()
	}
	if len(list) > 520 {
		t.Errorf("%d rows were written", len(list))
	}
	counted, mallory := 0, false
	for _, e := range list {
		mallory = mallory || e.Actor == "mallory"
		if e.Actor == "" {
			counted += e.Count
		}
	}
	if !mallory {
		t.Error("what a user was denied is not there")
	}
	if counted < tries-5 {
		t.Errorf("%d of %d tries were counted", counted, tries)
	}
}
