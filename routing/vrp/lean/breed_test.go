package lean

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// counted checks that the routes visit every stop once within the limit, and returns what they cost.
func counted(t *testing.T, p *problem, tours [][]int32) int64 {
	t.Helper()
	l := newLinks(p)
	l.drive(tours)
	seen := make([]int, p.n)
	for r, stops := range tours {
		if load := l.trips[r].load; load > p.limit {
			t.Fatalf("route %d carries %d of %d", r, load, p.limit)
		}
		for _, c := range stops {
			seen[c]++
		}
	}
	for c := 1; c < p.n; c++ {
		if seen[c] != 1 {
			t.Fatalf("stop %d is visited %d times", c, seen[c])
		}
	}
	return l.cost
}

// With a budget long enough to breed the best plan is no dearer than what one annealing finds in as many steps here, and the same for
// any number of workers.
func TestBreedingBeatsOneAnnealing(t *testing.T) {
	t.Parallel()
	in := scattered(rand.New(rand.NewPCG(3, 6)), 40, 40)
	p := laidOut(in)
	first := newLinks(p)
	first.savings()
	steps := 41 * bredPerStop
	alone := newSearch(first.copied(), 4, first.meanInner())
	alone.run(t.Context(), func(k int) float64 { return float64(k) / float64(steps) })
	tours, _ := Solve(t.Context(), in, Options{Seed: 4, Iterations: steps})
	if cost := counted(t, p, tours); cost > alone.best.cost {
		t.Errorf("breeding found %d, one annealing %d", cost, alone.best.cost)
	}
	if again, _ := Solve(t.Context(), in, Options{Seed: 4, Iterations: steps, Workers: 3}); !reflect.DeepEqual(again, tours) {
		t.Error("three workers give another plan")
	}
}

// Problems that are as small as can be, whose vehicles are dear, whose routes carry one stop each or all of them, or whose travel is
// a table are bred as well.
func TestBreedingAtTheEdges(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 1))
	table := scattered(random, 30, 30)
	laid := laidOut(table)
	table.Plane, table.Cells = nil, laid.cells
	dear := scattered(random, 30, 30)
	dear.OpeningM = 5001
	for name, in := range map[string]Problem{"three stops": scattered(random, 3, 9), "one stop a route": scattered(random, 12, 9), "one route": scattered(random, 12, 200),
		"vehicles that cost": dear, "table": table} {
		p := laidOut(in)
		first := newLinks(p)
		first.savings()
		tours, _ := breed(t.Context(), first, Options{Seed: 1, Iterations: p.n * bredPerStop / 4})
		if cost := counted(t, p, tours); cost > first.cost {
			t.Errorf("%s: bred to %d from %d", name, cost, first.cost)
		}
	}
}

// Without progress for long a population begins anew from random orders, and keeps the best plan.
func TestPopulationBeginsAnew(t *testing.T) {
	t.Parallel()
	p := laidOut(scattered(rand.New(rand.NewPCG(1, 9)), 20, 30))
	first := newLinks(p)
	first.savings()
	s := newGenetic(newGround(p, len(first.tours())), Options{Seed: 1})
	s.settle(first.tours())
	var all [litter]child
	for range 40 {
		s.litter(&all)
	}
	best := s.pop.best.travel
	s.better = s.born - fruitless
	s.litter(&all)
	if plans := len(s.pop.pools[0].all) + len(s.pop.pools[1].all); plans != 0 || s.orders != anewFrom {
		t.Fatalf("%d plans are left and %d come of random orders", plans, s.orders)
	}
	for range 10 {
		s.litter(&all)
	}
	if got := counted(t, p, s.pop.best.tours()); got != s.pop.best.travel || got > best {
		t.Errorf("the best plan costs %d, kept as %d, before %d", got, s.pop.best.travel, best)
	}
}

// Once all slices have grown a child asks for no memory.
func TestChildrenAskForNoMemory(t *testing.T) {
	p := laidOut(scattered(rand.New(rand.NewPCG(1, 9)), 60, 30))
	s := newGenetic(newGround(p, 0), Options{Seed: 1})
	d, c := s.workers[0], child{own: newGenome(p.n), mended: newGenome(p.n)}
	d.price = s.pop.price
	for range 200 {
		d.bear(&c)
	}
	if n := testing.AllocsPerRun(50, func() { d.bear(&c) }); n > 0 {
		t.Errorf("%g allocations for each child", n)
	}
}

// Whenever survivors were chosen, the cheapest plan is among them and no two are the same; all plans lie from the cheapest on, and
// know how far each other one is.
func TestPopulationKeepsUnlikePlans(t *testing.T) {
	t.Parallel()
	p := laidOut(scattered(rand.New(rand.NewPCG(4, 9)), 30, 30))
	first := newLinks(p)
	first.savings()
	s := newGenetic(newGround(p, len(first.tours())), Options{Seed: 1})
	s.settle(first.tours())
	d := s.workers[0]
	d.price = s.pop.price
	chosen := 0
	for k := range 2000 {
		d.source.Seed(7, uint64(k))
		c := child{own: s.pop.blank(p.n), mended: newGenome(p.n)}
		if k > 50 {
			s.pop.rank()
			c.a, c.b = s.pop.parent(s.random), s.pop.parent(s.random)
		}
		d.bear(&c)
		before := [2]int{len(s.pop.pools[0].all), len(s.pop.pools[1].all)}
		s.pop.add(c.own)
		for i := range s.pop.pools {
			l := &s.pop.pools[i]
			if wholePool(t, l); len(l.all) >= before[i] {
				continue
			}
			chosen++
			for _, m := range l.all {
				if m.kin[0].apart == 0 {
					t.Fatalf("child %d: a plan that survives is there twice", k)
				}
			}
		}
		if l := s.pop.pools[0].all; l[0].travel != s.pop.best.travel {
			t.Fatalf("child %d: the cheapest plan costs %d, the best ever %d", k, l[0].travel, s.pop.best.travel)
		}
	}
	if chosen < 20 {
		t.Errorf("survivors were seen %d times", chosen)
	}
}

func wholePool(t *testing.T, l *pool) {
	t.Helper()
	for i, m := range l.all {
		if i > 0 && m.cost < l.all[i-1].cost {
			t.Fatal("plans are not in order of cost")
		}
		if len(m.kin) != len(l.all)-1 {
			t.Fatalf("a plan knows %d of %d others", len(m.kin), len(l.all)-1)
		}
		for k, x := range m.kin {
			if x.apart != m.apart(x.other) && x.apart != x.other.apart(m) || k > 0 && x.apart < m.kin[k-1].apart {
				t.Fatal("distances are wrong or not in order")
			}
		}
	}
}
