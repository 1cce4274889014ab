package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type leaseInput struct {
	Warehouse string `path:"warehouse" maxLength:"64" doc:"Site id"`
	Body      *api.LeaseRequest
}

type leaseOutput struct{ Body api.LeaseResponse }

// TaskPath names a task in a path; it is exported because huma skips embedded structs that are not.
type TaskPath struct {
	Warehouse string `path:"warehouse" maxLength:"64" doc:"Site id"`
	Task      string `path:"task" maxLength:"128" doc:"Task id"`
}

type proofInput struct {
	TaskPath
	Body api.LeaseProof
}

type extendInput struct {
	TaskPath
	Body api.LeaseExtension
}

type failInput struct {
	TaskPath
	Body api.TaskFailure
}

type receiptOutput struct{ Body api.TaskReceipt }

func (s *Server) registerTasks() {
	lease := operation("lease-tasks", http.MethodPost, "/v1/warehouses/{warehouse}/task-leases", "Take warehouse tasks to work on", "warehouse")
	lease.Description = "Tasks of the newest plan whose predecessors are done, earliest start first. With wait_sec the request " +
		"waits for work when there is none. A task that is not completed, extended or failed within its lease goes to others."
	huma.Register(s.api, lease, s.leaseTasks)

	const task = "/v1/warehouses/{warehouse}/tasks/{task}"
	huma.Register(s.api, operation("complete-task", http.MethodPost, task+"/complete", "Say that a leased task is done", "warehouse", 404, 409),
		func(ctx context.Context, in *proofInput) (*receiptOutput, error) {
			err := s.options.Tasks.CompleteTask(ctx, s.options.Tenant, taskRef(in.TaskPath, in.Body))
			return s.receipt(ctx, in.TaskPath, in.Body, service.TaskDone, err)
		})
	huma.Register(s.api, operation("fail-task", http.MethodPost, task+"/fail", "Say that a leased task cannot be done", "warehouse", 404, 409),
		func(ctx context.Context, in *failInput) (*receiptOutput, error) {
			err := s.options.Tasks.FailTask(ctx, s.options.Tenant, taskRef(in.TaskPath, in.Body.LeaseProof), in.Body.Reason)
			return s.receipt(ctx, in.TaskPath, in.Body.LeaseProof, service.TaskFailed, err)
		})
	huma.Register(s.api, operation("return-task", http.MethodPost, task+"/return", "Give a leased task back undone", "warehouse", 404, 409),
		func(ctx context.Context, in *proofInput) (*receiptOutput, error) {
			err := s.options.Tasks.ReturnTask(ctx, s.options.Tenant, taskRef(in.TaskPath, in.Body))
			return s.receipt(ctx, in.TaskPath, in.Body, service.TaskOpen, err)
		})
	huma.Register(s.api, operation("extend-task", http.MethodPost, task+"/extend", "Keep a leased task longer", "warehouse", 404, 409), s.extendTask)
}

func taskRef(path TaskPath, proof api.LeaseProof) service.TaskRef {
	return service.TaskRef{PlanID: proof.PlanID, TaskID: path.Task, LeaseID: proof.LeaseID}
}

// receipt answers after a task has changed; others may have become free by it.
func (s *Server) receipt(ctx context.Context, path TaskPath, proof api.LeaseProof, state service.TaskState, err error) (*receiptOutput, error) {
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	s.tasks.ring()
	return &receiptOutput{Body: api.TaskReceipt{PlanID: proof.PlanID, TaskID: path.Task, State: string(state)}}, nil
}

func (s *Server) extendTask(ctx context.Context, in *extendInput) (*receiptOutput, error) {
	ttl := leaseTime(in.Body.LeaseSec)
	untilUs, err := s.options.Tasks.ExtendTask(ctx, s.options.Tenant, taskRef(in.TaskPath, in.Body.LeaseProof), ttl)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	end := s.timeOf(untilUs)
	return &receiptOutput{Body: api.TaskReceipt{
		PlanID: in.Body.PlanID, TaskID: in.Task, State: string(service.TaskLeased), LeaseExpiresAt: &end,
	}}, nil
}

func (s *Server) leaseTasks(ctx context.Context, in *leaseInput) (*leaseOutput, error) {
	want := api.LeaseRequest{}
	if in.Body != nil {
		want = *in.Body
	}
	filter := service.TaskFilter{Kinds: want.Kinds, Workers: want.Workers, Max: max(want.Max, 1)}
	var got []service.FloorTask
	err := s.until(ctx, time.Duration(want.WaitSec)*time.Second, pollEvery, s.tasks, func() (bool, error) {
		var err error
		got, err = s.options.Tasks.LeaseTasks(ctx, s.options.Tenant, in.Warehouse, filter, leaseTime(want.LeaseSec))
		return len(got) > 0, err
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &leaseOutput{Body: api.LeaseResponse{Tasks: make([]api.LeasedTask, len(got))}}
	for i, t := range got {
		out.Body.Tasks[i] = s.taskWords(t)
	}
	return out, nil
}

func leaseTime(sec int) time.Duration {
	if sec == 0 {
		sec = api.DefaultLeaseSec
	}
	return time.Duration(sec) * time.Second
}

func (s *Server) taskWords(t service.FloorTask) api.LeasedTask {
	return api.LeasedTask{
		PlanID: t.PlanID, TaskID: t.ID, Kind: t.Kind, Worker: t.Worker,
		StartAt: s.localTime(t.StartSec), EndAt: s.localTime(t.EndSec), DependsOn: t.DependsOn,
		LeaseID: t.LeaseID, LeaseExpiresAt: s.timeOf(t.LeaseUntilUs), Fence: t.Fence, Task: t.Payload,
	}
}
