package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quartermaster/internal/service"
)

var _ service.PersonalStore = (*Store)(nil)

// CustomerKey reads a customer's key.
func (s *Store) CustomerKey(ctx context.Context, tenant, customerID string) (k service.CustomerKey, err error) {
	err = s.readRow(ctx, `select customer_id, master, wrapped from customer_keys where tenant = $1 and customer_id = $2`, tenant, customerID)(
		&k.CustomerID, &k.Master, &k.Wrapped)
	return k, s.explain("reading a customer's key", err)
}

// CustomerKeys stores keys of customers who have none and gives those that are then theirs.
func (s *Store) CustomerKeys(ctx context.Context, tenant string, made []service.CustomerKey) (out []service.CustomerKey, err error) {
	err = s.inTx(ctx, "storing customers' keys", func(t *tx) error {
		out = nil
		rows := make([][]any, len(made))
		for i, k := range made {
			rows[i] = []any{tenant, k.CustomerID, k.Master, k.Wrapped, time.Now().UnixMicro()}
		}
		if _, err := bulkInsert(ctx, t, "customer_keys", "tenant, customer_id, master, wrapped, created_at", `on conflict do nothing`, rows); err != nil {
			return err
		}
		for chunk := range slices.Chunk(made, bulkChunk) {
			args := []any{tenant}
			for _, k := range chunk {
				args = append(args, k.CustomerID)
			}
			found, err := t.query(ctx, `select customer_id, master, wrapped from customer_keys where tenant = $1 and customer_id in (values `+
				tuples(len(chunk), 1, 2)+`)`, args...)
			if err != nil {
				return err
			}
			err = eachRow(found, func(scan func(...any) error) error {
				var k service.CustomerKey
				err := scan(&k.CustomerID, &k.Master, &k.Wrapped)
				out = append(out, k)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// SaveConsignee stores who an order is for.
func (s *Store) SaveConsignee(ctx context.Context, tenant string, c service.SealedConsignee) error {
	return s.inTx(ctx, "storing a consignee", func(t *tx) error { return writeConsignees(ctx, t, tenant, []service.SealedConsignee{c}) })
}

// writeConsignees stores whom orders are for, if the keys that they are sealed with are still there: a customer may have been
// erased meanwhile.
func writeConsignees(ctx context.Context, t *tx, tenant string, all []service.SealedConsignee) error {
	for chunk := range slices.Chunk(all, bulkChunk) {
		wanted, args := map[string]bool{}, []any{tenant}
		rows := make([][]any, len(chunk))
		for i, c := range chunk {
			if !wanted[c.CustomerID] {
				args = append(args, c.CustomerID)
			}
			wanted[c.CustomerID] = true
			rows[i] = []any{tenant, c.OrderID, c.CustomerID, c.Box, time.Now().UnixMicro()}
		}
		found, err := t.query(ctx, `select customer_id from customer_keys where tenant = $1 and customer_id in (values `+
			tuples(len(wanted), 1, 2)+`) order by customer_id {lock}`, args...)
		if err != nil {
			return err
		}
		n := 0
		if err := eachRow(found, func(scan func(...any) error) error { n++; return scan(new(string)) }); err != nil {
			return err
		}
		if n < len(wanted) {
			return fmt.Errorf("%w: this customer was erased just now", service.ErrConflict)
		}
		err = insertChunks(ctx, t, "consignees", "tenant, order_id, customer_id, box, updated_at",
			`on conflict (tenant, order_id) do update set customer_id = excluded.customer_id, box = excluded.box, updated_at = excluded.updated_at`, rows)
		if err != nil {
			return err
		}
	}
	return nil
}

// Consignee reads who an order is for, encrypted.
func (s *Store) Consignee(ctx context.Context, tenant, orderID string) (c service.SealedConsignee, err error) {
	err = s.readRow(ctx, `select order_id, customer_id, box from consignees where tenant = $1 and order_id = $2`, tenant, orderID)(&c.OrderID, &c.CustomerID, &c.Box)
	return c, s.explain("reading the consignee of order "+orderID, err)
}

// EraseCustomer forgets a customer. What its orders keep is what stock and sales are counted from, and a place rounded to a
// hundredth of a degree.
func (s *Store) EraseCustomer(ctx context.Context, tenant, customerID string) (e service.Erased, err error) {
	if customerID == "" {
		return e, invalid("customer: name one")
	}
	err = s.inTx(ctx, "erasing a customer", func(t *tx) error {
		if _, err := t.exec(ctx, `delete from customer_keys where tenant = $1 and customer_id = $2`, tenant, customerID); err != nil {
			return err
		}
		if e.Consignees, err = t.exec(ctx, `delete from consignees where tenant = $1 and customer_id = $2`, tenant, customerID); err != nil {
			return err
		}
		// A cast to whole numbers rounds on PostgreSQL and cuts on SQLite: either is the same place to a kilometre.
		e.Orders, err = t.exec(ctx, `update orders set customer_id = '', lon = cast(lon * 100 as integer) / 100.0, lat = cast(lat * 100 as integer) / 100.0
			where tenant = $1 and customer_id = $2`, tenant, customerID)
		return err
	})
	return e, err
}

// StaleKeys lists customers' keys under another master.
func (s *Store) StaleKeys(ctx context.Context, tenant, master string, limit int) ([]service.CustomerKey, error) {
	var out []service.CustomerKey
	err := s.queryRead(ctx, "listing customers' keys", `select customer_id, master, wrapped from customer_keys
		where tenant = $1 and master <> $2 order by customer_id limit $3`, []any{tenant, master, pageSize(limit)},
		func(scan func(...any) error) error {
			var k service.CustomerKey
			err := scan(&k.CustomerID, &k.Master, &k.Wrapped)
			out = append(out, k)
			return err
		})
	return out, err
}

// RewrapKey replaces a customer's key, encrypted anew.
func (s *Store) RewrapKey(ctx context.Context, tenant, was string, k service.CustomerKey) error {
	return s.inTx(ctx, "replacing a customer's key", func(t *tx) error {
		_, err := t.exec(ctx, `update customer_keys set master = $4, wrapped = $5 where tenant = $1 and customer_id = $2 and master = $3`,
			tenant, k.CustomerID, was, k.Master, k.Wrapped)
		return err
	})
}
