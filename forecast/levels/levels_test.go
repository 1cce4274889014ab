package levels

import (
	"math"
	"math/rand/v2"
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/modeltest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	modeltest.Run(t, New(Options{}))
}

// Each member against its definition, worked by sums over the days: smoothing, the mean of the last weeks, that of a year ago.
func TestMembersAreTheirDefinitions(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	s := forecast.Series{Values: make([]float64, 800)}
	for d := range s.Values {
		s.Values[d] = float64(1 + r.IntN(9))
	}
	h := forecast.Observe(s, nil)
	x, m := h.Deseasonalised(), Model{}
	mean := func(from, to int) float64 {
		sum := 0.0
		for _, v := range x[max(from, 0):to] {
			sum += v
		}
		return sum / float64(to-max(from, 0))
	}
	for k := range members {
		at := func(n int) float64 { // the level that the first n days give
			switch {
			case k < len(speeds):
				level := mean(0, 28)
				for _, v := range x[:n] {
					level = (1-speeds[k])*level + speeds[k]*v
				}
				return level
			case k < yearAgo:
				return mean(n-7*weeks[k-len(speeds)], n)
			}
			return mean(n-364, n-336)
		}
		level := m.member(k, &h, x, func(day int, before float64) {
			if day == 500 && math.Abs(before-at(500)) > 1e-9 {
				t.Errorf("%s before day 500: %v, want %v", memberName(k), before, at(500))
			}
		})
		if math.Abs(level-at(800)) > 1e-9 {
			t.Errorf("%s: %v, want %v", memberName(k), level, at(800))
		}
	}
}

// A panel whose level jumps from day to day is best followed by the fastest smoothing, one whose level stands still by long memory, and
// weights never leave the simplex.
func TestLearnFindsThePanelsSpeed(t *testing.T) {
	t.Parallel()
	panel := func(walk, noise float64) []forecast.Series {
		r := rand.New(rand.NewPCG(3, 4))
		out := make([]forecast.Series, 60)
		for i := range out {
			level := 50.0
			for range 500 {
				level = max(5, level+walk*r.NormFloat64())
				out[i].Values = append(out[i].Values, max(0, level+noise*r.NormFloat64()))
			}
		}
		return out
	}
	flat := func(int) *forecast.Profile { return nil }
	fast, slow := Learn(panel(5, 0.1), 7, flat), Learn(panel(0, 20), 7, flat)
	memory := func(w Weights) (alpha float64) {
		sum := 0.0
		for k, v := range w {
			if sum += v; v < 0 {
				t.Errorf("weights %v", w)
			}
			if k < len(speeds) {
				alpha += v * speeds[k]
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("weights %v sum to %v", w, sum)
		}
		return alpha
	}
	if f, s := memory(fast), memory(slow); f < 0.35 || s > 0.05 {
		t.Errorf("a walk is smoothed by %.3f, noise by %.3f", f, s)
	}
	if got := Learn([]forecast.Series{{Values: []float64{1, 2, 3}}}, 7, flat); got != Even() {
		t.Errorf("nothing to learn from gives %v", got)
	}
}
