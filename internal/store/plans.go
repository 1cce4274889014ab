package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"quartermaster/internal/service"
)

// SavePlan stores a plan that no job made.
func (s *Store) SavePlan(ctx context.Context, tenant string, p service.PlanRecord) (id string, err error) {
	err = s.save(ctx, tenant, "storing a plan", checkPlan(p), func(t *tx) error {
		id, err = writePlan(ctx, t, tenant, p)
		return err
	})
	return id, err
}

// planColumns are a plan's columns but tenant and document, in the order scanPlan reads them.
const planColumns = `id, job_id, draft, origin_day, days, seed, snapshot_hash, summary, created_at`

func scanPlan(scan func(...any) error) (p service.PlanRecord, err error) {
	var seed int64
	err = scan(&p.ID, &p.JobID, &p.Draft, &p.OriginDay, &p.Days, &seed, &p.SnapshotHash, &p.Summary, &p.CreatedUs)
	p.Seed = uint64(seed)
	return p, err
}

func writePlan(ctx context.Context, t *tx, tenant string, p service.PlanRecord) (string, error) {
	if p.ID == "" {
		p.ID = newID()
	}
	apart, err := setAside(ctx, t, tenant, p.Document)
	if err != nil {
		return "", err
	}
	document := []byte{}
	if apart == "" {
		if document, err = compress(p.Document); err != nil {
			return "", err
		}
	}
	_, err = t.exec(ctx, `insert into plans (tenant, id, job_id, draft, origin_day, days, seed, snapshot_hash, summary, document, artefact, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, {now})`,
		tenant, p.ID, p.JobID, p.Draft, p.OriginDay, p.Days, int64(p.Seed), p.SnapshotHash, bytesOf(p.Summary), document, apart)
	if err != nil {
		return "", err
	}
	rows := make([][]any, len(p.Promises))
	for i, promise := range p.Promises {
		rows[i] = []any{tenant, p.ID, promise.OrderID, bytesOf(promise.Document)}
	}
	if _, err := bulkInsert(ctx, t, "promises", "tenant, plan_id, order_id, document", "", rows); err != nil {
		return "", err
	}
	if err := allocate(ctx, t, tenant, p); err != nil {
		return "", err
	}
	return p.ID, writeTasks(ctx, t, tenant, p.ID, p.Tasks)
}

func writeTasks(ctx context.Context, t *tx, tenant, planID string, tasks []service.FloorTask) error {
	rows := make([][]any, len(tasks))
	var needs [][]any
	for i, task := range tasks {
		depends, err := json.Marshal(append([]string{}, task.DependsOn...))
		if err != nil {
			return err
		}
		rows[i] = []any{tenant, planID, task.ID, task.SiteID, task.Kind, task.Worker, task.StartSec, task.EndSec,
			string(service.TaskOpen), len(task.DependsOn), depends, bytesOf(task.Payload),
			task.Priority, task.Station, task.Zone, task.RobotType, task.Skill}
		for _, id := range task.DependsOn {
			needs = append(needs, []any{tenant, planID, id, task.ID})
		}
	}
	if _, err := bulkInsert(ctx, t, "tasks", "tenant, plan_id, id, site_id, kind, worker, start_sec, end_sec, state, blockers, depends, payload, priority, station, zone, robot_type, skill", "", rows); err != nil {
		return err
	}
	if _, err := bulkInsert(ctx, t, "task_needs", "tenant, plan_id, needs_id, task_id", "", needs); err != nil {
		return err
	}
	if t.dialect.name != "postgresql" || len(tasks) < manyTasks {
		return nil
	}
	_, err := t.exec(ctx, `select analyse_tasks()`)
	return err
}

// manyTasks at once mislead PostgreSQL's planner until its statistics know of them: looking for a task to hand out then reads
// the whole plan. The service's role owns no table; the function runs as their owner.
const manyTasks = 500

// checkPlan refuses doubles, and dependencies that nobody could ever fulfil.
func checkPlan(p service.PlanRecord) error {
	orders := noDouble{}
	for i, promise := range p.Promises {
		if err := orders.add("the promise for order", i, promise.OrderID); err != nil {
			return err
		}
	}
	tasks := noDouble{}
	for i, task := range p.Tasks {
		if err := checkID("task id", task.ID); err != nil {
			return fmt.Errorf("tasks row %d: %w", i+1, err)
		}
		if err := tasks.add("task", i, task.ID); err != nil {
			return err
		}
		if task.EndSec < task.StartSec {
			return invalid("tasks row %d, task %s: ends at second %d, before its start at %d", i+1, task.ID, task.EndSec, task.StartSec)
		}
	}
	for i, task := range p.Tasks {
		needs := noDouble{}
		for k, id := range task.DependsOn {
			if _, ok := tasks[fmt.Sprint([]string{id})]; !ok || id == task.ID {
				return invalid("tasks row %d, task %s: depends on %s, which is no other task of this plan", i+1, task.ID, id)
			}
			if err := needs.add("dependency", k, id); err != nil {
				return fmt.Errorf("task %s: %w", task.ID, err)
			}
		}
	}
	return nil
}

// Plans lists plans, newest first, without their documents.
func (s *Store) Plans(ctx context.Context, tenant, before string, limit int) ([]service.PlanRecord, error) {
	var out []service.PlanRecord
	err := s.queryRead(ctx, "listing plans", `select `+planColumns+` from plans where tenant = $1 and ($2 = '' or id < $2) order by id desc limit $3`,
		[]any{tenant, before, pageSize(limit)}, func(scan func(...any) error) error {
			p, err := scanPlan(scan)
			out = append(out, p)
			return err
		})
	return out, err
}

// planID is the condition that chooses one plan: the one named by $2, or the newest that is no draft.
const planID = ` = (select case when $2 <> '' then $2 else (select max(id) from plans where tenant = $1 and not draft) end)`

// Plan reads one plan without its document.
func (s *Store) Plan(ctx context.Context, tenant, id string) (service.PlanRecord, error) {
	p, err := scanPlan(s.readRow(ctx, `select `+planColumns+` from plans where tenant = $1 and id`+planID, tenant, id))
	return p, s.explain("reading plan "+id, err)
}

// PlanDocument reads the whole plan.
func (s *Store) PlanDocument(ctx context.Context, tenant, id string) ([]byte, error) {
	var packed []byte
	var name string
	err := s.readRow(ctx, `select document, artefact from plans where tenant = $1 and id`+planID, tenant, id)(&packed, &name)
	if err != nil {
		return nil, s.explain("reading plan "+id, err)
	}
	document, err := s.outside(ctx).document(tenant, packed, name)
	return document, s.explain("reading plan "+id, err)
}

// document opens a plan's document, which lies in its row or apart.
func (ask asker) document(tenant string, packed []byte, name string) ([]byte, error) {
	if name != "" {
		return ask.artefact(tenant, name)
	}
	return expand(packed)
}

// Promises lists what a plan says of its orders, by order id.
func (s *Store) Promises(ctx context.Context, tenant, id, afterOrder string, limit int) ([]service.PromiseRecord, error) {
	plan, err := s.Plan(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	var out []service.PromiseRecord
	err = s.queryRead(ctx, "listing the promises of plan "+plan.ID, `select order_id, document from promises
		where tenant = $1 and plan_id = $2 and order_id > $3 order by order_id limit $4`, []any{tenant, plan.ID, afterOrder, pageSize(limit)},
		func(scan func(...any) error) error {
			var p service.PromiseRecord
			err := scan(&p.OrderID, &p.Document)
			out = append(out, p)
			return err
		})
	return out, err
}

// Promise reads what a plan says of one order.
func (s *Store) Promise(ctx context.Context, tenant, id, orderID string) (service.PromiseRecord, error) {
	p := service.PromiseRecord{OrderID: orderID}
	err := s.readRow(ctx, `select document from promises where tenant = $1 and order_id = $3 and plan_id`+planID, tenant, id, orderID)(&p.Document)
	return p, s.explain("reading the promise for order "+orderID, err)
}

// compress packs a document at the fastest level: plans are JSON full of repeated names.
func compress(document []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(document); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

func expand(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: plan document: %w", errPacked, err)
	}
	document, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: plan document: %w", errPacked, err)
	}
	return document, nil
}
