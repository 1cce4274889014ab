package server

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

type listVersionsInput struct {
	ID     string `path:"id" maxLength:"200"`
	Cursor string `query:"cursor" maxLength:"20" pattern:"^[0-9]*$" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type forecastVersionsOutput struct{ Body api.ForecastVersionList }

type forecastVersionInput struct {
	ID      string `path:"id" maxLength:"200"`
	Version int64  `path:"version" minimum:"1"`
}

type forecastVersionOutput struct{ Body api.KeptForecast }

type compareForecastsInput struct {
	ID string `path:"id" maxLength:"200"`
	A  int64  `query:"a" minimum:"0" doc:"A version; 0 or absent = the newest"`
	B  int64  `query:"b" minimum:"0" doc:"Another; 0 or absent = the one before a"`
}

type comparisonOutput struct{ Body api.ForecastComparison }

type alertsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type alertsOutput struct{ Body api.ForecastAlertList }

func (s *Server) registerForecastHistory() {
	const one = "/v1/items/{id}/forecast"
	register(s, operation("list-forecast-versions", http.MethodGet, one+"/versions", "List the forecasts that were made of an item", "forecasts", service.ScopeFactsRead, 404), s.listForecastVersions)
	register(s, operation("get-forecast-version", http.MethodGet, one+"/versions/{version}", "Read one of the forecasts that were made of an item", "forecasts", service.ScopeFactsRead, 404), s.getForecastVersion)
	compare := operation("compare-forecast-versions", http.MethodGet, one+"/comparison", "Compare two forecasts of an item, and both with what was sold", "forecasts", service.ScopeFactsRead, 404)
	register(s, compare, s.compareVersions)
	alerts := operation("list-forecast-alerts", http.MethodGet, "/v1/forecast-alerts", "List the items whose forecast people should look at", "forecasts", service.ScopeFactsRead)
	alerts.Description = "Errors that grew or keep one sign, a level that changed, values far out, data that cannot be demand."
	register(s, alerts, s.listAlerts)
	s.registerOverrides()
}

func (s *Server) forecastVersionWords(v service.ForecastVersion) api.ForecastVersion {
	return api.ForecastVersion{Version: v.Version, MadeAt: s.timeOf(v.MadeUs), StartDate: dateOf(v.OriginDay), HorizonDays: v.HorizonDays,
		Method: v.Method, Status: v.Status, DataHash: hashText(v.DataHash)}
}

func (s *Server) listForecastVersions(ctx context.Context, in *listVersionsInput) (*forecastVersionsOutput, error) {
	before, err := strconv.ParseInt(in.Cursor, 10, 64)
	if err != nil {
		before = 0
	}
	all, err := s.options.Planning.Facts.ForecastVersions(ctx, s.tenant(ctx), in.ID, before, in.Limit+1)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if len(all) == 0 && before == 0 {
		return nil, s.fail(ctx, fmt.Errorf("%w: no version of a forecast of item %q is kept; ask for a forecast, or for a plan", service.ErrNotFound, in.ID))
	}
	all, more := page(all, in.Limit)
	out := &forecastVersionsOutput{Body: api.ForecastVersionList{Items: make([]api.ForecastVersion, len(all))}}
	for i, v := range all {
		out.Body.Items[i] = s.forecastVersionWords(v)
	}
	if more {
		out.Body.NextCursor = strconv.FormatInt(all[len(all)-1].Version, 10)
	}
	return out, nil
}

// version reads one version in full; 0 is the newest.
func (s *Server) forecastVersion(ctx context.Context, id string, version int64) (service.ForecastVersion, plan.ItemForecast, error) {
	v, err := s.options.Planning.Facts.ForecastVersion(ctx, s.tenant(ctx), id, version)
	if err != nil {
		return v, plan.ItemForecast{}, err
	}
	f, err := service.UnpackForecast(v.Document)
	return v, f, err
}

func (s *Server) getForecastVersion(ctx context.Context, in *forecastVersionInput) (*forecastVersionOutput, error) {
	v, f, err := s.forecastVersion(ctx, in.ID, in.Version)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &forecastVersionOutput{Body: api.KeptForecast{ForecastVersion: s.forecastVersionWords(v), Forecast: forecastWords(&f)}}, nil
}

func (s *Server) compareVersions(ctx context.Context, in *compareForecastsInput) (*comparisonOutput, error) {
	va, fa, err := s.forecastVersion(ctx, in.ID, in.A)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if in.B == 0 {
		in.B = va.Version - 1
	}
	if in.B == 0 {
		return nil, s.fail(ctx, fmt.Errorf("%w: item %q has no version before %d to compare with", service.ErrNotFound, in.ID, va.Version))
	}
	vb, fb, err := s.forecastVersion(ctx, in.ID, in.B)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	sold, err := s.soldOf(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := compared(&fa, &fb, sold)
	out.A, out.B, out.SameData = s.forecastVersionWords(va), s.forecastVersionWords(vb), va.DataHash == vb.DataHash
	return &comparisonOutput{Body: out}, nil
}

// soldOf gives what was sold of an item on a day, NaN where that is not known.
func (s *Server) soldOf(ctx context.Context, id string) (func(day int) float64, error) {
	sales, err := s.options.Planning.Facts.Sales(ctx, s.tenant(ctx), id)
	if err != nil || len(sales) == 0 {
		return func(int) float64 { return math.NaN() }, err
	}
	x := sales[0]
	return func(day int) float64 {
		if k := day - x.StartDay; k >= 0 && k < len(x.Values) {
			return x.Values[k]
		}
		return math.NaN()
	}, nil
}

// compared sets the days side by side that both forecast.
func compared(a, b *plan.ItemForecast, sold func(day int) float64) api.ForecastComparison {
	out := api.ForecastComparison{Days: []api.ComparedDay{}, Params: comparedParams(a.Params, b.Params)}
	var errA, errB offBy
	for day := max(a.StartDay, b.StartDay); day < min(a.StartDay+len(a.Mean), b.StartDay+len(b.Mean)); day++ {
		d := api.ComparedDay{Date: dateOf(day), A: a.Mean[day-a.StartDay], B: b.Mean[day-b.StartDay], Sold: orNull(sold(day))}
		out.Days = append(out.Days, d)
		out.TotalA += d.A
		out.TotalB += d.B
		if d.Sold != nil && *d.Sold >= 0 {
			errA.add(d.A, *d.Sold)
			errB.add(d.B, *d.Sold)
		}
	}
	out.ErrorA, out.ErrorB = errA.words(), errB.words()
	out.Sentence = fmt.Sprintf("Over %d common days a expects %.4g units and b %.4g", len(out.Days), out.TotalA, out.TotalB)
	if out.ErrorA != nil {
		out.Sentence += fmt.Sprintf("; on the %d days known so far a was off by %.0f %% and b by %.0f %%", errA.days, 100*out.ErrorA.WAPE, 100*out.ErrorB.WAPE)
	}
	out.Sentence += "."
	return out
}

func comparedParams(a, b map[string]float64) []api.ComparedParam {
	out := []api.ComparedParam{}
	names := map[string]bool{}
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	for name := range names {
		x, inA := a[name]
		y, inB := b[name]
		if inA && inB && x == y {
			continue
		}
		p := api.ComparedParam{Name: name}
		if inA {
			p.A = &x
		}
		if inB {
			p.B = &y
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(x, y api.ComparedParam) int {
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	return out
}

// offBy adds up errors.
type offBy struct {
	days           int
	abs, err, sold float64
}

func (o *offBy) add(mean, sold float64) {
	o.days++
	o.abs += math.Abs(mean - sold)
	o.err += mean - sold
	o.sold += sold
}

// words is nil where nothing was sold to be off by.
func (o *offBy) words() *api.VersionError {
	if o.days == 0 || o.sold <= 0 {
		return nil
	}
	return &api.VersionError{Days: o.days, WAPE: o.abs / o.sold, Bias: o.err / o.sold}
}

func (s *Server) listAlerts(ctx context.Context, in *alertsInput) (*alertsOutput, error) {
	all, found, err := s.options.Planning.Facts.AlertedForecasts(ctx, s.tenant(ctx), in.Limit)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	names, err := s.itemNames(ctx)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &alertsOutput{Body: api.ForecastAlertList{Found: found, Items: []api.AlertedItem{}}}
	for _, x := range all {
		f, err := service.UnpackForecast(x.Document)
		if err != nil {
			return nil, s.fail(ctx, fmt.Errorf("server: read the forecast of item %s: %w", x.ItemID, err))
		}
		out.Body.Items = append(out.Body.Items, api.AlertedItem{ItemID: x.ItemID, Name: names[x.ItemID], Status: string(f.Status), Alerts: alertWords(&f)})
	}
	return out, nil
}
