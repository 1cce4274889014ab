// These tests show that robots which keep no time never meet, whatever is slow, fails, is carried away or stands in the way,
// and that all of them come to their goals.
package execution_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// fromPicture makes a graph of rows in which @ is blocked.
func fromPicture(t *testing.T, rows ...string) *agv.Graph {
	t.Helper()
	var blocked []bool
	for _, row := range rows {
		for _, c := range row {
			blocked = append(blocked, c == '@')
		}
	}
	g, err := agv.NewGraph(len(rows[0]), len(rows), blocked)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// world drives robots one step at a time, each when chance has it, and judges by the cells that they are on.
type world struct {
	t       *testing.T
	g       *agv.Graph
	c       *execution.Control
	random  *rand.Rand
	at      []int32
	moving  []int32 // the cell that it moves into, −1 = none
	dead    []bool
	arrived int
}

func newWorld(t *testing.T, g *agv.Graph, starts []int32, seed uint64) *world {
	t.Helper()
	c, err := execution.New(g, agv.PlainCost(g), len(starts), execution.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, g: g, c: c, random: rand.New(rand.NewPCG(seed, 1)), at: starts, dead: make([]bool, len(starts))}
	for r, v := range starts {
		if err := c.Join(r, agv.State{Vertex: v, Dir: agv.East}); err != nil {
			t.Fatal(err)
		}
		w.moving = append(w.moving, -1)
	}
	return w
}

// step begins and ends moves of the robots that chance picks.
func (w *world) step() {
	w.t.Helper()
	w.c.Advance(context.Background())
	for _, r := range w.random.Perm(len(w.at)) {
		if w.dead[r] || w.at[r] < 0 || w.random.IntN(3) == 0 {
			continue
		}
		if w.moving[r] >= 0 {
			w.at[r], w.moving[r] = w.moving[r], -1
			w.done(r)
			continue
		}
		steps := w.c.Released(r, nil)
		switch {
		case len(steps) == 0:
		case steps[0].Action == agv.Forward:
			w.moving[r] = steps[0].To.Vertex
			w.judge(r)
		default:
			w.done(r)
		}
	}
}

func (w *world) done(r int) {
	w.t.Helper()
	if _, err := w.c.Done(r); err != nil {
		w.t.Fatal(err)
	}
	if w.c.At(r).Vertex != w.at[r] {
		w.t.Fatalf("robot %d is on %d, the control has it on %d", r, w.at[r], w.c.At(r).Vertex)
	}
	if e := w.c.Errand(r); e.Goal == w.at[r] {
		w.arrived++
	}
}

func (w *world) judge(r int) {
	w.t.Helper()
	for q := range w.at {
		if q != r && w.at[q] >= 0 && (w.at[q] == w.moving[r] || w.moving[q] == w.moving[r]) {
			w.t.Fatalf("robot %d moves into cell %d, where robot %d is", r, w.g.Cell(w.moving[r]), q)
		}
	}
}

func TestRobotsThatKeepNoTimeNeverMeet(t *testing.T) {
	for seed := range uint64(6) {
		g := fromPicture(t, "..........", ".@@.@@.@@.", "..........", ".@@.@@.@@.", "..........")
		w := newWorld(t, g, []int32{0, 3, 5, 8, 11, 13, 20, 22}[:4+seed%5], seed)
		for step := range 3000 {
			for r := range w.at {
				if w.at[r] == w.c.Errand(r).Goal {
					w.c.Send(r, agv.Errand{Goal: int32(w.random.IntN(g.Len())), Next: -1})
				}
			}
			switch r := w.random.IntN(len(w.at)); {
			case step%97 == 0 && !w.dead[r] && w.at[r] >= 0:
				w.dead[r] = true
				w.c.Cancel(r, w.moving[r] >= 0)
			case step%97 == 50:
				for q := range w.dead {
					if w.dead[q] {
						w.dead[q] = false
						w.c.Resume(q)
					}
				}
			case step%131 == 0 && w.at[r] >= 0:
				w.c.Remove(r)
				w.at[r], w.moving[r], w.dead[r] = -1, -1, false
			}
			for r := range w.at {
				if v := int32(w.random.IntN(g.Len())); w.at[r] < 0 && w.c.Join(r, agv.State{Vertex: v}) == nil {
					w.at[r] = v
				}
			}
			w.step()
		}
		if w.arrived < 300 {
			t.Errorf("seed %d: %d errands done in 3,000 steps", seed, w.arrived)
		}
	}
}

// Two robots that must pass each other in a corridor with one bay: the planner's courses do not reach that far ahead.
func TestRobotsPassInACorridor(t *testing.T) {
	g := fromPicture(t, "@@@.@@@@@", ".........")
	w := newWorld(t, g, []int32{1, 9}, 1)
	w.c.Send(0, agv.Errand{Goal: 9, Next: -1})
	w.c.Send(1, agv.Errand{Goal: 1, Next: -1})
	for range 4000 {
		w.step()
		if w.at[0] == 9 {
			w.c.Send(0, agv.Errand{Goal: 9, Next: -1})
		}
		if w.arrived >= 2 && w.at[0] == 9 && w.at[1] == 1 {
			return
		}
	}
	t.Fatalf("robots are at %v after 4,000 steps, want them to have changed places", w.at)
}

// Two robots must pass each other in a corridor whose only bay is at its far end, which takes a search for a way out and a long
// drive. A third, which has no part in it, goes on meanwhile.
func TestOthersGoOnBesideAWayOutOfAJam(t *testing.T) {
	g := fromPicture(t,
		"@@@@@@@@@@@@@@@@@@@@@@@@@@@@.@",
		"..............................",
		"@@@@@@@@@@@@@@@@@@@@@@@@@@@@.@",
		"........@@@@@@@@@@@@@@@@@@@@@@")
	first, second, one, other := g.Vertex(30), g.Vertex(40), g.Vertex(90), g.Vertex(97)
	w := newWorld(t, g, []int32{first, g.Vertex(34), one}, 1)
	w.c.Send(0, agv.Errand{Goal: second, Next: -1})
	w.c.Send(1, agv.Errand{Goal: first, Next: -1})
	stood := 0
	for step, was := 0, w.at[2]; step < 4000; step++ {
		if e := w.c.Errand(2); w.at[2] == e.Goal {
			w.c.Send(2, agv.Errand{Goal: one + other - w.at[2], Next: -1})
		}
		w.step()
		if stood++; w.at[2] != was {
			was, stood = w.at[2], 0
		}
		if stood > 30 {
			t.Fatalf("step %d: the third robot stands since 30 steps, robots are at %v", step, w.at)
		}
		if w.at[0] == second && w.at[1] == first {
			return
		}
	}
	t.Fatalf("robots are at %v after 4,000 steps, want the first two to have passed each other", w.at)
}

func TestOthersPlanAroundWhatStandsInTheWay(t *testing.T) {
	g := fromPicture(t, "...", "...")
	w := newWorld(t, g, []int32{0, 1}, 1)
	w.dead[1] = true
	w.c.Cancel(1, false)
	w.c.Block(3)
	w.c.Send(0, agv.Errand{Goal: 2, Next: -1})
	for range 100 {
		w.step()
	}
	if w.c.Reachable(0) || w.at[0] != 0 {
		t.Errorf("robot 0 is at %d, reachable %v: want it shut in at 0", w.at[0], w.c.Reachable(0))
	}
	w.c.Unblock(3)
	for range 100 {
		w.step()
	}
	if w.at[0] != 2 {
		t.Errorf("robot 0 is at %d after the way by the other row was opened, want 2", w.at[0])
	}
}

func TestControlRefuses(t *testing.T) {
	g := fromPicture(t, "..", "..")
	c, err := execution.New(g, agv.PlainCost(g), 2, execution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Join(0, agv.State{Vertex: 1}); err != nil {
		t.Fatal(err)
	}
	_, done := c.Done(0)
	for want, err := range map[string]error{
		"held by robot 0":      c.Join(1, agv.State{Vertex: 1}),
		"on the floor already": c.Join(0, agv.State{Vertex: 2}),
		"robot 9 is unknown":   c.Join(9, agv.State{Vertex: 2}),
		"off the floor":        c.Join(1, agv.State{Vertex: 4}),
		"was not released":     done,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error that says %q", err, want)
		}
	}
	if _, err := execution.New(g, agv.PlainCost(g), 9, execution.Options{}); err == nil {
		t.Error("nine robots on four cells are accepted")
	}
}

// Four robots that each want the next one's place would have to move at the same moment, which nobody can order: none is
// released into the ring.
func TestNobodyIsReleasedIntoARing(t *testing.T) {
	g := fromPicture(t, "..", "..")
	c, err := execution.New(g, agv.PlainCost(g), 4, execution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for r, s := range []agv.State{{Vertex: 0, Dir: agv.East}, {Vertex: 1, Dir: agv.South}, {Vertex: 3, Dir: agv.West}, {Vertex: 2, Dir: agv.North}} {
		if err := c.Join(r, s); err != nil {
			t.Fatal(err)
		}
	}
	for r, goal := range []int32{1, 3, 2, 0} {
		c.Send(r, agv.Errand{Goal: goal, Next: -1})
	}
	for range 20 {
		c.Advance(context.Background())
		for r := range 4 {
			for _, s := range c.Released(r, nil) {
				if s.Action == agv.Forward {
					t.Fatalf("robot %d is released to move", r)
				}
			}
		}
	}
	c.Remove(3)
	for range 20 {
		c.Advance(context.Background())
		for r := range 3 {
			for range c.Released(r, nil) {
				if _, err := c.Done(r); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if c.At(0).Vertex != 1 || c.At(1).Vertex != 3 || c.At(2).Vertex != 2 {
		t.Errorf("robots are at %v, %v, %v: want each at its goal once one was taken away", c.At(0), c.At(1), c.At(2))
	}
}

// Robots that are slow, late and taken away never are more in a zone than it takes, those on their way into a cell counted, and
// all of them still do errands within it.
func TestZonesTakeSoManyRobots(t *testing.T) {
	for seed := range uint64(6) {
		g := fromPicture(t, "............", ".@@......@@.", "............", ".@@......@@.", "............")
		zone, pace := make([]int32, g.Len()), []uint8{1, 2, 3, 1, 2, 1, 4}
		for v := range zone {
			zone[v] = -1
			if x := int(g.Cell(int32(v))) % g.Width; x >= 4 && x < 7 {
				zone[v] = 0
			}
		}
		starts := []int32{0, 1, 2, 11, 10, 9, 8}
		most := 1 + int(seed%3)
		c, err := execution.New(g, agv.PlainCost(g), len(starts), execution.Options{Pace: pace, Zone: zone, Most: []int{most}, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, g: g, c: c, random: rand.New(rand.NewPCG(seed, 2)), at: starts, dead: make([]bool, len(starts))}
		done := make([]int, len(starts))
		for r, v := range starts {
			if err := c.Join(r, agv.State{Vertex: v}); err != nil {
				t.Fatal(err)
			}
			w.moving = append(w.moving, -1)
		}
		for step := range 3000 {
			for r := range w.at {
				if w.at[r] == w.c.Errand(r).Goal {
					done[r]++
					w.c.Send(r, agv.Errand{Goal: int32(w.random.IntN(g.Len())), Next: -1})
				}
			}
			if r := w.random.IntN(len(w.at)); step%97 == 0 {
				w.c.Cancel(r, w.moving[r] >= 0)
				w.c.Resume(r)
			}
			w.step()
			within := 0
			for r, v := range w.at {
				if zone[v] == 0 || (w.moving[r] >= 0 && zone[w.moving[r]] == 0) {
					within++
				}
			}
			if within > most {
				t.Fatalf("seed %d, step %d: %d robots are within a zone that takes %d", seed, step, within, most)
			}
		}
		if least := slices.Min(done); least < 5 {
			t.Errorf("seed %d: a robot did %d errands in 3,000 steps: %v", seed, least, done)
		}
	}
}
