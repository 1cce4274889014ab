package store

import (
	"strings"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// Secrets of webhooks lie sealed in the store and open for whoever sends and manages; those that were stored without a key
// are sealed later; a change of the key is followed; without it nothing opens, and nothing is lost by saving; a sealed secret
// of one tenant is none of another's.
func TestSealedWebhooks(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		hook := service.Webhook{URL: "https://erp.example.com/", State: service.WebhookActive, Secrets: []service.WebhookSecret{{Secret: "whsec_one"}}}
		lies := func(id string) string {
			return must[service.Webhook](t)(s.Webhook(ctx, tenant, id)).Secrets[0].Secret
		}
		keyless := &service.SealedWebhooks{WebhookStore: s, Keys: masterKeys(t)}
		early := must[service.Webhook](t)(keyless.AddWebhook(ctx, tenant, hook))
		if lies(early.ID) != "whsec_one" {
			t.Error("without a key it is not there as it is")
		}
		w := &service.SealedWebhooks{WebhookStore: s, Keys: masterKeys(t, "old")}
		made := must[service.Webhook](t)(w.AddWebhook(ctx, tenant, hook))
		if made.Secrets[0].Secret != "whsec_one" || !strings.HasPrefix(lies(made.ID), "sealed:old:") {
			t.Errorf("told %q, lies as %q", made.Secrets[0].Secret, lies(made.ID))
		}
		if plain, stale, err := w.OpenSecrets(ctx, tenant); plain != 1 || stale != 0 || err != nil {
			t.Errorf("%d open, %d stale, %v", plain, stale, err)
		}
		if n := must[int](t)(w.Reseal(ctx, tenant)); n != 1 || !strings.HasPrefix(lies(early.ID), "sealed:old:") {
			t.Errorf("%d sealed, one lies as %q", n, lies(early.ID))
		}
		w.Keys = masterKeys(t, "new", "old")
		if n := must[int](t)(w.Reseal(ctx, tenant)); n != 2 || !strings.HasPrefix(lies(made.ID), "sealed:new:") {
			t.Errorf("%d moved, one lies as %q", n, lies(made.ID))
		}

		noError(t, s.Announce(ctx, tenant, service.TopicWebhookTest, made.ID, []byte(`{}`)))
		must[int](t)(w.FanOut(ctx, 10))
		if due := must[[]service.Delivery](t)(w.ClaimDeliveries(ctx, 10, time.Minute)); len(due) != 1 || due[0].Webhook.Secrets[0].Secret != "whsec_one" {
			t.Errorf("due %+v", due)
		}
		stranger := &service.SealedWebhooks{WebhookStore: s, Keys: masterKeys(t, "another")}
		closed := must[service.Webhook](t)(stranger.Webhook(ctx, tenant, made.ID))
		if !closed.Secrets[0].Sealed() {
			t.Errorf("opened by another key: %q", closed.Secrets[0].Secret)
		}
		closed.State = service.WebhookPaused
		must[service.Webhook](t)(stranger.SaveWebhook(ctx, tenant, closed))
		if _, err := stranger.Reseal(ctx, tenant); err == nil {
			t.Error("what does not open was sealed again")
		}
		if all := must[[]service.Webhook](t)(w.Webhooks(ctx, tenant)); len(all) != 2 || all[0].Secrets[0].Secret != "whsec_one" || all[1].Secrets[0].Secret != "whsec_one" {
			t.Errorf("after all %+v", all)
		}
		moved := closed
		moved.Secrets = []service.WebhookSecret{{Secret: lies(made.ID)}}
		theirs := must[service.Webhook](t)(s.AddWebhook(ctx, "other", moved))
		if got := must[service.Webhook](t)(w.Webhook(ctx, "other", theirs.ID)); !got.Secrets[0].Sealed() {
			t.Error("a secret moved to another tenant opened")
		}
	})
}
