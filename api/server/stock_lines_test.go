package server

import (
	"testing"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// Runs are found again under their own tenant alone; the oldest go when there are too many, or too many lines.
func TestRecentLinesAreBounded(t *testing.T) {
	t.Parallel()
	var r recentLines
	ref := func(tenant string, id int) service.Ref {
		return service.Ref{Tenant: tenant, ID: string(rune('a' + id))}
	}
	for k := range mostRecentRuns + 1 {
		r.keep(ref("main", k), make([]api.StockLine, k+1))
	}
	if _, ok := r.find(ref("main", 0)); ok {
		t.Error("the oldest run is still there")
	}
	if _, ok := r.find(ref("other", 1)); ok {
		t.Error("another tenant finds the run")
	}
	for k := 1; k <= mostRecentRuns; k++ {
		if lines, ok := r.find(ref("main", k)); !ok || len(lines) != k+1 {
			t.Errorf("run %d has %d lines, found %t", k, len(lines), ok)
		}
	}
	r.keep(ref("main", 9), make([]api.StockLine, mostRecentLines))
	if len(r.runs) != 1 {
		t.Errorf("%d runs are kept beside one of all lines there may be", len(r.runs)-1)
	}
	r.keep(ref("main", 8), make([]api.StockLine, mostRecentLines+1))
	if len(r.runs) != 0 {
		t.Errorf("%d runs are kept after one of more lines than there may be", len(r.runs))
	}
}
