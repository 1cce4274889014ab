package stock

import (
	"context"
	"fmt"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/flow"
	"quartermaster/internal/rng"
)

// Flow is the bench of min-cost flow on generated networks of 100,000 arcs.
func Flow() bench.Bench {
	return bench.Bench{
		Name:    "flow",
		Summary: "Solve min-cost flows of 100,000 arcs in several shapes by network simplex, each proved by its prices.",
		Figures: []bench.Figure{
			{Key: "arcs", Meaning: "arcs of each network"},
			{Key: "seconds", Meaning: "wall time of the slowest shape"},
		},
		Run: runFlow,
	}
}

const flowArcs = 100_000

func runFlow(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	out := bench.Outcome{Figures: map[string]float64{"arcs": flowArcs, "seconds": 0}}
	shapes := []struct {
		name  string
		nodes int
		net   func(nodes int, seed uint64) flow.Problem
	}{
		{"sparse-10000", 10_000, randomNet}, {"dense-1000", 1_000, randomNet}, {"transport-500x200", 700, transport},
		{"layers-5000", 5_000, layers},
	}
	for i, s := range shapes {
		if !o.Selected(s.name) {
			continue
		}
		p := s.net(s.nodes, o.Seed)
		start := time.Now()
		r, err := flow.Solve(ctx, p)
		if err != nil {
			return out, err
		}
		seconds := time.Since(start).Seconds()
		if err := flow.Check(p, r); err != nil {
			return out, fmt.Errorf("%s: %w", s.name, err)
		}
		out.Figures["seconds"] = max(out.Figures["seconds"], seconds)
		out.Rows = append(out.Rows, bench.Row{Instance: s.name}.With("nodes", s.nodes).With("arcs", len(p.From)).
			With("seconds", seconds).With("pivots", r.Pivots).With("status", string(r.Status)).With("cost", r.Cost))
		o.Report(float64(i+1)/float64(len(shapes)), s.name)
	}
	return out, nil
}

func addArc(p *flow.Problem, from, to int, capacity, cost int64) {
	p.From, p.To = append(p.From, int32(from)), append(p.To, int32(to))
	p.Capacity, p.Cost = append(p.Capacity, capacity), append(p.Cost, cost)
}

// randomNet is a ring, so that all needs can be met, with random chords.
func randomNet(n int, seed uint64) flow.Problem {
	r := rng.New(seed, "flow", "random")
	p := flow.Problem{Supply: make([]int64, n)}
	for i := range n {
		addArc(&p, i, (i+1)%n, flow.Unlimited, 2000)
	}
	for len(p.From) < flowArcs {
		addArc(&p, r.IntN(n), r.IntN(n), 1+r.Int64N(1000), 1+r.Int64N(1000))
	}
	for range n {
		i, j, v := r.IntN(n), r.IntN(n), r.Int64N(100)
		p.Supply[i] += v
		p.Supply[j] -= v
	}
	return p
}

// transport is 500 suppliers and 200 customers, every pair joined at the distance of random points.
func transport(_ int, seed uint64) flow.Problem {
	r := rng.New(seed, "flow", "transport")
	const from, to = 500, 200
	p := flow.Problem{Supply: make([]int64, from+to)}
	x, y := make([]int64, from+to), make([]int64, from+to)
	for i := range p.Supply {
		x[i], y[i] = r.Int64N(10_000), r.Int64N(10_000)
	}
	for j := range to {
		need := 1 + r.Int64N(500)
		p.Supply[from+j] = -need
		for ; need > 0; need-- {
			p.Supply[r.IntN(from)]++
		}
	}
	for i := range from {
		for j := from; j < from+to; j++ {
			addArc(&p, i, j, flow.Unlimited, abs(x[i]-x[j])+abs(y[i]-y[j]))
		}
	}
	return p
}

func abs(v int64) int64 { return max(v, -v) }

// layers is stock carried through 50 periods between 100 places.
func layers(n int, seed uint64) flow.Problem {
	r := rng.New(seed, "flow", "layers")
	const width = 100
	p := flow.Problem{Supply: make([]int64, n)}
	depth := n / width
	for i := range n - width {
		addArc(&p, i, i+width, 50+r.Int64N(100), 1+r.Int64N(5))
	}
	for len(p.From) < flowArcs {
		t := r.IntN(depth)
		addArc(&p, t*width+r.IntN(width), min(depth-1, t+r.IntN(2))*width+r.IntN(width), 10+r.Int64N(200), 1+r.Int64N(300))
	}
	for i := width * (depth - 1); i < n; i++ {
		need := r.Int64N(200)
		p.Supply[i] -= need
		p.Supply[r.IntN(width*(depth-1))] += need
	}
	return p
}
