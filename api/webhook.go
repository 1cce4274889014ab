package api

import (
	"encoding/json"
	"time"
)

// NewWebhook is a receiver of events to be told.
type NewWebhook struct {
	URL         string   `json:"url" format:"uri" maxLength:"2000" doc:"http or https; addresses of internal networks are refused unless the installation allows them" example:"https://erp.example.com/hooks"`
	Description string   `json:"description,omitempty" maxLength:"500"`
	Topics      []string `json:"topics,omitempty" maxItems:"50" enum:"job.done,job.failed,job.cancelled,job.quarantined,order.created,order.cancelled,promise.confirmed,promise.released,promise.expired,stock.moved,task.failed,webhook.test,forecast.overridden,forecast.alert" doc:"None = all"`
	Paused      bool     `json:"paused,omitempty" doc:"Nothing is sent until it is taken back"`
}

// Webhook is a receiver of events.
type Webhook struct {
	ID           string     `json:"id"`
	URL          string     `json:"url"`
	Description  string     `json:"description,omitempty"`
	Topics       []string   `json:"topics,omitempty" doc:"None = all"`
	Status       string     `json:"status" enum:"active,paused,disabled" doc:"disabled: nothing reached it for long, or it said that it is gone; put it again to enable it"`
	Reason       string     `json:"reason,omitempty" doc:"Why it is disabled"`
	FailingSince *time.Time `json:"failing_since,omitempty" doc:"No attempt has succeeded since"`
	Secret       string     `json:"secret,omitempty" doc:"Signs what is sent (Standard Webhooks); shown once, when it is made or turned"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Links        []Link     `json:"links"`
}

// WebhookList is all receivers, oldest first.
type WebhookList struct {
	Items []Webhook `json:"items"`
}

// SecretRotation turns a receiver's secret.
type SecretRotation struct {
	KeepSec int64 `json:"keep_sec,omitempty" minimum:"0" maximum:"2592000" default:"86400" doc:"How long the secrets before sign too"`
}

// Delivery is one event on its way to one receiver.
type Delivery struct {
	ID        string            `json:"id"`
	WebhookID string            `json:"webhook_id"`
	EventID   string            `json:"event_id" doc:"The same however often it is sent: webhook-id of the request"`
	Topic     string            `json:"topic"`
	Subject   string            `json:"subject,omitempty" doc:"What the event is about"`
	Status    string            `json:"status" enum:"pending,delivered,failed"`
	Attempts  int               `json:"attempts" doc:"Tries so far, since it was last replayed"`
	HTTP      int               `json:"http_status,omitempty" doc:"HTTP status of the last try; absent: no answer"`
	Error     string            `json:"error,omitempty"`
	NextAt    *time.Time        `json:"next_at,omitempty" doc:"Next try"`
	CreatedAt time.Time         `json:"created_at"`
	EndedAt   *time.Time        `json:"ended_at,omitempty"`
	Log       []DeliveryAttempt `json:"log,omitempty" doc:"All tries, oldest first; lists leave it out"`
	Event     json.RawMessage   `json:"event,omitempty" doc:"CloudEvents 1.0; lists leave it out"`
	Links     []Link            `json:"links"`
}

// DeliveryAttempt is one try.
type DeliveryAttempt struct {
	At     time.Time `json:"at"`
	HTTP   int       `json:"http_status,omitempty" doc:"HTTP status; absent: no answer"`
	Error  string    `json:"error,omitempty"`
	TookMs int64     `json:"took_ms"`
}

// DeliveryList is a page of deliveries, newest first.
type DeliveryList struct {
	Items      []Delivery `json:"items"`
	NextCursor string     `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}
