package store

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// A movement changes the position once however often it is told, all of a call or none of it, never below an empty shelf.
func TestMovements(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		noError(t, s.SavePositions(ctx, tenant, []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: 10, OnOrder: 5}}))
		noError(t, s.SaveInbound(ctx, tenant, []service.Inbound{{ID: "P1", ItemID: "A", SiteID: "S", Qty: 5, DueDay: 1}}))
		day := []service.Movement{
			{ID: "1", ItemID: "A", SiteID: "S", Kind: service.MoveShipped, Qty: 4, OrderID: "O1"},
			{ID: "2", ItemID: "A", SiteID: "S", Kind: service.MoveReceived, Qty: 3, InboundID: "P1"},
			{ID: "3", ItemID: "A", SiteID: "S", Kind: service.MoveAdjusted, Qty: -2, Reason: "broken"},
			{ID: "4", ItemID: "B", SiteID: "S", Kind: service.MoveCounted, Qty: 7},
			{ID: "5", ItemID: "A", SiteID: "S", Kind: service.MoveReturned, Qty: 1},
		}
		for _, want := range []int{5, 0} { // told twice
			moved, fresh, err := s.Move(ctx, tenant, day)
			if err != nil || fresh != want || moved[2].OnHand != 7 || moved[3].Change != 7 || moved[4].OnHand != 8 {
				t.Fatalf("moved %+v, %d fresh, %v", moved, fresh, err)
			}
		}
		all := must[[]service.StockPosition](t)(s.StockPositions(ctx, tenant, service.PositionQuery{}))
		if len(all) != 2 || all[0].OnHand != 8 || all[0].OnOrder != 2 || all[1].OnHand != 7 {
			t.Errorf("positions %+v", all)
		}
		if in := must[[]service.Inbound](t)(s.Inbound(ctx, tenant)); len(in) != 1 || in[0].Qty != 2 {
			t.Errorf("inbound %+v", in)
		}
		for name, bad := range map[string]struct {
			m    service.Movement
			want error
		}{
			"below nothing": {service.Movement{ID: "6", ItemID: "A", SiteID: "S", Kind: service.MoveShipped, Qty: 10}, service.ErrConflict},
			"another one":   {service.Movement{ID: "1", ItemID: "A", SiteID: "S", Kind: service.MoveShipped, Qty: 5, OrderID: "O1"}, service.ErrConflict},
			"no kind":       {service.Movement{ID: "6", ItemID: "A", SiteID: "S", Qty: 1}, service.ErrInvalid},
			"no units":      {service.Movement{ID: "6", ItemID: "A", SiteID: "S", Kind: service.MoveReceived}, service.ErrInvalid},
			"too many":      {service.Movement{ID: "6", ItemID: "A", SiteID: "S", Kind: service.MoveReceived, Qty: 1e9}, service.ErrInvalid},
		} {
			if _, _, err := s.Move(ctx, tenant, []service.Movement{{ID: "good", ItemID: "A", SiteID: "S", Kind: service.MoveReceived, Qty: 1}, bad.m}); !errors.Is(err, bad.want) {
				t.Errorf("%s: %v, want %v", name, err, bad.want)
			}
		}
		page := must[[]service.Movement](t)(s.Movements(ctx, tenant, service.MovementQuery{ItemID: "A", Limit: 3}))
		if len(page) != 3 || page[0].ID != "5" || page[2].ID != "2" {
			t.Errorf("newest movements %+v", page)
		}
		if rest := must[[]service.Movement](t)(s.Movements(ctx, tenant, service.MovementQuery{ItemID: "A", Before: page[2].Seq})); len(rest) != 1 || rest[0].ID != "1" {
			t.Errorf("the rest is %+v", rest)
		}
		if other := must[[]service.StockPosition](t)(s.StockPositions(ctx, "other", service.PositionQuery{})); len(other) > 0 {
			t.Errorf("another tenant sees %+v", other)
		}
	})
}

func orderOf(id string) service.Order {
	return service.Order{ID: id, Lon: 9, Lat: 47, ToSec: 3600, Lines: []service.OrderLine{{ItemID: "A", Qty: 1}}}
}

func held(t *testing.T, s *Store, item string) (reserved int64) {
	t.Helper()
	for _, p := range must[[]service.StockPosition](t)(s.StockPositions(t.Context(), tenant, service.PositionQuery{ItemIDs: []string{item}})) {
		reserved += p.Reserved
	}
	return reserved
}

// However many confirm at the same time, no more units and parcels are held than there are; each who was refused may be
// told so, and holds nothing.
func TestConfirmationsDoNotOversell(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		const units, clerks = 12, 40
		noError(t, s.SavePositions(ctx, tenant, []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: units}, {ItemID: "B", SiteID: "S", OnHand: 1000}, {ItemID: "A", SiteID: "T", OnHand: 1000}}))
		var wg sync.WaitGroup
		var mu sync.Mutex
		sold, refused := 0, 0
		for i := range clerks {
			wg.Go(func() {
				q, err := s.SaveQuote(ctx, tenant, []byte("{}"), time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				holds := []service.Hold{ // in either order, so that a lock order of the callers' would be a deadlock
					{ItemID: "A", SiteID: "S", Qty: 2, ShipDay: 7, Capacity: 1000}, {ItemID: "B", SiteID: "S", Qty: 1, ShipDay: 7, Capacity: 1000}, {ItemID: "A", SiteID: "T", Qty: 1, ShipDay: 7, Capacity: 5},
				}
				if i%2 == 0 {
					holds[0], holds[2] = holds[2], holds[0]
				}
				_, err = s.ConfirmQuote(ctx, tenant, q.ID, orderOf(fmt.Sprint("O", i)), holds, time.Hour)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					sold++
				case errors.Is(err, service.ErrConflict):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// Six pairs of units of A lie at S, but T packs five parcels.
		if sold != 5 || refused != clerks-5 || held(t, s, "A") != 15 || held(t, s, "B") != 5 {
			t.Errorf("%d sold, %d refused; %d of A and %d of B are held", sold, refused, held(t, s, "A"), held(t, s, "B"))
		}
		if n, _, _, err := s.OrderSpan(ctx, tenant); err != nil || n != 5 {
			t.Errorf("%d orders are stored, %v", n, err)
		}
	})
}

// What a promise holds comes back when it is released, when its order is cancelled, when its time is over, also for who
// needs it now; it is consumed by a shipment or by a plan that serves its order, which then speaks for the units.
func TestReservationsEnd(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		noError(t, s.SavePositions(ctx, tenant, []inventory.Position{{ItemID: "A", SiteID: "S", OnHand: 10}}))
		hold := func(order string, qty int64, ttl time.Duration) (service.Quote, error) {
			t.Helper()
			q := must[service.Quote](t)(s.SaveQuote(ctx, tenant, []byte("{}"), time.Minute))
			return s.ConfirmQuote(ctx, tenant, q.ID, orderOf(order), []service.Hold{{ItemID: "A", SiteID: "S", Qty: qty, ShipDay: 7, Capacity: 2}}, ttl)
		}
		days := func() int64 {
			t.Helper()
			return must[map[service.SiteDay]int64](t)(s.SiteDays(ctx, tenant, 0))[service.SiteDay{SiteID: "S", Day: 7}]
		}
		first := must[service.Quote](t)(hold("1", 6, time.Hour))
		if again := must[service.Quote](t)(s.ConfirmQuote(ctx, tenant, first.ID, orderOf("1"), nil, time.Hour)); again.State != service.QuoteConfirmed || held(t, s, "A") != 6 {
			t.Errorf("confirmed again %+v, %d held", again, held(t, s, "A"))
		}
		for name, other := range map[string]string{"another order": "2", "the same order again": "1"} {
			q := first
			if other == "1" {
				q = must[service.Quote](t)(s.SaveQuote(ctx, tenant, []byte("{}"), time.Minute))
			}
			if _, err := s.ConfirmQuote(ctx, tenant, q.ID, orderOf(other), nil, time.Hour); !errors.Is(err, service.ErrConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := hold("2", 5, time.Hour); !errors.Is(err, service.ErrConflict) {
			t.Errorf("5 of the 4 that are left: %v", err)
		}
		for range 2 {
			if q := must[service.Quote](t)(s.ReleaseQuote(ctx, tenant, first.ID)); q.State != service.QuoteReleased || held(t, s, "A") != 0 || days() != 0 {
				t.Errorf("released %+v, %d held, %d parcels", q, held(t, s, "A"), days())
			}
		}
		must[service.Quote](t)(hold("3", 10, time.Microsecond))
		must[service.Quote](t)(hold("4", 10, time.Hour)) // takes what ran out at once
		if o := must[service.Order](t)(s.CancelOrder(ctx, tenant, "4")); o.CancelledUs == 0 || held(t, s, "A") != 0 {
			t.Errorf("cancelled %+v, %d held", o, held(t, s, "A"))
		}
		if _, err := hold("4", 1, time.Hour); !errors.Is(err, service.ErrConflict) {
			t.Errorf("a promise for a cancelled order: %v", err)
		}
		must[service.Quote](t)(hold("5", 3, time.Microsecond))
		if n := must[int](t)(s.ExpireReservations(ctx, 100)); n != 1 || held(t, s, "A") != 0 || days() != 0 {
			t.Errorf("%d expired, %d held, %d parcels", n, held(t, s, "A"), days())
		}
		must[service.Quote](t)(hold("6", 3, time.Hour))
		must[service.Quote](t)(hold("7", 2, time.Hour))
		if _, _, err := s.Move(ctx, tenant, []service.Movement{{ID: "m", ItemID: "A", SiteID: "S", Kind: service.MoveShipped, Qty: 3, OrderID: "6"}}); err != nil {
			t.Fatal(err)
		}
		if held(t, s, "A") != 2 || days() != 1 {
			t.Errorf("after the shipment %d held, %d parcels", held(t, s, "A"), days())
		}
		plan := service.PlanRecord{Served: []string{"7"}, Allocated: []service.Allocation{{ItemID: "A", SiteID: "S", Qty: 4}, {ItemID: "C", SiteID: "S", Qty: 1}}}
		must[string](t)(s.SavePlan(ctx, tenant, plan))
		p := must[[]service.StockPosition](t)(s.StockPositions(ctx, tenant, service.PositionQuery{}))
		if p[0].OnHand != 7 || p[0].Reserved != 0 || p[0].Allocated != 4 || p[0].Available() != 3 || p[1].Allocated != 1 || days() != 0 {
			t.Errorf("after the plan %+v, %d parcels", p, days())
		}
		if _, err := hold("8", 4, time.Hour); !errors.Is(err, service.ErrConflict) {
			t.Errorf("what the plan gives to others was held: %v", err)
		}
		plan.Draft, plan.Allocated = true, nil
		must[string](t)(s.SavePlan(ctx, tenant, plan))
		if _, _, err := s.Move(ctx, tenant, []service.Movement{{ID: "n", ItemID: "A", SiteID: "S", Kind: service.MoveShipped, Qty: 3, OrderID: "9"}}); err != nil {
			t.Fatal(err)
		}
		if p := must[[]service.StockPosition](t)(s.StockPositions(ctx, tenant, service.PositionQuery{})); p[0].OnHand != 4 || p[0].Allocated != 1 {
			t.Errorf("after a draft and a shipment %+v", p[0])
		}
	})
}

// Orders are stored once; the same again is no error, another under the id is, and leaves the others unstored as well.
func TestOrdersOneByOne(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		orders := someOrders(5)
		if fresh := must[[]bool](t)(s.AddOrders(ctx, tenant, orders[:3], nil)); !fresh[0] || !fresh[2] {
			t.Errorf("fresh %v", fresh)
		}
		if fresh := must[[]bool](t)(s.AddOrders(ctx, tenant, orders[2:4], nil)); fresh[0] || !fresh[1] {
			t.Errorf("fresh %v", fresh)
		}
		other := someOrders(1)[0]
		other.Lat++
		if _, err := s.AddOrders(ctx, tenant, []service.Order{orders[4], other}, nil); !errors.Is(err, service.ErrConflict) {
			t.Errorf("another order under a known id: %v", err)
		}
		must[service.Order](t)(s.CancelOrder(ctx, tenant, orders[1].ID))
		if left := must[[]service.Order](t)(s.Orders(ctx, tenant, 0, 1e12, 0)); len(left) != 3 {
			t.Errorf("%d orders are to be planned", len(left))
		}
		yes, no := true, false
		for name, c := range map[string]struct {
			q    service.OrderQuery
			want string
		}{
			"all":       {service.OrderQuery{}, "[O000003 O000002 O000001 O000000]"},
			"cursor":    {service.OrderQuery{BeforeUs: 2e6, BeforeID: "O000002", Limit: 1}, "[O000001]"},
			"cancelled": {service.OrderQuery{Cancelled: &yes}, "[O000001]"},
			"standing":  {service.OrderQuery{Cancelled: &no, ToUs: 3e6}, "[O000002 O000000]"},
			"customer":  {service.OrderQuery{CustomerID: "3", FromUs: 1}, "[O000003]"},
		} {
			var ids []string
			for _, o := range must[[]service.Order](t)(s.OrderPage(ctx, tenant, c.q)) {
				ids = append(ids, o.ID)
			}
			if fmt.Sprint(ids) != c.want {
				t.Errorf("%s: %v, want %s", name, ids, c.want)
			}
		}
	})
}

// A key is taken once at a time; its answer is given again, another request under it is refused, and what was left in flight
// by somebody who fell silent may be begun again.
func TestAnswers(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		begin := func(hash string, lease time.Duration) (service.KeptAnswer, bool, error) {
			return s.BeginAnswer(ctx, tenant, "k", hash, lease)
		}
		if _, first, err := begin("h", time.Hour); err != nil || !first {
			t.Fatal(first, err)
		}
		if a, first, err := begin("h", time.Hour); err != nil || first || a.Status != 0 {
			t.Errorf("in flight: %+v, %v, %v", a, first, err)
		}
		if _, _, err := begin("other", time.Hour); !errors.Is(err, service.ErrConflict) {
			t.Errorf("another request: %v", err)
		}
		noError(t, s.KeepAnswer(ctx, tenant, "k", "h", service.KeptAnswer{Status: 201, Body: []byte("b")}, time.Hour))
		if a, first, err := begin("h", time.Hour); err != nil || first || a.Status != 201 || string(a.Body) != "b" {
			t.Errorf("kept: %+v, %v, %v", a, first, err)
		}
		noError(t, s.KeepAnswer(ctx, tenant, "k", "h", service.KeptAnswer{Status: 201}, 0))
		if _, first, err := begin("other", time.Microsecond); err != nil || !first {
			t.Errorf("after its time: %v, %v", first, err)
		}
		if n := must[int](t)(s.SweepAnswers(ctx, 10)); n != 1 {
			t.Errorf("%d swept", n)
		}
		if _, first, err := begin("h", time.Hour); err != nil || !first {
			t.Error(first, err)
		}
		noError(t, s.ForgetAnswer(ctx, tenant, "k"))
		if _, first, err := begin("other", time.Hour); err != nil || !first {
			t.Error(first, err)
		}
	})
}

// An event reaches each receiver that wants it, is tried again with the pauses it is given, and its receiver is disabled
// when that is the end; what was claimed and not ended comes back.
func TestDeliveries(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		noError(t, s.Announce(ctx, tenant, service.TopicOrderCreated, "nobody hears", []byte(`{}`)))
		all := must[service.Webhook](t)(s.AddWebhook(ctx, tenant, service.Webhook{URL: "https://a.example", State: service.WebhookActive, Secrets: []service.WebhookSecret{{Secret: "s"}}}))
		some := must[service.Webhook](t)(s.AddWebhook(ctx, tenant, service.Webhook{URL: "https://b.example", State: service.WebhookActive, Topics: []string{service.TopicJobDone}}))
		must[service.Webhook](t)(s.AddWebhook(ctx, "other", service.Webhook{URL: "https://c.example", State: service.WebhookActive}))
		noError(t, s.Announce(ctx, tenant, service.TopicOrderCreated, "O1", []byte(`{"a":1}`)))
		noError(t, s.Announce(ctx, tenant, service.TopicJobDone, "J1", []byte(`{}`)))
		if n := must[int](t)(s.FanOut(ctx, 10)); n != 2 {
			t.Errorf("%d messages", n)
		}
		due := must[[]service.Delivery](t)(s.ClaimDeliveries(ctx, 10, time.Hour))
		if len(due) != 3 || due[0].Webhook.URL == "" || len(must[[]service.Delivery](t)(s.ClaimDeliveries(ctx, 10, time.Hour))) != 0 {
			t.Fatalf("due %+v", due)
		}
		for _, d := range due {
			end := service.DeliveryEnd{Status: 200, State: service.DeliveryDelivered}
			if d.WebhookID == some.ID {
				end = service.DeliveryEnd{Status: 500, Error: "no", State: service.DeliveryPending}
			}
			noError(t, s.EndAttempt(ctx, d, end))
			if d.WebhookID == all.ID {
				if err := s.EndAttempt(ctx, d, end); !errors.Is(err, service.ErrTokenLost) {
					t.Errorf("ended twice: %v", err)
				}
			}
		}
		again := must[[]service.Delivery](t)(s.ClaimDeliveries(ctx, 10, time.Hour))
		if len(again) != 1 || again[0].Attempts != 1 || again[0].Status != 500 || again[0].Webhook.FailingSinceUs == 0 {
			t.Fatalf("again %+v", again)
		}
		noError(t, s.EndAttempt(ctx, again[0], service.DeliveryEnd{Status: 410, State: service.DeliveryFailed, Disable: "gone"}))
		if w := must[service.Webhook](t)(s.Webhook(ctx, tenant, some.ID)); w.State != service.WebhookDisabled || w.Reason != "gone" {
			t.Errorf("webhook %+v", w)
		}
		if _, err := s.ReplayDelivery(ctx, tenant, again[0].ID); err != nil {
			t.Error(err)
		}
		if _, err := s.ReplayDelivery(ctx, tenant, again[0].ID); !errors.Is(err, service.ErrConflict) {
			t.Errorf("replayed while pending: %v", err)
		}
		if none := must[[]service.Delivery](t)(s.ClaimDeliveries(ctx, 10, time.Hour)); len(none) != 0 {
			t.Errorf("a disabled receiver gets %+v", none)
		}
		d, attempts, err := s.Delivery(ctx, tenant, again[0].ID)
		if err != nil || len(attempts) != 2 || attempts[1].Status != 410 || d.State != service.DeliveryPending {
			t.Errorf("delivery %+v, attempts %+v, %v", d, attempts, err)
		}
		w := must[service.Webhook](t)(s.Webhook(ctx, tenant, some.ID))
		w.State = service.WebhookActive
		must[service.Webhook](t)(s.SaveWebhook(ctx, tenant, w))
		if _, err := s.SaveWebhook(ctx, tenant, w); !errors.Is(err, service.ErrConflict) {
			t.Errorf("saved by an old revision: %v", err)
		}
		if back := must[[]service.Delivery](t)(s.ClaimDeliveries(ctx, 10, time.Microsecond)); len(back) != 1 {
			t.Errorf("after it was mended %+v", back)
		}
		if back := must[[]service.Delivery](t)(s.ClaimDeliveries(ctx, 10, time.Hour)); len(back) != 1 || back[0].Lease < 2 {
			t.Errorf("claimed by somebody who fell silent: %+v", back)
		}
		noError(t, s.RemoveWebhook(ctx, tenant, some.ID))
		if left := must[[]service.Delivery](t)(s.Deliveries(ctx, tenant, service.DeliveryFilter{})); len(left) != 2 || left[0].State != service.DeliveryDelivered {
			t.Errorf("left %+v", left)
		}
	})
}

// The end of a job is told to who wants to hear it, in the transaction that ends it; children's ends are not.
func TestJobEventsAreTold(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must[service.Webhook](t)(s.AddWebhook(ctx, tenant, service.Webhook{URL: "https://a.example", State: service.WebhookActive}))
		for _, state := range []string{"done", "failed", "cancelled"} {
			job, _, err := s.Submit(ctx, tenant, service.Submission{Kind: "k"})
			if err != nil {
				t.Fatal(err)
			}
			switch state {
			case "cancelled":
				_, err = s.Cancel(ctx, job.Ref)
			default:
				var ok bool
				if job, _, ok, err = s.Claim(ctx, job.Ref, time.Minute); err != nil || !ok {
					t.Fatal(ok, err)
				}
				if state == "done" {
					err = s.Finish(ctx, job, service.Result{})
				} else {
					err = s.Fail(ctx, job, "why")
				}
			}
			noError(t, err)
		}
		var topics []string
		for _, m := range must[[]service.Message](t)(s.Messages(ctx, tenant, 0)) {
			topics = append(topics, m.Topic)
		}
		if fmt.Sprint(topics) != "[job.done job.failed job.cancelled]" {
			t.Errorf("told %v", topics)
		}
	})
}
