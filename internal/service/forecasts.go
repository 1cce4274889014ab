package service

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"quartermaster/internal/plan"
)

// ForecastHead is what is told of a forecast in lists of versions.
type ForecastHead struct {
	Method, Status         string
	OriginDay, HorizonDays int
	Alerts                 int // things that broke
	Attention              int // by how much people should look at it: units in doubt, 0 = nothing broke
}

// ForecastVersion is one of the forecasts that were made of an item.
type ForecastVersion struct {
	ForecastHead
	ItemID   string
	Version  int64 // 1, 2, …
	DataHash uint64
	MadeUs   int64
	Document []byte // see PackForecast; absent in lists
}

// KeptVersions is how many forecasts of an item are kept.
const KeptVersions = 60

// ForecastOverride is what a planner laid over the forecast of an item, with the days' means before and after it.
type ForecastOverride struct {
	plan.Override
	ID             string // given by the store
	ItemID         string
	Version        int64 // of the forecast that the planner saw
	OriginDay      int   // of that forecast
	Reason, Author string
	Before, After  []float64 // of the days FromDay… that the forecast reached
	CreatedUs      int64
	WithdrawnUs    int64 // 0 = it stands
	WithdrawnBy    string
}

// EmptySpell is a time in which an item was on no shelf.
type EmptySpell struct {
	ItemID string
	FromUs int64
	ToUs   int64 // 0 = it lasts
}

// ForecastBook keeps the history of forecasts, and what planners said to them.
type ForecastBook interface {
	// ForecastVersions lists versions, newest first, below version before (0 = from the newest on), without documents.
	ForecastVersions(ctx context.Context, tenant, itemID string, before int64, limit int) ([]ForecastVersion, error)
	// ForecastVersion reads one with its document; version 0 is the newest. ErrNotFound where it is not kept.
	ForecastVersion(ctx context.Context, tenant, itemID string, version int64) (ForecastVersion, error)
	// AlertedForecasts lists the forecasts with alerts, those on which most units stand first, with documents, and how many there are.
	AlertedForecasts(ctx context.Context, tenant string, limit int) (all []ItemForecast, found int, err error)
	AddOverride(ctx context.Context, tenant string, o ForecastOverride) (ForecastOverride, error)
	// WithdrawOverride notes that an override no longer holds; doing so again changes nothing.
	WithdrawOverride(ctx context.Context, tenant, itemID, id, by string) (ForecastOverride, error)
	// Overrides lists what planners said, oldest first, of all items or of those named; withdrawn ones only where asked.
	Overrides(ctx context.Context, tenant string, withdrawn bool, itemIDs ...string) ([]ForecastOverride, error)
	// ForecastHashes tells the DataHash of every item's forecast, without reading the forecasts.
	ForecastHashes(ctx context.Context, tenant string) (map[string]uint64, error)
	// EmptySpells tells when items were on no shelf, as far as movements tell it, by item and time.
	EmptySpells(ctx context.Context, tenant string, itemIDs ...string) ([]EmptySpell, error)
}

// forecastForm begins a packed forecast; a document that begins with { is JSON, as older programs wrote it.
const forecastForm = 'F'

var errForecastDocument = errors.New("service: a stored forecast is damaged")

// PackForecast writes a forecast for the store: means and quantiles as plain numbers of eight bytes, all else as JSON. It is
// about half of its JSON and ten times as quick to read.
func PackForecast(f plan.ItemForecast) ([]byte, error) {
	head := f
	head.Mean, head.Quantiles = nil, nil
	text, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("write the forecast of item %s: %w", f.SeriesID, err)
	}
	out := make([]byte, 0, 16+len(text)+8*len(f.Mean)*(1+len(f.Quantiles)))
	out = append(out, forecastForm)
	out = binary.AppendUvarint(out, uint64(len(text)))
	out = append(out, text...)
	out = binary.AppendUvarint(out, uint64(len(f.Mean)))
	out = binary.AppendUvarint(out, uint64(len(f.Quantiles)))
	put := func(row []float64) {
		for _, v := range row {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		}
	}
	put(f.Mean)
	for _, row := range f.Quantiles {
		if len(row) != len(f.Mean) {
			return nil, fmt.Errorf("write the forecast of item %s: a row of %d quantiles for %d days", f.SeriesID, len(row), len(f.Mean))
		}
		put(row)
	}
	return out, nil
}

// UnpackForecast reads what PackForecast, or an older program, wrote.
func UnpackForecast(document []byte) (f plan.ItemForecast, err error) {
	if len(document) == 0 || document[0] != forecastForm {
		return f, json.Unmarshal(document, &f)
	}
	rest := document[1:]
	count := func() int {
		v, n := binary.Uvarint(rest)
		if n <= 0 || v > uint64(len(rest)-n) {
			rest, err = nil, errForecastDocument
			return 0
		}
		rest = rest[n:]
		return int(v)
	}
	n := count()
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(rest[:n], &f); err != nil {
		return f, errors.Join(errForecastDocument, err)
	}
	rest = rest[n:]
	days, rows := count(), count()
	if err != nil || len(rest) != 8*days*(1+rows) {
		return f, errForecastDocument
	}
	take := func() []float64 {
		row := make([]float64, days)
		for i := range row {
			row[i] = math.Float64frombits(binary.LittleEndian.Uint64(rest[8*i:]))
		}
		rest = rest[8*days:]
		return row
	}
	f.Mean = take()
	if rows > 0 {
		f.Quantiles = make([][]float64, rows)
	}
	for l := range f.Quantiles {
		f.Quantiles[l] = take()
	}
	return f, nil
}

// StoredForecasts makes the rows that are stored of forecasts.
func StoredForecasts(made []plan.ItemForecast) ([]ItemForecast, error) {
	out := make([]ItemForecast, len(made))
	for i, f := range made {
		document, err := PackForecast(f)
		if err != nil {
			return nil, err
		}
		out[i] = ItemForecast{ItemID: f.SeriesID, DataHash: f.DataHash, Document: document, Head: ForecastHead{
			Method: f.Method, Status: string(f.Status), OriginDay: f.StartDay, HorizonDays: len(f.Mean), Alerts: len(f.Alerts), Attention: attention(f)}}
	}
	return out, nil
}

// attention is how many units a forecast with alerts expects, at least 1; 0 where nothing broke.
func attention(f plan.ItemForecast) int {
	if len(f.Alerts) == 0 {
		return 0
	}
	units := 0.0
	for _, m := range f.Mean {
		units += m
	}
	return int(math.Ceil(min(max(units, 1), 1e9)))
}

// overridden lays what planners said over forecasts that were read or made.
func overridden(ctx context.Context, facts FactStore, tenant string, forecasts []plan.ItemForecast) error {
	all, err := facts.Overrides(ctx, tenant, false)
	if err != nil || len(all) == 0 {
		return err
	}
	byItem := map[string][]plan.Override{}
	for _, o := range all {
		byItem[o.ItemID] = append(byItem[o.ItemID], o.Override)
	}
	for i := range forecasts {
		if o := byItem[forecasts[i].SeriesID]; len(o) > 0 {
			forecasts[i] = forecasts[i].Override(o)
		}
	}
	return nil
}

// emptyDays takes the days on which an item was on no shelf, and nothing of it was sold, for days not observed: what was asked
// for then nobody knows. Days that the spell covers only in part stay, and so do those at its ends, where clocks may differ.
func emptyDays(s *plan.Snapshot, spells []EmptySpell) {
	at := make(map[string]int, len(s.Sales))
	for i := range s.Sales {
		at[s.Sales[i].ID] = i
	}
	for _, x := range spells {
		i, ok := at[x.ItemID]
		if !ok {
			continue
		}
		series := &s.Sales[i]
		from := int(x.FromUs/microsPerDay) + 1
		to := s.OriginDay
		if x.ToUs > 0 {
			to = int(x.ToUs / microsPerDay)
		}
		for d := max(from, series.StartDay); d < min(to, series.StartDay+len(series.Values)); d++ {
			if series.Values[d-series.StartDay] == 0 {
				series.Values[d-series.StartDay] = math.NaN()
			}
		}
	}
}
