package agv_test

import (
	"slices"
	"strings"
	"testing"

	"quartermaster/warehouse/agv"
)

// newZonedFleet makes a fleet of which every third robot is slow, on a bare floor whose middle columns are slow and whose
// right-hand corners are zones for few robots, and tells the referee the same in its own words, by cells.
func newZonedFleet(t *testing.T, robots, most int, o agv.PlannerOptions) *fleet {
	t.Helper()
	const width, height = 16, 12
	f := newOpenFleet(t, width, height, 1, robots, o)
	rules := &f.referee.Rules
	o.Slow, o.Zone = make([]uint8, 4*f.graph.Len()), make([]int32, f.graph.Len())
	cost := agv.PlainCost(f.graph)
	for c := range width * height {
		rules.Slow, rules.Zone = append(rules.Slow, 1), append(rules.Zone, -1)
		x, y := c%width, c/width
		if x >= 6 && x < 9 {
			rules.Slow[c] = 3
		}
		if x >= 11 && y < 4 {
			rules.Zone[c] = 0
		}
		if x >= 11 && y >= 7 {
			rules.Zone[c] = 1
		}
	}
	rules.Most, o.Most = []int{most, 2 * most}, []int{most, 2 * most}
	for v := range int32(f.graph.Len()) {
		o.Zone[v] = int32(rules.Zone[f.graph.Cell(v)])
		for d := range uint8(4) {
			i := int(v)*4 + int(d)
			o.Slow[i] = 1
			if to := f.graph.Ahead(v, d); to >= 0 {
				o.Slow[i] = uint8(max(rules.Slow[f.graph.Cell(v)], rules.Slow[f.graph.Cell(to)]))
				cost[i] *= o.Slow[i]
			}
		}
	}
	o.Pace = nil
	for r := range robots {
		k := 1 + 3*(1-min(1, r%3))
		rules.Pace, o.Pace = append(rules.Pace, k), append(o.Pace, uint8(k))
	}
	p, err := agv.NewPlanner(f.graph, cost, robots, o)
	if err != nil {
		t.Fatal(err)
	}
	f.planner = p
	f.clearZones(rules)
	return f
}

// clearZones moves those out who begin in a zone that is full then.
func (f *fleet) clearZones(rules *agv.Rules) {
	taken := map[int32]bool{}
	for _, p := range f.places {
		taken[p.Cell] = true
	}
	free := int32(0)
	for r := range f.places {
		if rules.Zone[f.places[r].Cell] < 0 {
			continue
		}
		for taken[free] || rules.Zone[free] >= 0 || f.graph.Vertex(int(free)) < 0 {
			free++
		}
		taken[free], f.places[r].Cell = true, free
	}
}

// TestPlannerKeepsPaceAndZones drives fast and slow robots over slow cells and into zones that take few of them. The referee
// holds every step to the rules, and each robot must do errands, so that none is kept out for ever.
func TestPlannerKeepsPaceAndZones(t *testing.T) {
	for seed := range uint64(6) {
		f := newZonedFleet(t, 12+int(seed)*4, 1+int(seed%3), agv.PlannerOptions{Depth: 2 + int(seed%3), Turnless: seed == 3, Refinements: 20, Seed: seed})
		within := 0
		for range 1500 {
			f.step(t)
			for _, p := range f.places {
				if f.referee.Rules.Zone[p.Cell] >= 0 {
					within++
				}
			}
		}
		if least := slices.Min(f.arrived); least < 2 {
			t.Errorf("seed %d: a robot did %d errands in 1,500 steps: %v", seed, least, f.arrived)
		}
		if within == 0 {
			t.Errorf("seed %d: nobody entered a zone: the test shows nothing", seed)
		}
	}
}

// TestRulesRefuse shows that each rule can be broken and is then named.
func TestRulesRefuse(t *testing.T) {
	closed := []bool{false, false, true, true}
	for name, c := range map[string]struct {
		rules   agv.Rules
		places  []agv.Place
		actions [][]agv.Action
		want    string
	}{
		"slow robot":        {agv.Rules{Pace: []int{2}}, []agv.Place{{Cell: 0}}, [][]agv.Action{{agv.Forward}, {agv.Forward}}, "acts 1 steps before"},
		"OK: slow robot":    {agv.Rules{Pace: []int{2}}, []agv.Place{{Cell: 0}}, [][]agv.Action{{agv.Forward}, {agv.Wait}, {agv.Forward}}, ""},
		"slow turn":         {agv.Rules{Pace: []int{3}}, []agv.Place{{Cell: 0}}, [][]agv.Action{{agv.TurnLeft}, {agv.Wait}, {agv.TurnRight}}, "acts 1 steps before"},
		"slow cell":         {agv.Rules{Slow: []int{1, 2, 1, 1}}, []agv.Place{{Cell: 0}}, [][]agv.Action{{agv.Forward}, {agv.Forward}}, "acts 1 steps before"},
		"slow cell left":    {agv.Rules{Slow: []int{2, 1, 1, 1}}, []agv.Place{{Cell: 0}}, [][]agv.Action{{agv.Forward}, {agv.Forward}}, "acts 1 steps before"},
		"OK: turn there":    {agv.Rules{Slow: []int{2, 1, 1, 1}}, []agv.Place{{Cell: 0}}, [][]agv.Action{{agv.TurnLeft}, {agv.TurnRight}, {agv.Forward}}, ""},
		"closed":            {agv.Rules{Closed: closed}, []agv.Place{{Cell: 1}}, [][]agv.Action{{agv.Forward}}, "enters cell 2, which is closed"},
		"OK: leaves closed": {agv.Rules{Closed: closed}, []agv.Place{{Cell: 3, Dir: agv.West}}, [][]agv.Action{{agv.Forward}, {agv.Forward}}, ""},
		"full zone": {agv.Rules{Zone: []int{-1, 0, 0, 0}, Most: []int{1}}, []agv.Place{{Cell: 0}, {Cell: 2}},
			[][]agv.Action{{agv.Forward, agv.Wait}}, "one too many in zone 0"},
	} {
		e := agv.NewReferee(4, 1, make([]bool, 4))
		e.Rules = c.rules
		var err error
		for _, actions := range c.actions {
			if err == nil {
				err = e.Step(c.places, actions)
			}
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestNewPlannerRefusesRules names the option that does not fit.
func TestNewPlannerRefusesRules(t *testing.T) {
	g, _ := agv.NewGraph(3, 2, make([]bool, 6))
	for want, o := range map[string]agv.PlannerOptions{
		"Pace has 1 entries, want 2":  {Pace: []uint8{1}},
		"Pace[1] is 0 steps":          {Pace: []uint8{1, 0}},
		"Slow has 2 entries, want 24": {Slow: []uint8{1, 1}},
		"Depth is 5, want 2 to 4":     {Pace: []uint8{1, 2}, Depth: 5},
		"Zone has 1 entries, want 6":  {Zone: []int32{0}},
		"Zone[3] is 1, of 1 zones":    {Zone: []int32{0, 0, 0, 1, 0, 0}, Most: []int{1}},
	} {
		if _, err := agv.NewPlanner(g, agv.PlainCost(g), 2, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
