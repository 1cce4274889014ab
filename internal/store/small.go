package store

import (
	"context"
)

// smallCall is one small transaction waiting for its group.
type smallCall struct {
	call
	ctx context.Context
	do  func(ctx context.Context, t *tx) error
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
	c := &smallCall{call: newCall(), ctx: ctx, do: do}
	s.smalls.add(c)
	return s.explain(doing, c.await(ctx))
}

// wholeTx is inTx in the form of smallTx: a transaction of its own.
func (s *Store) wholeTx(ctx context.Context, doing string, do func(ctx context.Context, t *tx) error) error {
	return s.inTx(ctx, doing, func(t *tx) error { return do(ctx, t) })
}

// smallBatch runs one group.
func (s *Store) smallBatch(ctx context.Context, batch []*smallCall) {
	own := make([]error, len(batch))
	err := s.inTx(ctx, "committing small transactions", func(t *tx) error {
		for i, c := range batch {
			if own[i] = c.ctx.Err(); own[i] != nil {
				continue // who has gone wants nothing done any more
			}
			if _, err := t.ExecContext(ctx, `savepoint one`); err != nil {
				return err
			}
			if own[i] = c.do(ctx, t); own[i] != nil {
				if _, err := t.ExecContext(ctx, `rollback to one`); err != nil {
					return err
				}
			}
			if _, err := t.ExecContext(ctx, `release one`); err != nil {
				return err
			}
		}
		return nil
	})
	for i, c := range batch {
		if err != nil {
			c.finish(err)
		} else {
			c.finish(own[i])
		}
	}
}
