package network

import (
	"context"
	"math"

	"quartermaster/internal/flow"
)

// flowUnits is the number of whole units that all demand makes for a flow.
const flowUnits = 1 << 30

// fill finds the cheapest flow through the open hubs.
func (s *stages) fill(ctx context.Context, open []int) (TwoStageChoice, error) {
	p := s.p
	total, dear := 0.0, 1e-9
	for _, c := range p.Customers {
		total += c.Demand
	}
	for _, rows := range [2][][]float64{s.inCost, s.outCost} {
		for _, row := range rows {
			for _, c := range row {
				if !math.IsInf(c, 1) {
					dear = math.Max(dear, c)
				}
			}
		}
	}
	units, cents := flowUnits/math.Max(total, 1e-9), 1e8/dear
	n, k := len(p.Plants), len(open)
	f := flow.Problem{Supply: make([]int64, n+2*k+len(p.Customers))}
	add := func(from, to int, capacity, cost float64) {
		f.From, f.To = append(f.From, int32(from)), append(f.To, int32(to))
		c := int64(flow.Unlimited)
		if capacity > 0 {
			c = int64(capacity * units)
		}
		f.Capacity, f.Cost = append(f.Capacity, c), append(f.Cost, int64(math.Round(cost*cents)))
	}
	var asked int64
	for c, x := range p.Customers {
		d := int64(x.Demand * units)
		f.Supply[n+2*k+c] = -d
		asked += d
	}
	for i, x := range p.Plants {
		f.Supply[i] = asked
		if x.Capacity > 0 {
			f.Supply[i] = min(asked, int64(x.Capacity*units*(1+1e-12)))
		}
		for a, h := range open {
			if s.inMode[i][h] >= 0 {
				add(i, n+a, 0, s.inCost[i][h])
			}
		}
	}
	for a, h := range open {
		add(n+a, n+k+a, p.Hubs[h].Capacity, 0)
		for c := range p.Customers {
			if s.outMode[h][c] >= 0 && p.Customers[c].Demand > 0 {
				add(n+k+a, n+2*k+c, 0, s.outCost[h][c])
			}
		}
	}
	r, err := flow.Solve(ctx, f)
	if err != nil {
		return TwoStageChoice{}, err
	}
	if r.Status != flow.StatusOptimal {
		return TwoStageChoice{Status: StatusUnknown}, nil
	}
	return s.choice(open, f, r, units), nil
}

// choice writes a flow in the caller's units, with each customer served in full.
func (s *stages) choice(open []int, f flow.Problem, r flow.Result, units float64) TwoStageChoice {
	p, n, k := s.p, len(s.p.Plants), len(open)
	out := TwoStageChoice{Status: StatusFeasible, Open: append([]int(nil), open...)}
	isOpen := make([]bool, len(p.Hubs))
	for _, h := range open {
		isOpen[h] = true
	}
	for h, x := range p.Hubs {
		if isOpen[h] {
			out.FixedCost += x.FixedCost
		} else {
			out.FixedCost += x.CloseCost
		}
	}
	for a, v := range r.Flow {
		from, to := int(f.From[a]), int(f.To[a])
		if v == 0 || (from >= n && from < n+k) {
			continue
		}
		var x Flow
		var km float64
		if from < n {
			x = Flow{From: from, To: open[to-n], Units: float64(v) / units}
			x.Mode, km = s.inMode[x.From][x.To], p.InKm[x.From][x.To]
			out.MadeCost += x.Units * p.Plants[from].UnitCost
			out.In = append(out.In, x)
		} else {
			x = Flow{From: open[from-n-k], To: to - n - 2*k, Units: float64(v) / units}
			x.Mode, km = s.outMode[x.From][x.To], p.OutKm[x.From][x.To]
			out.Out = append(out.Out, x)
		}
		m := p.Modes[x.Mode]
		out.TransportCost += x.Units * (m.PerUnit + km*m.PerUnitKm)
		out.CO2Kg += x.Units * km * m.CO2KgPerUnitKm
	}
	out.Cost = out.FixedCost + out.MadeCost + out.TransportCost + p.CO2Price*out.CO2Kg
	return out
}
