package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"quartermaster/internal/service"
)

// SaveImport writes one import, everything or nothing; the same content is written once.
func (s *Store) SaveImport(ctx context.Context, tenant string, b service.ImportBatch) (imp service.Import, created bool, err error) {
	err = s.save(ctx, tenant, "storing the import of "+b.Import.Source, checkImport(b), func(t *tx) error {
		imp, created, err = writeImport(ctx, t, tenant, b)
		return err
	})
	return imp, created, err
}

// importColumns are all columns of an import, in the order scanImport reads them.
const importColumns = `id, source, content_hash, row_count, set_aside, orders, report, created_at`

func scanImport(scan func(...any) error) (i service.Import, err error) {
	err = scan(&i.ID, &i.Source, &i.ContentHash, &i.Rows, &i.SetAside, &i.Orders, &i.Report, &i.CreatedUs)
	return i, err
}

func writeImport(ctx context.Context, t *tx, tenant string, b service.ImportBatch) (service.Import, bool, error) {
	imp := b.Import
	if imp.ID == "" {
		imp.ID = newID()
	}
	// The record comes first: its key makes a second import of the same content wait here and then find it.
	stored, err := scanImport(t.row(ctx, `insert into imports (tenant, id, source, content_hash, row_count, set_aside, orders, report, created_at)
		values ($1, $2, $3, $4, $5, $6, 0, $7, {now}) on conflict do nothing returning `+importColumns,
		tenant, imp.ID, text(imp.Source), imp.ContentHash, imp.Rows, imp.SetAside, bytesOf(imp.Report)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		known, err := scanImport(t.row(ctx, `select `+importColumns+` from imports where tenant = $1 and (id = $2 or content_hash = $3 and content_hash <> '')`,
			tenant, imp.ID, imp.ContentHash).Scan)
		return known, false, err
	}
	if err != nil {
		return imp, false, err
	}
	if stored.Orders, err = writeOrders(ctx, t, tenant, stored.ID, b.Orders); err != nil {
		return imp, false, err
	}
	if b.MergeSales {
		if b.Sales, err = mergeSales(ctx, t, tenant, b.Sales); err != nil {
			return imp, false, err
		}
	}
	if err := writeSales(ctx, t, tenant, b.Sales); err != nil {
		return imp, false, err
	}
	if err := writePositions(ctx, t, tenant, b.Positions); err != nil {
		return imp, false, err
	}
	if err := removeInbound(ctx, t, tenant, b.InboundPrefix); err != nil {
		return imp, false, err
	}
	if err := writeInbound(ctx, t, tenant, b.Inbound); err != nil {
		return imp, false, err
	}
	_, err = t.exec(ctx, `update imports set orders = $3 where tenant = $1 and id = $2`, tenant, stored.ID, stored.Orders)
	return stored, true, err
}

// Imports lists imports, newest first.
func (s *Store) Imports(ctx context.Context, tenant string) ([]service.Import, error) {
	var out []service.Import
	err := s.queryRead(ctx, "listing imports", `select `+importColumns+` from imports where tenant = $1 order by created_at desc, id desc`, []any{tenant},
		func(scan func(...any) error) error {
			imp, err := scanImport(scan)
			out = append(out, imp)
			return err
		})
	return out, err
}

// SaveOrders stores orders, skipping ids that are there.
func (s *Store) SaveOrders(ctx context.Context, tenant string, orders []service.Order) (inserted int64, err error) {
	err = s.save(ctx, tenant, "storing orders", checkOrders(orders), func(t *tx) error {
		inserted, err = writeOrders(ctx, t, tenant, "", orders)
		return err
	})
	return inserted, err
}

// orderColumns are all columns of an order but its tenant, in the order scanOrder reads them.
const orderColumns = `id, customer_id, placed_at, lon, lat, from_sec, to_sec, lines, source_line, import_id, cancelled_at`

func writeOrders(ctx context.Context, t *tx, tenant, importID string, orders []service.Order) (int64, error) {
	rows := make([][]any, len(orders))
	for i, o := range orders {
		from := o.ImportID
		if importID != "" {
			from = importID
		}
		rows[i] = []any{tenant, o.ID, text(o.CustomerID), o.PlacedUs, o.Lon, o.Lat, o.FromSec, o.ToSec, packLines(o.Lines), o.SourceLine, from, o.CancelledUs}
	}
	return bulkInsert(ctx, t, "orders", "tenant, "+orderColumns, `on conflict (tenant, id) do nothing`, rows)
}

func scanOrder(scan func(...any) error) (o service.Order, err error) {
	var lines []byte
	if err := scan(&o.ID, &o.CustomerID, &o.PlacedUs, &o.Lon, &o.Lat, &o.FromSec, &o.ToSec, &lines, &o.SourceLine, &o.ImportID, &o.CancelledUs); err != nil {
		return o, err
	}
	o.Lines, err = unpackLines(lines)
	return o, err
}

// Orders reads orders placed in a range of time, by time and then id.
func (s *Store) Orders(ctx context.Context, tenant string, fromUs, toUs int64, limit int) ([]service.Order, error) {
	if limit <= 0 {
		limit = 1 << 30
	}
	var out []service.Order
	err := s.queryRead(ctx, "reading orders", `select `+orderColumns+` from orders
		where tenant = $1 and placed_at >= $2 and placed_at < $3 and cancelled_at = 0 order by placed_at, id limit $4`, []any{tenant, fromUs, toUs, limit},
		func(scan func(...any) error) error {
			o, err := scanOrder(scan)
			out = append(out, o)
			return err
		})
	return out, err
}

// Order reads one order.
func (s *Store) Order(ctx context.Context, tenant, id string) (service.Order, error) {
	o, err := scanOrder(s.readRow(ctx, `select `+orderColumns+` from orders where tenant = $1 and id = $2`, tenant, id))
	return o, s.explain("reading order "+id, err)
}

// NewestOrder tells when the last order was placed, without counting them.
func (s *Store) NewestOrder(ctx context.Context, tenant string) (placedUs int64, ok bool, err error) {
	err = s.queryRead(ctx, "reading the newest order", `select placed_at from orders where tenant = $1 order by placed_at desc limit 1`, []any{tenant},
		func(scan func(...any) error) error {
			ok = true
			return scan(&placedUs)
		})
	return placedUs, ok, err
}

// OrderSpan counts orders and tells when the first and the last were placed.
func (s *Store) OrderSpan(ctx context.Context, tenant string) (count, firstUs, lastUs int64, err error) {
	err = s.queryRead(ctx, "counting orders", `select count(*), coalesce(min(placed_at), 0), coalesce(max(placed_at), 0) from orders where tenant = $1`,
		[]any{tenant}, func(scan func(...any) error) error { return scan(&count, &firstUs, &lastUs) })
	return count, firstUs, lastUs, err
}

// AddOrders stores orders and says which are new.
func (s *Store) AddOrders(ctx context.Context, tenant string, orders []service.Order, consignees []service.SealedConsignee) (fresh []bool, err error) {
	seen, bad := noDouble{}, checkOrders(orders)
	for i := 0; bad == nil && i < len(orders); i++ {
		bad = seen.add("order", i, orders[i].ID)
	}
	err = s.save(ctx, tenant, "storing orders", bad, func(t *tx) error {
		fresh = make([]bool, len(orders))
		known, err := sameOrders(ctx, t, tenant, orders)
		if err != nil {
			return err
		}
		var rows []service.Order
		for i, o := range orders {
			if fresh[i] = !known[o.ID]; fresh[i] {
				rows = append(rows, o)
			}
		}
		n, err := writeOrders(ctx, t, tenant, "", rows)
		if err == nil && n < int64(len(rows)) { // somebody else stored one of them just now
			return fmt.Errorf("%w: another request stores one of these orders; send it again", service.ErrConflict)
		}
		for i := 0; err == nil && i < len(rows); i++ {
			err = emit(ctx, t, tenant, service.TopicOrderCreated, rows[i].ID, map[string]any{"order_id": rows[i].ID, "lines": len(rows[i].Lines)})
		}
		if err != nil {
			return err
		}
		return writeConsignees(ctx, t, tenant, consignees)
	})
	return fresh, err
}

// sameOrders tells which ids are there, and refuses those that stand for another order.
func sameOrders(ctx context.Context, t *tx, tenant string, orders []service.Order) (map[string]bool, error) {
	byID := make(map[string]service.Order, len(orders))
	for _, o := range orders {
		byID[o.ID] = o
	}
	known := map[string]bool{}
	for chunk := range slices.Chunk(orders, bulkChunk) {
		args := []any{tenant}
		for _, o := range chunk {
			args = append(args, o.ID)
		}
		rows, err := t.query(ctx, `select `+orderColumns+` from orders where tenant = $1 and id in (values `+tuples(len(chunk), 1, 2)+`)`, args...)
		if err != nil {
			return nil, err
		}
		err = eachRow(rows, func(scan func(...any) error) error {
			stored, err := scanOrder(scan)
			if err != nil {
				return err
			}
			told := byID[stored.ID]
			told.ImportID, told.SourceLine, told.CancelledUs, told.CustomerID = stored.ImportID, stored.SourceLine, stored.CancelledUs, text(told.CustomerID)
			if !reflect.DeepEqual(told, stored) {
				return fmt.Errorf("%w: order %q is stored already and differs from this one", service.ErrConflict, stored.ID)
			}
			known[stored.ID] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// OrderPage lists orders, newest first.
func (s *Store) OrderPage(ctx context.Context, tenant string, q service.OrderQuery) ([]service.Order, error) {
	where, args := "", []any{tenant, q.FromUs, pageSize(q.Limit)}
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		where += " and " + condition
	}
	if q.ToUs != 0 {
		add("placed_at < ?", q.ToUs)
	}
	if q.CustomerID != "" {
		add("customer_id = ?", q.CustomerID)
	}
	if q.BeforeID != "" {
		add("(placed_at, id) < (?, ?)", q.BeforeUs, q.BeforeID)
	}
	if q.Cancelled != nil && *q.Cancelled {
		add("cancelled_at > 0")
	} else if q.Cancelled != nil {
		add("cancelled_at = 0")
	}
	var out []service.Order
	err := s.queryRead(ctx, "listing orders", `select `+orderColumns+` from orders where tenant = $1 and placed_at >= $2`+where+
		` order by placed_at desc, id desc limit $3`, args, func(scan func(...any) error) error {
		o, err := scanOrder(scan)
		out = append(out, o)
		return err
	})
	return out, err
}

// CancelOrder calls an order off.
func (s *Store) CancelOrder(ctx context.Context, tenant, id string) (o service.Order, err error) {
	err = s.inTx(ctx, "cancelling order "+id, func(t *tx) error {
		o, err = scanOrder(t.row(ctx, `select `+orderColumns+` from orders where tenant = $1 and id = $2 {lock}`, tenant, id).Scan)
		if err != nil || o.CancelledUs > 0 {
			return err
		}
		if err := releaseHolds(ctx, t, tenant, `order_id = $2`, id); err != nil {
			return err
		}
		o, err = scanOrder(t.row(ctx, `update orders set cancelled_at = {now} where tenant = $1 and id = $2 returning `+orderColumns, tenant, id).Scan)
		if err != nil {
			return err
		}
		return emit(ctx, t, tenant, service.TopicOrderCancelled, id, map[string]any{"order_id": id})
	})
	return o, err
}
