package app

import (
	"context"
	"errors"
	"testing"

	"quartermaster/internal/history"
	"quartermaster/internal/intake"
	"quartermaster/internal/service"
)

// A plan that was broken off under a key is made when it is asked for again under the same key, and given from then on;
// what is told meanwhile only rises, to 1.
func TestBrokenOffPlanIsMadeAfterAll(t *testing.T) {
	t.Parallel()
	a, planning := started(t, settings(t))
	if _, err := a.Import(t.Context(), Shop{Orders: []intake.Source{{Name: "b.csv", Data: book(3)}}}, planning.Roads); err != nil {
		t.Fatal(err)
	}
	request := service.PlanRequest{OriginDay: 15306, Days: 1, Seed: 1}
	breakOff(t, a, planning, request, "key")
	last := 0.0
	first, err := a.Plan(t.Context(), planning, request, "key", func(done float64, sentence string) {
		if done < last {
			t.Errorf("told %v after %v: %q", done, last, sentence)
		}
		last = done
	})
	if err != nil || !first.Fresh || first.Summary.Totals.Orders == 0 || last != 1 {
		t.Fatalf("after a plan that was broken off: %+v, told up to %v, %v", first, last, err)
	}
	again, err := a.Plan(t.Context(), planning, request, "key", nil)
	if err != nil || again.Fresh || again.Job.ID != first.Job.ID {
		t.Errorf("asked once more: %+v, %v", again.Job, err)
	}
}

// breakOff asks for a plan and cancels it in the middle: its first step waits until the store knows.
func breakOff(t *testing.T, a *App, planning *service.Planning, r service.PlanRequest, key string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	planned, err := a.Plan(ctx, planning, r, key, func(float64, string) {
		cancel()
		for asked := false; !asked; {
			jobs, err := a.Store.Jobs(t.Context(), Tenant, service.JobFilter{Kind: service.KindPlan})
			if err != nil || len(jobs) != 1 {
				t.Error(jobs, err)
				return
			}
			asked = jobs[0].CancelRequested || jobs[0].State.Ended()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Plan = %+v, %v", planned, err)
	}
}

// Planning begins on the declared day where the books have something before and after it, else behind their end.
func TestStartDay(t *testing.T) {
	t.Parallel()
	declared, err := Shop{}.ReadBusiness()
	if err != nil {
		t.Fatal(err)
	}
	day := declared.StartDay()
	for _, c := range []struct{ first, last, want int }{
		{day - 700, day + 10, day},
		{day - 700, day - 1, day},
		{day - 700, day - 400, day - 399},
		{day + 1000, day + 1100, day + 1101},
		{day, day + 10, day + 11}, // nothing is known before the declared day
	} {
		if got := StartDay(declared, &history.Books{FirstDay: c.first, LastDay: c.last}); got != c.want {
			t.Errorf("books of %d…%d: day %d, want %d", c.first, c.last, got, c.want)
		}
	}
}
