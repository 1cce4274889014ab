package service

import (
	"context"
	"time"
)

// WebhookState is whether a receiver is told of events.
type WebhookState string

// The states of a webhook.
const (
	WebhookActive   WebhookState = "active"
	WebhookPaused   WebhookState = "paused"   // by its owner
	WebhookDisabled WebhookState = "disabled" // by us, since nothing reached it; Reason says more
)

// WebhookSecret signs what a receiver is sent.
type WebhookSecret struct {
	Secret    string `json:"secret"`     // whsec_ and base64
	ExpiresUs int64  `json:"expires_us"` // 0 = the current one; older ones sign too until then
}

// Webhook is a receiver of events.
type Webhook struct {
	ID             string // given by the store
	URL            string
	Description    string
	Topics         []string // none = all
	State          WebhookState
	Reason         string
	Secrets        []WebhookSecret // newest first
	FailingSinceUs int64           // 0 = the last attempt succeeded, or there was none
	Revision       int64
	CreatedUs      int64
	UpdatedUs      int64
}

// DeliveryState is where the sending of one event to one receiver stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryFailed    DeliveryState = "failed" // given up; it may be replayed
)

// Delivery is one event on its way to one receiver.
type Delivery struct {
	Tenant, ID, WebhookID string
	EventID               string
	Topic, Subject        string
	Body                  []byte // JSON: Event
	State                 DeliveryState
	Attempts              int
	NextUs                int64 // when it is tried next
	Lease                 int64 // token of whoever sends it now
	Status                int   // HTTP status of the last attempt, 0 = no answer
	Error                 string
	CreatedUs, EndedUs    int64

	Webhook Webhook `json:"-"` // only of claimed ones
}

// DeliveryAttempt is one try.
type DeliveryAttempt struct {
	Attempt int
	Status  int // 0 = no answer
	Error   string
	Took    time.Duration
	AtUs    int64
}

// DeliveryEnd is what one attempt means for its delivery and receiver.
type DeliveryEnd struct {
	Status  int
	Error   string
	Took    time.Duration
	State   DeliveryState // pending = tried again after Delay
	Delay   time.Duration
	Disable string // a reason to tell the receiver of nothing more
}

// DeliveryFilter chooses deliveries for a list, newest first; zero fields do not choose.
type DeliveryFilter struct {
	WebhookID string
	State     DeliveryState
	Before    string // id: the cursor
	Limit     int    // 0 = 100, at most 10,000
}

// WebhookStore keeps receivers and what they are sent.
type WebhookStore interface {
	AddWebhook(ctx context.Context, tenant string, w Webhook) (Webhook, error)
	Webhook(ctx context.Context, tenant, id string) (Webhook, error)
	Webhooks(ctx context.Context, tenant string) ([]Webhook, error) // oldest first
	// SaveWebhook replaces a webhook whose Revision is the stored one, else ErrConflict.
	SaveWebhook(ctx context.Context, tenant string, w Webhook) (Webhook, error)
	// RemoveWebhook forgets a receiver with its deliveries.
	RemoveWebhook(ctx context.Context, tenant, id string) error

	// FanOut makes a delivery of each message for each receiver that wants it, and forgets the message, in one
	// transaction. It serves all tenants and tells how many messages it took.
	FanOut(ctx context.Context, limit int) (int, error)
	// ClaimDeliveries gives deliveries that are due, of all tenants, each to one caller until lease has passed.
	ClaimDeliveries(ctx context.Context, limit int, lease time.Duration) ([]Delivery, error)
	// EndAttempt notes an attempt and what follows from it; ErrTokenLost when the claim ran out and another has it.
	EndAttempt(ctx context.Context, d Delivery, end DeliveryEnd) error
	Deliveries(ctx context.Context, tenant string, f DeliveryFilter) ([]Delivery, error)
	Delivery(ctx context.Context, tenant, id string) (Delivery, []DeliveryAttempt, error)
	// ReplayDelivery sends an ended delivery again from its first attempt on.
	ReplayDelivery(ctx context.Context, tenant, id string) (Delivery, error)
	// Announce stores a message that no job left.
	Announce(ctx context.Context, tenant, topic, subject string, data []byte) error
}

// Sender sends one delivery to its receiver. status 0 = it gave no answer, and err says why.
type Sender interface {
	Send(ctx context.Context, d Delivery) (status int, err error)
}
