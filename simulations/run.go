package simulations

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"quartermaster/internal/plan"
)

// Result is what one scenario gives.
type Result struct {
	Name    string   `json:"name"`
	Changes []string `json:"changes"` // for people, in their order
	// BaseHash and Hash name the facts that the two plans were made from.
	BaseHash string `json:"base_snapshot_hash"`
	Hash     string `json:"snapshot_hash"`
	Report   Report `json:"report"`

	Base *plan.Plan `json:"-"` // the same for all results of one Run
	Plan *plan.Plan `json:"-"`
}

// Run plans the base once and each scenario once, all with the options' seed, and compares. Workers is how many plans are
// made at a time (0 = as many as there are processors); results come in the order of the scenarios and are the same for
// any number. A base without forecasts gets them first, once for all. Errors: *InvalidError for scenarios,
// *plan.InvalidError for the base or what a scenario makes of it, the context's.
func Run(ctx context.Context, base *plan.Snapshot, scenarios []Scenario, o plan.Options, workers int) ([]Result, error) {
	if err := Validate(base, scenarios); err != nil {
		return nil, err
	}
	if err := base.Validate(); err != nil {
		return nil, err
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	told := newTeller(o.Progress, len(scenarios)+1)
	o.Progress = nil
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	base, err := withForecasts(ctx, base, o)
	if err != nil {
		return nil, err
	}
	plans := make([]*plan.Plan, len(scenarios)+1)
	errs := make([]error, len(plans))
	next := make(chan int)
	var crew sync.WaitGroup
	for range min(workers, len(plans)) {
		crew.Go(func() {
			for i := range next {
				plans[i], errs[i] = planOne(ctx, base, scenarios, i, o, told.of(i, scenarios))
				if errs[i] != nil {
					cancel() // one that fails makes the others idle
				}
			}
		})
	}
	for i := range plans {
		next <- i
	}
	close(next)
	crew.Wait()
	if err := first(errs); err != nil {
		return nil, err
	}
	return results(scenarios, plans)
}

// first is the error that broke the run: of several, one that is no mere cancellation.
func first(errs []error) error {
	var broken error
	for _, err := range errs {
		if err != nil && (broken == nil || errors.Is(broken, context.Canceled) && !errors.Is(err, context.Canceled)) {
			broken = err
		}
	}
	return broken
}

// withForecasts gives the snapshot with its forecasts made.
func withForecasts(ctx context.Context, s *plan.Snapshot, o plan.Options) (*plan.Snapshot, error) {
	if len(s.Forecasts) > 0 {
		return s, nil
	}
	made, err := plan.ForecastItems(ctx, s.ForecastTasks(), s.Review.HorizonDays, plan.PooledWeek(s.Sales), o)
	if err != nil {
		return nil, fmt.Errorf("simulations: forecasts of the base: %w", err)
	}
	out := *s
	out.Forecasts = made
	return &out, nil
}

// planOne plans the base (0) or the scenario before i.
func planOne(ctx context.Context, base *plan.Snapshot, scenarios []Scenario, i int, o plan.Options, progress func(float64, string)) (*plan.Plan, error) {
	o.Progress = progress
	if i == 0 {
		return plan.Build(ctx, base, o)
	}
	s, err := Apply(ctx, base, scenarios[i-1], o.Workers)
	if err != nil {
		return nil, err
	}
	p, err := plan.Build(ctx, s, o)
	if err != nil {
		return nil, fmt.Errorf("simulations: scenario %q: %w", scenarios[i-1].Name, err)
	}
	return p, nil
}

func results(scenarios []Scenario, plans []*plan.Plan) ([]Result, error) {
	out := make([]Result, len(scenarios))
	for i, s := range scenarios {
		r := Compare(plans[0], plans[i+1])
		if err := Check(plans[0], plans[i+1], r); err != nil {
			return nil, fmt.Errorf("simulations: scenario %q: the report does not hold: %w", s.Name, err)
		}
		out[i] = Result{
			Name: s.Name, Changes: s.Sentences(), BaseHash: plans[0].SnapshotHash, Hash: plans[i+1].SnapshotHash,
			Report: r, Base: plans[0], Plan: plans[i+1],
		}
	}
	return out, nil
}

// teller joins the progress of plans that are made side by side into one.
type teller struct {
	mu   sync.Mutex
	to   func(done float64, sentence string)
	done []float64
}

func newTeller(to func(float64, string), plans int) *teller {
	return &teller{to: to, done: make([]float64, plans)}
}

// of gives the reporter of one plan.
func (t *teller) of(i int, scenarios []Scenario) func(done float64, sentence string) {
	if t.to == nil {
		return nil
	}
	name := "base"
	if i > 0 {
		name = scenarios[i-1].Name
	}
	return func(done float64, sentence string) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.done[i] = max(t.done[i], done)
		sum := 0.0
		for _, x := range t.done {
			sum += x
		}
		t.to(sum/float64(len(t.done)), name+": "+sentence)
	}
}
