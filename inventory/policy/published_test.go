package policy

import (
	"context"
	"math"
	"testing"

	"quartermaster/internal/rng"
)

func close6(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %.9g, published %.9g", what, got, want)
	}
}

// TestZhengFedergruen shows levels and costs of the published family K 64, h 1, p 9 (Zheng & Federgruen 1991, table 1).
func TestZhengFedergruen(t *testing.T) {
	for _, c := range []struct {
		mean         float64
		point, level int
		cost         float64
	}{{10, 6, 40, 35.022}, {15, 10, 49, 42.698}, {25, 19, 56, 54.262}, {61, 52, 131, 77.929}, {75, 67, 86, 79.554}} {
		law, err := NewPoisson(c.mean)
		if err != nil {
			t.Fatal(err)
		}
		p := Periodic{OrderCost: 64, HoldingCost: 1, StockoutCost: 9, Demand: law}
		got, err := p.Optimal(context.Background())
		if err != nil || got.Point != c.point || got.Level != c.level || math.Abs(got.Cost-c.cost) > 5e-4 {
			t.Errorf("mean %g: (%d, %d) at %.3f, published (%d, %d) at %.3f (%v)", c.mean, got.Point, got.Level, got.Cost, c.point, c.level, c.cost, err)
		}
	}
}

// TestSSTwin shows that no neighbouring or random (s, S) is cheaper than the one found, over random costs and demands.
func TestSSTwin(t *testing.T) {
	r := rng.New(6, "ss")
	for trial := range 25 {
		law, _ := NewNegativeBinomial(2+8*r.Float64(), 4+3*r.Float64())
		p := Periodic{OrderCost: 40 * r.Float64(), HoldingCost: 0.5 + r.Float64(), StockoutCost: 2 + 10*r.Float64(), Demand: law}
		best, err := p.Optimal(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for s := -8; s < 30; s++ {
			for level := s + 1; level < 60; level++ {
				if cost, _ := p.SSCost(s, level); cost < best.Cost-1e-9 {
					t.Fatalf("trial %d: (%d, %d) costs %g, found (%d, %d) at %g", trial, s, level, cost, best.Point, best.Level, best.Cost)
				}
			}
		}
	}
}

// TestFedergruenZheng shows Example 5.8 of Snyder & Shen (2019), and that no other (r, Q) near it is cheaper.
func TestFedergruenZheng(t *testing.T) {
	law, _ := NewPoisson(3)
	got, err := RQWhole(context.Background(), law, 100, 1.5, 20, 150)
	if err != nil || got.R != 3 || got.Q != 5 {
		t.Fatal(got, err)
	}
	close6(t, "cost", got.Cost, 107.92358063314975)
	for r := -3; r < 12; r++ {
		for q := 1; q < 20; q++ {
			if c := RQCostWhole(r, q, law, 100, 1.5, 20, 150); c < got.Cost-1e-9 {
				t.Errorf("(%d, %d) costs %g", r, q, c)
			}
		}
	}
}

// TestContinuousReview shows Examples 5.2 and 5.6 of Snyder & Shen (2019) and that the exact optimum undercuts them all.
func TestContinuousReview(t *testing.T) {
	c := Continuous{OrderCost: 8, HoldingCost: 0.225, StockoutCost: 7.5, DemandMean: 1300, DemandSD: 150, LeadTime: 1.0 / 12}
	eil, err := c.ExpectedLevelApproximation()
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "r", eil.R, 213.97044213580244)
	close6(t, "Q", eil.Q, 318.5901810768729)
	best, err := c.Optimal()
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]func() (RQPlan, error){
		"expected level": c.ExpectedLevelApproximation, "backorders": c.QuantityWithBackorders, "safety stock": c.QuantityWithSafetyStock, "loss": c.LossApproximation,
	} {
		p, err := other()
		if err != nil {
			t.Fatal(err)
		}
		if exact, _ := c.Plan(p.R, p.Q); exact.Cost < best.Cost-1e-9 {
			t.Errorf("%s: %g is below the optimum %g", name, exact.Cost, best.Cost)
		}
	}
	for _, d := range [][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		if p, _ := c.Plan(best.R+d[0], best.Q+d[1]); p.Cost < best.Cost {
			t.Errorf("a step %v away costs %g, the optimum %g", d, p.Cost, best.Cost)
		}
	}
}

// TestJointTwin shows that the exact joint order costs what trying multiples up to eight finds.
func TestJointTwin(t *testing.T) {
	r := rng.New(9, "joint")
	for trial := range 60 {
		items := make([]JointItem, 3)
		for i := range items {
			items[i] = JointItem{OrderCost: 1 + 50*r.Float64(), HoldingCost: 1 + r.Float64(), DemandRate: 10 + 90*r.Float64()}
		}
		shared := 10 + 100*r.Float64()
		got, err := JointOptimal(shared, items)
		if err != nil {
			t.Fatal(err)
		}
		best := math.Inf(1)
		for a := 1; a <= 8; a++ {
			for b := 1; b <= 8; b++ {
				for c := 1; c <= 8; c++ {
					best = math.Min(best, jointPlan(shared, items, []int{a, b, c}).Cost)
				}
			}
		}
		if got.Cost > best*(1+1e-12) {
			t.Fatalf("trial %d: %v costs %g, trying finds %g", trial, got.Multiples, got.Cost, best)
		}
	}
}

// TestLaws shows that every law's losses are what its distribution function integrates to.
func TestLaws(t *testing.T) {
	poisson, _ := NewPoisson(7)
	binomial, _ := NewNegativeBinomial(9, 5)
	geometric, _ := NewGeometric(0.3)
	for name, law := range map[string]SmoothLaw{"poisson": poisson, "binomial": binomial, "geometric": geometric,
		"normal": Normal{10, 3}, "gamma": Gamma{2.5, 3}, "exponential": Exponential(0.2), "uniform": Uniform{2, 9}} {
		for _, x := range []float64{3, 6, 11} {
			loss, second := 0.0, 0.0
			_, whole := law.(WholeLaw)
			const step = 1.0 / 256
			for y := x; y < 300; y += step {
				at := y + step/2
				loss += step * (1 - law.CDF(at))
				second += step * law.Loss(at)
			}
			if whole { // sums over whole levels instead of the integral
				second = 0
				for y := x + 1; y < 300; y++ {
					second += law.Loss(y)
				}
			}
			if math.Abs(loss-law.Loss(x)) > 1e-3 || math.Abs(second-law.SecondLoss(x)) > 5e-3 {
				t.Errorf("%s at %g: losses %g, %g, integrated %g, %g", name, x, law.Loss(x), law.SecondLoss(x), loss, second)
			}
		}
		for _, p := range []float64{0.1, 0.5, 0.9, 0.999} {
			if q := law.Quantile(p); law.CDF(q) < p-1e-9 {
				t.Errorf("%s: quantile %g of %g reaches only %g", name, q, p, law.CDF(q))
			}
		}
	}
}

// TestRunsAsPromised shows that (s, S) costs and serves what it promises when demand is drawn from its own law.
func TestRunsAsPromised(t *testing.T) {
	law, _ := NewNegativeBinomial(5, 4)
	p := Periodic{OrderCost: 30, HoldingCost: 1, StockoutCost: 9, Demand: law}
	plan, err := p.Optimal(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r := rng.New(2, "run")
	const batches, periods = 50, 4000
	var cost, calm []float64
	stock := plan.Level
	for range batches {
		sum, fine := 0.0, 0.0
		for range periods {
			if stock <= plan.Point {
				stock = plan.Level
				sum += p.OrderCost
			}
			stock -= int(law.Quantile(r.Float64()))
			sum += p.HoldingCost*math.Max(0, float64(stock)) + p.StockoutCost*math.Max(0, -float64(stock))
			if stock >= 0 {
				fine++
			}
		}
		cost, calm = append(cost, sum/periods), append(calm, fine/periods)
	}
	within(t, "cost", cost, plan.Cost)
	within(t, "periods without stock-out", calm, plan.NoStockout)
}

// within holds a promise against the 99.9 % interval of batch means.
func within(t *testing.T, what string, batch []float64, promised float64) {
	t.Helper()
	mean, square := 0.0, 0.0
	for _, b := range batch {
		mean += b / float64(len(batch))
	}
	for _, b := range batch {
		square += (b - mean) * (b - mean)
	}
	half := 3.5 * math.Sqrt(square/float64(len(batch)*(len(batch)-1)))
	if math.Abs(mean-promised) > half {
		t.Errorf("%s ran at %.5f ± %.5f, promised %.5f", what, mean, half, promised)
	}
}

// TestNothingSilly shows that numbers which make no sense are refused, never answered with NaN.
func TestNothingSilly(t *testing.T) {
	nan := math.NaN()
	law, _ := NewPoisson(3)
	for name, err := range map[string]error{
		"season":     second(Season(law, Prices{Revenue: 1, Purchase: 2})),
		"production": second(ProductionQuantity(1, 5, 1, 5)),
		"backorder":  func() error { _, _, _, err := BackorderQuantity(1, 1, 0, 1); return err }(),
		"yield":      second(YieldQuantity(1, 1, 1, 0, 1, false)),
		"disruption": second(DisruptionQuantity(1, 1, 1, 1, Disruption{FailRate: nan, RecoverRate: 1})),
		"poisson":    func() error { _, err := NewPoisson(nan); return err }(),
		"breaks": func() error {
			_, _, _, err := DiscountQuantity(1, 1, 1, []PriceBreak{{0, 1}, {10, 2}}, false)
			return err
		}(),
		"newsvendor": second(Newsvendor(law, 0, 1)),
		"horizon":    func() error { _, err := Horizon{}.Solve(context.Background(), 0); return err }(),
		"joint":      func() error { _, err := JointOptimal(0, []JointItem{{0, 1, 1}}); return err }(),
	} {
		if err == nil {
			t.Errorf("%s: nonsense was answered", name)
		}
	}
}

func second(_, _ float64, err error) error { return err }
