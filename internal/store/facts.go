package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"quartermaster/forecast"
	"quartermaster/internal/service"
	"quartermaster/inventory"
)

// SaveBusiness replaces the declared facts when ifRevision is the stored revision.
func (s *Store) SaveBusiness(ctx context.Context, tenant string, document []byte, ifRevision int64) (b service.Business, err error) {
	if err := checkTenant(tenant); err != nil {
		return b, err
	}
	b.Document = document
	err = s.inTx(ctx, "storing the business document", func(t *tx) error {
		query := `update business set document = $2, revision = revision + 1, updated_at = {now}
			where tenant = $1 and revision = $3 returning revision, updated_at`
		args := []any{tenant, bytesOf(document), ifRevision}
		if ifRevision == 0 {
			query = `insert into business (tenant, document, revision, updated_at) values ($1, $2, 1, {now})
				on conflict (tenant) do nothing returning revision, updated_at`
			args = args[:2]
		}
		err := t.row(ctx, query, args...).Scan(&b.Revision, &b.UpdatedUs)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: the business document is no longer at revision %d", service.ErrConflict, ifRevision)
		}
		return err
	})
	return b, err
}

// Business reads the declared facts; Revision 0 says that there are none.
func (s *Store) Business(ctx context.Context, tenant string) (b service.Business, err error) {
	err = s.queryRead(ctx, "reading the business document", `select revision, document, updated_at from business where tenant = $1`, []any{tenant},
		func(scan func(...any) error) error { return scan(&b.Revision, &b.Document, &b.UpdatedUs) })
	return b, err
}

// BusinessRevision tells which revision of the declared facts is stored.
func (s *Store) BusinessRevision(ctx context.Context, tenant string) (revision int64, err error) {
	err = s.queryRead(ctx, "reading the business document's revision", `select revision from business where tenant = $1`, []any{tenant},
		func(scan func(...any) error) error { return scan(&revision) })
	return revision, err
}

// SaveSales replaces the series of the items given.
func (s *Store) SaveSales(ctx context.Context, tenant string, sales []forecast.Series) error {
	return s.save(ctx, tenant, "storing sales", checkSales(sales), func(t *tx) error { return writeSales(ctx, t, tenant, sales) })
}

// save runs one checked write in one transaction.
func (s *Store) save(ctx context.Context, tenant, doing string, bad error, write func(t *tx) error) error {
	if err := errors.Join(checkTenant(tenant), bad); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return s.inTx(ctx, doing, write)
}

// mergeSales puts new series over the stored ones of the same items.
func mergeSales(ctx context.Context, t *tx, tenant string, sales []forecast.Series) ([]forecast.Series, error) {
	out := slices.Clone(sales)
	for first := 0; first < len(out); first += bulkChunk {
		chunk := out[first:min(first+bulkChunk, len(out))]
		args, at := []any{tenant}, make(map[string]int, len(chunk))
		for i, x := range chunk {
			args = append(args, x.ID)
			at[x.ID] = i
		}
		rows, err := t.query(ctx, `select item_id, series from sales where tenant = $1 and item_id in (values `+tuples(len(chunk), 1, 2)+`) {lock}`, args...)
		if err != nil {
			return nil, err
		}
		err = eachRow(rows, func(scan func(...any) error) error {
			var id string
			var packed []byte
			if err := scan(&id, &packed); err != nil {
				return err
			}
			old, err := unpackSeries(id, packed)
			chunk[at[id]] = service.MergeSeries(old, chunk[at[id]])
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func writeSales(ctx context.Context, t *tx, tenant string, sales []forecast.Series) error {
	rows := make([][]any, len(sales))
	for i, one := range sales {
		rows[i] = []any{tenant, one.ID, packSeries(one)}
	}
	_, err := bulkInsert(ctx, t, "sales", "tenant, item_id, series", `on conflict (tenant, item_id) do update set series = excluded.series`, rows)
	return err
}

// Sales reads the series of all items, or of those named, by id.
func (s *Store) Sales(ctx context.Context, tenant string, itemIDs ...string) ([]forecast.Series, error) {
	var out []forecast.Series
	err := s.byItem(ctx, "reading sales", `select item_id, series from sales where tenant = $1`, tenant, itemIDs, func(scan func(...any) error) error {
		var id string
		var packed []byte
		if err := scan(&id, &packed); err != nil {
			return err
		}
		series, err := unpackSeries(id, packed)
		out = append(out, series)
		return err
	})
	return out, err
}

// byItem runs a query for all items of a tenant or, in portions, for the items named; rows come by item id.
func (s *Store) byItem(ctx context.Context, doing, query, tenant string, itemIDs []string, each func(scan func(...any) error) error) error {
	if len(itemIDs) == 0 {
		return s.queryRead(ctx, doing, query+` order by item_id`, []any{tenant}, each)
	}
	ids := slices.Clone(itemIDs)
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), bulkChunk) {
		args := []any{tenant}
		for _, id := range chunk {
			args = append(args, id)
		}
		if err := s.queryRead(ctx, doing, query+` and item_id in (values `+tuples(len(chunk), 1, 2)+`) order by item_id`, args, each); err != nil {
			return err
		}
	}
	return nil
}

// SavePositions replaces the stock of the items and sites given.
func (s *Store) SavePositions(ctx context.Context, tenant string, positions []inventory.Position) error {
	return s.save(ctx, tenant, "storing stock", checkPositions(positions), func(t *tx) error { return writePositions(ctx, t, tenant, positions) })
}

func writePositions(ctx context.Context, t *tx, tenant string, positions []inventory.Position) error {
	rows := make([][]any, len(positions))
	for i, p := range positions {
		rows[i] = []any{tenant, p.ItemID, p.SiteID, p.OnHand, p.OnOrder, p.Backordered}
	}
	_, err := bulkInsert(ctx, t, "positions", "tenant, item_id, site_id, on_hand, on_order, backordered",
		`on conflict (tenant, item_id, site_id) do update set on_hand = excluded.on_hand, on_order = excluded.on_order, backordered = excluded.backordered`, rows)
	return err
}

// Positions reads all stock by item, then site.
func (s *Store) Positions(ctx context.Context, tenant string) ([]inventory.Position, error) {
	var out []inventory.Position
	err := s.queryRead(ctx, "reading stock", `select item_id, site_id, on_hand, on_order, backordered from positions where tenant = $1 order by item_id, site_id`,
		[]any{tenant}, func(scan func(...any) error) error {
			var p inventory.Position
			err := scan(&p.ItemID, &p.SiteID, &p.OnHand, &p.OnOrder, &p.Backordered)
			out = append(out, p)
			return err
		})
	return out, err
}

// SaveInbound replaces the inbound lines given, by id.
func (s *Store) SaveInbound(ctx context.Context, tenant string, inbound []service.Inbound) error {
	return s.save(ctx, tenant, "storing inbound", checkInbound(inbound), func(t *tx) error { return writeInbound(ctx, t, tenant, inbound) })
}

// removeInbound removes the lines whose id begins with prefix; no prefix removes none.
func removeInbound(ctx context.Context, t *tx, tenant, prefix string) error {
	if prefix == "" {
		return nil
	}
	_, err := t.exec(ctx, `delete from inbound where tenant = $1 and substr(id, 1, $2) = $3`, tenant, utf8.RuneCountInString(prefix), prefix)
	return err
}

func writeInbound(ctx context.Context, t *tx, tenant string, inbound []service.Inbound) error {
	rows := make([][]any, len(inbound))
	for i, in := range inbound {
		rows[i] = []any{tenant, in.ID, in.ItemID, in.SiteID, in.Qty, in.DueDay}
	}
	_, err := bulkInsert(ctx, t, "inbound", "tenant, id, item_id, site_id, qty, due_day",
		`on conflict (tenant, id) do update set item_id = excluded.item_id, site_id = excluded.site_id, qty = excluded.qty, due_day = excluded.due_day`, rows)
	return err
}

// Inbound reads what is on its way by due day, then id.
func (s *Store) Inbound(ctx context.Context, tenant string) ([]service.Inbound, error) {
	var out []service.Inbound
	err := s.queryRead(ctx, "reading inbound", `select id, item_id, site_id, qty, due_day from inbound where tenant = $1 order by due_day, id`,
		[]any{tenant}, func(scan func(...any) error) error {
			var in service.Inbound
			err := scan(&in.ID, &in.ItemID, &in.SiteID, &in.Qty, &in.DueDay)
			out = append(out, in)
			return err
		})
	return out, err
}
