package client

import (
	"context"
	"net/http"

	"quartermaster/api"
)

const webhooksPath = "/v1/webhooks"

// CreateWebhook tells a receiver of events. Its Secret is shown in this answer alone.
func (c *Client) CreateWebhook(ctx context.Context, w api.NewWebhook) (api.Webhook, error) {
	var out api.Webhook
	err := c.once(ctx, call{what: "create a webhook", path: webhooksPath, body: w, into: &out}, "")
	return out, err
}

// Webhooks lists the receivers of events.
func (c *Client) Webhooks(ctx context.Context) (api.WebhookList, error) {
	var out api.WebhookList
	err := c.get(ctx, "list webhooks", &out, webhooksPath)
	return out, err
}

// Webhook reads one receiver with the tag of its state.
func (c *Client) Webhook(ctx context.Context, id string) (api.Webhook, Tag, error) {
	return c.webhook(ctx, http.MethodGet, id, AnyState, nil)
}

// PutWebhook replaces one receiver in the state that tag names, and enables it again.
func (c *Client) PutWebhook(ctx context.Context, id string, w api.NewWebhook, tag Tag) (api.Webhook, Tag, error) {
	return c.webhook(ctx, http.MethodPut, id, tag, w)
}

// DeleteWebhook tells a receiver nothing more.
func (c *Client) DeleteWebhook(ctx context.Context, id string, tag Tag) error {
	_, _, err := c.webhook(ctx, http.MethodDelete, id, tag, nil)
	return err
}

func (c *Client) webhook(ctx context.Context, method, id string, tag Tag, body any) (api.Webhook, Tag, error) {
	return change(ctx, c, Kind[api.Webhook]{"webhook", "webhooks"}, method, id, tag, body)
}

// RotateWebhookSecret turns a receiver's secret; those before sign too for keepSec. It is asked once for a key of its own.
func (c *Client) RotateWebhookSecret(ctx context.Context, id string, keepSec int64) (api.Webhook, error) {
	var out api.Webhook
	p, err := path(webhooksPath+"/", id, "/rotate-secret")
	if err != nil {
		return out, err
	}
	err = c.once(ctx, call{what: "turn the secret of webhook " + id, path: p, body: api.SecretRotation{KeepSec: keepSec}, into: &out}, "")
	return out, err
}

// TestWebhook sends a receiver an event of the topic webhook.test.
func (c *Client) TestWebhook(ctx context.Context, id string) (api.Webhook, error) {
	var out api.Webhook
	err := c.post(ctx, "test webhook "+id, nil, &out, webhooksPath+"/", id, "/test")
	return out, err
}

// Deliveries reads one page of what a receiver was sent, newest first; status "" is any.
func (c *Client) Deliveries(ctx context.Context, webhookID, status string, page PageOf) (api.DeliveryList, error) {
	var out api.DeliveryList
	p, err := path(webhooksPath+"/", webhookID, "/deliveries")
	if err != nil {
		return out, err
	}
	_, err = c.do(ctx, call{what: "list deliveries of webhook " + webhookID, method: http.MethodGet, path: p, query: page.query("status", status), into: &out, again: true})
	return out, err
}

// Delivery reads one delivery with all its tries.
func (c *Client) Delivery(ctx context.Context, webhookID, id string) (api.Delivery, error) {
	var out api.Delivery
	err := c.get(ctx, "read delivery "+id, &out, webhooksPath+"/", webhookID, "/deliveries/", id)
	return out, err
}

// ReplayDelivery sends an ended delivery again.
func (c *Client) ReplayDelivery(ctx context.Context, webhookID, id string) (api.Delivery, error) {
	var out api.Delivery
	err := c.post(ctx, "replay delivery "+id, nil, &out, webhooksPath+"/", webhookID, "/deliveries/", id, "/replay")
	return out, err
}
