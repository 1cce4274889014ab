package service

import (
	"context"
	"time"
)

// storeWait bounds one call to the store or queue, so that a dead server stalls no loop for ever.
const storeWait = 10 * time.Second

// loopWait bounds one look of a loop, which is made again anyway: over a connection on which nothing comes back, work would
// stand still for so long.
const loopWait = 3 * time.Second

// fullGap is the pause after a look that found the window full or filled it: names are answered within milliseconds.
const fullGap = 5 * time.Millisecond

// dispatchLoop hands names of due jobs to the queue until ctx ends.
func (r *Runner) dispatchLoop(ctx context.Context) {
	for ctx.Err() == nil {
		sent, err := r.dispatch(ctx)
		gap := r.options.DispatchGap
		switch {
		case err != nil && ctx.Err() == nil:
			r.log.Warn("jobs not dispatched, will try again", "error", err)
		case sent > 0:
			gap = min(gap, fullGap)
		}
		wait(ctx, gap, r.wake)
	}
}

// dispatch moves one window's worth of names; those the queue refuses are noted as not sent. While all workers are busy
// with long jobs, names that lie in the queue count as lost and would be sent again and again, so what really lies there
// bounds what is added.
func (r *Runner) dispatch(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, loopWait)
	defer cancel()
	waiting, err := r.queue.Waiting(ctx)
	if err != nil || waiting >= r.options.Window {
		return 0, err
	}
	items, err := r.store.Dispatch(ctx, r.options.Window, r.options.Resend)
	if err != nil || len(items) == 0 {
		return 0, err
	}
	if err := r.queue.Push(ctx, items); err != nil {
		refs := make([]Ref, len(items))
		for i, it := range items {
			refs[i] = it.Ref
		}
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWait)
		defer cancel()
		if undoErr := r.store.Undispatch(undo, refs); undoErr != nil {
			r.log.Warn("names not taken back; they are sent again later", "error", undoErr)
		}
		return 0, err
	}
	return len(items), nil
}

// reapLoop brings back jobs whose workers died, until ctx ends.
func (r *Runner) reapLoop(ctx context.Context) {
	const batch = 200
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(ctx, loopWait)
		n, err := r.store.Reap(call, batch)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			r.log.Warn("expired leases not looked at, will try again", "error", err)
		case n > 0:
			r.log.Info("jobs brought back from workers that fell silent", "jobs", n)
			r.Wake()
		}
		wait(ctx, r.options.ReapEvery, nil)
	}
}

// wait returns after d, when ctx ends, or when woken.
func wait(ctx context.Context, d time.Duration, woken <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-woken:
	}
}
