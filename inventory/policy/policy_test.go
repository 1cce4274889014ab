package policy

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"quartermaster/internal/rng"
	"quartermaster/inventory"
)

var levels = []float64{0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99}

func example() Input {
	return Input{
		Item: inventory.Item{ID: "85123A", UnitCostCents: 255, PackSize: 6, MinOrderQty: 12, SupplierID: "S1"},
		Demand: inventory.Demand{
			ItemID: "85123A", SiteID: "north", MeanPerDay: 4, LeadDays: 14, LeadMean: 56, LeadSD: 15, Levels: levels,
			LeadQuantiles: []float64{30, 38, 45, 55, 66, 76, 83, 90, 98},
		},
		Position: inventory.Position{ItemID: "85123A", SiteID: "north", OnHand: 40, OnOrder: 12, Backordered: 2},
		Service:  inventory.Service{Cycle: 0.95, FillRate: 0.98},
		OrderDay: 3,
	}
}

var params = Params{ReviewDays: 7, OrderCostCents: 500, HoldingRate: 0.25}

// One item worked by hand: cycle 0.95 is the given quantile 83; Harris's quantity √(2·500·1460/63.75) = 151.3 becomes 156 in
// packs of 6; the order fills 50 up to 239 in whole packs: 192 units.
func TestWorkedItem(t *testing.T) {
	t.Parallel()
	in := example()
	p, orders, err := Plan(context.Background(), []Input{in}, params)
	if err != nil {
		t.Fatal(err)
	}
	if p[0].ReorderPoint != 83 || p[0].OrderUpTo != 239 || p[0].Binding != "cycle" || math.Abs(p[0].Cycle-0.95) > 1e-12 {
		t.Errorf("policy %+v", p[0])
	}
	if len(orders) != 1 || orders[0].Qty != 192 || orders[0].CostCents != 192*255 || orders[0].DueDay != 10 {
		t.Fatalf("orders %+v", orders)
	}
	want := "stock position 50 (on hand 40, on order 12, owed 2) is at or below the reorder point 83, which covers 95.0 % of cycles of 14.0 days (mean demand 56.0) and serves 99.7 % of units; the cycle target sets it; order 192 units (32 packs of 6) for 489.60, up to 239: the batch of 156 follows from the economic order quantity 151.3"
	if orders[0].Reason != want {
		t.Errorf("reason\n%s\nwant\n%s", orders[0].Reason, want)
	}
	mustHold(t, []Input{in}, p, orders)
}

func mustHold(t testing.TB, in []Input, policies []inventory.Policy, orders []inventory.Replenishment) {
	t.Helper()
	next := 0
	for i := range in {
		if err := inventory.CheckPolicy(in[i].Demand, in[i].Service, policies[i]); err != nil {
			t.Fatal(err)
		}
		if next < len(orders) && orders[next].ItemID == in[i].Item.ID && orders[next].SiteID == in[i].Position.SiteID {
			if err := inventory.CheckReplenishment(in[i].Item, in[i].Position, orders[next]); err != nil {
				t.Fatal(err)
			}
			next++
		} else if ip := in[i].Position.InventoryPosition(); ip <= policies[i].ReorderPoint && ip < policies[i].OrderUpTo {
			t.Fatalf("item %q stands at %d, reorder point %d, and is not ordered", in[i].Item.ID, ip, policies[i].ReorderPoint)
		}
	}
	if next != len(orders) {
		t.Fatalf("%d orders belong to no input in sequence", len(orders)-next)
	}
}

// Harris's formula on the examples of Snyder & Shen (2019), Example 3.1 and Problem 3.1, as recorded by stockpyl 1.0.2.
func TestEconomicOrderQuantity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ k, h, rate, qty, cost float64 }{
		{8, 0.225, 1300, 304.0467800264368, 68.41052550594829},
		{2250, 275, 182500, 1728.1098449935514, 475230.20737322664},
	} {
		if qty, cost := EconomicOrderQuantity(c.k, c.rate, c.h); math.Abs(qty/c.qty-1) > 1e-9 || math.Abs(cost/c.cost-1) > 1e-9 {
			t.Errorf("K %g h %g: %g at %g, want %g at %g", c.k, c.h, qty, cost, c.qty, c.cost)
		}
	}
}

// Loss functions recorded by stockpyl 1.0.2 (Snyder & Shen 2019, App. C): n = E[(X−x)+] and n̄ = E[(x−X)+] of gamma,
// exponential and uniform demand, which the table and its tail hold exactly.
func TestLossFunctions(t *testing.T) {
	t.Parallel()
	gamma := func(a, b float64) Distribution { return mustDistribution(t, nil, nil, a*b, math.Sqrt(a)*b) }
	uniform := func(a, b float64) Distribution {
		return mustDistribution(t, []float64{0, 1}, []float64{a, b}, (a+b)/2, (b-a)/math.Sqrt(12))
	}
	for _, c := range []struct {
		name       string
		d          Distribution
		x, n, nbar float64
	}{
		{"gamma(2, 3)", gamma(2, 3), 4, 2.635971381157268, 0.635971381157268},
		{"gamma(0.5, 1)", gamma(0.5, 1), 0.4, 0.2762961688868337, 0.17629616888683375},
		{"exponential(0.2)", gamma(1, 5), 1, 4.0936537653899085, 0.09365376538990855},
		{"exponential(1)", gamma(1, 1), 2.5, 0.0820849986238988, 1.5820849986238987},
		{"uniform(2, 12)", uniform(2, 12), 4, 3.2, 0.2},
		{"uniform(0, 1)", uniform(0, 1), 0.3, 0.24499999999999997, 0.045},
	} {
		n := c.d.Loss(c.x)
		if nbar := c.x - c.d.Mean() + n; math.Abs(n-c.n) > 1e-9 || math.Abs(nbar-c.nbar) > 1e-9 {
			t.Errorf("%s at %g: %.10f and %.10f, want %.10f and %.10f", c.name, c.x, n, nbar, c.n, c.nbar)
		}
	}
}

func mustDistribution(t testing.TB, levels, quantiles []float64, mean, sd float64) Distribution {
	t.Helper()
	d, err := NewDistribution(levels, quantiles, mean, sd)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// normal is a fine table of a normal distribution, cut off at zero, far below any level asked about.
func normal(t testing.TB, mean, sd float64) Distribution {
	var at, units []float64
	for i := 1; i < 20000; i++ {
		at = append(at, float64(i)/20000)
		units = append(units, math.Max(0, mean+sd*distuv.UnitNormal.Quantile(float64(i)/20000)))
	}
	return mustDistribution(t, at, units, mean, sd)
}

// The newsvendor of Snyder & Shen (2019), Example 4.3 (h 0.18, p 0.70, N(50, 8): S 56.604, cost 1.9976) and Problem 4.1
// (43, 79, N(900, 60): S 922.72, cost 2718.20), on a table of 19,999 quantiles.
func TestNewsvendor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ h, p, mean, sd, level, cost float64 }{
		{0.18, 0.70, 50, 8, 56.60395592743389, 1.9976051931766445},
		{43, 79, 900, 60, 922.7214038234755, 2718.196781782411},
	} {
		d := normal(t, c.mean, c.sd)
		level, cost, err := Newsvendor(&d, c.h, c.p)
		if err != nil || math.Abs(level/c.level-1) > 1e-6 || math.Abs(cost/c.cost-1) > 1e-3 {
			t.Errorf("N(%g, %g): %g at %g (%v), want %g at %g", c.mean, c.sd, level, cost, err, c.level, c.cost)
		}
	}
	d := normal(t, 50, 8)
	if cost := NewsvendorCost(&d, 40, 0.18, 0.70); math.Abs(cost/7.356131552870386-1) > 1e-3 {
		t.Errorf("cost at 40 is %g, want 7.35613", cost)
	}
	if _, _, err := Newsvendor(&d, 0, 1); err == nil {
		t.Error("holding for nothing was accepted")
	}
}

// The (r, Q) pair of the expected-inventory approximation of Snyder & Shen (2019), Example 5.2 (r 213.97, Q 318.59) solves
// its two conditions P(X > r) = Qh/(pλ) and Q² = 2λ(K + p·n(r))/h with our loss function and quantile.
func TestReorderPointApproximation(t *testing.T) {
	t.Parallel()
	const h, p, k, rate, lead = 0.225, 7.5, 8.0, 1300.0, 1.0 / 12
	d := normal(t, rate*lead, 150*math.Sqrt(lead))
	q := math.Sqrt(2 * k * rate / h)
	r := 0.0
	for range 100 {
		r = d.Quantile(1 - q*h/(p*rate))
		q = math.Sqrt(2 * rate * (k + p*d.Loss(r)) / h)
	}
	if math.Abs(r-213.97044213580244) > 0.02 || math.Abs(q-318.5901810768729) > 0.1 { // the table's last step, 1/20,000, feels the order quantity
		t.Errorf("r %.4f and Q %.4f, want 213.9704 and 318.5902", r, q)
	}
}

// Loss, distribution function and quantile agree with the mean of 40,000 even points of the quantile function, with lumps
// and tail.
func TestDistributionAgainstSum(t *testing.T) {
	t.Parallel()
	for n, d := range []Distribution{
		mustDistribution(t, levels, []float64{0, 0, 0, 2, 2, 7, 9, 9, 20}, 3, 5),
		mustDistribution(t, levels, []float64{30, 38, 45, 55, 66, 76, 83, 90, 98}, 56, 15),
		mustDistribution(t, nil, nil, 8, 12),
		mustDistribution(t, nil, nil, 90_000, 300),
		mustDistribution(t, []float64{0.5, 0.9}, []float64{4, 4}, 4, 0),
	} {
		const points = 40_000
		units := make([]float64, points)
		for i := range units {
			units[i] = d.Quantile((float64(i) + 0.5) / points)
		}
		spread := units[points-1] + 1
		for _, x := range []float64{0, 0.5, 2, 6.9, 9, 15, 21, 55, 83, 97, 98, 110, 89_700, 90_400} {
			loss, below := 0.0, 0
			for _, u := range units {
				loss += math.Max(0, u-x)
				if u <= x {
					below++
				}
			}
			if got := d.Loss(x); math.Abs(got-loss/points) > 3e-4*spread {
				t.Errorf("distribution %d: loss at %g is %g, the sum gives %g", n, x, got, loss/points)
			}
			if got := d.CDF(x); math.Abs(got-float64(below)/points) > 1e-4 {
				t.Errorf("distribution %d: P(X ≤ %g) is %g, the sum gives %g", n, x, got, float64(below)/points)
			}
		}
	}
}

// Stock simulated under the rule with demand drawn from the very distribution reaches both services: unit demands arrive
// one lead time after the position was anywhere between r+1 and r+Q.
func TestServiceAgainstSimulation(t *testing.T) {
	t.Parallel()
	in := example()
	in.Service = inventory.Service{FillRate: 0.93}
	in.Item.MinOrderQty, in.Item.PackSize = 24, 1
	p, err := Decide(in, Params{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Binding != "fill rate" || p.FillRate < 0.93 {
		t.Fatalf("policy %+v", p)
	}
	d := mustDistribution(t, in.Demand.Levels, in.Demand.LeadQuantiles, in.Demand.LeadMean, in.Demand.LeadSD)
	r := rng.New(1, "service")
	const draws = 400_000
	cycle, fill := 0.0, 0.0
	for range draws {
		x := d.Quantile(r.Float64())
		if x <= float64(p.ReorderPoint) {
			cycle++
		}
		if x <= float64(p.ReorderPoint)+r.Float64()*24 {
			fill++
		}
	}
	const three = 3 * 0.5 / 632.4 // three standard errors of a share over 400,000 draws, at most
	if math.Abs(cycle/draws-p.Cycle) > three || math.Abs(fill/draws-p.FillRate) > three {
		t.Errorf("simulated cycle %.4f fill %.4f, stated %.4f %.4f", cycle/draws, fill/draws, p.Cycle, p.FillRate)
	}
}

func drawInput(t *rapid.T) Input {
	in := example()
	in.Item.PackSize = rapid.Int64Range(1, 50).Draw(t, "pack")
	in.Item.MinOrderQty = rapid.Int64Range(0, 200).Draw(t, "minimum")
	in.Item.UnitCostCents = rapid.Int64Range(0, 5000).Draw(t, "cost")
	in.Demand.MeanPerDay = rapid.Float64Range(0, 40).Draw(t, "rate")
	in.Demand.LeadMean = in.Demand.MeanPerDay * 14
	in.Demand.LeadSD = rapid.Float64Range(0, 300).Draw(t, "sd")
	if rapid.Bool().Draw(t, "table") {
		units := make([]float64, len(levels))
		for i := range units {
			units[i] = rapid.SampledFrom([]float64{0, 0, 1, 3.5, 20, 100}).Draw(t, "rise")
			if i > 0 {
				units[i] += units[i-1]
			}
		}
		in.Demand.LeadQuantiles = units
	} else {
		in.Demand.Levels, in.Demand.LeadQuantiles = nil, nil
	}
	in.Position.OnHand = rapid.Int64Range(0, 500).Draw(t, "on hand")
	in.Service.Cycle = rapid.SampledFrom([]float64{0, 0.5, 0.9, 0.95, 0.99, 0.999}).Draw(t, "cycle")
	in.Service.FillRate = rapid.SampledFrom([]float64{0.3, 0.9, 0.98, 0.995}).Draw(t, "fill")
	return in
}

// For any demand, pack and minimum: the checks hold, the reorder point is the least that does, a higher target never lowers
// it, and other sequence of inputs gives the same policies.
func TestPolicyProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := []Input{drawInput(t), drawInput(t)}
		in[1].Item.ID, in[1].Demand.ItemID, in[1].Position.ItemID = "B", "B", "B"
		p, orders, err := Plan(context.Background(), in, params)
		if err != nil {
			t.Fatal(err)
		}
		for i := range in {
			if err := inventory.CheckPolicy(in[i].Demand, in[i].Service, p[i]); err != nil {
				t.Fatal(err)
			}
		}
		for _, o := range orders {
			i := 0
			if o.ItemID == "B" {
				i = 1
			}
			if err := inventory.CheckReplenishment(in[i].Item, in[i].Position, o); err != nil {
				t.Fatal(err)
			}
		}
		if r := p[0].ReorderPoint; r > 0 {
			d, _ := NewDistribution(in[0].Demand.Levels, in[0].Demand.LeadQuantiles, in[0].Demand.LeadMean, in[0].Demand.LeadSD)
			q := float64(p[0].OrderUpTo - r)
			if d.CDF(float64(r-1)) >= in[0].Service.Cycle && FillRate(&d, float64(r-1), q) >= in[0].Service.FillRate {
				t.Fatalf("reorder point %d, and %d would do", r, r-1)
			}
		}
		turned, _, err := Plan(context.Background(), []Input{in[1], in[0]}, params)
		if err != nil || turned[0] != p[1] || turned[1] != p[0] {
			t.Fatalf("sequence matters (%v)", err)
		}
		higher := in[0]
		higher.Service.Cycle = math.Max(higher.Service.Cycle, 0.97)
		higher.Service.FillRate = math.Max(higher.Service.FillRate, 0.97)
		more, err := Decide(higher, params)
		if err != nil || more.ReorderPoint < p[0].ReorderPoint {
			t.Fatalf("more service gives reorder point %d after %d (%v)", more.ReorderPoint, p[0].ReorderPoint, err)
		}
	})
}

// What is not asked for is not kept; what is owed is still ordered, in whole packs.
func TestNoDemand(t *testing.T) {
	t.Parallel()
	in := example()
	in.Demand = inventory.Demand{ItemID: in.Item.ID, SiteID: "north", LeadDays: 14}
	in.Position = inventory.Position{ItemID: in.Item.ID, SiteID: "north"}
	if _, needed, err := Replenish(in, params); needed || err != nil {
		t.Fatalf("an empty shelf that nobody asks for is filled (%v)", err)
	}
	in.Position.Backordered = 13
	o, needed, err := Replenish(in, params)
	if err != nil || !needed || o.Qty != 18 || !strings.Contains(o.Reason, "only to deliver what is owed") {
		t.Fatalf("order %+v, %v, %v", o, needed, err)
	}
}

// Bad input is refused with item, site and field named.
func TestBadInput(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		want   string
		change func(*Input)
	}{
		{"cycle service: is 1", func(in *Input) { in.Service.Cycle = 1 }},
		{"fill rate: is 1.2", func(in *Input) { in.Service.FillRate = 1.2 }},
		{"cycle service: is NaN", func(in *Input) { in.Service.Cycle = nan }},
		{"service: neither", func(in *Input) { in.Service = inventory.Service{} }},
		{"lead time in days: is -1", func(in *Input) { in.Demand.LeadDays = -1 }},
		{"mean lead-time demand: is NaN", func(in *Input) { in.Demand.LeadMean = nan }},
		{"standard deviation of lead-time demand: is -2", func(in *Input) { in.Demand.LeadSD = -2 }},
		{"mean demand per day: is +Inf", func(in *Input) { in.Demand.MeanPerDay = math.Inf(1) }},
		{"quantile 3 (1) falls below quantile 2 (45)", func(in *Input) { in.Demand.LeadQuantiles = []float64{30, 38, 45, 1, 66, 76, 83, 90, 98} }},
		{"quantile 0 is NaN", func(in *Input) { in.Demand.LeadQuantiles = []float64{nan, 38, 45, 55, 66, 76, 83, 90, 98} }},
		{"9 levels but 2 quantiles", func(in *Input) { in.Demand.LeadQuantiles = []float64{1, 2} }},
		{"level 1 (0.3) does not rise", func(in *Input) { in.Demand.Levels, in.Demand.LeadQuantiles = []float64{0.4, 0.3}, []float64{1, 2} }},
		{"level 0 is 1.5", func(in *Input) { in.Demand.Levels, in.Demand.LeadQuantiles = []float64{1.5}, []float64{1} }},
		{"on hand: is -1", func(in *Input) { in.Position.OnHand = -1 }},
		{"on order: is -1", func(in *Input) { in.Position.OnOrder = -1 }},
		{"backordered: is -1", func(in *Input) { in.Position.Backordered = -1 }},
		{"pack size: is 0", func(in *Input) { in.Item.PackSize = 0 }},
		{"minimum order: is -1", func(in *Input) { in.Item.MinOrderQty = -1 }},
		{"unit cost: is -1", func(in *Input) { in.Item.UnitCostCents = -1 }},
		{"demand: belongs to", func(in *Input) { in.Demand.SiteID = "south" }},
		{"position: belongs to", func(in *Input) { in.Position.ItemID = "x" }},
		{"unit cost: ", func(in *Input) { in.Item.UnitCostCents, in.Position.Backordered = 1<<53, 1<<40 }},
	} {
		in := example()
		c.change(&in)
		_, _, err := Plan(context.Background(), []Input{in}, params)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `item "85123A" at site "`) {
			t.Errorf("want %q, got %v", c.want, err)
		}
	}
	for _, p := range []Params{{ReviewDays: -1}, {OrderCostCents: -1}, {HoldingRate: nan}, {MaxCoverDays: -1}} {
		if _, err := Decide(example(), p); err == nil {
			t.Errorf("parameters %+v were accepted", p)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Plan(ctx, []Input{example()}, params); err == nil {
		t.Error("a cancelled context went unnoticed")
	}
}

// The checks notice each figure that is bent.
func TestChecksCanFail(t *testing.T) {
	t.Parallel()
	in := example()
	o, _, err := Replenish(in, params)
	if err != nil {
		t.Fatal(err)
	}
	for i, bend := range []func(*inventory.Policy){
		func(p *inventory.Policy) { p.ReorderPoint = 82 },
		func(p *inventory.Policy) { p.OrderUpTo = 80 },
		func(p *inventory.Policy) { p.Cycle = 0.94 },
		func(p *inventory.Policy) { p.Cycle = 0.999 },
		func(p *inventory.Policy) { p.FillRate = 0.9 },
		func(p *inventory.Policy) { p.Binding = "cost" },
		func(p *inventory.Policy) { p.SiteID = "south" },
	} {
		p := o.Policy
		bend(&p)
		if inventory.CheckPolicy(in.Demand, in.Service, p) == nil {
			t.Errorf("bent policy %d went unnoticed", i)
		}
	}
	for i, bend := range []func(*inventory.Replenishment){
		func(o *inventory.Replenishment) { o.Qty++ },
		func(o *inventory.Replenishment) { o.Qty += 6; o.CostCents += 6 * 255 },
		func(o *inventory.Replenishment) { o.Qty -= 6; o.CostCents -= 6 * 255 },
		func(o *inventory.Replenishment) { o.CostCents++ },
		func(o *inventory.Replenishment) { o.DueDay = 2 },
		func(o *inventory.Replenishment) { o.Policy.ReorderPoint = 20 },
		func(o *inventory.Replenishment) { o.Position.OnHand = 3 },
		func(o *inventory.Replenishment) { o.SupplierID = "S2" },
	} {
		bent := o
		bend(&bent)
		if inventory.CheckReplenishment(in.Item, in.Position, bent) == nil {
			t.Errorf("bent order %d went unnoticed", i)
		}
	}
}

// Two runs over 2,000 items agree in every figure and sentence.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	in := many(2000)
	p, orders, err := Plan(context.Background(), in, params)
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, in, p, orders)
	again, ordersAgain, _ := Plan(context.Background(), in, params)
	if !reflect.DeepEqual(p, again) || !reflect.DeepEqual(orders, ordersAgain) {
		t.Fatal("two runs differ")
	}
}

// many are items of all speeds with quantiles of a negative binomial-like shape.
func many(n int) []Input {
	r := rng.New(7, "items")
	in := make([]Input, n)
	for i := range in {
		in[i] = example()
		in[i].Item.ID = fmt.Sprint("item ", i)
		in[i].Demand.ItemID, in[i].Position.ItemID = in[i].Item.ID, in[i].Item.ID
		mean := math.Exp(r.Float64()*9 - 2)
		sd := mean * (0.2 + 2*r.Float64())
		d, _ := NewDistribution(nil, nil, mean, sd)
		units := make([]float64, len(levels))
		for j, l := range levels {
			units[j] = math.Floor(d.Quantile(l))
		}
		in[i].Demand.MeanPerDay, in[i].Demand.LeadMean, in[i].Demand.LeadSD, in[i].Demand.LeadQuantiles = mean/14, mean, sd, units
		in[i].Position.OnHand = r.Int64N(int64(mean*2) + 2)
	}
	return in
}

func BenchmarkPlan15000(b *testing.B) {
	in := many(15_000)
	b.ResetTimer()
	for range b.N {
		if _, _, err := Plan(context.Background(), in, params); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleDecide() {
	p, err := Decide(example(), Params{ReviewDays: 7, OrderCostCents: 500, HoldingRate: 0.25})
	if err != nil {
		panic(err)
	}
	fmt.Printf("at %d order up to %d: cycle %.3f, fill rate %.3f, set by the %s target\n", p.ReorderPoint, p.OrderUpTo, p.Cycle, p.FillRate, p.Binding)
	// Output: at 83 order up to 239: cycle 0.950, fill rate 0.997, set by the cycle target
}
