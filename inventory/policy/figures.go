package policy

import (
	"math"

	"quartermaster/inventory"
)

// Figures are what a stocking rule costs and serves in a year.
type Figures struct {
	Rule        inventory.Policy
	OnHand      float64 // mean units on the shelf
	Holding     float64 // cost a year, in the unit of the item's cost
	Ordering    float64 // cost a year
	ShortUnits  float64 // units a year that wait
	OrdersYear  float64
	StockTurns  float64 // demand a year over mean stock; 0 where there is none
	DemandYear  float64
	SafetyUnits float64
}

// Cost is holding and ordering together.
func (f Figures) Cost() float64 { return f.Holding + f.Ordering }

// Year gives the figures of a rule for one item at one site: the position is uniform over r … r + Q, so that mean stock on hand
// is Q/2 + r − mean lead-time demand + units owed (Axsäter 2015, §5.3). Shares and bounds of Decide apply.
func Year(in Input, rule inventory.Policy, params Params) (Figures, error) {
	params, err := params.withDefaults()
	if err != nil {
		return Figures{}, err
	}
	if err := validate(&in, params); err != nil {
		return Figures{}, err
	}
	dist, err := NewDistribution(in.Demand.Levels, in.Demand.LeadQuantiles, in.Demand.LeadMean, in.Demand.LeadSD)
	if err != nil {
		return Figures{}, fieldError(&in, "lead-time demand", err.Error())
	}
	f := Figures{Rule: rule, DemandYear: in.Demand.MeanPerDay * daysPerYear, SafetyUnits: rule.SafetyStock}
	q := float64(rule.OrderUpTo - rule.ReorderPoint)
	if q <= 0 {
		f.ShortUnits = f.DemandYear * (1 - rule.FillRate)
		return f, nil
	}
	r := float64(rule.ReorderPoint)
	owed := meanLoss(&dist, r, r+q)
	f.OnHand = math.Max(0, q/2+r-in.Demand.LeadMean+owed)
	unit := float64(in.Terms.CostCents(&in.Item, rule.OrderUpTo-rule.ReorderPoint)) / q
	f.Holding = unit * params.HoldingRate * f.OnHand
	f.OrdersYear = f.DemandYear / q
	f.Ordering = f.OrdersYear * float64(params.OrderCostCents)
	f.Rule.Cycle, f.Rule.FillRate = dist.CDF(r), FillRate(&dist, r, q)
	f.ShortUnits = f.DemandYear * (1 - f.Rule.FillRate)
	if f.OnHand > 0 {
		f.StockTurns = f.DemandYear / f.OnHand
	}
	return f, nil
}

// meanLoss is the mean of the loss function over an interval, by Simpson's rule on 32 pieces: it is smooth and falls.
func meanLoss(d *Distribution, from, to float64) float64 {
	const pieces = 32
	step := (to - from) / pieces
	sum := d.Loss(from) + d.Loss(to)
	for k := 1; k < pieces; k++ {
		weight := 2.0
		if k%2 == 1 {
			weight = 4
		}
		sum += weight * d.Loss(from+float64(k)*step)
	}
	return sum / (3 * pieces)
}

// Curve gives the figures at each service target, of the kind that in asks for: the price of a better service.
func Curve(in Input, params Params, targets []float64) ([]Figures, error) {
	params.ShortageCents = 0 // the item alone keeps the target
	out := make([]Figures, 0, len(targets))
	for _, t := range targets {
		x := in
		if in.Service.Cycle > 0 {
			x.Service = inventory.Service{Cycle: t}
		} else {
			x.Service = inventory.Service{FillRate: t}
		}
		rule, err := Decide(x, params)
		if err != nil {
			return nil, err
		}
		f, err := Year(x, rule, params)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// Shift is what becomes of a rule when one assumption is off by a share: Kept with the rule as it is, Adapted with the rule that
// would then be best.
type Shift struct {
	What          string
	Share         float64
	Kept, Adapted Figures
}

// Sensitivity moves one assumption after the other up and down by share, 0 < share < 1.
func Sensitivity(in Input, rule inventory.Policy, params Params, share float64) ([]Shift, error) {
	var out []Shift
	for _, c := range []struct {
		what   string
		change func(x *Input, p *Params, f float64)
	}{
		{"demand", func(x *Input, _ *Params, f float64) { scaleDemand(&x.Demand, f, f, f) }},
		{"spread of demand", func(x *Input, _ *Params, f float64) { scaleDemand(&x.Demand, 1, 1, f) }},
		{"lead time", func(x *Input, _ *Params, f float64) {
			scaleDemand(&x.Demand, 1, f, math.Sqrt(f))
			x.Demand.LeadDays *= f
		}},
		{"order cost", func(_ *Input, p *Params, f float64) {
			p.OrderCostCents = int64(math.Round(float64(p.OrderCostCents) * f))
		}},
		{"holding rate", func(_ *Input, p *Params, f float64) { p.HoldingRate *= f }},
	} {
		for _, s := range [2]float64{-share, share} {
			x, p := in, params
			if p.HoldingRate == 0 {
				p.HoldingRate = defaultHoldingRate
			}
			c.change(&x, &p, 1+s)
			kept, err := Year(x, rule, p)
			if err != nil {
				return nil, err
			}
			better, err := Decide(x, p)
			if err != nil {
				return nil, err
			}
			adapted, err := Year(x, better, p)
			if err != nil {
				return nil, err
			}
			out = append(out, Shift{What: c.what, Share: s, Kept: kept, Adapted: adapted})
		}
	}
	return out, nil
}

// scaleDemand scales the rate, the mean over the lead time and the spread around it.
func scaleDemand(d *inventory.Demand, rate, mean, spread float64) {
	old := d.LeadMean
	d.MeanPerDay *= rate
	d.LeadMean *= mean
	d.LeadSD *= spread
	quantiles := make([]float64, len(d.LeadQuantiles))
	for i, q := range d.LeadQuantiles {
		quantiles[i] = math.Max(0, d.LeadMean+(q-old)*spread)
	}
	d.LeadQuantiles = quantiles
}
