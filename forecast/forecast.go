// Package forecast holds the words of demand forecasting: Series, Model, Forecast and demand over a lead time.
//
// Takes demand per day and gives means, quantiles and the distribution of the sum over the days until a delivery arrives.
// The methods live in the packages below this one; they import it and do not know each other.
// Never: it reads no files, knows no clock and draws no random number that did not come in.
package forecast

// Series is the demand for one thing per day, oldest first. Values[i] belongs to day StartDay+i. A NaN is a day on which
// demand could not be seen (closed shop, empty shelf); it is never read as zero.
type Series struct {
	ID       string
	StartDay int // days since 1970-01-01
	Values   []float64
}

// Weekday of day d counted from 1970-01-01, 0 = Monday … 6 = Sunday; that day was a Thursday.
func Weekday(d int) int { return ((d+3)%7 + 7) % 7 }

// Status says how far a forecast can be trusted.
type Status string

const (
	StatusOK     Status = "ok"
	StatusSparse Status = "sparse" // too little history for the method asked: mean and a deliberately wide spread
	StatusEmpty  Status = "empty"  // no demand ever seen: zero mean, zero spread
	// StatusCleaned is ok, but impossible values (see Validate) were read as days not observed, or the screen changed some.
	StatusCleaned Status = "cleaned"
	StatusNew     Status = "new"   // ok, but the first demand came a few weeks ago: the method has seen no season and little else
	StatusDying   Status = "dying" // ok, but silent for longer than its own intervals explain
)

// DefaultLevels are the quantile levels that every forecast carries unless told otherwise.
var DefaultLevels = []float64{0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99}

// Forecast is what one method says of one series. Index h of Mean and Quantiles is the (h+1)-th day after the last one.
type Forecast struct {
	SeriesID  string
	Method    string
	Status    Status
	Params    map[string]float64 `json:",omitempty"` // fitted parameters by their usual name (alpha, interval, …)
	StartDay  int                // day of Mean[0]
	Mean      []float64
	Levels    []float64
	Quantiles [][]float64     // [level][h]; never NaN, never negative, never falling with the level
	LeadTime  *LeadTimeDemand `json:",omitempty"`
}

// LeadTimeDemand is the distribution of total demand over a lead time (from order to shelf, review period included).
type LeadTimeDemand struct {
	MeanDays, SDDays float64 // the lead time itself
	Mean, SD         float64 // units
	Levels           []float64
	Quantiles        []float64 // units at Levels, not falling
}

// LeadTime is a lead time as the buyer knows it.
type LeadTime struct {
	MeanDays float64
	SDDays   float64 // 0 = certain
}

// Model is one forecasting method. Implementations keep no state between calls and may be used by many goroutines.
type Model interface {
	// Name is the method's short standard name, as it stands in Forecast.Method.
	Name() string
	// Forecast fits the method to s and answers for the next horizon days at the given levels, with the distribution of
	// demand over lead where lead is not nil. It never fails for want of data: Status says so.
	// seed feeds whatever the method samples; the same input and seed give the same answer.
	Forecast(s Series, horizon int, levels []float64, lead *LeadTime, seed uint64) Forecast
}

// HistoryModel is a Model that can also be handed the series made ready, so that several share that work. Answer of
// Observe(s, Pooled()) is the same as Forecast of s but for History.Settle; it leaves the History as it is. Forecast is Answered.
type HistoryModel interface {
	Model
	Pooled() *Profile // the week to which a series' own is shrunk, nil = flat; not to be changed
	Answer(h *History, ask Ask) Forecast
}

// Accuracy is what a rolling-origin backtest found for one method on one series, or pooled over many.
type Accuracy struct {
	Origins int     // forecasts made
	Points  int     // days compared
	WAPE    float64 // Σ|error| / Σ demand
	Bias    float64 // Σ error / Σ demand, error = forecast − demand
	RMSSE   float64 // root mean squared error over the in-sample naive's (M5); pooled: root of the mean over all days
	Pinball float64 // mean pinball loss over the levels, units
	// Coverage80 is the share of days inside the 10–90 % band and Above90 that above the 90 % quantile: 0.8 and 0.1 where
	// calibrated. A day that ties with quantiles, as days without demand do with 0, counts by the share of the tied
	// probability that lies inside or above, and not as wholly inside (see backtest).
	Coverage80 float64
	Above90    float64
	ValueAdded float64 // 1 − own absolute error / the seasonal naive's; > 0 is better than repeating last week

	LeadCoverage80 float64 // Coverage80 of the total demand over lead times, where these were tested
	LeadAbove90    float64 // Above90 of the same
}
