package server

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
)

// The quick reading takes what is right, puts the defaults in, and is sure of nothing that breaks a limit, lacks a field or
// has one too many: then the whole body is looked at.
func TestQuickReading(t *testing.T) {
	t.Parallel()
	rules := shapeOf(reflect.TypeFor[api.RouteRequest]())
	day := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	good := func() api.RouteRequest {
		return api.RouteRequest{
			Stops:    []api.RouteStop{{ID: "a", Lon: 9, Lat: 47, ReadyAt: &day, Window: &api.Window{From: day, To: day}}},
			Vehicles: []api.RouteVehicle{{ID: "v", Lon: 9, Lat: 47, MaxWeightG: 1, MaxVolumeCm3: 1, Shift: api.Window{From: day, To: day.Add(time.Hour)}}},
		}
	}
	q := good()
	if !rules.sound(reflect.ValueOf(&q).Elem()) || q.Travel != "road" {
		t.Errorf("a good request, then %+v", q)
	}
	for name, spoil := range map[string]func(q *api.RouteRequest){
		"no stops": func(q *api.RouteRequest) { q.Stops = nil }, "empty id": func(q *api.RouteRequest) { q.Stops[0].ID = "" },
		"long id": func(q *api.RouteRequest) { q.Stops[0].ID = strings.Repeat("é", 201) }, "far north": func(q *api.RouteRequest) { q.Stops[0].Lat = 91 },
		"negative": func(q *api.RouteRequest) { q.Stops[0].WeightG = -1 }, "word": func(q *api.RouteRequest) { q.Travel = "rail" }, "no time": func(q *api.RouteRequest) { q.Vehicles[0].Shift.To = time.Time{} },
		"pattern": func(q *api.RouteRequest) { q.Currency = "pounds" }, "many": func(q *api.RouteRequest) { q.Vehicles = make([]api.RouteVehicle, 1001) },
	} {
		q := good()
		if spoil(&q); rules.sound(reflect.ValueOf(&q).Elem()) {
			t.Errorf("%s passed", name)
		}
	}
	forecasts := shapeOf(reflect.TypeFor[api.ForecastRequest]())
	var f api.ForecastRequest
	if err := json.Unmarshal([]byte(`{"item_ids":["A"],"horizon_days":7}`), &f); err != nil || !forecasts.sound(reflect.ValueOf(&f).Elem()) {
		t.Errorf("a forecast of an item: %+v, %v", f, err)
	}
}
