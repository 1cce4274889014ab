package road

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// calming takes jumps out of a trace and averages fixes that lie close together, as those of a slow or waiting vehicle do:
// the mean of n fixes lies nearer to the street by the root of n, and a fix picked because it is far from the one before
// would be picked for its noise.
type calming struct {
	fix      []int
	sec      []float64
	sumX     []float64 // running sums of degrees from the first fix kept
	sumY     []float64
	from     orb.Point
	lonScale float64
}

const (
	// The means of the fixes before and behind lie so far apart at most: five standard deviations of a fix. Streets side by
	// side, as a cycle path beside a road, are told apart by many fixes; a walk round bends of this size costs bendM.
	calmSigma = 5.0
	calmM     = 50.0
	mostCalm  = 8   // fixes to either side
	bendM     = 3.0 // what averaging round a bend may cost
)

// take keeps the fixes that are on the globe and not jumps.
func (c *calming) take(fixes []Fix, o MatchOptions) error {
	c.fix, c.sec = c.fix[:0], c.sec[:0]
	c.sumX, c.sumY = append(c.sumX[:0], 0), append(c.sumY[:0], 0)
	for i, f := range fixes {
		if i > 0 && f.TimeSec < fixes[i-1].TimeSec {
			return fmt.Errorf("%w: fix %d is earlier than the one before", ErrTrace, i)
		}
		if !(math.Abs(f.Point.Lon()) <= 180) || !(math.Abs(f.Point.Lat()) <= 90) || math.IsNaN(f.TimeSec) || math.IsInf(f.TimeSec, 0) {
			continue
		}
		if n := len(c.fix); n == 0 {
			c.from, c.lonScale = f.Point, metresPerDegree*math.Cos(f.Point.Lat()*math.Pi/180)
		} else if dt := f.TimeSec - c.sec[n-1]; dt < o.GapSec && jumped(planeM(fixes[c.fix[n-1]].Point, f.Point), dt, o.SigmaM) {
			// Either this fix is wrong or the one before. It is passed over; where the trace goes on from it, the pause grows
			// until a new piece begins.
			continue
		}
		n := len(c.fix)
		c.fix, c.sec = append(c.fix, i), append(c.sec, f.TimeSec)
		c.sumX, c.sumY = append(c.sumX, c.sumX[n]+f.Point[0]-c.from[0]), append(c.sumY, c.sumY[n]+f.Point[1]-c.from[1])
	}
	return nil
}

// jumped says whether no vehicle moves so far in that time. Without times every distance is believed.
func jumped(movedM, dtSec, sigmaM float64) bool {
	return dtSec > 0 && movedM > maxSpeedMs*dtSec+10*sigmaM
}

// mean returns the average of fixes k-h … k+h, for the largest h at which they still lie close together, and its error.
func (c *calming) mean(k int, sigmaM float64) (orb.Point, float64) {
	h := 0
	for h < mostCalm && k-h-1 >= 0 && k+h+1 < len(c.fix) && c.spread(k, h+1) <= min(calmM, calmSigma*sigmaM) {
		h++
	}
	x, y := c.average(k-h, k+h+1)
	sigma := sigmaM
	if h > 0 {
		sigma = math.Min(sigmaM, math.Sqrt(sigmaM*sigmaM/float64(2*h+1)+bendM*bendM))
	}
	return orb.Point{c.from[0] + x, c.from[1] + y}, sigma
}

// spread is the distance in metres between the means of the h fixes before k and the h behind.
func (c *calming) spread(k, h int) float64 {
	ax, ay := c.average(k-h, k)
	bx, by := c.average(k+1, k+h+1)
	return math.Hypot((bx-ax)*c.lonScale, (by-ay)*metresPerDegree)
}

func (c *calming) average(begin, end int) (x, y float64) {
	n := float64(end - begin)
	return (c.sumX[end] - c.sumX[begin]) / n, (c.sumY[end] - c.sumY[begin]) / n
}
