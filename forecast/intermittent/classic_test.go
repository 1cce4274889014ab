package intermittent

import (
	"math"
	"testing"

	"quartermaster/forecast"
)

// Two units every third step are a rate of two thirds, whoever looks: ADIDA's blocks are then all alike, iMAPA means
// over blocks of one, two and three; nothing sold is nothing to come.
func TestClassicRates(t *testing.T) {
	t.Parallel()
	r := forecast.Regular{ID: "r"}
	for i := range 90 {
		v := 0.0
		if i%3 == 2 {
			v = 2
		}
		r.Values = append(r.Values, v)
	}
	for method, within := range map[Method]float64{Croston: 0.02, ADIDA: 1e-9, SBA: 0.1, TSB: 0.25, IMAPA: 0.25} {
		f, err := Classic{Method: method}.Fit(&r, 4)
		if err != nil || len(f.Mean) != 4 {
			t.Fatal(err)
		}
		if math.Abs(f.Mean[3]-2.0/3) > within {
			t.Errorf("%s: %v, want two thirds within %v", method, f.Mean[3], within)
		}
		if none, err := (Classic{Method: method}).Fit(r.With(make([]float64, 20)), 1); err != nil || none.Mean[0] != 0 {
			t.Errorf("%s: nothing sold gave %v, %v", method, none.Mean, err)
		}
	}
}
