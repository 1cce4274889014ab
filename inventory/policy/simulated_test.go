package policy

import (
	"context"
	"math"
	"testing"

	"quartermaster/internal/rng"
)

const runBatches = 40

// TestLostSalesRun shows that base stock and (r, Q) without backlog cost and serve what they promise when Poisson demand is drawn,
// and that neighbours of the best rules promise no less cost.
func TestLostSalesRun(t *testing.T) {
	t.Parallel()
	l := LostSales{OrderCost: 20, HoldingCost: 1, LostCost: 15, DemandRate: 4, LeadTime: 1.5}
	base, err := l.BestBaseStock()
	if err != nil {
		t.Fatal(err)
	}
	free := l
	free.OrderCost = 0
	rq, err := l.BestRQ()
	if err != nil {
		t.Fatal(err)
	}
	if rq.Cost > base.Cost {
		t.Errorf("(r, Q) costs %g, base stock %g", rq.Cost, base.Cost)
	}
	for r := max(0, rq.R-4); r <= rq.R+4; r++ {
		for q := max(r+1, rq.Q-6); q <= rq.Q+6; q++ {
			if p, err := l.RQ(r, q); err != nil || p.Cost < rq.Cost-1e-9 {
				t.Errorf("(%d, %d) costs %g, the best %g (%v)", r, q, p.Cost, rq.Cost, err)
			}
		}
	}
	for name, p := range map[string]LostPlan{"base stock": base, "(r, Q)": rq} {
		r := rng.New(7, "lost", name)
		var cost, fill []float64
		for range runBatches {
			c, f := runLost(l, p, r.ExpFloat64, 3000)
			cost, fill = append(cost, c), append(fill, f)
		}
		within(t, name+" cost", cost, p.Cost)
		within(t, name+" fill rate", fill, p.FillRate)
	}
}

// runLost plays one batch of demands: orders of Q at R on hand and on order.
func runLost(l LostSales, p LostPlan, draw func() float64, demands int) (cost, fill float64) {
	now, onHand, onOrder, area, lost, orders := 0.0, p.R+p.Q, 0, 0.0, 0, 0
	var due []float64
	for range demands {
		next := now + draw()/l.DemandRate
		for len(due) > 0 && due[0] <= next {
			area += float64(onHand) * (due[0] - now)
			now = due[0]
			due, onHand, onOrder = due[1:], onHand+p.Q, onOrder-p.Q
		}
		area += float64(onHand) * (next - now)
		if now = next; onHand == 0 {
			lost++
			continue
		}
		if onHand--; onHand+onOrder <= p.R {
			onOrder += p.Q
			orders++
			due = append(due, now+l.LeadTime)
		}
	}
	return (l.OrderCost*float64(orders) + l.HoldingCost*area + l.LostCost*float64(lost)) / now, 1 - float64(lost)/float64(demands)
}

// TestPerishableRuns shows the same of perishable stock of three periods, and that its parts add up: what is bought is sold or
// thrown away.
func TestPerishableRuns(t *testing.T) {
	t.Parallel()
	law, err := NewPoisson(4)
	if err != nil {
		t.Fatal(err)
	}
	p := Perishable{Lifetime: 3, HoldingCost: 0.2, LostCost: 6, OutdateCost: 3, Demand: law}
	best, err := p.Best(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r := rng.New(3, "perishable")
	var cost, fill, outdated []float64
	ages := make([]int, 3)
	for range runBatches {
		var c, lost, asked, out float64
		const periods = 3000
		for range periods {
			ages[2] += max(0, best.Level-ages[0]-ages[1]-ages[2]) // the oldest first
			d := int(law.Quantile(r.Float64()))
			asked += float64(d)
			for a := range ages {
				take := min(d, ages[a])
				ages[a], d = ages[a]-take, d-take
			}
			lost += float64(d)
			c += p.HoldingCost*float64(ages[0]+ages[1]+ages[2]) + p.LostCost*float64(d) + p.OutdateCost*float64(ages[0])
			out += float64(ages[0])
			ages[0], ages[1], ages[2] = ages[1], ages[2], 0
		}
		cost, fill, outdated = append(cost, c/periods), append(fill, 1-lost/asked), append(outdated, out/periods)
	}
	within(t, "cost", cost, best.Cost)
	within(t, "fill rate", fill, best.FillRate)
	within(t, "outdated", outdated, best.Outdated)
	single := Perishable{Lifetime: 1, HoldingCost: 0.2, LostCost: 6, OutdateCost: 3, Demand: law} // the newsvendor
	one, err := single.Best(context.Background())
	if level, c, _ := Newsvendor(law, 3.2, 6); err != nil || one.Level != int(level) || math.Abs(one.Cost-c) > 1e-9 {
		t.Errorf("one period: level %d at %g, the newsvendor has %g at %g (%v)", one.Level, one.Cost, level, c, err)
	}
	if best.Cost >= one.Cost {
		t.Errorf("three periods cost %g, one costs %g", best.Cost, one.Cost)
	}
}

// TestCanOrderRuns shows that can-order rules run near the cost of their decomposition (which is an approximation, on the safe side by a tenth with so few items) and
// below the cost of the same items ordered apart.
func TestCanOrderRuns(t *testing.T) {
	t.Parallel()
	items := []CanOrderItem{{OrderCost: 2, HoldingCost: 1, StockoutCost: 20, DemandRate: 3, LeadTime: 0.5}, {OrderCost: 2, HoldingCost: 0.6, StockoutCost: 20, DemandRate: 5, LeadTime: 0.5},
		{OrderCost: 3, HoldingCost: 1, StockoutCost: 30, DemandRate: 2, LeadTime: 0.5}}
	const shared = 40.0
	plan, err := CanOrder(context.Background(), shared, items)
	if err != nil {
		t.Fatal(err)
	}
	apart := 0.0
	for i, x := range items {
		one, err := CanOrder(context.Background(), shared, items[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		law, _ := NewPoisson(x.DemandRate * x.LeadTime)
		exact, err := RQWhole(context.Background(), law, shared+x.OrderCost, x.DemandRate, x.HoldingCost, x.StockoutCost)
		if err != nil || math.Abs(one.Cost-exact.Cost) > 1e-6 { // alone, it is the (r, Q) rule
			t.Errorf("item %d alone costs %g, exactly %g (%v)", i, one.Cost, exact.Cost, err)
		}
		apart += one.Cost
	}
	ran := runCanOrder(shared, items, plan)
	if ran > plan.Cost || ran < 0.8*plan.Cost || ran > 0.95*apart {
		t.Errorf("it ran at %g, the decomposition says %g, apart they cost %g", ran, plan.Cost, apart)
	}
}

func runCanOrder(shared float64, items []CanOrderItem, plan CanOrderPlan) float64 {
	r := rng.New(5, "can-order")
	position := make([]int, len(items))
	laws := make([]WholeLaw, len(items))
	total := 0.0
	for i, x := range items {
		position[i], total = plan.Rules[i].Level, total+x.DemandRate
		laws[i], _ = NewPoisson(x.DemandRate * x.LeadTime)
	}
	now, cost := 0.0, 0.0
	for range 200_000 {
		step := r.ExpFloat64() / total
		for i, x := range items {
			cost += step * NewsvendorCost(laws[i], float64(position[i]), x.HoldingCost, x.StockoutCost)
		}
		now += step
		which, u := 0, r.Float64()*total
		for ; which < len(items)-1 && u >= items[which].DemandRate; which++ {
			u -= items[which].DemandRate
		}
		if position[which]--; position[which] > plan.Rules[which].Must {
			continue
		}
		cost += shared
		for i, rule := range plan.Rules {
			if position[i] <= rule.Can || i == which {
				cost += items[i].OrderCost
				position[i] = rule.Level
			}
		}
	}
	return cost / now
}

// TestRandomLeadTimesRun shows that demand over gamma lead times has the law that is promised: base stock under it costs and
// serves so, and the projected-level rule orders what an exact look ahead says.
func TestRandomLeadTimesRun(t *testing.T) {
	t.Parallel()
	law, err := RandomLeadLaw(3, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	level, cost, err := Newsvendor(law, 1, 12)
	if err != nil {
		t.Fatal(err)
	}
	r := rng.New(11, "lead")
	var ran, calm []float64
	for range runBatches {
		sum, fine := 0.0, 0.0
		const draws = 4000
		for range draws {
			lead := 0.0
			for range 4 { // gamma of shape 4: mean 2, standard deviation 1
				lead += 0.5 * r.ExpFloat64()
			}
			d := 0.0
			for at := r.ExpFloat64() / 3; at < lead; at += r.ExpFloat64() / 3 {
				d++
			}
			sum += math.Max(0, level-d) + 12*math.Max(0, d-level)
			if d <= level {
				fine++
			}
		}
		ran, calm = append(ran, sum/draws), append(calm, fine/draws)
	}
	within(t, "cost", ran, cost)
	within(t, "no stock-out", calm, law.CDF(level))
	poisson, _ := NewPoisson(2)
	order, projected, err := ProjectedOrder(3, []int{1, 0}, poisson, 5)
	want := 0.0 // by hand: 3 on hand, demand, +1, demand, +0
	for d := range 40 {
		for e := range 40 {
			want += poisson.Prob(d) * poisson.Prob(e) * math.Max(0, math.Max(0, float64(3-d))+1-float64(e))
		}
	}
	if err != nil || math.Abs(projected-want) > 1e-9 || order != int(math.Round(5-want)) {
		t.Errorf("projected %g, by hand %g, order %d (%v)", projected, want, order, err)
	}
}

// TestPeriodicBaseStockRuns shows cost, cycle service and fill rate of periodic review with a lead time of two periods.
func TestPeriodicBaseStockRuns(t *testing.T) {
	t.Parallel()
	one, _ := NewPoisson(6)
	two, _ := NewPoisson(12)
	three, _ := NewPoisson(18)
	p, err := PeriodicBaseStock(three, two, 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	r := rng.New(13, "periodic")
	var cost, cycle, fill []float64
	net, pipe := p.Level, [3]int{}
	for range runBatches {
		c, calm, short, asked := 0.0, 0.0, 0.0, 0.0
		const periods = 4000
		for range periods {
			net += pipe[0] // ordered at the beginning of the period before the last
			d := int(one.Quantile(r.Float64()))
			pipe[0], pipe[1] = pipe[1], pipe[2]
			before := max(0, -net)
			net -= d
			pipe[2] = d // up to the level again, at the beginning of the next period
			short += float64(max(0, -net) - before)
			asked += float64(d)
			c += math.Max(0, float64(net)) + 9*math.Max(0, float64(-net))
			if net >= 0 {
				calm++
			}
		}
		cost, cycle, fill = append(cost, c/periods), append(cycle, calm/periods), append(fill, 1-short/asked)
	}
	within(t, "cost", cost, p.Cost)
	within(t, "cycle", cycle, p.Cycle)
	within(t, "fill rate", fill, p.FillRate)
}

// TestYearRuns shows that the figures of a year hold when gamma demand is drawn period by period under the rule.
func TestYearRuns(t *testing.T) {
	t.Parallel()
	in := example()
	in.Demand.Levels, in.Demand.LeadQuantiles = nil, nil
	in.Demand.MeanPerDay, in.Demand.LeadDays, in.Demand.LeadMean, in.Demand.LeadSD = 5, 14, 70, math.Sqrt(14*9)
	p := Params{OrderCostCents: 2000, HoldingRate: 0.25}
	rule, err := Decide(in, p)
	if err != nil {
		t.Fatal(err)
	}
	year, err := Year(in, rule, p)
	if err != nil {
		t.Fatal(err)
	}
	dist, _ := NewDistribution(nil, nil, 70, math.Sqrt(14*9))
	r := rng.New(17, "year")
	q := float64(rule.OrderUpTo - rule.ReorderPoint)
	var hand []float64
	for range runBatches {
		sum := 0.0
		for range 4000 { // the position is uniform, and independent of the demand over the lead time that follows
			sum += math.Max(0, float64(rule.ReorderPoint)+q*r.Float64()-dist.Quantile(r.Float64()))
		}
		hand = append(hand, sum/4000)
	}
	within(t, "on hand", hand, year.OnHand)
	curve, err := Curve(in, p, []float64{0.5, 0.9, 0.99, 0.999})
	if err != nil {
		t.Fatal(err)
	}
	for k := 1; k < len(curve); k++ {
		if curve[k].Holding <= curve[k-1].Holding || curve[k].ShortUnits >= curve[k-1].ShortUnits {
			t.Errorf("better service costs less: %+v then %+v", curve[k-1], curve[k])
		}
	}
	shifts, err := Sensitivity(in, rule, p, 0.2)
	if err != nil || len(shifts) != 10 {
		t.Fatal(shifts, err)
	}
	if up := shifts[1]; up.What != "demand" || up.Kept.Rule.FillRate >= rule.FillRate || up.Adapted.Rule.ReorderPoint <= rule.ReorderPoint {
		t.Errorf("a fifth more demand: %+v", up)
	}
}
