package plan

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/forecast"
)

// An override changes the days it names and nothing else; bands keep their ratio and the lead time's demand follows the days
// it covers.
func TestOverride(t *testing.T) {
	t.Parallel()
	f := ItemForecast{Forecast: forecast.Forecast{SeriesID: "a", Method: "x", Status: forecast.StatusOK, StartDay: 100, Mean: []float64{2, 4, 0, 2},
		Levels: []float64{0.1, 0.9}, Quantiles: [][]float64{{1, 2, 0, 1}, {3, 8, 0, 3}},
		LeadTime: &forecast.LeadTimeDemand{MeanDays: 2, Mean: 6, SD: 2, Levels: []float64{0.5}, Quantiles: []float64{5}}}}
	kept := f
	got := f.Override([]Override{{101, 101, OverrideTimes, 2}, {101, 102, OverrideAdd, 1}, {50, 99, OverrideSet, 7}})
	if want := []float64{2, 9, 1, 2}; !reflect.DeepEqual(got.Mean, want) || got.Overridden != 2 {
		t.Errorf("%v, %d", got.Mean, got.Overridden)
	}
	if got.Quantiles[1][1] != 18 || got.Quantiles[0][0] != 1 || math.Abs(got.Quantiles[1][2]-math.Log(10)) > 1e-12 {
		t.Errorf("%v", got.Quantiles)
	}
	if l := got.LeadTime; l.Mean != 11 || math.Abs(l.Quantiles[0]-5*11/6.0) > 1e-12 {
		t.Errorf("%+v", l)
	}
	if !reflect.DeepEqual(f, kept) || f.LeadTime.Mean != 6 {
		t.Error("the forecast given was changed")
	}
	if err := forecast.Check(got.Forecast, 4); err != nil {
		t.Error(err)
	}
}

// Whatever is overridden, what comes out is a sound forecast.
func TestOverriddenForecastsAreSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0, 1, 3, 9, math.NaN(), -2}), 0, 90).Draw(t, "values")
		tasks := []ForecastTask{{Series: forecast.Series{ID: "a", StartDay: 1000, Values: values}, Lead: forecast.LeadTime{MeanDays: 20, SDDays: 2}}}
		made, err := ForecastItems(t.Context(), tasks, 10, PooledWeek(nil), Options{Backtest: true})
		if err != nil {
			t.Fatal(err)
		}
		var all []Override
		for range rapid.IntRange(1, 3).Draw(t, "overrides") {
			from := made[0].StartDay + rapid.IntRange(-3, 12).Draw(t, "from")
			all = append(all, Override{from, from + rapid.IntRange(0, 5).Draw(t, "days"),
				rapid.SampledFrom([]OverrideKind{OverrideSet, OverrideAdd, OverrideTimes}).Draw(t, "kind"), rapid.Float64Range(-5, 50).Draw(t, "value")})
		}
		f := made[0].Override(all)
		if err := forecast.Check(f.Forecast, 10); err != nil {
			t.Fatal(err)
		}
	})
}
