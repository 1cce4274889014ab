package road

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// ErrCondition marks a condition that cannot be taken in; the error says which and why.
var ErrCondition = errors.New("road: bad condition")

// ConditionError is an ErrCondition with the field that is wrong: id, kind, until, area, nodes, speeds_kmh, speed_factor,
// speed_kmh, delay_sec or closed, as conditions are written in files and requests; "" = the condition as a whole.
type ConditionError struct{ ID, Field, Problem string }

func (e *ConditionError) Error() string {
	return fmt.Sprintf("%v %q: %s", ErrCondition, e.ID, e.Problem)
}

// Unwrap is ErrCondition.
func (e *ConditionError) Unwrap() error { return ErrCondition }

const (
	minFactor     = 0.01
	maxFactor     = 3
	maxAreaPoints = 10_000
)

// Check says what is wrong with a condition, as a *ConditionError.
func (c *Condition) Check() error {
	bad := func(field, format string, args ...any) error {
		return &ConditionError{c.ID, field, fmt.Sprintf(format, args...)}
	}
	switch c.Kind {
	case Incident, Closure, Congestion, Weather:
	default:
		return bad("kind", "kind is %q; give incident, closure, congestion or weather", c.Kind)
	}
	if c.ID == "" {
		return bad("id", "it has no id")
	}
	if c.UntilSec <= c.FromSec {
		return bad("until", "it ends at %s, not after its begin at %s", clock(c.UntilSec), clock(c.FromSec))
	}
	if len(c.Edges) == 0 && len(c.Area) == 0 && len(c.Areas) == 0 && len(c.Nodes) == 0 {
		return bad("", "it lies nowhere; give edges, an area or nodes")
	}
	for _, area := range c.areas() {
		if err := checkArea(area); err != "" {
			return bad("area", "%s", err)
		}
	}
	return c.checkEffect(bad)
}

// checkEffect says what is wrong with what a condition does.
func (c *Condition) checkEffect(bad func(field, format string, args ...any) error) error {
	if c.SpeedFactor != 0 && !(c.SpeedFactor >= minFactor && c.SpeedFactor <= maxFactor) {
		return bad("speed_factor", "speed factor is %v; give %v…%v, or close the street", c.SpeedFactor, minFactor, maxFactor)
	}
	if c.SpeedKmh != 0 && !(c.SpeedKmh >= 0.5 && c.SpeedKmh <= maxKmh) {
		return bad("speed_kmh", "speed is %v km/h; give 0.5…%v, or close the street", c.SpeedKmh, maxKmh)
	}
	if len(c.SpeedsKmh) != 0 && len(c.SpeedsKmh) != len(c.Nodes) {
		return bad("speeds_kmh", "it has %d speeds for %d pairs of nodes", len(c.SpeedsKmh), len(c.Nodes))
	}
	measured := false
	for i, v := range c.SpeedsKmh {
		if v != 0 && !(v >= 0.5 && v <= maxKmh) {
			return bad("speeds_kmh", "speed %d is %v km/h; give 0.5…%v, or close the street", i, v, maxKmh)
		}
		measured = measured || v > 0
	}
	if !(c.DelaySec >= 0 && c.DelaySec <= 86_400) {
		return bad("delay_sec", "delay is %v s; give 0…86,400", c.DelaySec)
	}
	if !c.Closed && c.SpeedFactor == 0 && c.SpeedKmh == 0 && c.DelaySec == 0 && !measured {
		return bad("", "it has no effect; close the street or give a factor, a speed or a delay")
	}
	if c.Kind == Closure && !c.Closed {
		return bad("closed", "it is a closure that does not close")
	}
	return nil
}

// clock writes Unix seconds for people.
func clock(sec int64) string { return time.Unix(sec, 0).UTC().Format(time.RFC3339) }

func checkArea(area orb.Polygon) string {
	points := 0
	for _, ring := range area {
		points += len(ring)
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
			return "a ring of its area is not closed or has less than three corners"
		}
		for _, p := range ring {
			if !(math.Abs(p[0]) <= 180) || !(math.Abs(p[1]) <= 90) {
				return fmt.Sprintf("corner (%v, %v) is not a longitude and a latitude", p[0], p[1])
			}
		}
	}
	if points > maxAreaPoints {
		return fmt.Sprintf("its area has %d corners; give at most %d", points, maxAreaPoints)
	}
	for _, ring := range area {
		if a, b, ok := selfCrossing(ring); ok {
			return fmt.Sprintf("its area crosses itself: the line from corner %d to the next and that from corner %d; give the corners in order around it", a, b)
		}
	}
	return ""
}

// selfCrossing finds two sides of a closed ring that cross between their ends, by the corners where they begin. A ring that
// touches itself at a corner does not cross. Method: a sweep over the sides by their westernmost points.
func selfCrossing(ring orb.Ring) (a, b int, found bool) {
	sides := make([]int, len(ring)-1)
	for k := range sides {
		sides[k] = k
	}
	west := func(k int) float64 { return min(ring[k][0], ring[k+1][0]) }
	slices.SortFunc(sides, func(x, y int) int {
		switch {
		case west(x) < west(y):
			return -1
		case west(x) > west(y):
			return 1
		}
		return x - y
	})
	var open []int
	for _, k := range sides {
		kept := open[:0]
		for _, o := range open {
			if max(ring[o][0], ring[o+1][0]) < west(k) {
				continue
			}
			kept = append(kept, o)
			if divides(ring[k], ring[k+1], ring[o], ring[o+1]) && divides(ring[o], ring[o+1], ring[k], ring[k+1]) {
				return min(k, o), max(k, o), true
			}
		}
		open = append(kept, k)
	}
	return 0, 0, false
}

// divides says whether c and d lie on either side of the line through a and b.
func divides(a, b, c, d orb.Point) bool {
	return turnsTo(a, b, c)*turnsTo(a, b, d) < 0
}

// turnsTo is above 0 where r lies to the left of the line from p to q, below where it lies to the right.
func turnsTo(p, q, r orb.Point) float64 {
	return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0])
}
