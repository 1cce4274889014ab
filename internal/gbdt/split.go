package gbdt

import (
	"cmp"
	"math"
	"slices"
)

// split is the best way found to part a node.
type split struct {
	gain        float64 // of the loss, less than 0 = none
	column      int     // in the dataset
	bin         int     // numbers: the last bin that goes left
	missingLeft bool
	set         [4]uint64 // categories: the bins that go left
	left        cell
}

var noSplit = split{gain: -1}

// better decides ties by the lower column, so that the order of search has no say.
func (s *split) better(o *split) bool {
	return s.gain > o.gain || s.gain == o.gain && s.gain >= 0 && s.column < o.column
}

// search is what the search for a node's split needs besides a histogram.
type search struct {
	cfg          *Config
	invG, invH   float64 // level → derivative
	total        cell
	lower, upper float64 // bounds on the values of leaves below
	parent       float64 // score of the node unsplit
	plain        bool    // no bounds, no L1, no greatest step: the closed form holds
}

func (t *trainer) searchOf(n *growing) search {
	s := search{cfg: &t.cfg, invG: t.invG, invH: t.invH, total: n.sum, lower: n.lower, upper: n.upper}
	s.plain = math.IsInf(n.lower, -1) && math.IsInf(n.upper, 1) && t.cfg.L1 == 0 && t.cfg.MaxStep == 0
	s.parent = s.score(s.real(n.sum))
	return s
}

// real turns whole sums into derivatives.
func (s *search) real(c cell) (g, h float64) {
	return float64(c.g) * s.invG, float64(c.hess()) * s.invH
}

// weight is the value of a leaf that improves its loss most (Chen and Guestrin 2016, eq. 5, with L1, step and bounds).
func (s *search) weight(g, h float64) float64 {
	w := 0.0
	switch {
	case g > s.cfg.L1:
		w = -(g - s.cfg.L1) / (h + s.cfg.L2)
	case g < -s.cfg.L1:
		w = -(g + s.cfg.L1) / (h + s.cfg.L2)
	}
	if h+s.cfg.L2 <= 0 {
		w = 0
	}
	if s.cfg.MaxStep > 0 {
		w = math.Max(-s.cfg.MaxStep, math.Min(s.cfg.MaxStep, w))
	}
	return math.Max(s.lower, math.Min(s.upper, w))
}

// score is twice the loss that a leaf of these sums takes away (eq. 6).
func (s *search) score(g, h float64) float64 {
	if s.plain {
		return g * g / (h + s.cfg.L2 + tiny)
	}
	return s.scoreAt(g, h, s.weight(g, h))
}

func (s *search) scoreAt(g, h, w float64) float64 {
	return -(2*g*w + (h+s.cfg.L2)*w*w + 2*s.cfg.L1*math.Abs(w))
}

// tiny keeps an empty side from dividing by nothing.
const tiny = 1e-300

// number scans the cuts of a column of numbers, with what is missing on either side.
func (s *search) number(column, bins int, monotone int8, hist []cell, best *split) {
	missing := hist[bins]
	last := bins - 1
	if missing.rows() > 0 {
		last = bins // all that is there against all that is not
	}
	s.scan(column, last, monotone, hist, cell{}, false, best)
	if missing.rows() > 0 {
		s.scan(column, bins-1, monotone, hist, missing, true, best)
	}
}

func (s *search) scan(column, last int, monotone int8, hist []cell, left cell, missingLeft bool, best *split) {
	least, leastH := s.cfg.MinLeafRows, s.cfg.MinLeafHessian
	total, invG, invH, l2 := s.total, s.invG, s.invH, s.cfg.L2
	rows := total.rows()
	for b, c := range hist[:last] {
		if c.hn == 0 {
			continue
		}
		left.add(c)
		n := left.rows()
		if n < least {
			continue
		}
		if rows-n < least {
			break
		}
		right := total.minus(left)
		gl, hl := float64(left.g)*invG, float64(left.hess())*invH
		gr, hr := float64(right.g)*invG, float64(right.hess())*invH
		if hl < leastH || hr < leastH {
			continue
		}
		var gain float64
		if s.plain && monotone == 0 {
			dl, dr := hl+l2+tiny, hr+l2+tiny
			gain = (gl*gl*dr + gr*gr*dl) / (dl * dr)
		} else {
			gain = s.bounded(gl, hl, gr, hr, monotone)
		}
		if gain -= s.parent; gain > best.gain {
			*best = split{gain: gain, column: column, bin: b, missingLeft: missingLeft, left: left}
		}
	}
}

// bounded is the sum of both sides' scores, or less than nothing where the sides would break the direction.
func (s *search) bounded(gl, hl, gr, hr float64, monotone int8) float64 {
	wl, wr := s.weight(gl, hl), s.weight(gr, hr)
	if monotone > 0 && wl > wr || monotone < 0 && wl < wr {
		return math.Inf(-1)
	}
	return s.scoreAt(gl, hl, wl) + s.scoreAt(gr, hr, wr)
}

// fewCategories are told apart without the extra penalty.
const fewCategories = 4

// categories orders the bins by gradient over second derivative and scans the prefixes: one of them is the best set
// (Fisher 1958). What is missing is one more bin.
func (s *search) categories(column int, hist []cell, best *split) {
	var order [256]int
	present := order[:0]
	for b := range hist {
		if hist[b].rows() > 0 {
			present = append(present, b)
		}
	}
	if len(present) < 2 {
		return
	}
	extra := s.cfg.CategoryL2
	key := func(b int) float64 {
		g, h := s.real(hist[b])
		return g / (h + extra + tiny)
	}
	slices.SortFunc(present, func(a, b int) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a, b)) })
	if len(present) <= fewCategories {
		extra = 0
	}
	wide := *s.cfg
	wide.L2 += extra
	with := *s
	with.cfg = &wide
	var left cell
	var set [4]uint64
	for _, b := range present[:len(present)-1] {
		left.add(hist[b])
		set[b>>6] |= 1 << (b & 63)
		right := s.total.minus(left)
		if left.rows() < s.cfg.MinLeafRows || right.rows() < s.cfg.MinLeafRows {
			continue
		}
		gl, hl := s.real(left)
		gr, hr := s.real(right)
		if hl < s.cfg.MinLeafHessian || hr < s.cfg.MinLeafHessian {
			continue
		}
		if gain := with.score(gl, hl) + with.score(gr, hr) - s.parent; gain > best.gain {
			missing := len(hist) - 1
			*best = split{gain: gain, column: column, set: set, left: left, missingLeft: set[missing>>6]>>(missing&63)&1 == 1}
		}
	}
}
