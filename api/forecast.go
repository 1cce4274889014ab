package api

// Forecasts says what will be asked for, per day, with quantiles.
var Forecasts = Operation[ForecastRequest, ForecastAnswer]{Name: "forecasts"}

// ForecastRequest asks for forecasts: of declared items from their stored sales, or of series that come with the request.
type ForecastRequest struct {
	ItemIDs     []string         `json:"item_ids,omitempty" maxItems:"2000" doc:"Declared items; either these or series"`
	Series      []ForecastSeries `json:"series,omitempty" maxItems:"2000" doc:"Histories of the caller's; either these or item_ids"`
	OriginDate  string           `json:"origin_date,omitempty" format:"date" doc:"First day forecast, for item_ids; default: the day after the newest order. Later sales are not looked at"`
	HorizonDays int              `json:"horizon_days,omitempty" minimum:"1" maximum:"365" doc:"Default: that of the business for item_ids, 28 for series"`
}

// ForecastSeries is the demand of one thing, a number for each day.
type ForecastSeries struct {
	ID        string     `json:"id" minLength:"1" maxLength:"200"`
	StartDate string     `json:"start_date" format:"date" doc:"Day of the first value"`
	Values    []*float64 `json:"values" minItems:"1" maxItems:"5000" doc:"Units a day; null = not observed"`
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
	HistoryStartDate string     `json:"history_start_date,omitempty" format:"date" doc:"Day of the first value of history"`
	History          []*float64 `json:"history" doc:"Units sold a day, oldest first; null = not observed"`
}
