package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
	"quartermaster/routing/zone"
)

type roadConditionsInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}

type roadReceiptOutput struct{ Body api.RoadConditionReceipt }

type listConditionsInput struct {
	HoldingAt time.Time `query:"holding_at" doc:"Only those that hold then"`
	Kind      string    `query:"kind" enum:"incident,closure,congestion,weather"`
	Outlines  bool      `query:"outlines" doc:"Give the corners of cells too, of up to 5,000 on a page"`
	Cursor    string    `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit     int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type conditionListOutput struct{ Body api.RoadConditionList }

type conditionIDInput struct {
	ID string `path:"id" maxLength:"200"`
}

type conditionOutput struct{ Body api.RoadCondition }

type roadSpeedsInput struct {
	Lon float64 `query:"lon" minimum:"-180" maximum:"180" doc:"Degrees east"`
	Lat float64 `query:"lat" minimum:"-90" maximum:"90" doc:"Degrees north"`
}

type roadSpeedsOutput struct{ Body api.RoadSpeeds }

func (s *Server) registerRoads() {
	const all, one = "/v1/road-conditions", "/v1/road-conditions/{id}"
	put := operation("put-road-conditions", http.MethodPut, all, "Say what holds on the road for a while", "roads", service.ScopeFactsWrite, 409, 413, 422)
	put.Description = "Closures, incidents, measured speeds and weather, each with a time in which it holds and a source. All conditions of a request are stored, or none; " +
		"one of an id that is known is replaced. They take effect on every process within seconds, end by themselves, and are explained with each way and plan that they change."
	put.MaxBodyBytes = api.MaxRoadBody
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.RoadConditionBatch](), true, "")
	put.RequestBody, put.SkipValidateBody = &huma.RequestBody{Required: true}, true
	register(s, put, s.putConditions)
	put.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: schema}} // which huma takes for bytes
	register(s, operation("list-road-conditions", http.MethodGet, all, "List what holds on the road", "roads", service.ScopeFactsRead), s.listConditions)
	register(s, operation("get-road-condition", http.MethodGet, one, "Read a condition on the road", "roads", service.ScopeFactsRead, 404), func(ctx context.Context, in *conditionIDInput) (*conditionOutput, error) {
		c, err := s.options.RoadStore.RoadCondition(ctx, s.tenant(ctx), in.ID)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		return &conditionOutput{s.conditionWords(&c)}, nil
	})
	end := operation("delete-road-condition", http.MethodDelete, one, "End a condition on the road at once", "roads", service.ScopeFactsWrite, 404)
	end.Description = "One that holds stays listed as ended; one that was still to come is forgotten."
	end.DefaultStatus = http.StatusNoContent
	register(s, end, func(ctx context.Context, in *conditionIDInput) (*struct{}, error) {
		if err := s.options.RoadStore.EndRoadCondition(ctx, s.tenant(ctx), in.ID); err != nil {
			return nil, s.fail(ctx, err)
		}
		if live, err := s.roads(ctx); err == nil {
			live.Changed(s.tenant(ctx))
		}
		return nil, nil
	})
	register(s, operation("get-road-speeds", http.MethodGet, "/v1/road-speeds", "Read how a street drives by the hour, as learned from traces", "roads", service.ScopeFactsRead, 404, 409), s.getRoadSpeeds)
}

// roads gives the streets under what holds on them; a nil Base = this installation has none.
func (s *Server) roads(ctx context.Context) (*service.Streets, error) {
	if s.options.Streets != nil {
		return s.options.Streets(ctx)
	}
	if p := s.options.Planning; p.Live != nil {
		return p.Live, nil
	}
	return &service.Streets{Base: s.options.Planning.Roads}, nil
}

func (s *Server) putConditions(ctx context.Context, in *roadConditionsInput) (*roadReceiptOutput, error) {
	batch, err := readLarge[api.RoadConditionBatch](s, in.ContentType, in.RawBody)
	if err != nil {
		return nil, err
	}
	if wrong := checkConditions("conditions", batch.Conditions); len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	stored, err := StoredConditions(batch)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if _, err := s.options.RoadStore.SaveRoadConditions(ctx, s.tenant(ctx), stored); err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &roadReceiptOutput{api.RoadConditionReceipt{Stored: len(stored)}}
	if live, err := s.roads(ctx); err == nil && live != nil && live.Base != nil {
		live.Changed(s.tenant(ctx))
		out.Body.Idle = idleOf(live.Base, stored)
	}
	return out, nil
}

// idleOf names the conditions that lie on none of a graph's streets.
func idleOf(g *road.Graph, all []service.RoadCondition) []string {
	conditions := make([]road.Condition, 0, len(all))
	for i := range all {
		if c, err := all[i].Road(); err == nil {
			conditions = append(conditions, c)
		}
	}
	return g.Idle(conditions)
}

// checkConditions names conditions that cannot be taken in.
func checkConditions(at string, all []api.RoadCondition) fieldErrors {
	var wrong fieldErrors
	seen := map[string]bool{}
	for i := range all {
		c := &all[i]
		if seen[c.ID] {
			wrong.add(c.ID, "stands twice", "%s[%d].id", at, i)
		}
		seen[c.ID] = true
		for k, pair := range c.Nodes {
			if len(pair) != 2 {
				wrong.add(pair, "is not a pair of point numbers", "%s[%d].nodes[%d]", at, i, k)
				return wrong
			}
		}
		stored := conditionOf(c)
		if _, err := stored.Road(); err != nil {
			wrong.addCondition(err, c.ID, fmt.Sprintf("%s[%d]", at, i))
		}
		if len(wrong) > maxWrong {
			break
		}
	}
	return wrong
}

// addCondition adds what is wrong with a condition, with its field where one is to blame.
func (e *fieldErrors) addCondition(err error, id, place string) {
	var bad *road.ConditionError
	if !errors.As(err, &bad) {
		e.add(id, strings.TrimPrefix(err.Error(), "service: "), "%s.cells", place)
		return
	}
	if bad.Field != "" {
		place += "." + bad.Field
	}
	e.add(id, fmt.Sprintf("condition %q: %s", id, bad.Problem), "%s", place)
}

// StoredConditions reads conditions as they are stored; the error names the first that is wrong.
func StoredConditions(batch api.RoadConditionBatch) ([]service.RoadCondition, error) {
	for _, w := range checkConditions("conditions", batch.Conditions) {
		return nil, fmt.Errorf("%w: %s: %s", service.ErrInvalid, w.Location, w.Message)
	}
	all := make([]service.RoadCondition, len(batch.Conditions))
	for i := range batch.Conditions {
		all[i] = conditionOf(&batch.Conditions[i])
	}
	return all, nil
}

// maxWrong bounds how many wrong conditions are named.
const maxWrong = 50

// conditionOf translates a condition into the stored fact. Pairs of nodes are pairs.
func conditionOf(c *api.RoadCondition) service.RoadCondition {
	out := service.RoadCondition{
		ID: c.ID, Kind: road.Kind(c.Kind), Source: c.Source, Reason: c.Reason, FromUs: c.From.UnixMicro(), UntilUs: c.Until.UnixMicro(), Cells: c.Cells,
		SpeedsKmh: c.SpeedsKmh, Closed: c.Closed, SpeedFactor: c.SpeedFactor, SpeedKmh: c.SpeedKmh, DelaySec: c.DelaySec,
	}
	for _, p := range c.Area {
		out.Area = append(out.Area, [2]float64{p.Lon, p.Lat})
	}
	for _, pair := range c.Nodes {
		out.Nodes = append(out.Nodes, [2]int64(pair))
	}
	if c.Sky != nil {
		out.Sky = &road.Sky{RainMmH: c.Sky.RainMmH, SnowMmH: c.Sky.SnowMmH, WindMs: c.Sky.WindMs, VisibilityM: c.Sky.VisibilityM}
	}
	return out
}

func (s *Server) conditionWords(c *service.RoadCondition) api.RoadCondition {
	out := api.RoadCondition{
		ID: c.ID, Kind: string(c.Kind), Source: c.Source, Reason: c.Reason, From: s.timeOf(c.FromUs), Until: s.timeOf(c.UntilUs), Cells: c.Cells,
		SpeedsKmh: c.SpeedsKmh, Closed: c.Closed, SpeedFactor: c.SpeedFactor, SpeedKmh: c.SpeedKmh, DelaySec: c.DelaySec, State: "holding", UpdatedAt: s.timeIfSet(c.UpdatedUs),
	}
	switch now := time.Now().UnixMicro(); {
	case now < c.FromUs:
		out.State = "coming"
	case now >= c.UntilUs:
		out.State = "ended"
	}
	for _, p := range c.Area {
		out.Area = append(out.Area, api.Place{Lon: p[0], Lat: p[1]})
	}
	for _, pair := range c.Nodes {
		out.Nodes = append(out.Nodes, pair[:])
	}
	if c.Sky != nil {
		out.Sky = &api.RoadSky{RainMmH: c.Sky.RainMmH, SnowMmH: c.Sky.SnowMmH, WindMs: c.Sky.WindMs, VisibilityM: c.Sky.VisibilityM}
	}
	return out
}

func (s *Server) listConditions(ctx context.Context, in *listConditionsInput) (*conditionListOutput, error) {
	q := service.RoadQuery{Kind: road.Kind(in.Kind), After: in.Cursor, Limit: in.Limit + 1}
	if !in.HoldingAt.IsZero() {
		q.FromUs, q.UntilUs = in.HoldingAt.UnixMicro(), in.HoldingAt.UnixMicro()+1
	}
	all, err := s.options.RoadStore.RoadConditions(ctx, s.tenant(ctx), q)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all, more := page(all, in.Limit)
	out := &conditionListOutput{api.RoadConditionList{Items: make([]api.RoadCondition, len(all))}}
	for i := range all {
		out.Body.Items[i] = s.conditionWords(&all[i])
	}
	if in.Outlines {
		outline(out.Body.Items)
	}
	if more {
		out.Body.NextCursor = all[len(all)-1].ID
	}
	return out, nil
}

// outline adds the corners of cells to conditions, up to the limit of a page.
func outline(all []api.RoadCondition) {
	room := api.MaxRoadOutlines
	for i := range all {
		for _, name := range all[i].Cells {
			corners, err := zone.Boundary(name)
			if room == 0 || err != nil { // names were checked when they were stored
				return
			}
			room--
			ring := make([]api.Place, len(corners))
			for k, p := range corners {
				ring[k] = api.Place{Lon: p[0], Lat: p[1]}
			}
			all[i].Outlines = append(all[i].Outlines, ring)
		}
	}
}

var errNoStreets = fmt.Errorf("%w: this installation has no streets", service.ErrConflict)

func (s *Server) getRoadSpeeds(ctx context.Context, in *roadSpeedsInput) (*roadSpeedsOutput, error) {
	live, err := s.roads(ctx)
	if err == nil && (live == nil || live.Base == nil) {
		err = errNoStreets
	}
	var learned *road.Learned
	if err == nil {
		learned, err = live.Learned(ctx, s.tenant(ctx))
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	p := point{in.Lon, in.Lat}
	place, ok := live.Base.Snap(p)
	if !ok {
		return nil, s.fail(ctx, fmt.Errorf("%w: %s", service.ErrNotFound, live.Base.SnapProblem(p)))
	}
	if learned == nil {
		learned = &road.Learned{}
	}
	out := &roadSpeedsOutput{api.RoadSpeeds{Street: live.Base.Street(place.Edge), Class: live.Base.ClassAt(place.Edge).String(), OffM: place.SnapM, Attribution: road.Attribution}}
	for _, d := range live.Base.OpenDirections(place.Edge) {
		from, to := live.Base.Ends(d)
		out.Body.Nodes = append(out.Body.Nodes, api.RoadNodes{From: from, To: to})
	}
	free, hours := live.Base.HourlyOf(place.Edge, learned)
	out.Body.FreeKmh = free
	for _, h := range hours {
		out.Body.Hours = append(out.Body.Hours, api.RoadHour{SpeedKmh: h.Kmh, SDShare: h.SDShare, Passages: h.Count})
	}
	return out, nil
}

// streetsAt is the graph that an operation asks: of its moment, under the stored conditions and those of the request.
func (w *Work) streetsAt(ctx context.Context, m api.RoadMoment) (*road.Graph, error) {
	g := w.Planning.Roads
	if g == nil {
		return nil, errNoStreets
	}
	at := time.Now()
	if m.DepartAt != nil {
		at = *m.DepartAt
	}
	var stored []road.Condition
	var pattern *road.Pattern
	if live := w.Planning.Live; live != nil && !m.FreeFlow {
		var err error
		if len(m.Conditions) == 0 && m.DepartAt == nil {
			return live.Now(ctx, w.Tenant)
		}
		if len(m.Conditions) == 0 {
			return live.At(ctx, w.Tenant, at)
		}
		if stored, err = live.Between(ctx, w.Tenant, at, at.Add(time.Microsecond)); err != nil {
			return nil, err
		}
		learned, err := live.Learned(ctx, w.Tenant)
		if err != nil {
			return nil, err
		}
		if learned != nil {
			pattern = &learned.Pattern
		}
	}
	for i := range m.Conditions {
		c := conditionOf(&m.Conditions[i])
		x, err := c.Road()
		if err != nil {
			return nil, err
		}
		stored = append(stored, x)
	}
	out, err := g.At(ctx, at.Unix(), pattern, stored, max(w.Planning.Workers, 1))
	if errors.Is(err, road.ErrCondition) {
		return nil, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	return out, err
}
