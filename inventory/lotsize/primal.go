package lotsize

import (
	"math"
	"sort"
)

// construct orders from the last period back, each need as late as it fits, items in turn from the first given; what is not a
// whole pack goes to earlier periods, or with full is rounded up at once.
func (s *shared) construct(first int, full bool) {
	n, periods := len(s.p.Items), len(s.p.Capacity)
	plan := make([][]float64, n)
	need, load := make([]float64, n), make([]float64, periods)
	for i := range plan {
		plan[i] = make([]float64, periods)
	}
	for t := periods - 1; t >= 0; t-- {
		for k := range n {
			i := (first + k) % n
			x := &s.p.Items[i]
			if need[i] += x.Demand[t]; need[i] <= 1e-9 || !x.open(t) {
				continue
			}
			room := s.p.Capacity[t] - load[t] - x.Setup
			q := x.fitting(need[i], room, full || !x.openBefore(t))
			if q <= 0 {
				continue
			}
			plan[i][t], load[t] = q, load[t]+x.uses(q)
			need[i] = math.Max(0, need[i]-q)
		}
	}
	for _, left := range need {
		if left > 1e-9 {
			return
		}
	}
	if s.p.holds(plan) {
		s.improve(plan)
		if cost := s.p.cost(plan); cost < s.best.Cost {
			s.best.Cost, s.best.Qty = cost, plan
		}
	}
}

// fitting is the largest order up to a need, or up to the need rounded up, that room capacity takes; 0 = none.
func (x *CapacitatedItem) fitting(need, room float64, up bool) float64 {
	if x.Use > 0 {
		most := math.Max(0, room) / x.Use
		if up && x.round(need) <= most*(1+1e-12) {
			return x.round(need)
		}
		need = math.Min(need, most)
	} else if room < 0 {
		return 0
	} else if up {
		return x.round(need)
	}
	if step := math.Max(x.Pack, x.Truck); step > 0 {
		need = math.Floor(need/step+1e-9) * step
	}
	if need <= 1e-9 || x.round(need) > need*(1+1e-9) {
		return 0
	}
	return need
}

func (x *CapacitatedItem) openBefore(t int) bool {
	for k := range t {
		if x.open(k) {
			return true
		}
	}
	return false
}

// offer makes a plan out of the items' own orders and keeps it if it is the best.
func (s *shared) offer(qty [][]float64) {
	plan := make([][]float64, len(qty))
	for i := range qty {
		plan[i] = append([]float64(nil), qty[i]...)
	}
	if !s.shift(plan) {
		return
	}
	for i := range plan {
		s.whole(i, plan)
	}
	if !s.p.holds(plan) {
		return
	}
	s.improve(plan)
	if cost := s.p.cost(plan); cost < s.best.Cost {
		s.best.Cost, s.best.Qty = cost, plan
	}
}

// shift moves what is over capacity to earlier periods, from the last period back, cheapest holding per capacity first.
func (s *shared) shift(plan [][]float64) bool {
	load := s.p.load(plan)
	for t := len(load) - 1; t >= 0; t-- {
		over := load[t] - s.p.Capacity[t]
		if over <= 1e-9 {
			continue
		}
		type candidate struct {
			item  int
			value float64
		}
		var list []candidate
		for i := range plan {
			if plan[i][t] > 0 && s.p.Items[i].Use > 0 {
				x := &s.p.Items[i]
				hold := 0.0
				if t > 0 {
					hold = x.Holding[t-1] + x.unit(t-1) - x.unit(t)
				}
				list = append(list, candidate{i, hold / x.Use})
			}
		}
		sort.SliceStable(list, func(a, b int) bool { return list[a].value < list[b].value })
		for _, c := range list {
			if over = load[t] - s.p.Capacity[t]; over <= 1e-9 {
				break
			}
			s.earlier(c.item, t, over, plan, load)
		}
		if load[t] > s.p.Capacity[t]*(1+1e-9)+1e-9 {
			return false
		}
	}
	return true
}

// earlier moves as much of an item's order as frees the overload to the nearest earlier periods that have room.
func (s *shared) earlier(i, t int, over float64, plan [][]float64, load []float64) {
	x := &s.p.Items[i]
	for before := t - 1; before >= 0 && over > 1e-9 && plan[i][t] > 0; before-- {
		if !x.open(before) {
			continue
		}
		room := s.p.Capacity[before] - load[before]
		if plan[i][before] == 0 {
			room -= x.Setup
		}
		amount := math.Min(plan[i][t], over/x.Use)
		if plan[i][t]*x.Use+x.Setup <= over || plan[i][t]-amount < 1e-9 {
			amount = plan[i][t]
		}
		if amount = math.Min(amount, room/x.Use); amount <= 1e-9 {
			continue
		}
		load[before] += x.uses(plan[i][before]+amount) - x.uses(plan[i][before])
		load[t] -= x.uses(plan[i][t]) - x.uses(plan[i][t]-amount)
		plan[i][before] += amount
		if plan[i][t] -= amount; plan[i][t] < 1e-9 {
			plan[i][t] = 0
		}
		over = load[t] - s.p.Capacity[t]
	}
}

// whole raises orders to packs, least orders and trucks and takes off later ones what has come already.
func (s *shared) whole(i int, plan [][]float64) {
	x := &s.p.Items[i]
	if x.Pack == 0 && x.Least == 0 && x.Truck == 0 {
		return
	}
	ahead := 0.0 // ordered beyond what the plan said
	for t, q := range plan[i] {
		want := math.Max(0, q-ahead)
		order := x.round(want)
		ahead += order - q
		plan[i][t] = order
	}
}

// improve drops orders into earlier ones and splits nothing, for as long as that saves and fits.
func (s *shared) improve(plan [][]float64) {
	load := s.p.load(plan)
	for pass, better := 0, true; better && pass < 4; pass++ {
		better = false
		for i := range plan {
			for t := range plan[i] {
				if plan[i][t] > 0 && s.merge(i, t, plan, load) {
					better = true
				}
			}
		}
	}
}

// merge tries to move a whole order to the open period, earlier or later, where it saves most.
func (s *shared) merge(i, t int, plan [][]float64, load []float64) bool {
	x, qty := &s.p.Items[i], plan[i]
	q := qty[t]
	spent := x.Order[t] + x.unit(t)*q
	best, at := -1e-9*math.Max(1, spent), -1
	try := func(to int, held float64) {
		if !x.open(to) || load[to]+x.uses(qty[to]+q)-x.uses(qty[to]) > s.p.Capacity[to]*(1+1e-12) {
			return
		}
		delta := x.unit(to)*q + held - spent
		if qty[to] == 0 {
			delta += x.Order[to]
		}
		if delta < best {
			best, at = delta, to
		}
	}
	held := 0.0
	for to := t - 1; to >= 0; to-- {
		held += x.Holding[to] * q
		try(to, held)
	}
	held = 0
	stock := x.stock(qty)
	for to := t + 1; to < len(qty) && stock[to-1] >= q*(1-1e-9); to++ { // until then what lies there does without it
		held -= x.Holding[to-1] * q
		try(to, held)
	}
	if at < 0 {
		return false
	}
	load[t] -= x.uses(q)
	load[at] += x.uses(qty[at]+q) - x.uses(qty[at])
	qty[at] += q
	qty[t] = 0
	return true
}

// stock is what remains at the end of each period.
func (x *Item) stock(qty []float64) []float64 {
	out, left := make([]float64, len(qty)), 0.0
	for t, q := range qty {
		left += q - x.Demand[t]
		out[t] = left
	}
	return out
}
