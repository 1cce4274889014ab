package agv

import (
	"testing"

	"quartermaster/internal/rng"
)

// TestSweepEqualsBellmanFord compares packed distances with a dumb fixed point on drawn floors with drawn costs.
func TestSweepEqualsBellmanFord(t *testing.T) {
	for seed := range uint64(20) {
		random := rng.New(seed, "field")
		w, h := 2+random.IntN(8), 2+random.IntN(8)
		blocked := make([]bool, w*h)
		for i := range blocked {
			blocked[i] = random.Float64() < 0.25
		}
		g, err := NewGraph(w, h, blocked)
		if err != nil || g.Len() == 0 {
			continue
		}
		cost := PlainCost(g)
		for i := range cost {
			cost[i] += uint8(random.IntN(200))
		}
		goal := int32(random.IntN(g.Len()))
		f := make(field, g.Len())
		newSweeper(g, cost, behindOf(g)).sweep(goal, f)
		want := dumbDistances(g, cost, goal)
		for v := range int32(g.Len()) {
			for d := range uint8(4) {
				if got := f.from(v, d); got != min(want[v*4+int32(d)], farAway) {
					t.Fatalf("seed %d: from vertex %d facing %d: %d, want %d", seed, v, d, got, want[v*4+int32(d)])
				}
			}
		}
	}
}

func dumbDistances(g *Graph, cost []uint8, goal int32) []int32 {
	dist := make([]int32, 4*g.Len())
	for s := range dist {
		dist[s] = farAway
		if int32(s)/4 == goal {
			dist[s] = 0
		}
	}
	for changed := true; changed; {
		changed = false
		for s := range dist {
			v, d := int32(s/4), uint8(s%4)
			best := min(dist[s], stepCost+dist[v*4+int32(d+1)%4], stepCost+dist[v*4+int32(d+3)%4])
			if to := g.Ahead(v, d); to >= 0 {
				best = min(best, int32(cost[s])+dist[to*4+int32(d)])
			}
			if best < dist[s] {
				dist[s], changed = best, true
			}
		}
	}
	return dist
}

// TestOperationsTellApartWhatDiffers counts the courses of two actions by hand: FF, FR, FL, FW, RF, RR, RW, LF, LW, WF, WW are
// eleven; RL = WW, LL = RR and WR = RW, WL = LW are alike.
func TestOperationsTellApartWhatDiffers(t *testing.T) {
	o := newOperations(2)
	if n := len(o.inherit); n != 11 {
		t.Errorf("%d courses of two actions, want 11", n)
	}
	// What is left of forward-forward is forward-wait.
	ff := o.leaf[o.kids[o.kids[0]*4]]
	left := o.inherit[ff]
	if o.actions[int(left)*2] != Forward || o.actions[int(left)*2+1] != Wait {
		t.Errorf("after forward-forward: %v", o.actions[int(left)*2:int(left)*2+2])
	}
	for depth := 3; depth <= 5; depth++ {
		o := newOperations(depth)
		for op := range o.inherit {
			if int(o.inherit[op]) >= len(o.inherit) {
				t.Fatalf("depth %d: course %d leaves one that is unknown", depth, op)
			}
		}
		if len(o.inherit) > 255 {
			t.Fatalf("depth %d has %d courses, more than a byte numbers", depth, len(o.inherit))
		}
	}
}

// TestFieldsForgetOnlyWhatIsNotInUse asks for more goals than the cache holds and looks whether answers stay right.
func TestFieldsForgetOnlyWhatIsNotInUse(t *testing.T) {
	g, _ := NewGraph(100, 1, make([]bool, 100))
	f := newFields(g, PlainCost(g), 1, 2) // 64 fields at least
	for now := int64(1); now <= 50; now++ {
		var goals []int32
		for i := range int32(40) {
			goals = append(goals, (int32(now)*7+i)%100)
		}
		f.need(goals, now)
		for _, v := range goals {
			if f.of(v).from(v, East) != 0 {
				t.Fatalf("at %d the field of goal %d is another's", now, v)
			}
		}
	}
	if len(f.all) > 64+40 {
		t.Errorf("%d fields are held, more than the cache may hold beside those in use", len(f.all))
	}
}

// TestGuidanceMakesLanes looks at a ring of two lanes: after guidance more steps must be dear one way than both.
func TestGuidanceMakesLanes(t *testing.T) {
	g, _ := NewGraph(12, 2, make([]bool, 24))
	cost := Guide(g, GuideOptions{Trips: 2000, Seed: 3})
	lanes := 0
	for v := range int32(g.Len()) {
		if to := g.Ahead(v, East); to >= 0 {
			east, west := int(cost[v*4+int32(East)]), int(cost[to*4+int32(West)])
			if east > west+stepCost || west > east+stepCost {
				lanes++
			}
		}
	}
	if lanes < 16 { // of 22 steps along the two lanes
		t.Errorf("only %d of 22 pairs of steps have a direction", lanes)
	}
	for i, c := range cost {
		if c < stepCost {
			t.Fatalf("step %d costs %d, less than a step", i, c)
		}
	}
}
