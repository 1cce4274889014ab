package service

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// AtticStore removes what is old, a bounded batch at a time, so that no other call waits for long.
type AtticStore interface {
	// ExpireJobs removes jobs that ended before a time, with their children, inputs, results and messages; keep is called
	// with each root job first, inside the transaction, and an error of it keeps them. It tells how many root jobs went.
	ExpireJobs(ctx context.Context, before time.Time, limit int, keep func(Job) error) (int, error)
	// ExpirePlans removes plans made before a time, with their promises and tasks, but for the newest of each tenant that is
	// no draft: the floor works by it.
	ExpirePlans(ctx context.Context, before time.Time, limit int, keep func(tenant string, p PlanRecord) error) (int, error)
	// CollectArtefacts removes what lay apart for rows that are gone, where nobody touched it for idle. It looks at limit of
	// all that lies apart, behind after, and says where to go on; the zero Ref is the beginning, and the end.
	CollectArtefacts(ctx context.Context, after Ref, limit int, idle time.Duration) (next Ref, removed int, err error)
}

// Housekeeping removes what is old while the service runs. Several processes may do it at the same time.
type Housekeeping struct {
	Store     AtticStore
	KeepJobs  time.Duration // 0 = for ever
	KeepPlans time.Duration // 0 = for ever
	// Archive is given what goes before it goes; an error keeps it. nil = it just goes.
	Archive func(kind, tenant string, document any) error
	// Also is done each round: other small chores.
	Also  func(ctx context.Context) error
	Every time.Duration // between two rounds; 0 = 1 min
	Log   *slog.Logger

	collected Ref // how far artefacts were looked at

	end  context.CancelFunc
	loop sync.WaitGroup
}

// Batches of one round: enough to keep up with thousands of jobs a minute, few enough to hold no lock for long.
const (
	expireJobs    = 200
	expirePlans   = 5
	expireBatches = 50
	expirePause   = 20 * time.Millisecond // between two batches: others want to write too
	collectPage   = 500
	collectPages  = 20
	collectIdle   = time.Hour // longer than any transaction
)

// Start begins; Close ends it.
func (h *Housekeeping) Start() {
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	ctx, end := context.WithCancel(context.Background())
	h.end = end
	h.loop.Go(func() {
		for ctx.Err() == nil {
			if err := h.Round(ctx); err != nil && ctx.Err() == nil {
				h.Log.Warn("housekeeping was not done, will try again", "error", err)
			}
			wait(ctx, orDefault(h.Every, time.Minute), nil)
		}
	})
}

// Close ends it.
func (h *Housekeeping) Close() error {
	h.end()
	h.loop.Wait()
	if h.Also == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	if err := h.Also(ctx); err != nil { // small chores: the next process does them
		h.Log.Warn("housekeeping was not done at the end", "error", err)
	}
	return nil
}

// Round does all there is to do now, as far as one round goes.
func (h *Housekeeping) Round(ctx context.Context) error {
	var errs []error
	if h.Also != nil {
		errs = append(errs, h.Also(ctx))
	}
	now := time.Now()
	if h.KeepJobs > 0 {
		errs = append(errs, h.batches(ctx, "jobs", func(ctx context.Context) (int, bool, error) {
			n, err := h.Store.ExpireJobs(ctx, now.Add(-h.KeepJobs), expireJobs, func(j Job) error { return h.keep("job", j.Tenant, j) })
			return n, n == expireJobs, err
		}))
	}
	if h.KeepPlans > 0 {
		errs = append(errs, h.batches(ctx, "plans", func(ctx context.Context) (int, bool, error) {
			n, err := h.Store.ExpirePlans(ctx, now.Add(-h.KeepPlans), expirePlans, func(tenant string, p PlanRecord) error { return h.keep("plan", tenant, p) })
			return n, n == expirePlans, err
		}))
	}
	return errors.Join(append(errs, h.collect(ctx))...)
}

// collect looks at some of what lies apart, going on where the round before ended.
func (h *Housekeeping) collect(ctx context.Context) error {
	total := 0
	for range collectPages {
		call, cancel := context.WithTimeout(ctx, storeWait)
		next, n, err := h.Store.CollectArtefacts(call, h.collected, collectPage, collectIdle)
		cancel()
		if err != nil {
			return err
		}
		h.collected, total = next, total+n
		if next == (Ref{}) {
			break
		}
		wait(ctx, expirePause, nil)
	}
	if total > 0 {
		h.Log.Info("removed what is old", "what", "artefacts", "count", total)
	}
	return nil
}

func (h *Housekeeping) keep(kind, tenant string, document any) error {
	if h.Archive == nil {
		return nil
	}
	return h.Archive(kind, tenant, document)
}

func (h *Housekeeping) batches(ctx context.Context, what string, once func(ctx context.Context) (n int, more bool, err error)) error {
	total := 0
	for range expireBatches {
		call, cancel := context.WithTimeout(ctx, storeWait)
		n, more, err := once(call)
		cancel()
		total += n
		if err != nil || !more {
			if total > 0 {
				h.Log.Info("removed what is old", "what", what, "count", total)
			}
			return err
		}
		wait(ctx, expirePause, nil)
	}
	h.Log.Info("removed what is old", "what", what, "count", total)
	return nil
}
