package hierarchy

import (
	"fmt"
	"math"
)

// Weights is the covariance of base errors that a reconciliation believes: Diagonal plus (1−Shrink)·Errors·Errorsᵀ, where Diagonal
// already holds the shrunk variances. Errors are centred and divided by √count, one row a node; nil = a diagonal alone.
type Weights struct {
	Diagonal []float64
	Errors   [][]float64
	Shrink   float64
}

// OLS trusts every node alike.
func OLS(t *Tree) Weights {
	w := Weights{Diagonal: make([]float64, t.Nodes()), Shrink: 1}
	for i := range w.Diagonal {
		w.Diagonal[i] = 1
	}
	return w
}

// Structural takes a node's variance as the number of bottom series that it sums.
func Structural(t *Tree) Weights {
	w := OLS(t)
	for i, sum := range t.Sums {
		w.Diagonal[t.Bottom+i] = float64(len(sum))
	}
	return w
}

// WLS takes the variances of the errors, one row of errors a node; NaN = not known.
func WLS(t *Tree, errors [][]float64) (Weights, error) {
	w, err := MinT(t, errors)
	if err != nil {
		return w, err
	}
	for i, row := range w.Errors { // all of the variance on the diagonal
		sum := 0.0
		for _, e := range row {
			sum += e * e
		}
		w.Diagonal[i] += (1 - w.Shrink) * sum
	}
	w.Errors, w.Shrink = nil, 1
	return w, nil
}

// MinT shrinks the errors' covariance towards its diagonal by the share of Schäfer and Strimmer (2005), at which its mean squared
// error is least: minimum trace reconciliation with shrinkage. An error not known (NaN) counts as none.
func MinT(t *Tree, errors [][]float64) (Weights, error) {
	if len(errors) != t.Nodes() {
		return Weights{}, fmt.Errorf("%w: errors of %d nodes, want %d", ErrTree, len(errors), t.Nodes())
	}
	n := len(errors)
	w := Weights{Diagonal: make([]float64, n), Errors: make([][]float64, n)}
	count := 0
	total := 0.0
	for i, row := range errors {
		count = max(count, len(row))
		w.Errors[i] = make([]float64, len(row))
		for k, e := range row {
			if !math.IsNaN(e) {
				w.Errors[i][k] = e / math.Sqrt(float64(len(row)))
				w.Diagonal[i] += e * e / float64(len(row))
			}
		}
		total += w.Diagonal[i]
	}
	if count < 2 {
		return Weights{}, fmt.Errorf("%w: %d errors a node, want 2 at least", ErrTree, count)
	}
	floor := max(1e-8*total/float64(n), 1e-12)
	for i := range w.Diagonal {
		w.Diagonal[i] = max(w.Diagonal[i], floor)
	}
	w.Shrink = shrinkage(w.Errors, w.Diagonal, count)
	for i := range w.Diagonal {
		w.Diagonal[i] *= w.Shrink
	}
	return w, nil
}

// Shrunk gives w with its covariance shrunk by the share least, 0 … 1, where it is shrunk by less. The intensity of MinT is for errors
// that are independent and drawn alike; the few one-step errors of models that were fitted to them are neither, and ask for more.
func (w Weights) Shrunk(least float64) Weights {
	if w.Errors == nil || w.Shrink <= 0 || !(least > w.Shrink) {
		return w
	}
	least = min(least, 1)
	diagonal := make([]float64, len(w.Diagonal))
	for i, d := range w.Diagonal {
		diagonal[i] = d * least / w.Shrink
	}
	w.Diagonal, w.Shrink = diagonal, least
	return w
}

// mostPairs of nodes are looked at for the shrinkage: in a large tree a regular sample of them.
const mostPairs = 200_000

// shrinkage is Σ Var(r_ij) / Σ r_ij² over pairs of nodes, r the correlation of their errors.
func shrinkage(errors [][]float64, variance []float64, count int) float64 {
	n := len(errors)
	stride := max(1, n*n/2/mostPairs)
	top, bottom, pair := 0.0, 0.0, 0
	for i := range n {
		for j := range i {
			if pair++; pair%stride != 0 {
				continue
			}
			scale := 1 / math.Sqrt(variance[i]*variance[j])
			r, square := 0.0, 0.0
			for k := range min(len(errors[i]), len(errors[j])) {
				p := errors[i][k] * errors[j][k] * scale * float64(count) // product of standardised errors
				r += p / float64(count)
				square += p * p / float64(count)
			}
			top += (square - r*r) / float64(count-1)
			bottom += r * r
		}
	}
	if bottom <= 0 {
		return 1
	}
	return min(max(top/bottom, 0), 1)
}

// times fills out with the covariance times v.
func (w *Weights) times(v, out []float64) {
	for i, d := range w.Diagonal {
		out[i] = d * v[i]
	}
	if w.Errors == nil || w.Shrink >= 1 {
		return
	}
	width := 0
	for _, row := range w.Errors {
		width = max(width, len(row))
	}
	sums := make([]float64, width)
	for i, row := range w.Errors {
		if v[i] != 0 {
			for k, e := range row {
				sums[k] += e * v[i]
			}
		}
	}
	keep := 1 - w.Shrink
	for i, row := range w.Errors {
		for k, e := range row {
			out[i] += keep * e * sums[k]
		}
	}
}

// Reconcile projects base on the coherent forecasts: base − W·Cᵀ(C·W·Cᵀ)⁻¹·C·base, C·v = 0 being coherence. With nonNegative bottom series
// that would fall below zero are held at zero and the rest is reconciled again, until none falls (an active set); what rounding leaves is cut.
// The answer is exactly coherent: sums are taken from the bottom series at the end.
func Reconcile(t *Tree, w Weights, base []float64, nonNegative bool) ([]float64, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if len(base) != t.Nodes() || len(w.Diagonal) != t.Nodes() {
		return nil, fmt.Errorf("%w: %d base forecasts and %d weights for %d nodes", ErrTree, len(base), len(w.Diagonal), t.Nodes())
	}
	for i, v := range base {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: the base forecast of node %d is %v", ErrTree, i, v)
		}
	}
	p := projection{t: t, w: &w, held: make([]int, 0)}
	isHeld := make([]bool, t.Bottom)
	var out []float64
	for range 12 {
		out = p.apply(base)
		if !nonNegative {
			break
		}
		before := len(p.held)
		for b, v := range out[:t.Bottom] {
			if v < 0 && !isHeld[b] {
				isHeld[b] = true
				p.held = append(p.held, b)
			}
		}
		if len(p.held) == before {
			break
		}
	}
	for b := range t.Bottom {
		if nonNegative && (out[b] < 0 || isHeld[b]) {
			out[b] = 0
		}
	}
	t.Aggregate(out)
	return out, nil
}

// projection solves with constraints: one per sum, and one per held bottom series.
type projection struct {
	t    *Tree
	w    *Weights
	held []int
}

// constrain is C·v.
func (p *projection) constrain(v, out []float64) {
	for i, sum := range p.t.Sums {
		total := v[p.t.Bottom+i]
		for _, b := range sum {
			total -= v[b]
		}
		out[i] = total
	}
	for k, b := range p.held {
		out[len(p.t.Sums)+k] = v[b]
	}
}

// spreadBack is Cᵀ·x.
func (p *projection) spreadBack(x, out []float64) {
	clear(out)
	for i, sum := range p.t.Sums {
		out[p.t.Bottom+i] += x[i]
		for _, b := range sum {
			out[b] -= x[i]
		}
	}
	for k, b := range p.held {
		out[b] += x[len(p.t.Sums)+k]
	}
}

// apply runs conjugate gradients on C·W·Cᵀ·x = C·base with the diagonal of the diagonal part as preconditioner.
func (p *projection) apply(base []float64) []float64 {
	n, m := p.t.Nodes(), len(p.t.Sums)+len(p.held)
	node, wide := make([]float64, n), make([]float64, n)
	x, r, z, d, q := make([]float64, m), make([]float64, m), make([]float64, m), make([]float64, m), make([]float64, m)
	scale := p.diagonal()
	p.constrain(base, r)
	precondition := func() {
		for i := range z {
			z[i] = r[i] / scale[i]
		}
	}
	precondition()
	copy(d, z)
	rz := dot(r, z)
	stop := 1e-20 * rz
	for round := 0; round < 4*m+50 && rz > stop && rz > 0; round++ {
		p.spreadBack(d, node)
		p.w.times(node, wide)
		p.constrain(wide, q)
		curve := dot(d, q)
		if curve <= 0 {
			break
		}
		step := rz / curve
		for i := range x {
			x[i] += step * d[i]
			r[i] -= step * q[i]
		}
		precondition()
		next := dot(r, z)
		for i := range d {
			d[i] = z[i] + next/rz*d[i]
		}
		rz = next
	}
	p.spreadBack(x, node)
	p.w.times(node, wide)
	out := make([]float64, n)
	for i := range out {
		out[i] = base[i] - wide[i]
	}
	return out
}

// diagonal of C·W·Cᵀ, the diagonal part of W alone.
func (p *projection) diagonal() []float64 {
	variance := append([]float64(nil), p.w.Diagonal...)
	for i, row := range p.w.Errors {
		for _, e := range row {
			variance[i] += (1 - p.w.Shrink) * e * e
		}
	}
	var out []float64
	for i, sum := range p.t.Sums {
		total := variance[p.t.Bottom+i]
		for _, b := range sum {
			total += variance[b]
		}
		out = append(out, max(total, 1e-300))
	}
	for _, b := range p.held {
		out = append(out, max(variance[b], 1e-300))
	}
	return out
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Samples reconciles joint draws of all nodes, one row a draw, so that every one adds up (Panagiotelis, Gamakumara, Athanasopoulos and
// Hyndman 2023).
func Samples(t *Tree, w Weights, draws [][]float64, nonNegative bool) ([][]float64, error) {
	out := make([][]float64, len(draws))
	for i, d := range draws {
		v, err := Reconcile(t, w, d, nonNegative)
		if err != nil {
			return nil, fmt.Errorf("draw %d: %w", i, err)
		}
		out[i] = v
	}
	return out, nil
}
