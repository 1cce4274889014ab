package store

import (
	"context"
	"database/sql"
	"errors"

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
const orderColumns = `id, customer_id, placed_at, lon, lat, from_sec, to_sec, lines, source_line, import_id`

func writeOrders(ctx context.Context, t *tx, tenant, importID string, orders []service.Order) (int64, error) {
	rows := make([][]any, len(orders))
	for i, o := range orders {
		from := o.ImportID
		if importID != "" {
			from = importID
		}
		rows[i] = []any{tenant, o.ID, text(o.CustomerID), o.PlacedUs, o.Lon, o.Lat, o.FromSec, o.ToSec, packLines(o.Lines), o.SourceLine, from}
	}
	return bulkInsert(ctx, t, "orders", "tenant, "+orderColumns, `on conflict (tenant, id) do nothing`, rows)
}

func scanOrder(scan func(...any) error) (o service.Order, err error) {
	var lines []byte
	if err := scan(&o.ID, &o.CustomerID, &o.PlacedUs, &o.Lon, &o.Lat, &o.FromSec, &o.ToSec, &lines, &o.SourceLine, &o.ImportID); err != nil {
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
		where tenant = $1 and placed_at >= $2 and placed_at < $3 order by placed_at, id limit $4`, []any{tenant, fromUs, toUs, limit},
		func(scan func(...any) error) error {
			o, err := scanOrder(scan)
			out = append(out, o)
			return err
		})
	return out, err
}

// Order reads one order.
func (s *Store) Order(ctx context.Context, tenant, id string) (service.Order, error) {
	o, err := scanOrder(s.read.QueryRowContext(ctx, `select `+orderColumns+` from orders where tenant = $1 and id = $2`, tenant, id).Scan)
	return o, s.explain("reading order "+id, err)
}

// OrderSpan counts orders and tells when the first and the last were placed.
func (s *Store) OrderSpan(ctx context.Context, tenant string) (count, firstUs, lastUs int64, err error) {
	err = s.queryRead(ctx, "counting orders", `select count(*), coalesce(min(placed_at), 0), coalesce(max(placed_at), 0) from orders where tenant = $1`,
		[]any{tenant}, func(scan func(...any) error) error { return scan(&count, &firstUs, &lastUs) })
	return count, firstUs, lastUs, err
}
