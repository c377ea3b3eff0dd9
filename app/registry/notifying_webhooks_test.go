package registry_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/courier"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// derive makes secrets that a test can make again.
func derive(salt []byte, id int64) ([]byte, error) { return fmt.Appendf(nil, "%x-%d", salt, id), nil }

// receiver is the other side of a webhook.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies []string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: 204}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.bodies = append(r.got, q), append(r.bodies, string(body))
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// told gives the words of what came, in their order.
func (r *receiver) told(t *testing.T) []string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var words []string
	for _, body := range r.bodies {
		var notice struct {
			Type string
			Data struct{ Target string }
		}
		must(t, json.Unmarshal([]byte(body), &notice))
		words = append(words, notice.Type+" "+notice.Data.Target)
	}
	return words
}

func TestWebhookIsToldWhatItChose(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Deliverer.Enable(derive, courier.New(true))
	r, all := newReceiver(t), newReceiver(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "v0", "amd64", 1)
	hook, secret, err := f.CreateWebhook(f.ctx(), alice, registry.NewWebhook{In: path(t, "lab"), URL: r.URL, Events: []string{"tag", "push", "push"}})
	must(t, err)
	_, _, err = f.CreateWebhook(f.ctx(), root0, registry.NewWebhook{URL: all.URL})
	must(t, err)
	f.push(alice, "lab/hello", "v1", "amd64", 2)
	_, err = f.SetTag(f.ctx(), alice, path(t, "lab/hello"), "v2", tag("v1"))
	must(t, err)
	must(t, f.FreezeContainer(f.ctx(), alice, path(t, "lab/hello"), true))
	f.push(bob, "zoo/hello", "v1", "amd64", 3)
	f.SetTag(f.ctx(), bob, path(t, "lab/hello"), "v3", tag("v1")) // is denied, and so did not happen
	must(t, f.Deliverer.RunDue(f.ctx()))
	if diff := cmp.Diff([]string{"push library/lab/hello:v1", "tag.set library/lab/hello:v2"}, r.told(t)); diff != "" {
		t.Error(diff)
	}
	if got := all.told(t); len(got) != 6+1 || got[len(got)-1] != "push library/zoo/hello:v1" {
		t.Errorf("%v", got)
	}
	first := r.got[0]
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	must(t, err)
	want := courier.Signature(key, first.Header.Get("Webhook-Id"), first.Header.Get("Webhook-Timestamp"), []byte(r.bodies[0]))
	if got := first.Header.Get("Webhook-Signature"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	list, _, err := f.Deliveries(f.ctx(), alice, hook.ID, model.Page{})
	must(t, err)
	if len(list) != 2 || list[0].State != model.Delivered || list[0].Status != 204 || list[0].Tries != 1 || list[0].Event.Action != model.TagSet {
		t.Errorf("%+v", list)
	}
	must(t, f.Deliverer.RunDue(f.ctx()))
	if len(r.told(t)) != 2 {
		t.Error("it was told twice")
	}
}

func TestFailedDeliveryIsTriedAgainLaterAndThenGivenUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Deliverer.Enable(derive, courier.New(true))
	r := newReceiver(t)
	r.answers(503)
	alice := f.user("alice")
	f.push(alice, "lab/hello", "v0", "amd64", 1)
	hook, _, err := f.CreateWebhook(f.ctx(), alice, registry.NewWebhook{In: path(t, "lab"), URL: r.URL, Events: []string{"push"}})
	must(t, err)
	f.push(alice, "lab/hello", "v1", "amd64", 2)
	look := func() model.Delivery {
		t.Helper()
		must(t, f.Deliverer.RunDue(f.ctx()))
		list, _, err := f.Deliveries(f.ctx(), alice, hook.ID, model.Page{})
		must(t, err)
		return list[0]
	}
	before := time.Duration(0)
	first := look()
	for d := first; d.State == model.Waiting; d = look() {
		wait := d.Next.Sub(d.Tried)
		if d.Status != 503 || d.Problem != "It answered 503." || wait < before*9/10 && before < 8*time.Hour || wait > 10*time.Hour {
			t.Fatalf("%+v, after %s", d, before)
		}
		if again := look(); again.Tries != d.Tries {
			t.Fatal("it was tried before its time")
		}
		before = wait
		f.ahead.Add(int64(wait + time.Second))
	}
	given := look()
	if given.State != model.Failed || given.Tries < 10 || len(r.got) != given.Tries {
		t.Errorf("%+v; it came %d times", given, len(r.got))
	}
	ids := map[string]bool{}
	for _, q := range r.got {
		ids[q.Header.Get("Webhook-Id")] = true
	}
	if len(ids) != 1 {
		t.Errorf("one delivery has the ids %v", ids)
	}
	r.answers(200)
	must(t, f.Redeliver(f.ctx(), alice, hook.ID, given.ID))
	if d := look(); d.State != model.Delivered || d.Tries != 1 || d.Problem != "" {
		t.Errorf("%+v", d)
	}
	log, _, err := f.Events(f.ctx(), alice, path(t, "lab"), registry.EventFilter{Action: model.WebhookRedelivered}, model.Page{})
	must(t, err)
	if len(log) != 1 || log[0].Actor != "alice" || log[0].Details["delivery"] != fmt.Sprint(given.ID) {
		t.Errorf("the log tells %+v", log)
	}
}

// A webhook that does not answer must not keep another waiting.
func TestDeadWebhookDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Deliverer.Enable(derive, courier.New(true))
	r, dead := newReceiver(t), newReceiver(t)
	dead.answers(500)
	alice := f.user("alice")
	f.push(alice, "lab/hello", "v0", "amd64", 1)
	for _, at := range []*receiver{dead, r} {
		_, _, err := f.CreateWebhook(f.ctx(), alice, registry.NewWebhook{In: path(t, "lab"), URL: at.URL, Events: []string{"push"}})
		must(t, err)
	}
	for n := range 5 {
		f.push(alice, "lab/hello", fmt.Sprint("v", n), "amd64", uint64(n))
	}
	must(t, f.Deliverer.RunDue(f.ctx()))
	if len(r.told(t)) != 5 || len(dead.told(t)) != 1 {
		t.Errorf("%d and %d came", len(r.told(t)), len(dead.told(t)))
	}
}

// What happened is told even if the server died before it could, and what did not happen,
// because its change failed, is not.
func TestNothingIsLostWhenTheServerDies(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	dir := t.TempDir()
	open := func() *store.DB {
		db, err := store.Open(t.Context(), dir, storetest.Schema(t))
		must(t, err)
		return db
	}
	db := open()
	s := registry.New(db, nil, registry.Settings{UserCollections: true}, slog.New(slog.DiscardHandler))
	s.Deliverer.Enable(derive, courier.New(true))
	_, _, err := s.CreateWebhook(t.Context(), root0, registry.NewWebhook{URL: r.URL, Events: []string{"collection"}})
	must(t, err)
	_, err = s.CreateCollection(t.Context(), root0, path(t, "lab"), registry.NewCollection{})
	must(t, err)
	_, err = s.CreateCollection(t.Context(), root0, path(t, "lab"), registry.NewCollection{})
	wants(t, errs.Conflict, err)
	must(t, db.Close()) // nothing was sent yet

	db = open()
	defer db.Close()
	s = registry.New(db, nil, registry.Settings{}, slog.New(slog.DiscardHandler))
	s.Deliverer.Enable(derive, courier.New(true))
	must(t, s.Deliverer.RunDue(t.Context()))
	if diff := cmp.Diff([]string{"collection.create library/lab"}, r.told(t)); diff != "" {
		t.Error(diff)
	}
}

// root0 is the console, who needs no account.
var root0 = model.Console

func TestWebhooksAreForOwnersAndAdmins(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Deliverer.Enable(derive, courier.New(false))
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "v0", "amd64", 1)
	const address = "https://ci.example.org/"
	own, _, err := f.CreateWebhook(f.ctx(), alice, registry.NewWebhook{In: path(t, "lab"), URL: address})
	must(t, err)
	_, _, err = f.CreateWebhook(f.ctx(), alice, registry.NewWebhook{URL: address})
	wants(t, errs.Forbidden, err)
	_, _, err = f.CreateWebhook(f.ctx(), bob, registry.NewWebhook{In: path(t, "lab"), URL: address})
	wants(t, errs.NotFound, err)
	for _, wrong := range []registry.NewWebhook{{In: path(t, "lab"), URL: "http://ci.example.org/"}, {In: path(t, "lab"), URL: address, Events: []string{"drop table"}}} {
		_, _, err = f.CreateWebhook(f.ctx(), alice, wrong)
		wants(t, errs.Invalid, err)
	}
	for _, who := range []model.Actor{bob, model.Anonymous} {
		_, _, hidden := f.Deliveries(f.ctx(), who, own.ID, model.Page{})
		_, _, missing := f.Deliveries(f.ctx(), who, 999, model.Page{})
		if errs.KindOf(hidden) != errs.KindOf(missing) || strings.ReplaceAll(errs.Message(hidden), fmt.Sprint(own.ID), "999") != errs.Message(missing) {
			t.Errorf("%v, %v", hidden, missing)
		}
		if f.DeleteWebhook(f.ctx(), who, own.ID) == nil || f.Redeliver(f.ctx(), who, own.ID, 1) == nil {
			t.Errorf("%q may", who.Name)
		}
		if _, err := f.TestWebhook(f.ctx(), who, own.ID); err == nil {
			t.Errorf("%q may", who.Name)
		}
	}
	list, err := f.Webhooks(f.ctx(), alice, path(t, "lab"))
	must(t, err)
	if len(list) != 1 || list[0].Collection != "library/lab" || list[0].By != "alice" {
		t.Errorf("%+v", list)
	}
	everywhere, err := f.Webhooks(f.ctx(), root, ref.Path{})
	must(t, err)
	if len(everywhere) != 0 {
		t.Errorf("%+v", everywhere)
	}
	must(t, f.DeleteWebhook(f.ctx(), alice, own.ID))
	wants(t, errs.NotFound, f.DeleteWebhook(f.ctx(), alice, own.ID))
}

func TestTestOfAWebhookIsToldToItAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Deliverer.Enable(derive, courier.New(true))
	r, other := newReceiver(t), newReceiver(t)
	tried, _, err := f.CreateWebhook(f.ctx(), root0, registry.NewWebhook{URL: r.URL, Events: []string{"push"}})
	must(t, err)
	_, _, err = f.CreateWebhook(f.ctx(), root0, registry.NewWebhook{URL: other.URL})
	must(t, err)
	id, err := f.TestWebhook(f.ctx(), root0, tried.ID)
	must(t, err)
	must(t, f.Deliverer.RunDue(f.ctx()))
	if diff := cmp.Diff([]string{"webhook.test "}, r.told(t)); diff != "" {
		t.Error(diff)
	}
	if got := other.told(t); len(got) != 1 || got[0] != "webhook.create " { // of itself
		t.Errorf("%v", got)
	}
	if r.got[0].Header.Get("Webhook-Id") != fmt.Sprint("delivery-", id) {
		t.Errorf("%v", r.got[0].Header)
	}
}

func TestOldDeliveriesAreForgottenAndWaitingOnesAreNot(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Deliverer.Enable(derive, courier.New(true))
	r := newReceiver(t)
	hook, _, err := f.CreateWebhook(f.ctx(), root0, registry.NewWebhook{URL: r.URL})
	must(t, err)
	for range 210 {
		_, err := f.TestWebhook(f.ctx(), root0, hook.ID)
		must(t, err)
	}
	count := func(state model.DeliveryState) (n int) {
		page := model.Page{Limit: model.MaxLimit}
		for {
			list, next, err := f.Deliveries(f.ctx(), root0, hook.ID, page)
			must(t, err)
			for _, d := range list {
				if d.State == state {
					n++
				}
			}
			if page.After = next; next == "" {
				return n
			}
		}
	}
	_, err = f.Keeper.Sweep(f.ctx())
	must(t, err)
	if n := count(model.Waiting); n != 211 {
		t.Fatalf("%d wait", n)
	}
	must(t, f.Deliverer.RunDue(f.ctx()))
	_, err = f.Keeper.Sweep(f.ctx())
	must(t, err)
	if n := count(model.Delivered); n != 200 {
		t.Errorf("%d are kept", n)
	}
}
