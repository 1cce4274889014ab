package flow

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

// shortestPaths is the dumb exact twin: units go along the cheapest path left, found by Bellman & Ford, one path at a time;
// arcs of negative cost are filled first.
func shortestPaths(p Problem) (cost, unmet int64) {
	n := len(p.Supply)
	type arc struct {
		from, to  int
		left, fee int64
	}
	var arcs []arc // arc k^1 is the way back
	add := func(from, to int, left, fee int64) {
		arcs = append(arcs, arc{from, to, left, fee}, arc{to, from, 0, -fee})
	}
	excess := append([]int64(nil), p.Supply...)
	for a := range p.From {
		from, to, capacity, fee := int(p.From[a]), int(p.To[a]), p.Capacity[a], p.Cost[a]
		add(from, to, capacity, fee)
		if fee < 0 {
			k := len(arcs) - 2
			arcs[k].left, arcs[k+1].left = 0, capacity
			excess[from] -= capacity
			excess[to] += capacity
			cost += capacity * fee
		}
	}
	source, sink := n, n+1
	for i, v := range excess {
		if v > 0 {
			add(source, i, v, 0)
		} else if v < 0 {
			add(i, sink, -v, 0)
		}
	}
	var owed int64
	for _, v := range excess {
		owed += max(0, -v)
	}
	for {
		dist := make([]int64, n+2)
		by := make([]int, n+2)
		for i := range dist {
			dist[i], by[i] = math.MaxInt64/4, -1
		}
		dist[source] = 0
		for range n + 2 {
			for k, a := range arcs {
				if a.left > 0 && dist[a.from] < math.MaxInt64/4 && dist[a.from]+a.fee < dist[a.to] {
					dist[a.to], by[a.to] = dist[a.from]+a.fee, k
				}
			}
		}
		if by[sink] < 0 {
			return cost, owed
		}
		push := int64(math.MaxInt64)
		for at := sink; at != source; at = arcs[by[at]].from {
			push = min(push, arcs[by[at]].left)
		}
		for at := sink; at != source; at = arcs[by[at]].from {
			arcs[by[at]].left -= push
			arcs[by[at]^1].left += push
		}
		owed -= push
		cost += push * dist[sink]
	}
}

func draw(r *rand.Rand, n, m int, lowest int64, balanced bool) Problem {
	p := Problem{Supply: make([]int64, n)}
	for range m {
		from, to := r.IntN(n), r.IntN(n)
		p.From, p.To = append(p.From, int32(from)), append(p.To, int32(to))
		p.Capacity = append(p.Capacity, r.Int64N(12))
		p.Cost = append(p.Cost, lowest+r.Int64N(20))
	}
	for range n {
		i, j, v := r.IntN(n), r.IntN(n), r.Int64N(5)
		p.Supply[i] += v
		p.Supply[j] -= v
	}
	if !balanced {
		p.Supply[r.IntN(n)] += r.Int64N(9)
	}
	return p
}

// TestTwin shows on small random networks that cost and unmet needs are those of successive shortest paths, and that every
// answer proves itself.
func TestTwin(t *testing.T) {
	r := rng.New(11, "flow")
	feasible, infeasible := 0, 0
	for trial := range 1500 {
		n := 2 + r.IntN(9)
		lowest := int64(0)
		if trial%3 == 0 {
			lowest = -6
		}
		p := draw(r, n, n+r.IntN(25), lowest, trial%3 == 0 || trial%2 == 0)
		got, err := Solve(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(p, got); err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		cost, unmet := shortestPaths(p)
		if got.Status == StatusInfeasible {
			infeasible++
			var sum int64
			for _, v := range got.Unmet {
				sum += v
			}
			if lowest == 0 && sum != unmet {
				t.Fatalf("trial %d: leaves %d unmet, paths leave %d", trial, sum, unmet)
			}
			continue
		}
		feasible++
		if cost != got.Cost || unmet != 0 {
			t.Fatalf("trial %d: cost %d, paths find %d and leave %d", trial, got.Cost, cost, unmet)
		}
	}
	if feasible < 200 || infeasible < 200 {
		t.Fatalf("%d feasible and %d infeasible trials are too few of one kind", feasible, infeasible)
	}
}

// TestUnbounded shows that a circle of unlimited arcs that earns is named.
func TestUnbounded(t *testing.T) {
	p := Problem{Supply: []int64{0, 0}, From: []int32{0, 1}, To: []int32{1, 0}, Capacity: []int64{Unlimited, Unlimited}, Cost: []int64{-2, 1}}
	if r, err := Solve(context.Background(), p); err != nil || r.Status != StatusUnbounded {
		t.Fatal(r, err)
	}
	p.Cost[1] = 2
	if r, err := Solve(context.Background(), p); err != nil || r.Status != StatusOptimal || Check(p, r) != nil {
		t.Fatal(r, err, Check(p, r))
	}
}

// TestBadProblems shows that nonsense is refused by field.
func TestBadProblems(t *testing.T) {
	one := func() Problem {
		return Problem{Supply: []int64{1, -1}, From: []int32{0}, To: []int32{1}, Capacity: []int64{1}, Cost: []int64{1}}
	}
	for want, spoil := range map[string]func(p *Problem){
		"capacity of arc 0": func(p *Problem) { p.Capacity[0] = -1 },
		"cost of arc 0":     func(p *Problem) { p.Cost[0] = math.MaxInt64 },
		"supply of node 0":  func(p *Problem) { p.Supply[0] = math.MinInt64 },
		"arc 0 runs":        func(p *Problem) { p.To[0] = 2 },
		"want one of each":  func(p *Problem) { p.Cost = nil },
		"supplies add up":   func(p *Problem) { p.Supply = []int64{maxUnits, -maxUnits} },
	} {
		p := one()
		spoil(&p)
		if _, err := Solve(context.Background(), p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if r, err := Solve(context.Background(), Problem{}); err != nil || r.Status != StatusOptimal {
		t.Error(r, err)
	}
}

// TestCheckCatches shows that Check refuses a result with anything changed.
func TestCheckCatches(t *testing.T) {
	p := Problem{Supply: []int64{4, 0, -4}, From: []int32{0, 1, 0}, To: []int32{1, 2, 2}, Capacity: []int64{3, 9, 2}, Cost: []int64{1, 1, 5}}
	for name, spoil := range map[string]func(r *Result){
		"flow": func(r *Result) { r.Flow[0]++ }, "cost": func(r *Result) { r.Cost++ }, "price": func(r *Result) { r.Price[1] += 5 },
		"status": func(r *Result) { r.Status = StatusInfeasible },
	} {
		r, err := Solve(context.Background(), p)
		if err != nil || Check(p, r) != nil {
			t.Fatal(err, Check(p, r))
		}
		spoil(&r)
		if Check(p, r) == nil {
			t.Errorf("a spoilt %s went unnoticed", name)
		}
	}
}

// TestVolume shows that the volume algorithm reaches the linear bound of set covers whose optimum is known: a cycle of odd
// length covered by its edges at cost 1 each has the linear optimum n/2.
func TestVolume(t *testing.T) {
	const n = 9
	oracle := func(u, slack []float64) float64 {
		bound := 0.0
		for i := range n {
			bound += u[i]
			slack[i] = 1
		}
		for e := range n {
			if reduced := 1 - u[e] - u[(e+1)%n]; reduced < 0 {
				bound += reduced
				slack[e]--
				slack[(e+1)%n]--
			}
		}
		return bound
	}
	u := make([]float64, n)
	for i := range u {
		u[i] = 0.1 * float64(i%3)
	}
	bound, _, err := Volume(context.Background(), u, oracle, VolumeOptions{Iterations: 600, Target: 5})
	if err != nil || bound < 0.98*4.5 || bound > 4.5+1e-9 {
		t.Fatalf("bound %g, linear optimum 4.5 (%v)", bound, err)
	}
}
