package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"time"

	"quartermaster/internal/service"
	"quartermaster/internal/store"
)

// WorkerVerb is the hidden verb under which the program works for a crash run until it is killed.
const WorkerVerb = "crashworker"

// sleepKind is a job that sleeps for as many milliseconds as its input says, and leaves one effect.
const sleepKind = "bench-sleep"

// The worker's timing: a short lease, so that 50 crashes are over within a test's patience.
const (
	crashLease  = 2 * time.Second
	crashResend = 3 * time.Second
	crashSlots  = 4
)

// workerOrders is what a worker is told on its standard input; that input's end is the end of its parent.
type workerOrders struct {
	Store, Redis string
	Serve        *serveOrders // nil = work on jobs, else answer requests
	Forecasts    int          // 0 = sleep jobs, else forecast runs, so many chunks at a time
}

func (o workerOrders) slots() int {
	if o.Forecasts > 0 {
		return o.Forecasts
	}
	return crashSlots
}

// Worker is the process that is killed: it works on sleep jobs, or forecasts, until its input ends. It says "ready" when it works.
func Worker(ctx context.Context, in io.Reader, out io.Writer) error {
	var orders workerOrders
	dec := json.NewDecoder(in)
	if err := dec.Decode(&orders); err != nil {
		return fmt.Errorf("%s: read the orders: %w", WorkerVerb, err)
	}
	if orders.Serve != nil {
		return orders.Serve.serve(ctx, in, out)
	}
	at := place{store: orders.Store, redis: orders.Redis}
	s, err := store.Open(ctx, at.store)
	if err != nil {
		return err
	}
	defer s.Close()
	q, err := at.openQueue()
	if err != nil {
		return err
	}
	defer q.Close()
	r := service.NewRunner(s, q, service.RunnerOptions{
		Concurrency: orders.slots(), Lease: crashLease, Resend: crashResend, Window: 64,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), // that jobs are taken again is what the runs are for
	})
	if orders.Forecasts > 0 {
		(&service.Planning{Jobs: s, Facts: s, Workers: 1}).Register(r)
	} else {
		r.Register(sleepKind, service.HandlerFunc(sleep), service.KindOptions{})
	}
	if err := r.Start(); err != nil {
		return err
	}
	defer r.Close()
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// sleep takes its time and leaves one message for the world outside: the effect, which only the store's transaction that
// ends the job can make.
func sleep(ctx context.Context, run *service.Run) (service.Outcome, error) {
	ms, err := strconv.Atoi(string(run.Input))
	if err != nil {
		return service.Outcome{}, fmt.Errorf("the input of a sleep job: %w", err)
	}
	select {
	case <-ctx.Done():
		return service.Outcome{}, ctx.Err()
	case <-time.After(time.Duration(ms) * time.Millisecond):
	}
	body := []byte(strconv.Itoa(os.Getpid()))
	return service.Outcome{Result: service.Result{Messages: []service.Message{{Topic: sleepKind, Body: body}}}}, nil
}
