package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"quartermaster/internal/service"
)

// deliveryRecordColumns are all columns of a supplier's delivery but its tenant, in the order scanSupplierDelivery reads them.
const deliveryRecordColumns = `id, supplier_id, inbound_id, ordered_day, promised_day, received_day, ordered_qty, received_qty, rejected_qty, value_minor, agreed_minor, disputed, missed`

func scanSupplierDelivery(scan func(...any) error) (d service.SupplierDelivery, err error) {
	var disputed, missed int
	err = scan(&d.ID, &d.SupplierID, &d.InboundID, &d.OrderedDay, &d.PromisedDay, &d.ReceivedDay, &d.OrderedQty, &d.ReceivedQty, &d.RejectedQty,
		&d.Value.Minor, &d.Agreed.Minor, &disputed, &missed)
	d.Disputed, d.Open = disputed == 1, missed == 0 && d.ReceivedDay < 0
	return d, err
}

// SaveSupplierDeliveries adds deliveries or replaces those of the same id.
func (s *Store) SaveSupplierDeliveries(ctx context.Context, tenant string, deliveries []service.SupplierDelivery) (fresh int, err error) {
	err = s.save(ctx, tenant, "storing suppliers' deliveries", checkSupplierDeliveries(deliveries), func(t *tx) error {
		rows := make([][]any, len(deliveries))
		for i, d := range deliveries {
			rows[i] = []any{tenant, d.ID, d.SupplierID, d.InboundID, d.OrderedDay, d.PromisedDay, d.ReceivedDay, d.OrderedQty, d.ReceivedQty, d.RejectedQty,
				d.Value.Minor, d.Agreed.Minor, bit(d.Disputed), bit(d.ReceivedDay < 0 && !d.Open)}
		}
		var err error
		fresh, err = freshRows(ctx, t, "supplier_deliveries", "id", rows, func() error {
			_, err := bulkInsert(ctx, t, "supplier_deliveries", "tenant, "+deliveryRecordColumns, `on conflict (tenant, id) do update set supplier_id = excluded.supplier_id,
				inbound_id = excluded.inbound_id, ordered_day = excluded.ordered_day, promised_day = excluded.promised_day, received_day = excluded.received_day,
				ordered_qty = excluded.ordered_qty, received_qty = excluded.received_qty, rejected_qty = excluded.rejected_qty, value_minor = excluded.value_minor,
				agreed_minor = excluded.agreed_minor, disputed = excluded.disputed, missed = excluded.missed`, rows)
			return err
		})
		return err
	})
	return fresh, err
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// freshRows tells by how many rows of the tenant a write makes a table longer.
func freshRows(ctx context.Context, t *tx, table, key string, rows [][]any, write func() error) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	var before, after int
	count := `select count(` + key + `) from ` + table + ` where tenant = $1`
	if err := t.row(ctx, count, rows[0][0]).Scan(&before); err != nil {
		return 0, err
	}
	if err := write(); err != nil {
		return 0, err
	}
	err := t.row(ctx, count, rows[0][0]).Scan(&after)
	return after - before, err
}

func checkSupplierDeliveries(deliveries []service.SupplierDelivery) error {
	seen := noDouble{}
	for i, d := range deliveries {
		if err := checkID("delivery id", d.ID); err != nil {
			return fmt.Errorf("deliveries row %d: %w", i+1, err)
		}
		if err := checkID("supplier id", d.SupplierID); err != nil {
			return fmt.Errorf("deliveries row %d: %w", i+1, err)
		}
		if err := seen.add("deliveries", i, d.ID); err != nil {
			return err
		}
		if d.OrderedQty <= 0 || d.ReceivedQty < 0 || d.RejectedQty < 0 || max(d.OrderedQty, d.ReceivedQty, d.RejectedQty) > maxUnits {
			return invalid("deliveries row %d, id %s: %d ordered, %d received, %d rejected units make no sense", i+1, d.ID, d.OrderedQty, d.ReceivedQty, d.RejectedQty)
		}
	}
	return nil
}

// SupplierDeliveries lists deliveries, the newest order first.
func (s *Store) SupplierDeliveries(ctx context.Context, tenant string, q service.SupplierRecordQuery) ([]service.SupplierDelivery, error) {
	var out []service.SupplierDelivery
	err := s.queryRead(ctx, "listing suppliers' deliveries", `select `+deliveryRecordColumns+` from supplier_deliveries
		where tenant = $1 and ($2 = '' or supplier_id = $2) and ($4 = '' or (ordered_day, id) < ($3, $4)) order by ordered_day desc, id desc limit $5`,
		[]any{tenant, q.SupplierID, q.BeforeDay, q.BeforeID, recordLimit(q)},
		func(scan func(...any) error) error {
			d, err := scanSupplierDelivery(scan)
			out = append(out, d)
			return err
		})
	return out, err
}

// SaveSupplierReports adds reports or replaces those of the same supplier and day.
func (s *Store) SaveSupplierReports(ctx context.Context, tenant string, reports []service.SupplierReport) (fresh int, err error) {
	rows := make([][]any, len(reports))
	var bad error
	seen := noDouble{}
	for i, r := range reports {
		ratios, err := json.Marshal(r.Ratios)
		if err == nil {
			err = checkID("supplier id", r.SupplierID)
		}
		if err == nil {
			err = seen.add("reports", i, fmt.Sprint(r.Day, " ", r.SupplierID))
		}
		if err != nil && bad == nil {
			bad = fmt.Errorf("reports row %d: %w", i+1, err)
		}
		rows[i] = []any{tenant, r.SupplierID, r.Day, r.StockDays, bytesOf(ratios)}
	}
	err = s.save(ctx, tenant, "storing suppliers' reports", bad, func(t *tx) error {
		var err error
		fresh, err = freshRows(ctx, t, "supplier_reports", "day", rows, func() error {
			_, err := bulkInsert(ctx, t, "supplier_reports", "tenant, supplier_id, day, stock_days, ratios",
				`on conflict (tenant, supplier_id, day) do update set stock_days = excluded.stock_days, ratios = excluded.ratios`, rows)
			return err
		})
		return err
	})
	return fresh, err
}

// recordLimit is how many records a query may give.
func recordLimit(q service.SupplierRecordQuery) int {
	if q.Limit <= 0 {
		return 100
	}
	return min(q.Limit, service.MaxSupplierRecords)
}

// SupplierReports lists reports, the newest first.
func (s *Store) SupplierReports(ctx context.Context, tenant string, q service.SupplierRecordQuery) ([]service.SupplierReport, error) {
	var out []service.SupplierReport
	err := s.queryRead(ctx, "reading suppliers' reports", `select supplier_id, day, stock_days, ratios from supplier_reports
		where tenant = $1 and ($2 = '' or supplier_id = $2) and ($4 = '' or (day, supplier_id) < ($3, $4)) order by day desc, supplier_id desc limit $5`,
		[]any{tenant, q.SupplierID, q.BeforeDay, q.BeforeID, recordLimit(q)},
		func(scan func(...any) error) error {
			var r service.SupplierReport
			var stock sql.NullFloat64
			var ratios []byte
			if err := scan(&r.SupplierID, &r.Day, &stock, &ratios); err != nil {
				return err
			}
			if stock.Valid {
				r.StockDays = &stock.Float64
			}
			out = append(out, r)
			return json.Unmarshal(ratios, &out[len(out)-1].Ratios)
		})
	return out, err
}

// receive notes what came of a line on its way, ahead of its being taken off there. Days are those of UTC.
func receive(ctx context.Context, t *tx, tenant string, m service.Movement) error {
	const day = `(case when cast($5 as bigint) = 0 then {now} else cast($5 as bigint) end / 86400000000)`
	args := []any{tenant, m.InboundID, m.ItemID, m.SiteID, m.AtUs, m.Qty}
	changed, err := t.exec(ctx, `update receipts set received_qty = received_qty + cast($6 as bigint), received_day = case when received_day < `+day+` then `+day+` else received_day end
		where tenant = $1 and inbound_id = $2 and item_id = $3 and site_id = $4`, args...)
	if err != nil || changed > 0 {
		return err
	}
	_, err = t.exec(ctx, `insert into receipts (tenant, inbound_id, item_id, site_id, due_day, ordered_qty, received_qty, received_day)
		select tenant, id, item_id, site_id, due_day, qty, cast($6 as bigint), `+day+` from inbound where tenant = $1 and id = $2 and item_id = $3 and site_id = $4
		on conflict do nothing`, args...)
	return err
}

// Receipts reads what came of lines on their way.
func (s *Store) Receipts(ctx context.Context, tenant string) ([]service.Receipt, error) {
	var out []service.Receipt
	err := s.queryRead(ctx, "reading receipts", `select inbound_id, item_id, site_id, due_day, received_day, ordered_qty, received_qty from receipts
		where tenant = $1 order by due_day desc, inbound_id desc limit $2`, []any{tenant, service.MaxSupplierRecords},
		func(scan func(...any) error) error {
			var r service.Receipt
			err := scan(&r.InboundID, &r.ItemID, &r.SiteID, &r.DueDay, &r.ReceivedDay, &r.OrderedQty, &r.ReceivedQty)
			out = append(out, r)
			return err
		})
	return out, err
}
