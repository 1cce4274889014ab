package replenish

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

func draw(r *rand.Rand, lines, sites, suppliers int, tight float64) Problem {
	p := Problem{Sites: make([]Site, sites), Suppliers: make([]Supplier, suppliers)}
	volume, money := make([]float64, sites), make([]float64, suppliers)
	for k := range lines {
		l := Line{ItemID: fmt.Sprint("i", k), Site: r.IntN(sites), Supplier: r.IntN(suppliers), Mean: 2 + 20*r.Float64(), Pack: 1 + r.Int64N(5),
			OnHand: r.Int64N(8), UnitCost: 1 + 9*r.Float64(), Holding: 0.1 + 0.4*r.Float64(), Shortage: 1 + 4*r.Float64(), OrderCost: 2 * r.Float64(), Volume: 0.1 + r.Float64()}
		l.SD = math.Sqrt(l.Mean) * (1 + r.Float64())
		l.Position = l.OnHand - r.Int64N(3)
		l.SiteID, l.SupplierID = fmt.Sprint("site", l.Site), fmt.Sprint("sup", l.Supplier)
		if r.IntN(3) == 0 {
			l.Minimum = l.Pack * 2
		}
		if r.IntN(3) == 0 {
			l.Breaks = []Break{{From: l.Pack * 3, UnitCost: l.UnitCost * 0.9}}
		}
		p.Lines = append(p.Lines, l)
		volume[l.Site] += l.Volume * (l.Mean + l.SD)
		money[l.Supplier] += l.UnitCost * l.Mean
	}
	for i := range p.Sites {
		p.Sites[i] = Site{ID: fmt.Sprint("site", i), Volume: tight * volume[i] * 1.2, Dock: tight * volume[i]}
	}
	for i := range p.Suppliers {
		p.Suppliers[i] = Supplier{ID: fmt.Sprint("sup", i), Budget: tight * money[i]}
	}
	return p
}

// TestTwin shows on tiny problems that no orders cost less than the bound or much less than the plan, by trying all of them.
func TestTwin(t *testing.T) {
	r := rng.New(3, "replenish")
	worst := 0.0
	for trial := range 40 {
		p := draw(r, 4, 2, 2, 0.5+0.5*r.Float64())
		plan, err := Solve(context.Background(), p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p, plan); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		best := exhaustive(p, plan)
		if plan.Bound > best*(1+1e-9) || plan.Cost < best*(1-1e-9) {
			t.Fatalf("trial %d: cost %g, bound %g, trying all finds %g", trial, plan.Cost, plan.Bound, best)
		}
		worst = math.Max(worst, plan.Cost/best-1)
	}
	t.Logf("at most %.1f %% above the best of four lines", 100*worst)
}

// exhaustive tries all tabulated quantities that keep the limits.
func exhaustive(p Problem, _ Plan) float64 {
	all := make([]options, len(p.Lines))
	for k := range p.Lines {
		tabulate(&p.Lines[k], &all[k])
	}
	best := math.Inf(1)
	try := Plan{Qty: make([]int64, len(p.Lines))}
	var walk func(k int, cost float64)
	walk = func(k int, cost float64) {
		if cost >= best {
			return
		}
		if k == len(p.Lines) {
			try.Cost = cost
			if Check(p, try) == nil {
				best = cost
			}
			return
		}
		for o, q := range all[k].qty {
			try.Qty[k] = q
			walk(k+1, cost+all[k].cost[o])
		}
	}
	walk(0, 0)
	return best
}

// TestMany shows that with many lines plan and bound nearly meet while the limits bind.
func TestMany(t *testing.T) {
	p := draw(rng.New(5, "many"), 3000, 5, 4, 0.7)
	plan, err := Solve(context.Background(), p, Options{})
	if err != nil || Check(p, plan) != nil {
		t.Fatal(err, Check(p, plan))
	}
	if plan.Gap > 0.01 {
		t.Errorf("gap %.4f", plan.Gap)
	}
	binding := 0.0
	for _, v := range plan.DockPrice {
		binding += v
	}
	for _, v := range plan.BudgetPrice {
		binding += v
	}
	if binding == 0 {
		t.Error("no limit has a price: the test proves nothing")
	}
	again, _ := Solve(context.Background(), p, Options{})
	if fmt.Sprint(again.Qty) != fmt.Sprint(plan.Qty) {
		t.Error("two runs differ")
	}
	units := 0
	for _, o := range Group(p, plan) {
		units += len(o.Lines)
		if !strings.Contains(Reason(p, plan, o.Lines[0]), "position") {
			t.Error(Reason(p, plan, o.Lines[0]))
		}
	}
	for _, q := range plan.Qty {
		if q > 0 {
			units--
		}
	}
	if units != 0 {
		t.Errorf("%d lines lost in grouping", units)
	}
}

// TestOverfull shows that a site already too full gets no order and is told with the smallest way out.
func TestOverfull(t *testing.T) {
	p := draw(rng.New(7, "full"), 20, 2, 1, 1)
	p.Sites[0].Volume = 0.001
	plan, err := Solve(context.Background(), p, Options{})
	if err != nil || plan.Status != StatusInfeasible || len(plan.Reasons) != 1 || len(plan.Relaxation) != 1 || Check(p, plan) != nil {
		t.Fatal(plan.Status, plan.Reasons, err, Check(p, plan))
	}
	for k, q := range plan.Qty {
		if p.Lines[k].Site == 0 && q > 0 {
			t.Errorf("line %d orders %d into a full site", k, q)
		}
	}
}

// TestBadLines shows that nonsense is refused by line and field.
func TestBadLines(t *testing.T) {
	for want, spoil := range map[string]func(l *Line){
		"demand": func(l *Line) { l.Mean = math.NaN() }, "pack": func(l *Line) { l.Pack = 0 },
		"holding": func(l *Line) { l.Holding = 0 }, "price break": func(l *Line) { l.Breaks = []Break{{From: 1, UnitCost: 1e8}} },
	} {
		p := draw(rng.New(7, "bad"), 3, 1, 1, 1)
		spoil(&p.Lines[1])
		if _, err := Solve(context.Background(), p, Options{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestViews shows classes, health and buffer zones on numbers that can be counted by hand.
func TestViews(t *testing.T) {
	c, err := Classify([]float64{70, 20, 6, 4}, []float64{0.2, 0.8, 2, 0.4})
	if err != nil || c[0] != (Class{'A', 'X'}) || c[1] != (Class{'A', 'Y'}) || c[2] != (Class{'B', 'Z'}) || c[3] != (Class{'C', 'X'}) {
		t.Errorf("%v %v", c, err)
	}
	z, err := BufferZones(10, 12, 0.5, 0.5, 40, 7)
	if err != nil || z != (Zones{Red: 90, Yellow: 120, Green: 70}) {
		t.Errorf("%+v %v", z, err)
	}
	for want, got := range map[Health]Health{
		HealthOut: HealthOf(0, 5, 3, 10, 1, 0), HealthUnder: HealthOf(2, 3, 3, 10, 1, 0), HealthFine: HealthOf(8, 8, 3, 10, 1, 0),
		HealthOver: HealthOf(30, 30, 3, 10, 1, 0), HealthExpiring: HealthOf(30, 30, 3, 40, 1, 20),
	} {
		if want != got {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}
