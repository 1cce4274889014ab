package echelon

import (
	"fmt"
	"math"
)

// checkTol is the relative error that sums of square roots may have.
const checkTol = 1e-9

// Check holds a placement against its network from the raw numbers: every promise kept, every arc waited for, stock and cost
// as defined, and, where the bound stands on prices alone, the bound. It knows nothing of how the placement was found.
func Check(w Network, p Placement) error {
	if p.Status == StatusInfeasible {
		if len(p.Reasons) == 0 || len(p.Relaxation) == 0 {
			return fmt.Errorf("echelon check: no placement, but %d reasons and %d ways out", len(p.Reasons), len(p.Relaxation))
		}
		return nil
	}
	n := len(w.Stages)
	if len(p.ServiceTimes) != n || len(p.InboundTimes) != n || len(p.NetTimes) != n || len(p.Stock) != n {
		return fmt.Errorf("echelon check: %d stages, but %d service times", n, len(p.ServiceTimes))
	}
	cost := 0.0
	for i, s := range w.Stages {
		net := p.InboundTimes[i] + s.LeadTime - p.ServiceTimes[i]
		units := s.Spread * math.Sqrt(math.Max(0, float64(net)))
		switch {
		case p.ServiceTimes[i] < 0 || (s.MaxServiceTime >= 0 && p.ServiceTimes[i] > s.MaxServiceTime):
			return fmt.Errorf("echelon check: stage %q promises %d periods, allowed 0…%d", s.ID, p.ServiceTimes[i], s.MaxServiceTime)
		case p.InboundTimes[i] < s.SupplierTime:
			return fmt.Errorf("echelon check: stage %q waits %d periods, its suppliers outside take %d", s.ID, p.InboundTimes[i], s.SupplierTime)
		case net < 0 || net != p.NetTimes[i]:
			return fmt.Errorf("echelon check: stage %q covers %d periods, said %d", s.ID, net, p.NetTimes[i])
		case !near(units, p.Stock[i]):
			return fmt.Errorf("echelon check: stage %q holds %g units, said %g", s.ID, units, p.Stock[i])
		}
		cost += s.HoldingCost * units
	}
	for _, a := range w.Arcs {
		if p.ServiceTimes[a.From] > p.InboundTimes[a.To] {
			return fmt.Errorf("echelon check: stage %q waits %d periods for %q, which promises %d",
				w.Stages[a.To].ID, p.InboundTimes[a.To], w.Stages[a.From].ID, p.ServiceTimes[a.From])
		}
	}
	switch {
	case !near(cost, p.Cost):
		return fmt.Errorf("echelon check: cost is %g, said %g", cost, p.Cost)
	case p.Bound > p.Cost*(1+checkTol) || !(p.Bound >= 0):
		return fmt.Errorf("echelon check: bound %g above cost %g", p.Bound, p.Cost)
	case p.Cost > 0 && !near(p.Gap, (p.Cost-p.Bound)/p.Cost):
		return fmt.Errorf("echelon check: gap %g with cost %g and bound %g", p.Gap, p.Cost, p.Bound)
	}
	if p.Nodes == 0 && p.Prices != nil {
		return checkPrices(w, p)
	}
	return nil
}

func near(a, b float64) bool {
	return math.Abs(a-b) <= checkTol*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}

// checkPrices recomputes the bound that prices prove: with a rising price for a promise of s on each arc, paid by the supplier and
// earned by the customer for its inbound time, every stage chooses its times alone.
func checkPrices(w Network, p Placement) error {
	price := map[Arc][]float64{}
	k := 0
	for _, a := range w.Arcs {
		if _, double := price[a]; double {
			continue
		}
		if k >= len(p.Prices) {
			return fmt.Errorf("echelon check: %d prices are too few", len(p.Prices))
		}
		price[a] = p.Prices[k]
		for s := 1; s < len(p.Prices[k]); s++ {
			if p.Prices[k][s] < p.Prices[k][s-1] {
				return fmt.Errorf("echelon check: the price of arc %q → %q falls at %d", w.Stages[a.From].ID, w.Stages[a.To].ID, s)
			}
		}
		k++
	}
	longest := longestTimes(w)
	at := func(v []float64, t int) float64 { return v[min(t, len(v)-1)] }
	bound := 0.0
	for i, s := range w.Stages {
		paid, earned := make([]float64, longest[i]+1), make([]float64, longest[i]+1)
		for a, v := range price {
			for t := range paid {
				if a.From == i {
					paid[t] += at(v, t)
				}
				if a.To == i {
					earned[t] += at(v, t)
				}
			}
		}
		least := math.Inf(1)
		most := longest[i]
		if s.MaxServiceTime >= 0 {
			most = min(most, s.MaxServiceTime)
		}
		for out := 0; out <= most; out++ {
			for in := max(s.SupplierTime, out-s.LeadTime); in+s.LeadTime <= longest[i]; in++ {
				least = math.Min(least, s.HoldingCost*s.Spread*math.Sqrt(float64(in+s.LeadTime-out))+paid[out]-earned[in])
			}
		}
		bound += least
	}
	if p.Bound > bound+1e-7*math.Abs(p.Cost) {
		return fmt.Errorf("echelon check: the prices prove %g, said %g", bound, p.Bound)
	}
	return nil
}

// longestTimes is the longest time that each stage could take to serve without stock anywhere.
func longestTimes(w Network) []int {
	longest := make([]int, len(w.Stages))
	for changed := true; changed; {
		changed = false
		for i, s := range w.Stages {
			wait := s.SupplierTime
			for _, a := range w.Arcs {
				if a.To == i {
					promise := longest[a.From]
					if m := w.Stages[a.From].MaxServiceTime; m >= 0 {
						promise = min(promise, m)
					}
					wait = max(wait, promise)
				}
			}
			if wait+s.LeadTime > longest[i] {
				longest[i], changed = wait+s.LeadTime, true
			}
		}
	}
	return longest
}
