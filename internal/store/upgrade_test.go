package store

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"quartermaster/internal/service"
)

// before are statements of the release before this one, as its store sent them: the first release, whose tables were those
// of steps 1 to 3. They are kept here so that a step that breaks a program which is still running shows.
var before = []struct {
	query string
	args  []any
}{
	{`insert into jobs (tenant, id, kind, priority, not_before, parent_id, child_no, family, idempotency_key, input_hash, input_bytes, state, created_at, updated_at)
		values ($1, $2, 'work', 5, 0, '', 0, 0, '', 'h', 2, 'queued', 1, 1)`, []any{"acme", "J1"}},
	{`insert into job_payloads (tenant, job_id, role, body) values ($1, $2, 'input', $3)`, []any{"acme", "J1", []byte("{}")}},
	{`update jobs set dispatched_at = 5 where (tenant, id) in (select tenant, id from jobs
		where state = 'queued' and not_before <= 9 and dispatched_at < 9 order by priority, id limit 5)`, nil},
	{`update jobs set state = 'running', attempt = attempt + 1, crashes = crashes + case when state = 'running' then 1 else 0 end,
		lease_until = 99, dispatched_at = 0, updated_at = 2, started_at = case when started_at = 0 then 2 else started_at end
		where (tenant, id) in (values ($1, $2)) and state = 'queued'`, []any{"acme", "J1"}},
	{`update jobs set lease_until = 199, progress = 0.5, sentence = 'half', updated_at = 3 where tenant = $1 and id = $2 and attempt = 1 and state = 'running'`, []any{"acme", "J1"}},
	{`update jobs set state = 'done', error = '', ended_at = 4, updated_at = 4, lease_until = 0, result_bytes = 2, progress = 1
		where tenant = $1 and id = $2 and attempt = 1 and state = 'running'`, []any{"acme", "J1"}},
	{`insert into messages (tenant, id, job_id, topic, body, created_at) values ($1, 'M1', $2, 't', $3, 4)`, []any{"acme", "J1", []byte("b")}},
	{`insert into orders (tenant, id, customer_id, placed_at, lon, lat, from_sec, to_sec, lines, source_line, import_id)
		values ($1, 'O1', 'C', 1, 9.5, 47.1, 0, 10, $2, 0, '')`, []any{"acme", []byte{0}}},
	{`insert into business (tenant, document, revision, updated_at) values ($1, $2, 1, 1)`, []any{"acme", []byte("{}")}},
	{`insert into sales (tenant, item_id, series) values ($1, 'A', $2)`, []any{"acme", []byte{0}}},
	{`insert into positions (tenant, item_id, site_id, on_hand, on_order, backordered) values ($1, 'A', 'S', 1, 0, 0)`, []any{"acme"}},
	{`insert into inbound (tenant, id, item_id, site_id, qty, due_day) values ($1, 'I', 'A', 'S', 1, 1)`, []any{"acme"}},
	{`insert into forecasts (tenant, item_id, data_hash, document) values ($1, 'A', 1, $2)`, []any{"acme", []byte("{}")}},
	{`insert into imports (tenant, id, source, content_hash, row_count, set_aside, orders, report, created_at) values ($1, 'I1', 's', 'h', 0, 0, 0, $2, 1)`, []any{"acme", []byte("{}")}},
	{`insert into plans (tenant, id, job_id, draft, origin_day, days, seed, snapshot_hash, summary, document, created_at)
		values ($1, 'P1', 'J1', $2, 1, 1, 1, 'h', $3, $3, 4)`, []any{"acme", false, []byte("{}")}},
	{`insert into promises (tenant, plan_id, order_id, document) values ($1, 'P1', 'O1', $2)`, []any{"acme", []byte("{}")}},
	{`insert into tasks (tenant, plan_id, id, site_id, kind, worker, start_sec, end_sec, state, blockers, depends, payload)
		values ($1, 'P1', 'T1', 'S', 'pick', 'W', 1, 2, 'open', 0, $2, $3)`, []any{"acme", []byte("[]"), []byte("{}")}},
	{`update tasks set state = 'leased', lease_id = 'L', lease_until = 9, fence = fence + 1 where tenant = $1 and (plan_id, id) in (values ('P1', 'T1'))`, []any{"acme"}},
	{`insert into task_needs (tenant, plan_id, needs_id, task_id) values ($1, 'P1', 'T1', 'T2')`, []any{"acme"}},
}

// The program of the release before goes on working while the tables are already this one's (expand, then contract in a
// later release), and what it writes this one reads.
func TestPreviousProgramOnNewTables(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		for _, b := range before {
			if n, err := s.rawExec(b.query, b.args...); err != nil || n != 1 {
				t.Errorf("%d rows, %v, by %.80s", n, err, b.query)
			}
		}
		ctx := t.Context()
		job := must[service.Job](t)(s.Job(ctx, service.Ref{Tenant: "acme", ID: "J1"}))
		if job.State != service.StateDone || job.Attempt != 1 {
			t.Errorf("its job reads as %+v", job)
		}
		if p := must[service.PlanRecord](t)(s.Plan(ctx, "acme", "")); p.ID != "P1" {
			t.Errorf("its plan reads as %+v", p)
		}
		if tasks := must[[]service.FloorTask](t)(s.Tasks(ctx, "acme", "P1", "S")); len(tasks) != 1 || tasks[0].LeaseID != "L" {
			t.Errorf("its tasks read as %+v", tasks)
		}
	})
}

// A step may add, and may not take away without saying which programs that leaves out; a program that is left out says so
// and touches nothing, one that merely meets newer tables works.
func TestExpandAndContract(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	takes := regexp.MustCompile(`(?i)\b(drop\s+(table|column)|rename\s+(to|column)|alter\s+column|drop\s+not\s+null)\b`)
	for _, name := range files {
		data, err := migrations.ReadFile(name)
		noError(t, err)
		up, _, _ := strings.Cut(string(data), "-- +goose Down")
		if found := takes.FindString(up); found != "" && !strings.Contains(up, "update schema_floor") {
			t.Errorf("%s does %q without setting schema_floor", name, found)
		}
		for _, column := range regexp.MustCompile(`(?i)add column[^;]*;`).FindAllString(up, -1) {
			if strings.Contains(column, "not null") && !strings.Contains(column, "default") {
				t.Errorf("%s adds a column that the program before does not fill: %s", name, column)
			}
		}
	}
	eachStore(t, func(t *testing.T, s *Store) {
		owner := s
		if s.pool != nil {
			owner = openTest(t, ownSchema(t))
		}
		noError(t, owner.Fits(t.Context()))
		_, err := owner.rawExec(`update schema_floor set least = $1`, newestStep()+1)
		noError(t, err)
		if err := owner.Fits(t.Context()); !errors.Is(err, ErrSchemaNewer) {
			t.Errorf("tables that need a newer program: %v", err)
		}
	})
}
