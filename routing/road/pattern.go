package road

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Hours is the number of speeds a pattern holds for each edge: one an hour of the day.
const Hours = 24

// Pattern is how speeds differ from free flow by hour of the day: learned from traces, or given.
type Pattern struct {
	// OffsetSec is added to Unix time to get the clock on the street.
	OffsetSec int64
	// Edge lists directed edges in rising order; Factor holds for each and hour the factor on its free-flow speed.
	Edge   []int32
	Factor [][Hours]float32
	// Class, for edges that are not listed, holds a factor by class and hour; 0 counts as 1.
	Class [ClassCount][Hours]float32
}

var errPattern = errors.New("road: bad speed pattern")

// Check says what is wrong with a pattern for this graph.
func (p *Pattern) Check(g *Graph) error {
	if len(p.Edge) != len(p.Factor) || !slices.IsSorted(p.Edge) {
		return fmt.Errorf("%w: %d edges, %d rows of factors; edges must rise", errPattern, len(p.Edge), len(p.Factor))
	}
	for k, d := range p.Edge {
		if d < 0 || int(d) >= 2*g.Edges() {
			return fmt.Errorf("%w: directed edge %d of %d", errPattern, d, 2*g.Edges())
		}
		for h, f := range p.Factor[k] {
			if !(f >= minFactor && f <= maxFactor) {
				return fmt.Errorf("%w: factor %v of directed edge %d at hour %d; give %v…%v", errPattern, f, d, h, minFactor, maxFactor)
			}
		}
	}
	for c := range p.Class {
		for h, f := range p.Class[c] {
			if f != 0 && !(f >= minFactor && f <= maxFactor) {
				return fmt.Errorf("%w: factor %v of %s at hour %d; give %v…%v, or 0 for none", errPattern, f, Class(c), h, minFactor, maxFactor)
			}
		}
	}
	return nil
}

// Hour is the hour of the day on the street at a time.
func (p *Pattern) Hour(atSec int64) int {
	day := int64(24 * 3600)
	return int(((atSec+p.OffsetSec)%day + day) % day / 3600)
}

func (p *Pattern) apply(g *streets, ms []int32, atSec int64) {
	h := p.Hour(atSec)
	listed := 0
	for d := range int32(len(ms)) {
		for listed < len(p.Edge) && p.Edge[listed] < d {
			listed++
		}
		f := p.Class[g.class(d>>1)][h]
		if listed < len(p.Edge) && p.Edge[listed] == d {
			f = p.Factor[listed][h]
		}
		if f > 0 && f != 1 && ms[d] != noDrive {
			ms[d] = int32(min(math.Round(float64(ms[d])/float64(f)), maxEdgeMs))
		}
	}
}
