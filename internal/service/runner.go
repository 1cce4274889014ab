package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// RunnerOptions tune a Runner. The zero value is right for production.
type RunnerOptions struct {
	Concurrency int           // jobs at a time; 0 = 2
	Window      int           // names in the queue at a time, of all processes; 0 = 256
	Lease       time.Duration // after which a silent worker's job goes to another; 0 = 15 s
	Beat        time.Duration // how often a lease is extended; 0 = a third of Lease
	CancelPoll  time.Duration // how often the cancel flag is read and progress stored; 0 = 500 ms
	ReapEvery   time.Duration // 0 = a fifth of Lease, at most 1 s
	Resend      time.Duration // a name unanswered so long is sent again; 0 = 10 s
	DispatchGap time.Duration // pause between two looks for due jobs; 0 = 100 ms
	Drain       time.Duration // how long Close lets jobs run on before they are given back; 0 = 10 s
	BackoffBase time.Duration // pause before the first retry, doubled each time, jittered; 0 = 1 s
	BackoffMax  time.Duration // 0 = 5 min
	// StrangerPause is how long a job whose kind this program does not know is left to others; 0 = 5 s.
	StrangerPause time.Duration
	// Trace is told of each run: it gives the context to run under, and what to call with the handler's error. nil = nobody is
	// told.
	Trace func(ctx context.Context, job Job) (context.Context, func(error))
	// DispatchOnly runs no jobs: the process sends names out and reaps (an API server beside workers).
	DispatchOnly bool
	Log          *slog.Logger // nil = discard
}

// KindOptions tune one kind of job.
type KindOptions struct {
	MaxRetries int           // transient failures before the job fails; 0 = 5, −1 = none
	Timeout    time.Duration // of one run; 0 = 1 h
}

type kind struct {
	handler Handler
	options KindOptions
}

// Runner moves jobs from the store to handlers: it dispatches names to the queue, takes them from it, keeps leases alive,
// and brings back what others dropped. Any number of Runners may share one store and one queue.
type Runner struct {
	store   WorkStore
	queue   Queue
	options RunnerOptions
	kinds   map[string]kind
	log     *slog.Logger

	wake  chan struct{} // a job became due
	held  holding
	slots chan struct{}

	mu      sync.Mutex
	started bool
	closed  bool
	stop    context.CancelFunc // ends dispatching, consuming and reaping
	abort   context.CancelCauseFunc
	loops   sync.WaitGroup // dispatcher, reaper, consumer
	keeper  sync.WaitGroup // outlives them, since jobs under way need their leases
	endKeep context.CancelFunc
}

// errShutdown is why a context of a run ends when Close has waited long enough.
var errShutdown = errors.New("service: the worker is shutting down")

// errCancelled is why a context of a run ends when somebody asked to cancel the job.
var errCancelled = errors.New("service: the job was cancelled")

// NewRunner makes a Runner that is not started.
func NewRunner(store WorkStore, queue Queue, o RunnerOptions) *Runner {
	o = o.withDefaults()
	return &Runner{
		store: store, queue: queue, options: o, log: o.Log,
		kinds: map[string]kind{}, wake: make(chan struct{}, 1), slots: make(chan struct{}, o.Concurrency),
		held: holding{jobs: map[Ref]*heldJob{}},
	}
}

// Register names the handler of one kind, before Start. Naming a kind twice is a mistake of the program and panics.
func (r *Runner) Register(name string, h Handler, o KindOptions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.kinds[name]; ok || r.started {
		panic(fmt.Sprintf("service: kind %q registered twice or after Start", name))
	}
	if o.MaxRetries == 0 {
		o.MaxRetries = 5
	}
	o.Timeout = orDefault(o.Timeout, time.Hour)
	r.kinds[name] = kind{handler: h, options: o}
}

// Wake makes the dispatcher look at once; call it after submitting. It never blocks.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Start begins to work and returns at once. Starting twice is no error; starting after Close is.
func (r *Runner) Start() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.New("service: runner was closed")
	}
	if r.started {
		return nil
	}
	r.started = true
	ctx, stop := context.WithCancel(context.Background())
	runs, abort := context.WithCancelCause(context.Background())
	keep, endKeep := context.WithCancel(context.Background())
	r.stop, r.abort, r.endKeep = stop, abort, endKeep

	r.loops.Go(func() { r.dispatchLoop(ctx) })
	r.loops.Go(func() { r.reapLoop(ctx) })
	if !r.options.DispatchOnly {
		r.keeper.Go(func() { r.keepLoop(keep) })
		r.loops.Go(func() { r.consume(ctx, runs) })
	}
	return nil
}

// Close stops taking jobs, lets those under way run on for Drain, gives back the rest, and waits for all of it. It may be
// called twice and before Start.
func (r *Runner) Close() error {
	r.mu.Lock()
	first := r.started && !r.closed
	r.closed = true
	r.mu.Unlock()
	if first {
		r.stop()
		drain := time.AfterFunc(r.options.Drain, func() { r.abort(errShutdown) })
		r.loops.Wait()
		drain.Stop()
		r.abort(errShutdown)
		r.endKeep()
		r.keeper.Wait()
		return nil
	}
	r.loops.Wait()
	r.keeper.Wait()
	return nil
}

// consume takes names until ctx ends. Its error is the queue's own and cannot be mended here; the dispatcher goes on.
func (r *Runner) consume(ctx, runs context.Context) {
	err := r.queue.Consume(ctx, r.options.Concurrency, func(ref Ref) { r.work(runs, ref) })
	if err != nil && ctx.Err() == nil {
		r.log.Error("queue gives no more jobs to this worker", "error", err)
	}
}

func (o RunnerOptions) withDefaults() RunnerOptions {
	if o.Concurrency <= 0 {
		o.Concurrency = 2
	}
	if o.Window <= 0 {
		o.Window = 256
	}
	o.Lease = orDefault(o.Lease, 15*time.Second)
	o.Beat = orDefault(o.Beat, o.Lease/3)
	o.CancelPoll = orDefault(o.CancelPoll, 500*time.Millisecond)
	o.ReapEvery = orDefault(o.ReapEvery, min(o.Lease/5, time.Second))
	o.Resend = orDefault(o.Resend, 10*time.Second)
	o.DispatchGap = orDefault(o.DispatchGap, 100*time.Millisecond)
	o.Drain = orDefault(o.Drain, 10*time.Second)
	o.BackoffBase = orDefault(o.BackoffBase, time.Second)
	o.BackoffMax = orDefault(o.BackoffMax, 5*time.Minute)
	o.StrangerPause = orDefault(o.StrangerPause, 5*time.Second)
	if o.Trace == nil {
		o.Trace = func(ctx context.Context, _ Job) (context.Context, func(error)) { return ctx, func(error) {} }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
