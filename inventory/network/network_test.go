package network

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

func draw(r *rand.Rand, n, m int, limited bool) Problem {
	p := Problem{Sites: make([]Site, n), Customers: make([]Customer, m), Cost: make([][]float64, n)}
	x, y := make([]float64, n+m), make([]float64, n+m)
	for k := range x {
		x[k], y[k] = 100*r.Float64(), 100*r.Float64()
	}
	total := 0.0
	for j := range m {
		p.Customers[j] = Customer{ID: fmt.Sprint("c", j), Demand: float64(1 + r.IntN(9))}
		total += p.Customers[j].Demand
	}
	for i := range n {
		p.Sites[i] = Site{ID: fmt.Sprint("s", i), FixedCost: math.Floor(300 * r.Float64())}
		if limited {
			p.Sites[i].Capacity = math.Ceil(total * (0.3 + 0.4*r.Float64()))
		}
		if r.IntN(5) == 0 {
			p.Sites[i].CloseCost = math.Floor(90 * r.Float64())
		}
		p.Cost[i] = make([]float64, m)
		for j := range m {
			p.Cost[i][j] = math.Floor(p.Customers[j].Demand * math.Hypot(x[i]-x[n+j], y[i]-y[n+j]))
		}
	}
	return p
}

// exhaustive tries every set of sites, and for single sources every assignment.
func exhaustive(p Problem) float64 {
	n := len(p.Sites)
	best := math.Inf(1)
	m := newModel(&p)
	s := newSearch(m, Options{Work: 1e12, Gap: 1e-9})
	s.ctx = context.Background()
	for mask := range 1 << n {
		open := make([]bool, n)
		count := 0
		for i := range n {
			if open[i] = mask>>i&1 == 1; open[i] {
				count++
			}
		}
		if p.Open > 0 && count != p.Open {
			continue
		}
		switch {
		case m.single:
			best = math.Min(best, s.h.fixedCost(open)+assign(p, open, 0, make([]float64, n)))
		case count > 0:
			best = math.Min(best, s.h.judge(open))
		}
	}
	return best
}

func assign(p Problem, open []bool, j int, load []float64) float64 {
	if j == len(p.Customers) {
		return 0
	}
	best := math.Inf(1)
	for i, v := range open {
		if d := p.Customers[j].Demand; v && load[i]+d <= p.Sites[i].Capacity {
			load[i] += d
			best = math.Min(best, p.Cost[i][j]+assign(p, open, j+1, load))
			load[i] -= d
		}
	}
	return best
}

// TestTwin shows that every kind of choice costs what trying all of them finds, and is proved.
func TestTwin(t *testing.T) {
	r := rng.New(3, "network")
	for trial := range 60 {
		kind := trial % 4
		p := draw(r, 6, 7, kind >= 2)
		if kind == 1 {
			p.Open = 1 + r.IntN(4)
		}
		p.SingleSource = kind == 3
		c, err := Solve(context.Background(), p, Options{Seed: uint64(trial)})
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p, c); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		want := exhaustive(p)
		if math.IsInf(want, 1) {
			if c.Status != StatusInfeasible {
				t.Fatalf("trial %d: %s, but no choice exists", trial, c.Status)
			}
			continue
		}
		if c.Status != StatusOptimal || math.Abs(c.Cost-want) > 1e-6*want {
			t.Fatalf("trial %d (kind %d): %s at %g with bound %g, trying all finds %g", trial, kind, c.Status, c.Cost, c.Bound, want)
		}
	}
}

// TestInfeasible shows that what cannot be has a reason and the smallest way out.
func TestInfeasible(t *testing.T) {
	r := rng.New(4, "infeasible")
	for want, spoil := range map[string]func(p *Problem){
		"no site that may be open can serve": func(p *Problem) {
			for i := range p.Cost {
				p.Cost[i][2] = math.Inf(1)
			}
		},
		"all sites together can serve": func(p *Problem) {
			for i := range p.Sites {
				p.Sites[i].Capacity = 1
			}
		},
		"sites are to be open": func(p *Problem) { p.Open = 99 },
		"asks for": func(p *Problem) {
			p.SingleSource = true
			p.Customers[1].Demand = 1e6
		},
	} {
		p := draw(r, 5, 6, true)
		spoil(&p)
		c, err := Solve(context.Background(), p, Options{})
		if err != nil || c.Status != StatusInfeasible || !strings.Contains(strings.Join(c.Reasons, " "), want) || len(c.Relaxation) == 0 || Check(p, c) != nil {
			t.Errorf("%s: %+v, %v", want, c, err)
		}
	}
}

// TestBadProblem shows that nonsense is refused by field.
func TestBadProblem(t *testing.T) {
	r := rng.New(4, "bad")
	for want, spoil := range map[string]func(p *Problem){
		"demand is":  func(p *Problem) { p.Customers[1].Demand = -1 },
		"capacity":   func(p *Problem) { p.Sites[0].Capacity = math.NaN() },
		"fixed cost": func(p *Problem) { p.Sites[0].FixedCost = math.Inf(1) },
		"cost of":    func(p *Problem) { p.Cost[1][1] = math.NaN() },
		"costs for":  func(p *Problem) { p.Cost[1] = nil },
	} {
		p := draw(r, 4, 4, false)
		spoil(&p)
		if _, err := Solve(context.Background(), p, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestCheckCatches shows that Check refuses a choice with anything changed.
func TestCheckCatches(t *testing.T) {
	p := draw(rng.New(9, "catch"), 6, 9, true)
	for name, spoil := range map[string]func(c *Choice){
		"cost":  func(c *Choice) { c.Cost *= 0.99 },
		"bound": func(c *Choice) { c.Bound = c.Cost * 1.1 },
		"share": func(c *Choice) { c.Serves[0] = nil },
		"sites": func(c *Choice) { c.Open = c.Open[1:] },
	} {
		c, err := Solve(context.Background(), p, Options{})
		if err != nil || Check(p, c) != nil {
			t.Fatal(err, Check(p, c))
		}
		spoil(&c)
		if Check(p, c) == nil {
			t.Errorf("a spoilt %s went unnoticed", name)
		}
	}
}

// TestSameAnswer shows that seed and problem alone decide.
func TestSameAnswer(t *testing.T) {
	p := draw(rng.New(5, "same"), 12, 40, true)
	a, _ := Solve(context.Background(), p, Options{Seed: 3})
	b, _ := Solve(context.Background(), p, Options{Seed: 3})
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Fatal("two runs differ")
	}
}
