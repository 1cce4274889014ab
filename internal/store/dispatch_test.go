package store

import (
	"fmt"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// A tenant with ten thousand urgent jobs does not keep another's few ordinary ones waiting: they are on their way at the
// next look, whether they came before or after, and those of the first go on meanwhile.
func TestFairDispatch(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		big := make([]service.Submission, 10_000)
		for i := range big {
			big[i] = service.Submission{Kind: "work", Priority: 1}
		}
		must[[]service.Job](t)(s.SubmitAll(ctx, "big", big))
		const window = 256
		first := must[[]service.QueueItem](t)(s.Dispatch(ctx, window, time.Hour))
		if len(first) != window/4 {
			t.Fatalf("alone, the big tenant has %d on their way, want a quarter of the window", len(first))
		}
		for i := range 5 {
			_, _, err := s.Submit(ctx, fmt.Sprintf("small%d", i%2), service.Submission{Kind: "work", Priority: 9})
			noError(t, err)
		}
		items := must[[]service.QueueItem](t)(s.Dispatch(ctx, window, time.Hour))
		if len(items) != 5 {
			t.Fatalf("%d jobs were chosen beside a full share, want the 5 of the small tenants", len(items))
		}
		for _, it := range items {
			if it.Tenant == "big" || it.Priority != service.DefaultPriority {
				t.Errorf("chosen: %+v", it)
			}
		}
		for _, it := range first[:10] {
			claim(t, s, it.Ref)
		}
		if items = must[[]service.QueueItem](t)(s.Dispatch(ctx, window, time.Hour)); len(items) != 10 {
			t.Errorf("%d jobs follow 10 that were claimed", len(items))
		}
	})
}

// Turns are taken by how many a tenant has on their way; within a tenant the order stays.
func TestTakeTurns(t *testing.T) {
	t.Parallel()
	list := func(tenant string, ids ...string) (out []service.QueueItem) {
		for _, id := range ids {
			out = append(out, service.QueueItem{Ref: service.Ref{Tenant: tenant, ID: id}, Priority: 5})
		}
		return out
	}
	got := ""
	for _, it := range takeTurns([][]service.QueueItem{list("a", "1", "3", "5", "7"), list("b", "2", "4"), nil, list("c", "0")}, map[string]int{"c": 2, "a": 1}, 6) {
		got += it.Tenant + it.ID + " "
	}
	if got != "b2 a1 b4 c0 a3 a5 " {
		t.Errorf("turns are %s", got)
	}
}
