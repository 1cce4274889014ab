package modeltest

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
)

// RunMethods holds each forecast.Method to what all promise: on any series without gaps, seasons longer than the history
// included, the answer is ErrShort or as many numbers as were asked for; the same again; and the series is left as it was.
func RunMethods(t *testing.T, methods ...forecast.Method) {
	t.Helper()
	for _, m := range methods {
		t.Run(m.Name(), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { soundMethod(t, m) })
		})
	}
}

func soundMethod(t *rapid.T, m forecast.Method) {
	value := rapid.OneOf(rapid.Just(0.0), rapid.Just(7.0), rapid.Float64Range(0, 1e4))
	if rapid.Bool().Draw(t, "constant") {
		value = rapid.Just(3.0)
	}
	r := forecast.Regular{ID: "r", Values: rapid.SliceOfN(value, 0, 50).Draw(t, "values"),
		Seasons: rapid.SampledFrom([][]int{nil, {4}, {7, 28}, {12}}).Draw(t, "seasons")}
	before := append([]float64(nil), r.Values...)
	horizon := rapid.IntRange(1, 70).Draw(t, "horizon")
	f, err := m.Fit(&r, horizon)
	if errors.Is(err, forecast.ErrShort) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Mean) != horizon {
		t.Fatalf("%d means, asked for %d", len(f.Mean), horizon)
	}
	for _, v := range f.Mean {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("means %v", f.Mean)
		}
	}
	for name, v := range f.Params {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("Params[%q] is %v", name, v)
		}
	}
	if !reflect.DeepEqual(before, r.Values) {
		t.Fatal("the series was changed")
	}
	if again, _ := m.Fit(&r, horizon); !reflect.DeepEqual(f.Mean, again.Mean) {
		t.Fatalf("a second call answered otherwise: %v, %v", f.Mean, again.Mean)
	}
}
