package lean

import (
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// scattered is stops with loads of 1…9 anywhere on a square.
func scattered(random *rand.Rand, stops int, limit int64) Problem {
	p := Problem{Plane: &routing.Plane{X: make([]float64, stops+1), Y: make([]float64, stops+1), Scale: 1}, Demand: make([]int32, stops+1), Limit: limit}
	for i := range stops + 1 {
		p.Plane.X[i], p.Plane.Y[i] = float64(random.IntN(1000)), float64(random.IntN(1000))
		if i > 0 {
			p.Demand[i] = int32(1 + random.IntN(9))
		}
	}
	return p
}

// Whatever steps are taken and taken back, the linked plan's cost, loads, lengths and bounds are those of its routes.
func TestLinksStayTrue(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 7))
	b := laidOut(scattered(random, 60, 30))
	l := newLinks(b)
	l.savings()
	s := newSearch(l, 1, l.meanInner())
	s.tries = 4
	s.begin()
	for k := range 3000 {
		s.step(30)
		if again := newLinks(b); k%10 == 0 {
			again.drive(l.tours())
			if again.cost != l.cost || again.used != l.used {
				t.Fatalf("step %d: cost %d with %d routes, counted anew %d with %d", k, l.cost, l.used, again.cost, again.used)
			}
			for c := 1; c < b.n; c++ {
				x, y := l.knots[c], again.knots[c]
				if x.route, y.route = 0, 0; x != y || l.slack[c] != again.slack[c] || l.trips[l.knots[c].route].load > b.limit {
					t.Fatalf("step %d: node %d is %+v slack %d, anew %+v slack %d", k, c, x, l.slack[c], y, again.slack[c])
				}
			}
		}
	}
	if s.best.load(l); l.cost != s.best.cost {
		t.Errorf("the best plan costs %d, kept as %d", l.cost, s.best.cost)
	}
}

func laidOut(p Problem) *problem { return newProblem(p, 1, func() bool { return false }) }

// The curve goes through every point of a square block once, always to one beside the last.
func TestCurveGoesStepByStep(t *testing.T) {
	t.Parallel()
	const side = 32
	at := make([][2]int, side*side)
	for k := range at {
		at[k][0] = -1
	}
	for x := range side {
		for y := range side {
			k := hilbert(uint32(x), uint32(y))
			if k >= side*side || at[k][0] >= 0 {
				t.Fatalf("(%d, %d) is at %d, which is taken or outside of the block", x, y, k)
			}
			at[k] = [2]int{x, y}
		}
	}
	for k := 1; k < len(at); k++ {
		if dx, dy := at[k][0]-at[k-1][0], at[k][1]-at[k-1][1]; dx*dx+dy*dy != 1 {
			t.Fatalf("from %v the curve goes to %v", at[k-1], at[k])
		}
	}
}

// However little time there is, each stop is on one route and none is overloaded.
func TestNoTimeStillServesAll(t *testing.T) {
	t.Parallel()
	p := scattered(rand.New(rand.NewPCG(5, 7)), 3000, 40)
	asked := 0
	late := func() float64 { asked++; return float64(asked) / 3 } // spent within the layout
	tours, _ := Solve(t.Context(), p, Options{Spent: late, Workers: 2})
	served := make([]int, len(p.Demand))
	for _, stops := range tours {
		load := int64(0)
		for _, c := range stops {
			served[c]++
			load += int64(p.Demand[c])
		}
		if load > p.Limit {
			t.Errorf("a route carries %d of %d", load, p.Limit)
		}
	}
	for c, times := range served[1:] {
		if times != 1 {
			t.Fatalf("stop %d is visited %d times", c+1, times)
		}
	}
}
