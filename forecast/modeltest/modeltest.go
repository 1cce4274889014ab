// Package modeltest is the conformance suite that every forecast.Model passes.
//
// Takes a test and a family of models and checks what forecast.Model promises of all of them. Method: drawn series of any
// kind, impossible values included (soundness, repeatability), and one steady series (scaling). Never: it says nothing of
// how accurate a method is; that is each method's own published example and the backtest's business.
package modeltest

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
)

// Run runs the whole suite on each model, as subtests.
func Run(t *testing.T, models ...forecast.Model) {
	t.Helper()
	t.Run("sound and repeatable", func(t *testing.T) {
		t.Parallel()
		soundAndRepeatable(t, models)
	})
	t.Run("scales", func(t *testing.T) {
		t.Parallel()
		scales(t, models)
	})
}

// soundAndRepeatable: whatever the series holds, the answer passes forecast.Check, and the same input and seed give the
// same answer.
func soundAndRepeatable(t *testing.T, models []forecast.Model) {
	value := rapid.OneOf(rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Float64Range(0, 50), rapid.Just(math.Inf(1)), rapid.Just(-4.0))
	rapid.Check(t, func(t *rapid.T) {
		s := forecast.Series{ID: "r", StartDay: rapid.IntRange(0, 9).Draw(t, "start"), Values: rapid.SliceOfN(value, 0, 120).Draw(t, "values")}
		lead := &forecast.LeadTime{MeanDays: 12, SDDays: 3}
		for _, m := range models {
			f := m.Forecast(s, 150, forecast.DefaultLevels, lead, 7)
			if err := forecast.Check(f, 150); err != nil {
				t.Fatal(err)
			}
			if again := m.Forecast(s, 150, forecast.DefaultLevels, lead, 7); !reflect.DeepEqual(f, again) {
				t.Fatalf("%s: a second call answered otherwise", m.Name())
			}
		}
	})
}

// scales: demand in units eight times smaller has means eight times larger. Eight is a power of two, so that scaling
// itself rounds nothing; 1e-9 covers sums taken in another sequence.
func scales(t *testing.T, models []forecast.Model) {
	s := Noisy(300)
	big := forecast.Series{ID: s.ID, Values: slices.Clone(s.Values)}
	for i := range big.Values {
		big.Values[i] *= 8
	}
	for _, m := range models {
		a, b := m.Forecast(s, 10, nil, nil, 1), m.Forecast(big, 10, nil, nil, 1)
		for d := range a.Mean {
			if math.Abs(8*a.Mean[d]-b.Mean[d]) > 1e-9*(1+b.Mean[d]) {
				t.Errorf("%s, day %d: 8·%v is not %v", m.Name(), d, a.Mean[d], b.Mean[d])
			}
		}
	}
}

// Noisy is repeatable demand on about two days in three, with a gap on every tenth.
func Noisy(n int) forecast.Series {
	r := rand.New(rand.NewPCG(3, 4))
	s := forecast.Series{ID: "noisy"}
	for i := range n {
		v := math.Floor(6 * r.Float64() * r.Float64() * 2)
		if i%10 == 9 {
			v = math.NaN()
		}
		s.Values = append(s.Values, v)
	}
	return s
}
