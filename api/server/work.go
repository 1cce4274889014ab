package server

import (
	"context"
	"fmt"
	"time"

	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// declared is the declared business, without sales, orders and stock.
func (w *Work) declared(ctx context.Context) (plan.Snapshot, error) {
	business, err := w.Planning.Facts.Business(ctx, w.Tenant)
	if err != nil {
		return plan.Snapshot{}, err
	}
	if business.Revision == 0 {
		return plan.Snapshot{}, service.ErrUndeclared
	}
	return service.DecodeBusiness(business.Document)
}

// recorded is the declared business with what is recorded of its suppliers.
func (w *Work) recorded(ctx context.Context) (plan.Snapshot, error) {
	s, err := w.declared(ctx)
	if err == nil {
		err = service.AddSupplierRecords(ctx, w.Planning.Facts, w.Tenant, &s)
	}
	return s, err
}

// day reads a date of a request, as days since 1970-01-01; "" is the day after the newest order.
func (w *Work) day(ctx context.Context, date string) (int, error) {
	if date != "" {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return 0, fmt.Errorf("%w: %q is no date such as 2011-11-14", service.ErrInvalid, date)
		}
		return dayOf(t.UnixMicro()), nil
	}
	lastUs, placed, err := w.Planning.Facts.NewestOrder(ctx, w.Tenant)
	if err == nil && !placed {
		err = fmt.Errorf("%w: there are no orders yet, so that the day must be named", service.ErrConflict)
	}
	return dayOf(lastUs) + 1, err
}

// dateOf writes a day since 1970-01-01.
func dateOf(day int) string {
	return time.Unix(int64(day)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}
