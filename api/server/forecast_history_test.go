package server_test

import (
	"math"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// sellForecast stores an item's history of so many days until the day before the origin, makes its forecast and stores that.
func (h *house) sellForecast(id string, values []float64, origin int) plan.ItemForecast {
	h.t.Helper()
	series := forecast.Series{ID: id, StartDay: origin - len(values), Values: values}
	made, err := plan.ForecastItems(h.t.Context(), []plan.ForecastTask{{Series: series, Lead: forecast.LeadTime{MeanDays: 5}}}, 14, plan.PooledWeek([]forecast.Series{series}), plan.Options{Backtest: true})
	if err != nil {
		h.t.Fatal(err)
	}
	rows, err := service.StoredForecasts(made)
	if err == nil {
		err = h.store.SaveForecasts(h.t.Context(), tenant, rows)
	}
	if err == nil {
		err = h.store.SaveSales(h.t.Context(), tenant, []forecast.Series{series})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return made[0]
}

func wave(days int, level float64) []float64 {
	out := make([]float64, days)
	for i := range out {
		out[i] = math.Round(level + 2*math.Sin(float64(i)*2*math.Pi/7) + float64(i*5%3))
	}
	return out
}

// A planner overrides three days with a reason; the forecast stays, what is planned changes; when sales are known the stairs say
// what it was worth, and who said it; withdrawing it before its days takes it out of both.
func TestOverrideAForecast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := h.sellForecast("A", wave(200, 10), 15306) // from 2011-11-28
	const base = "/v1/items/A/forecast"
	body := `{"from_date":"2011-11-28","to_date":"2011-11-30","kind":"times","value":2,"reason":"half-price week"}`
	o := want[api.ForecastOverride](t, h.ask("POST", base+"/overrides", body), 201)
	if o.Version != 1 || o.Author != "anonymous" || len(o.Before) != 3 || o.After[1] != 2*f.Mean[1] || o.Before[1] != f.Mean[1] {
		t.Errorf("%+v", o)
	}
	shown := want[api.ItemForecast](t, h.ask("GET", base, ""), 200)
	if shown.Version != 1 || shown.Mean[0] != f.Mean[0] || shown.PlannedMean[0] != 2*f.Mean[0] || shown.PlannedMean[3] != f.Mean[3] || len(shown.Overrides) != 1 ||
		shown.Explanation == nil || !strings.HasPrefix(shown.Explanation.Sentence, "About ") || len(shown.DataHash) != 16 {
		t.Errorf("%+v", shown)
	}
	if v := want[api.ForecastValueAdded](t, h.ask("GET", base+"/value-added", ""), 200); v.Days != 0 || len(v.Steps) != 0 {
		t.Errorf("before any day has come: %+v", v)
	}
	sold := append(wave(200, 10), 22, 24, 20, 9)
	if err := h.store.SaveSales(t.Context(), tenant, []forecast.Series{{ID: "A", StartDay: 15106, Values: sold}}); err != nil {
		t.Fatal(err)
	}
	v := want[api.ForecastValueAdded](t, h.ask("GET", "/v1/forecast-value-added", ""), 200)
	if v.Days != 3 || v.Items != 1 || len(v.Steps) != 3 || v.Steps[2].Name != "override" || v.Steps[2].Added < 0.5 || len(v.Authors) != 1 || v.Authors[0].Days != 3 {
		t.Errorf("%+v", v)
	}
	gone := want[api.ForecastOverride](t, h.ask("DELETE", base+"/overrides/"+o.ID, ""), 200)
	if gone.WithdrawnAt == nil {
		t.Errorf("%+v", gone)
	}
	if l := want[api.ForecastOverrideList](t, h.ask("GET", base+"/overrides", ""), 200); len(l.Items) != 0 {
		t.Errorf("standing %+v", l)
	}
	if l := want[api.ForecastOverrideList](t, h.ask("GET", base+"/overrides?withdrawn=true", ""), 200); len(l.Items) != 1 {
		t.Errorf("all %+v", l)
	}
}

// What is wrong with an override is named by its place, and nothing is kept of it.
func TestOverrideNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sellForecast("A", wave(100, 10), 15306)
	for body, place := range map[string]string{
		`{"from_date":"2011-11-01","to_date":"2011-11-30","kind":"set","value":2,"reason":"because"}`:   "body.from_date",
		`{"from_date":"2011-11-29","to_date":"2011-11-28","kind":"set","value":2,"reason":"because"}`:   "body.to_date",
		`{"from_date":"2011-11-28","to_date":"2011-11-28","kind":"set","value":-2,"reason":"because"}`:  "body.value",
		`{"from_date":"2011-11-28","to_date":"2011-11-28","kind":"set","value":2,"reason":"    "}`:      "body.reason",
		`{"from_date":"2011-11-28","to_date":"2011-11-28","kind":"guess","value":2,"reason":"because"}`: "body.kind",
	} {
		if a := h.ask("POST", "/v1/items/A/forecast/overrides", body); a.status != 422 || !strings.Contains(string(a.body), `"`+place+`"`) {
			t.Errorf("%s: %d %s, want %s", body, a.status, a.body, place)
		}
	}
	refused(t, h.ask("POST", "/v1/items/Z/forecast/overrides", `{"from_date":"2011-11-28","to_date":"2011-11-28","kind":"set","value":2,"reason":"because"}`), 404, api.CodeNotFound)
}

// Two versions are set side by side over their common days, with what was sold since and the parameters that differ.
func TestCompareVersions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sellForecast("A", wave(200, 10), 15306)
	refused(t, h.ask("GET", "/v1/items/A/forecast/comparison", ""), 404, api.CodeNotFound)
	h.sellForecast("A", wave(203, 10), 15309)
	l := want[api.ForecastVersionList](t, h.ask("GET", "/v1/items/A/forecast/versions?limit=1", ""), 200)
	if len(l.Items) != 1 || l.Items[0].Version != 2 || l.NextCursor != "2" || l.Items[0].StartDate != "2011-12-01" || l.Items[0].Method == "" {
		t.Errorf("%+v", l)
	}
	if rest := want[api.ForecastVersionList](t, h.ask("GET", "/v1/items/A/forecast/versions?cursor=2", ""), 200); len(rest.Items) != 1 || rest.Items[0].Version != 1 || rest.NextCursor != "" {
		t.Errorf("%+v", rest)
	}
	one := want[api.KeptForecast](t, h.ask("GET", "/v1/items/A/forecast/versions/1", ""), 200)
	if one.Version != 1 || len(one.Forecast.Mean) != 14 || one.Forecast.StartDate != "2011-11-28" {
		t.Errorf("%+v", one)
	}
	if err := h.store.SaveSales(t.Context(), tenant, []forecast.Series{{ID: "A", StartDay: 15106, Values: wave(210, 10)}}); err != nil {
		t.Fatal(err)
	}
	c := want[api.ForecastComparison](t, h.ask("GET", "/v1/items/A/forecast/comparison", ""), 200)
	if c.A.Version != 2 || c.B.Version != 1 || c.SameData || len(c.Days) != 11 || c.Days[0].Date != "2011-12-01" || c.Days[0].Sold == nil || c.Days[10].Sold != nil ||
		c.ErrorA == nil || c.ErrorA.Days != 7 || c.Sentence == "" {
		t.Errorf("%+v", c)
	}
}

// Items are listed whose forecast people should look at, with the reason and the day.
func TestForecastAlerts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if l := want[api.ForecastAlertList](t, h.ask("GET", "/v1/forecast-alerts", ""), 200); l.Found != 0 || l.Items == nil {
		t.Errorf("%+v", l)
	}
	h.sellForecast("calm", wave(200, 10), 15306)
	h.sellForecast("gone", append(wave(200, 10), make([]float64, 40)...), 15306)
	l := want[api.ForecastAlertList](t, h.ask("GET", "/v1/forecast-alerts", ""), 200)
	if l.Found < 1 || l.Items[0].ItemID != "gone" || l.Items[0].Status != "dying" {
		t.Fatalf("%+v", l)
	}
	found := false
	for _, a := range l.Items[0].Alerts {
		found = found || a.Kind == "level" && a.Date == "2011-10-19" && strings.Contains(a.Sentence, "no demand for 40 days")
	}
	if !found {
		t.Errorf("%+v", l.Items[0])
	}
}
