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
	b := newProblem(scattered(random, 60, 30))
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
