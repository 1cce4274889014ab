package portfolio

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"quartermaster/internal/rng"
)

// SimulationOptions say how long and how to simulate; the zero value draws 20,000 years at q 99.9 % with importance sampling.
type SimulationOptions struct {
	Paths   int     // 0 = 20,000
	Q       float64 // 0 = 0.999
	Plain   bool    // draw as chance would, without importance sampling
	Seed    uint64
	Workers int // 0 = 1; the answer does not depend on it
}

// Result of a simulation, in money.
type Result struct {
	Expected    float64 // PD·LGD·EAD, exact
	Simulated   float64 // the simulated mean, to compare
	ValueAtRisk float64
	Shortfall   float64 // mean loss of the worst 1−q years
	Capital     float64 // value at risk less the expected loss
	// Shares is each exposure's part of the shortfall (Euler: its mean loss in those years); they add up to it.
	Shares []float64
	Paths  int
	Seed   uint64
	// TailPaths is how many of the drawn years lie in the tail: how much the figures stand on.
	TailPaths int
}

// mostPaths and mostDraws bound a simulation.
const (
	mostPaths = 5_000_000
	blockSize = 500
)

// Simulate draws years of the multi-factor Gaussian model: an obligor fails when its asset value falls below its threshold.
// Importance sampling shifts the factors to where losses of the sought size are likeliest (found on the conditional mean
// loss) and then twists the obligors' PDs so that the mean loss is that size; each year carries its likelihood ratio
// (Glasserman and Li, Management Science 51(11), 2005, sections 3–5). O(paths · exposures).
func Simulate(ctx context.Context, book []Exposure, o SimulationOptions) (Result, error) {
	if err := validate(book); err != nil {
		return Result{}, err
	}
	if o.Paths == 0 {
		o.Paths = 20_000
	}
	if o.Q == 0 {
		o.Q = 0.999
	}
	if o.Paths < 100 || o.Paths > mostPaths || !(o.Q > 0.5 && o.Q < 1) {
		return Result{}, fmt.Errorf("portfolio: simulate %d years at q %g; want 100…%d and 0.5…1", o.Paths, o.Q, mostPaths)
	}
	s := newSimulation(book, o)
	blocks := (o.Paths + blockSize - 1) / blockSize
	if err := s.drawAll(ctx, blocks, max(1, o.Workers)); err != nil {
		return Result{}, err
	}
	return s.result(), nil
}

type simulation struct {
	book      []Exposure
	o         SimulationOptions
	threshold []float64
	idio      []float64
	lgd       []float64 // loss of each if it fails
	shift     []float64
	target    float64
	loss      []float64
	weight    []float64
	failed    [][]int32
}

func newSimulation(book []Exposure, o SimulationOptions) *simulation {
	s := &simulation{book: book, o: o, loss: make([]float64, o.Paths), weight: make([]float64, o.Paths), failed: make([][]int32, o.Paths)}
	for i := range book {
		e := &book[i]
		r2 := 0.0
		for _, l := range e.Loadings {
			r2 += l * l
		}
		s.threshold = append(s.threshold, normalQuantile(e.PD))
		s.idio = append(s.idio, math.Sqrt(1-r2))
		s.lgd = append(s.lgd, e.EAD*e.LGD)
	}
	s.shift = make([]float64, len(book[0].Loadings))
	if !o.Plain {
		s.aim()
	}
	return s
}

// conditional fills p with the PDs given the factors, and gives the mean loss.
func (s *simulation) conditional(z, p []float64) float64 {
	mean := 0.0
	for i := range s.book {
		at := s.threshold[i]
		for f, l := range s.book[i].Loadings {
			at -= l * z[f]
		}
		p[i] = normalCDF(at / s.idio[i])
		mean += p[i] * s.lgd[i]
	}
	return mean
}

// aim finds along the book's own direction how far the factors must fall for the q-worst year, and aims there.
func (s *simulation) aim() {
	norm := 0.0
	for i := range s.book {
		for f, l := range s.book[i].Loadings {
			s.shift[f] -= s.lgd[i] * l * s.book[i].PD
		}
	}
	for _, v := range s.shift {
		norm += v * v
	}
	p := make([]float64, len(s.book))
	reach := normalQuantile(s.o.Q)
	z := make([]float64, len(s.shift))
	for f := range s.shift {
		if norm > 0 {
			s.shift[f] *= reach / math.Sqrt(norm)
		}
		z[f] = s.shift[f]
	}
	s.target = s.conditional(z, p)
	// A book of few names loses more in the tail than its conditional mean: aim at least at its largest single loss.
	for i := range s.lgd {
		s.target = math.Max(s.target, s.lgd[i])
	}
}

func (s *simulation) drawAll(ctx context.Context, blocks, workers int) error {
	next := make(chan int)
	done := make(chan struct{})
	for range workers {
		go func() {
			for b := range next {
				s.block(b)
			}
			done <- struct{}{}
		}()
	}
	var err error
	for b := range blocks {
		if err = ctx.Err(); err != nil {
			break
		}
		next <- b
	}
	close(next)
	for range workers {
		<-done
	}
	return err
}

func (s *simulation) block(b int) {
	r := rng.New(s.o.Seed, "portfolio", strconv.Itoa(b))
	p, z := make([]float64, len(s.book)), make([]float64, len(s.shift))
	for path := b * blockSize; path < min(s.o.Paths, (b+1)*blockSize); path++ {
		ratio := 0.0 // ln of the likelihood ratio
		for f := range z {
			z[f] = r.NormFloat64() + s.shift[f]
			ratio += s.shift[f]*s.shift[f]/2 - s.shift[f]*z[f]
		}
		mean := s.conditional(z, p)
		twist := 0.0
		if !s.o.Plain && mean < s.target {
			twist = s.twist(p)
		}
		loss := 0.0
		for i := range p {
			if p[i] <= 0 || s.lgd[i] == 0 {
				continue
			}
			q := p[i]
			if twist > 0 {
				grown := p[i] * math.Exp(twist*s.lgd[i])
				ratio += math.Log(1 - p[i] + grown)
				q = grown / (1 - p[i] + grown)
			}
			if r.Float64() < q {
				loss += s.lgd[i]
				s.failed[path] = append(s.failed[path], int32(i))
			}
		}
		s.loss[path], s.weight[path] = loss, math.Exp(ratio-twist*loss)
	}
}

// twist is the exponential twist under which the conditional mean loss is the target, by bisection; at most such that the
// largest loss is weighed by e^40.
func (s *simulation) twist(p []float64) float64 {
	largest := 0.0
	for _, l := range s.lgd {
		largest = math.Max(largest, l)
	}
	lo, hi := 0.0, 40/largest
	for range 40 {
		mid := (lo + hi) / 2
		mean := 0.0
		for i := range p {
			g := p[i] * math.Exp(mid*s.lgd[i])
			mean += s.lgd[i] * g / (1 - p[i] + g)
		}
		if mean < s.target {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

func (s *simulation) result() Result {
	out := Result{Paths: s.o.Paths, Seed: s.o.Seed, Shares: make([]float64, len(s.book))}
	for i := range s.book {
		out.Expected += s.book[i].PD * s.lgd[i]
	}
	n := float64(s.o.Paths)
	// Weights add up to the number of paths on average; the tail is measured against that number, not their sum, which
	// would undo the gain.
	losses, weights := append([]float64{0}, s.loss...), append([]float64{0}, s.weight...)
	total := 0.0
	for path, l := range s.loss {
		out.Simulated += l * s.weight[path] / n
		total += s.weight[path]
	}
	weights[0] = math.Max(0, n-total)
	q := s.o.Q
	if total > n {
		q = 1 - (1-q)*n/total
	}
	out.ValueAtRisk, out.Shortfall = tailMean(losses, weights, q)
	out.Capital = out.ValueAtRisk - out.Expected
	sum, seen := 0.0, 0.0
	for path, l := range s.loss {
		if l < out.ValueAtRisk || l == 0 {
			continue
		}
		out.TailPaths++
		seen += s.weight[path]
		for _, i := range s.failed[path] {
			out.Shares[i] += s.weight[path] * s.lgd[i]
			sum += s.weight[path] * s.lgd[i]
		}
	}
	for i := range out.Shares {
		if sum > 0 {
			out.Shares[i] *= out.Shortfall / sum
		}
	}
	return out
}
