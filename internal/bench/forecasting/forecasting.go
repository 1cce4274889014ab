// Package forecasting measures the forecast methods on public data: accuracy, calibration, coherence and speed.
//
// Takes files in the formats of the forecasting competitions and gives the figures of a bench.Report. Method: everything is chosen
// on the history alone; what came after it is only compared. Never: it tunes nothing to a file by its name.
package forecasting

import "quartermaster/internal/bench"

// All lists the benches of forecasting.
func All() []bench.Bench {
	return []bench.Bench{Univariate(), Panel(), VN1(), Hierarchy(), Speed()}
}
