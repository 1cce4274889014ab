package lean

import (
	"context"
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
)

const (
	litter      = 8      // children of the same population, side by side
	fruitless   = 20_000 // children without a better plan after which the population begins anew
	anewFrom    = 40     // plans of random orders that it then begins from
	repairPrice = 10     // times the price in the descent of every second overloaded child again
	childSteps  = 2      // steps for each stop that a child takes as long as
)

// genetic is hybrid genetic search (Vidal, Crainic, Gendreau, Lahrichi, Rei, Operations Research 60(3), 2012; Vidal, Computers &
// Operations Research 140, 2022). Departures: it begins from annealed plans, with a smaller population, because its budgets are
// seconds; and children come in litters whose parents are drawn before any of them is born, so that workers change no answer.
type genetic struct {
	g       *ground
	o       Options
	pop     *population
	random  *rand.Rand
	workers []*descent
	born    int // children so far
	better  int // children when the best plan was found or the population began
	orders  int // children that come of random orders before any has parents
}

// child is one of a litter.
type child struct {
	a, b        *genome // parents; nil: a random order
	own, mended *genome
	feasible    bool
	isMended    bool
}

func newGenetic(g *ground, o Options) *genetic {
	s := &genetic{g: g, o: o, random: rng.New(o.Seed, "vrp", "genetic")}
	s.workers = make([]*descent, max(1, min(o.Workers, litter)))
	for w := range s.workers {
		s.workers[w] = newDescent(g)
	}
	s.pop = newPopulation(max(1e-3, float64(slices.Max(g.p.home))/float64(max(slices.Max(g.p.demand), 1))))
	return s
}

// evolve breeds until the budget is spent, of which steps are, and returns the best plan and the steps done.
func (s *genetic) evolve(ctx context.Context, steps int) ([][]int32, int) {
	var all [litter]child
	for {
		done := s.o.done(steps)
		if s.o.Progress != nil {
			s.o.Progress(min(done, 1), s.pop.best.travel)
		}
		if done >= 1 || ctx.Err() != nil {
			return s.pop.best.tours(), steps
		}
		s.litter(&all)
		steps += litter * childSteps * s.g.n
	}
}

// settle adds a feasible plan to the population.
func (s *genetic) settle(tours [][]int32) {
	d, m := s.workers[0], s.pop.blank(s.g.n)
	m.order, m.ends = m.order[:0], m.ends[:0]
	for _, stops := range tours {
		m.order = append(m.order, stops...)
		m.ends = append(m.ends, int32(len(m.order)))
	}
	d.load(m.order, m.ends)
	d.store(m)
	s.pop.add(m)
}

// litter makes children and adds them to the population.
func (s *genetic) litter(all *[litter]child) {
	s.pop.rank()
	for k := range all {
		c := &all[k]
		c.a, c.b = nil, nil
		if s.orders > 0 {
			s.orders--
		} else {
			c.a, c.b = s.pop.parent(s.random), s.pop.parent(s.random)
			for try := 0; c.b == c.a && try < 10; try++ {
				c.b = s.pop.parent(s.random)
			}
		}
		c.own, c.mended = s.pop.blank(s.g.n), s.pop.blank(s.g.n)
	}
	begin := s.born
	inTurn(len(s.workers), litter, func(w, k int) {
		d := s.workers[w]
		d.source.Seed(s.o.Seed, uint64(begin+k))
		d.price = s.pop.price
		d.bear(&all[k])
	})
	for k := range all {
		s.take(&all[k])
	}
	if s.born-s.better > fruitless {
		s.pop.clear()
		s.better, s.orders = s.born, anewFrom
	}
}

// take adds a child to the population.
func (s *genetic) take(c *child) {
	before := s.pop.best.travel
	s.born++
	s.pop.add(c.own)
	if c.isMended {
		s.pop.add(c.mended)
	} else {
		s.pop.unused = append(s.pop.unused, c.mended)
	}
	s.pop.born(c.feasible)
	if s.pop.best.travel < before {
		s.better = s.born
	}
}

// bear makes a child, and where it is overloaded every second time another one of it that is not.
func (d *descent) bear(c *child) {
	c.isMended = false
	m := c.own
	if c.a != nil {
		m.order = d.orderCross(c.a.order, c.b.order, m.order)
	} else {
		m.order = d.anyOrder(m.order)
	}
	m.ends = d.split(m.order, m.ends)
	d.load(m.order, m.ends)
	d.run()
	d.store(m)
	c.feasible = m.feasible()
	if c.feasible || d.source.Uint64()&1 == 0 {
		return
	}
	price := d.price
	d.price *= repairPrice
	d.load(m.order, m.ends)
	d.run()
	d.price = price
	d.store(c.mended)
	c.isMended = c.mended.feasible()
}

func (d *descent) anyOrder(order []int32) []int32 {
	order = order[:0]
	for i := int32(1); int(i) < d.g.n; i++ {
		at := d.intn(int(i))
		order = append(order, i)
		order[i-1], order[at] = order[at], i
	}
	return order
}
