package network

import (
	"context"
	"math"
	"testing"

	"quartermaster/internal/rng"
)

// started gives a search over p after the first ascent, with the choice that trying all assignments in order comes upon first.
func started(t *testing.T, p *Problem, seed uint64) (*search, *part, bool) {
	t.Helper()
	s := newSearch(newModel(p), Options{Work: 1e9, Gap: 1e-9, Seed: seed})
	s.ctx = context.Background()
	root := &part{site: make([]int8, s.m.n), u: s.start()}
	if !firstFit(s, 0, make([]float64, s.m.n)) {
		return nil, nil, false
	}
	first := s.cost
	s.ascend(root, 40)
	if s.cost < first { // back to the poor choice: the moves under test are to improve it
		s.cost = math.Inf(1)
		firstFit(s, 0, make([]float64, s.m.n))
	}
	for i := range root.site {
		root.site[i] = free // what was fixed by the better choice
	}
	return s, root, true
}

// firstFit offers the first assignment within all capacities in the order of the sites.
func firstFit(s *search, j int, load []float64) bool {
	m, h := s.m, s.h
	if j == m.m {
		for i, l := range load {
			h.open[i] = l > 0 || m.p.Sites[i].Keep || m.fixed[i] < 0
		}
		cost := h.fixedCost(h.open)
		for c, i := range h.at {
			cost += m.cost[i*m.m+c]
		}
		h.offerSingle(h.open, cost)
		return true
	}
	for i := range m.n {
		if load[i]+m.demand[j] <= m.capacity[i] {
			load[i] += m.demand[j]
			h.at[j] = i
			if firstFit(s, j+1, load) {
				return true
			}
			load[i] -= m.demand[j]
		}
	}
	return false
}

// TestAnnealerKeepsItsBooks shows that every move, taken, refused or taken back, changes cost, load and overload by what an
// account from the raw numbers says, and that the assignment kept is the cheapest seen within all capacities.
func TestAnnealerKeepsItsBooks(t *testing.T) {
	r := rng.New(6, "books")
	for trial := range 30 {
		p := draw(r, 8, 25, true)
		p.SingleSource = true
		p.Sites[trial%8].Keep = trial%3 == 0
		s, root, ok := started(t, &p, uint64(trial))
		if !ok {
			continue
		}
		if trial%5 == 4 {
			p.Open = len(s.h.list(s.open))
		}
		a := newAnnealer(s.h, root)
		best := s.cost
		for range 2000 {
			a.try()
			cost, overload := accountOf(a)
			if math.Abs(cost-a.cost) > 1e-6*cost || math.Abs(overload-a.overload) > 1e-6 {
				t.Fatalf("trial %d: cost %g and overload %g, the account says %g and %g", trial, a.cost, a.overload, cost, overload)
			}
			if overload == 0 {
				best = math.Min(best, cost)
			}
		}
		if math.Abs(a.best-best) > 1e-6*best {
			t.Fatalf("trial %d: the best is %g, seen was %g", trial, a.best, best)
		}
		if a.kept != nil {
			a.offer()
			if math.Abs(s.cost-best) > 1e-6*best {
				t.Fatalf("trial %d: offered %g for %g", trial, s.cost, best)
			}
		}
	}
}

// accountOf is the cost of an annealer's assignment and what it overloads, from the problem alone.
func accountOf(a *annealer) (cost, overload float64) {
	p := a.m.p
	load, used := make([]float64, len(p.Sites)), make([]bool, len(p.Sites))
	for j, i := range a.at {
		load[i] += p.Customers[j].Demand
		used[i] = true
		cost += p.Cost[i][j]
	}
	for i, x := range p.Sites {
		switch {
		case used[i] || x.Keep || p.Open > 0 && a.h.s.open[i]:
			cost += x.FixedCost
		case p.Open > 0:
			cost += x.CloseCost
		default:
			cost += math.Min(x.FixedCost, x.CloseCost)
		}
		if x.Capacity > 0 {
			overload += math.Max(0, load[i]-x.Capacity)
		}
	}
	return cost, overload
}

// TestRegionsTwin shows that searching regions, which in six sites are all there is, comes from any choice to what trying all
// assignments finds, and that the way there is a choice at every step.
func TestRegionsTwin(t *testing.T) {
	r := rng.New(7, "regions")
	better := 0
	for trial := range 25 {
		p := draw(r, 6, 7, true)
		p.SingleSource = true
		s, root, ok := started(t, &p, uint64(trial))
		if !ok {
			continue
		}
		before := s.cost
		s.mend(root, 1e8)
		if want := exhaustive(p); math.Abs(s.cost-want) > 1e-6*want {
			t.Fatalf("trial %d: regions came from %g to %g, trying all finds %g", trial, before, s.cost, want)
		}
		if s.cost < before {
			better++
		}
		s.bound = math.Inf(-1)
		if err := Check(p, s.choice()); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
	}
	if better < 10 {
		t.Fatalf("only %d of the first choices could be bettered: the trial shows nothing", better)
	}
}

// TestRegionsKeepTheNumberOpen shows that a region's search neither opens nor shuts more sites than the whole asks for.
func TestRegionsKeepTheNumberOpen(t *testing.T) {
	p := draw(rng.New(8, "regions"), 14, 40, true)
	p.SingleSource = true
	s, root, ok := started(t, &p, 1)
	if !ok {
		t.Fatal("no first choice")
	}
	p.Open = len(s.h.list(s.open))
	before := s.cost
	s.mend(root, 1e7)
	if got := len(s.h.list(s.open)); got != p.Open || s.cost > before {
		t.Fatalf("%d sites are open for %d, cost %g after %g", got, p.Open, s.cost, before)
	}
}

// TestDive shows that a dive gives choices within all capacities that are never better than what trying all assignments finds,
// and mostly as good.
func TestDive(t *testing.T) {
	r := rng.New(11, "dive")
	trials, found, best := 0, 0, 0
	for trial := range 25 {
		p := draw(r, 6, 7, true)
		p.SingleSource = true
		want := exhaustive(p)
		if math.IsInf(want, 1) {
			continue
		}
		trials++
		s := newSearch(newModel(&p), Options{Work: 1e9, Gap: 1e-9, Seed: 1})
		s.ctx = context.Background()
		s.dive(&part{site: make([]int8, s.m.n), u: s.start()})
		if math.IsInf(s.cost, 1) {
			continue
		}
		found++
		s.bound = math.Inf(-1)
		if err := Check(p, s.choice()); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		if s.cost < want-1e-6*want {
			t.Fatalf("trial %d: %g is better than the best, %g", trial, s.cost, want)
		}
		if s.cost < want+1e-6*want {
			best++
		}
	}
	if found < trials*9/10 || best < trials/2 {
		t.Fatalf("of %d dives %d gave a choice and %d the best", trials, found, best)
	}
}

// TestKnapsackTwin shows that the knapsack of customers is worth what trying all subsets gives, and names such a subset.
func TestKnapsackTwin(t *testing.T) {
	r := rng.New(12, "knapsack")
	var k knapsack
	var d dual
	for trial := range 200 {
		items := make([]item, 1+r.IntN(11))
		for g := range items {
			items[g] = item{j: int32(g), value: -math.Ceil(50 * r.Float64()), weight: float64(1 + r.IntN(20))}
		}
		sortItems(items)
		room := float64(1 + r.IntN(80))
		want := 0.0
		for mask := range 1 << len(items) {
			if value, weight := sumOf(items, mask); weight <= room {
				want = math.Min(want, value)
			}
		}
		got, taken := k.solve(items, room)
		value, weight := sumOf(taken, 1<<len(taken)-1)
		if got != want || value != want || weight > room {
			t.Fatalf("trial %d: worth %g with customers worth %g of weight %g in %g; trying all gives %g", trial, got, value, weight, room, want)
		}
		d.m, d.partOf = &model{capacity: []float64{room}}, []float64{1}
		if shared, _ := d.fill(0, items); shared > want+1e-9 {
			t.Fatalf("trial %d: %g with shares is worse than %g without", trial, shared, want)
		}
	}
}

func sumOf(items []item, mask int) (value, weight float64) {
	for g, it := range items {
		if mask>>g&1 == 1 {
			value += it.value
			weight += it.weight
		}
	}
	return value, weight
}

// TestCoverTwin shows that the choice of sites that hold all demand costs what trying all sets gives, and holds it; the linear
// relaxation is never dearer.
func TestCoverTwin(t *testing.T) {
	r := rng.New(13, "cover")
	for trial := range 200 {
		n := 1 + r.IntN(11)
		c := cover{holds: make([]float64, n), rho: make([]float64, n)}
		for i := range n {
			c.holds[i], c.rho[i] = float64(1+r.IntN(30)), math.Floor(60*r.Float64())
			c.rank = append(c.rank, i)
		}
		c.order()
		need := float64(r.IntN(120)) - 5
		want := math.Inf(1)
		for mask := range 1 << n {
			held, price := 0.0, 0.0
			for i := range n {
				if mask>>i&1 == 1 {
					held += c.holds[i]
					price += c.rho[i]
				}
			}
			if held >= need {
				want = math.Min(want, price)
			}
		}
		y := make([]float64, n)
		got := c.solve(need, y)
		held, price := 0.0, 0.0
		for i, v := range y {
			held += v * c.holds[i]
			price += v * c.rho[i]
		}
		if got != want || !math.IsInf(want, 1) && (held < need || price != want) {
			t.Fatalf("trial %d: %g with sites of %g that hold %g of %g; trying all gives %g", trial, got, price, held, need, want)
		}
		if linear := c.linear(0, need, -1); linear > want+1e-9 {
			t.Fatalf("trial %d: the relaxation costs %g, the choice %g", trial, linear, want)
		}
	}
}
