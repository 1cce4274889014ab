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

// With a budget long enough for a family its best is no dearer than what one annealing finds in as many steps here.
func TestFamilyBeatsOneAnnealing(t *testing.T) {
	t.Parallel()
	in := scattered(rand.New(rand.NewPCG(3, 6)), 40, 40)
	first := newLinks(newProblem(in))
	first.savings()
	steps := 41 * bredPerStop
	alone := newSearch(first.copied(), 4, first.meanInner())
	alone.run(t.Context(), func(k int) float64 { return float64(k) / float64(steps) })
	tours, _ := Solve(t.Context(), in, Options{Seed: 4, Iterations: steps})
	family := newLinks(first.p)
	family.drive(tours)
	if family.cost > alone.best.cost {
		t.Errorf("the family found %d, one annealing %d", family.cost, alone.best.cost)
	}
}

// A child has every stop once, within the capacity, and has routes of its second parent.
func TestChildrenAreWhole(t *testing.T) {
	t.Parallel()
	b := newProblem(scattered(rand.New(rand.NewPCG(5, 6)), 60, 30))
	first := newLinks(b)
	first.savings()
	parents := make([]*kin, 2)
	for k := range parents {
		s := newSearch(first.copied(), uint64(k), first.meanInner())
		s.stretch(50, 1, 2000, func() bool { return false })
		parents[k] = s.asKin()
	}
	for seed := range uint64(50) {
		s := newSearch(newLinks(b), seed, first.meanInner())
		s.inherit(parents[0], parents[1])
		seen := make([]int, b.n)
		for _, stops := range s.l.tours() {
			load := int64(0)
			for _, c := range stops {
				seen[c]++
				load += int64(b.demand[c])
			}
			if load > b.limit {
				t.Fatalf("seed %d: a route carries %d of %d", seed, load, b.limit)
			}
		}
		for c := 1; c < b.n; c++ {
			if seen[c] != 1 {
				t.Fatalf("seed %d: stop %d is visited %d times", seed, c, seen[c])
			}
		}
		s.begin()
		if child := s.asKin(); child.apart(parents[0]) < 0 || child.apart(child) != 0 {
			t.Fatal("distance")
		}
	}
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
