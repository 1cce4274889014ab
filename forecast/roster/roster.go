// Package roster solves which methods are worth trying on a panel of series, by frequency and length of history.
//
// Takes the seasons and the usual length of a panel and gives forecast.Methods for combine.NewPanel, the benchmark first. Method: a
// table, from the published strengths of each (Makridakis, Spiliotis and Assimakopoulos, M4, Int. J. Forecasting 36, 2020, 54–74);
// what of it is believed is left to the panel's own trials. Never: it looks at no values.
package roster

import (
	"quartermaster/forecast"
	"quartermaster/forecast/arima"
	"quartermaster/forecast/autoreg"
	"quartermaster/forecast/ces"
	"quartermaster/forecast/decompose"
	"quartermaster/forecast/ets"
	"quartermaster/forecast/intermittent"
	"quartermaster/forecast/naive"
	"quartermaster/forecast/theta"
)

// Theta is the standard Theta method with its classical decomposition.
func Theta() forecast.Method { return decompose.Classical{Inner: theta.Classic{}} }

// DOTM is the dynamic optimised Theta method with its classical decomposition.
func DOTM() forecast.Method {
	return decompose.Classical{Inner: theta.Classic{Kind: theta.DynamicOptimised}}
}

// Naive2 is the M competitions' benchmark: the last value, seasonally adjusted where that is significant.
func Naive2() forecast.Method { return decompose.Classical{Inner: naive.Last{}} }

// Classics are the four whose median is hard to beat (Petropoulos and Svetunkov, Int. J. Forecasting 36, 2020, 110–115).
func Classics() []forecast.Method {
	return []forecast.Method{ets.Classic{}, ces.Model{}, arima.Auto{}, DOTM()}
}

// For gives the methods for series with these seasons.
func For(seasons []int) []forecast.Method {
	longest := 1
	for _, m := range seasons {
		longest = max(longest, m)
	}
	switch {
	case longest <= 1:
		return plain()
	case longest <= 24:
		return seasonal()
	case longest == 52:
		return weekly()
	case seasons[0] == 7:
		return daily()
	}
	return several()
}

var damped = []ets.Spec{{Error: ets.Add, Trend: ets.Add, Season: ets.None, Damped: true}}
var simple = []ets.Spec{{Error: ets.Add, Trend: ets.None, Season: ets.None}}
var holt = []ets.Spec{{Error: ets.Add, Trend: ets.Add, Season: ets.None}}

func plain() []forecast.Method {
	return []forecast.Method{naive.Last{}, theta.Classic{}, theta.Classic{Kind: theta.DynamicOptimised},
		ets.Classic{}, ces.Model{}, arima.Auto{}, naive.Drift{},
		ets.Classic{Label: "ses", Only: simple}, ets.Classic{Label: "holt", Only: holt}, ets.Classic{Label: "damped", Only: damped},
		decompose.Log{Inner: theta.Classic{}}, decompose.Log{Inner: arima.Auto{}}, decompose.Log{Inner: ets.Classic{Label: "holt", Only: holt}}}
}

func seasonal() []forecast.Method {
	classical := func(inner forecast.Method) forecast.Method { return decompose.Classical{Inner: inner} }
	return []forecast.Method{Naive2(), naive.Season{}, Theta(), DOTM(), ets.Classic{}, ces.Model{}, arima.Auto{},
		ets.Classic{Label: "ets-mean", Average: true},
		classical(ets.Classic{Label: "ses", Only: simple}), classical(ets.Classic{Label: "holt", Only: holt}), classical(ets.Classic{Label: "damped", Only: damped}),
		decompose.Over{Inner: theta.Classic{Kind: theta.DynamicOptimised}, Log: true, Label: "stl-dotm"}, decompose.Over{Inner: ets.Classic{Label: "ets"}},
		decompose.Log{Inner: arima.Auto{}}, decompose.Log{Inner: ets.Classic{}}, autoreg.Model{}, naive.Profile{Rounds: 3, Level: 6}}
}

func weekly() []forecast.Method {
	return []forecast.Method{naive.Last{}, naive.YearAgo{Share: 0.5}, naive.YearAgo{Share: 1}, naive.Season{Length: 0},
		theta.Classic{}, theta.Classic{Kind: theta.DynamicOptimised}, theta.Classic{Window: 104}, ets.Classic{Window: 156}, ces.Model{Window: 260},
		arima.Auto{Window: 156}, decompose.Log{Inner: arima.Auto{Window: 260}},
		ets.Classic{Label: "holt", Only: holt, Window: 104}, ets.Classic{Label: "damped", Only: damped},
		decompose.Over{Inner: theta.Classic{}, Log: true, Label: "stl-theta"}, decompose.Over{Inner: ets.Classic{Window: 156}, Log: true, Label: "stl-ets"},
		decompose.Over{Inner: arima.Auto{Window: 156}, Log: true, Label: "stl-arima"},
		autoreg.Model{}, autoreg.Model{Difference: true}, autoreg.Model{Short: 8}, naive.Profile{Rounds: 3, Level: 8}}
}

func several() []forecast.Method {
	return []forecast.Method{naive.Season{}, naive.Last{}, decompose.Classical{Inner: naive.Last{}},
		naive.Profile{Rounds: 1, Longest: true}, naive.Profile{Rounds: 4, Longest: true}, naive.Profile{Rounds: 4, Longest: true, Level: 168},
		naive.Profile{Rounds: 2, Longest: true, Level: 24}, naive.Profile{Rounds: 4, Longest: true, Median: true},
		naive.Profile{Rounds: 7, Level: 24}, naive.Profile{Rounds: 14, Level: 48}, naive.Profile{Rounds: 4, Longest: true, Level: 24, Fade: 0.7},
		decompose.Classical{Inner: theta.Classic{}}, ets.Classic{},
		decompose.Over{Inner: theta.Classic{}, Label: "mstl-theta"}, decompose.Over{Inner: theta.Classic{}, Log: true, Label: "mstl-log-theta"},
		decompose.Over{Inner: ets.Classic{Label: "damped", Only: damped}, Label: "mstl-damped", Log: true},
		decompose.Over{Inner: arima.Auto{Fast: true, Window: 336}, Label: "mstl-arima", Log: true},
		decompose.Over{Inner: arima.Auto{Fast: true, Window: 336}, Label: "mstl-periodic-arima", Log: true, Periodic: true},
		autoreg.Model{}, autoreg.Model{Raw: true}, autoreg.Model{Difference: true}, autoreg.Model{Short: 6}, autoreg.Model{Short: 25}}
}

// daily is for a week within a year.
func daily() []forecast.Method {
	classical := func(inner forecast.Method) forecast.Method {
		return decompose.Classical{Inner: inner, Always: true, Form: decompose.Additive}
	}
	return []forecast.Method{naive.Season{}, naive.Profile{Rounds: 4, Level: 14}, naive.Profile{Rounds: 8, Level: 28}, naive.Profile{Rounds: 26, Level: 56},
		naive.Profile{Rounds: 8, Median: true}, naive.Profile{Rounds: 52, Level: 28},
		classical(ets.Classic{Label: "ses", Only: simple}), classical(theta.Classic{Window: 364}), ets.Classic{Label: "ets-week", Only: weekForms},
		decompose.Over{Inner: ets.Classic{Label: "ses", Only: simple}, Label: "mstl-ses", Periodic: true},
		decompose.Over{Inner: arima.Auto{Fast: true, Window: 336}, Label: "mstl-arima"},
		decompose.Over{Inner: arima.Auto{Fast: true, Window: 336}, Label: "stl-arima", Periodic: true, Longest: 7},
		autoreg.Model{Short: 7}, autoreg.Model{Short: 7, Raw: true}}
}

// weekForms are the two whose level does not drift away over weeks of days.
var weekForms = []ets.Spec{{Error: ets.Add, Trend: ets.None, Season: ets.Add}, {Error: ets.Mul, Trend: ets.None, Season: ets.Mul}}

// Sporadic is for panels most of whose steps are without demand. Means and medians compete: which of them wins is a matter of the loss.
func Sporadic() []forecast.Method {
	return []forecast.Method{naive.Mean{}, naive.Last{}, naive.Mean{Window: 6}, naive.Mean{Window: 12}, naive.Mean{Window: 24},
		naive.Quantile{Level: 0.5}, naive.Quantile{Level: 0.5, Window: 6}, naive.Quantile{Level: 0.5, Window: 12}, naive.Quantile{Level: 0.4, Window: 12},
		intermittent.Classic{Method: intermittent.Croston}, intermittent.Classic{Method: intermittent.SBA}, intermittent.Classic{Method: intermittent.TSB},
		intermittent.Classic{Method: intermittent.ADIDA}, intermittent.Classic{Method: intermittent.IMAPA}}
}

// ForSeries is For, or Sporadic where more than half of all observed values are zero.
func ForSeries(series []*forecast.Regular) []forecast.Method {
	zeros, n := 0, 0
	var seasons []int
	causes := false
	for _, r := range series {
		causes = causes || len(r.Regressors) > 0
		if len(r.Seasons) > len(seasons) {
			seasons = r.Seasons
		}
		for _, v := range r.Values {
			if v == 0 {
				zeros++
			}
			if v >= 0 || v < 0 { // observed
				n++
			}
		}
	}
	methods := For(seasons)
	if 2*zeros > n {
		methods = Sporadic()
	}
	if causes {
		return withCauses(methods)
	}
	return methods
}

// withCauses gives every method its regressors. ARIMA takes them itself and is there both ways.
func withCauses(methods []forecast.Method) []forecast.Method {
	out := make([]forecast.Method, 0, len(methods)+1)
	for _, m := range methods {
		out = append(out, decompose.Causal{Inner: m})
	}
	return append(out, arima.Auto{Fast: true, Label: "arimax"})
}
