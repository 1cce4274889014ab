package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/internal/service"
	"quartermaster/internal/store/storetest"
)

// eachStore runs one conformance test on SQLite and on PostgreSQL, each on tables of its own.
func eachStore(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, openTestSQLite(t)) })
	t.Run("postgresql", func(t *testing.T) { t.Parallel(); test(t, openTestPostgres(t)) })
}

func openTestSQLite(t testing.TB) *Store {
	t.Helper()
	return openTest(t, "sqlite://"+filepath.Join(t.TempDir(), "a file with spaces & ?.db"))
}

// openTestPostgres opens a schema of its own on the server that QUARTERMASTER_TEST_POSTGRES names, as the service does in
// production: by a role that owns nothing and is held to row-level security.
func openTestPostgres(t testing.TB) *Store {
	t.Helper()
	dsn := ownSchema(t)
	owner := openTest(t, dsn)
	noError(t, makeRole(owner))
	noError(t, owner.GrantTo(t.Context(), testRole))
	u, err := url.Parse(dsn)
	noError(t, err)
	u.User = url.UserPassword(testRole, testRole)
	return openTest(t, u.String())
}

// testRole is the service's role on the test server, with itself as its password.
const testRole = "quartermaster_service"

func makeRole(owner *Store) error {
	_, err := owner.rawExec(`do $$ begin
		perform pg_advisory_xact_lock(20261124);
		if not exists (select 1 from pg_roles where rolname = '` + testRole + `') then
			create role ` + testRole + ` login password '` + testRole + `';
		end if; end $$`)
	return err
}

// ownSchema gives the address of a schema of the test's own, as its owner.
func ownSchema(t testing.TB) string {
	t.Helper()
	address, _ := storetest.Schema(t, "pool_max_conns", "8")
	return address
}

func openTest(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), s.Close()); err != nil { // twice is no error
			t.Error(err)
		}
	})
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

const tenant = "acme"

// long is a lease that does not end during a test.
const long = time.Hour

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// submit stores one job of kind "work".
func submit(t testing.TB, s *Store, sub service.Submission) service.Job {
	t.Helper()
	if sub.Kind == "" {
		sub.Kind = "work"
	}
	job, created, err := s.Submit(t.Context(), tenant, sub)
	if err != nil || !created {
		t.Fatalf("submit: created %v, error %v", created, err)
	}
	return job
}

// claim takes a job that must be there to take.
func claim(t testing.TB, s *Store, ref service.Ref) service.Job {
	t.Helper()
	job, _, ok, err := s.Claim(t.Context(), ref, long)
	if err != nil || !ok {
		t.Fatalf("claim of %s: ok %v, error %v", ref, ok, err)
	}
	return job
}

// mayClaim reports whether a job can be taken, taking it.
func mayClaim(t testing.TB, s *Store, ref service.Ref) bool {
	t.Helper()
	_, _, ok, err := s.Claim(t.Context(), ref, long)
	noError(t, err)
	return ok
}

// expire lets the lease of a running job run out, as time would.
func expire(t testing.TB, s *Store, ref service.Ref) {
	t.Helper()
	if _, err := s.rawExec(`update jobs set lease_until = 1 where tenant = $1 and id = $2 and state = 'running'`, ref.Tenant, ref.ID); err != nil {
		t.Fatal(err)
	}
}

func wantState(t testing.TB, s *Store, ref service.Ref, want service.State) service.Job {
	t.Helper()
	job := must[service.Job](t)(s.Job(t.Context(), ref))
	if job.State != want {
		t.Fatalf("job %s is %s, want %s (error %q)", ref, job.State, want, job.Error)
	}
	return job
}

// Opening refuses addresses that name no store, in words that say what one looks like.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"", "mysql://x", "sqlite://", "sqlite://:memory:", "postgres://h:notaport/x"} {
		if s, err := Open(t.Context(), dsn); !errors.Is(err, service.ErrInvalid) {
			t.Errorf("Open(%q) = %v, %v; want ErrInvalid", dsn, s, err)
		}
	}
	if _, err := Open(t.Context(), "sqlite:///nowhere/at/all/x.db"); err == nil {
		t.Error("a file in a folder that is not there was opened")
	}
}

// A PostgreSQL that does not answer is ErrUnavailable, so that jobs and callers try again later.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	wantError(t, err, service.ErrUnavailable)
}

// Migrating twice takes no step the second time, and nothing is pending then.
func TestMigrateTwice(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		if n := must[int](t)(s.Migrate(t.Context())); n != 0 {
			t.Errorf("second migration took %d steps", n)
		}
		if n := must[int](t)(s.Pending(t.Context())); n != 0 {
			t.Errorf("%d steps are pending", n)
		}
	})
}

// Several processes that migrate one PostgreSQL schema at once take each step once.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	s := openTest(t, ownSchema(t))
	if _, err := s.rawExec(`do $$ declare r record; begin
		for r in select tablename from pg_tables where schemaname = current_schema() loop
			execute format('drop table %I cascade', r.tablename);
		end loop; end $$`); err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d steps: %v", len(files), err)
	}
	var steps atomic.Int32
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			n, err := s.Migrate(t.Context())
			if err != nil {
				t.Error(err)
			}
			steps.Add(int32(n))
		})
	}
	group.Wait()
	if n := int(steps.Load()); n != len(files) {
		t.Errorf("%d steps were taken, want %d", n, len(files))
	}
}

// Text from anywhere is storable: PostgreSQL takes neither NUL nor broken UTF-8, and a reason that could not be stored
// would keep its job from ever ending.
func TestReasonOfAnyBytes(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		job := claim(t, s, submit(t, s, service.Submission{}).Ref)
		noError(t, s.Fail(t.Context(), job, "bad \x00 \xff "+strings.Repeat("é", maxText)))
		if got := wantState(t, s, job.Ref, service.StateFailed).Error; !strings.HasPrefix(got, "bad \uFFFD \uFFFD é") || len(got) > maxText+4 {
			t.Errorf("stored reason is %.40q… of %d bytes", got, len(got))
		}
	})
}

// One tenant's names mean nothing to another.
func TestTenantsApart(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		job := submit(t, s, service.Submission{Input: []byte("secret"), IdempotencyKey: "k"})
		other := service.Ref{Tenant: "other", ID: job.ID}
		ctx := t.Context()
		_, err := s.Job(ctx, other)
		wantError(t, err, service.ErrNotFound)
		_, err = s.JobInput(ctx, other)
		wantError(t, err, service.ErrNotFound)
		_, err = s.Cancel(ctx, other)
		wantError(t, err, service.ErrNotFound)
		if mayClaim(t, s, other) {
			t.Error("claimed another tenant's job")
		}
		if _, created, err := s.Submit(ctx, "other", service.Submission{Kind: "work", IdempotencyKey: "k"}); err != nil || !created {
			t.Errorf("another tenant's use of the same key: created %v, error %v", created, err)
		}
	})
}

// A store of which the context ended gives that context's error and no half answer.
func TestEndedContext(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		job := submit(t, s, service.Submission{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, _, err := s.Claim(ctx, job.Ref, long)
		wantError(t, err, context.Canceled)
		_, _, err = s.Submit(ctx, tenant, service.Submission{Kind: "work"})
		wantError(t, err, context.Canceled)
	})
}

func ExampleOpen() {
	folder, err := os.MkdirTemp("", "quartermaster")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	ctx := context.Background()
	s, err := Open(ctx, "sqlite://"+filepath.Join(folder, "data.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	job, _, err := s.Submit(ctx, "acme", service.Submission{Kind: "plan", Input: []byte(`{"days":7}`)})
	fmt.Println(job.Kind, job.State, err)
	job, input, ok, err := s.Claim(ctx, job.Ref, time.Minute)
	fmt.Println(job.State, job.Attempt, string(input), ok, err)
	fmt.Println(s.Finish(ctx, job, service.Result{Body: []byte(`{"plan":"P1"}`)}))
	// Output:
	// plan queued <nil>
	// running 1 {"days":7} true <nil>
	// <nil>
}

// The clock that leases go by can be read, and is one of our time.
func TestNow(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		first := must[int64](t)(s.Now(t.Context()))
		second := must[int64](t)(s.Now(t.Context()))
		if off := time.Since(time.UnixMicro(first)).Abs(); off > 24*time.Hour || second < first {
			t.Errorf("the clock says %d and then %d, %v from ours", first, second, off)
		}
	})
}

// rawExec does what no method does, to rows of any tenant.
func (s *Store) rawExec(query string, args ...any) (n int64, err error) {
	err = s.inTx(context.Background(), "for a test", func(t *tx) error {
		n, err = t.exec(context.Background(), query, args...)
		return err
	})
	return n, err
}
