package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type progressInput struct {
	TaskPath
	Body api.TaskProgress
}

type exceptionInput struct {
	TaskPath
	Body api.TaskException
}

type outcomeOutput struct{ Body api.TaskOutcome }

type changeTaskInput struct {
	TaskPath
	Body api.TaskChange
}

type taskOutput struct{ Body api.Task }

// exceptionTable is what follows from each code, for the description.
const exceptionTable = "What follows from each code, at once and together:\n\n" +
	"| code | the task | and |\n|---|---|---|\n" +
	"| short_pick | fails; what depends on it is blocked until the next plan, which sources the rest anew | the stock of item_id at the warehouse is counted as units |\n" +
	"| damaged | fails, likewise | units of item_id leave the stock |\n" +
	"| blocked_aisle | is given out again after hold_sec | all open tasks of its zone are held as long |\n" +
	"| robot_failure | is open for any other robot | so are all open tasks of that robot |\n" +
	"| other | fails | |\n\n" +
	"Each is told as the event quartermaster.task.exception."

func (s *Server) registerLiveTasks(task string) {
	register(s, operation("report-task", http.MethodPost, task+"/progress", "Say how far a leased task is", "warehouse", service.ScopeTasksWork, 404, 409), s.reportTask)
	except := operation("except-task", http.MethodPost, task+"/exception", "Say what went wrong with a leased task", "warehouse", service.ScopeTasksWork, 404, 409)
	except.Description = exceptionTable
	register(s, except, s.exceptTask)
	change := operation("change-task", http.MethodPost, task+"/change", "Change a task's priority, place or needs", "warehouse", service.ScopeTasksWork, 404, 409)
	change.Description = "The next lease goes by it. A task that is leased keeps its lease."
	register(s, change, s.changeTask)
}

func (s *Server) reportTask(ctx context.Context, in *progressInput) (*receiptOutput, error) {
	untilUs, err := s.options.Tasks.ReportTask(ctx, s.tenant(ctx), taskRef(in.TaskPath, in.Body.LeaseProof), in.Body.Percent, leaseTime(in.Body.LeaseSec))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	end := s.timeOf(untilUs)
	return &receiptOutput{Body: api.TaskReceipt{PlanID: in.Body.PlanID, TaskID: in.Task, State: string(service.TaskLeased), LeaseExpiresAt: &end}}, nil
}

func (s *Server) exceptTask(ctx context.Context, in *exceptionInput) (*outcomeOutput, error) {
	q := in.Body
	e := service.TaskException{Code: service.ExceptionCode(q.Code), Note: q.Note, ItemID: q.ItemID, HoldSec: int64(q.HoldSec), AtUs: time.Now().UnixMicro()}
	if e.HoldSec == 0 {
		e.HoldSec = api.DefaultHoldSec
	}
	if q.Code == api.ExceptionShortPick || q.Code == api.ExceptionDamaged {
		if q.ItemID == "" || q.Units == nil {
			return nil, s.fail(ctx, fmt.Errorf("%w: %s needs item_id and units: what is left, or what is damaged", service.ErrInvalid, q.Code))
		}
		e.Units = *q.Units
	}
	got, err := s.options.Tasks.ExceptTask(ctx, s.tenant(ctx), taskRef(in.TaskPath, q.LeaseProof), e)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	s.tasks.ring()
	out := api.TaskOutcome{PlanID: q.PlanID, TaskID: in.Task, State: string(got.State), AlsoTasks: got.Also}
	if got.Stock != nil {
		out.OnHand = &got.Stock.OnHand
	}
	return &outcomeOutput{out}, nil
}

func (s *Server) changeTask(ctx context.Context, in *changeTaskInput) (*taskOutput, error) {
	q := in.Body
	ref := service.TaskRef{PlanID: q.PlanID, TaskID: in.Task, SiteID: in.Warehouse}
	t, err := s.options.Tasks.ChangeTask(ctx, s.tenant(ctx), ref, service.TaskChange{Priority: q.Priority, Station: q.Station, Zone: q.Zone, RobotType: q.RobotType, Skill: q.Skill})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	s.tasks.ring()
	return &taskOutput{s.taskRow(t)}, nil
}

// registerLeaseStream offers leases as a stream of events.
func (s *Server) registerLeaseStream(answer *huma.Response) {
	op := operation("follow-task-leases", http.MethodGet, "/v1/warehouses/{warehouse}/task-leases/events", "Be given warehouse tasks to work on as they come", "warehouse", service.ScopeTasksWork, 422)
	op.Description = "An event quartermaster.task.leased with the task for each lease, max of them at a time: the next comes when one was completed, " +
		"failed, given back or ran out. It leases as lease-tasks does; a task whose event did not arrive comes back at the end of its lease."
	op.Parameters = []*huma.Param{{Name: "warehouse", In: "path", Required: true, Description: "Site id", Schema: &huma.Schema{Type: "string"}}}
	for _, p := range [][2]string{{"kinds", "Kinds that the caller can do"}, {"workers", "Workers that the caller speaks for"}, {"stations", "Only tasks at these stations"},
		{"zones", "Only tasks in these zones"}, {"robot_types", "Types of the caller's robots"}, {"skills", "What the caller can do"}} {
		op.Parameters = append(op.Parameters, &huma.Param{Name: p[0], In: "query", Description: p[1] + ", with commas between", Schema: &huma.Schema{Type: "string"}})
	}
	for _, p := range [][2]string{{"max", "Most tasks to hold at a time, 1 to 1000; default 1"}, {"lease_sec", "Seconds of each lease, 5 to 3600; default 60"}} {
		op.Parameters = append(op.Parameters, &huma.Param{Name: p[0], In: "query", Description: p[1], Schema: &huma.Schema{Type: "integer"}})
	}
	s.raw(op, answer, s.workTasks)
}

// leaseQuery reads a stream's wishes.
func leaseQuery(r *http.Request) (q api.LeaseRequest, err error) {
	values := r.URL.Query()
	for name, list := range map[string]*[]string{"kinds": &q.Kinds, "workers": &q.Workers, "stations": &q.Stations, "zones": &q.Zones, "robot_types": &q.RobotTypes, "skills": &q.Skills} {
		if v := values.Get(name); v != "" {
			*list = strings.Split(v, ",")
		}
	}
	for _, n := range []struct {
		name                string
		into                *int
		low, high, standard int
	}{{"max", &q.Max, 1, 1000, 1}, {"lease_sec", &q.LeaseSec, 5, 3600, api.DefaultLeaseSec}} {
		v := values.Get(n.name)
		if *n.into = n.standard; v == "" {
			continue
		}
		if *n.into, err = strconv.Atoi(v); err != nil || *n.into < n.low || *n.into > n.high {
			return q, fmt.Errorf("%w: %s=%q is not a whole number from %d to %d", service.ErrInvalid, n.name, v, n.low, n.high)
		}
	}
	return q, nil
}

func (s *Server) workTasks(w http.ResponseWriter, r *http.Request) {
	q, err := leaseQuery(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	tenant, site, filter := s.tenant(r.Context()), r.PathValue("warehouse"), taskFilter(q)
	out := newStream(w)
	out.bell = s.tasks
	var mine []string // leases of the tasks that were given and have not ended
	s.follow(r, out, func(ctx context.Context) (bool, error) {
		var err error
		if mine, err = s.options.Tasks.HeldLeases(ctx, tenant, site, mine); err != nil || len(mine) >= q.Max {
			return false, err
		}
		filter.Max = q.Max - len(mine)
		got, err := s.options.Tasks.LeaseTasks(ctx, tenant, site, filter, leaseTime(q.LeaseSec))
		if err != nil {
			return false, err
		}
		for _, t := range got {
			mine = append(mine, t.LeaseID)
			if err := s.sendTask(out, t); err != nil {
				return false, err
			}
		}
		return false, nil
	})
}

func (s *Server) sendTask(out *stream, t service.FloorTask) error {
	words, err := s.taskWords(t)
	if err != nil {
		return err
	}
	data, err := json.Marshal(words)
	if err != nil {
		return err
	}
	id := t.LeaseID + "/" + t.ID
	return out.send(id, service.NewEvent(id, "task.leased", t.ID, time.Now().UnixMicro(), data))
}
