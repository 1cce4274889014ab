package store

import (
	"fmt"
	"strings"
	"testing"

	"quartermaster/internal/service"
)

// spawn makes a running parent wait for n children and gives parent and children as stored.
func spawn(t *testing.T, s *Store, n int, rule service.ChildErrorRule) (parent service.Job, children []service.Job) {
	t.Helper()
	parent = claim(t, s, submit(t, s, service.Submission{Kind: "parent", Input: []byte("whole")}).Ref)
	subs := make([]service.Submission, n)
	for i := range subs {
		subs[i] = service.Submission{Kind: "chunk", Input: fmt.Append(nil, i)}
	}
	noError(t, s.Spawn(t.Context(), parent, subs, rule))
	parent = must[service.Job](t)(s.Job(t.Context(), parent.Ref))
	for _, c := range must[[]service.Child](t)(s.Children(t.Context(), parent)) {
		children = append(children, must[service.Job](t)(s.Job(t.Context(), service.Ref{Tenant: tenant, ID: c.ID})))
	}
	if len(children) != n {
		t.Fatalf("%d children, want %d", len(children), n)
	}
	return parent, children
}

// A parent waits until its last child ended, is then queued to gather, and sees what each left, in the order of spawning.
func TestFanOutAndGather(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		parent, children := spawn(t, s, 3, "")
		if parent.State != service.StateWaiting || parent.ChildrenLeft != 3 || mayClaim(t, s, parent.Ref) {
			t.Fatalf("parent is %+v", parent)
		}
		for i, k := range []int{2, 0, 1} {
			wantState(t, s, parent.Ref, service.StateWaiting)
			job := claim(t, s, children[k].Ref)
			if job.ParentID != parent.ID {
				t.Fatalf("child %d of parent %q", k, job.ParentID)
			}
			result := service.Result{Body: fmt.Append(nil, "part ", k)}
			if k == 1 {
				result = service.Result{} // leaves nothing
			}
			noError(t, s.Finish(ctx, job, result))
			if got := must[service.Job](t)(s.Job(ctx, parent.Ref)); got.ChildrenLeft != 2-i {
				t.Fatalf("%d children left, want %d", got.ChildrenLeft, 2-i)
			}
		}
		gather := claim(t, s, parent.Ref)
		if !gather.Gathering || gather.Attempt != parent.Attempt+1 {
			t.Fatalf("gathering parent is %+v", gather)
		}
		var got []string
		for _, c := range must[[]service.Child](t)(s.Children(ctx, gather)) {
			got = append(got, fmt.Sprintf("%s %q", c.State, c.Result))
		}
		if want := `done "part 0", done "", done "part 2"`; strings.Join(got, ", ") != want {
			t.Errorf("children are %s, want %s", strings.Join(got, ", "), want)
		}
		noError(t, s.Finish(ctx, gather, service.Result{Body: []byte("sum")}))
		wantState(t, s, parent.Ref, service.StateDone)
	})
}

// A parent of no children goes straight on to gather.
func TestNoChildren(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		parent, _ := spawn(t, s, 0, "")
		if job := claim(t, s, parent.Ref); !job.Gathering {
			t.Errorf("parent is %+v", job)
		}
	})
}

// One failed child fails the parent and stops the others: queued ones at once, running ones by asking. How the child came
// to its bad end does not matter.
func TestChildFailureFailsFamily(t *testing.T) {
	ends := map[string]func(t *testing.T, s *Store, job service.Job){
		"failed": func(t *testing.T, s *Store, job service.Job) { noError(t, s.Fail(t.Context(), job, "broken part")) },
		"cancelled": func(t *testing.T, s *Store, job service.Job) {
			must[service.Job](t)(s.Cancel(t.Context(), job.Ref))
			noError(t, s.EndCancelled(t.Context(), job))
		},
		"quarantined": func(t *testing.T, s *Store, job service.Job) {
			for range service.MaxCrashes {
				expire(t, s, job.Ref)
				must[int](t)(s.Reap(t.Context(), 100))
				mayClaim(t, s, job.Ref)
			}
		},
	}
	eachStore(t, func(t *testing.T, s *Store) {
		for how, end := range ends {
			parent, children := spawn(t, s, 4, service.ChildErrorFails)
			runs, done := claim(t, s, children[1].Ref), claim(t, s, children[2].Ref)
			noError(t, s.Finish(t.Context(), done, service.Result{}))
			end(t, s, claim(t, s, children[0].Ref))
			if got := wantState(t, s, parent.Ref, service.StateFailed); !strings.Contains(got.Error, children[0].ID) || !strings.Contains(got.Error, how) {
				t.Errorf("%s: the parent's reason is %q", how, got.Error)
			}
			wantState(t, s, children[3].Ref, service.StateCancelled)
			wantState(t, s, done.Ref, service.StateDone)
			if got := wantState(t, s, runs.Ref, service.StateRunning); !got.CancelRequested {
				t.Errorf("%s: a running child was not asked to stop", how)
			}
			noError(t, s.EndCancelled(t.Context(), runs))
			wantState(t, s, parent.Ref, service.StateFailed)
		}
	})
}

// Where the parent gathers whatever came, a failed child is one more that has ended, with its reason.
func TestChildFailureGathers(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		parent, children := spawn(t, s, 2, service.ChildErrorGathers)
		noError(t, s.Fail(t.Context(), claim(t, s, children[0].Ref), "broken part"))
		wantState(t, s, parent.Ref, service.StateWaiting)
		must[service.Job](t)(s.Cancel(t.Context(), children[1].Ref))
		wantState(t, s, parent.Ref, service.StateQueued)
		got := must[[]service.Child](t)(s.Children(t.Context(), parent))
		if got[0].State != service.StateFailed || got[0].Error != "broken part" || got[0].Result != nil || got[1].State != service.StateCancelled {
			t.Errorf("children are %+v", got)
		}
	})
}

// Cancelling a waiting parent stops its children; their ends do not wake it.
func TestCancelFamily(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		parent, children := spawn(t, s, 2, "")
		runs := claim(t, s, children[0].Ref)
		must[service.Job](t)(s.Cancel(t.Context(), parent.Ref))
		wantState(t, s, children[1].Ref, service.StateCancelled)
		noError(t, s.Finish(t.Context(), runs, service.Result{}))
		wantState(t, s, parent.Ref, service.StateCancelled)
	})
}

// A replayed parent fans out anew; a child of the first family that ends late counts for nobody. A parent that failed
// while gathering gathers again. Children are replayed by their parent alone, and have no children.
func TestReplayFamily(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		parent, old := spawn(t, s, 2, "")
		late := claim(t, s, old[1].Ref)
		noError(t, s.Fail(ctx, claim(t, s, old[0].Ref), "broken"))
		_, err := s.Replay(ctx, old[0].Ref)
		wantError(t, err, service.ErrConflict)
		must[service.Job](t)(s.Replay(ctx, parent.Ref))
		again := claim(t, s, parent.Ref)
		if again.Gathering {
			t.Fatal("the replayed parent gathers what was never finished")
		}
		noError(t, s.Spawn(ctx, again, []service.Submission{{Kind: "chunk"}}, ""))
		noError(t, s.Finish(ctx, late, service.Result{}))
		if got := wantState(t, s, parent.Ref, service.StateWaiting); got.ChildrenLeft != 1 {
			t.Fatalf("a child of the first family was counted: %d left", got.ChildrenLeft)
		}
		family := must[[]service.Child](t)(s.Children(ctx, again))
		if len(family) != 1 {
			t.Fatalf("%d children, want those of the second family", len(family))
		}
		child := claim(t, s, service.Ref{Tenant: tenant, ID: family[0].ID})
		wantError(t, s.Spawn(ctx, child, []service.Submission{{Kind: "grandchild"}}, ""), service.ErrInvalid)
		noError(t, s.Finish(ctx, child, service.Result{}))
		noError(t, s.Fail(ctx, claim(t, s, parent.Ref), "gathering broke"))
		must[service.Job](t)(s.Replay(ctx, parent.Ref))
		if got := claim(t, s, parent.Ref); !got.Gathering {
			t.Error("a parent that failed gathering does not gather again")
		}
	})
}

// What cannot be a family is refused and leaves the parent running.
func TestSpawnRefuses(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		job := claim(t, s, submit(t, s, service.Submission{}).Ref)
		one := []service.Submission{{Kind: "c"}}
		wantError(t, s.Spawn(t.Context(), job, one, "perhaps"), service.ErrInvalid)
		wantError(t, s.Spawn(t.Context(), job, []service.Submission{{}}, ""), service.ErrInvalid)
		wantError(t, s.Spawn(t.Context(), job, []service.Submission{{Kind: "c", IdempotencyKey: "k"}}, ""), service.ErrInvalid)
		wantError(t, s.Spawn(t.Context(), job, make([]service.Submission, service.MaxChildren+1), ""), service.ErrInvalid)
		wantState(t, s, job.Ref, service.StateRunning)
	})
}
