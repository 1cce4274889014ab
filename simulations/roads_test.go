package simulations_test

import (
	"strings"
	"testing"

	"quartermaster/internal/plan"
	sim "quartermaster/simulations"
)

// Streets at half their speed make the routes of the same orders take longer than the base's, the scenario's plan says by
// what; rain too light to slow anybody changes nothing.
func TestRoadsSlowThePlan(t *testing.T) {
	t.Parallel()
	base := shop(t, 3)
	scenarios := []sim.Scenario{
		{Name: "jam", Changes: []sim.Change{{Roads: &sim.Roads{SpeedFactor: 0.5, Reason: "jam"}}}},
		{Name: "drizzle", Changes: []sim.Change{{Roads: &sim.Roads{RainMmH: 0.1}}}},
	}
	got, err := sim.Run(t.Context(), base, scenarios, plan.Options{Seed: 1, RoutingIterations: 50}, 0)
	if err != nil {
		t.Fatal(err)
	}
	drive := func(p *plan.Plan) (sec int64) {
		for _, d := range p.SiteDays {
			for _, r := range d.Routes {
				sec += r.Route.DriveSec
			}
		}
		return sec
	}
	jam, drizzle := got[0], got[1]
	if was, is := drive(jam.Base), drive(jam.Plan); float64(is) < 1.5*float64(was) {
		t.Errorf("driven %d s, in the jam %d s", was, is)
	}
	if c := jam.Plan.Travel.Conditions; len(c) == 0 || !strings.Contains(c[0].Sentence, "jam on ") || jam.Changes[0] != "streets driven at × 0.5 everywhere (jam)" {
		t.Errorf("effects %+v of %v", c, jam.Changes)
	}
	if drizzle.Hash != drizzle.BaseHash {
		t.Error("a drizzle changes the facts")
	}
}

// A closure around all sites leaves nothing served, and the reasons say so; without streets nothing can hold on them.
func TestRoadsClosed(t *testing.T) {
	t.Parallel()
	base := shop(t, 3)
	closed := one(sim.Change{Roads: &sim.Roads{Closed: true, Area: []sim.Corner{{Lon: 9, Lat: 46.5}, {Lon: 10, Lat: 46.5}, {Lon: 10, Lat: 47.9}, {Lon: 9, Lat: 47.9}}}})
	s, err := sim.Apply(t.Context(), base, closed, 1)
	if err != nil || len(s.Conditions) != len(base.Conditions)+1 {
		t.Fatalf("%v", err)
	}
	p, err := plan.Build(t.Context(), s, plan.Options{Seed: 1, RoutingIterations: 50})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Promises) > 0 || len(p.Unserved) == 0 {
		t.Errorf("%d orders are promised on closed streets", len(p.Promises))
	}
	straight := *base
	straight.Roads = nil
	if _, err := sim.Apply(t.Context(), &straight, closed, 1); err == nil || !strings.Contains(err.Error(), "there are no streets") {
		t.Errorf("on straight lines: %v", err)
	}
	for want, c := range map[string]*sim.Roads{
		"exactly one of closed":  {},
		"say where":              {Closed: true},
		"speed factor is":        {SpeedFactor: 7},
		"rain and snow are 0 to": {RainMmH: 900},
		"less than three":        {SpeedFactor: 0.5, Area: []sim.Corner{{Lon: 9, Lat: 47}}},
		"not a longitude":        {SpeedFactor: 0.5, Area: []sim.Corner{{Lon: 999, Lat: 47}, {Lon: 9, Lat: 48}, {Lon: 8, Lat: 47}}},
	} {
		if err := sim.CheckWords([]sim.Scenario{one(sim.Change{Roads: c})}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
