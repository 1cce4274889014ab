package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// retryDelays are the pauses after each failed attempt: eight attempts within a day.
var retryDelays = []time.Duration{5 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 3 * time.Hour, 7 * time.Hour, 12 * time.Hour}

// MaxDeliveryAttempts is how often an event is sent to a receiver that does not take it.
const MaxDeliveryAttempts = 8

// disableAfter is how long nothing may have reached a receiver when a delivery to it is given up, for it to be disabled.
const disableAfter = 20 * time.Hour

// CourierOptions tune a Courier. The zero value is right for production.
type CourierOptions struct {
	Concurrency int           // deliveries at a time; 0 = 8
	Every       time.Duration // pause between two looks; 0 = 500 ms
	Lease       time.Duration // of a claimed delivery; 0 = 1 min, more than any attempt takes
	Log         *slog.Logger  // nil = discard
}

// Courier tells the world outside what happened: it makes deliveries of messages and sends them, each at least once, with
// growing pauses. Any number of Couriers may share one store.
type Courier struct {
	Store   WebhookStore
	Sender  Sender
	Options CourierOptions
}

// Run works until ctx ends, and lets attempts under way end.
func (c *Courier) Run(ctx context.Context) {
	o := c.Options
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	o.Every = orDefault(o.Every, 500*time.Millisecond)
	o.Lease = orDefault(o.Lease, time.Minute)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for ctx.Err() == nil {
		n, err := c.round(ctx, o)
		if err != nil && ctx.Err() == nil {
			o.Log.Warn("webhooks not looked at, will try again", "error", err)
		}
		if n == 0 || err != nil {
			wait(ctx, o.Every, nil)
		}
	}
}

// round makes deliveries of the messages there are and sends those that are due; it tells how many it moved.
func (c *Courier) round(ctx context.Context, o CourierOptions) (int, error) {
	call, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	n, err := c.Store.FanOut(call, 200)
	if err != nil {
		return n, err
	}
	due, err := c.Store.ClaimDeliveries(call, o.Concurrency, o.Lease)
	if err != nil {
		return n, err
	}
	var sending sync.WaitGroup
	for _, d := range due {
		sending.Go(func() { c.send(ctx, o, d) })
	}
	sending.Wait()
	return n + len(due), nil
}

// send makes one attempt and notes what came of it. An end that cannot be noted comes back when its lease ends: the
// receiver knows doubles by the event's id.
func (c *Courier) send(ctx context.Context, o CourierOptions, d Delivery) {
	start := time.Now()
	status, err := c.Sender.Send(ctx, d)
	if ctx.Err() != nil {
		return // shutting down: not the receiver's fault
	}
	end := Judge(d, status, err, start)
	end.Took = time.Since(start)
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWait)
	defer cancel()
	if err := c.Store.EndAttempt(call, d, end); err != nil && !errors.Is(err, ErrTokenLost) {
		o.Log.Warn("attempt not noted; it is made again", "delivery", d.ID, "error", err)
	}
	if end.Disable != "" {
		o.Log.Warn("webhook disabled", "tenant", d.Tenant, "webhook", d.WebhookID, "reason", end.Disable)
	}
}

// Judge says what an attempt means: any 2xx is taken, 410 says that the receiver is gone for good, everything else is
// tried again until MaxDeliveryAttempts.
func Judge(d Delivery, status int, err error, now time.Time) DeliveryEnd {
	end := DeliveryEnd{Status: status}
	switch {
	case err != nil:
		end.Error = err.Error()
	case status >= 200 && status <= 299:
		end.State = DeliveryDelivered
		return end
	default:
		end.Error = fmt.Sprintf("the receiver answered %d", status)
	}
	made := d.Attempts + 1
	switch {
	case status == 410:
		end.State, end.Disable = DeliveryFailed, "the receiver answered 410: it is gone"
	case made >= MaxDeliveryAttempts:
		end.State = DeliveryFailed
		if since := d.Webhook.FailingSinceUs; since > 0 && now.UnixMicro()-since > disableAfter.Microseconds() {
			end.Disable = fmt.Sprintf("nothing reached it since %s", time.UnixMicro(since).UTC().Format(time.RFC3339))
		}
	default:
		end.State, end.Delay = DeliveryPending, retryDelays[made-1]
	}
	return end
}
