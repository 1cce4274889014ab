package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"quartermaster/internal/plan"
	"quartermaster/simulations"
)

// KindScenario is the job that answers "what if".
const KindScenario = "scenario"

// ScenarioRequest is what somebody who asks "what if" says: which plan, and what would be different.
type ScenarioRequest struct {
	Plan      PlanRequest            `json:"plan"`
	Scenarios []simulations.Scenario `json:"scenarios"`
}

// ScenarioAnswer is the body of a finished scenario job.
type ScenarioAnswer struct {
	OriginDay int                  `json:"origin_day"`
	Days      int                  `json:"days"`
	Seed      uint64               `json:"seed"`
	Results   []simulations.Result `json:"results"`
}

// Scenarios is the what-if use case. It reads facts as planning does and saves no plan.
type Scenarios struct {
	Planning *Planning
}

// Request queues scenarios, after a look at whether they fit the declared business; the error is then an
// *simulations.InvalidError marked ErrInvalid. The same key and request give the job that is there already, with created
// false.
func (c *Scenarios) Request(ctx context.Context, tenant string, r ScenarioRequest, idempotencyKey string, priority int) (job Job, created bool, err error) {
	if err := r.Plan.check(); err != nil {
		return Job{}, false, err
	}
	if err := simulations.CheckWords(r.Scenarios); err != nil {
		return Job{}, false, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	business, err := c.Planning.Facts.Business(ctx, tenant)
	if err != nil {
		return Job{}, false, err
	}
	if business.Revision > 0 { // without one the job says what is missing
		s, err := DecodeBusiness(business.Document)
		if err != nil {
			return Job{}, false, err
		}
		if err := simulations.Validate(&s, r.Scenarios); err != nil {
			return Job{}, false, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	input, err := json.Marshal(r)
	if err != nil {
		return Job{}, false, err
	}
	return c.Planning.Jobs.Submit(ctx, tenant, Submission{Kind: KindScenario, Input: input, Priority: priority, IdempotencyKey: idempotencyKey})
}

// Register names the handler to a runner.
func (c *Scenarios) Register(r *Runner) {
	r.Register(KindScenario, HandlerFunc(c.handle), KindOptions{})
}

func (c *Scenarios) handle(ctx context.Context, run *Run) (Outcome, error) {
	var r ScenarioRequest
	if err := json.Unmarshal(run.Input, &r); err != nil {
		return Outcome{}, fmt.Errorf("read the scenarios: %w", err)
	}
	p := c.Planning
	s, err := p.Snapshot(ctx, run.Job.Tenant, r.Plan, func(done float64, sentence string) { p.tell(run, 0.1*done, sentence) })
	if err != nil {
		return Outcome{}, err
	}
	results, err := simulations.Run(ctx, s, r.Scenarios, plan.Options{
		Seed: r.Plan.Seed, Workers: p.Workers, RoutingIterations: r.Plan.RoutingIterations,
		Progress: func(done float64, sentence string) { p.tell(run, 0.1+0.9*done, sentence) },
	}, p.Workers)
	if errors.As(err, new(*plan.InvalidError)) || errors.As(err, new(*simulations.InvalidError)) {
		return Outcome{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err != nil {
		return Outcome{}, err
	}
	body, err := json.Marshal(ScenarioAnswer{OriginDay: s.OriginDay, Days: s.Days, Seed: r.Plan.Seed, Results: results})
	if err != nil {
		return Outcome{}, fmt.Errorf("write the reports: %w", err)
	}
	return Outcome{Result: Result{Body: body, Sentence: fmt.Sprintf("%d scenarios compared with the base", len(results))}}, nil
}
