package agv

import (
	"context"
	"testing"

	"quartermaster/internal/rng"
)

// TestMendedFieldsAreThoseOfASweep closes and opens drawn steps of drawn floors, and changes what they cost, again and again; fields that are mended must be
// those that a sweep of the changed floor gives, the whole ones everywhere, the others as far as they reach.
func TestMendedFieldsAreThoseOfASweep(t *testing.T) {
	mended := 0
	for seed := range uint64(40) {
		random := rng.New(seed, "mend")
		w, h := 4+random.IntN(30), 4+random.IntN(30)
		blocked := make([]bool, w*h)
		for i := range blocked {
			blocked[i] = random.Float64() < 0.2
		}
		g, err := NewGraph(w, h, blocked)
		if err != nil {
			t.Fatal(err)
		}
		cost := PlainCost(g)
		for i := range cost {
			cost[i] += uint8(random.IntN(20))
		}
		plan := append([]int32(nil), g.next...)
		f := newFields(g, cost, false, 1<<20, 1)
		for i := range int32(5) {
			f.need([]trip{{i * int32(g.Len()) / 5, -1}}, 1)
		}
		f.reach[0] = f.sweeps[0].sweep(f.goal[0], f.all[0], []int32{f.goal[0]})
		for range 12 {
			var steps []int32
			for v := random.IntN(g.Len()); len(steps) < 1+random.IntN(6); v = random.IntN(g.Len()) {
				if at := int32(v*4 + random.IntN(4)); plan[at] >= 0 {
					to := plan[at]
					if g.next[at] >= 0 {
						to = -1
					}
					if random.IntN(3) == 0 {
						cost[at] = 1 + uint8(random.IntN(60))
					} else {
						g.Redirect(at>>2, uint8(at&3), to)
					}
					steps = append(steps, at)
				}
			}
			f.redraw(steps, 1)
			for slot, goal := range f.goal {
				if f.reach[slot] < 0 {
					f.need([]trip{{goal, -1}}, 2)
				}
			}
			mended += compareFields(t, seed, f)
		}
	}
	if mended == 0 {
		t.Error("no field was compared")
	}
}

func compareFields(t *testing.T, seed uint64, f *fields) (compared int) {
	t.Helper()
	for s, goal := range f.goal {
		want := dumbDistances(f.g, f.sweeps[0].cost, goal)
		for v := range int32(f.g.Len()) {
			for d := range uint8(4) {
				far := min(want[v*4+int32(d)], farAway)
				if far > f.reach[s] {
					continue
				}
				compared++
				if got := f.all[s].from(v, d); got != far {
					t.Fatalf("seed %d: from vertex %d facing %d to %d: %d, want %d", seed, v, d, goal, got, far)
				}
			}
		}
	}
	return compared
}

// What was left to a goal is not known between a change of the floor and the next Tick: who waited for a way may have another now.
func TestLeftIsUnknownAfterRedraw(t *testing.T) {
	g, err := NewGraph(5, 5, make([]bool, 25))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlanner(g, PlainCost(g), 1, PlannerOptions{Refinements: -1})
	if err != nil {
		t.Fatal(err)
	}
	state, errand, actions := []State{{0, East}}, []Errand{{24, -1}}, make([]Action, 1)
	for _, want := range []int32{9 * stepCost, 10 * stepCost} { // eight cells and a turn; one turn more once the way east is closed
		p.Tick(context.Background(), state, errand, actions)
		if left, known := p.Left(state[0], 24); !known || left != want {
			t.Errorf("%d is left, known %v, want %d", left, known, want)
		}
		g.Close(0, East)
		p.Redraw([]int32{int32(East)})
		if _, known := p.Left(state[0], 24); known {
			t.Error("what is left is known though the floor has changed")
		}
	}
}
