package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"quartermaster/internal/service"
)

// maxUnits bounds a quantity, as planning does.
const maxUnits = 1_000_000_000

// movementColumns are all columns of a movement but its tenant, in the order scanMovement reads them.
const movementColumns = `id, seq, item_id, site_id, kind, qty, change, on_hand, order_id, inbound_id, reason, at, created_at`

func scanMovement(scan func(...any) error) (m service.Movement, err error) {
	err = scan(&m.ID, &m.Seq, &m.ItemID, &m.SiteID, &m.Kind, &m.Qty, &m.Change, &m.OnHand, &m.OrderID, &m.InboundID, &m.Reason, &m.AtUs, &m.CreatedUs)
	return m, err
}

// Move adds movements and brings the positions up to date.
func (s *Store) Move(ctx context.Context, tenant string, movements []service.Movement) (moved []service.Movement, fresh int, err error) {
	err = s.save(ctx, tenant, "moving stock", checkMovements(movements), func(t *tx) error {
		moved, fresh = make([]service.Movement, len(movements)), 0
		for i, m := range movements {
			known, err := knownMovement(ctx, t, tenant, m)
			if err != nil {
				return fmt.Errorf("movements row %d: %w", i+1, err)
			}
			if known.ID != "" {
				moved[i] = known
				continue
			}
			if moved[i], err = move(ctx, t, tenant, m); err != nil {
				return fmt.Errorf("movements row %d: %w", i+1, err)
			}
			fresh++
			if err := emit(ctx, t, tenant, service.TopicStockMoved, m.ItemID+"/"+m.SiteID, movementEvent(moved[i])); err != nil {
				return err
			}
		}
		return nil
	})
	return moved, fresh, err
}

func movementEvent(m service.Movement) map[string]any {
	return map[string]any{
		"id": m.ID, "item_id": m.ItemID, "site_id": m.SiteID, "kind": m.Kind, "qty": m.Qty, "change": m.Change, "on_hand": m.OnHand, "order_id": m.OrderID,
	}
}

func checkMovements(movements []service.Movement) error {
	for i, m := range movements {
		if err := checkID("movement id", m.ID); err != nil {
			return fmt.Errorf("movements row %d: %w", i+1, err)
		}
		if err := checkPair(m.ItemID, m.SiteID); err != nil {
			return fmt.Errorf("movements row %d: %w", i+1, err)
		}
		low := int64(1)
		switch m.Kind {
		case service.MoveReceived, service.MoveReturned, service.MoveShipped:
		case service.MoveCounted:
			low = 0
		case service.MoveAdjusted:
			low = -maxUnits
		default:
			return invalid("movements row %d, %s: kind %q is not known", i+1, m.ID, m.Kind)
		}
		if m.Qty < low || m.Qty > maxUnits {
			return invalid("movements row %d, %s: quantity %d is not between %d and %d", i+1, m.ID, m.Qty, low, int64(maxUnits))
		}
	}
	return nil
}

// knownMovement reads the movement that has the id already, and refuses it when it was another.
func knownMovement(ctx context.Context, t *tx, tenant string, m service.Movement) (service.Movement, error) {
	known, err := scanMovement(t.row(ctx, `select `+movementColumns+` from movements where tenant = $1 and id = $2`, tenant, m.ID).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return service.Movement{}, nil
	case err != nil:
		return known, err
	}
	told := known
	told.Seq, told.Change, told.OnHand, told.CreatedUs = m.Seq, m.Change, m.OnHand, m.CreatedUs
	if m.Reason = text(m.Reason); told != m {
		return known, fmt.Errorf("%w: the movement %q was told before and was another: %s of %d units of %s at %s",
			service.ErrConflict, m.ID, known.Kind, known.Qty, known.ItemID, known.SiteID)
	}
	return known, nil
}

// move changes the position and adds the movement.
func move(ctx context.Context, t *tx, tenant string, m service.Movement) (service.Movement, error) {
	_, err := t.exec(ctx, `insert into positions (tenant, item_id, site_id, on_hand, on_order, backordered) values ($1, $2, $3, 0, 0, 0)
		on conflict (tenant, item_id, site_id) do nothing`, tenant, m.ItemID, m.SiteID)
	if err != nil {
		return m, err
	}
	var onHand int64
	if err := t.row(ctx, `select on_hand from positions where tenant = $1 and item_id = $2 and site_id = $3 {lock}`, tenant, m.ItemID, m.SiteID).Scan(&onHand); err != nil {
		return m, err
	}
	switch m.Kind {
	case service.MoveShipped:
		m.Change = -m.Qty
	case service.MoveCounted:
		m.Change = m.Qty - onHand
	default:
		m.Change = m.Qty
	}
	m.OnHand, m.Seq, m.Reason = onHand+m.Change, newID(), text(m.Reason)
	switch {
	case m.OnHand < 0:
		return m, fmt.Errorf("%w: %s: %d units of %s are at %s, %d cannot leave", service.ErrConflict, m.ID, onHand, m.ItemID, m.SiteID, -m.Change)
	case m.OnHand > maxUnits:
		return m, invalid("%s: with it %d units of %s would be at %s", m.ID, m.OnHand, m.ItemID, m.SiteID)
	}
	received, shipped := int64(0), int64(0)
	if m.Kind == service.MoveReceived {
		received = m.Qty
	}
	if m.Kind == service.MoveShipped && m.OrderID != "" {
		held, err := consumeShipped(ctx, t, tenant, m)
		if err != nil {
			return m, err
		}
		shipped = max(0, m.Qty-held)
	}
	_, err = t.exec(ctx, `update positions set on_hand = $4,
			on_order = case when on_order > $5 then on_order - $5 else 0 end,
			allocated = case when allocated > $6 then allocated - $6 else 0 end
		where tenant = $1 and item_id = $2 and site_id = $3`, tenant, m.ItemID, m.SiteID, m.OnHand, received, shipped)
	if err != nil {
		return m, err
	}
	if err := receiveInbound(ctx, t, tenant, m); err != nil {
		return m, err
	}
	err = t.row(ctx, `insert into movements (tenant, `+movementColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, {now}) returning created_at`,
		tenant, m.ID, m.Seq, m.ItemID, m.SiteID, string(m.Kind), m.Qty, m.Change, m.OnHand, m.OrderID, m.InboundID, m.Reason, m.AtUs).Scan(&m.CreatedUs)
	return m, err
}

// receiveInbound takes what came in off what was on its way.
func receiveInbound(ctx context.Context, t *tx, tenant string, m service.Movement) error {
	if m.Kind != service.MoveReceived || m.InboundID == "" {
		return nil
	}
	if err := receive(ctx, t, tenant, m); err != nil {
		return err
	}
	_, err := t.exec(ctx, `delete from inbound where tenant = $1 and id = $2 and item_id = $3 and site_id = $4 and qty <= $5`,
		tenant, m.InboundID, m.ItemID, m.SiteID, m.Qty)
	if err == nil {
		_, err = t.exec(ctx, `update inbound set qty = qty - $5 where tenant = $1 and id = $2 and item_id = $3 and site_id = $4 and qty > $5`,
			tenant, m.InboundID, m.ItemID, m.SiteID, m.Qty)
	}
	return err
}

// Movements lists movements, newest first.
func (s *Store) Movements(ctx context.Context, tenant string, q service.MovementQuery) ([]service.Movement, error) {
	var out []service.Movement
	err := s.queryRead(ctx, "listing movements", `select `+movementColumns+` from movements
		where tenant = $1 and ($2 = '' or item_id = $2) and ($3 = '' or site_id = $3) and ($4 = '' or order_id = $4) and ($5 = '' or seq < $5)
		order by seq desc limit $6`, []any{tenant, q.ItemID, q.SiteID, q.OrderID, q.Before, pageSize(q.Limit)},
		func(scan func(...any) error) error {
			m, err := scanMovement(scan)
			out = append(out, m)
			return err
		})
	return out, err
}

// StockPositions lists positions by item, then site.
func (s *Store) StockPositions(ctx context.Context, tenant string, q service.PositionQuery) ([]service.StockPosition, error) {
	if len(q.ItemIDs) > 1000 {
		return nil, invalid("%d items to choose positions by are over the limit of 1000", len(q.ItemIDs))
	}
	args := []any{tenant, q.SiteID, q.AfterItem, q.AfterSite, pageSize(q.Limit)}
	where := ""
	if len(q.ItemIDs) > 0 {
		where = ` and item_id in (values ` + tuples(len(q.ItemIDs), 1, len(args)+1) + `)`
		for _, id := range q.ItemIDs {
			args = append(args, id)
		}
	}
	var out []service.StockPosition
	err := s.queryRead(ctx, "listing stock", `select item_id, site_id, on_hand, on_order, backordered, reserved, allocated from positions
		where tenant = $1 and ($2 = '' or site_id = $2) and ($3 = '' or (item_id, site_id) > ($3, $4))`+where+`
		order by item_id, site_id limit $5`, args,
		func(scan func(...any) error) error {
			var p service.StockPosition
			err := scan(&p.ItemID, &p.SiteID, &p.OnHand, &p.OnOrder, &p.Backordered, &p.Reserved, &p.Allocated)
			out = append(out, p)
			return err
		})
	return out, err
}
