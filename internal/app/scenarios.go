package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/service"
)

// errNotSimulated says that the job of scenarios ended without reports.
var errNotSimulated = errors.New("the scenarios were not planned")

// Simulated is what scenarios gave, with the job that made it.
type Simulated struct {
	Job    service.Job
	Answer service.ScenarioAnswer
}

// Simulate asks what would be if and waits for the answer, telling what this process does for it. The App must be started
// in a role that works on jobs. When ctx ends first, the job is cancelled.
func (a *App) Simulate(ctx context.Context, planning *service.Planning, r service.ScenarioRequest, progress func(done float64, sentence string)) (Simulated, error) {
	planning.Watch(progress)
	defer planning.Watch(nil)
	scenarios := &service.Scenarios{Planning: planning}
	job, _, err := scenarios.Request(ctx, Tenant, r, "", service.DefaultPriority)
	if err != nil {
		return Simulated{}, err
	}
	a.Runner.Wake()
	for !job.State.Ended() {
		select {
		case <-ctx.Done():
			after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_, cancelErr := a.Store.Cancel(after, job.Ref)
			return Simulated{}, errors.Join(ctx.Err(), cancelErr)
		case <-time.After(50 * time.Millisecond):
		}
		if job, err = a.Store.Job(ctx, job.Ref); err != nil {
			return Simulated{}, err
		}
	}
	if job.State != service.StateDone {
		return Simulated{}, fmt.Errorf("%w: job %s is %s: %s", errNotSimulated, job.ID, job.State, job.Error)
	}
	body, err := a.Store.JobResult(ctx, job.Ref)
	if err != nil {
		return Simulated{}, err
	}
	out := Simulated{Job: job}
	if err := json.Unmarshal(body, &out.Answer); err != nil {
		return Simulated{}, fmt.Errorf("read the reports of job %s: %w", job.ID, err)
	}
	return out, nil
}
