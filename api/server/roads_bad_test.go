package server_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

// badRequest is a request and what its refusal says.
type badRequest struct {
	ask         [2]string // method and path, body
	field, says string    // "" = no field, as the body is no JSON
}

func (c badRequest) check(t *testing.T, h *house, name string) {
	t.Helper()
	method, path, _ := strings.Cut(c.ask[0], " ")
	a := h.ask(method, path, c.ask[1])
	if c.field == "" {
		if p := refused(t, a, 400, api.CodeInvalid); !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s: %+v, want %s", name, p, c.says)
		}
		return
	}
	p := refused(t, a, 422, api.CodeInvalid)
	if !slices.ContainsFunc(p.Errors, func(e api.FieldError) bool {
		return strings.TrimPrefix(e.Location, "body.") == c.field && strings.Contains(e.Message, c.says)
	}) {
		t.Errorf("%s: %+v, want %s: %s", name, p.Errors, c.field, c.says)
	}
}

// Conditions that cannot be taken in are refused with the field that is wrong and what is wrong with it, and nothing of their
// batch is stored; what lies on no street is stored and told.
func TestBadRoadConditions(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	const (
		times = `"from":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z"`
		bow   = `"area":[{"lon":9.5,"lat":47.1},{"lon":9.6,"lat":47.2},{"lon":9.6,"lat":47.1},{"lon":9.5,"lat":47.2}]`
		spot  = `"nodes":[[1,2]]`
	)
	put := func(condition string) [2]string {
		return [2]string{"PUT /v1/road-conditions", `{"conditions":[{"id":"good","kind":"closure","closed":true,` + spot + `,` + times + `},{"id":"bad",` + condition + `}]}`}
	}
	moment := func(condition string) [2]string {
		return [2]string{"POST /v1/road-matrices", `{"sources":[{"lon":9.5209,"lat":47.1410}],"moment":{"conditions":[{"id":"bad",` + condition + `}]}}`}
	}
	for name, c := range map[string]badRequest{
		"ends before it begins":           {put(`"kind":"closure","closed":true,"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z",` + spot), "conditions[1].until", "ends at 2026-01-01T00:00:00Z, not after its begin at 2026-01-02T00:00:00Z"},
		"no time":                         {put(`"kind":"closure","closed":true,"from":"yesterday","until":"2026-01-01T00:00:00Z",` + spot), "conditions[1].from", "date-time"},
		"area crosses itself":             {put(`"kind":"closure","closed":true,` + bow + `,` + times), "conditions[1].area", "crosses itself: the line from corner 0 to the next and that from corner 2"},
		"corner beyond the pole":          {put(`"kind":"closure","closed":true,"area":[{"lon":9,"lat":1e300},{"lon":9.1,"lat":47},{"lon":9,"lat":47.1}],` + times), "conditions[1].area[0].lat", "<= 90"},
		"corner of no size":               {put(`"kind":"closure","closed":true,"area":[{"lon":1e999,"lat":47},{"lon":9.1,"lat":47},{"lon":9,"lat":47.1}],` + times), "", ""},
		"no number":                       {put(`"kind":"congestion","speed_kmh":NaN,` + spot + `,` + times), "", "invalid character 'N'"},
		"negative speed":                  {put(`"kind":"congestion","speed_kmh":-3,` + spot + `,` + times), "conditions[1].speed_kmh", ">= 0"},
		"hardly any speed":                {put(`"kind":"congestion","speed_kmh":0.1,` + spot + `,` + times), "conditions[1].speed_kmh", "close the street"},
		"zero speed alone":                {put(`"kind":"congestion","speeds_kmh":[0],` + spot + `,` + times), "conditions[1]", "no effect"},
		"negative among speeds":           {put(`"kind":"congestion","speeds_kmh":[30,-4],"nodes":[[1,2],[2,3]],` + times), "conditions[1].speeds_kmh", "speed 1 is -4 km/h"},
		"zero factor":                     {put(`"kind":"congestion","speed_factor":0,` + spot + `,` + times), "conditions[1]", "no effect"},
		"negative factor":                 {put(`"kind":"weather","speed_factor":-1,` + spot + `,` + times), "conditions[1].speed_factor", ">= 0"},
		"negative rain":                   {put(`"kind":"weather","sky":{"rain_mm_h":-9},` + spot + `,` + times), "conditions[1].sky.rain_mm_h", ">= 0"},
		"open closure":                    {put(`"kind":"closure","delay_sec":60,` + spot + `,` + times), "conditions[1].closed", "does not close"},
		"cell of no lattice":              {put(`"kind":"weather","sky":{"rain_mm_h":9},"cells":["zz"],` + times), "conditions[1].cells", "zz"},
		"named twice":                     {put(`"kind":"closure","closed":true,` + spot + `,` + times + `},{"id":"good","kind":"closure","closed":true,` + spot + `,` + times), "conditions[2].id", "twice"},
		"moment's closure crosses itself": {moment(`"kind":"closure","closed":true,` + bow + `,` + times), "moment.conditions[0].area", "crosses itself"},
		"moment's condition has ended":    {moment(`"kind":"incident","delay_sec":5,` + spot + `,"from":"2026-01-02T00:00:00Z","until":"2026-01-02T00:00:00Z"`), "moment.conditions[0].until", "not after its begin"},
		"nowhere":                         {put(`"kind":"closure","closed":true,` + times), "conditions[1]", "lies nowhere"},
		"two corners":                     {put(`"kind":"closure","closed":true,"area":[{"lon":9,"lat":47},{"lon":9.1,"lat":47}],` + times), "conditions[1].area", "less than three corners"},
		"half a pair":                     {put(`"kind":"closure","closed":true,"nodes":[[1]],` + times), "conditions[1].nodes[0]", "not a pair"},
		"one speed too many":              {put(`"kind":"congestion","speeds_kmh":[5,6],` + spot + `,` + times), "conditions[1].speeds_kmh", "2 speeds for 1 pairs"},
	} {
		c.check(t, h, name)
	}
	if list := want[api.RoadConditionList](t, h.ask("GET", "/v1/road-conditions", ""), 200); len(list.Items) > 0 {
		t.Errorf("stored %+v", list.Items)
	}
	if r := want[api.RoadConditionReceipt](t, h.ask("PUT", "/v1/road-conditions", closing("at sea", 0, 0, 0.1)), 200); len(r.Idle) != 1 || r.Idle[0] != "at sea" {
		t.Errorf("receipt %+v", r)
	}
}

// Questions about the road that cannot be meant are refused before anything is queued, with the field that is wrong.
func TestBadRoadRequests(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	const here = `{"lon":9.5209,"lat":47.1410}`
	matrix := func(sources string) [2]string {
		return [2]string{"POST /v1/road-matrices", `{"sources":` + sources + `}`}
	}
	reach := func(from, limits string) [2]string {
		return [2]string{"POST /v1/isochrones", `{"from":` + from + `,"limits_sec":` + limits + `}`}
	}
	trace := func(fixes, more string) [2]string {
		return [2]string{"POST /v1/road-matches", `{"fixes":` + fixes + more + `}`}
	}
	for name, c := range map[string]badRequest{
		"no sources":              {matrix(`[]`), "sources", ">= 1"},
		"source beyond the globe": {matrix(`[` + here + `,{"lon":-1e9,"lat":47}]`), "sources[1].lon", ">= -180"},
		"source of words":         {matrix(`[{"lon":"NaN","lat":47}]`), "sources[0].lon", "number"},
		"half a source":           {matrix(`[{"lon":9.5}]`), "sources[0]", "lat"},
		"from beyond the pole":    {reach(`{"lon":9.5,"lat":-91}`, `[600]`), "from.lat", ">= -90"},
		"no limits":               {reach(here, `[]`), "limits_sec", ">= 1"},
		"limit of nothing":        {reach(here, `[600,0]`), "limits_sec[1]", "between 1 and 86400"},
		"negative limit":          {reach(here, `[-600]`), "limits_sec[0]", "between 1 and 86400"},
		"limit of weeks":          {reach(here, `[1000000000000]`), "limits_sec[0]", "between 1 and 86400"},
		"one fix":                 {trace(`[{"lon":9.5,"lat":47}]`, ``), "fixes", ">= 2"},
		"time runs back":          {trace(`[{"lon":9.5,"lat":47,"time_sec":9},{"lon":9.5,"lat":47,"time_sec":8}]`, ``), "fixes[1].time_sec", "earlier"},
		"fix beyond the globe":    {trace(`[{"lon":9.5,"lat":47},{"lon":9.5,"lat":1e20}]`, ``), "fixes[1].lat", "<= 90"},
		"negative noise":          {trace(`[{"lon":9.5,"lat":47},{"lon":9.5,"lat":47}]`, `,"sigma_m":-5`), "sigma_m", ">= 0"},
		"learning from no time":   {trace(`[{"lon":9.5,"lat":47},{"lon":9.5,"lat":47}]`, `,"learn":true`), "fixes[0].time_sec", "Unix seconds"},
	} {
		c.check(t, h, name)
	}
}

// fails asks an operation that ends without a result and gives the reason.
func fails[Q, A any](t *testing.T, h *house, op api.Operation[Q, A], body string) string {
	t.Helper()
	got := want[api.Answer[A]](t, h.ask("POST", op.Path(), body, "Prefer", "wait=25"), 200)
	if got.Status != "failed" || got.Result != nil {
		t.Errorf("%s of %s: %s, want it to fail", op.Name, body, got.Status)
	}
	return got.Error
}

// Places in the sea, and traces that no street is near to, have no answer: the reason names the field and the distance.
func TestRoadsInTheSea(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	const here, sea = `{"lon":9.5209,"lat":47.1410}`, `{"lon":0,"lat":0}`
	for name, c := range map[string]struct{ got, says string }{
		"matrix source":  {fails(t, h, api.RoadMatrices, `{"sources":[`+here+`,`+sea+`]}`), "sources[1]: the nearest street is "},
		"matrix target":  {fails(t, h, api.RoadMatrices, `{"sources":[`+here+`],"targets":[`+sea+`]}`), "targets[0]: the nearest street is "},
		"isochrone":      {fails(t, h, api.Isochrones, `{"from":`+sea+`,"limits_sec":[600]}`), "from: the nearest street is "},
		"route from":     {fails(t, h, api.RoadRoutes, `{"from":`+sea+`,"to":`+here+`}`), "from: the nearest street is "},
		"route to":       {fails(t, h, api.RoadRoutes, `{"from":`+here+`,"to":`+sea+`}`), "to: the nearest street is "},
		"service depot":  {fails(t, h, api.ServiceAreas, `{"depots":[{"id":"ship","lon":0,"lat":0}],"points":[`+here+`]}`), "the nearest street is "},
		"trace":          {fails(t, h, api.RoadMatches, `{"fixes":[{"lon":0,"lat":0},{"lon":0,"lat":0.001,"time_sec":9}]}`), "no two fixes lie on streets"},
		"trace of jumps": {fails(t, h, api.RoadMatches, `{"fixes":[{"lon":9.5209,"lat":47.1410},{"lon":0,"lat":0,"time_sec":9},{"lon":9.5,"lat":-47,"time_sec":18}]}`), "no two fixes lie on streets"},
	} {
		if !strings.Contains(c.got, c.says) {
			t.Errorf("%s: %q, want %q", name, c.got, c.says)
		}
	}
}

// A closure round a depot leaves no way to or from it: null and the sentence that says why, never a number; what lies
// elsewhere is as before. What is reached from within ends at the closure.
func TestRoadsCutOff(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	const depot, shop, other = `{"lon":9.5209,"lat":47.1410}`, `{"lon":9.5137,"lat":47.2133}`, `{"lon":9.5030,"lat":47.0660}`
	free := runs(t, h, api.RoadMatrices, `{"sources":[`+depot+`,`+shop+`,`+other+`]}`)
	whole := runs(t, h, api.Isochrones, `{"from":`+depot+`,"limits_sec":[3600]}`)
	want[api.RoadConditionReceipt](t, h.ask("PUT", "/v1/road-conditions", closing("flood", 9.5209, 47.1410, 0.004)), 200)
	got := runs(t, h, api.RoadMatrices, `{"sources":[`+depot+`,`+shop+`,`+other+`]}`)
	for i := range 3 {
		for k := range 3 {
			sec, metres := got.DurationSec[i][k], got.DistanceM[i][k]
			switch {
			case (i == 0) != (k == 0):
				if sec != nil || metres != nil || free.DurationSec[i][k] == nil {
					t.Errorf("from %d to %d: %v s, %v m, want none", i, k, sec, metres)
				}
			case i > 0 && (sec == nil || *sec < *free.DurationSec[i][k] || i == k && *sec != 0):
				t.Errorf("from %d to %d: %v s, free %d s", i, k, sec, *free.DurationSec[i][k])
			}
		}
	}
	way := runs(t, h, api.RoadRoutes, `{"from":`+depot+`,"to":`+shop+`}`)
	if way.DurationSec != nil || way.DistanceM != 0 || way.Line != "" || way.FreeSec == 0 || len(way.Causes) != 1 || !strings.HasPrefix(way.Causes[0].Sentence, "no way: closure") {
		t.Errorf("the way out: %+v", way)
	}
	within := runs(t, h, api.Isochrones, `{"from":`+depot+`,"limits_sec":[3600]}`)
	if a, b := within.Features[0].Properties.StreetM, whole.Features[0].Properties.StreetM; a > 2000 || a > b/20 {
		t.Errorf("%v m of street reached through the closure, %v m without it", a, b)
	}
}

// A jump of one fix is passed over, and one that lasts cuts the trace: what is told as driven never grows by it.
func TestRoadMatchJumps(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	from, _ := g.Snap([2]float64{9.5209, 47.1410})
	to, _ := g.Snap([2]float64{9.5137, 47.2133})
	path, _ := g.Route(from, to)
	var fixes []api.RoadFix
	for k, p := range path.Geometry {
		fixes = append(fixes, api.RoadFix{Lon: p[0], Lat: p[1], TimeSec: float64(10 * k)})
	}
	driven := func(fixes []api.RoadFix) (sum int64, pieces int) {
		body, err := json.Marshal(api.RoadMatchRequest{Fixes: fixes})
		if err != nil {
			t.Fatal(err)
		}
		got := runs(t, h, api.RoadMatches, string(body))
		for _, p := range got.Pieces {
			sum += p.DistanceM
		}
		return sum, len(got.Pieces)
	}
	whole, _ := driven(fixes)
	if whole < path.DistanceM*98/100 || whole > path.DistanceM*102/100 {
		t.Fatalf("%d m of %d m matched", whole, path.DistanceM)
	}
	middle := len(fixes) / 2
	once := slices.Clone(fixes)
	once[middle].Lon += 0.3
	if got, _ := driven(once); got < whole*95/100 || got > whole*102/100 {
		t.Errorf("with one fix in another country %d m, %d m without it", got, whole)
	}
	away := slices.Clone(fixes)
	for k := range 8 {
		away[middle+k].Lon -= 40 // over the ocean for more than a minute
	}
	if got, pieces := driven(away); pieces < 2 || got > whole*102/100 {
		t.Errorf("with a minute over the ocean %d m in %d pieces, %d m without it", got, pieces, whole)
	}
}

// islands is a house on streets that are drawn here: a square with a lane in its middle, of which one turn is both commanded
// and forbidden, and beyond 5 km of sea an island of a street and back.
//
//	1 ─── 2 ─── 3
//	│     │     │                7 ═ 8
//	4 ─── 5 ─── 6
func islands(t *testing.T) (*house, road.Report) {
	t.Helper()
	b, err := road.NewBuilder(road.Van())
	if err != nil {
		t.Fatal(err)
	}
	for id := range int64(6) {
		b.Node(id+1, 9.50+0.005*float64(id%3), 47.02-0.005*float64(id/3))
	}
	b.Node(7, 9.58, 47.02)
	b.Node(8, 9.59, 47.02)
	street := road.Tag{Key: "highway", Value: "residential"}
	for k, refs := range [][]int64{{1, 2}, {2, 3}, {4, 5}, {5, 6}, {1, 4}, {2, 5}, {3, 6}, {7, 8}} {
		b.Way(int64(k)+1, refs, street)
	}
	b.Restriction("only_right_turn", 1, 2, 6)
	b.Restriction("no_right_turn", 1, 2, 6)
	g, report, err := b.Build(t.Context(), road.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return newWorkingHouse(t, func(o *server.Options) {
		o.Planning.Roads = g
		o.Planning.Live = &service.Streets{Base: g, Store: o.RoadStore, Workers: 1}
	}), report
}

// An island is told when the streets are read, and nothing leads there: a place on it is refused with its distance from the
// streets that are served. Of contradicting restrictions the ban is obeyed: the way goes round, and never over the turn.
func TestRoadsOfIslandsAndContradictions(t *testing.T) {
	t.Parallel()
	h, report := islands(t)
	if report.Islands != 1 || report.Contradictions != 1 {
		t.Errorf("told when read: %+v", report)
	}
	const west, north, south, island = `{"lon":9.501,"lat":47.02}`, `{"lon":9.509,"lat":47.02}`, `{"lon":9.505,"lat":47.016}`, `{"lon":9.585,"lat":47.02}`
	if got := fails(t, h, api.RoadRoutes, `{"from":`+west+`,"to":`+island+`}`); !strings.Contains(got, "to: the nearest street is 5") {
		t.Errorf("to the island: %s", got)
	}
	if got := fails(t, h, api.RoadMatrices, `{"sources":[`+west+`,`+island+`]}`); !strings.Contains(got, "sources[1]: the nearest street is 5") {
		t.Errorf("matrix with the island: %s", got)
	}
	m := runs(t, h, api.RoadMatrices, `{"sources":[`+west+`],"targets":[`+south+`,`+north+`]}`)
	// West of the crossing to south of it are 760 m by the forbidden turn; straight on to the north-eastern place 610 m.
	if d := *m.DistanceM[0][0]; d < 900 {
		t.Errorf("%d m to the lane: over the forbidden turn", d)
	}
	if d := *m.DistanceM[0][1]; d < 590 || d > 630 {
		t.Errorf("%d m straight on, want 610", d)
	}
}
