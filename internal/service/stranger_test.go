package service_test

import (
	"context"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// A job of a kind that this program does not know is left to one that does, costing neither a retry nor a crash; where
// nobody knows it for a day, it fails.
func TestStrangers(t *testing.T) {
	eachPair(t, func(t *testing.T, p pair) {
		o := quick()
		o.StrangerPause = 20 * time.Millisecond
		start(t, p, o, map[string]service.HandlerFunc{"known": func(context.Context, *service.Run) (service.Outcome, error) {
			return service.Outcome{}, nil
		}})
		job := submit(t, p, "of tomorrow")
		await(t, p, job.Ref, "put back twice", func(j service.Job) bool { return j.Attempt >= 2 })
		got, err := p.Job(t.Context(), job.Ref)
		if err != nil || got.State.Ended() || got.Retries != 0 || got.Crashes != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		awaitEnd(t, p, submit(t, p, "known").Ref, service.StateDone) // it holds nobody up

		newer := service.NewRunner(p.Store, p.queue, o)
		newer.Register("of tomorrow", service.HandlerFunc(func(context.Context, *service.Run) (service.Outcome, error) {
			return service.Outcome{Result: service.Result{Sentence: "known now"}}, nil
		}), service.KindOptions{})
		if err := newer.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { newer.Close() })
		awaitEnd(t, p, job.Ref, service.StateDone)
	})
}
