package server

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type newWebhookInput struct {
	Body api.NewWebhook
}

type putWebhookInput struct {
	ID      string `path:"id" maxLength:"64"`
	IfMatch string `header:"If-Match" doc:"ETag of the state to replace"`
	Body    api.NewWebhook
}

type webhookIDInput struct {
	ID string `path:"id" maxLength:"64"`
}

type deleteWebhookInput struct {
	ID      string `path:"id" maxLength:"64"`
	IfMatch string `header:"If-Match" doc:"ETag of the state to remove"`
}

type rotateInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body *api.SecretRotation
}

type webhookOutput struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     api.Webhook
}

type webhooksOutput struct{ Body api.WebhookList }

type listDeliveriesInput struct {
	ID     string `path:"id" maxLength:"64"`
	Status string `query:"status" enum:"pending,delivered,failed"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type deliveriesOutput struct{ Body api.DeliveryList }

type deliveryInput struct {
	ID       string `path:"id" maxLength:"64"`
	Delivery string `path:"delivery" maxLength:"64"`
}

type deliveryOutput struct{ Body api.Delivery }

func (s *Server) registerWebhooks() {
	const one = "/v1/webhooks/{id}"
	create := operation("create-webhook", http.MethodPost, "/v1/webhooks", "Tell a receiver of events", "webhooks", service.ScopeAdmin, 413, 422)
	create.Description = "Events come as POST with a CloudEvents 1.0 body, signed as Standard Webhooks say (webhook-id, webhook-timestamp, webhook-signature). Any 2xx takes an event; else it is sent again up to 8 times within a day. The secret is shown in this answer alone."
	create.DefaultStatus = http.StatusCreated
	register(s, s.once(create), s.createWebhook)
	register(s, operation("list-webhooks", http.MethodGet, "/v1/webhooks", "List the receivers of events", "webhooks", service.ScopeAdmin), s.listWebhooks)
	register(s, operation("get-webhook", http.MethodGet, one, "Read a receiver of events", "webhooks", service.ScopeAdmin, 404), func(ctx context.Context, in *webhookIDInput) (*webhookOutput, error) {
		w, err := s.options.Webhooks.Webhook(ctx, s.tenant(ctx), in.ID)
		return s.webhook(ctx, http.StatusOK, w, "", err)
	})
	put := operation("put-webhook", http.MethodPut, one, "Replace a receiver of events, enabling it again", "webhooks", service.ScopeAdmin, 404, 409, 412, 428)
	register(s, put, s.putWebhook)
	register(s, operation("delete-webhook", http.MethodDelete, one, "Tell a receiver nothing more", "webhooks", service.ScopeAdmin, 404, 412, 428), s.deleteWebhook)
	rotate := operation("rotate-webhook-secret", http.MethodPost, one+"/rotate-secret", "Turn the secret of a receiver", "webhooks", service.ScopeAdmin, 404, 409)
	rotate.Description = "The secrets before sign too for keep_sec, so that a receiver may change over at leisure: webhook-signature then has several signatures. The new secret is shown in this answer alone."
	register(s, s.once(rotate), s.rotateSecret)
	register(s, operation("test-webhook", http.MethodPost, one+"/test", "Send a receiver an event of the topic webhook.test", "webhooks", service.ScopeAdmin, 404, 409), s.testWebhook)
	register(s, operation("list-deliveries", http.MethodGet, one+"/deliveries", "List what a receiver was sent, newest first", "webhooks", service.ScopeAdmin, 404), s.listDeliveries)
	register(s, operation("get-delivery", http.MethodGet, one+"/deliveries/{delivery}", "Read one delivery with all its tries", "webhooks", service.ScopeAdmin, 404), s.getDelivery)
	register(s, operation("replay-delivery", http.MethodPost, one+"/deliveries/{delivery}/replay", "Send an ended delivery again", "webhooks", service.ScopeAdmin, 404, 409), s.replayDelivery)
}

// newSecret gives 32 random bytes as Standard Webhooks write them.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// checkURL refuses a receiver that nothing may be sent to.
func (s *Server) checkURL(url string) error {
	if s.options.CheckReceiver == nil {
		return nil
	}
	if err := s.options.CheckReceiver(url); err != nil {
		return invalidFields([]api.FieldError{{Location: "url", Message: err.Error(), Value: url}})
	}
	return nil
}

func (s *Server) createWebhook(ctx context.Context, in *newWebhookInput) (*webhookOutput, error) {
	if err := s.checkURL(in.Body.URL); err != nil {
		return nil, err
	}
	w := service.Webhook{Secrets: []service.WebhookSecret{{Secret: newSecret()}}}
	readWebhook(&w, in.Body)
	w, err := s.options.Webhooks.AddWebhook(ctx, s.tenant(ctx), w)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return s.webhook(ctx, http.StatusCreated, w, w.Secrets[0].Secret, nil)
}

func readWebhook(w *service.Webhook, x api.NewWebhook) {
	w.URL, w.Description, w.Topics, w.State, w.Reason = x.URL, x.Description, x.Topics, service.WebhookActive, ""
	if x.Paused {
		w.State = service.WebhookPaused
	}
}

func (s *Server) webhook(ctx context.Context, status int, w service.Webhook, secret string, err error) (*webhookOutput, error) {
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &webhookOutput{Status: status, ETag: webhookTag(w), Body: s.webhookWords(w)}
	out.Body.Secret = secret
	if status == http.StatusCreated {
		out.Location = "/v1/webhooks/" + w.ID
	}
	return out, nil
}

func webhookTag(w service.Webhook) string { return fmt.Sprintf(`"%d"`, w.Revision) }

func (s *Server) webhookWords(w service.Webhook) api.Webhook {
	self := "/v1/webhooks/" + w.ID
	return api.Webhook{
		ID: w.ID, URL: w.URL, Description: w.Description, Topics: w.Topics, Status: string(w.State), Reason: w.Reason,
		FailingSince: s.timeIfSet(w.FailingSinceUs), CreatedAt: s.timeOf(w.CreatedUs), UpdatedAt: s.timeOf(w.UpdatedUs),
		Links: []api.Link{{Rel: "self", Href: self}, {Rel: "deliveries", Href: self + "/deliveries"}},
	}
}

func (s *Server) listWebhooks(ctx context.Context, _ *struct{}) (*webhooksOutput, error) {
	all, err := s.options.Webhooks.Webhooks(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &webhooksOutput{Body: api.WebhookList{Items: make([]api.Webhook, len(all))}}
	for i, w := range all {
		out.Body.Items[i] = s.webhookWords(w)
	}
	return out, nil
}

// changeWebhook changes a receiver that nobody else changes meanwhile.
func (s *Server) changeWebhook(ctx context.Context, id string, change func(w *service.Webhook) error) (service.Webhook, error) {
	w, err := s.options.Webhooks.Webhook(ctx, s.tenant(ctx), id)
	if err == nil {
		err = change(&w)
	}
	if err != nil {
		return w, err
	}
	return s.options.Webhooks.SaveWebhook(ctx, s.tenant(ctx), w)
}

func (s *Server) putWebhook(ctx context.Context, in *putWebhookInput) (*webhookOutput, error) {
	w, err := s.changeWebhook(ctx, in.ID, func(w *service.Webhook) error {
		if err := (precondition{ifMatch: in.IfMatch}).check(webhookTag(*w)); err != nil {
			return err
		}
		if err := s.checkURL(in.Body.URL); err != nil {
			return err
		}
		readWebhook(w, in.Body)
		w.FailingSinceUs = 0
		return nil
	})
	return s.webhook(ctx, http.StatusOK, w, "", err)
}

func (s *Server) deleteWebhook(ctx context.Context, in *deleteWebhookInput) (*struct{}, error) {
	w, err := s.options.Webhooks.Webhook(ctx, s.tenant(ctx), in.ID)
	if err == nil {
		err = (precondition{ifMatch: in.IfMatch}).check(webhookTag(w))
	}
	if err == nil {
		err = s.options.Webhooks.RemoveWebhook(ctx, s.tenant(ctx), in.ID)
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return nil, nil
}

// maxSecrets bounds the signatures of one request.
const maxSecrets = 5

func (s *Server) rotateSecret(ctx context.Context, in *rotateInput) (*webhookOutput, error) {
	keep := 24 * time.Hour
	if in.Body != nil {
		keep = time.Duration(in.Body.KeepSec) * time.Second
	}
	w, err := s.changeWebhook(ctx, in.ID, func(w *service.Webhook) error {
		now := time.Now()
		until := now.Add(keep).UnixMicro()
		secrets := []service.WebhookSecret{{Secret: newSecret()}}
		for _, old := range w.Secrets {
			if old.ExpiresUs == 0 || old.ExpiresUs > until {
				old.ExpiresUs = until
			}
			if old.ExpiresUs > now.UnixMicro() && len(secrets) < maxSecrets {
				secrets = append(secrets, old)
			}
		}
		w.Secrets = secrets
		return nil
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return s.webhook(ctx, http.StatusOK, w, w.Secrets[0].Secret, nil)
}

func (s *Server) testWebhook(ctx context.Context, in *webhookIDInput) (*webhookOutput, error) {
	w, err := s.options.Webhooks.Webhook(ctx, s.tenant(ctx), in.ID)
	if err == nil && w.State != service.WebhookActive {
		err = fmt.Errorf("%w: webhook %s is %s, so that nothing is sent", service.ErrConflict, w.ID, w.State)
	}
	if err == nil {
		err = s.options.Webhooks.Announce(ctx, s.tenant(ctx), service.TopicWebhookTest, w.ID, []byte(`{"message":"a test, asked for by hand"}`))
	}
	return s.webhook(ctx, http.StatusOK, w, "", err)
}

func (s *Server) listDeliveries(ctx context.Context, in *listDeliveriesInput) (*deliveriesOutput, error) {
	if _, err := s.options.Webhooks.Webhook(ctx, s.tenant(ctx), in.ID); err != nil {
		return nil, s.fail(ctx, err)
	}
	all, err := s.options.Webhooks.Deliveries(ctx, s.tenant(ctx), service.DeliveryFilter{
		WebhookID: in.ID, State: service.DeliveryState(in.Status), Before: in.Cursor, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all, more := page(all, in.Limit)
	out := &deliveriesOutput{Body: api.DeliveryList{Items: make([]api.Delivery, len(all))}}
	for i, d := range all {
		out.Body.Items[i] = s.deliveryWords(d)
	}
	if more {
		out.Body.NextCursor = all[len(all)-1].ID
	}
	return out, nil
}

func (s *Server) deliveryWords(d service.Delivery) api.Delivery {
	self := "/v1/webhooks/" + d.WebhookID + "/deliveries/" + d.ID
	out := api.Delivery{
		ID: d.ID, WebhookID: d.WebhookID, EventID: d.EventID, Topic: d.Topic, Subject: d.Subject, Status: string(d.State), Attempts: d.Attempts,
		HTTP: d.Status, Error: d.Error, CreatedAt: s.timeOf(d.CreatedUs), EndedAt: s.timeIfSet(d.EndedUs), Links: []api.Link{{Rel: "self", Href: self}},
	}
	if d.State == service.DeliveryPending {
		out.NextAt = s.timeIfSet(d.NextUs)
	} else {
		out.Links = append(out.Links, api.Link{Rel: "replay", Href: self + "/replay"})
	}
	return out
}

// deliveryOf reads a delivery of one receiver.
func (s *Server) deliveryOf(ctx context.Context, in *deliveryInput) (service.Delivery, []service.DeliveryAttempt, error) {
	d, log, err := s.options.Webhooks.Delivery(ctx, s.tenant(ctx), in.Delivery)
	if err == nil && d.WebhookID != in.ID {
		err = fmt.Errorf("%w: delivery %s of webhook %s", service.ErrNotFound, in.Delivery, in.ID)
	}
	return d, log, err
}

func (s *Server) getDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	d, log, err := s.deliveryOf(ctx, in)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &deliveryOutput{Body: s.deliveryWords(d)}
	out.Body.Event = d.Body
	for _, a := range log {
		out.Body.Log = append(out.Body.Log, api.DeliveryAttempt{At: s.timeOf(a.AtUs), HTTP: a.Status, Error: a.Error, TookMs: a.Took.Milliseconds()})
	}
	return out, nil
}

func (s *Server) replayDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	_, _, err := s.deliveryOf(ctx, in)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	d, err := s.options.Webhooks.ReplayDelivery(ctx, s.tenant(ctx), in.Delivery)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &deliveryOutput{Body: s.deliveryWords(d)}, nil
}
