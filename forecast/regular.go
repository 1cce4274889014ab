package forecast

import (
	"errors"
	"fmt"
	"math"
)

// Regular is anything observed at equal steps (hours, days, weeks, months, years), oldest first: what the classical
// methods are fitted to. A NaN is a step that was not observed.
type Regular struct {
	ID    string
	Group string // series of one group share what is learned of each; "" is a group too
	// Seasons are the lengths of its seasons in steps, rising; none or 1 = no season. Monthly 12; daily 7 (and 364);
	// hourly 24 and 168; weekly 52.
	Seasons []int
	Values  []float64
	// Regressors are columns of known numbers, each as long as Values and the horizon together; methods that take none
	// leave them unread.
	Regressors [][]float64
	// Signed says that values below zero mean something; a demand's forecast is cut at zero.
	Signed bool
	// Pooled is the shape of the first season common to the group, one factor per step of the season with mean 1, index 0 for
	// the step after the last value; nil where nobody made it. The panel makes it from what its group knew.
	Pooled []float64
}

// Season is the longest season that has at least two full rounds in n values; 1 = none.
func (r *Regular) Season() int {
	best := 1
	for _, m := range r.Seasons {
		if m > best && 2*m <= len(r.Values) {
			best = m
		}
	}
	return best
}

// FirstSeason is the shortest season longer than one step that has two full rounds; 1 = none.
func (r *Regular) FirstSeason() int {
	for _, m := range r.Seasons {
		if m > 1 && 2*m <= len(r.Values) {
			return m
		}
	}
	return 1
}

// With is r with other values, which it does not copy.
func (r *Regular) With(values []float64) *Regular {
	other := *r
	other.Values = values
	return &other
}

// Curve is what a method says of a Regular: means for the steps to come, and what it would have said one step ahead of
// each step that there was.
type Curve struct {
	Method string
	Params map[string]float64
	Mean   []float64 // horizon steps
	Fitted []float64 // one per value; NaN where the method had nothing to say yet. May be nil.
}

// Method is one classical method. Implementations keep no state between calls and may be used by many goroutines; the
// same input gives the same answer.
type Method interface {
	// Name is the method's short standard name.
	Name() string
	// Fit fits r, which has no gaps (see Filled) and no impossible values, and gives the means of the next horizon steps.
	// ErrShort says that r is too short for the method; the error names what was missing.
	Fit(r *Regular, horizon int) (Curve, error)
}

// ErrShort says that a method needs more history than there is.
var ErrShort = errors.New("forecast: too little history")

// ErrRegular is what ValidateRegular's errors wrap.
var ErrRegular = errors.New("forecast: series cannot be forecast")

// MaxMagnitude bounds the values of a Regular: larger ones overflow when they are squared and summed.
const MaxMagnitude = 1e15

// ValidateRegular says whether r can be forecast over horizon steps. The error names series, field and index.
func ValidateRegular(r *Regular, horizon int) error {
	for i, v := range r.Values {
		switch {
		case math.IsNaN(v):
		case math.IsInf(v, 0) || math.Abs(v) > MaxMagnitude:
			return fmt.Errorf("%w: series %q, Values[%d] is %v: correct it, or pass NaN for a step not observed", ErrRegular, r.ID, i, v)
		case v < 0 && !r.Signed:
			return fmt.Errorf("%w: series %q, Values[%d] is %v, below zero: net returns against the sale they cancel, pass NaN for a step not observed, or set Signed", ErrRegular, r.ID, i, v)
		}
	}
	last := 0
	for i, m := range r.Seasons {
		if m < 1 || m <= last {
			return fmt.Errorf("%w: series %q, Seasons[%d] is %d: give lengths in steps, rising", ErrRegular, r.ID, i, m)
		}
		last = m
	}
	for k, x := range r.Regressors {
		if len(x) < len(r.Values)+horizon {
			return fmt.Errorf("%w: series %q, Regressors[%d] has %d steps, want %d of history and %d to come", ErrRegular, r.ID, k, len(x), len(r.Values), horizon)
		}
		for i, v := range x {
			if math.IsNaN(v) || math.Abs(v) > MaxMagnitude {
				return fmt.Errorf("%w: series %q, Regressors[%d][%d] is %v: a regressor must be known for every step", ErrRegular, r.ID, k, i, v)
			}
		}
	}
	return nil
}

// Filled gives the values from the first observed one on, with gaps filled, and how many leading steps were cut and inner
// ones filled. A gap takes the mean of the observed steps one season before and after it, moved by nothing; without them
// it lies on the line between its neighbours. O(len · rounds).
func Filled(values []float64, season int) (filled []float64, cut, gaps int) {
	for cut < len(values) && math.IsNaN(values[cut]) {
		cut++
	}
	values = values[cut:]
	for _, v := range values {
		if math.IsNaN(v) {
			gaps++
		}
	}
	if gaps == 0 {
		return values, cut, 0
	}
	filled = make([]float64, len(values))
	for t, v := range values {
		if math.IsNaN(v) {
			v = between(values, t, season)
		}
		filled[t] = v
	}
	return filled, cut, gaps
}

// between guesses the value at t from observed ones a season, else a step, away.
func between(values []float64, t, season int) float64 {
	if season > 1 {
		sum, n := 0.0, 0.0
		for _, at := range [4]int{t - season, t + season, t - 2*season, t + 2*season} {
			if n < 2 && at >= 0 && at < len(values) && !math.IsNaN(values[at]) {
				sum += values[at]
				n++
			}
		}
		if n > 0 {
			return sum / n
		}
	}
	before, after := t, t
	for before >= 0 && math.IsNaN(values[before]) {
		before--
	}
	for after < len(values) && math.IsNaN(values[after]) {
		after++
	}
	switch {
	case after == len(values):
		return values[before] // there is one: leading gaps were cut
	case before < 0:
		return values[after]
	}
	share := float64(t-before) / float64(after-before)
	return values[before]*(1-share) + values[after]*share
}
