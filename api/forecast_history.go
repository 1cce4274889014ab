package api

import "time"

// ForecastVersion is one of the forecasts that were made of an item.
type ForecastVersion struct {
	Version     int64     `json:"version" doc:"1 = the first that was kept"`
	MadeAt      time.Time `json:"made_at"`
	StartDate   string    `json:"start_date" format:"date" doc:"Its first day"`
	HorizonDays int       `json:"horizon_days"`
	Method      string    `json:"method"`
	Status      string    `json:"status"`
	DataHash    string    `json:"data_hash" doc:"Names the history and the rules it was made from"`
}

// ForecastVersionList is a page of versions, newest first.
type ForecastVersionList struct {
	Items      []ForecastVersion `json:"items"`
	NextCursor string            `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// KeptForecast is one version in full.
type KeptForecast struct {
	ForecastVersion
	Forecast Forecast `json:"forecast"`
}

// ForecastComparison sets two versions side by side over the days that both forecast.
type ForecastComparison struct {
	A        ForecastVersion `json:"a"`
	B        ForecastVersion `json:"b"`
	SameData bool            `json:"same_data" doc:"Both were made from the same history by the same rules"`
	Days     []ComparedDay   `json:"days" doc:"Days that both forecast"`
	TotalA   float64         `json:"total_a" doc:"Units over these days"`
	TotalB   float64         `json:"total_b" doc:"Units over these days"`
	ErrorA   *VersionError   `json:"error_a,omitempty" doc:"Over the days whose sales are known; absent where none is"`
	ErrorB   *VersionError   `json:"error_b,omitempty" doc:"Over the same days"`
	Params   []ComparedParam `json:"params" doc:"Parameters that differ"`
	Sentence string          `json:"sentence" doc:"The difference for people"`
}

// ComparedDay is one day of two versions, and what was sold.
type ComparedDay struct {
	Date string   `json:"date" format:"date"`
	A    float64  `json:"a" doc:"Units"`
	B    float64  `json:"b" doc:"Units"`
	Sold *float64 `json:"sold,omitempty" doc:"Units; absent where not known"`
}

// ComparedParam is a parameter of two versions.
type ComparedParam struct {
	Name string   `json:"name"`
	A    *float64 `json:"a,omitempty" doc:"Its value in a, in the unit of the method"`
	B    *float64 `json:"b,omitempty" doc:"Its value in b"`
}

// VersionError is how far off a version was.
type VersionError struct {
	Days int     `json:"days" doc:"Days compared"`
	WAPE float64 `json:"wape" doc:"Sum of absolute errors as a share of what was sold"`
	Bias float64 `json:"bias" doc:"Sum of errors as a share of what was sold; above 0 = too much was forecast"`
}

// NewForecastOverride is what a planner knows better.
type NewForecastOverride struct {
	FromDate string  `json:"from_date" format:"date" doc:"First day it holds for"`
	ToDate   string  `json:"to_date" format:"date" doc:"Last day it holds for"`
	Kind     string  `json:"kind" enum:"set,add,times" doc:"set = value units a day; add = value units a day more, or fewer below 0; times = the factor value"`
	Value    float64 `json:"value" minimum:"-1e9" maximum:"1e9" doc:"Units a day for set and add, a factor for times"`
	Reason   string  `json:"reason" minLength:"3" maxLength:"500" doc:"Why, for those who judge it later" example:"Half-price week in all shops"`
}

// ForecastOverride is an override as it is kept.
type ForecastOverride struct {
	NewForecastOverride
	ID          string     `json:"id"`
	ItemID      string     `json:"item_id"`
	Version     int64      `json:"version" doc:"Version of the forecast that it was said to"`
	Author      string     `json:"author" doc:"Who said it"`
	CreatedAt   time.Time  `json:"created_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"Absent while it stands"`
	WithdrawnBy string     `json:"withdrawn_by,omitempty"`
	Before      []float64  `json:"before" doc:"Units a day without it, of the days that the forecast reached"`
	After       []float64  `json:"after" doc:"Units a day with it"`
}

// ForecastOverrideList is the overrides of an item, the oldest first.
type ForecastOverrideList struct {
	Items []ForecastOverride `json:"items"`
}

// ForecastValueAdded says what the work of forecasting was worth: how much each step is better than the one before it, over
// the days that planners overrode and whose sales are known.
type ForecastValueAdded struct {
	Days     int            `json:"days" doc:"Days compared, over all items"`
	Items    int            `json:"items" doc:"Items compared"`
	Steps    []ForecastStep `json:"steps" doc:"naive (last week again), statistics, override; none where no day is known yet"`
	Authors  []AuthorsValue `json:"authors" doc:"The same by who overrode, those with most days first"`
	Sentence string         `json:"sentence"`
}

// ForecastStep is one step of the stairs.
type ForecastStep struct {
	Name  string  `json:"name" enum:"naive,statistics,override"`
	WAPE  float64 `json:"wape" doc:"Sum of absolute errors as a share of what was sold"`
	Bias  float64 `json:"bias" doc:"Sum of errors as a share of what was sold"`
	Added float64 `json:"added" doc:"1 less own error as a share of that of the step before; 0 for the first"`
}

// AuthorsValue is what one planner's overrides were worth.
type AuthorsValue struct {
	Author string  `json:"author"`
	Days   int     `json:"days" doc:"Days compared"`
	Added  float64 `json:"added" doc:"1 less the overrides' error as a share of the statistics'"`
}

// AlertedItem is an item whose forecast people should look at.
type AlertedItem struct {
	ItemID string          `json:"item_id"`
	Name   string          `json:"name,omitempty"`
	Status string          `json:"status"`
	Alerts []ForecastAlert `json:"alerts"`
}

// ForecastAlertList is the items with alerts, those first of which most units are expected.
type ForecastAlertList struct {
	Found int           `json:"found" doc:"Items with alerts, shown or not"`
	Items []AlertedItem `json:"items"`
}
