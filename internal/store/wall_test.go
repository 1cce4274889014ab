package store

import (
	"context"
	"strings"
	"testing"

	"quartermaster/internal/service"
)

// as is a call in the name of one tenant.
func as(ctx context.Context, tenant string) context.Context {
	return service.WithPrincipal(ctx, service.Principal{Tenant: tenant, Name: "test"})
}

// On PostgreSQL a connection that does not say for whom it works sees nothing, one of another tenant sees only its own,
// and neither can write into a tenant that is not its own: also where a statement names the wrong tenant, and also by the
// owner of the tables.
func TestWall(t *testing.T) {
	t.Parallel()
	s := openTestPostgres(t)
	ctx := t.Context()
	mine := submit(t, s, service.Submission{Input: []byte("secret")})
	_, _, err := s.Submit(as(ctx, "other"), "other", service.Submission{Kind: "work"})
	noError(t, err)

	count := func(query string) (n int) {
		t.Helper()
		noError(t, s.writer.QueryRowContext(ctx, query).Scan(&n))
		return n
	}
	if n := count(`select count(*) from jobs`) + count(`select count(*) from job_payloads`); n != 0 {
		t.Errorf("without a setting %d rows are seen", n)
	}
	if res, err := s.writer.ExecContext(ctx, `update jobs set priority = 1`); err != nil {
		t.Error(err)
	} else if n, _ := res.RowsAffected(); n != 0 {
		t.Errorf("without a setting %d rows were changed", n)
	}
	seen := 0
	noError(t, s.queryRead(as(ctx, "other"), "counting", `select count(*) from jobs`, nil, func(scan func(...any) error) error { return scan(&seen) }))
	if seen != 1 {
		t.Errorf("the other tenant sees %d jobs, want its own", seen)
	}
	_, err = s.Job(as(ctx, "other"), mine.Ref) // the statement's own filter names the wrong tenant
	wantError(t, err, service.ErrNotFound)
	_, err = s.Cancel(as(ctx, "other"), mine.Ref)
	wantError(t, err, service.ErrNotFound)
	if _, _, err = s.Submit(as(ctx, "other"), tenant, service.Submission{Kind: "work"}); err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a job put into another tenant: %v", err)
	}
	if job := must[service.Job](t)(s.Job(as(ctx, tenant), mine.Ref)); job.State != service.StateQueued {
		t.Errorf("its own job is %+v", job)
	}
	if weak := must[[]string](t)(s.Wall(ctx)); len(weak) != 0 {
		t.Errorf("the wall is weak: %q", weak)
	}
}

// Whatever table has a tenant is guarded, whichever migration made it; what the service's role may not change it cannot;
// and a role for which the wall does not hold is named.
func TestWallIsWhole(t *testing.T) {
	t.Parallel()
	owner := openTest(t, ownSchema(t))
	ctx := t.Context()
	if bare := must[[]string](t)(owner.bareTables(ctx)); len(bare) != 0 {
		t.Errorf("not guarded: %v", bare)
	}
	_, err := owner.rawExec(`create table later (tenant text not null, id text not null)`)
	noError(t, err)
	if weak := must[[]string](t)(owner.Wall(ctx)); len(weak) != 2 || !strings.Contains(weak[0], "later") || !strings.Contains(weak[1], "superuser") {
		t.Errorf("the wall says %q", weak)
	}
	_, err = owner.Migrate(ctx)
	noError(t, err)
	if bare := must[[]string](t)(owner.bareTables(ctx)); len(bare) != 0 {
		t.Errorf("still not guarded: %v", bare)
	}
	s := openTestPostgres(t)
	for _, statement := range []string{
		`delete from schema_version`, `update schema_floor set least = 9`, `create table mine (a text)`, `alter table jobs disable row level security`, `drop policy own_tenant on jobs`,
	} {
		if _, err := s.rawExec(statement); err == nil {
			t.Errorf("the service's role may %s", statement)
		}
	}
}
