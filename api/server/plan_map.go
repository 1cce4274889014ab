package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
	"quartermaster/routing"
	"quartermaster/routing/road"
)

type planMapInput struct {
	ID          string `path:"id" maxLength:"64"`
	IfNoneMatch string `header:"If-None-Match" maxLength:"200" doc:"ETag of the answer that the caller has"`
}

type planMapOutput struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         *api.PlanMap
}

func (s *Server) registerPlanMap() {
	op := operation("get-plan-map", http.MethodGet, "/v1/fulfilment-plans/{id}/map", "What a plan looks like on a map", "plans", service.ScopePlansRead, 304, 404)
	op.Description = "The sites, and every route with its stops and its way over the streets. Where consignees live is told to callers who hold orders:read too; others see doors to about a kilometre, and straight ways."
	register(s, op, s.getPlanMap)
}

// plannedRoutes is what of a plan's document is drawn; the rest of it is not even decoded.
type plannedRoutes struct {
	OriginDay, Days int
	Currency        string
	Versions        map[string]string
	Travel          plan.TravelView
	Areas           *plan.AreaView
	SiteDays        []struct {
		SiteID string
		Day    int
		Routes []plan.DayRoute
	}
}

func (s *Server) readPlannedRoutes(ctx context.Context, id string) (plannedRoutes, error) {
	var p plannedRoutes
	document, err := s.options.Plans.PlanDocument(ctx, s.tenant(ctx), id)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(document, &p); err != nil {
		return p, fmt.Errorf("server: read the routes of plan %s: %w", id, err)
	}
	return p, nil
}

func (s *Server) getPlanMap(ctx context.Context, in *planMapInput) (*planMapOutput, error) {
	record, err := s.options.Plans.Plan(ctx, s.tenant(ctx), in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	planned, err := s.readPlannedRoutes(ctx, record.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	exact := mayReadOrders(ctx)
	var ways map[int]*walker
	tag := "none"
	if exact { // a way over the streets would lead to the door
		if ways, tag, err = s.dayStreets(ctx, planned); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	out := &planMapOutput{Status: http.StatusOK, CacheControl: "private, no-cache"}
	// A stored plan never changes; what is drawn of it changes with the streets and the caller's rights alone.
	out.ETag = fmt.Sprintf(`"%s-%s-%t"`, record.ID, tag, exact)
	if in.IfNoneMatch == out.ETag {
		out.Status = http.StatusNotModified
		return out, nil
	}
	if out.Body, err = s.planMap(ctx, record.ID, planned, ways, exact); err != nil {
		return nil, s.fail(ctx, err)
	}
	return out, nil
}

func hashOf(g *road.Graph) string {
	if g == nil {
		return "none"
	}
	return g.Hash()[:min(len(g.Hash()), 16)]
}

// mayReadOrders says whether whoever asks may know where consignees live.
func mayReadOrders(ctx context.Context) bool {
	p, known := service.PrincipalOf(ctx)
	return known && p.May(service.ScopeOrdersRead)
}

// rounded is a point to a hundredth of a degree, as erasing leaves an order's: about a kilometre.
func rounded(p orb.Point) orb.Point {
	return orb.Point{math.Round(p.Lon()*100) / 100, math.Round(p.Lat()*100) / 100}
}

// dayStreets gives the streets of each day as its plan saw them: under all that holds while its vehicles are out. tag names
// them together; no day has any where this installation has no streets.
func (s *Server) dayStreets(ctx context.Context, p plannedRoutes) (ways map[int]*walker, tag string, err error) {
	live, err := s.roads(ctx)
	if err != nil {
		return nil, "", err
	}
	ways, tag = map[int]*walker{}, "none"
	if live == nil || live.Base == nil {
		return ways, tag, nil
	}
	tag = hashOf(live.Base)
	for day := range p.Days {
		from, until := int64(math.MaxInt64), int64(math.MinInt64)
		for _, d := range p.SiteDays {
			for _, r := range d.Routes {
				if d.Day == day {
					from, until = min(from, r.Route.DepartSec), max(until, r.Route.ReturnSec)
				}
			}
		}
		if from > until {
			continue
		}
		midnight := int64(p.OriginDay) * secondsPerDay
		graph, err := live.Planned(ctx, s.tenant(ctx), s.localTime(midnight+from), s.localTime(midnight+until+1))
		if err != nil {
			return nil, "", err
		}
		if graph.Moment() != nil {
			tag += "-" + hashOf(graph)[:8]
		}
		ways[day] = newWalker(graph)
	}
	return ways, tag, nil
}

func (s *Server) planMap(ctx context.Context, id string, planned plannedRoutes, ways map[int]*walker, exact bool) (*api.PlanMap, error) {
	sites, err := s.declaredSites(ctx)
	if err != nil {
		return nil, err
	}
	doors, err := s.doors(ctx, planned)
	if err != nil {
		return nil, err
	}
	if !exact {
		for order, door := range doors {
			doors[order] = rounded(door)
		}
	}
	out := &api.PlanMap{
		Rounded: !exact,
		PlanID:  id, OriginDate: dateOf(planned.OriginDay), Days: planned.Days, OnStreets: len(ways) > 0,
		Sites: make([]api.MapSite, len(sites)), Routes: []api.PlanRoute{},
	}
	if out.OnStreets {
		out.Attribution = road.Attribution
	}
	out.Travel, out.Conditions = travelWords(planned.Travel, planned.OriginDay)
	if out.Cells, err = cellWords(planned.Areas); err != nil {
		return nil, err
	}
	draw := drawing{s: s, planned: planned, doors: doors, ways: ways, depots: map[string]orb.Point{}}
	for i, x := range sites {
		out.Sites[i] = api.MapSite{ID: x.ID, Name: x.Name, Lon: x.Lon, Lat: x.Lat}
		draw.depots[x.ID] = orb.Point{x.Lon, x.Lat}
	}
	for _, day := range planned.SiteDays {
		for _, r := range day.Routes {
			route, err := draw.route(ctx, day.SiteID, day.Day, r)
			if err != nil {
				return nil, err
			}
			draw.late(&route, day.SiteID, day.Day, r)
			out.Routes = append(out.Routes, route)
			if k := slices.IndexFunc(out.Sites, func(x api.MapSite) bool { return x.ID == day.SiteID }); k >= 0 {
				out.Sites[k].Routes++
				out.Sites[k].Parcels += len(r.StopIDs)
			}
		}
	}
	slices.SortStableFunc(out.Routes, func(a, b api.PlanRoute) int {
		return cmp.Or(strings.Compare(a.Date, b.Date), strings.Compare(a.SiteID, b.SiteID), a.DepartAt.Compare(b.DepartAt))
	})
	out.Area = area(out)
	return out, nil
}

func (s *Server) declaredSites(ctx context.Context) ([]inventory.Site, error) {
	business, err := s.options.Planning.Facts.Business(ctx, s.tenant(ctx))
	if err != nil || business.Revision == 0 {
		return nil, err
	}
	return service.DecodeSites(business.Document)
}

// doors finds where the orders of all stops go. Orders are read in one sweep over the days around the plan; the few that
// were placed earlier, one by one. An order that is stored no more has no door.
func (s *Server) doors(ctx context.Context, p plannedRoutes) (map[string]orb.Point, error) {
	const daysBefore = 10
	wanted, doors := map[string]bool{}, map[string]orb.Point{}
	for _, day := range p.SiteDays {
		for _, r := range day.Routes {
			for _, id := range r.StopIDs {
				wanted[id] = true
			}
		}
	}
	const dayUs = secondsPerDay * 1_000_000
	orders, err := s.options.Planning.Facts.Orders(ctx, s.tenant(ctx), int64(p.OriginDay-daysBefore)*dayUs, int64(p.OriginDay+p.Days)*dayUs, service.MaxPlanOrders)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		if wanted[o.ID] {
			doors[o.ID] = orb.Point{o.Lon, o.Lat}
			delete(wanted, o.ID)
		}
	}
	for id := range wanted {
		o, err := s.options.Planning.Facts.Order(ctx, s.tenant(ctx), id)
		if errorIsMissing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		doors[id] = orb.Point{o.Lon, o.Lat}
	}
	return doors, nil
}

// drawing turns planned routes into what a map shows.
type drawing struct {
	s       *Server
	planned plannedRoutes
	doors   map[string]orb.Point
	depots  map[string]orb.Point
	ways    map[int]*walker
}

func (d *drawing) route(ctx context.Context, siteID string, day int, r plan.DayRoute) (api.PlanRoute, error) {
	at := func(sec int64) time.Time { return d.s.localTime(int64(d.planned.OriginDay)*secondsPerDay + sec) }
	out := api.PlanRoute{
		ID: r.ID, SiteID: siteID, VehicleID: r.VehicleID, Date: dateOf(d.planned.OriginDay + day),
		DepartAt: at(r.Route.DepartSec), ReturnAt: at(r.Route.ReturnSec), DistanceM: r.Route.DistanceM, DriveSec: r.Route.DriveSec,
		WaitSec: r.Route.WaitSec, WeightG: r.Route.WeightG, VolumeCm3: r.Route.VolumeCm3,
		Cost: api.Money{Minor: r.Route.CostCents, Currency: d.planned.Currency}, CO2eG: r.Route.CO2eG, Stops: []api.PlanStop{},
	}
	walker := d.ways[day]
	if walker == nil {
		walker = newWalker(nil)
	}
	var way orb.LineString
	depot, known := d.depots[siteID]
	here := depot
	for i, v := range r.Route.Visits {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		id := r.StopIDs[i]
		door, there := d.doors[id]
		out.Stops = append(out.Stops, api.PlanStop{
			OrderID: id, Lon: door.Lon(), Lat: door.Lat(), ArriveAt: at(v.ArrivalSec), StartAt: at(v.StartSec), DepartAt: at(v.DepartSec), DistanceM: v.DistanceM,
		})
		if there && known {
			way = walker.walk(way, here, door)
			here = door
		}
		out.Legs = append(out.Legs, len(way))
	}
	if known {
		way = walker.walk(way, here, depot)
	}
	out.Legs = append(out.Legs, len(way))
	out.Way = routing.EncodePolyline(way, 1e5)
	return out, nil
}

func area(m *api.PlanMap) *api.Area {
	var points orb.MultiPoint
	for _, x := range m.Sites {
		points = append(points, orb.Point{x.Lon, x.Lat})
	}
	for _, r := range m.Routes {
		for _, x := range r.Stops {
			points = append(points, orb.Point{x.Lon, x.Lat})
		}
	}
	if len(points) == 0 {
		return nil
	}
	b := points.Bound()
	return &api.Area{West: b.Min.Lon(), South: b.Min.Lat(), East: b.Max.Lon(), North: b.Max.Lat()}
}
