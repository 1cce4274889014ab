package store

import (
	"context"
	"errors"

	"quartermaster/internal/service"
)

// smallWork is what a small transaction does.
type smallWork interface {
	// kin names what one statement can do at once: all works of that name. Empty: each is done alone.
	kin() string
	// doAll does works of one kin, this one among them, and tells how each went; one that went wrong has written nothing. An
	// error undoes them all.
	doAll(ctx context.Context, t *tx, all []smallWork) (own []error, err error)
}

// tripWork is smallWork that PostgreSQL does in one round trip, with the setting of the tenant and as one transaction. The
// statement's text is the same for any number of works, so that it is prepared once a connection.
type tripWork interface {
	smallWork
	inOneTrip(ctx context.Context, s *Store, all []smallWork) (own []error, err error)
}

// aloneWork is work that nothing is done together with.
type aloneWork func(ctx context.Context, t *tx) error

func (aloneWork) kin() string { return "" }

func (do aloneWork) doAll(ctx context.Context, t *tx, _ []smallWork) ([]error, error) {
	return []error{nil}, do(ctx, t)
}

// smallCall is one small transaction waiting for its group.
type smallCall struct {
	call
	ctx  context.Context
	work smallWork
}

// smallTx is inTx for transactions of a few statements of which many come at the same time. A SQLite file has one writer who
// waits for the disk at each commit, so those that come together are committed together, each behind a savepoint of its own:
// one that fails takes nothing of the others with it. PostgreSQL has many writers and groups their commits by itself.
// do works under the context that it is handed: SQLite gives up the whole transaction when one of its statements is broken off.
// When ctx ends first, do may still be running: a caller reads what do sets only after success.
func (s *Store) smallTx(ctx context.Context, doing string, do func(ctx context.Context, t *tx) error) error {
	if s.pool != nil {
		return s.wholeTx(ctx, doing, do)
	}
	return s.jointTx(ctx, doing, aloneWork(do), s.smalls)
}

// jointTx is smallTx for work of which much is of one kin: on PostgreSQL too, what comes together goes in one transaction and
// one statement. lane is where it waits there; on SQLite all wait in one.
func (s *Store) jointTx(ctx context.Context, doing string, work smallWork, lane *group[*smallCall]) error {
	if s.pool == nil {
		lane = s.smalls
	}
	c := &smallCall{call: newCall(), ctx: ctx, work: work}
	lane.add(c)
	return s.explain(doing, c.await(ctx))
}

// wholeTx is inTx in the form of smallTx: a transaction of its own.
func (s *Store) wholeTx(ctx context.Context, doing string, do func(ctx context.Context, t *tx) error) error {
	return s.inTx(ctx, doing, func(t *tx) error { return do(ctx, t) })
}

// families puts calls of one kin and one caller's tenant together, in the order of their first. Who has gone wants nothing
// done any more and is told so at once.
func families(batch []*smallCall) [][]*smallCall {
	var out [][]*smallCall
	place := map[string]int{}
	for _, c := range batch {
		if err := c.ctx.Err(); err != nil {
			c.finish(err)
			continue
		}
		kin := c.work.kin()
		name := tenantOf(c.ctx) + "\x00" + kin
		if at, known := place[name]; known && kin != "" {
			out[at] = append(out[at], c)
			continue
		}
		place[name] = len(out)
		out = append(out, []*smallCall{c})
	}
	return out
}

// together does the works of one family, and tells how each went.
func together(ctx context.Context, t *tx, family []*smallCall) ([]error, error) {
	return family[0].work.doAll(ctx, t, works(family))
}

func works(family []*smallCall) []smallWork {
	works := make([]smallWork, len(family))
	for i, c := range family {
		works[i] = c.work
	}
	return works
}

// smallBatch runs one group on SQLite: one transaction, and a savepoint for each family.
func (s *Store) smallBatch(ctx context.Context, batch []*smallCall) {
	all := families(batch)
	told := map[*smallCall]error{}
	err := s.inTx(ctx, "committing small transactions", func(t *tx) error {
		for _, family := range all {
			if err := behindSavepoint(ctx, t, family, told); err != nil {
				return err
			}
		}
		return nil
	})
	for _, family := range all {
		for _, c := range family {
			if err != nil {
				c.finish(err)
			} else {
				c.finish(told[c])
			}
		}
	}
}

// behindSavepoint does one family; where it fails, each of its works alone, so that only what is wrong fails. Its own error
// ends the whole transaction.
func behindSavepoint(ctx context.Context, t *tx, family []*smallCall, told map[*smallCall]error) error {
	if _, err := t.ExecContext(ctx, `savepoint one`); err != nil {
		return err
	}
	own, failed := together(ctx, t, family)
	if failed != nil {
		if _, err := t.ExecContext(ctx, `rollback to one`); err != nil {
			return err
		}
	}
	if _, err := t.ExecContext(ctx, `release one`); err != nil {
		return err
	}
	for i, c := range family {
		switch {
		case failed == nil:
			told[c] = own[i]
		case len(family) == 1:
			told[c] = failed
		default:
			if err := behindSavepoint(ctx, t, family[i:i+1], told); err != nil {
				return err
			}
		}
	}
	return nil
}

// jointBatch runs one group on PostgreSQL: a transaction for each family, under its callers' tenant.
func (s *Store) jointBatch(ctx context.Context, batch []*smallCall) {
	for _, family := range families(batch) {
		s.jointFamily(ctx, family)
	}
}

func (s *Store) jointFamily(ctx context.Context, family []*smallCall) {
	var own []error
	err := func() error {
		end, _ := ctx.Deadline()
		ctx, cancel := context.WithDeadline(context.WithoutCancel(family[0].ctx), end)
		defer cancel()
		if trip, ok := family[0].work.(tripWork); ok {
			return s.again("committing small transactions", func() (err error) {
				own, err = trip.inOneTrip(ctx, s, works(family))
				return err
			})
		}
		return s.inTx(ctx, "committing small transactions", func(t *tx) (err error) {
			own, err = together(ctx, t, family)
			return err
		})
	}()
	alone := err != nil && len(family) > 1 && !errors.Is(err, service.ErrUnavailable) && ctx.Err() == nil
	for i, c := range family {
		switch {
		case alone:
			s.jointFamily(ctx, family[i:i+1])
		case err != nil:
			c.finish(err)
		default:
			c.finish(own[i])
		}
	}
}
