package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/queue"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
	"quartermaster/routing/zone"
)

// onRoads is a house with the streets that the program carries, under what its store says holds on them, and a worker.
func onRoads(t *testing.T) *house {
	t.Helper()
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	return newWorkingHouse(t, func(o *server.Options) {
		o.Planning.Roads = g
		o.Planning.Live = &service.Streets{Base: g, Store: o.RoadStore, Workers: 1}
	})
}

// newWorkingHouse is a house whose operations are worked on.
func newWorkingHouse(t *testing.T, options ...func(o *server.Options)) *house {
	t.Helper()
	var work server.Work
	h := newHouse(t, append(options, func(o *server.Options) { work = server.Work{Planning: o.Planning, Plans: o.Plans} })...)
	q, err := queue.OpenInside(queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	runner := service.NewRunner(h.store, q, service.RunnerOptions{Concurrency: 1})
	server.RegisterOperations(runner, work)
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(runner.Close(), q.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// closing is a request that closes a box about a place for an hour from now.
func closing(id string, lon, lat, deg float64) string {
	now := time.Now().UTC()
	return fmt.Sprintf(`{"conditions":[{"id":%q,"kind":"closure","source":"police","closed":true,"from":%q,"until":%q,"area":[{"lon":%v,"lat":%v},{"lon":%v,"lat":%v},{"lon":%v,"lat":%v}]}]}`,
		id, now.Add(-time.Minute).Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339), lon-deg, lat-deg, lon+deg, lat-deg, lon, lat+deg)
}

// runs asks an operation and gives its answer.
func runs[Q, A any](t *testing.T, h *house, op api.Operation[Q, A], body string) A {
	t.Helper()
	a := h.ask("POST", op.Path(), body, "Prefer", "wait=25")
	got := want[api.Answer[A]](t, a, 200)
	if got.Result == nil {
		t.Fatalf("%s: %s %s", op.Name, got.Status, got.Error)
	}
	return *got.Result
}

// A closure that is stored is listed, changes ways, matrices, isochrones and tiles at once, is explained, and is gone when it
// is ended; a time without it knows nothing of it.
func TestRoadConditions(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	const a, b = `{"lon":9.5209,"lat":47.1410}`, `{"lon":9.5137,"lat":47.2133}`
	way := func(moment string) api.RoadRoute {
		return runs(t, h, api.RoadRoutes, `{"from":`+a+`,"to":`+b+`,"moment":`+moment+`}`)
	}
	free := way(`{}`)
	if free.DurationSec == nil || *free.DurationSec != free.FreeSec || len(free.Causes) > 0 || free.Line == "" {
		t.Fatalf("free flow %+v", free)
	}
	middle := decode(free.Line)
	at := middle[len(middle)/2]
	receipt := want[api.RoadConditionReceipt](t, h.ask("PUT", "/v1/road-conditions", closing("landslide", at[0], at[1], 0.001)), 200)
	if receipt.Stored != 1 || len(receipt.Idle) > 0 {
		t.Fatalf("receipt %+v", receipt)
	}
	now := way(`{}`)
	if now.DurationSec == nil || *now.DurationSec <= free.FreeSec || len(now.Causes) != 1 || !strings.Contains(now.Causes[0].Sentence, "closure on ") {
		t.Errorf("with the closure %+v", now)
	}
	if then := way(`{"depart_at":"2020-01-01T08:00:00Z"}`); *then.DurationSec != free.FreeSec {
		t.Errorf("years ago %+v", then)
	}
	if flow := way(`{"free_flow":true}`); *flow.DurationSec != free.FreeSec {
		t.Errorf("free flow %+v", flow)
	}
	m := runs(t, h, api.RoadMatrices, `{"sources":[`+a+`],"targets":[`+b+`]}`)
	if *m.DurationSec[0][0] != int32(*now.DurationSec) || m.Travel != "streets" {
		t.Errorf("matrix %+v", m)
	}
	iso := runs(t, h, api.Isochrones, `{"from":`+a+`,"limits_sec":[300,900]}`)
	if iso.Type != "FeatureCollection" || len(iso.Features) != 2 || iso.Features[1].Properties.StreetM <= iso.Features[0].Properties.StreetM || len(iso.Features[0].Geometry.Coordinates) == 0 {
		t.Errorf("isochrones %+v", iso)
	}
	x, y := tileOf(at[0], at[1], 14)
	layers, err := mvt.Unmarshal(h.ask("GET", fmt.Sprintf("/v1/tiles/roads/14/%d/%d.mvt", x, y), "", "Accept-Encoding", "identity").body)
	closed := 0
	for _, f := range layers[0].Features {
		if f.Properties["condition"] == "closure" {
			closed++
		}
	}
	if err != nil || closed == 0 {
		t.Errorf("%d features of the tile are closed, %v", closed, err)
	}
	list := want[api.RoadConditionList](t, h.ask("GET", "/v1/road-conditions?kind=closure", ""), 200)
	if len(list.Items) != 1 || list.Items[0].State != "holding" || list.Items[0].Source != "police" {
		t.Errorf("list %+v", list)
	}
	if gone := h.ask("DELETE", "/v1/road-conditions/landslide", ""); gone.status != 204 {
		t.Errorf("ending it: %d %s", gone.status, gone.body)
	}
	if again := way(`{}`); *again.DurationSec != free.FreeSec {
		t.Errorf("after its end %+v", again)
	}
	if c := want[api.RoadCondition](t, h.ask("GET", "/v1/road-conditions/landslide", ""), 200); c.State != "ended" {
		t.Errorf("ended, it is %s", c.State)
	}
	refused(t, h.ask("GET", "/v1/road-conditions/none", ""), 404, api.CodeNotFound)
}

// Rain over the cells of a place slows the way there; the cells are those of H3.
func TestWeatherByCell(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	cell, err := zone.Cell(orb.Point{9.52, 47.17}, 5)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := zone.Neighbours(cell, 1)
	if err != nil {
		t.Fatal(err)
	}
	from := `{"lon":9.5209,"lat":47.1410}`
	to := `{"lon":9.5137,"lat":47.2133}`
	body := `{"from":` + from + `,"to":` + to + `,"moment":{"conditions":[{"id":"rain","kind":"weather","source":"radar","from":"2020-01-01T00:00:00Z","until":"2100-01-01T00:00:00Z","sky":{"rain_mm_h":9},"cells":["` + strings.Join(cells, `","`) + `"]}]}}`
	got := runs(t, h, api.RoadRoutes, body)
	if got.DurationSec == nil || len(got.Causes) != 1 || got.Causes[0].ID != "rain" || *got.DurationSec <= got.FreeSec {
		t.Errorf("in the rain %+v", got)
	}
	stored := `{"conditions":[{"id":"snow","kind":"weather","from":"2020-01-01T00:00:00Z","until":"2100-01-01T00:00:00Z","sky":{"snow_mm_h":2},"cells":["` + strings.Join(cells, `","`) + `"]}]}`
	want[api.RoadConditionReceipt](t, h.ask("PUT", "/v1/road-conditions", stored), 200)
	list := want[api.RoadConditionList](t, h.ask("GET", "/v1/road-conditions?outlines=true", ""), 200)
	if len(list.Items) != 1 || len(list.Items[0].Outlines) != len(cells) {
		t.Fatalf("outlines %+v", list.Items)
	}
	for k, ring := range list.Items[0].Outlines {
		if back, err := zone.Cell(orb.Point{(ring[0].Lon + ring[3].Lon) / 2, (ring[0].Lat + ring[3].Lat) / 2}, 5); err != nil || back != cells[k] || len(ring) < 5 {
			t.Errorf("the middle of outline %d of %s lies in %s", k, cells[k], back)
		}
	}
	if list := want[api.RoadConditionList](t, h.ask("GET", "/v1/road-conditions", ""), 200); len(list.Items[0].Outlines) > 0 {
		t.Error("outlines that nobody asked for")
	}
}

// A trace is matched, and what it tells of speeds is learned once and served by the hour.
func TestLearnFromTrace(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	from, _ := g.Snap([2]float64{9.5209, 47.1410})
	to, _ := g.Snap([2]float64{9.5137, 47.2133})
	path, _ := g.Route(from, to)
	const start = 1_700_006_400 // 2023-11-15 00:00:00 UTC
	var fixes []api.RoadFix
	clock := float64(start + 8*3600)
	for _, l := range path.Legs { // at half the speed of free flow
		for share := 0.0; share < 1; share += 2 / max(float64(l.DriveMs)/1000*2, 2) {
			p := g.Point(l.Edge(), l.Begin+share*(l.End-l.Begin))
			fixes = append(fixes, api.RoadFix{Lon: p[0] + 1e-5*r.NormFloat64(), Lat: p[1] + 1e-5*r.NormFloat64(), TimeSec: clock + share*float64(l.DriveMs)/1000*2})
		}
		clock += float64(l.DriveMs) / 1000 * 2
	}
	body, err := json.Marshal(api.RoadMatchRequest{Fixes: fixes, Learn: true})
	if err != nil {
		t.Fatal(err)
	}
	got := runs(t, h, api.RoadMatches, string(body))
	if got.Learned < 5 || len(got.Pieces) == 0 || got.Pieces[0].DistanceM < path.DistanceM*9/10 {
		t.Fatalf("learned %d of %d pieces", got.Learned, len(got.Pieces))
	}
	long := longest(path.Legs)
	p := g.Point(long.Edge(), (long.Begin+long.End)/2)
	speeds := want[api.RoadSpeeds](t, h.ask("GET", fmt.Sprintf("/v1/road-speeds?lon=%v&lat=%v", p[0], p[1]), ""), 200)
	if len(speeds.Hours) != 24 || speeds.Hours[8].Passages == 0 || speeds.Hours[8].SpeedKmh >= speeds.Hours[20].SpeedKmh || speeds.Hours[8].SDShare >= speeds.Hours[20].SDShare {
		t.Errorf("speeds at 8 %+v, at 20 %+v", speeds.Hours[8], speeds.Hours[20])
	}
	ask := func(hour string) int64 {
		return *runs(t, h, api.RoadRoutes, `{"from":{"lon":9.5209,"lat":47.1410},"to":{"lon":9.5137,"lat":47.2133},"moment":{"depart_at":"2026-11-24T`+hour+`:30:00Z","conditions":[{"id":"x","kind":"incident","delay_sec":1,"from":"2000-01-01T00:00:00Z","until":"2000-01-02T00:00:00Z","nodes":[[1,2]]}]}}`).DurationSec
	}
	if at8, at20 := ask("08"), ask("20"); at8 <= at20 {
		t.Errorf("%d s at 8, %d s at 20", at8, at20)
	}
	drive := func(hour int) api.RouteSolution {
		return runs(t, h, api.Routes, visit(time.Date(2026, 11, 24, hour, 0, 0, 0, time.UTC), ""))
	}
	if at8, at20 := drive(8), drive(20); !at8.Hourly || at8.Routes[0].DriveSec <= at20.Routes[0].DriveSec {
		t.Errorf("routes at 8 %+v, at 20 %+v", at8, at20)
	}
}

func longest(legs []road.Leg) road.Leg {
	best := legs[len(legs)/2]
	for _, l := range legs[1 : len(legs)-1] {
		if l.LengthCm > best.LengthCm {
			best = l
		}
	}
	return best
}

// Depots share points by the way; each depot's points are in its zones, once, and demand adds up; with little room the rest
// is told.
func TestServiceAreas(t *testing.T) {
	t.Parallel()
	h := onRoads(t)
	g, err := streets()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	q := api.ServiceAreaRequest{Depots: []api.ServiceDepot{{ID: "north", Lon: 9.523, Lat: 47.214}, {ID: "south", Lon: 9.502, Lat: 47.067, Room: 5}}, Zones: 3}
	for range 60 {
		p := g.RandomPlace(r).Point
		q.Points = append(q.Points, api.ServicePoint{Lon: p[0], Lat: p[1], Demand: 2})
	}
	body, _ := json.Marshal(q)
	got := runs(t, h, api.ServiceAreas, string(body))
	seen := map[int]int{}
	demand := 0.0
	for _, d := range got.Depots {
		demand += d.Demand
		if len(d.Zones) > 3 {
			t.Errorf("%s has %d zones", d.DepotID, len(d.Zones))
		}
		for _, z := range d.Zones {
			inCells := 0
			for _, c := range z.Cells {
				inCells += c.Points
			}
			if inCells != len(z.Points) || z.MeanSec <= 0 {
				t.Errorf("zone %+v", z)
			}
			for _, p := range z.Points {
				seen[p]++
			}
		}
	}
	if len(seen) != 60 || demand != 120 || got.Depots[1].Points != 5 || len(got.Lost) > 0 {
		t.Errorf("%d points seen, demand %v, south has %d, lost %v", len(seen), demand, got.Depots[1].Points, got.Lost)
	}
}

// tileOf is the tile that holds a point, by the formula of OpenStreetMap's page "Slippy map tilenames".
func tileOf(lon, lat float64, z int) (x, y int) {
	n, rad := math.Exp2(float64(z)), lat*math.Pi/180
	return int((lon + 180) / 360 * n), int((1 - math.Log(math.Tan(rad)+1/math.Cos(rad))/math.Pi) / 2 * n)
}
