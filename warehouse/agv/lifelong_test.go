package agv_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"quartermaster/internal/rng"
	"quartermaster/warehouse/agv"
)

// drawFloor draws a grid with some cells blocked, of which the free ones are one piece.
func drawFloor(random *rand.Rand, width, height int, share float64) []bool {
	for {
		blocked := make([]bool, width*height)
		for c := range blocked {
			blocked[c] = random.Float64() < share
		}
		if onePiece(blocked, width) {
			return blocked
		}
	}
}

func onePiece(blocked []bool, width int) bool {
	start, free := -1, 0
	for c, b := range blocked {
		if !b {
			start = c
			free++
		}
	}
	if free < 2 {
		return false
	}
	seen := map[int]bool{start: true}
	for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
		c := queue[0]
		for _, n := range []int{c - width, c + width, c - 1, c + 1} {
			sideways := n == c-1 || n == c+1
			if n >= 0 && n < len(blocked) && !blocked[n] && !seen[n] && (!sideways || n/width == c/width) {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	return len(seen) == free
}

// fleet drives a planner on a drawn floor and has every step judged.
type fleet struct {
	graph   *agv.Graph
	planner *agv.Planner
	referee *agv.Referee
	places  []agv.Place
	state   []agv.State
	errand  []agv.Errand
	actions []agv.Action
	arrived []int // robot → errands done
	random  *rand.Rand
}

func newFleet(t *testing.T, seed uint64, width, height, robots int, share float64, o agv.PlannerOptions) *fleet {
	t.Helper()
	random := rng.New(seed, "floor")
	blocked := drawFloor(random, width, height, share)
	g, err := agv.NewGraph(width, height, blocked)
	if err != nil {
		t.Fatal(err)
	}
	robots = min(robots, g.Len())
	p, err := agv.NewPlanner(g, agv.Guide(g, agv.GuideOptions{Robots: robots, Trips: 200, Seed: seed}), robots, o)
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{graph: g, planner: p, referee: agv.NewReferee(width, height, blocked), random: random,
		places: make([]agv.Place, robots), state: make([]agv.State, robots), errand: make([]agv.Errand, robots),
		actions: make([]agv.Action, robots), arrived: make([]int, robots)}
	for r, v := range random.Perm(g.Len())[:robots] {
		f.places[r] = agv.Place{Cell: g.Cell(int32(v)), Dir: uint8(random.IntN(4))}
		f.errand[r] = agv.Errand{Goal: f.somewhere(), Next: -1}
		if seed%2 == 0 {
			f.errand[r].Next = f.somewhere()
		}
	}
	return f
}

func (f *fleet) somewhere() int32 { return int32(f.random.IntN(f.graph.Len())) }

func (f *fleet) step(t *testing.T) {
	t.Helper()
	for r, p := range f.places {
		f.state[r] = agv.State{Vertex: f.graph.Vertex(int(p.Cell)), Dir: p.Dir}
	}
	f.planner.Tick(context.Background(), f.state, f.errand, f.actions)
	if err := f.referee.Step(f.places, f.actions); err != nil {
		t.Fatal(err)
	}
	for r, p := range f.places {
		if e := &f.errand[r]; f.graph.Vertex(int(p.Cell)) == e.Goal {
			f.arrived[r]++
			e.Goal = f.somewhere()
			if e.Next >= 0 {
				e.Goal, e.Next = e.Next, f.somewhere()
			}
		}
	}
}

// TestPlannerNeverConflicts drives drawn fleets, sparse to nearly full, and has a referee that was written apart judge
// every step. On floors with room every robot must have done errands.
func TestPlannerNeverConflicts(t *testing.T) {
	for seed := range uint64(8) {
		depth := 2 + int(seed/2%4)
		share := []float64{0.1, 0.3, 0.6, 0.95}[seed%4]
		cells := 12 * 9
		f := newFleet(t, seed, 12, 9, int(share*float64(cells)), 0.15, agv.PlannerOptions{Depth: depth, Refinements: 40, Seed: seed})
		for range int(400 * (1.1 - share)) {
			f.step(t)
		}
		if least := slices.Min(f.arrived); share < 0.2 && least == 0 {
			t.Errorf("seed %d: a robot of %d did no errand in 400 steps on a floor with room", seed, len(f.arrived))
		}
	}
}

// ringOf gives a robot that moves in a ring in a step from some places to others, −1 = none does.
func ringOf(before, after []agv.Place) int {
	at := map[int32]int{}
	for r, p := range before {
		at[p.Cell] = r
	}
	for r := range before {
		q := r
		for range before {
			next, taken := at[after[q].Cell]
			if !taken || next == q { // onto a free cell, or not moved
				break
			}
			if q = next; q == r {
				return r
			}
		}
	}
	return -1
}

// TestApartMovesNobodyInARing drives crowded fleets with and without the option: rings there are only without it, and with it
// all come to their goals too.
func TestApartMovesNobodyInARing(t *testing.T) {
	for _, apart := range []bool{false, true} {
		rings := 0
		for seed := range uint64(6) {
			f := newFleet(t, seed, 12, 9, 30, 0, agv.PlannerOptions{Depth: 3, Refinements: 20, Seed: seed, Apart: apart})
			for range 200 {
				before := slices.Clone(f.places)
				if f.step(t); ringOf(before, f.places) >= 0 {
					rings++
				}
			}
			if slices.Min(f.arrived) == 0 {
				t.Errorf("apart %v, seed %d: a robot of 30 did no errand in 200 steps", apart, seed)
			}
		}
		if apart != (rings == 0) {
			t.Errorf("apart %v: %d steps had a ring", apart, rings)
		}
	}
}

// TestPlannerIsTheSameForAnyGoroutines compares courses of one and of three goroutines.
func TestPlannerIsTheSameForAnyGoroutines(t *testing.T) {
	run := func(workers int) []agv.Place {
		f := newFleet(t, 2, 20, 15, 90, 0.2, agv.PlannerOptions{Refinements: 50, Workers: workers, Seed: 7})
		for range 60 {
			f.step(t)
		}
		return f.places
	}
	if !slices.Equal(run(1), run(3)) {
		t.Error("three goroutines move the robots elsewhere than one")
	}
}

// TestPlannerPlansOnAfterSurprises stops robots against their plan; the planner is told and goes on without conflict.
func TestPlannerPlansOnAfterSurprises(t *testing.T) {
	f := newFleet(t, 4, 16, 12, 60, 0.1, agv.PlannerOptions{Refinements: 20})
	stuck := 0
	for range 200 {
		before := slices.Clone(f.places)
		f.step(t)
		if f.random.IntN(3) > 0 {
			continue
		}
		// All stand still for once: the world did not do what was planned.
		copy(f.places, before)
		f.planner.Forget()
		stuck++
	}
	if stuck == 0 {
		t.Fatal("no surprise happened: the test shows nothing")
	}
}

func TestNewPlannerRefuses(t *testing.T) {
	g, _ := agv.NewGraph(3, 2, make([]bool, 6))
	cost := agv.PlainCost(g)
	for name, c := range map[string]struct {
		cost   []uint8
		robots int
		o      agv.PlannerOptions
		want   string
	}{
		"no robots":       {cost, 0, agv.PlannerOptions{}, "0 robots"},
		"too many robots": {cost, 7, agv.PlannerOptions{}, "7 robots on a floor of 6"},
		"depth":           {cost, 1, agv.PlannerOptions{Depth: 9}, "Depth is 9"},
		"apart and wide":  {cost, 1, agv.PlannerOptions{Apart: true, Side: 2}, "Side is 2"},
		"costs":           {cost[1:], 1, agv.PlannerOptions{}, "step costs"},
	} {
		if _, err := agv.NewPlanner(g, c.cost, c.robots, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, size := range [][2]int{{0, 5}, {5, 0}, {1 << 20, 1 << 20}} {
		if _, err := agv.NewGraph(size[0], size[1], nil); err == nil {
			t.Errorf("a graph of %v was made", size)
		}
	}
	if _, err := agv.NewGraph(2, 2, make([]bool, 3)); err == nil {
		t.Error("a graph of 2 × 2 was made from three cells")
	}
}

// TestRefereeRefuses shows that each rule can be broken and is then named.
func TestRefereeRefuses(t *testing.T) {
	blocked := []bool{false, false, false, true}
	for name, c := range map[string]struct {
		places  []agv.Place
		actions []agv.Action
		want    string
	}{
		"swap":       {[]agv.Place{{Cell: 0}, {Cell: 1, Dir: agv.West}}, []agv.Action{agv.Forward, agv.Forward}, "change cells"},
		"meet":       {[]agv.Place{{Cell: 0}, {Cell: 1}}, []agv.Action{agv.Forward, agv.Wait}, "both go to cell 1"},
		"wall":       {[]agv.Place{{Cell: 1, Dir: agv.South}}, []agv.Action{agv.Forward}, "leaves the floor"},
		"edge":       {[]agv.Place{{Cell: 1}}, []agv.Action{agv.Forward}, "leaves the floor"},
		"start":      {[]agv.Place{{Cell: 1}, {Cell: 1}}, []agv.Action{agv.Wait, agv.Wait}, "before the step"},
		"unknown":    {[]agv.Place{{Cell: 1}}, []agv.Action{9}, "unknown"},
		"OK: follow": {[]agv.Place{{Cell: 0}, {Cell: 1, Dir: agv.West}, {Cell: 2, Dir: agv.North}}, []agv.Action{agv.TurnLeft, agv.Wait, agv.Wait}, ""},
	} {
		before := slices.Clone(c.places)
		err := agv.NewReferee(2, 2, blocked).Step(c.places, c.actions)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case c.want != "" && !slices.Equal(before, c.places):
			t.Errorf("%s: refused, but robots moved", name)
		}
	}
}

// TestDispatcherTakesTheNearestFirst checks greedy choice against a dumb one on a floor small enough for exact distances.
func TestDispatcherTakesTheNearestFirst(t *testing.T) {
	g, err := agv.NewGraph(10, 1, make([]bool, 10))
	if err != nil {
		t.Fatal(err)
	}
	p, err := agv.NewPlanner(g, agv.PlainCost(g), 3, agv.PlannerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	state := []agv.State{{Vertex: 0}, {Vertex: 5}, {Vertex: 9, Dir: agv.West}}
	jobs := []agv.Job{{Errands: []int32{6}}, {Errands: []int32{8, 0}}, {Errands: []int32{7}}}
	d := agv.NewDispatcher(p)
	// Robot 1 is one step from job 0; robot 2 is one from job 1, whose long way somebody has to go in any case, and not put off
	// for job 2, which robot 0 is left with.
	if got := d.Assign(state, []int32{0, 1, 2}, jobs); !slices.Equal(got, []int{2, 0, 1}) {
		t.Errorf("given %v, want [2 0 1]", got)
	}
	// Urgency: job 1 goes before all.
	jobs[1].Urgency = 1000
	if got := d.Assign(state, []int32{2}, jobs); !slices.Equal(got, []int{1}) {
		t.Errorf("given %v, want the urgent job 1", got)
	}
	if got := d.Assign(state, []int32{0, 1}, jobs[:1]); !slices.Equal(got, []int{-1, 0}) {
		t.Errorf("given %v, want one job for the nearer robot", got)
	}
}

// TestDispatcherAgreesWithAllPairs compares with a dumb choice that looks at every pair again after each: on floors where
// distances are counted in rows and columns, with many jobs at few places.
func TestDispatcherAgreesWithAllPairs(t *testing.T) {
	const width, height, step = 70, 60, 6 // more cells than have exact distances; the cost of a step
	g, err := agv.NewGraph(width, height, make([]bool, width*height))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		random := rng.New(seed, "dispatch")
		robots, places := 1+random.IntN(60), 1+random.IntN(40)
		p, err := agv.NewPlanner(g, agv.PlainCost(g), robots, agv.PlannerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		state, free := make([]agv.State, robots), make([]int32, robots)
		for r := range state {
			state[r].Vertex, free[r] = int32(random.IntN(g.Len())), int32(r)
		}
		jobs := make([]agv.Job, random.IntN(120))
		for j := range jobs {
			jobs[j].Errands = []int32{int32(random.IntN(places)) * 97, int32(random.IntN(g.Len()))}
			jobs[j].Urgency = int32(random.IntN(2) * random.IntN(20))
		}
		far := func(a, b int32) int32 {
			dx, dy := a%width-b%width, a/width-b/width
			return step * (max(dx, -dx) + max(dy, -dy))
		}
		want := assignByAllPairs(state, jobs, far, step)
		if got := agv.NewDispatcher(p).Assign(state, free, jobs); !slices.Equal(got, want) {
			t.Errorf("seed %d: given %v, want %v", seed, got, want)
		}
	}
}

// assignByAllPairs gives each robot the job, or −1, that the rules of Assign say.
func assignByAllPairs(state []agv.State, jobs []agv.Job, far func(a, b int32) int32, step int32) []int {
	want := slices.Repeat([]int{-1}, len(state))
	given := make([]bool, len(jobs))
	for {
		waiting := map[int32]int32{} // place → jobs
		for j, job := range jobs {
			if !given[j] {
				waiting[job.Errands[0]]++
			}
		}
		type pair struct{ own, cost int32 }
		best, robot, chosen := pair{}, -1, -1
		for r := range state {
			for j, job := range jobs {
				if given[j] || want[r] >= 0 {
					continue
				}
				own := far(job.Errands[0], job.Errands[1])/16 - step*job.Urgency
				c := pair{own, own + far(state[r].Vertex, job.Errands[0]) - 2*step*waiting[job.Errands[0]]}
				better := chosen < 0 || c.cost < best.cost
				if !better && c.cost == best.cost && r == robot { // of one robot's equal ones the lower place, then the cheaper job there
					was := jobs[chosen].Errands[0]
					better = job.Errands[0] < was || job.Errands[0] == was && c.own < best.own
				}
				if better {
					best, robot, chosen = c, r, j
				}
			}
		}
		if chosen < 0 {
			return want
		}
		want[robot], given[chosen] = chosen, true
	}
}
