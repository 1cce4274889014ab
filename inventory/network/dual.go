package network

import (
	"math"
	"slices"
)

// model is the problem in flat arrays with the closing costs taken out: fixed[i] is what opening i costs beyond closing it.
type model struct {
	p        *Problem
	n, m     int
	fixed    []float64
	constant float64
	capacity []float64 // +Inf = unlimited
	limited  bool
	least    int  // sites that any choice needs
	alike    bool // all capacities are equal
	single   bool // each customer by one site under capacities
	demand   []float64
	total    float64
	cost     []float64 // [site*m+customer]
	whole    bool      // all costs are whole numbers, so that bounds round up
}

func newModel(p *Problem) *model {
	m := &model{p: p, n: len(p.Sites), m: len(p.Customers), whole: true}
	whole := func(v float64) {
		if v != math.Trunc(v) && !math.IsInf(v, 0) {
			m.whole = false
		}
	}
	for _, c := range p.Customers {
		m.demand = append(m.demand, c.Demand)
		m.total += c.Demand
	}
	for i, s := range p.Sites {
		m.constant += s.CloseCost
		m.fixed = append(m.fixed, s.FixedCost-s.CloseCost)
		whole(s.FixedCost)
		whole(s.CloseCost)
		if s.Capacity > 0 && s.Capacity < m.total {
			m.limited = true
			m.capacity = append(m.capacity, s.Capacity)
		} else {
			m.capacity = append(m.capacity, math.Inf(1))
		}
		m.cost = append(m.cost, p.Cost[i]...)
		for _, c := range p.Cost[i] {
			whole(c)
		}
	}
	m.single = m.limited && p.SingleSource
	m.least, m.alike = m.leastSites()
	if m.limited && !m.single {
		m.whole = false // shares of a customer may cost fractions
	}
	return m
}

// Fixings of a site.
const (
	free   int8 = 0
	opened int8 = 1
	closed int8 = -1
)

// part is a branch: fixed sites and, for single sources, assignments that are out.
type part struct {
	site  []int8
	out   []bool // [site*m+customer], nil = none
	u     []float64
	bound float64
	frac  []float64 // mean of the site choices along the ascent
	over  []float64 // mean times that each customer was served
}

// dual evaluates the Lagrangian: every site serves the customers worth more than their cost, within its capacity.
type dual struct {
	m      *model
	rho    []float64
	takes  [][]int32 // per site: the customers it takes
	partOf []float64 // per site: the share of the last customer taken
	y      []float64 // choice of sites
	served []float64 // per customer
	rank   []int
	pick   []item
	knap   knapsack
	steps  int64
}

type item struct {
	j      int32
	value  float64 // c − u < 0
	weight float64
}

func newDual(m *model) *dual {
	d := &dual{m: m, rho: make([]float64, m.n), takes: make([][]int32, m.n), partOf: make([]float64, m.n), y: make([]float64, m.n),
		served: make([]float64, m.m), rank: make([]int, m.n)}
	return d
}

// evaluate gives the bound at multipliers u and the choice behind it.
func (d *dual) evaluate(x *part, u []float64) float64 {
	m := d.m
	bound := m.constant
	for _, v := range u {
		bound += v
	}
	for i := range m.n {
		d.rho[i] = math.Inf(1)
		if x.site[i] != closed {
			d.rho[i] = m.fixed[i] + d.serve(i, x, u)
		}
	}
	d.steps += int64(m.n * m.m)
	bound += d.choose(x)
	clear(d.served)
	for i := range m.n {
		if d.y[i] == 0 {
			continue
		}
		for k, j := range d.takes[i] {
			share := d.y[i]
			if k == len(d.takes[i])-1 {
				share *= d.partOf[i]
			}
			d.served[j] += share
		}
	}
	return bound
}

// serve fills takes[i] with the customers that pay, as many as fit, and gives their value.
func (d *dual) serve(i int, x *part, u []float64) float64 {
	m := d.m
	pick := d.pick[:0]
	value, weight := 0.0, 0.0
	row := m.cost[i*m.m : (i+1)*m.m]
	var out []bool
	if x.out != nil {
		out = x.out[i*m.m : (i+1)*m.m]
	}
	for j, c := range row {
		if v := c - u[j]; v < 0 && (out == nil || !out[j]) {
			pick = append(pick, item{int32(j), v, m.demand[j]})
			value += v
			weight += m.demand[j]
		}
	}
	d.pick = pick
	d.partOf[i] = 1
	if weight > m.capacity[i] {
		d.steps += int64(len(pick)) * 16 // the sort
		slices.SortFunc(pick, func(a, b item) int {
			if x, y := a.value*b.weight, b.value*a.weight; x != y {
				if x < y {
					return -1
				}
				return 1
			}
			return int(a.j - b.j)
		})
		if m.single {
			value, pick = d.knap.solve(pick, m.capacity[i])
			d.steps += int64(d.knap.nodes)
		} else {
			value, pick = d.fill(i, pick)
		}
	}
	takes := d.takes[i][:0]
	for _, p := range pick {
		takes = append(takes, p.j)
	}
	d.takes[i] = takes
	return value
}

// fill is the fractional knapsack over sorted customers.
func (d *dual) fill(i int, pick []item) (float64, []item) {
	room, value := d.m.capacity[i], 0.0
	for k, p := range pick {
		if p.weight > room {
			d.partOf[i] = room / p.weight
			return value + p.value*d.partOf[i], pick[:k+1]
		}
		room -= p.weight
		value += p.value
	}
	return value, pick
}

// choose sets y to the cheapest sites: all that earn, or the wanted number, and enough to hold all demand (by the linear
// relaxation of that knapsack).
func (d *dual) choose(x *part) float64 {
	m := d.m
	sum, room, count := 0.0, 0.0, 0
	rank := d.rank[:0]
	for i := range m.n {
		d.y[i] = 0
		switch {
		case x.site[i] == opened, x.site[i] == free && m.p.Open == 0 && d.rho[i] < 0:
			d.y[i] = 1
			sum += d.rho[i]
			room += m.capacity[i]
			count++
		case x.site[i] == free:
			rank = append(rank, i)
		}
	}
	if m.p.Open > 0 {
		slices.SortFunc(rank, func(a, b int) int {
			if d.rho[a] < d.rho[b] || (d.rho[a] == d.rho[b] && a < b) {
				return -1
			}
			return 1
		})
		for _, i := range rank {
			if count == m.p.Open {
				break
			}
			d.y[i] = 1
			sum += d.rho[i]
			count++
		}
		if count != m.p.Open {
			return math.Inf(1)
		}
		return sum
	}
	if !m.limited || (room >= m.total && count >= m.least) {
		return sum
	}
	if counted, ok := d.count(rank, sum, count); ok && (m.alike || room >= m.total) {
		return counted
	}
	slices.SortFunc(rank, func(a, b int) int {
		if x, y := d.rho[a]*m.capacity[b], d.rho[b]*m.capacity[a]; x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return a - b
	})
	for _, i := range rank {
		if room >= m.total {
			return sum
		}
		share := math.Min(1, (m.total-room)/m.capacity[i])
		d.y[i] = share
		sum += share * d.rho[i]
		room += m.capacity[i] * share
	}
	if room < m.total*(1-1e-12) {
		return math.Inf(1)
	}
	return sum
}

// count opens the cheapest sites by number alone until as many are open as any choice needs: with equal capacities that says more
// than the linear knapsack.
func (d *dual) count(rank []int, sum float64, count int) (float64, bool) {
	slices.SortFunc(rank, func(a, b int) int {
		if d.rho[a] < d.rho[b] || (d.rho[a] == d.rho[b] && a < b) {
			return -1
		}
		return 1
	})
	if !d.m.alike && count >= d.m.least {
		return 0, false
	}
	for _, i := range rank {
		if count >= d.m.least {
			return sum, true
		}
		d.y[i] = 1
		sum += d.rho[i]
		count++
	}
	if count >= d.m.least {
		return sum, true
	}
	return math.Inf(1), true
}

// leastSites is the smallest number of sites that can hold all demand, and whether all have the same capacity.
func (m *model) leastSites() (least int, alike bool) {
	caps := append([]float64(nil), m.capacity...)
	slices.Sort(caps)
	alike = caps[0] == caps[len(caps)-1]
	room := 0.0
	for k := len(caps) - 1; k >= 0 && room < m.total*(1-1e-12); k-- {
		room += caps[k]
		least++
	}
	return least, alike
}

// knapsack is the exact 0-1 knapsack over customers sorted by value per weight: depth first with the linear bound. Where it
// would take too long it gives the linear value, which is a valid bound, with the customers of the whole part.
type knapsack struct {
	nodes   int
	best    float64
	taken   []bool
	keep    []bool
	items   []item
	out     []item
	overrun bool
}

const knapsackNodes = 3000

func (k *knapsack) solve(items []item, capacity float64) (float64, []item) {
	n := len(items)
	k.items = items
	k.taken = append(k.taken[:0], make([]bool, n)...)
	k.keep = append(k.keep[:0], make([]bool, n)...)
	k.nodes, k.best, k.overrun = 0, 0, false
	room := capacity
	for i, it := range items { // greedy start
		if it.weight <= room {
			room -= it.weight
			k.best += it.value
			k.keep[i] = true
		}
	}
	k.walk(0, capacity, 0)
	value := k.best
	if k.overrun {
		value = k.linear(0, capacity)
	}
	k.out = k.out[:0]
	for i, it := range items {
		if k.keep[i] {
			k.out = append(k.out, it)
		}
	}
	return value, k.out
}

// linear is the value of the rest from item i on when the last may be cut.
func (k *knapsack) linear(i int, room float64) float64 {
	value := 0.0
	for _, it := range k.items[i:] {
		if it.weight > room {
			return value + it.value*room/it.weight
		}
		room -= it.weight
		value += it.value
	}
	return value
}

func (k *knapsack) walk(i int, room, value float64) {
	if value < k.best-1e-12 {
		k.best = value
		copy(k.keep, k.taken)
	}
	if i == len(k.items) || k.overrun {
		return
	}
	if k.nodes++; k.nodes > knapsackNodes {
		k.overrun = true
		return
	}
	if value+k.linear(i, room) >= k.best-1e-9*math.Abs(k.best)-1e-12 {
		return
	}
	if it := k.items[i]; it.weight <= room {
		k.taken[i] = true
		k.walk(i+1, room-it.weight, value+it.value)
		k.taken[i] = false
	}
	k.walk(i+1, room, value)
}
