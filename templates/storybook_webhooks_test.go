package templates_test

import (
	"time"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// webhookStories are the pages of webhooks, a collection's and the registry's.
func webhookStories() []story {
	lab := templates.WebhookOwner{Collection: ref.Collection{Namespace: "library", Name: "lab"}}
	hook := model.Webhook{ID: 3, Collection: "library/lab", URL: "https://ci.example.org/hooks/registry", Events: []string{"push", "tag"}, By: "alice", Created: now}
	odd := model.Webhook{ID: 4, URL: "https://example.org/?q=" + hostile, Created: now}
	long := model.Webhook{ID: 5, URL: "https://ci.example.org/" + longPart + longPart, By: longPart, Created: now}
	event := model.Event{At: now, Action: model.Pushed, Target: "library/lab/hello:latest", Actor: "alice"}
	deleted := model.Event{At: now, Action: model.ImageDeleted, Target: "library/lab/" + longPart + "@" + ref.Dotted(sum)}
	deliveries := []model.Delivery{
		{ID: 9, Event: event, State: model.Waiting},
		{ID: 8, Event: deleted, State: model.Waiting, Tries: 2, Tried: now, Next: now.Add(time.Hour), Status: 503, Problem: "It answered 503."},
		{ID: 7, Event: event, State: model.Failed, Tries: 12, Tried: now, Problem: "It did not answer in time."},
		{ID: 6, Event: event, State: model.Delivered, Tries: 1, Tried: now, Status: 204},
	}
	return []story{
		{"webhooks", templates.Webhooks{Page: signedIn(lab.Path()), Of: lab, Webhooks: []model.Webhook{hook, long}}.View()},
		{"webhooks-problem", templates.Webhooks{Page: signedIn(lab.Path()), Of: lab, URL: hostile, Events: hostile,
			Problems: templates.Problems{"": "The address of a webhook begins with https://."}}.View()},
		{"webhooks-registry", templates.Webhooks{Page: admin("/admin/webhooks"), Webhooks: []model.Webhook{odd}}.View()},
		{"webhook-created", templates.WebhookCreated{Page: signedIn(lab.Path()), Of: lab, Webhook: hook, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}.View()},
		{"webhook-deliveries", templates.Deliveries{Page: signedIn(lab.HookPath(3)), Of: lab, Webhook: hook, Deliveries: deliveries, More: lab.HookPath(3) + "?after=6"}.View()},
		{"webhook-deliveries-none", templates.Deliveries{Page: admin("/admin/webhooks/4"), Webhook: odd}.View()},
	}
}
