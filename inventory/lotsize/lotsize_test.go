package lotsize

import (
	"math"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

// TestSnyderShen shows Problem 3.27 of Snyder & Shen (2019): orders of 150, 180, 0, 200 at cost 424.
func TestSnyderShen(t *testing.T) {
	four := func(v float64) []float64 { return []float64{v, v, v, v} }
	p, err := Uncapacitated(Item{Demand: []float64{150, 100, 80, 200}, Order: four(120), Holding: four(0.8)})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{150, 180, 0, 200} {
		if p.Qty[i] != want {
			t.Errorf("period %d: %g, want %g", i+1, p.Qty[i], want)
		}
	}
	if p.Cost != 424 || math.Abs(p.CostToGo[0]-424) > 1e-9 {
		t.Errorf("cost %g, to go %g, want 424", p.Cost, p.CostToGo[0])
	}
}

// quadratic is Wagner & Whitin's recursion in its plain form.
func quadratic(x Item) float64 {
	n := len(x.Demand)
	f := make([]float64, n+1)
	for t := n - 1; t >= 0; t-- {
		f[t] = math.Inf(1)
		if x.Demand[t] == 0 {
			f[t] = f[t+1]
		}
		cost, hold := x.Order[t], 0.0
		for j := t; j < n; j++ {
			cost += (x.unit(t) + hold) * x.Demand[j]
			hold += x.Holding[j]
			f[t] = math.Min(f[t], cost+f[j+1])
		}
	}
	return f[0]
}

// TestEnvelope shows that the fast way costs what the plain recursion does, and that the plan costs what it says.
func TestEnvelope(t *testing.T) {
	r := rng.New(4, "lotsize")
	for trial := range 400 {
		n := 1 + r.IntN(40)
		x := Item{}
		for range n {
			d := math.Floor(50 * r.Float64())
			if r.IntN(3) == 0 {
				d = 0
			}
			x.Demand = append(x.Demand, d)
			x.Order = append(x.Order, math.Floor(200*r.Float64()))
			x.Holding = append(x.Holding, float64(r.IntN(4)))
			x.Unit = append(x.Unit, float64(r.IntN(6)))
		}
		p, err := Uncapacitated(x)
		if err != nil {
			t.Fatal(err)
		}
		if want := quadratic(x); math.Abs(p.Cost-want) > 1e-6*(1+want) || math.Abs(p.CostToGo[0]-want) > 1e-6*(1+want) {
			t.Fatalf("trial %d: cost %g, to go %g, recursion %g", trial, p.Cost, p.CostToGo[0], want)
		}
	}
}

// TestBadItem shows that nonsense is refused by field and period.
func TestBadItem(t *testing.T) {
	for want, x := range map[string]Item{
		"0 periods":              {},
		"demand of period 0":     {Demand: []float64{-1}, Order: []float64{1}, Holding: []float64{1}},
		"order cost of period 0": {Demand: []float64{1}, Order: []float64{math.NaN()}, Holding: []float64{1}},
		"values of holding":      {Demand: []float64{1}, Order: []float64{1}},
	} {
		if _, err := Uncapacitated(x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
