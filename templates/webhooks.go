package templates

import (
	"net/http"
	"strconv"
	"strings"

	"sregistry/app/model"
	"sregistry/app/ref"
)

// RegistryWebhooksPath is the page of the webhooks that are told all that happens.
const RegistryWebhooksPath = "/admin/webhooks"

// Webhooks lists the webhooks of a collection, GET
// /collections/{namespace}/{collection}/webhooks, or those that are told all that happens in
// the registry, GET /admin/webhooks. Below either address are the forms: a POST to itself
// makes one (url, events), /{id}/test tries one, and /{id}/delete removes it.
type Webhooks struct {
	Page
	Of       WebhookOwner
	Webhooks []model.Webhook
	// URL and Events are what the form holds, as typed.
	URL, Events string
	// Problems are about the whole form.
	Problems Problems
}

// WebhookOwner is what webhooks tell of: a collection, or if it is zero the registry.
type WebhookOwner struct{ Collection ref.Collection }

// Path is the path of the page of the webhooks.
func (o WebhookOwner) Path() string {
	if o == (WebhookOwner{}) {
		return RegistryWebhooksPath
	}
	return CollectionPath(o.Collection) + "/webhooks"
}

// HookPath is the path of the page of one of them.
func (o WebhookOwner) HookPath(id int64) string {
	return o.Path() + "/" + strconv.FormatInt(id, 10)
}

// reach says of what they tell.
func (o WebhookOwner) reach() string {
	if o == (WebhookOwner{}) {
		return "from the whole registry"
	}
	return "from " + o.Collection.String()
}

// WebhookCreated shows the secret of a new webhook, this once: the answer to the POST that
// made it. It must be sent with Cache-Control: no-store.
type WebhookCreated struct {
	Page
	Of      WebhookOwner
	Webhook model.Webhook
	Secret  string
}

// Deliveries is what a webhook was told and will be: GET {webhooks}/{id}. A POST to
// /deliveries/{delivery} below it sends one again.
type Deliveries struct {
	Page
	Of         WebhookOwner
	Webhook    model.Webhook
	Deliveries []model.Delivery
	More       string
}

// eventWords are the events that a webhook is told.
func eventWords(w model.Webhook) string {
	if len(w.Events) == 0 {
		return "all"
	}
	return strings.Join(w.Events, ", ")
}

// answerWords say what came of the last try of a delivery.
func answerWords(d model.Delivery) string {
	switch {
	case d.Problem != "":
		return d.Problem
	case d.Status > 0:
		return strings.TrimSpace(strconv.Itoa(d.Status) + " " + http.StatusText(d.Status))
	}
	return "–"
}

// againPath is where a form goes that sends a delivery again.
func (p Deliveries) againPath(d model.Delivery) string {
	return p.Of.HookPath(p.Webhook.ID) + "/deliveries/" + strconv.FormatInt(d.ID, 10)
}
