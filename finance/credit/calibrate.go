package credit

import (
	"cmp"
	"math"
	"slices"
)

// Calibration maps a model's own probability to one that events bear out. It never turns an order round.
type Calibration struct {
	Method string `json:"method"` // "none", "platt", "beta", "isotonic"
	// A, B, C: Platt: log-odds = A·log-odds(p) + B. Beta: log-odds = A·ln p − B·ln(1−p) + C.
	A float64 `json:"a,omitempty"`
	B float64 `json:"b,omitempty"`
	C float64 `json:"c,omitempty"`
	// X and Y are the steps of an isotonic calibration, joined by straight lines.
	X []float64 `json:"x,omitempty"`
	Y []float64 `json:"y,omitempty"`
}

const probabilityFloor = 1e-9

func clip(p float64) float64 { return math.Min(1-probabilityFloor, math.Max(probabilityFloor, p)) }

func logOdds(p float64) float64 { p = clip(p); return math.Log(p / (1 - p)) }

func sigmoid(s float64) float64 { return 1 / (1 + math.Exp(-s)) }

// Apply maps one probability.
func (c Calibration) Apply(p float64) float64 {
	p = clip(p)
	switch c.Method {
	case "platt":
		return sigmoid(c.A*logOdds(p) + c.B)
	case "beta":
		return sigmoid(c.A*math.Log(p) - c.B*math.Log(1-p) + c.C)
	case "isotonic":
		k, _ := slices.BinarySearch(c.X, p)
		switch {
		case len(c.X) == 0:
			return p
		case k == 0:
			return c.Y[0]
		case k == len(c.X):
			return c.Y[k-1]
		}
		t := (p - c.X[k-1]) / (c.X[k] - c.X[k-1])
		return c.Y[k-1] + t*(c.Y[k]-c.Y[k-1])
	}
	return p
}

// Platt fits A and B by likelihood (Platt 1999, without his change of targets).
func Platt(y, p []float64) Calibration {
	x := make([]float64, len(p))
	for i := range p {
		x[i] = logOdds(p[i])
	}
	m := fitLogistic([][]float64{x}, y, net{}, nil)
	return Calibration{Method: "platt", A: m.coef[0], B: m.intercept}
}

// Beta fits A, B and C by likelihood (Kull, Silva Filho and Flach, AISTATS 2017). Where a free fit would turn the order
// round, monotone takes that side's part away, as the authors do.
func Beta(y, p []float64, monotone bool) Calibration {
	a, b := make([]float64, len(p)), make([]float64, len(p))
	for i := range p {
		q := clip(p[i])
		a[i], b[i] = math.Log(q), -math.Log(1-q)
	}
	m := fitLogistic([][]float64{a, b}, y, net{positive: monotone}, nil)
	return Calibration{Method: "beta", A: m.coef[0], B: m.coef[1], C: m.intercept}
}

// PoolAdjacent is the least-squares fit that never falls with p (PAV: Ayer et al., Annals of Mathematical Statistics 26,
// 1955); it gives the fitted value of each case. Equal p get equal values.
func PoolAdjacent(y, p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(p[a], p[b]), cmp.Compare(a, b)) })
	type block struct {
		sum, n float64
		first  int
	}
	var blocks []block
	for i := 0; i < len(order); {
		b := block{first: i}
		for at := p[order[i]]; i < len(order) && p[order[i]] == at; i++ {
			b.sum += y[order[i]]
			b.n++
		}
		for len(blocks) > 0 && blocks[len(blocks)-1].sum*b.n >= b.sum*blocks[len(blocks)-1].n {
			last := blocks[len(blocks)-1]
			b = block{last.sum + b.sum, last.n + b.n, last.first}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	out := make([]float64, len(p))
	for k, b := range blocks {
		end := len(order)
		if k+1 < len(blocks) {
			end = blocks[k+1].first
		}
		for _, i := range order[b.first:end] {
			out[i] = b.sum / b.n
		}
	}
	return out
}

// Isotonic joins the middles of the steps of PoolAdjacent by lines, kept off 0 and 1 by half a case.
func Isotonic(y, p []float64) Calibration {
	fit := PoolAdjacent(y, p)
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(p[a], p[b]), cmp.Compare(a, b)) })
	c := Calibration{Method: "isotonic"}
	for lo := 0; lo < len(order); {
		hi, x := lo, 0.0
		for hi < len(order) && fit[order[hi]] == fit[order[lo]] {
			x += p[order[hi]]
			hi++
		}
		n := float64(hi - lo)
		x /= n
		v := math.Min(1-0.5/(n+1), math.Max(0.5/(n+1), fit[order[lo]]))
		if k := len(c.X); k > 0 && (x <= c.X[k-1] || v < c.Y[k-1]) {
			lo = hi
			continue
		}
		c.X, c.Y = append(c.X, x), append(c.Y, v)
		lo = hi
	}
	return c
}

// smoothBins is how many bins of equally many cases a smoothed isotonic calibration joins, smoothPrior how many cases each
// is worth beforehand at the probability that it has.
const (
	smoothBins  = 20
	smoothPrior = 20
)

// SmoothIsotonic never falls either, but stands on bins of many cases leaning on what a beta calibration says of them, so that
// it follows a bend of the curve and not every case; lines join the bins' middles, and the ends to 0 and 1.
func SmoothIsotonic(y, p []float64) Calibration {
	first := Beta(y, p, true)
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(p[a], p[b]), cmp.Compare(a, b)) })
	c := Calibration{Method: "isotonic", X: []float64{0}, Y: []float64{0}}
	type step struct{ x, y, n float64 }
	var steps []step
	for b := range smoothBins {
		s := step{}
		for _, i := range order[b*len(p)/smoothBins : (b+1)*len(p)/smoothBins] {
			s.x += p[i]
			s.y += y[i]
			s.n++
		}
		if s.n == 0 {
			continue
		}
		s.x /= s.n
		s = step{s.x, (s.y + smoothPrior*first.Apply(s.x)) / (s.n + smoothPrior), s.n}
		for k := len(steps) - 1; k >= 0 && steps[k].y >= s.y; k-- { // pool what would fall
			last := steps[k]
			steps = steps[:k]
			n := last.n + s.n
			s = step{(last.x*last.n + s.x*s.n) / n, (last.y*last.n + s.y*s.n) / n, n}
		}
		steps = append(steps, s)
	}
	for _, s := range steps {
		if s.x > c.X[len(c.X)-1] {
			c.X, c.Y = append(c.X, s.x), append(c.Y, s.y)
		}
	}
	c.X, c.Y = append(c.X, 1), append(c.Y, 1)
	return c
}

// calibrate picks, by log-loss on the half not fitted on, the calibration that serves probabilities of cases left out best,
// and fits it on all of them. The simplest wins ties.
func calibrate(y, p []float64) Calibration {
	fits := []func(y, p []float64) Calibration{
		func(_, _ []float64) Calibration { return Calibration{Method: "none"} },
		func(y, p []float64) Calibration { return Platt(y, p) },
		func(y, p []float64) Calibration { return Beta(y, p, true) },
		SmoothIsotonic,
	}
	best, bestLoss := 0, math.Inf(1)
	for k, fit := range fits {
		loss := 0.0
		for half := range 2 {
			var fy, fp, ty, tp []float64
			for i := range y {
				if i%2 == half {
					fy, fp = append(fy, y[i]), append(fp, p[i])
				} else {
					ty, tp = append(ty, y[i]), append(tp, p[i])
				}
			}
			c := fit(fy, fp)
			for i := range ty {
				q := clip(c.Apply(tp[i]))
				loss -= ty[i]*math.Log(q) + (1-ty[i])*math.Log(1-q)
			}
		}
		if loss < bestLoss-1e-9 {
			best, bestLoss = k, loss
		}
	}
	return fits[best](y, p)
}
