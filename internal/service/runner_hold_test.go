package service_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// askedQueue counts how often the dispatcher asked what lies in the queue, and the most it was told.
type askedQueue struct {
	service.Queue
	asked, most atomic.Int64
}

func (q *askedQueue) Waiting(ctx context.Context) (int, error) {
	n, err := q.Queue.Waiting(ctx)
	q.asked.Add(1)
	q.most.Store(max(q.most.Load(), int64(n))) // one dispatcher asks
	return n, err
}

// While every worker is busy with a long job, names that nobody takes are sent again, but the queue does not grow by it.
func TestBusyWorkersDoNotFillTheQueue(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		const window, jobs = 5, 20
		asked := &askedQueue{Queue: p.queue}
		p.queue = asked
		o := quick()
		o.Concurrency, o.Window, o.Resend = 1, window, time.Millisecond
		begun, release := make(chan struct{}, jobs), make(chan struct{})
		start(t, p, o, map[string]service.HandlerFunc{"long": func(ctx context.Context, _ *service.Run) (service.Outcome, error) {
			begun <- struct{}{}
			select {
			case <-release:
			case <-ctx.Done():
			}
			return service.Outcome{}, ctx.Err()
		}})
		var all []service.Job
		for range jobs {
			all = append(all, submit(t, p, "long"))
		}
		<-begun
		before := asked.asked.Load()
		await(t, p, all[0].Ref, "looked past a hundred times", func(service.Job) bool { return asked.asked.Load() > before+100 })
		if most := asked.most.Load(); most == 0 || most >= 2*window {
			t.Errorf("%d names lay in a queue with a window of %d", most, window)
		}
		close(release)
		for _, job := range all {
			awaitEnd(t, p, job.Ref, service.StateDone)
		}
	})
}

// A process that lost a job and got it anew works on it once: the earlier run is told to stop, though nobody asks about
// its lease any more.
func TestClaimedAnewHere(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		o := quick()
		o.Lease, o.Beat, o.CancelPoll = 50*time.Millisecond, time.Hour, time.Hour // the keeper is asleep, as in a stalled process
		var runs atomic.Int32
		stopped := make(chan error, 1)
		start(t, p, o, map[string]service.HandlerFunc{"work": func(ctx context.Context, _ *service.Run) (service.Outcome, error) {
			if runs.Add(1) > 1 {
				return service.Outcome{}, nil
			}
			<-ctx.Done()
			stopped <- context.Cause(ctx)
			return service.Outcome{}, ctx.Err()
		}})
		job := submit(t, p, "work")
		awaitEnd(t, p, job.Ref, service.StateDone)
		select {
		case cause := <-stopped:
			if !errors.Is(cause, service.ErrTokenLost) {
				t.Errorf("the first run ended for %v", cause)
			}
		case <-time.After(20 * time.Second):
			t.Error("the first run was never told to stop")
		}
	})
}

// mute is a store that does not answer for leases until it is asked no more.
type mute struct{ service.WorkStore }

func (mute) Heartbeat(ctx context.Context, _ []service.Beat, _ time.Duration) ([]service.Pulse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (mute) Poll(ctx context.Context, _ []service.Beat) ([]service.Pulse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A worker that cannot reach the store for a whole lease stops: another may have its job.
func TestSilentStoreStopsTheRun(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	o := quick()
	o.Lease, o.ReapEvery = 100*time.Millisecond, time.Hour
	stopped := make(chan error, 1)
	r := service.NewRunner(mute{p}, p.queue, o)
	r.Register("work", service.HandlerFunc(func(ctx context.Context, _ *service.Run) (service.Outcome, error) {
		<-ctx.Done()
		stopped <- context.Cause(ctx)
		return service.Outcome{Result: service.Result{Body: []byte("late")}}, nil
	}), service.KindOptions{})
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	job := submit(t, p, "work")
	if cause := <-stopped; !errors.Is(cause, service.ErrTokenLost) {
		t.Errorf("the run ended for %v", cause)
	}
	if got, err := p.Job(t.Context(), job.Ref); err != nil || got.State.Ended() {
		t.Errorf("a run without a lease ended the job: %+v, %v", got, err)
	}
}
