package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/warehouse"
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

type listTasksInput struct {
	Warehouse string `path:"warehouse" maxLength:"64" doc:"Site id"`
	Plan      string `query:"plan" maxLength:"64" doc:"Plan id; default: the newest plan that is no draft"`
	Status    string `query:"status" enum:"open,leased,done,failed,blocked"`
	Cursor    string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit     int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type tasksOutput struct{ Body api.TaskList }

type receiptOutput struct{ Body api.TaskReceipt }

func (s *Server) registerTasks() {
	lease := operation("lease-tasks", http.MethodPost, "/v1/warehouses/{warehouse}/task-leases", "Take warehouse tasks to work on", "warehouse", service.ScopeTasksWork)
	lease.Description = "Tasks of the newest plan whose predecessors are done, the greatest priority first, then the earliest start. With wait_sec the request " +
		"waits for work when there is none. A task that is not completed, extended or failed within its lease goes to others."
	huma.Register(s.api, lease, s.leaseTasks)
	list := operation("list-tasks", http.MethodGet, "/v1/warehouses/{warehouse}/tasks", "List warehouse tasks, earliest start first", "warehouse", service.ScopeTasksRead, 404)
	list.Description = "Tasks of the newest plan, or of the one named. A task that depends, however far back, on a failed one is " +
		"blocked: it is not given out any more, and a new plan gives its work out again."
	register(s, list, s.listTasks)

	const task = "/v1/warehouses/{warehouse}/tasks/{task}"
	register(s, operation("complete-task", http.MethodPost, task+"/complete", "Say that a leased task is done", "warehouse", service.ScopeTasksWork, 404, 409),
		func(ctx context.Context, in *proofInput) (*receiptOutput, error) {
			err := s.options.Tasks.CompleteTask(ctx, s.tenant(ctx), taskRef(in.TaskPath, in.Body))
			return s.receipt(ctx, in.TaskPath, in.Body, service.TaskDone, err)
		})
	fail := operation("fail-task", http.MethodPost, task+"/fail", "Say that a leased task cannot be done", "warehouse", service.ScopeTasksWork, 404, 409)
	fail.Description = "Tasks that depend on it are blocked until a new plan; list-tasks with status=blocked shows them."
	register(s, fail,
		func(ctx context.Context, in *failInput) (*receiptOutput, error) {
			err := s.options.Tasks.FailTask(ctx, s.tenant(ctx), taskRef(in.TaskPath, in.Body.LeaseProof), in.Body.Reason)
			return s.receipt(ctx, in.TaskPath, in.Body.LeaseProof, service.TaskFailed, err)
		})
	register(s, operation("return-task", http.MethodPost, task+"/return", "Give a leased task back undone", "warehouse", service.ScopeTasksWork, 404, 409),
		func(ctx context.Context, in *proofInput) (*receiptOutput, error) {
			err := s.options.Tasks.ReturnTask(ctx, s.tenant(ctx), taskRef(in.TaskPath, in.Body))
			return s.receipt(ctx, in.TaskPath, in.Body, service.TaskOpen, err)
		})
	register(s, operation("extend-task", http.MethodPost, task+"/extend", "Keep a leased task longer", "warehouse", service.ScopeTasksWork, 404, 409), s.extendTask)
	s.registerLiveTasks(task)
}

func taskRef(path TaskPath, proof api.LeaseProof) service.TaskRef {
	return service.TaskRef{PlanID: proof.PlanID, TaskID: path.Task, LeaseID: proof.LeaseID, SiteID: path.Warehouse}
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
	untilUs, err := s.options.Tasks.ExtendTask(ctx, s.tenant(ctx), taskRef(in.TaskPath, in.Body.LeaseProof), ttl)
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
	filter := taskFilter(want)
	var got []service.FloorTask
	err := s.until(ctx, time.Duration(want.WaitSec)*time.Second, pollEvery, s.tasks, func(ctx context.Context) (bool, error) {
		var err error
		got, err = s.options.Tasks.LeaseTasks(ctx, s.tenant(ctx), in.Warehouse, filter, leaseTime(want.LeaseSec))
		return len(got) > 0, err
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &leaseOutput{Body: api.LeaseResponse{Tasks: make([]api.LeasedTask, len(got))}}
	for i, t := range got {
		if out.Body.Tasks[i], err = s.taskWords(t); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	return out, nil
}

func taskFilter(q api.LeaseRequest) service.TaskFilter {
	return service.TaskFilter{Kinds: q.Kinds, Workers: q.Workers, Stations: q.Stations, Zones: q.Zones, RobotTypes: q.RobotTypes, Skills: q.Skills, Max: max(q.Max, 1)}
}

func leaseTime(sec int) time.Duration {
	if sec == 0 {
		sec = api.DefaultLeaseSec
	}
	return time.Duration(sec) * time.Second
}

func (s *Server) taskWords(t service.FloorTask) (api.LeasedTask, error) {
	var planned warehouse.Task
	if err := json.Unmarshal(t.Payload, &planned); err != nil {
		return api.LeasedTask{}, fmt.Errorf("read task %s of plan %s: %w", t.ID, t.PlanID, err)
	}
	return api.LeasedTask{
		PlanID: t.PlanID, TaskID: t.ID, Kind: t.Kind, Worker: t.Worker,
		StartAt: s.localTime(t.StartSec), EndAt: s.localTime(t.EndSec), DependsOn: t.DependsOn,
		LeaseID: t.LeaseID, LeaseExpiresAt: s.timeOf(t.LeaseUntilUs), Fence: t.Fence, Work: workWords(planned),
		TaskPlace: placeWords(t), AvoidWorker: t.Avoid,
	}, nil
}

func placeWords(t service.FloorTask) api.TaskPlace {
	return api.TaskPlace{Priority: t.Priority, Station: t.Station, Zone: t.Zone, RobotType: t.RobotType, Skill: t.Skill}
}

func workWords(t warehouse.Task) api.TaskWork {
	w := api.TaskWork{
		Wave: t.Wave, Batch: t.Batch, OrderIDs: t.OrderIDs, PathCells: t.Path, Chute: t.Chute, DistanceCm: t.DistanceCm,
	}
	for _, x := range t.Stops {
		w.Stops = append(w.Stops, api.Grasp{Aisle: x.Slot.Aisle, Position: x.Slot.Pos, OrderID: x.OrderID, ItemID: x.ItemID, Qty: x.Qty})
	}
	return w
}

func (s *Server) listTasks(ctx context.Context, in *listTasksInput) (*tasksOutput, error) {
	q := service.TaskQuery{PlanID: in.Plan, SiteID: in.Warehouse, After: in.Cursor, Limit: in.Limit + 1}
	if in.Status == statusBlocked {
		q.Blocked = true
	} else {
		q.State = service.TaskState(in.Status)
	}
	tasks, err := s.options.Tasks.TaskPage(ctx, s.tenant(ctx), q)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	tasks, more := page(tasks, in.Limit)
	out := &tasksOutput{Body: api.TaskList{Items: make([]api.Task, len(tasks))}}
	for i, t := range tasks {
		out.Body.Items[i] = s.taskRow(t)
	}
	if more {
		out.Body.NextCursor = tasks[len(tasks)-1].ID
	}
	return out, nil
}

// taskRow is a task without its work.
func (s *Server) taskRow(t service.FloorTask) api.Task {
	row := api.Task{
		PlanID: t.PlanID, TaskID: t.ID, Kind: t.Kind, Worker: t.Worker, StartAt: s.localTime(t.StartSec), EndAt: s.localTime(t.EndSec),
		DependsOn: t.DependsOn, Status: string(t.State), Reason: t.Reason, TaskPlace: placeWords(t), Progress: t.Progress, Exception: string(t.Exception),
	}
	if t.Blocked {
		row.Status, row.Reason = statusBlocked, "a task that it depends on has failed"
	}
	return row
}

// statusBlocked is an open task that cannot be given out any more.
const statusBlocked = "blocked"
