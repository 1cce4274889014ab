package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"quartermaster/internal/service"
)

// quoteColumns are all columns of a quote but its tenant, in the order scanQuote reads them.
const quoteColumns = `id, state, order_id, document, expires_at, created_at, confirmed_at`

func scanQuote(scan func(...any) error) (q service.Quote, err error) {
	err = scan(&q.ID, &q.State, &q.OrderID, &q.Document, &q.ExpiresUs, &q.CreatedUs, &q.ConfirmedUs)
	return q, err
}

// quoteCall is one SaveQuote waiting for its group.
type quoteCall struct {
	call
	tenant   string
	document []byte
	valid    time.Duration
	quote    service.Quote
}

// SaveQuote stores a new quote.
func (s *Store) SaveQuote(ctx context.Context, tenant string, document []byte, valid time.Duration) (service.Quote, error) {
	if err := checkTenant(tenant); err != nil {
		return service.Quote{}, err
	}
	c := &quoteCall{call: newCall(), tenant: tenant, document: document, valid: valid}
	s.quotes.add(c)
	if err := c.await(ctx); err != nil {
		return service.Quote{}, s.explain("storing a quote", err)
	}
	return c.quote, nil
}

// quoteBatch stores the quotes of one group.
func (s *Store) quoteBatch(ctx context.Context, batch []*quoteCall) {
	err := s.inTx(ctx, "storing quotes", func(t *tx) error {
		for _, c := range batch {
			var err error
			c.quote, err = scanQuote(t.row(ctx, `insert into quotes (tenant, id, state, document, expires_at, created_at)
				values ($1, $2, 'quoted', $3, {now} + $4, {now}) returning `+quoteColumns,
				c.tenant, newID(), bytesOf(c.document), c.valid.Microseconds()).Scan)
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range batch {
		c.finish(err)
	}
}

// Quote reads one quote.
func (s *Store) Quote(ctx context.Context, tenant, id string) (service.Quote, error) {
	q, err := scanQuote(s.readRow(ctx, `select `+quoteColumns+` from quotes where tenant = $1 and id = $2`, tenant, id))
	return q, s.explain("reading promise "+id, err)
}

// ConfirmQuote reserves what a quote holds and stores its order.
func (s *Store) ConfirmQuote(ctx context.Context, tenant, id string, order service.Order, holds []service.Hold, hold time.Duration) (q service.Quote, err error) {
	holds = slices.Clone(holds)
	slices.SortFunc(holds, func(a, b service.Hold) int { // one order for all who lock
		return cmp.Or(cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.SiteID, b.SiteID))
	})
	err = s.save(ctx, tenant, "confirming promise "+id, checkOrders([]service.Order{order}), func(t *tx) error {
		q, err = scanQuote(t.row(ctx, `select `+quoteColumns+` from quotes where tenant = $1 and id = $2 {lock}`, tenant, id).Scan)
		if err != nil {
			return err
		}
		if q.State == service.QuoteConfirmed && q.OrderID == order.ID {
			return nil
		}
		if err := mayConfirm(ctx, t, tenant, q, order.ID); err != nil {
			return err
		}
		if err := reserve(ctx, t, tenant, id, order.ID, holds, hold); err != nil {
			return err
		}
		n, err := writeOrders(ctx, t, tenant, "", []service.Order{order})
		if err == nil && n > 0 {
			err = emit(ctx, t, tenant, service.TopicOrderCreated, order.ID, map[string]any{"order_id": order.ID, "lines": len(order.Lines)})
		}
		if err != nil {
			return err
		}
		q, err = scanQuote(t.row(ctx, `update quotes set state = 'confirmed', order_id = $3, expires_at = {now} + $4, confirmed_at = {now}
			where tenant = $1 and id = $2 returning `+quoteColumns, tenant, id, order.ID, hold.Microseconds()).Scan)
		if err != nil {
			return err
		}
		return emit(ctx, t, tenant, service.TopicPromiseConfirmed, id, map[string]any{"promise_id": id, "order_id": order.ID})
	})
	return q, err
}

// mayConfirm says why a quote cannot be confirmed for an order; nil = it can.
func mayConfirm(ctx context.Context, t *tx, tenant string, q service.Quote, orderID string) error {
	var now, held int64
	if err := t.row(ctx, `select {now}, (select count(*) from reservations where tenant = $1 and order_id = $2 and state = 'held')`, tenant, orderID).Scan(&now, &held); err != nil {
		return err
	}
	switch {
	case q.State != service.QuoteOpen:
		return fmt.Errorf("%w: promise %s is %s", service.ErrConflict, q.ID, q.State)
	case q.ExpiresUs <= now:
		return fmt.Errorf("%w: promise %s was quoted too long ago; ask for a new one", service.ErrConflict, q.ID)
	case held > 0:
		return fmt.Errorf("%w: order %s has another confirmed promise", service.ErrConflict, orderID)
	}
	var cancelled int64
	err := t.row(ctx, `select cancelled_at from orders where tenant = $1 and id = $2`, tenant, orderID).Scan(&cancelled)
	if cancelled > 0 {
		return fmt.Errorf("%w: order %s was cancelled", service.ErrConflict, orderID)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// reserve takes units and parcels, or nothing. Every position is locked before it is looked at, in one order for all.
func reserve(ctx context.Context, t *tx, tenant, quoteID, orderID string, holds []service.Hold, hold time.Duration) error {
	if err := expireHere(ctx, t, tenant, holds); err != nil {
		return err
	}
	days := map[service.SiteDay]bool{}
	for _, h := range holds {
		n, err := t.exec(ctx, `update positions set reserved = reserved + $4
			where tenant = $1 and item_id = $2 and site_id = $3 and on_hand - reserved - allocated >= $4`, tenant, h.ItemID, h.SiteID, h.Qty)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %d units of %s at %s are no longer to be had; ask for a new promise", service.ErrConflict, h.Qty, h.ItemID, h.SiteID)
		}
		_, err = t.exec(ctx, `insert into reservations (tenant, quote_id, item_id, site_id, qty, ship_day, order_id, state, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7, 'held', {now} + $8)`, tenant, quoteID, h.ItemID, h.SiteID, h.Qty, h.ShipDay, orderID, hold.Microseconds())
		if err != nil {
			return err
		}
		day := service.SiteDay{SiteID: h.SiteID, Day: h.ShipDay}
		if days[day] {
			continue
		}
		days[day] = true
		n, err = t.exec(ctx, `insert into site_days (tenant, site_id, day, taken) select $1, $2, $3, 1 where $4 > 0
			on conflict (tenant, site_id, day) do update set taken = site_days.taken + 1 where site_days.taken < $4`, tenant, h.SiteID, h.ShipDay, h.Capacity)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %s has no parcel left on that day; ask for a new promise", service.ErrConflict, h.SiteID)
		}
	}
	return nil
}

// expireHere gives back what was held too long of the positions that are asked for, so that nobody waits for the sweep.
func expireHere(ctx context.Context, t *tx, tenant string, holds []service.Hold) error {
	for _, h := range holds { // locks them in order
		var onHand int64
		err := t.row(ctx, `select on_hand from positions where tenant = $1 and item_id = $2 and site_id = $3 {lock}`, tenant, h.ItemID, h.SiteID).Scan(&onHand)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		over, err := endHolds(ctx, t, "expired", `tenant = $1 and item_id = $2 and site_id = $3 and state = 'held' and expires_at <= {now}`, tenant, h.ItemID, h.SiteID)
		if err != nil {
			return err
		}
		if err := freeHolds(ctx, t, over); err != nil {
			return err
		}
	}
	return nil
}

// heldRow is one reservation that has just ended.
type heldRow struct {
	tenant, quoteID, itemID, siteID string
	qty                             int64
	day                             int
}

// endHolds ends the reservations that a condition chooses.
func endHolds(ctx context.Context, t *tx, state, where string, args ...any) ([]heldRow, error) {
	rows, err := t.query(ctx, `update reservations set state = '`+state+`' where `+where+` returning tenant, quote_id, item_id, site_id, qty, ship_day`, args...)
	if err != nil {
		return nil, err
	}
	var out []heldRow
	err = eachRow(rows, func(scan func(...any) error) error {
		var r heldRow
		err := scan(&r.tenant, &r.quoteID, &r.itemID, &r.siteID, &r.qty, &r.day)
		out = append(out, r)
		return err
	})
	slices.SortFunc(out, func(a, b heldRow) int {
		return cmp.Or(cmp.Compare(a.tenant, b.tenant), cmp.Compare(a.itemID, b.itemID), cmp.Compare(a.siteID, b.siteID), cmp.Compare(a.quoteID, b.quoteID))
	})
	return out, err
}

// freeHolds takes ended reservations off the positions and the sites' days. A parcel is free once nothing of its promise is
// held at that site any more.
func freeHolds(ctx context.Context, t *tx, ended []heldRow) error {
	type parcel struct {
		quoteID, siteID string
	}
	seen := map[parcel]bool{}
	for _, r := range ended {
		_, err := t.exec(ctx, `update positions set reserved = case when reserved > $4 then reserved - $4 else 0 end
			where tenant = $1 and item_id = $2 and site_id = $3`, r.tenant, r.itemID, r.siteID, r.qty)
		if err != nil {
			return err
		}
		if p := (parcel{r.quoteID, r.siteID}); seen[p] {
			continue
		} else {
			seen[p] = true
		}
		_, err = t.exec(ctx, `update site_days set taken = taken - 1 where tenant = $1 and site_id = $2 and day = $3 and taken > 0
			and not exists (select 1 from reservations where tenant = $1 and quote_id = $4 and site_id = $2 and state = 'held')`,
			r.tenant, r.siteID, r.day, r.quoteID)
		if err != nil {
			return err
		}
	}
	return nil
}

// consumeShipped ends what an order's promise holds of units that have just left, and tells how many units that were.
func consumeShipped(ctx context.Context, t *tx, tenant string, m service.Movement) (units int64, err error) {
	ended, err := endHolds(ctx, t, "consumed", `tenant = $1 and order_id = $2 and item_id = $3 and site_id = $4 and state = 'held'`, tenant, m.OrderID, m.ItemID, m.SiteID)
	for _, r := range ended {
		units += r.qty
	}
	if err != nil || len(ended) == 0 {
		return units, err
	}
	return units, freeHolds(ctx, t, ended)
}

// ReleaseQuote gives a quote back.
func (s *Store) ReleaseQuote(ctx context.Context, tenant, id string) (q service.Quote, err error) {
	err = s.inTx(ctx, "releasing promise "+id, func(t *tx) error {
		q, err = scanQuote(t.row(ctx, `select `+quoteColumns+` from quotes where tenant = $1 and id = $2 {lock}`, tenant, id).Scan)
		if err != nil || q.State == service.QuoteReleased {
			return err
		}
		if err := releaseHolds(ctx, t, tenant, `quote_id = $2`, id); err != nil {
			return err
		}
		q, err = scanQuote(t.row(ctx, `update quotes set state = 'released' where tenant = $1 and id = $2 returning `+quoteColumns, tenant, id).Scan)
		if err != nil {
			return err
		}
		return emit(ctx, t, tenant, service.TopicPromiseReleased, id, map[string]any{"promise_id": id, "order_id": q.OrderID})
	})
	return q, err
}

// releaseHolds gives back what one quote or order holds.
func releaseHolds(ctx context.Context, t *tx, tenant, choice, id string) error {
	ended, err := endHolds(ctx, t, "released", `tenant = $1 and `+choice+` and state = 'held'`, tenant, id)
	if err != nil {
		return err
	}
	return freeHolds(ctx, t, ended)
}

// Reservations lists what is held and has not expired.
func (s *Store) Reservations(ctx context.Context, tenant string) ([]service.Reservation, error) {
	var out []service.Reservation
	err := s.queryRead(ctx, "listing reservations", `select quote_id, order_id, item_id, site_id, qty, ship_day, expires_at from reservations
		where tenant = $1 and state = 'held' and expires_at > {now} order by order_id, site_id, item_id`, []any{tenant},
		func(scan func(...any) error) error {
			var r service.Reservation
			err := scan(&r.QuoteID, &r.OrderID, &r.ItemID, &r.SiteID, &r.Qty, &r.ShipDay, &r.ExpiresUs)
			out = append(out, r)
			return err
		})
	return out, err
}

// SiteDays tells how many parcels promises hold of the sites' days from a day on.
func (s *Store) SiteDays(ctx context.Context, tenant string, fromDay int) (map[service.SiteDay]int64, error) {
	out := map[service.SiteDay]int64{}
	err := s.queryRead(ctx, "reading what promises hold of the days", `select site_id, day, taken from site_days where tenant = $1 and day >= $2 and taken > 0`,
		[]any{tenant, fromDay}, func(scan func(...any) error) error {
			var d service.SiteDay
			var taken int64
			err := scan(&d.SiteID, &d.Day, &taken)
			out[d] = taken
			return err
		})
	return out, err
}

// ExpireReservations gives back what was held too long.
func (s *Store) ExpireReservations(ctx context.Context, limit int) (n int, err error) {
	due := 0
	err = s.queryRead(ctx, "looking for reservations that ran out", `select count(*) from reservations where state = 'held' and expires_at <= {now}`, nil,
		func(scan func(...any) error) error { return scan(&due) })
	if err != nil || due == 0 {
		return 0, err
	}
	err = s.inTx(ctx, "expiring reservations", func(t *tx) error {
		ended, err := endHolds(ctx, t, "expired", `state = 'held' and (tenant, quote_id, site_id, item_id) in
			(select tenant, quote_id, site_id, item_id from reservations where state = 'held' and expires_at <= {now} order by expires_at limit $1)`, limit)
		if err != nil {
			return err
		}
		n = len(ended)
		told := map[string]bool{}
		for _, r := range ended {
			if !told[r.quoteID] {
				told[r.quoteID] = true
				if err := emit(ctx, t, r.tenant, service.TopicPromiseExpired, r.quoteID, map[string]any{"promise_id": r.quoteID}); err != nil {
					return err
				}
			}
		}
		return freeHolds(ctx, t, ended)
	})
	return n, err
}

// allocate notes what a plan gives to orders of each position, and ends the reservations of the orders it serves: their
// units are the plan's from now on.
func allocate(ctx context.Context, t *tx, tenant string, p service.PlanRecord) error {
	if p.Draft {
		return nil
	}
	for chunk := range slices.Chunk(p.Served, bulkChunk) {
		args := []any{tenant}
		for _, id := range chunk {
			args = append(args, id)
		}
		ended, err := endHolds(ctx, t, "consumed", `tenant = $1 and state = 'held' and order_id in (values `+tuples(len(chunk), 1, 2)+`)`, args...)
		if err == nil {
			err = freeHolds(ctx, t, ended)
		}
		if err != nil {
			return err
		}
	}
	if _, err := t.exec(ctx, `update positions set allocated = 0 where tenant = $1 and allocated <> 0`, tenant); err != nil {
		return err
	}
	rows := make([][]any, len(p.Allocated))
	for i, a := range p.Allocated {
		rows[i] = []any{tenant, a.ItemID, a.SiteID, 0, 0, 0, a.Qty}
	}
	_, err := bulkInsert(ctx, t, "positions", "tenant, item_id, site_id, on_hand, on_order, backordered, allocated",
		`on conflict (tenant, item_id, site_id) do update set allocated = excluded.allocated`, rows)
	return err
}
