package road

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Straight stands for streets where there is no extract: the straight line, drawn out by a detour factor, with a time that
// has a part for each way and one for each metre. The zero value is what was calibrated.
//
// It was calibrated on four extracts of OpenStreetMap (Andorra, Baltimore, Liechtenstein, Monaco; profile van, free flow),
// 4,000 random pairs each at least 300 m apart: each number is the middle of the four extracts' medians, where a time is a
// line through the pairs, near ones counted the more. Mountains need more than plains, so whoever knows better gives a
// factor. docs/roads.md has the table, and a test calibrates anew on the extract that ships.
type Straight struct {
	Detour float64 // metres of street per metre of straight line; 0 = DetourFactor
}

// DetourFactor is metres of street per metre of straight line.
const DetourFactor = 1.58

const (
	straightStartSec = 57.0 // lost at both ends: leaving a yard, small streets, turns
	straightKmh      = 50.4 // of street beyond that
	straightShortM   = 500.0
)

// Factor is metres of street per metre of straight line.
func (s Straight) Factor() float64 {
	if s.Detour > 0 {
		return s.Detour
	}
	return DetourFactor
}

// Version names these rules, as a plan that used them is stored.
func (s Straight) Version() string { return fmt.Sprintf("straight lines × %g", s.Factor()) }

// Travel returns seconds and metres between two points.
func (s Straight) Travel(a, b orb.Point) (durationSec, distanceM int64) {
	metres := s.Factor() * metresBetween(a, b)
	if !(metres >= 1) { // a point that is no number is nowhere
		return 0, 0
	}
	sec := metres*3.6/straightKmh + straightStartSec*(1-math.Exp(-metres/straightShortM)) // a short way has less to lose
	return int64(math.Round(sec)), int64(math.Round(metres))
}

// Table is travel from each source to each target; every point is reached.
func (s Straight) Table(sources, targets []orb.Point) Table {
	t := Table{Sources: len(sources), Targets: len(targets)}
	for _, a := range sources {
		for _, b := range targets {
			sec, metres := s.Travel(a, b)
			t.DurationSec, t.DistanceM = append(t.DurationSec, int32(sec)), append(t.DistanceM, int32(metres))
		}
	}
	return t
}
