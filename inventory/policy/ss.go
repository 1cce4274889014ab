package policy

import (
	"context"
	"fmt"
	"math"
)

// Periodic is the setting of a (s, S) policy: stock is looked at each period, an order costs OrderCost and comes at once or
// after whole periods, what is short waits.
type Periodic struct {
	OrderCost, HoldingCost, StockoutCost float64
	Demand                               WholeLaw // of one period
	// Lead is the law of demand over the lead time and one period more, which stock must cover; nil = Demand (no lead time).
	Lead WholeLaw
}

// SSPlan is an order point and a level: at or below Point, order up to Level.
type SSPlan struct {
	Point, Level int
	Cost         float64 // expected, per period
	NoStockout   float64 // probability that a period ends with nothing owed
}

func (p Periodic) validate() error {
	if p.Demand == nil {
		return fmt.Errorf("policy: (s, S) needs a law of demand")
	}
	if !(p.OrderCost >= 0) || math.IsInf(p.OrderCost, 0) {
		return fmt.Errorf("policy: order cost is %g; it must be finite and not negative", p.OrderCost)
	}
	if err := positive("holding cost", p.HoldingCost, "stock-out cost", p.StockoutCost); err != nil {
		return err
	}
	if p.Demand.Prob(0) > 1-1e-9 {
		return fmt.Errorf("policy: demand is never above 0: nothing to plan")
	}
	return nil
}

// stockCost is the expected cost of a period that begins with y units in position.
func (p Periodic) stockCost(y int) float64 {
	law := p.Demand
	if p.Lead != nil {
		law = p.Lead
	}
	return NewsvendorCost(law, float64(y), p.HoldingCost, p.StockoutCost)
}

// renewal lists the expected visits m(j) to the levels j units below the order-up-to level within a cycle, and their sums M.
type renewal struct {
	demand WholeLaw
	visits []float64
	sums   []float64 // sums[j] = visits[0] + … + visits[j−1]
}

func newRenewal(d WholeLaw) *renewal {
	first := 1 / (1 - d.Prob(0))
	return &renewal{demand: d, visits: []float64{first}, sums: []float64{0, first}}
}

func (r *renewal) grow(n int) {
	for j := len(r.visits); j < n; j++ {
		sum := 0.0
		for l := 0; l < j; l++ {
			sum += r.visits[l] * r.demand.Prob(j-l)
		}
		sum *= r.visits[0]
		r.visits = append(r.visits, sum)
		r.sums = append(r.sums, r.sums[j]+sum)
	}
}

// SSCost is the exact expected cost per period of (s, S), s < S (Veinott & Wagner 1965; Snyder & Shen 2019, eq. 4.103).
func (p Periodic) SSCost(point, level int) (float64, error) {
	if err := p.validate(); err != nil {
		return 0, err
	}
	if point >= level || level-point > 1_000_000 {
		return 0, fmt.Errorf("policy: order point %d must lie below the level %d, by a million at most", point, level)
	}
	r := newRenewal(p.Demand)
	return p.cost(r, point, level), nil
}

func (p Periodic) cost(r *renewal, point, level int) float64 {
	n := level - point
	r.grow(n)
	sum := p.OrderCost
	for j := range n {
		sum += r.visits[j] * p.stockCost(level-j)
	}
	return sum / r.sums[n]
}

// Optimal is the (s, S) of least expected cost, exactly, by the algorithm of Zheng & Federgruen (1991): one pass up from the
// best level without order cost, the order point moving after it. It gives ctx's error when cancelled.
func (p Periodic) Optimal(ctx context.Context) (SSPlan, error) {
	if err := p.validate(); err != nil {
		return SSPlan{}, err
	}
	law := p.Demand
	if p.Lead != nil {
		law = p.Lead
	}
	base := int(law.Quantile(p.StockoutCost / (p.StockoutCost + p.HoldingCost)))
	r := newRenewal(p.Demand)
	level, point := base, base-1
	cost := p.cost(r, point, level)
	for cost > p.stockCost(point) {
		point--
		cost = p.cost(r, point, level)
	}
	for next := level + 1; p.stockCost(next) <= cost; next++ {
		if next%64 == 0 && ctx.Err() != nil {
			return SSPlan{}, ctx.Err()
		}
		c := p.cost(r, point, next)
		if c >= cost {
			continue
		}
		level, cost = next, c
		for cost <= p.stockCost(point+1) && point+1 < level {
			point++
			cost = p.cost(r, point, level)
		}
	}
	plan := SSPlan{Point: point, Level: level, Cost: cost}
	n := level - point
	for j := range n {
		plan.NoStockout += r.visits[j] / r.sums[n] * law.CDF(float64(level-j))
	}
	return plan, nil
}

// PowerApproximation gives (s, S) from fitted powers of mean and standard deviation (Ehrhardt & Mosier 1984, without their
// correction for Q/μ ≤ 1.5; Snyder & Shen 2019, eqs. 4.88–4.90). lead is the lead time in periods.
func PowerApproximation(orderCost, holding, stockout, mean, sd, lead float64) (point, level float64, err error) {
	if err := positive("order cost", orderCost, "holding cost", holding, "stock-out cost", stockout, "mean demand", mean, "standard deviation", sd); err != nil {
		return 0, 0, err
	}
	if !(lead >= 0) {
		return 0, 0, fmt.Errorf("policy: lead time is %g; it may not be negative", lead)
	}
	leadMean, leadSD := mean*(lead+1), sd*math.Sqrt(lead+1)
	q := 1.30 * math.Pow(mean, 0.494) * math.Pow(orderCost/holding, 0.506) * math.Pow(1+leadSD*leadSD/(mean*mean), 0.116)
	z := math.Sqrt(q / (leadSD * stockout / holding))
	point = 0.973*leadMean + leadSD*(0.183/z+1.063-2.192*z)
	return point, point + q, nil
}

// Horizon is a finite number of periods with normal demand in whole units; slices hold one value per period.
type Horizon struct {
	Holding, Stockout, Purchase, Order, Mean, SD, Discount []float64
	EndHolding, EndStockout                                float64 // per unit left or owed after the last period
	// Spread is how many standard deviations of demand count, 0 = 4; what lies beyond has no weight, so costs are low by about
	// its probability.
	Spread float64
}

// HorizonPlan is the best (s, S) of each period and the cost of beginning with the given stock.
type HorizonPlan struct {
	Points, Levels []int
	Cost           float64
}

// Solve gives the optimal policy by backward dynamic programming over whole stock levels (Scarf 1960; Snyder & Shen 2019, §4.4.3).
// With R levels and D demands a period takes O(R·D) steps.
func (h Horizon) Solve(ctx context.Context, stock int) (HorizonPlan, error) {
	if err := h.validate(); err != nil {
		return HorizonPlan{}, err
	}
	n := len(h.Mean)
	low, high := h.levels(stock)
	if high-low > 200_000 {
		return HorizonPlan{}, fmt.Errorf("policy: %d stock levels are too many for whole units; plan in larger units", high-low)
	}
	plan := HorizonPlan{Points: make([]int, n), Levels: make([]int, n)}
	value, stage, best := make([]float64, high-low+1), make([]float64, high-low+1), make([]int, high-low+1)
	for k := range value {
		x := float64(low + k)
		value[k] = h.EndHolding*math.Max(0, x) + h.EndStockout*math.Max(0, -x)
	}
	for t := n - 1; t >= 0; t-- {
		if err := h.stage(ctx, t, low, value, stage); err != nil {
			return HorizonPlan{}, err
		}
		least, at := math.Inf(1), len(value)-1 // of c·y + H(y) over the levels from here up
		for k := len(value) - 1; k >= 0; k-- {
			if c := h.Purchase[t]*float64(low+k) + stage[k]; c <= least {
				least, at = c, k
			}
			order := h.Order[t] + least - h.Purchase[t]*float64(low+k)
			if value[k], best[k] = stage[k], k; at != k && order < stage[k] {
				value[k], best[k] = order, at
			}
		}
		plan.Levels[t], plan.Points[t] = low+best[0], low
		for k := 0; k < len(best) && best[k] == best[0]; k++ {
			plan.Points[t] = low + k
		}
	}
	plan.Cost = value[stock-low]
	return plan, nil
}

func (h Horizon) spread() float64 {
	if h.Spread == 0 {
		return 4
	}
	return h.Spread
}

// levels bounds the stock that can matter.
func (h Horizon) levels(stock int) (low, high int) {
	var mean, sd, quantity float64
	for t := range h.Mean {
		mean, sd = math.Max(mean, h.Mean[t]), math.Max(sd, h.SD[t])
		if h.Order[t] > 0 {
			q, _, _, _ := BackorderQuantity(h.Order[t], h.Mean[t], h.Holding[t], h.Stockout[t])
			quantity = math.Max(quantity, q)
		}
	}
	low = min(stock, -int(math.Ceil(2*mean+sd*(5+h.spread()))))
	return low, max(stock, int(math.Ceil(3*mean+2*quantity+sd*(5+h.spread()))))
}

// stage fills dst with the cost of beginning period t with y units: stock cost and discounted future.
func (h Horizon) stage(ctx context.Context, t, low int, future, dst []float64) error {
	law := Normal{h.Mean[t], h.SD[t]}
	first := int(math.Max(0, math.RoundToEven(law.Mu-h.spread()*law.Sigma)))
	last := int(math.RoundToEven(law.Mu + h.spread()*law.Sigma))
	prob := make([]float64, last-first+1)
	for d := range prob {
		prob[d] = law.CDF(float64(first+d)+0.5) - law.CDF(float64(first+d)-0.5)
	}
	for k := range dst {
		if k%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		sum := 0.0
		for d, p := range prob {
			sum += p * future[max(0, k-first-d)]
		}
		dst[k] = NewsvendorCost(law, float64(low+k), h.Holding[t], h.Stockout[t]) + h.Discount[t]*sum
	}
	return nil
}

func (h Horizon) validate() error {
	n := len(h.Mean)
	if n == 0 || n > 10_000 {
		return fmt.Errorf("policy: %d periods; want 1…10,000", n)
	}
	for _, s := range []struct {
		name string
		v    []float64
	}{{"holding", h.Holding}, {"stock-out", h.Stockout}, {"purchase", h.Purchase}, {"order", h.Order}, {"standard deviation", h.SD}, {"discount", h.Discount}} {
		if len(s.v) != n {
			return fmt.Errorf("policy: %d values of %s for %d periods", len(s.v), s.name, n)
		}
		for t, v := range s.v {
			if !(v >= 0) || math.IsInf(v, 0) || (s.name == "discount" && v > 1) {
				return fmt.Errorf("policy: period %d: %s is %g", t, s.name, v)
			}
		}
	}
	for t := range n {
		if err := positive(fmt.Sprintf("period %d: mean demand", t), h.Mean[t], "its standard deviation", h.SD[t], "its holding cost", h.Holding[t], "its stock-out cost", h.Stockout[t]); err != nil {
			return err
		}
	}
	if !(h.EndHolding >= 0) || !(h.EndStockout >= 0) || !(h.Spread >= 0) {
		return fmt.Errorf("policy: end costs %g and %g and spread %g may not be negative", h.EndHolding, h.EndStockout, h.Spread)
	}
	return nil
}
