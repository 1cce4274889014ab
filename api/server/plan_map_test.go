package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/plan"
	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/warehouse"
)

// streets are the ones that the program carries, read once for all tests.
var streets = sync.OnceValues(func() (*road.Graph, error) {
	g, _, err := road.Read(context.Background(), bytes.NewReader(sample.Streets()), road.Van())
	return g, err
})

func onStreets(t *testing.T) func(*server.Options) {
	t.Helper()
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	return func(o *server.Options) {
		o.Streets = func(context.Context) (*service.Streets, error) { return &service.Streets{Base: g}, nil }
	}
}

// tour stores a plan whose one route goes from site S to the doors of A and B, and gives its id.
func (h *house) tour(site, a, b orb.Point, edit ...func(*plan.Plan)) string {
	h.t.Helper()
	ctx := h.t.Context()
	h.declareSites(inventory.Site{ID: "S", Name: "Site", Lon: site.Lon(), Lat: site.Lat()})
	const placedUs = (15292*24*3600 - 36000) * 1_000_000 // the afternoon before 2011-11-14
	_, err := h.store.SaveOrders(ctx, tenant, []service.Order{
		{ID: "A", PlacedUs: placedUs, Lon: a.Lon(), Lat: a.Lat(), FromSec: 8 * 3600, ToSec: 18*3600 + 1800, Lines: []service.OrderLine{{ItemID: "mug", Qty: 6, PriceCents: 150}}},
		{ID: "B", PlacedUs: placedUs - 400*24*3600*1_000_000, Lon: b.Lon(), Lat: b.Lat(), Lines: []service.OrderLine{{ItemID: "mug", Qty: 1}}}, // long owed
	})
	if err != nil {
		h.t.Fatal(err)
	}
	p := plan.Plan{OriginDay: 15292, Days: 2, Currency: "GBP", SiteDays: []plan.SiteDay{{SiteID: "S", Day: 1, Routes: []plan.DayRoute{{
		ID: "R1", VehicleID: "van-1", StopIDs: []string{"A", "B"},
		Route: routing.Route{DepartSec: 36000, ReturnSec: 43200, DistanceM: 9000, CostCents: 777, Visits: []routing.Visit{
			{Stop: 1, ArrivalSec: 37000, StartSec: 37060, DepartSec: 37240, DistanceM: 4000}, {Stop: 0, ArrivalSec: 38000, StartSec: 38000, DepartSec: 38180, DistanceM: 3000},
		}},
	}}}}}
	for _, change := range edit {
		change(&p)
	}
	marshal := func(v any) []byte {
		data, err := json.Marshal(v)
		if err != nil {
			h.t.Fatal(err)
		}
		return data
	}
	answer := service.OrderAnswer{Promise: &plan.Promise{OrderID: "A", Complete: true, Parts: []plan.Part{{SiteID: "S", RouteID: "R1", Lines: []plan.PartLine{{ItemID: "mug", Qty: 6}}}}}}
	task := func(t warehouse.Task) service.FloorTask {
		return service.FloorTask{ID: t.ID, SiteID: "S", Kind: string(t.Kind), Worker: t.Worker, StartSec: 15293*24*3600 + t.StartSec, EndSec: 15293*24*3600 + t.StartSec + 60, Payload: marshal(t)}
	}
	id, err := h.store.SavePlan(ctx, tenant, service.PlanRecord{
		OriginDay: 15292, Days: 2, Document: marshal(p), Summary: marshal(service.PlanSummary{OriginDay: 15292, Days: 2, Currency: "GBP"}),
		Promises: []service.PromiseRecord{{OrderID: "A", Document: marshal(answer)}},
		Tasks: []service.FloorTask{
			task(warehouse.Task{ID: "sort", Kind: warehouse.TaskSort, Worker: "belt", StartSec: 300, OrderIDs: []string{"A"}, Chute: 4}),
			task(warehouse.Task{ID: "pick", Kind: warehouse.TaskPick, Worker: "ann", StartSec: 100, OrderIDs: []string{"A", "AA"}, DistanceCm: 900,
				Stops: []warehouse.PickStop{{OrderID: "A"}, {OrderID: "AA"}, {OrderID: "A"}}}),
			task(warehouse.Task{ID: "other", Kind: warehouse.TaskPick, Worker: "bob", StartSec: 50, OrderIDs: []string{"AA"}}),
			task(warehouse.Task{ID: "park", Kind: warehouse.TaskPark, Worker: "agv", StartSec: 400, OrderIDs: []string{"A"}}),
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// Without streets a way goes straight from door to door; it is written as in the worked example of Google's description of
// the Encoded Polyline Algorithm Format, whose three points are the site and the two doors.
func TestPlanMapStraight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.tour(orb.Point{-120.2, 38.5}, orb.Point{-120.95, 40.7}, orb.Point{-126.453, 43.252})
	a := h.ask("GET", "/v1/fulfilment-plans/"+id+"/map", "")
	m := want[api.PlanMap](t, a, 200)
	if len(m.Routes) != 1 || m.OnStreets || m.Attribution != "" || m.Sites[0].Routes != 1 || m.Sites[0].Parcels != 2 || m.OriginDate != "2011-11-14" {
		t.Fatalf("map %+v", m)
	}
	r := m.Routes[0]
	if !strings.HasPrefix(r.Way, "_p~iF~ps|U_ulLnnqC_mqNvxq`@") || len(r.Legs) != 3 || r.Legs[0] != 2 || r.Legs[1] != 3 || r.Legs[2] != 4 {
		t.Errorf("way %q with legs %v", r.Way, r.Legs)
	}
	if r.Date != "2011-11-15" || r.DepartAt.String() != "2011-11-14 10:00:00 +0000 UTC" || r.Cost != (api.Money{Minor: 777, Currency: "GBP"}) {
		t.Errorf("route %+v", r)
	}
	if len(r.Stops) != 2 || r.Stops[0].OrderID != "A" || r.Stops[1].OrderID != "B" || r.Stops[1].Lon != -126.453 || r.Stops[0].StartAt.Sub(r.Stops[0].ArriveAt).Seconds() != 60 {
		t.Errorf("stops %+v", r.Stops)
	}
	if *m.Area != (api.Area{West: -126.453, South: 38.5, East: -120.2, North: 43.252}) {
		t.Errorf("area %+v", *m.Area)
	}
	if again := h.ask("GET", "/v1/fulfilment-plans/"+id+"/map", "", "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified || len(again.body) > 0 {
		t.Errorf("asked again: %d %s", again.status, again.body)
	}
	refused(t, h.ask("GET", "/v1/fulfilment-plans/none/map", ""), 404, api.CodeNotFound)
}

// Where consignees live is told to those who may read orders. A caller who may read plans alone sees doors to a hundredth of
// a degree, and ways that lead to no door; and what the one has in its cache is not the other's answer.
func TestPlanMapRounds(t *testing.T) {
	t.Parallel()
	scopes := []service.Scope{service.ScopePlansRead}
	h := newHouse(t, onStreets(t), func(o *server.Options) {
		o.Authenticate = func(context.Context, string) (service.Principal, error) {
			return service.Principal{Tenant: tenant, Name: "one", Scopes: scopes}, nil
		}
	})
	id := h.tour(orb.Point{9.509, 47.166}, orb.Point{9.5234, 47.1412}, orb.Point{9.522, 47.211})
	ask := func(path string, headers ...string) answer {
		return h.ask("GET", "/v1/fulfilment-plans/"+id+path, "", append(headers, "Authorization", "Bearer x")...)
	}
	a := ask("/map")
	m := want[api.PlanMap](t, a, 200)
	stop := m.Routes[0].Stops[0]
	if !m.Rounded || m.OnStreets || stop.Lon != 9.52 || stop.Lat != 47.14 || len(decode(m.Routes[0].Way)) != 4 || m.Area.South != 47.14 {
		t.Errorf("map %+v", m)
	}
	if s := want[api.OrderStory](t, ask("/orders/A"), 200); s.Lon != 9.52 || s.Lat != 47.14 {
		t.Errorf("story at %v %v", s.Lon, s.Lat)
	}
	scopes = append(scopes, service.ScopeOrdersRead)
	m = want[api.PlanMap](t, ask("/map", "If-None-Match", a.header.Get("ETag")), 200)
	if stop = m.Routes[0].Stops[0]; m.Rounded || !m.OnStreets || stop.Lon != 9.5234 || stop.Lat != 47.1412 {
		t.Errorf("map for who may read orders %+v", stop)
	}
	if s := want[api.OrderStory](t, ask("/orders/A"), 200); s.Lon != 9.5234 || s.Lat != 47.1412 {
		t.Errorf("story at %v %v", s.Lon, s.Lat)
	}
}

// With streets a way follows them: it is longer than the straight one, has many more points, and passes each door.
func TestPlanMapOnStreets(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onStreets(t))
	site, a, b := orb.Point{9.509, 47.166}, orb.Point{9.5209, 47.141}, orb.Point{9.522, 47.211}
	m := want[api.PlanMap](t, h.ask("GET", "/v1/fulfilment-plans/"+h.tour(site, a, b)+"/map", ""), 200)
	if !m.OnStreets || m.Attribution != road.Attribution {
		t.Fatalf("map %+v", m)
	}
	way := decode(m.Routes[0].Way)
	straight := geo.Length(orb.LineString{site, a, b, site})
	if length := geo.Length(way); len(way) < 50 || length < straight || length > 3*straight {
		t.Errorf("a way of %d points is %.0f m long; straight it is %.0f m", len(way), length, straight)
	}
	for i, door := range []orb.Point{a, b, site} {
		if off := geo.Distance(way[m.Routes[0].Legs[i]-1], door); off > 500 {
			t.Errorf("leg %d ends %.0f m from its door", i, off)
		}
	}
}

// decode reads an encoded polyline, apart from the code that writes it.
func decode(text string) orb.LineString {
	var out orb.LineString
	var at [2]int64
	for k := 0; len(text) > 0; k++ {
		var v, shift int64
		for {
			c := int64(text[0]) - 63
			text = text[1:]
			v |= (c & 31) << shift
			if shift += 5; c < 32 {
				break
			}
		}
		at[k%2] += v>>1 ^ -(v & 1)
		if k%2 == 1 {
			out = append(out, orb.Point{float64(at[1]) / 1e5, float64(at[0]) / 1e5})
		}
	}
	return out
}

// An order's story has what was asked for, the tasks that concern it and no others, and its place on the route.
func TestOrderStory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.tour(orb.Point{9.5, 47.1}, orb.Point{9.51, 47.11}, orb.Point{9.52, 47.12})
	s := want[api.OrderStory](t, h.ask("GET", "/v1/fulfilment-plans/"+id+"/orders/A", ""), 200)
	if len(s.Lines) != 1 || s.Lines[0].Qty != 6 || s.Lines[0].Price.Minor != 150 || s.WindowFrom != "08:00" || s.WindowTo != "18:30" || s.PlacedAt.String() != "2011-11-13 14:00:00 +0000 UTC" {
		t.Errorf("order %+v", s)
	}
	if len(s.Tasks) != 2 || s.Tasks[0].TaskID != "pick" || s.Tasks[0].Grasps != 2 || s.Tasks[0].Orders != 2 || s.Tasks[1].TaskID != "sort" || s.Tasks[1].Chute != 4 {
		t.Errorf("tasks %+v", s.Tasks)
	}
	if len(s.Stops) != 1 || s.Stops[0].RouteID != "R1" || s.Stops[0].Number != 1 || s.Stops[0].Of != 2 || s.Promise.Status != "promised" {
		t.Errorf("stops %+v, promise %+v", s.Stops, s.Promise)
	}
	refused(t, h.ask("GET", "/v1/fulfilment-plans/"+id+"/orders/none", ""), 404, api.CodeNotFound)
}

// A tile comes as gzip or whole, the same bytes inside, once for who has it already; nothing is drawn where no street is.
func TestRoadTiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onStreets(t))
	const vaduz = "/v1/tiles/roads/12/2156/1438.mvt"
	packed := h.ask("GET", vaduz, "", "Accept-Encoding", "gzip")
	plain := h.ask("GET", vaduz, "", "Accept-Encoding", "identity")
	if packed.status != 200 || packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Fatalf("status %d, headers %v", packed.status, packed.header)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	if inside, err := io.ReadAll(z); err != nil || !bytes.Equal(inside, plain.body) || len(plain.body) < 1000 || plain.header.Get("Content-Encoding") != "" {
		t.Errorf("%d bytes inside, %d whole, %v", len(inside), len(plain.body), err)
	}
	if again := h.ask("GET", vaduz, "", "If-None-Match", packed.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("asked again: %d", again.status)
	}
	for path, status := range map[string]int{"12/0/0.mvt": 204, "1/2/0.mvt": 404, "15/0/0.mvt": 422, "12/2156/1438": 422, "12/x/0.mvt": 422, "12/1/-1.mvt": 422} {
		if a := h.ask("GET", "/v1/tiles/roads/"+path, ""); a.status != status {
			t.Errorf("%s: %d, want %d: %s", path, a.status, status, a.body)
		}
	}
	if a := newHouse(t).ask("GET", vaduz, ""); a.status != http.StatusNoContent {
		t.Errorf("an installation without streets: %d", a.status)
	}
}

// A closure that is told after planning makes the routes through it late, stop by stop and with the reason; a plan whose
// streets are as they were is late nowhere.
func TestPlanMapTellsWhoIsLate(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	site, a, b := orb.Point{9.509, 47.166}, orb.Point{9.5209, 47.141}, orb.Point{9.522, 47.211}
	id := h.tour(site, a, b, func(p *plan.Plan) {
		p.Versions = map[string]string{"roads": g.Hash()}
		at := site
		for _, next := range []orb.Point{a, b, site} {
			from, _ := g.Snap(at)
			to, _ := g.Snap(next)
			leg, _ := g.Route(from, to)
			p.SiteDays[0].Routes[0].LegSec = append(p.SiteDays[0].Routes[0].LegSec, int32(leg.DurationSec))
			at = next
		}
		p.Areas = &plan.AreaView{Resolution: 8, Cells: []plan.AreaCell{{Cell: "881f8e2a5bfffff", Orders: 1, SiteID: "S", TravelSec: 300, Why: "Site is nearest, 5 min"}}}
	})
	path := "/v1/fulfilment-plans/" + id + "/map"
	m := want[api.PlanMap](t, h.ask("GET", path, ""), 200)
	if len(m.Cells) != 1 || len(m.Cells[0].Corners) < 5 || m.Cells[0].SiteID != "S" {
		t.Errorf("cells %+v", m.Cells)
	}
	before := m.Routes[0]
	if before.LateSec != 0 || before.Cut || len(before.Conditions) > 0 || before.Stops[0].LateSec != 0 || before.Stops[1].LateSec != 0 {
		t.Fatalf("late without a cause: %+v", before)
	}
	way := decode(before.Way)
	middle := way[before.Legs[0]/2]
	body := strings.NewReplacer("FROM", "2011-11-14T00:00:00Z", "UNTIL", "2011-11-16T00:00:00Z").Replace(
		`{"conditions":[{"id":"slow","kind":"incident","source":"police","reason":"roadworks","delay_sec":900,"from":"FROM","until":"UNTIL","area":` + box(middle, 0.0005) + `}]}`)
	want[api.RoadConditionReceipt](t, h.ask("PUT", "/v1/road-conditions", body), 200)
	after := want[api.PlanMap](t, h.ask("GET", path, ""), 200).Routes[0]
	first, second := after.Stops[0], after.Stops[1]
	if after.Cut || len(after.Conditions) == 0 || after.Conditions[0].Leg != 0 || !strings.Contains(after.Conditions[0].Sentence, "roadworks on ") {
		t.Errorf("route %+v", after)
	}
	// The first stop waits a minute for its window, which takes that much of the delay in; nothing waits after it.
	if first.LateSec <= 0 || first.LateSec > after.Conditions[0].DelaySec || second.LateSec < first.LateSec || after.LateSec < second.LateSec {
		t.Errorf("late by %d s and %d s, by %d s in all", first.LateSec, second.LateSec, after.LateSec)
	}
}

// box is the corners of a box about a point, as the API takes them.
func box(p orb.Point, deg float64) string {
	corners := make([]api.Place, 0, 4)
	for _, c := range [][2]float64{{-deg, -deg}, {deg, -deg}, {deg, deg}, {-deg, deg}} {
		corners = append(corners, api.Place{Lon: p[0] + c[0], Lat: p[1] + c[1]})
	}
	text, _ := json.Marshal(corners) // numbers always write
	return string(text)
}
