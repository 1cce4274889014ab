package network

import (
	"math"
	"slices"
)

// dual evaluates the Lagrangian: every site serves the customers worth more than their cost, within its capacity.
type dual struct {
	m      *model
	rho    []float64
	takes  [][]int32 // per site: the customers it takes
	partOf []float64 // per site: the share of the last customer taken
	room   []float64 // per site: what a unit more of capacity would be worth
	y      []float64 // choice of sites
	served []float64 // per customer
	rank   []int
	pick   []item
	knap   knapsack
	cover  cover
	banned []bool  // [site*m+customer] of the part at hand, nil = none ever
	bans   []int32 // those set
	steps  int64
}

type item struct {
	j      int32
	value  float64 // c − u < 0
	weight float64
	key    float64 // value per weight
}

func newDual(m *model) *dual {
	d := &dual{m: m, rho: make([]float64, m.n), takes: make([][]int32, m.n), partOf: make([]float64, m.n), room: make([]float64, m.n), y: make([]float64, m.n),
		served: make([]float64, m.m), rank: make([]int, m.n)}
	d.cover.holds, d.cover.rho = m.holds, d.rho
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
			d.rho[i] = m.fixed[i] + d.serve(i, u)
			d.steps += int64(m.m / 3)
		}
	}
	d.steps += int64(m.n)
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
func (d *dual) serve(i int, u []float64) float64 {
	m := d.m
	pick := d.pick[:0]
	value, weight := 0.0, 0.0
	row := m.cost[i*m.m : (i+1)*m.m]
	var out []bool
	if len(d.bans) > 0 {
		out = d.banned[i*m.m : (i+1)*m.m]
	}
	for j, c := range row {
		if v := c - u[j]; v < 0 && (out == nil || !out[j]) {
			pick = append(pick, item{j: int32(j), value: v, weight: m.demand[j]})
			value += v
			weight += m.demand[j]
		}
	}
	d.pick = pick
	d.partOf[i], d.room[i] = 1, 0
	if weight > m.capacity[i] {
		d.steps += int64(len(pick)) * 8 // the sort
		sortItems(pick)
		d.room[i] = worth(pick, m.capacity[i])
		if m.single {
			value, pick = d.knap.solve(pick, m.capacity[i])
			d.steps += d.knap.steps + 4*int64(d.knap.nodes)
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

// sortItems puts the customers that are worth most per weight first.
func sortItems(items []item) {
	for k := range items {
		items[k].key = items[k].value / items[k].weight
	}
	slices.SortFunc(items, func(a, b item) int { return byKey(a.key, b.key, int(a.j), int(b.j)) })
}

// worth is the value of a unit of room in the fractional knapsack over sorted customers.
func worth(pick []item, room float64) float64 {
	for _, p := range pick {
		if room -= p.weight; room < 0 {
			return -p.key
		}
	}
	return 0
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

// choose sets y to the cheapest sites, all that earn and enough to hold all demand, or the wanted number; it gives their price.
func (d *dual) choose(x *part) float64 {
	m := d.m
	sum, need := 0.0, m.needed
	rank := d.rank[:0]
	for i := range m.n {
		d.y[i] = 0
		switch {
		case x.site[i] == opened, x.site[i] == free && m.p.Open == 0 && d.rho[i] < 0:
			d.y[i] = 1
			sum += d.rho[i]
			need -= m.holds[i]
		case x.site[i] == free:
			rank = append(rank, i)
		}
	}
	if m.p.Open > 0 {
		return sum + d.count(x, rank)
	}
	d.cover.rank = rank
	d.cover.order()
	return sum + d.cover.solve(need, d.y)
}

// count opens the cheapest free sites until as many are open as are wanted; +Inf where that cannot be.
func (d *dual) count(x *part, rank []int) float64 {
	left, sum := d.m.p.Open, 0.0
	for _, v := range x.site {
		if v == opened {
			left--
		}
	}
	if left < 0 || left > len(rank) {
		return math.Inf(1)
	}
	slices.SortFunc(rank, func(a, b int) int { return byKey(d.rho[a], d.rho[b], a, b) })
	for _, i := range rank[:left] {
		d.y[i] = 1
		sum += d.rho[i]
	}
	return sum
}

// byKey orders by key, ties by index.
func byKey(x, y float64, a, b int) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return a - b
}

// ban makes the assignments that are out in a part count until the next part's.
func (d *dual) ban(x *part) {
	for _, k := range d.bans {
		d.banned[k] = false
	}
	d.bans = append(d.bans[:0], x.bans...)
	if len(d.bans) > 0 && d.banned == nil {
		d.banned = make([]bool, len(d.m.cost))
	}
	for _, k := range d.bans {
		d.banned[k] = true
	}
}
