package store

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// lengthy is a body that lies apart, in more than one piece: numbers that hardly shrink.
func lengthy(seed int) []byte {
	var out bytes.Buffer
	for i := range 200_000 {
		fmt.Fprintf(&out, "%x", uint32(i*seed)*2654435761)
	}
	return out.Bytes()
}

func (s *Store) counted(t *testing.T, table string) (n int) {
	t.Helper()
	noError(t, s.readRow(t.Context(), `select count(*) from `+table)(&n))
	return n
}

// Large inputs, results and plans lie apart, once for each content and tenant, and come back as they were by every way that
// reads them; they go when nothing names them any more and nobody is about to, and not before.
func TestArtefacts(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		in, out, document := lengthy(3), lengthy(5), lengthy(7)
		jobs := []service.Job{submit(t, s, service.Submission{Input: in}), submit(t, s, service.Submission{Input: in}), submit(t, s, service.Submission{Input: []byte("short")})}
		_, _, err := s.Submit(ctx, "other", service.Submission{Kind: "work", Input: in})
		noError(t, err)
		if n := s.counted(t, "artefacts"); n != 2 {
			t.Errorf("%d artefacts, want one for each tenant", n)
		}
		if n := s.counted(t, "artefact_pieces"); n < 4 {
			t.Errorf("%d pieces, want several each", n)
		}
		if got := must[[]byte](t)(s.JobInput(ctx, jobs[1].Ref)); !bytes.Equal(got, in) {
			t.Error("the input reads as something else")
		}
		for i, want := range [][]byte{in, in, []byte("short")} {
			job, got, ok, err := s.Claim(ctx, jobs[i].Ref, long)
			noError(t, err)
			if !ok || !bytes.Equal(got, want) {
				t.Errorf("job %d was claimed with %d bytes", i, len(got))
			}
			noError(t, s.Finish(ctx, job, service.Result{Body: out}))
		}
		if got := must[[]byte](t)(s.JobResult(ctx, jobs[0].Ref)); !bytes.Equal(got, out) {
			t.Error("the result reads as something else")
		}
		parent := claim(t, s, submit(t, s, service.Submission{}).Ref)
		noError(t, s.Spawn(ctx, parent, []service.Submission{{Kind: "c", Input: in}}, ""))
		child := claim(t, s, must[[]service.Job](t)(s.Jobs(ctx, tenant, service.JobFilter{ParentID: parent.ID}))[0].Ref)
		noError(t, s.Finish(ctx, child, service.Result{Body: out}))
		if all := must[[]service.Child](t)(s.Children(ctx, parent)); len(all) != 1 || !bytes.Equal(all[0].Result, out) {
			t.Error("the child's result reads as something else")
		}
		plan := must[string](t)(s.SavePlan(ctx, tenant, service.PlanRecord{Document: document, Draft: true}))
		if got := must[[]byte](t)(s.PlanDocument(ctx, tenant, plan)); !bytes.Equal(got, document) {
			t.Error("the plan reads as something else")
		}
		if n := s.counted(t, "artefacts"); n != 4 {
			t.Errorf("%d artefacts, want 4", n)
		}

		collect := func(idle time.Duration) (n int) {
			for at := (service.Ref{}); ; {
				next, k, err := s.CollectArtefacts(ctx, at, 2, idle)
				noError(t, err)
				if n, at = n+k, next; at == (service.Ref{}) {
					return n
				}
			}
		}
		if n := collect(-time.Second); n != 0 {
			t.Errorf("%d went that are named", n)
		}
		kept := 0
		later := time.Now().Add(time.Hour)
		must[int](t)(s.ExpirePlans(ctx, later, 10, func(_ string, p service.PlanRecord) error {
			if bytes.Equal(p.Document, document) {
				kept++
			}
			return nil
		}))
		must[int](t)(s.ExpireJobs(ctx, later, 10, func(service.Job) error { return nil }))
		if n := collect(time.Hour); n != 0 || kept != 1 {
			t.Errorf("%d went that were touched just now; %d plans were archived whole", n, kept)
		}
		if n := collect(-time.Second); n != 1 { // the plan's; the parent that goes on keeps its child and what it left
			t.Errorf("%d went, want that of the plan", n)
		}
		if n := s.counted(t, "artefacts"); n != 3 {
			t.Errorf("%d are left", n)
		}
	})
}

// A body that was damaged is an error of whoever reads it, and keeps nobody else's job from being claimed.
func TestDamagedArtefact(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		bad, good := submit(t, s, service.Submission{Input: lengthy(3)}), submit(t, s, service.Submission{Input: lengthy(5)})
		_, err := s.rawExec(`update artefact_pieces set body = $1 where no = 1 and hash in (select artefact from job_payloads where job_id = $2)`, []byte("?"), bad.ID)
		noError(t, err)
		if _, err := s.JobInput(ctx, bad.Ref); err == nil {
			t.Error("a damaged input was read")
		}
		if _, _, _, err := s.Claim(ctx, bad.Ref, long); err == nil {
			t.Error("a job was claimed with a damaged input")
		}
		if got := claim(t, s, good.Ref); got.ID != good.ID {
			t.Errorf("claimed %+v", got)
		}
	})
}

// While older programs may still read the tables, bodies stay in their rows; new tables and files need nobody's word.
func TestNothingLiesApartTooEarly(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		if !s.apart.Load() {
			t.Error("on new tables bodies do not lie apart")
		}
		s.apart.Store(false)
		job := submit(t, s, service.Submission{Input: lengthy(3)})
		if n := s.counted(t, "artefacts"); n != 0 {
			t.Errorf("%d artefacts", n)
		}
		s.apart.Store(true)
		if got := must[[]byte](t)(s.JobInput(t.Context(), job.Ref)); !bytes.Equal(got, lengthy(3)) {
			t.Error("what was written before reads as something else")
		}
	})
}
