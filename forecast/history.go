package forecast

import (
	"math"
	"slices"
)

// MaxUnits is the largest demand of one day that is believed; anything above it, like anything negative or infinite, is
// bad input (Validate) and a method reads it as a day not observed.
const MaxUnits = 1e12

// leastUnits is the smallest demand of one day that counts as any; below it divisions by a mean would overflow.
const leastUnits = 1e-6

// Below these counts a method's parameters mean nothing, and the answer is StatusSparse.
const (
	minObserved = 14 // observed days since the first sale
	minPositive = 3  // days with demand
)

// History is a Series made ready for a method: what was observed from the first sale on, with its weekday profile.
// The days before the first sale are left out, since the item was not on offer then (rule of the M5 competition, 2020);
// so are days observed on a weekday that is otherwise closed, since they say nothing of the days to come.
type History struct {
	ID      string
	Next    int       // day after the last day of the series
	Y       []float64 // demand of the observed days, oldest first
	Weekday []uint8   // weekday of each of Y
	Profile Profile
	Ignored int // impossible values that were left out
	Status  Status
	Whole   bool // Y are whole numbers, as counts of pieces are

	level []float64 // see Deseasonalised
}

// Observe makes s ready, with the weekday profile shrunk towards pooled (nil: towards a flat week). It copies what it
// needs and leaves s alone. O(days).
func Observe(s Series, pooled *Profile) History {
	t := tally(s)
	h := History{ID: s.ID, Next: s.StartDay + len(s.Values), Profile: t.profile(pooled)}
	n := 0
	for w := range t.days {
		n += int(t.days[w])
	}
	h.Y = make([]float64, 0, n)
	h.Weekday = make([]uint8, 0, n)
	positive, w := 0, Weekday(s.StartDay)
	for _, v := range s.Values {
		switch {
		case v < 0 || v > MaxUnits:
			h.Ignored++
		case v >= leastUnits && h.Profile.Open(w):
			positive++
			h.Y = append(h.Y, v)
			h.Weekday = append(h.Weekday, uint8(w))
		case v < leastUnits && positive > 0 && h.Profile.Open(w): // a NaN is none of the three
			h.Y = append(h.Y, 0)
			h.Weekday = append(h.Weekday, uint8(w))
		}
		if w++; w == 7 {
			w = 0
		}
	}
	h.Status = statusOf(len(h.Y), positive, h.Ignored)
	h.Whole = !slices.ContainsFunc(h.Y, func(y float64) bool { return y != math.Trunc(y) })
	return h
}

func statusOf(observed, positive, ignored int) Status {
	switch {
	case positive == 0:
		return StatusEmpty
	case observed < minObserved || positive < minPositive:
		return StatusSparse
	case ignored > 0:
		return StatusCleaned
	}
	return StatusOK
}

// Deseasonalised gives Y divided by the factor of its weekday. It is made once and shared by those who ask: do not change it.
func (h *History) Deseasonalised() []float64 {
	if h.level != nil {
		return h.level
	}
	var inverse [7]float64
	for w, f := range h.Profile.Factor {
		if f > 0 {
			inverse[w] = 1 / f
		}
	}
	x := make([]float64, len(h.Y))
	for t, y := range h.Y {
		x[t] = y * inverse[h.Weekday[t]]
	}
	h.level = x
	return x
}

// Fits says whether a method can be fitted to h at all; where it cannot, Short answers.
func (h *History) Fits() bool { return h.Status == StatusOK || h.Status == StatusCleaned }
