package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"quartermaster/internal/service"
)

var _ service.PersonalStore = (*Store)(nil)

// CustomerKey reads a customer's key, storing made where there is none.
func (s *Store) CustomerKey(ctx context.Context, tenant, customerID string, made *service.CustomerKey) (k service.CustomerKey, err error) {
	const read = `select customer_id, master, wrapped from customer_keys where tenant = $1 and customer_id = $2`
	err = s.readRow(ctx, read, tenant, customerID)(&k.CustomerID, &k.Master, &k.Wrapped)
	if !errors.Is(err, sql.ErrNoRows) || made == nil {
		return k, s.explain("reading a customer's key", err)
	}
	err = s.inTx(ctx, "storing a customer's key", func(t *tx) error {
		if _, err := t.exec(ctx, `insert into customer_keys (tenant, customer_id, master, wrapped, created_at)
			values ($1, $2, $3, $4, {now}) on conflict do nothing`, tenant, customerID, made.Master, made.Wrapped); err != nil {
			return err
		}
		return t.row(ctx, read, tenant, customerID).Scan(&k.CustomerID, &k.Master, &k.Wrapped) // another may have been faster
	})
	return k, err
}

// SaveConsignee stores who an order is for, if its key is still there: it may have been erased meanwhile.
func (s *Store) SaveConsignee(ctx context.Context, tenant string, c service.SealedConsignee) error {
	return s.inTx(ctx, "storing a consignee", func(t *tx) error {
		var id string
		err := t.row(ctx, `select customer_id from customer_keys where tenant = $1 and customer_id = $2 {lock}`, tenant, c.CustomerID).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: this customer was erased just now", service.ErrConflict)
		}
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `insert into consignees (tenant, order_id, customer_id, box, updated_at) values ($1, $2, $3, $4, {now})
			on conflict (tenant, order_id) do update set customer_id = excluded.customer_id, box = excluded.box, updated_at = excluded.updated_at`,
			tenant, c.OrderID, c.CustomerID, c.Box)
		return err
	})
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
