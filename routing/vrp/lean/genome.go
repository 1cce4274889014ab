package lean

import (
	"cmp"
	"math"
	"slices"
)

// genome is one plan of a population, feasible or not.
type genome struct {
	order      []int32 // stops, route by route, the routes around the depot
	ends       []int32 // where each route ends in order
	prev, next []int32 // 0 = the depot
	travel     int64
	excess     []int64 // what each overloaded route carries too much
	cost       int64   // with the price of the excess
	kin        []likeness
}

// likeness is how far another genome of the same population is.
type likeness struct {
	apart int32
	other *genome
}

func newGenome(n int) *genome {
	return &genome{order: make([]int32, 0, n), prev: make([]int32, n), next: make([]int32, n)}
}

// feasible tells whether no route carries too much.
func (m *genome) feasible() bool { return len(m.excess) == 0 }

// appraise counts the cost at a price of one unit too much.
func (m *genome) appraise(price float64) {
	m.cost = m.travel
	for _, e := range m.excess {
		m.cost += int64(price*float64(e)) + 1
	}
}

// apart counts the legs of m that o lacks (broken pairs; Prins, Engineering Applications of Artificial Intelligence 22(6), 2009).
func (m *genome) apart(o *genome) int32 {
	broken := int32(0)
	for i := 1; i < len(m.next); i++ {
		n, p := m.next[i], m.prev[i]
		if n != o.next[i] && n != o.prev[i] {
			broken++
		}
		if p == 0 && o.prev[i] != 0 && o.next[i] != 0 {
			broken++
		}
	}
	return broken
}

// tours is the stops of each route.
func (m *genome) tours() [][]int32 {
	out := make([][]int32, 0, len(m.ends))
	from := int32(0)
	for _, to := range m.ends {
		out = append(out, slices.Clone(m.order[from:to]))
		from = to
	}
	return out
}

// bearing is a route and its direction from the depot.
type bearing struct {
	angle float64
	route int32
}

// store writes the plan of d to m, its routes in the order of their directions from the depot.
func (d *descent) store(m *genome) {
	d.bearings = d.bearings[:0]
	for r := range d.tours {
		t := &d.tours[r]
		if t.size == 0 {
			continue
		}
		var x, y float64
		for c := d.stops[d.head(int32(r))].next; c != d.end(int32(r)); c = d.stops[c].next {
			x, y = x+d.g.x[c], y+d.g.y[c]
		}
		k := float64(t.size)
		d.bearings = append(d.bearings, bearing{math.Atan2(y/k-d.g.y[0], x/k-d.g.x[0]), int32(r)})
	}
	slices.SortFunc(d.bearings, func(a, b bearing) int {
		return cmp.Or(cmp.Compare(a.angle, b.angle), cmp.Compare(d.stops[d.head(a.route)].next, d.stops[d.head(b.route)].next))
	})
	m.order, m.ends, m.excess, m.travel = m.order[:0], m.ends[:0], m.excess[:0], 0
	for _, b := range d.bearings {
		for c := d.head(b.route); ; c = d.stops[c].next {
			s := &d.stops[c]
			if c == d.end(b.route) {
				break
			}
			m.travel += int64(s.toNext)
			if s.node != 0 {
				m.order = append(m.order, c)
				m.prev[c], m.next[c] = d.stops[s.prev].node, d.stops[s.next].node
			}
		}
		m.ends = append(m.ends, int32(len(m.order)))
		if over := d.tours[b.route].load - d.g.p.limit; over > 0 {
			m.excess = append(m.excess, over)
		}
	}
	m.appraise(d.price)
}
