package echelon

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Spare is one repairable item at a depot and the bases that it serves. Times are in one unit, demands per that unit.
type Spare struct {
	ID         string
	UnitCost   float64 // > 0
	Bases      []SpareBase
	DepotTime  float64 // mean repair time at the depot, ≥ 0
	DepotStock int     // most units that the depot may hold, 0 = 200
	BaseStock  int     // most units that one base may hold, 0 = 200
}

// SpareBase is one place where a Spare fails.
type SpareBase struct {
	Demand      float64 // failures per time, ≥ 0
	RepairShare float64 // share repaired at the base itself, 0…1
	RepairTime  float64 // mean time of it, ≥ 0
	ShipTime    float64 // mean time from the depot, ≥ 0
}

// SparePlan is a split of units over depot and bases.
type SparePlan struct {
	Depot      int
	Bases      []int
	Backorders float64 // expected units owed at the bases together
	Cost       float64
}

// SpareMethod says how the units on their way to a base are thought to vary.
type SpareMethod int

// Methods for spare parts.
const (
	// VariMetric keeps mean and variance and fits a negative binomial (Graves 1985; Sherbrooke 1986).
	VariMetric SpareMethod = iota
	// Metric takes them as Poisson (Sherbrooke 1968); it understates what is owed.
	Metric
)

// Evaluate gives the expected backorders at the bases of given stocks.
func (s *Spare) Evaluate(method SpareMethod, depot int, bases []int) (float64, error) {
	if err := s.validate(); err != nil {
		return 0, err
	}
	if depot < 0 || len(bases) != len(s.Bases) {
		return 0, fmt.Errorf("echelon: spare %q: depot stock %d and %d base stocks for %d bases", s.ID, depot, len(bases), len(s.Bases))
	}
	total := 0.0
	for j, p := range s.pipelines(method, depot) {
		if bases[j] < 0 {
			return 0, fmt.Errorf("echelon: spare %q: stock of base %d is %d", s.ID, j, bases[j])
		}
		total += p.backorders(bases[j])
	}
	return total, nil
}

func (s *Spare) validate() error {
	bad := func(field string, value float64, want string) error {
		return fmt.Errorf("echelon: spare %q: %s is %g, want %s", s.ID, field, value, want)
	}
	if !(s.UnitCost > 0) || s.UnitCost > 1e12 {
		return bad("unit cost", s.UnitCost, "above 0")
	}
	if !(s.DepotTime >= 0) || s.DepotTime > 1e6 {
		return bad("depot repair time", s.DepotTime, "0…1e6")
	}
	if s.DepotStock < 0 || s.BaseStock < 0 || s.DepotStock > 1e4 || s.BaseStock > 1e4 {
		return fmt.Errorf("echelon: spare %q: most stock %d at the depot and %d at a base; want 0…10,000", s.ID, s.DepotStock, s.BaseStock)
	}
	for j, b := range s.Bases {
		for _, x := range []struct {
			name        string
			value, most float64
		}{{"demand", b.Demand, 1e4}, {"repair share", b.RepairShare, 1}, {"repair time", b.RepairTime, 1e6}, {"ship time", b.ShipTime, 1e6}} {
			if !(x.value >= 0) || x.value > x.most {
				return bad(fmt.Sprintf("base %d: %s", j, x.name), x.value, fmt.Sprintf("0…%g", x.most))
			}
		}
		if b.Demand*(b.RepairTime+b.ShipTime+s.DepotTime) > 5e3 {
			return fmt.Errorf("echelon: spare %q: base %d has over 5,000 units on their way; check the time units", s.ID, j)
		}
	}
	return nil
}

// pipeline is the number of units on their way to a base: mean and variance.
type pipeline struct{ mean, variance float64 }

// pipelines gives the units on their way to every base when the depot holds so many.
func (s *Spare) pipelines(method SpareMethod, depot int) []pipeline {
	atDepot := 0.0
	for _, b := range s.Bases {
		atDepot += b.Demand * (1 - b.RepairShare)
	}
	owed, spread := poissonBackorders(atDepot*s.DepotTime, depot)
	out := make([]pipeline, len(s.Bases))
	for j, b := range s.Bases {
		own := b.Demand * (b.RepairShare*b.RepairTime + (1-b.RepairShare)*b.ShipTime)
		share := 0.0
		if atDepot > 0 {
			share = b.Demand * (1 - b.RepairShare) / atDepot
		}
		p := pipeline{mean: own + share*owed}
		if p.variance = p.mean; method == VariMetric {
			p.variance = own + share*(1-share)*owed + share*share*spread
		}
		out[j] = p
	}
	return out
}

// poissonBackorders gives mean and variance of (X − s)+ for Poisson X.
func poissonBackorders(mean float64, s int) (owed, variance float64) {
	if mean == 0 {
		return 0, 0
	}
	d := distuv.Poisson{Lambda: mean}
	second := 0.0
	for x := s + 1; ; x++ {
		p, over := d.Prob(float64(x)), float64(x-s)
		owed += p * over
		second += p * over * over
		if float64(x) > mean && p*over*over < 1e-16 {
			return owed, max(0, second-owed*owed)
		}
	}
}

// backorders is the mean of (X − s)+ for X with the pipeline's mean and variance.
func (p pipeline) backorders(s int) float64 {
	if p.mean == 0 {
		return 0
	}
	if p.variance <= p.mean*(1+1e-9) {
		owed, _ := poissonBackorders(p.mean, s)
		return owed
	}
	r := p.mean * p.mean / (p.variance - p.mean)
	q := 1 - p.mean/p.variance // X counts successes of probability q before r failures
	mass := math.Exp(r * math.Log1p(-q))
	short := 0.0
	for x := 0; x < s; x++ {
		short += mass * float64(s-x)
		mass *= q * (r + float64(x)) / float64(x+1)
	}
	return max(0, p.mean-float64(s)+short)
}

// PlaceSpares spends a budget on spares so that the fewest units are owed at the bases: per item every depot stock with
// its bases filled one unit at a time (marginal analysis, exact for given depot stock as backorders are convex), the lower
// hull over depot stocks, then hulls across items by backorders saved per cost (Sherbrooke 2004, ch. 3). The plans and the
// expected backorders together are given; a point between two hull corners is not used, so a little budget may stay.
func PlaceSpares(ctx context.Context, items []Spare, budget float64, method SpareMethod) ([]SparePlan, float64, error) {
	if !(budget >= 0) || math.IsInf(budget, 0) {
		return nil, 0, fmt.Errorf("echelon: budget is %g; it must be finite and not negative", budget)
	}
	hulls := make([][]SparePlan, len(items))
	at := make([]int, len(items))
	owed := 0.0
	for i := range items {
		if err := items[i].validate(); err != nil {
			return nil, 0, err
		}
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		hulls[i] = items[i].hull(method, int(math.Min(1e5, budget/items[i].UnitCost)))
		owed += hulls[i][0].Backorders
	}
	for {
		pick, most := -1, 0.0
		for i, h := range hulls {
			if at[i]+1 < len(h) {
				cost := h[at[i]+1].Cost - h[at[i]].Cost
				if gain := (h[at[i]].Backorders - h[at[i]+1].Backorders) / cost; cost <= budget && gain > most {
					pick, most = i, gain
				}
			}
		}
		if pick < 0 {
			break
		}
		from, to := hulls[pick][at[pick]], hulls[pick][at[pick]+1]
		budget -= to.Cost - from.Cost
		owed += to.Backorders - from.Backorders
		at[pick]++
	}
	plans := make([]SparePlan, len(items))
	for i, h := range hulls {
		plans[i] = h[at[i]]
	}
	return plans, max(0, owed), nil
}

// hull gives the lower convex hull of backorders over units bought, at most so many, beginning with none.
func (s *Spare) hull(method SpareMethod, most int) []SparePlan {
	depotMost, baseMost := s.DepotStock, s.BaseStock
	if depotMost == 0 {
		depotMost = 200
	}
	if baseMost == 0 {
		baseMost = 200
	}
	best := map[int]SparePlan{}
	units := 0
	for depot := 0; depot <= min(depotMost, most); depot++ {
		lines := s.pipelines(method, depot)
		bases := make([]int, len(lines))
		owed := make([]float64, len(lines))
		total := 0.0
		for j, p := range lines {
			owed[j] = p.backorders(0)
			total += owed[j]
		}
		for n := depot; n <= most; n++ {
			if old, ok := best[n]; !ok || total < old.Backorders-1e-12 {
				best[n] = SparePlan{Depot: depot, Bases: append([]int(nil), bases...), Backorders: total, Cost: float64(n) * s.UnitCost}
			}
			units = max(units, n)
			pick, most := -1, 1e-9
			for j, p := range lines {
				if bases[j] < baseMost {
					if gain := owed[j] - p.backorders(bases[j]+1); gain > most {
						pick, most = j, gain
					}
				}
			}
			if pick < 0 {
				break
			}
			bases[pick]++
			total -= most
			owed[pick] -= most
		}
		if depot > 0 && allNear(lines, s.pipelines(method, depot-1)) {
			break // the depot owes nothing any more
		}
	}
	var hull []SparePlan
	for n := 0; n <= units; n++ {
		p, ok := best[n]
		if !ok || (len(hull) > 0 && p.Backorders >= hull[len(hull)-1].Backorders) {
			continue
		}
		for len(hull) >= 2 && slope(hull[len(hull)-1], p) <= slope(hull[len(hull)-2], hull[len(hull)-1]) {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, p)
	}
	return hull
}

func slope(a, b SparePlan) float64 { return (b.Backorders - a.Backorders) / (b.Cost - a.Cost) }

func allNear(a, b []pipeline) bool {
	for j := range a {
		if math.Abs(a[j].mean-b[j].mean) > 1e-9 {
			return false
		}
	}
	return true
}
