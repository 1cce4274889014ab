package service

import "context"

// Handler does one kind of work. It may run at any time, more than once, and on several machines; only what it returns
// takes effect, once.
type Handler interface {
	// Handle works on run until done or until ctx ends (cancelled, lease lost, time out, shutdown). It polls ctx at least
	// every 50 ms. An error marked Transient is tried again later, any other fails the job.
	Handle(ctx context.Context, run *Run) (Outcome, error)
}

// HandlerFunc makes a function a Handler.
type HandlerFunc func(ctx context.Context, run *Run) (Outcome, error)

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, run *Run) (Outcome, error) { return f(ctx, run) }

// Outcome is what a handler leaves: a Result, or children to wait for (then the Result is not looked at).
type Outcome struct {
	Result Result
	// Spawn, when not nil, makes the job wait for these children and run again, Gathering, when they have ended.
	Spawn        []Submission
	OnChildError ChildErrorRule // "" = ChildErrorFails
}

// Run is one run of one job.
type Run struct {
	Job   Job // as it was claimed; Job.Attempt is the fencing token
	Input []byte

	store WorkStore
	beat  *heldJob
}

// Gathering reports whether this run is to gather the children of an earlier one.
func (r *Run) Gathering() bool { return r.Job.Gathering }

// Progress says how far the work is, 0…1, in a sentence. It costs next to nothing, may be called from any goroutine, and
// is stored at the runner's own pace. What lies outside 0…1 is brought to the nearer end.
func (r *Run) Progress(done float64, sentence string) {
	if r.beat != nil {
		r.beat.progress(done, sentence)
	}
}

// Children reads how the children ended, in the order they were spawned in.
func (r *Run) Children(ctx context.Context) ([]Child, error) { return r.store.Children(ctx, r.Job) }
