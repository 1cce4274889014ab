package network

import "math"

// Of so many tries one shuts a site, and of those that meet a closed site one opens it.
const (
	annealShuts = 32
	annealOpens = 4
)

// try draws a customer and one of its sites and takes the move between them when it costs no more than chance allows.
func (a *annealer) try() {
	j := a.rnd.IntN(a.m.m)
	if len(a.near[j]) < 2 {
		return
	}
	r := a.rnd.Float64()
	i, k := a.at[j], a.near[j][int(r*r*float64(len(a.near[j])))]
	if i == k {
		return
	}
	limit := a.heat * a.rnd.ExpFloat64()
	switch {
	case len(a.members[k]) == 0:
		switch a.rnd.IntN(annealOpens) {
		case 0:
			a.open(k, limit)
		case 1:
			a.shift(j, k, limit)
		default:
			a.relocate(i, k, limit)
		}
	case a.m.p.Open == 0 && a.rnd.IntN(annealShuts) == 0:
		a.shut(i, limit)
	case a.rnd.IntN(2) == 0:
		a.shift(j, k, limit)
	default:
		a.exchange(j, a.members[k][a.rnd.IntN(len(a.members[k]))], limit)
	}
	if a.within() {
		a.fine++
	}
}

// shift moves customer j to site k.
func (a *annealer) shift(j, k int, limit float64) {
	m, i := a.m, a.at[j]
	d := m.cost[k*m.m+j] - m.cost[i*m.m+j]
	if len(a.members[i]) == 1 {
		d -= a.fixed[i]
	}
	if len(a.members[k]) == 0 {
		d += a.fixed[k]
	}
	if d+a.penalty*(a.over(k, m.demand[j])+a.over(i, -m.demand[j])) <= limit {
		a.leave(j)
		a.enter(j, k)
		a.changed(d)
	}
}

// exchange swaps the sites of two customers.
func (a *annealer) exchange(j, l int, limit float64) {
	m, i, k := a.m, a.at[j], a.at[l]
	d := m.cost[k*m.m+j] - m.cost[i*m.m+j] + m.cost[i*m.m+l] - m.cost[k*m.m+l]
	more := m.demand[j] - m.demand[l]
	if d+a.penalty*(a.over(k, more)+a.over(i, -more)) <= limit {
		a.leave(j)
		a.leave(l)
		a.enter(j, k)
		a.enter(l, i)
		a.changed(d)
	}
}

// relocate moves all of site i to the closed site k.
func (a *annealer) relocate(i, k int, limit float64) {
	m := a.m
	d := a.fixed[k] - a.fixed[i]
	for _, j := range a.members[i] {
		d += m.cost[k*m.m+j] - m.cost[i*m.m+j]
	}
	if !(d+a.penalty*(a.over(k, a.load[i])+a.over(i, -a.load[i])) <= limit) {
		return
	}
	for len(a.members[i]) > 0 {
		j := a.members[i][len(a.members[i])-1]
		a.leave(j)
		a.enter(j, k)
	}
	a.changed(d)
}

// begin makes ready to move several customers; move takes one, settle keeps the moves or takes all back.
func (a *annealer) begin() { a.group, a.from = a.group[:0], a.from[:0] }

// move takes one customer of the group to site k and gives what that costs.
func (a *annealer) move(j, k int) float64 {
	m, i := a.m, a.at[j]
	a.group, a.from = append(a.group, j), append(a.from, i)
	d := m.cost[k*m.m+j] - m.cost[i*m.m+j]
	a.leave(j)
	if len(a.members[i]) == 0 {
		d -= a.fixed[i]
	}
	if len(a.members[k]) == 0 {
		d += a.fixed[k]
	}
	a.enter(j, k)
	return d
}

// settle keeps the group's moves at cost d when it lies within the limit and takes them back otherwise.
func (a *annealer) settle(d, overload, limit float64) {
	if d+a.penalty*(a.overload-overload) <= limit {
		a.changed(d)
		return
	}
	for g := len(a.group) - 1; g >= 0; g-- {
		a.leave(a.group[g])
		a.enter(a.group[g], a.from[g])
	}
}

// open fills the closed site k with the customers that save by it at the prices of room, those that save most per unit first.
func (a *annealer) open(k int, limit float64) {
	m := a.m
	a.begin()
	room, d, overload := m.capacity[k], 0.0, a.overload
	for _, j := range a.nearOf[k] {
		i := a.at[j]
		if m.demand[j] <= room && m.cost[k*m.m+j]+a.price[k]*m.demand[j] < m.cost[i*m.m+j]+a.price[i]*m.demand[j] {
			room -= m.demand[j]
			d += a.move(j, k)
		}
	}
	a.settle(d, overload, limit)
}

// shut sends the customers of site i to the open sites where cost and overload grow least.
func (a *annealer) shut(i int, limit float64) {
	m := a.m
	a.begin()
	d, overload := 0.0, a.overload
	for len(a.members[i]) > 0 {
		j := a.members[i][len(a.members[i])-1]
		to, least := -1, 0.0
		for _, k := range a.near[j] {
			if k == i || len(a.members[k]) == 0 {
				continue
			}
			if c := m.cost[k*m.m+j] + a.penalty*a.over(k, m.demand[j]); to < 0 || c < least {
				to, least = k, c
			}
		}
		if to < 0 {
			d = math.Inf(1)
			break
		}
		d += a.move(j, to)
		if d > limit+a.fixed[i] {
			break
		}
	}
	a.settle(d, overload, limit)
}
