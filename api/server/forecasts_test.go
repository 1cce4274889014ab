package server

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// Series of the caller's: returns are netted where that is said, days on an empty shelf are no demand, the lead time's demand and
// possible courses come along, and one series of every bad kind never holds the others up.
func TestForecastSeriesOfTheCallers(t *testing.T) {
	t.Parallel()
	var q api.ForecastRequest
	body := `{"horizon_days":10,"lead_days":6,"lead_sd_days":1,"paths":20,"series":[
		{"id":"returns","start_date":"2026-01-01","net_returns":true,"values":[` + strings.Repeat("5,6,-2,4,", 20) + `5]},
		{"id":"empty shelf","start_date":"2026-01-01","empty_dates":["2026-01-03"],"values":[5,6,0,` + strings.Repeat("5,6,4,", 20) + `5]},
		{"id":"one point","start_date":"2026-01-01","values":[3]},
		{"id":"nothing seen","start_date":"2026-01-01","values":[null,null]},
		{"id":"constant","start_date":"2026-01-01","values":[` + strings.Repeat("2,", 60) + `2]},
		{"id":"gaps","start_date":"2026-01-01","values":[` + strings.Repeat("2,null,3,", 30) + `2]}]}`
	if err := json.Unmarshal([]byte(body), &q); err != nil {
		t.Fatal(err)
	}
	w := &Work{Planning: &service.Planning{Workers: 1}, Zone: time.UTC, Progress: func(float64, string) {}}
	if wrong, err := checkForecasts(t.Context(), w, &q); err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	a, err := solveForecasts(t.Context(), w, q)
	if err != nil || len(a.Forecasts) != 6 {
		t.Fatal(a, err)
	}
	status := map[string]string{}
	for _, f := range a.Forecasts {
		status[f.ItemID] = f.Status
		if len(f.Mean) != 10 || len(f.Paths) != 20 || len(f.Paths[0]) != 10 || f.LeadTime == nil || f.LeadTime.MeanDays != 6 || f.Explanation == nil {
			t.Errorf("%s: %+v", f.ItemID, f)
		}
	}
	for id, want := range map[string]string{"returns": "cleaned", "one point": "sparse", "nothing seen": "empty", "constant": "ok", "gaps": "ok"} {
		if status[id] != want {
			t.Errorf("%s is %s, want %s", id, status[id], want)
		}
	}
	if f := a.Forecasts[0].Findings; len(f) == 0 || !strings.Contains(f[0], "returned units were taken off") {
		t.Errorf("findings %v", f)
	}
}
