package server

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"quartermaster/api"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.ForecastRequest, api.ForecastAnswer]{
	Words: api.Forecasts, Kind: "forecast", Summary: "forecasts of demand",
	Description: "Means and quantiles a day, made afresh: of declared items from their stored sales, whose stored forecasts are replaced where nothing but the newest day is asked for, " +
		"or of histories that come with the request.",
	MaxBodyBytes: 64 << 20,
	Check:        checkForecasts, Solve: solveForecasts,
	Sentence: func(a api.ForecastAnswer) string { return fmt.Sprintf("%d forecasts made", len(a.Forecasts)) },
})

// seriesHorizonDays is how far series of the caller's are forecast where nothing else is said.
const seriesHorizonDays = 28

func checkForecasts(ctx context.Context, w *Work, q *api.ForecastRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	if (len(q.ItemIDs) == 0) == (len(q.Series) == 0) {
		wrong.add(nil, "give either item_ids or series", "item_ids")
		return wrong, nil
	}
	if len(q.ItemIDs) > 0 {
		declared, err := w.declared(ctx)
		if err != nil {
			return nil, err
		}
		known := make(map[string]bool, len(declared.Items))
		for _, item := range declared.Items {
			known[item.ID] = true
		}
		wrong, err := originWrong(ctx, w, q.OriginDate)
		if wrong = append(wrong, unknownIDs("item_ids", "item", q.ItemIDs, known)...); len(wrong) > 0 {
			return wrong, nil // which the caller can mend, whatever else is missing
		}
		return nil, err
	}
	seen := map[string]bool{}
	for i, s := range q.Series {
		if seen[s.ID] {
			wrong.add(s.ID, "stands twice", "series[%d].id", i)
		}
		seen[s.ID] = true
		for k, v := range s.Values {
			if v != nil && !(*v >= 0 && *v <= forecast.MaxUnits) && !(s.NetReturns && *v < 0 && *v >= -forecast.MaxUnits) {
				wrong.add(*v, "is no demand: want 0 to 1e12, or null; a return needs net_returns", "series[%d].values[%d]", i, k)
			}
		}
		for k, date := range s.EmptyDates {
			if _, err := time.Parse(time.DateOnly, date); err != nil {
				wrong.add(date, "is no date such as 2011-11-14", "series[%d].empty_dates[%d]", i, k)
			}
		}
	}
	return wrong, nil
}

func solveForecasts(ctx context.Context, w *Work, q api.ForecastRequest) (api.ForecastAnswer, error) {
	if len(q.Series) > 0 {
		return forecastSeries(ctx, w, q)
	}
	day, err := w.Planning.ForecastOrigin(ctx, w.Tenant, q.OriginDate)
	if err != nil {
		return api.ForecastAnswer{}, err
	}
	s, err := w.Planning.Declared(ctx, w.Tenant, service.PlanRequest{OriginDay: day, Days: 1})
	if err != nil {
		return api.ForecastAnswer{}, err
	}
	week, all := plan.PooledWeek(s.Sales), s.ForecastTasks() // the week is that of the whole shop
	byItem := make(map[string]plan.ForecastTask, len(all))
	for _, t := range all {
		byItem[t.Series.ID] = t
	}
	tasks := make([]plan.ForecastTask, len(q.ItemIDs))
	for i, id := range q.ItemIDs {
		var ok bool
		if tasks[i], ok = byItem[id]; !ok {
			return api.ForecastAnswer{}, fmt.Errorf("%w: item %q is not declared any more", service.ErrConflict, id)
		}
	}
	horizon := q.HorizonDays
	if horizon == 0 {
		horizon = s.Review.HorizonDays
	}
	made, err := plan.ForecastItems(ctx, tasks, horizon, week, plan.Options{Workers: w.Planning.Workers, Backtest: true, Progress: w.Progress})
	if err != nil {
		return api.ForecastAnswer{}, err
	}
	if horizon == s.Review.HorizonDays && q.OriginDate == "" { // what planning would make today
		if w.Effects.Forecasts, err = service.StoredForecasts(made); err != nil {
			return api.ForecastAnswer{}, err
		}
	}
	return forecastAnswer(made, q.Paths), nil
}

func forecastSeries(ctx context.Context, w *Work, q api.ForecastRequest) (api.ForecastAnswer, error) {
	tasks := make([]plan.ForecastTask, len(q.Series))
	series := make([]forecast.Series, len(q.Series))
	for i, s := range q.Series {
		day, err := w.day(ctx, s.StartDate)
		if err != nil {
			return api.ForecastAnswer{}, err
		}
		series[i] = forecast.Series{ID: s.ID, StartDay: day, Values: make([]float64, len(s.Values))}
		for k, v := range s.Values {
			series[i].Values[k] = math.NaN()
			if v != nil {
				series[i].Values[k] = *v
			}
		}
		for _, date := range s.EmptyDates {
			empty, err := w.day(ctx, date)
			if err != nil {
				return api.ForecastAnswer{}, err
			}
			if k := empty - day; k >= 0 && k < len(s.Values) {
				series[i].Values[k] = math.NaN()
			}
		}
		tasks[i] = plan.ForecastTask{Series: series[i], Lead: forecast.LeadTime{MeanDays: q.LeadDays, SDDays: q.LeadSDDays}}
	}
	horizon := q.HorizonDays
	if horizon == 0 {
		horizon = seriesHorizonDays
	}
	made, err := plan.ForecastItems(ctx, tasks, horizon, plan.PooledWeek(series), plan.Options{Workers: w.Planning.Workers, Backtest: true, Progress: w.Progress})
	for i := range made {
		if q.LeadDays == 0 {
			made[i].LeadTime = nil // none was asked for
		}
	}
	return forecastAnswer(made, q.Paths), err
}

func forecastAnswer(made []plan.ItemForecast, paths int) api.ForecastAnswer {
	out := api.ForecastAnswer{Forecasts: make([]api.Forecast, len(made))}
	for i := range made {
		out.Forecasts[i] = forecastWords(&made[i])
		if paths > 0 {
			out.Forecasts[i].Paths = made[i].Paths(paths)
		}
	}
	return out
}

func forecastWords(f *plan.ItemForecast) api.Forecast {
	out := api.Forecast{
		ItemID: f.SeriesID, Method: f.Method, Status: string(f.Status), StartDate: dateOf(f.StartDay),
		Mean: f.Mean, Levels: f.Levels, Quantiles: f.Quantiles, Params: f.Params,
	}
	if l := f.LeadTime; l != nil {
		out.LeadTime = &api.LeadTimeDemand{MeanDays: l.MeanDays, Mean: l.Mean, SD: l.SD, Levels: l.Levels, Quantiles: l.Quantiles}
	}
	if f.Tested.Points > 0 {
		a := f.Tested.Accuracy()
		accuracy := api.ForecastAccuracy{Origins: a.Origins, Points: a.Points, WAPE: a.WAPE, Bias: a.Bias, Coverage80: a.Coverage80, ValueAdded: a.ValueAdded}
		if finite(accuracy.WAPE, accuracy.Bias, accuracy.Coverage80, accuracy.ValueAdded) {
			out.Accuracy = &accuracy
		}
	}
	if f.DataHash != 0 {
		out.DataHash = hashText(f.DataHash)
	}
	if e := f.Explanation; e != nil {
		out.Explanation = explanationWords(e)
	}
	if f.Screened != nil {
		out.Findings = f.Screened.Sentences()
	}
	out.Alerts = alertWords(f)
	return out
}

// hashText writes a hash as outsiders see it: JSON's numbers are too short for it.
func hashText(hash uint64) string { return fmt.Sprintf("%016x", hash) }

func explanationWords(e *forecast.Explanation) *api.ForecastExplanation {
	out := &api.ForecastExplanation{Sentence: e.Sentence, Level: e.Level, Trend: e.Trend, Season: e.Season, Regressors: e.Regressors, Rest: e.Rest, BandOverMean: e.Width}
	if e.KnownRecent {
		out.AgainstPast = &e.Recent
	}
	if e.KnownYearAgo {
		out.AgainstYear = &e.YearAgo
	}
	return out
}

func alertWords(f *plan.ItemForecast) []api.ForecastAlert {
	var out []api.ForecastAlert
	for _, a := range f.Alerts {
		out = append(out, api.ForecastAlert{Kind: string(a.Kind), Date: dateOf(f.StartDay - f.HistoryDays + a.Step), Sentence: a.Sentence})
	}
	return out
}

// finite is false where JSON has no number for one of them, as for errors as a share of no demand.
func finite(all ...float64) bool {
	for _, x := range all {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

type itemForecastInput struct {
	ID          string `path:"id" maxLength:"200"`
	HistoryDays int    `query:"history_days" minimum:"0" maximum:"5000" default:"365" doc:"How many of the newest days of its history to show"`
}

type itemForecastOutput struct{ Body api.ItemForecast }

func (s *Server) registerItemForecast() {
	op := operation("get-item-forecast", http.MethodGet, "/v1/items/{id}/forecast", "Read the stored forecast of an item with its history", "items", service.ScopeFactsRead, 404)
	op.Description = "Planning makes and replaces it; to have it made now, ask for forecasts."
	register(s, op, s.itemForecast)
}

func (s *Server) itemForecast(ctx context.Context, in *itemForecastInput) (*itemForecastOutput, error) {
	facts := s.options.Planning.Facts
	f, version, err := s.newestForecast(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	overrides, err := facts.Overrides(ctx, s.tenant(ctx), false, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	sales, err := facts.Sales(ctx, s.tenant(ctx), in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &itemForecastOutput{Body: api.ItemForecast{Forecast: forecastWords(&f), Version: version, History: []*float64{}}}
	for _, o := range overrides {
		out.Body.Overrides = append(out.Body.Overrides, s.overrideWords(o))
	}
	if planned := f.Override(overridesOf(overrides)); planned.Overridden > 0 {
		out.Body.PlannedMean = planned.Mean
	}
	if len(sales) > 0 && len(sales[0].Values) > 0 {
		from := max(0, len(sales[0].Values)-in.HistoryDays)
		out.Body.HistoryStartDate = time.Unix(int64(sales[0].StartDay+from)*secondsPerDay, 0).UTC().Format(time.DateOnly)
		for _, v := range sales[0].Values[from:] {
			out.Body.History = append(out.Body.History, orNull(v))
		}
	}
	return out, nil
}

// orNull is a number of JSON, null for a day that was not observed.
func orNull(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// newestForecast reads the stored forecast of an item and its version; 0 = made before versions were kept.
func (s *Server) newestForecast(ctx context.Context, id string) (plan.ItemForecast, int64, error) {
	facts := s.options.Planning.Facts
	stored, err := facts.Forecasts(ctx, s.tenant(ctx), id)
	if err == nil && len(stored) == 0 {
		err = fmt.Errorf("%w: there is no forecast of item %q yet; ask for one, or for a plan", service.ErrNotFound, id)
	}
	if err != nil {
		return plan.ItemForecast{}, 0, err
	}
	versions, err := facts.ForecastVersions(ctx, s.tenant(ctx), id, 0, 1)
	if err != nil {
		return plan.ItemForecast{}, 0, err
	}
	f, err := service.UnpackForecast(stored[0].Document)
	if err != nil {
		return f, 0, fmt.Errorf("server: read the forecast of item %s: %w", id, err)
	}
	if len(versions) == 0 {
		return f, 0, nil
	}
	return f, versions[0].Version, nil
}
