package service

import (
	"context"
	"math"
	"sync"
	"time"
)

// heldJob is a job under way in this process.
type heldJob struct {
	ref     Ref
	attempt int64
	end     context.CancelCauseFunc

	mu       sync.Mutex
	done     float64
	sentence string
	changed  bool
	extendAt time.Time // last time the lease was extended
}

func (h *heldJob) progress(done float64, sentence string) {
	if !(done > 0) { // NaN too
		done = 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done, h.sentence, h.changed = math.Min(done, 1), sentence, true
}

// holding is the set of jobs under way.
type holding struct {
	mu   sync.Mutex
	jobs map[Ref]*heldJob
}

// add holds j. An earlier claim of the same job in this process has lost its token, and nobody would ask about it any
// more: its run is told to stop.
func (h *holding) add(j *heldJob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old := h.jobs[j.ref]; old != nil {
		old.end(ErrTokenLost)
	}
	h.jobs[j.ref] = j
}

// remove forgets j, unless a later claim of the same job took its place.
func (h *holding) remove(j *heldJob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.jobs[j.ref] == j {
		delete(h.jobs, j.ref)
	}
}

func (h *holding) list() []*heldJob {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]*heldJob, 0, len(h.jobs))
	for _, j := range h.jobs {
		out = append(out, j) // the order reaches no answer: each is asked about by name
	}
	return out
}

// keepLoop keeps leases alive, stores progress and looks for cancellations until ctx ends: one call to the store each
// CancelPoll for all jobs of this process, however many.
func (r *Runner) keepLoop(ctx context.Context) {
	for ctx.Err() == nil {
		wait(ctx, min(r.options.CancelPoll, r.options.Beat), nil)
		if jobs := r.held.list(); len(jobs) > 0 {
			r.keep(ctx, jobs, time.Now())
		}
	}
}

// keep asks the store about all jobs: extending those that are due or have news, only reading the others.
func (r *Runner) keep(ctx context.Context, jobs []*heldJob, now time.Time) {
	// A third of a lease leaves time for a second try before the lease ends.
	ctx, cancel := context.WithTimeout(ctx, min(r.options.Lease/3, storeWait))
	defer cancel()
	var extend, look []Beat
	var extended, looked []*heldJob
	for _, j := range jobs {
		j.mu.Lock()
		beat := Beat{Ref: j.ref, Attempt: j.attempt, Progress: j.done, Sentence: j.sentence}
		due := j.changed || now.Sub(j.extendAt) >= r.options.Beat
		j.changed = false
		j.mu.Unlock()
		if due {
			extend, extended = append(extend, beat), append(extended, j)
		} else {
			look, looked = append(look, beat), append(looked, j)
		}
	}
	if len(extend) > 0 {
		held, err := r.store.Heartbeat(ctx, extend, r.options.Lease)
		r.settle(extended, held, err, now, true)
	}
	if len(look) > 0 {
		held, err := r.store.Poll(ctx, look)
		r.settle(looked, held, err, now, false)
	}
}

// settle ends the runs that lost their token or are to be cancelled. A store that does not answer for a whole lease is
// taken as a lost token: another worker may have the job by then.
func (r *Runner) settle(jobs []*heldJob, held []Pulse, err error, now time.Time, extended bool) {
	if err != nil {
		r.log.Warn("leases not looked at, will try again", "jobs", len(jobs), "error", err)
	}
	pulses := make(map[Ref]Pulse, len(held))
	for _, p := range held {
		pulses[p.Ref] = p
	}
	for _, j := range jobs {
		p, ok := pulses[j.ref]
		switch {
		case err != nil:
			j.mu.Lock()
			j.changed = true
			silent := time.Since(j.extendAt) // now is when the question was asked: a dead server may have taken long
			j.mu.Unlock()
			if silent > r.options.Lease {
				j.end(ErrTokenLost)
			}
		case !ok || p.Attempt != j.attempt:
			j.end(ErrTokenLost)
		default:
			if p.CancelRequested {
				j.end(errCancelled)
			}
			if extended {
				j.mu.Lock()
				j.extendAt = now
				j.mu.Unlock()
			}
		}
	}
}
