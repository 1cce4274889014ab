package service_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
	"quartermaster/routing/road"
)

// What one process stores takes effect in another that looks at the same store, and is over when its time is over, with
// nobody ending it; each tenant has its own.
func TestStreetsOfTwoProcesses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := store.Open(ctx, "sqlite://"+filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	g, _, err := road.Read(ctx, bytes.NewReader(sample.Streets()), road.Van())
	if err != nil {
		t.Fatal(err)
	}
	one, other := &service.Streets{Base: g, Store: s}, &service.Streets{Base: g, Store: s}
	from, _ := g.Snap([2]float64{9.5209, 47.1410})
	to, _ := g.Snap([2]float64{9.5137, 47.2133})
	free, _, _ := g.Travel(from, to)
	sec := func(p *service.Streets, tenant string) int64 {
		t.Helper()
		now, err := p.Now(ctx, tenant)
		if err != nil {
			t.Fatal(err)
		}
		d, _, _ := now.Travel(from, to)
		return d
	}
	for _, p := range []*service.Streets{one, other} {
		if got := sec(p, "acme"); got != free {
			t.Fatalf("before anything holds: %d s, free flow %d s", got, free)
		}
	}
	now := time.Now()
	slow := service.RoadCondition{
		ID: "jam", Kind: road.Congestion, SpeedFactor: 0.5, FromUs: now.Add(-time.Hour).UnixMicro(), UntilUs: now.Add(6 * time.Second).UnixMicro(),
		Area: [][2]float64{{9, 47}, {10, 47}, {10, 48}, {9, 48}},
	}
	if _, err := s.SaveRoadConditions(ctx, "acme", []service.RoadCondition{slow}); err != nil {
		t.Fatal(err)
	}
	one.Changed("acme")
	if got := sec(one, "acme"); got <= free {
		t.Errorf("the process that made the change: %d s", got)
	}
	becomes := func(what string, p *service.Streets, wanted func(sec int64) bool) {
		t.Helper()
		for range 400 {
			if wanted(sec(p, "acme")) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: never seen", what)
	}
	becomes("the change in the other process", other, func(sec int64) bool { return sec > free })
	if got := sec(other, "bolt"); got != free {
		t.Errorf("another tenant: %d s", got)
	}
	becomes("its end in the first", one, func(sec int64) bool { return sec == free })
	becomes("its end in the other", other, func(sec int64) bool { return sec == free })
	if then, err := one.At(ctx, "acme", now); err != nil {
		t.Error(err)
	} else if d, _, _ := then.Travel(from, to); d <= free {
		t.Errorf("the streets as they were then: %d s", d)
	}
}
