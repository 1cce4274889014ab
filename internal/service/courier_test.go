package service_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// scripted answers attempts in turn.
type scripted struct {
	mu      sync.Mutex
	answers []int
	got     []service.Delivery
}

func (s *scripted) Send(_ context.Context, d service.Delivery) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, d)
	status := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if status == 0 {
		return 0, errors.New("no connection")
	}
	return status, nil
}

// The end of a job reaches its receiver by way of the store, signed with its secrets and told by its id; the outbox is empty
// then.
func TestCourierDelivers(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		ctx, stop := context.WithCancel(t.Context())
		w, err := p.AddWebhook(ctx, "acme", service.Webhook{URL: "https://a.example", State: service.WebhookActive, Secrets: []service.WebhookSecret{{Secret: "s"}}})
		if err != nil {
			t.Fatal(err)
		}
		sender := &scripted{answers: []int{204}}
		courier := service.Courier{Store: p, Sender: sender, Options: service.CourierOptions{Every: 5 * time.Millisecond}}
		var running sync.WaitGroup
		running.Go(func() { courier.Run(ctx) })
		start(t, p, quick(), map[string]service.HandlerFunc{"work": func(context.Context, *service.Run) (service.Outcome, error) { return service.Outcome{}, nil }})
		job := submit(t, p, "work")
		for {
			sent, err := p.Deliveries(t.Context(), "acme", service.DeliveryFilter{WebhookID: w.ID})
			if err != nil {
				t.Fatal(err)
			}
			if len(sent) == 1 && sent[0].State == service.DeliveryDelivered {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		running.Wait()
		if d := sender.got[0]; len(sender.got) != 1 || d.Topic != service.TopicJobDone || d.Subject != job.ID || d.Webhook.Secrets[0].Secret != "s" {
			t.Errorf("sent %+v", sender.got)
		}
		if left, err := p.Messages(t.Context(), "acme", 0); err != nil || len(left) != 0 {
			t.Errorf("left in the outbox %+v, %v", left, err)
		}
	})
}

// Eight attempts within a day, each pause longer than the one before; 2xx is a success, 410 the end, and a receiver that
// nothing reached for long is disabled with the last attempt.
func TestJudge(t *testing.T) {
	t.Parallel()
	now := time.Now()
	total, last := time.Duration(0), time.Duration(0)
	d := service.Delivery{}
	for d.Attempts = 0; ; d.Attempts++ {
		end := service.Judge(d, 500, nil, now)
		if end.State == service.DeliveryFailed {
			break
		}
		if end.Delay <= last || end.Error == "" {
			t.Errorf("after attempt %d: %+v", d.Attempts+1, end)
		}
		last, total = end.Delay, total+end.Delay
	}
	if d.Attempts != service.MaxDeliveryAttempts-1 || total > 24*time.Hour || total < 20*time.Hour {
		t.Errorf("%d attempts within %v", d.Attempts+1, total)
	}
	if end := service.Judge(d, 0, errors.New("away"), now); end.Disable != "" {
		t.Errorf("a receiver that took something lately: %+v", end)
	}
	d.Webhook.FailingSinceUs = now.Add(-23 * time.Hour).UnixMicro()
	if end := service.Judge(d, 0, errors.New("away"), now); end.Disable == "" || end.Error != "away" {
		t.Errorf("a receiver that took nothing for a day: %+v", end)
	}
	if end := service.Judge(service.Delivery{}, 410, nil, now); end.State != service.DeliveryFailed || end.Disable == "" {
		t.Errorf("gone: %+v", end)
	}
	if end := service.Judge(d, 299, nil, now); end.State != service.DeliveryDelivered {
		t.Errorf("taken: %+v", end)
	}
}
