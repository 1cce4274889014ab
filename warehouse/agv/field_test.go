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
		newSweeper(g, cost, behindOf(g)).sweep(goal, f, nil)
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
	o := newOperations(2, turning)
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
		o := newOperations(depth, turning)
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
	f := newFields(g, PlainCost(g), false, 1, 2) // 64 fields at least
	for now := int64(1); now <= 50; now++ {
		var trips []trip
		for i := range int32(40) {
			trips = append(trips, trip{(int32(now)*7 + i) % 100, 0})
		}
		f.need(trips, now)
		for _, x := range trips {
			if f.of(x.goal).from(x.goal, East) != 0 {
				t.Fatalf("at %d the field of goal %d is another's", now, x.goal)
			}
		}
	}
	if len(f.all) > 64+40 {
		t.Errorf("%d fields are held, more than the cache may hold beside those in use", len(f.all))
	}
}

// TestFieldsReachAsFarAsAsked asks on a large floor for the way from ever farther vertices: around each, distances must be those
// of a whole sweep, and near ones must not cost one.
func TestFieldsReachAsFarAsAsked(t *testing.T) {
	const side = 120
	g, err := NewGraph(side, side, make([]bool, side*side))
	if err != nil {
		t.Fatal(err)
	}
	cost := PlainCost(g)
	random := rng.New(1, "reach")
	for i := range cost {
		cost[i] += uint8(random.IntN(20))
	}
	whole := make(field, g.Len())
	newSweeper(g, cost, behindOf(g)).sweep(0, whole, nil)
	f := newFields(g, cost, false, 1<<30, 2)
	for now, at := range []int32{0, 3*side + 5, 10*side + 10, 12*side + 9, 60*side + 60, side*side - 1} {
		f.need([]trip{{0, at}, {7, at}}, int64(now+1))
		if now == 0 && f.reach[f.slot[0]] == farAway {
			t.Error("the whole floor was swept for a robot at its goal")
		}
		for y := at/side - 4; y <= at/side+4; y++ {
			for x := at%side - 4; x <= at%side+4; x++ {
				if x < 0 || y < 0 || x >= side || y >= side {
					continue
				}
				if got, want := f.of(0)[y*side+x], whole[y*side+x]; got != want {
					t.Fatalf("asked from %d: %x at (%d, %d), want %x", at, got, x, y, want)
				}
			}
		}
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
