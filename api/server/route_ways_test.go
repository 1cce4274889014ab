package server_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"quartermaster/api"
)

// visit is a request of one vehicle and one stop some kilometres apart, with a shift of three hours.
func visit(from time.Time, more string) string {
	return fmt.Sprintf(`{"stops":[{"id":"shop","lon":9.5137,"lat":47.2133}],"vehicles":[{"id":"van","lon":9.5209,"lat":47.1410,"max_weight_g":1000,`+
		`"max_volume_cm3":1000,"per_hour_minor":100,"shift":{"from":%q,"to":%q}}]%s}`, from.Format(time.RFC3339), from.Add(3*time.Hour).Format(time.RFC3339), more)
}

// Routes are planned on the streets as they are while the vehicles are out: round a closure, which is named, unless free flow
// is asked for or it is over by then; without streets on lines with the factor of the installation.
func TestRoutesUnderConditions(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	soon := time.Now().UTC().Add(5 * time.Minute)
	ask := func(from time.Time, more string) api.RouteSolution {
		got := runs(t, h, api.Routes, visit(from, more))
		if len(got.Routes) != 1 {
			t.Fatalf("%+v", got)
		}
		return got
	}
	free := ask(soon, "")
	middle := decode(runs(t, h, api.RoadRoutes, `{"from":{"lon":9.5209,"lat":47.1410},"to":{"lon":9.5137,"lat":47.2133}}`).Line)
	at := middle[len(middle)/2]
	want[api.RoadConditionReceipt](t, h.ask("PUT", "/v1/road-conditions", closing("landslide", at[0], at[1], 0.001)), 200)
	now := ask(soon, "")
	if now.Routes[0].DriveSec <= free.Routes[0].DriveSec || !slices.Equal(now.Conditions, []string{"landslide"}) || len(free.Conditions) > 0 {
		t.Errorf("%d s free, %d s round the closure, under %v", free.Routes[0].DriveSec, now.Routes[0].DriveSec, now.Conditions)
	}
	for name, other := range map[string]api.RouteSolution{"free flow": ask(soon, `,"free_flow":true`), "tomorrow": ask(soon.Add(24*time.Hour), "")} {
		if other.Routes[0].DriveSec != free.Routes[0].DriveSec || len(other.Conditions) > 0 {
			t.Errorf("%s: %d s under %v", name, other.Routes[0].DriveSec, other.Conditions)
		}
	}
	line := ask(soon, `,"travel":"straight"`)
	slow := ask(soon, `,"travel":"straight","speed_kmh":10`)
	if line.DetourFactor != 1.58 || line.DistanceM != slow.DistanceM || line.Routes[0].DriveSec >= slow.Routes[0].DriveSec {
		t.Errorf("straight %+v, at 10 km/h %+v", line, slow)
	}
}
