package network

import (
	"fmt"
	"math"
)

// twoStageTol is what flows may be wrong by as shares: they are whole parts of 2³⁰.
const twoStageTol = 1e-5

// CheckTwoStage holds a choice against its problem from the raw numbers.
func CheckTwoStage(p TwoStage, c TwoStageChoice) error {
	if c.Status == StatusInfeasible || c.Status == StatusUnknown {
		return nil
	}
	open := make([]bool, len(p.Hubs))
	for _, h := range c.Open {
		open[h] = true
	}
	made, through, left, served := make([]float64, len(p.Plants)), make([]float64, len(p.Hubs)), make([]float64, len(p.Hubs)), make([]float64, len(p.Customers))
	cost, total := 0.0, 0.0
	for h, x := range p.Hubs {
		if open[h] {
			cost += x.FixedCost
		} else {
			cost += x.CloseCost
		}
	}
	leg := func(f Flow, km float64) {
		cost += f.Units * (p.Modes[f.Mode].PerUnit + km*(p.Modes[f.Mode].PerUnitKm+p.CO2Price*p.Modes[f.Mode].CO2KgPerUnitKm))
	}
	for _, f := range c.In {
		if !open[f.To] || !p.Modes[f.Mode].Inbound {
			return fmt.Errorf("network check: hub %d is not open to inbound mode %d", f.To, f.Mode)
		}
		made[f.From] += f.Units
		through[f.To] += f.Units
		cost += f.Units * p.Plants[f.From].UnitCost
		leg(f, p.InKm[f.From][f.To])
	}
	for _, f := range c.Out {
		if !open[f.From] || !p.Modes[f.Mode].Outbound {
			return fmt.Errorf("network check: hub %d is not open to outbound mode %d", f.From, f.Mode)
		}
		left[f.From] += f.Units
		served[f.To] += f.Units
		leg(f, p.OutKm[f.From][f.To])
	}
	for _, x := range p.Customers {
		total += x.Demand
	}
	slack := twoStageTol * math.Max(total, 1)
	for j, x := range p.Customers {
		if math.Abs(served[j]-x.Demand) > slack {
			return fmt.Errorf("network check: customer %q gets %g of %g", x.ID, served[j], x.Demand)
		}
	}
	for h, x := range p.Hubs {
		if math.Abs(through[h]-left[h]) > slack || (x.Capacity > 0 && left[h] > x.Capacity+slack) {
			return fmt.Errorf("network check: hub %q takes in %g and gives %g of %g", x.ID, through[h], left[h], x.Capacity)
		}
	}
	for i, x := range p.Plants {
		if x.Capacity > 0 && made[i] > x.Capacity+slack {
			return fmt.Errorf("network check: plant %q makes %g of %g", x.ID, made[i], x.Capacity)
		}
	}
	if math.Abs(cost-c.Cost) > 1e-6*math.Max(1, cost) || c.Bound > c.Cost*(1+1e-9) {
		return fmt.Errorf("network check: cost is %g, said %g, bound %g", cost, c.Cost, c.Bound)
	}
	return nil
}
