package combine_test

import (
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/arima"
	"quartermaster/forecast/ces"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/intermittent"
	"quartermaster/forecast/modeltest"
	"quartermaster/forecast/naive"
	"quartermaster/forecast/theta"
)

// Every classical method keeps the contract of a forecast.Model when it is wrapped as one of days.
func TestDailyKeepsTheContract(t *testing.T) {
	t.Parallel()
	week := forecast.FlatProfile()
	modeltest.Run(t, combine.NewDaily(naive.Mean{Window: 28}, nil), combine.NewDaily(intermittent.Classic{Method: intermittent.IMAPA}, &week),
		combine.NewDaily(theta.Classic{Kind: theta.DynamicOptimised}, nil), combine.NewDaily(ces.Model{Window: 60}, nil), combine.NewDaily(arima.Auto{Fast: true, Window: 60}, nil))
}
