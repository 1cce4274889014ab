package api

// Forecasts says what will be asked for, per day, with quantiles.
var Forecasts = Operation[ForecastRequest, ForecastAnswer]{Name: "forecasts"}

// ForecastRequest asks for forecasts: of declared items from their stored sales, or of series that come with the request.
type ForecastRequest struct {
	ItemIDs     []string         `json:"item_ids,omitempty" maxItems:"2000" doc:"Declared items; either these or series"`
	Series      []ForecastSeries `json:"series,omitempty" maxItems:"2000" doc:"Histories of the caller's; either these or item_ids"`
	OriginDate  string           `json:"origin_date,omitempty" format:"date" doc:"First day forecast, for item_ids; default: the day after the newest order. Later sales are not looked at"`
	HorizonDays int              `json:"horizon_days,omitempty" minimum:"1" maximum:"365" doc:"Default: that of the business for item_ids, 28 for series"`
	LeadDays    float64          `json:"lead_days,omitempty" minimum:"0" maximum:"365" doc:"Lead time whose demand is wanted of series, review period included; that of items is known"`
	LeadSDDays  float64          `json:"lead_sd_days,omitempty" minimum:"0" maximum:"365" doc:"Standard deviation of lead_days"`
	Paths       int              `json:"paths,omitempty" minimum:"0" maximum:"200" doc:"Possible courses of demand to draw for each, whose days hang together"`
}

// ForecastSeries is the demand of one thing, a number for each day.
type ForecastSeries struct {
	ID        string     `json:"id" minLength:"1" maxLength:"200"`
	StartDate string     `json:"start_date" format:"date" doc:"Day of the first value"`
	Values    []*float64 `json:"values" minItems:"1" maxItems:"5000" doc:"Units a day; null = not observed"`
	// The two that follow say what a number alone cannot.
	NetReturns bool     `json:"net_returns,omitempty" doc:"Values below 0 are returns, taken off the sales before them; without it they are refused"`
	EmptyDates []string `json:"empty_dates,omitempty" maxItems:"5000" format:"date" doc:"Days on which the shelf was empty: what was sold then is not what was asked for"`
}

// ForecastRuns has the forecasts of the whole catalogue made, in chunks.
var ForecastRuns = Operation[ForecastRunRequest, ForecastRunAnswer]{Name: "forecast-runs"}

// ForecastRunRequest asks for all forecasts as of one morning.
type ForecastRunRequest struct {
	OriginDate string `json:"origin_date,omitempty" format:"date" doc:"First day forecast; default: the day after the newest order when the run begins. Later sales are not looked at"`
}

// ForecastRunAnswer is what a run made. The forecasts themselves are read one by one, at /v1/items/{id}/forecast.
type ForecastRunAnswer struct {
	OriginDate string         `json:"origin_date" format:"date" doc:"First day forecast"`
	Items      int            `json:"items" doc:"Declared items"`
	Made       int            `json:"made" doc:"Items forecast afresh; the others were up to date"`
	ByMethod   map[string]int `json:"by_method" doc:"Items forecast afresh, by method"`
	ByStatus   map[string]int `json:"by_status" doc:"Items forecast afresh, by status"`
	Alerts     int            `json:"alerts" doc:"Alerts that the new forecasts raised"`
}

// ForecastAnswer is the forecasts in the order asked for.
type ForecastAnswer struct {
	Forecasts []Forecast `json:"forecasts"`
}

// Forecast is what will be asked for of one item.
type Forecast struct {
	ItemID    string             `json:"item_id"`
	Method    string             `json:"method" example:"theta"`
	Status    string             `json:"status" doc:"What kind of history it was made from"`
	StartDate string             `json:"start_date" format:"date" doc:"Day of the first value"`
	Mean      []float64          `json:"mean" doc:"Units a day"`
	Levels    []float64          `json:"levels" doc:"Probabilities of the quantiles"`
	Quantiles [][]float64        `json:"quantiles" doc:"For each level, units a day"`
	LeadTime  *LeadTimeDemand    `json:"lead_time,omitempty" doc:"Demand until an order placed now would be on the shelf"`
	Accuracy  *ForecastAccuracy  `json:"accuracy,omitempty" doc:"What the same methods reached on the weeks before"`
	Params    map[string]float64 `json:"params,omitempty" doc:"Fitted parameters of the method, by their usual names"`
	// DataHash and what follows tell where it comes from and what to think of it.
	DataHash    string               `json:"data_hash,omitempty" doc:"Names the history and the rules it was made from: another hash, another forecast"`
	Explanation *ForecastExplanation `json:"explanation,omitempty" doc:"What it is made of"`
	Findings    []string             `json:"findings,omitempty" doc:"What of the history was not read as demand, and why"`
	Alerts      []ForecastAlert      `json:"alerts,omitempty" doc:"What broke lately"`
	Paths       [][]float64          `json:"paths,omitempty" doc:"Possible courses, units a day"`
}

// ForecastExplanation takes a forecast apart, whatever method made it: mean of day h = level + trend·(h − 3) + season of its weekday
// + regressors + a rest.
type ForecastExplanation struct {
	Sentence     string             `json:"sentence" doc:"All of it for people"`
	Level        float64            `json:"level" doc:"Units a day in the middle of the first week"`
	Trend        float64            `json:"trend" doc:"Units a day that each day adds"`
	Season       []float64          `json:"season,omitempty" doc:"Units above or below the level on the first seven days and all that follow them by weeks"`
	Regressors   map[string]float64 `json:"regressors,omitempty" doc:"Units a day that each known cause adds"`
	Rest         float64            `json:"rest" doc:"Mean absolute part that none of these says, units a day"`
	AgainstPast  *float64           `json:"against_past,omitempty" doc:"Total against the same number of days just before: 0.1 = a tenth more"`
	AgainstYear  *float64           `json:"against_year,omitempty" doc:"Total against the same weekdays a year before"`
	BandOverMean float64            `json:"band_over_mean" doc:"Width of the 10–90 % band as a share of the mean"`
}

// ForecastAlert is something that people should look at.
type ForecastAlert struct {
	Kind     string `json:"kind" enum:"bias,accuracy,level,outlier,data"`
	Date     string `json:"date,omitempty" format:"date" doc:"Day on which it was seen"`
	Sentence string `json:"sentence"`
}

// LeadTimeDemand is the sum of demand over a lead time.
type LeadTimeDemand struct {
	MeanDays  float64   `json:"mean_days" doc:"Lead time with the review period"`
	Mean      float64   `json:"mean" doc:"Units"`
	SD        float64   `json:"sd" doc:"Standard deviation, units"`
	Levels    []float64 `json:"levels" doc:"Probabilities of the quantiles"`
	Quantiles []float64 `json:"quantiles" doc:"Units, for each level"`
}

// ForecastAccuracy is what a rolling-origin backtest found.
type ForecastAccuracy struct {
	Origins    int     `json:"origins" doc:"Forecasts made in the past"`
	Points     int     `json:"points" doc:"Days compared"`
	WAPE       float64 `json:"wape" doc:"Sum of absolute errors as a share of demand"`
	Bias       float64 `json:"bias" doc:"Sum of errors as a share of demand; above 0 = too much was forecast"`
	Coverage80 float64 `json:"coverage_80" doc:"Share of days within the 10–90 % band; 0.8 where calibrated"`
	ValueAdded float64 `json:"value_added" doc:"1 less the share of the seasonal naive's error; above 0 = better than repeating last week"`
}

// ItemForecast is the stored forecast of one item with the history it was made from.
type ItemForecast struct {
	Forecast
	Version          int64              `json:"version" doc:"How many forecasts there were of it, this one included; 0 = made before versions were kept"`
	Overrides        []ForecastOverride `json:"overrides,omitempty" doc:"What planners said to it, the oldest first; mean and quantiles are those without"`
	PlannedMean      []float64          `json:"planned_mean,omitempty" doc:"Units a day with the overrides: what planning reckons with; absent where there are none"`
	HistoryStartDate string             `json:"history_start_date,omitempty" format:"date" doc:"Day of the first value of history"`
	History          []*float64         `json:"history" doc:"Units sold a day, oldest first; null = not observed"`
}
