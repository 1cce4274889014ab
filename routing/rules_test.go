package routing

import (
	"math"
	"math/rand/v2"
	"testing"
)

// At the borders of hours nobody overtakes: who leaves a second later never arrives earlier, whatever the speeds, and a leg
// takes as long as driving it in hundredths of a second, each at the speed of its slice.
func TestTravelAcrossHours(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 5))
	for range 200 {
		var p ProblemRules
		at := int64(100)
		for range 1 + r.IntN(5) {
			p.Traffic = append(p.Traffic, Slice{StartSec: at, SpeedPercent: 10 + r.Int64N(190)})
			at += 1 + r.Int64N(120)
		}
		sec := 1 + r.Int64N(200)
		last := int64(math.MinInt64)
		for leave := int64(0); leave < at+50; leave++ {
			took := p.TravelSec(leave, sec)
			if leave+took < last {
				t.Fatalf("%v: %d s from %d on take %d s, and arrive before who left a second earlier", p.Traffic, sec, leave, took)
			}
			last = leave + took
			if walked := p.walk(leave, sec); took != walked {
				t.Fatalf("%v: %d s from %d on take %d s, second by second %d s", p.Traffic, sec, leave, took, walked)
			}
		}
	}
}

// walk drives second by second.
func (p *ProblemRules) walk(atSec, sec int64) (took int64) {
	for left := sec * 100; left > 0; took++ {
		percent := int64(100)
		for _, s := range p.Traffic {
			if s.StartSec <= atSec+took {
				percent = s.SpeedPercent
			}
		}
		left -= percent
	}
	return took
}
