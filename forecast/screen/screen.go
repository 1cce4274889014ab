// Package screen solves what of a recorded history is demand and what is not: returns, empty shelves, mistakes, great single orders.
//
// Takes the values of one series with what is known beside them and gives values to forecast from (NaN = not observed) with a
// report of all that was changed and of where the item is in its life. Method: returns net the latest sales before them; a run of
// steps without demand that chance does not explain counts as an empty shelf (geometric runs); lone values far outside the
// logarithmic sizes are cut to the largest size that is believed (Hampel, JASA 69, 1974, 383–393); the level is held against
// the latest change of a piecewise constant mean (Page 1955; binary segmentation). Never: it sees no other series and fills
// no gap in; what it takes out is told.
package screen

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"quartermaster/forecast"
)

// Facts are what is known of a series beside its values. The zero value works.
type Facts struct {
	Season int // steps of the shortest season, 7 for days; 0 = none
	Year   int // steps of a year, 364 for days; 0 = not looked at
	// Empty marks steps on which the shelf was empty, wholly or for a time: what was sold then is less than what was asked
	// for. As long as the values, or nil.
	Empty []bool
	// Known marks steps that are special for a known reason, such as a promotion; they are never outliers. Or nil.
	Known []bool
}

// Life says where an item is between its first and its last demand.
type Life string

// The stages of a life.
const (
	Unseen Life = "unseen" // no demand yet
	New    Life = "new"    // first demand less than eight seasons ago (a season, where seasons are longer than a week)
	Active Life = "active"
	Dying  Life = "dying" // silent for longer than its own intervals explain
)

// Outlier is a value that was cut.
type Outlier struct {
	Step       int
	Value, Cut float64
}

// Shift is the latest lasting change of the level.
type Shift struct {
	Step          int
	Before, After float64 // units a step
}

// Report says what was found. Counts are steps, quantities units.
type Report struct {
	Life       Life
	Returned   float64 // taken off earlier sales
	Unmatched  float64 // returned, and no sale was left to take it off
	Impossible int     // infinite, or above forecast.MaxUnits
	Masked     int     // on an empty shelf, as Facts.Empty says
	Suspected  int     // on an empty shelf, as the silence says
	Outliers   []Outlier
	Shift      *Shift
	Silent     int // steps observed since the last demand
}

// Changed says whether the values given back differ from those given.
func (r *Report) Changed() bool {
	return r.Returned+r.Unmatched > 0 || r.Impossible+r.Masked+r.Suspected+len(r.Outliers) > 0
}

// Clean gives values to forecast from. It leaves values alone. O(n log n).
func Clean(values []float64, f Facts) ([]float64, Report) {
	y := slices.Clone(values)
	var r Report
	for t, v := range y {
		switch {
		case math.Abs(v) > forecast.MaxUnits: // infinities too
			y[t] = math.NaN()
			r.Impossible++
		case t < len(f.Empty) && f.Empty[t] && v >= 0:
			y[t] = math.NaN()
			r.Masked++
		}
	}
	netReturns(y, &r)
	suspect(y, f, &r)
	cutOutliers(y, f, &r)
	r.Shift = latestShift(y, max(f.Season, 1))
	r.Life, r.Silent = lifeOf(y, f)
	return y, r
}

// returnWindow is how many steps back a return looks for the sale it takes back.
const returnWindow = 120

// netReturns takes each negative value off the latest sales before it.
func netReturns(y []float64, r *Report) {
	for t, v := range y {
		if !(v < 0) {
			continue
		}
		need := -v
		y[t] = 0
		for k := t - 1; k >= max(0, t-returnWindow) && need > 0; k-- {
			if y[k] > 0 {
				took := min(need, y[k])
				y[k] -= took
				need -= took
				r.Returned += took
			}
		}
		r.Unmatched += need
	}
}

// Sentences say in words what was done, for people.
func (r *Report) Sentences() []string {
	var out []string
	say := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(r.Returned > 0, "%.4g returned units were taken off earlier sales", r.Returned)
	say(r.Unmatched > 0, "%.4g returned units match no earlier sale and were left out", r.Unmatched)
	say(r.Impossible > 0, "%d impossible values were left out", r.Impossible)
	say(r.Masked > 0, "%d steps on an empty shelf were not read as demand", r.Masked)
	say(r.Suspected > 0, "%d silent steps of a regular item were taken for an empty shelf", r.Suspected)
	for _, o := range r.Outliers {
		say(true, "step %d: %.4g was cut to %.4g", o.Step, o.Value, o.Cut)
	}
	if s := r.Shift; s != nil {
		say(true, "the level changed from %.3g to %.3g at step %d", s.Before, s.After, s.Step)
	}
	say(r.Life == New, "the item is new")
	say(r.Life == Dying, "the item has been silent for %d steps, longer than its intervals explain", r.Silent)
	return out
}

// Sentence is Sentences as one.
func (r *Report) Sentence() string { return strings.Join(r.Sentences(), "; ") }
