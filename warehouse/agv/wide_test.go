package agv_test

import (
	"slices"
	"testing"

	"quartermaster/internal/rng"
	"quartermaster/warehouse/agv"
)

// newOpenFleet makes a fleet on a bare floor, for robots of side × side cells, which stand apart at first.
func newOpenFleet(t *testing.T, width, height, side, robots int, o agv.PlannerOptions) *fleet {
	t.Helper()
	o.Side = side
	blocked := make([]bool, width*height)
	blocked[height/2*width+width/2] = true
	g, err := agv.NewGraph(width, height, agv.Widen(width, height, blocked, side))
	if err != nil {
		t.Fatal(err)
	}
	p, err := agv.NewPlanner(g, agv.PlainCost(g), robots, o)
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{graph: g, planner: p, referee: agv.NewReferee(width, height, blocked), random: rng.New(o.Seed, "open"),
		state: make([]agv.State, robots), errand: make([]agv.Errand, robots), actions: make([]agv.Action, robots), arrived: make([]int, robots)}
	f.referee.Side = side
	for c := 0; len(f.places) < robots; c++ {
		x, y := c%width, c/width
		if x%side == 0 && y%side == 0 && g.Vertex(c) >= 0 {
			f.places = append(f.places, agv.Place{Cell: int32(c)})
		}
	}
	for r := range f.errand {
		f.errand[r] = agv.Errand{Goal: f.somewhere(), Next: -1}
	}
	return f
}

// TestPlannerMovesOtherRobots drives robots that need no turns, robots of several cells, and such that are both; the referee
// judges every cell that they take, and each must do errands.
func TestPlannerMovesOtherRobots(t *testing.T) {
	for name, c := range map[string]struct {
		side, robots int
		o            agv.PlannerOptions
	}{
		"turnless":           {1, 60, agv.PlannerOptions{Turnless: true, Refinements: 20, Seed: 1}},
		"two by two":         {2, 12, agv.PlannerOptions{Refinements: 20, Seed: 2}},
		"three, turnless":    {3, 4, agv.PlannerOptions{Turnless: true, Refinements: 20, Seed: 3}},
		"turnless, crowded":  {1, 150, agv.PlannerOptions{Turnless: true, Depth: 2, Refinements: 10, Seed: 4}},
		"two by two, packed": {2, 30, agv.PlannerOptions{Refinements: 20, Seed: 5}},
	} {
		f := newOpenFleet(t, 16, 12, c.side, c.robots, c.o)
		for range 200 {
			f.step(t)
			if c.o.Turnless && slices.ContainsFunc(f.actions, func(a agv.Action) bool { return a < agv.Wait }) {
				t.Fatalf("%s: a robot that cannot turn was told to", name)
			}
		}
		done := 0
		for _, n := range f.arrived {
			done += n
		}
		room := c.robots*c.side*c.side < 100
		if room && slices.Min(f.arrived) == 0 {
			t.Errorf("%s: a robot did no errand in 200 steps on a floor with room", name)
		}
		if done < 40 {
			t.Errorf("%s: %d errands in 200 steps", name, done)
		}
	}
}

// TestTurnlessNeedNoTurns compares with what turning robots do on the same floor: without turns every way is shorter.
func TestTurnlessNeedNoTurns(t *testing.T) {
	done := func(turnless bool) (n int) {
		f := newOpenFleet(t, 16, 12, 1, 20, agv.PlannerOptions{Turnless: turnless, Depth: 3, Refinements: 20, Seed: 9})
		for range 200 {
			f.step(t)
		}
		for _, k := range f.arrived {
			n += k
		}
		return n
	}
	if with, without := done(false), done(true); without <= with {
		t.Errorf("%d errands without turns, %d with", without, with)
	}
}

// TestWidenKeepsCellsWithRoom draws the places of robots of two by two cells by hand.
func TestWidenKeepsCellsWithRoom(t *testing.T) {
	blocked := []bool{
		false, false, false, false,
		false, false, true, false,
		false, false, false, false,
	}
	want := []bool{
		false, true, true, true,
		false, true, true, true,
		true, true, true, true,
	}
	if got := agv.Widen(4, 3, blocked, 2); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
