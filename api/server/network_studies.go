package server

import (
	"context"
	"fmt"
	"math"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/inventory/network"
)

var _ = offer(Operation[api.NetworkStudyRequest, api.NetworkStudyAnswer]{
	Words: api.NetworkStudies, Kind: "network-study", Summary: "where sites should be",
	Description: "Which sites to open and who serves whom at least cost, with a proved lower bound: with or without capacities, single-source, with a number to be open, over two stages with modes and a price of CO2, " +
		"for several futures at once, from a green field, or as hub and spoke. What cannot be is answered with the smallest changes that would make it possible.",
	MaxBodyBytes: api.MaxLargeBodyBytes,
	Check: func(_ context.Context, _ *Work, q *api.NetworkStudyRequest) ([]api.FieldError, error) {
		return CheckNetworkStudy(q), nil
	},
	Solve: func(ctx context.Context, w *Work, q api.NetworkStudyRequest) (api.NetworkStudyAnswer, error) {
		return StudyNetwork(ctx, q, w.Progress)
	},
	Sentence: func(a api.NetworkStudyAnswer) string {
		if len(a.Reasons) > 0 {
			return a.Reasons[0]
		}
		return fmt.Sprintf("%d sites open: cost %.2f, at least %.2f", len(a.Open), a.Cost, a.Bound)
	},
})

// CheckNetworkStudy names what is wrong with a study beyond its tags.
func CheckNetworkStudy(q *api.NetworkStudyRequest) []api.FieldError {
	var wrong fieldErrors
	if len(q.Sites) == 0 && q.Greenfield == 0 && q.Hubs == nil {
		wrong.add(nil, "give sites, a number of greenfield centres, or hubs", "sites")
	}
	if len(q.Plants) > 0 && (len(q.Modes) == 0 || len(q.Scenarios) > 0 || q.Cost != nil || q.SingleSource) {
		wrong.add(nil, "plants go with modes, and without scenarios, cost and single_source", "plants")
	}
	if q.Hubs != nil && (len(q.Plants) > 0 || len(q.Scenarios) > 0 || q.Greenfield > 0) {
		wrong.add(nil, "hubs go without plants, scenarios and greenfield", "hubs")
	}
	if q.Greenfield > len(q.Customers) {
		wrong.add(q.Greenfield, "is more than there are customers", "greenfield")
	}
	if q.Greenfield > 0 && (q.Cost != nil || q.InKm != nil || q.OutKm != nil) {
		wrong.add(nil, "centres have no row in cost, in_km and out_km: leave those out", "greenfield")
	}
	unique := func(list string, n int, id func(i int) string) {
		seen := map[string]bool{}
		for i := range n {
			if seen[id(i)] || id(i) == "" {
				wrong.add(id(i), "is empty or stands twice", "%s[%d].id", list, i)
			}
			seen[id(i)] = true
		}
	}
	unique("sites", len(q.Sites), func(i int) string { return q.Sites[i].ID })
	unique("customers", len(q.Customers), func(i int) string { return q.Customers[i].ID })
	unique("plants", len(q.Plants), func(i int) string { return q.Plants[i].ID })
	unique("modes", len(q.Modes), func(i int) string { return q.Modes[i].ID })
	for i, x := range q.Sites {
		if x.Keep && x.Shut {
			wrong.add(nil, "keep and shut exclude each other", "sites[%d].shut", i)
		}
	}
	wrong.table("cost", q.Cost, len(q.Sites), len(q.Customers), maxNetworkCost)
	wrong.table("in_km", q.InKm, len(q.Plants), len(q.Sites), maxNetworkKm)
	wrong.table("out_km", q.OutKm, len(q.Sites), len(q.Customers), maxNetworkKm)
	for i, s := range q.Scenarios {
		if s.Factors != nil && len(s.Factors) != len(q.Customers) {
			wrong.add(len(s.Factors), fmt.Sprintf("want a factor for each of %d customers", len(q.Customers)), "scenarios[%d].factors", i)
		}
	}
	return wrong
}

// What a cell of a study's tables may be at most.
const (
	maxNetworkCost = 1e15
	maxNetworkKm   = 1e9
)

// table holds a table of n rows with m cells each, null for impossible, against its shape and 0…most.
func (e *fieldErrors) table(name string, rows [][]*float64, n, m int, most float64) {
	if rows == nil {
		return
	}
	if len(rows) != n {
		e.add(len(rows), fmt.Sprintf("want %d rows", n), "%s", name)
	}
	for i, row := range rows {
		if len(row) != m {
			e.add(len(row), fmt.Sprintf("want %d numbers", m), "%s[%d]", name, i)
		}
		for j, v := range row {
			if v != nil && !(*v >= 0 && *v <= most) {
				e.add(*v, fmt.Sprintf("must lie in 0…%g, or be null for impossible", most), "%s[%d][%d]", name, i, j)
			}
		}
	}
}

// networkStudy is a request on its way to an answer.
type networkStudy struct {
	q     api.NetworkStudyRequest
	sites []api.NetworkSite
}

// StudyNetwork answers a study that has passed CheckNetworkStudy.
func StudyNetwork(ctx context.Context, q api.NetworkStudyRequest, progress func(done float64, sentence string)) (api.NetworkStudyAnswer, error) {
	s := networkStudy{q: q, sites: append([]api.NetworkSite(nil), q.Sites...)}
	if s.q.Seed == 0 {
		s.q.Seed = 1
	}
	if s.q.PerUnitKm == 0 {
		s.q.PerUnitKm = 1
	}
	var out api.NetworkStudyAnswer
	err := s.greenfield(ctx)
	opt := network.Options{Seed: s.q.Seed, Progress: func(cost, bound float64) {
		if progress != nil {
			progress(0.5, fmt.Sprintf("cost %.2f, at least %.2f", cost, bound))
		}
	}}
	if err == nil {
		switch {
		case q.Hubs != nil:
			out, err = s.hubs(ctx)
		case len(q.Plants) > 0:
			out, err = s.twoStage(ctx, opt)
		case len(q.Scenarios) > 0:
			out, err = s.robust(ctx, opt)
		default:
			out, err = s.oneStage(ctx, opt)
		}
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	return out, err
}

// greenfield adds centres of gravity to the sites.
func (s *networkStudy) greenfield(ctx context.Context) error {
	if s.q.Greenfield == 0 {
		return nil
	}
	places := make([]network.Place, len(s.q.Customers))
	for j, c := range s.q.Customers {
		places[j] = network.Place{Lon: c.Lon, Lat: c.Lat, Weight: c.Demand}
	}
	centres, err := network.Greenfield(ctx, places, s.q.Greenfield, s.q.Seed)
	if err != nil {
		return err
	}
	for k, c := range centres {
		var site api.NetworkSite
		if s.q.GreenfieldAt != nil {
			site = *s.q.GreenfieldAt
		}
		site.ID, site.Lon, site.Lat, site.Existing = fmt.Sprintf("centre-%d", k+1), c.Lon, c.Lat, false
		s.sites = append(s.sites, site)
	}
	return nil
}

func (s *networkStudy) problem() network.Problem {
	p := network.Problem{Open: s.q.Open, SingleSource: s.q.SingleSource, Sites: s.candidates(), Cost: make([][]float64, len(s.sites))}
	for _, c := range s.q.Customers {
		p.Customers = append(p.Customers, network.Customer{ID: c.ID, Demand: c.Demand})
	}
	for i, x := range s.sites {
		p.Cost[i] = make([]float64, len(s.q.Customers))
		for j, c := range s.q.Customers {
			if s.q.Cost != nil {
				p.Cost[i][j] = orInf(s.q.Cost[i][j])
				continue
			}
			p.Cost[i][j] = c.Demand * s.q.PerUnitKm * network.KmBetween(x.Lon, x.Lat, c.Lon, c.Lat)
		}
	}
	return p
}

func orInf(v *float64) float64 {
	if v == nil {
		return math.Inf(1)
	}
	return *v
}

// candidates are the sites with what it takes to open those that do not stand yet.
func (s *networkStudy) candidates() []network.Site {
	out := make([]network.Site, len(s.sites))
	for i, x := range s.sites {
		out[i] = network.Site{ID: x.ID, FixedCost: x.FixedCost, CloseCost: x.CloseCost, Capacity: x.Capacity, Keep: x.Keep, Shut: x.Shut}
		if !x.Existing {
			out[i].FixedCost += x.OpenCost
		}
	}
	return out
}

// answer writes a choice of sites and who they serve.
func (s *networkStudy) answer(status network.Status, open []int, serves [][]network.Share) api.NetworkStudyAnswer {
	a := api.NetworkStudyAnswer{Status: string(status), Open: []string{}, Sites: make([]api.NetworkSiteView, len(s.sites)), Serves: []api.NetworkServed{}}
	for i, x := range s.sites {
		a.Sites[i] = api.NetworkSiteView{ID: x.ID, Lon: x.Lon, Lat: x.Lat, Existing: x.Existing, Capacity: x.Capacity}
	}
	for _, i := range open {
		a.Open = append(a.Open, s.sites[i].ID)
		a.Sites[i].Open = true
	}
	for j, shares := range serves {
		for _, x := range shares {
			a.Serves = append(a.Serves, api.NetworkServed{Customer: s.q.Customers[j].ID, Site: s.sites[x.Site].ID, Share: x.Part})
			a.Sites[x.Site].Customers++
			a.Sites[x.Site].Load += x.Part * s.q.Customers[j].Demand
		}
	}
	return a
}

func (s *networkStudy) oneStage(ctx context.Context, opt network.Options) (api.NetworkStudyAnswer, error) {
	p := s.problem()
	c, err := network.Solve(ctx, p, opt)
	if err == nil {
		err = network.Check(p, c)
	}
	a := s.answer(c.Status, c.Open, c.Serves)
	a.Cost, a.Bound, a.GapPct, a.Reasons, a.Relaxation = finiteOr0(c.Cost), finiteOr0(c.Bound), 100*c.Gap, c.Reasons, c.Relaxation
	return a, err
}

func finiteOr0(x float64) float64 {
	if !finite(x) {
		return 0
	}
	return x
}

func (s *networkStudy) robust(ctx context.Context, opt network.Options) (api.NetworkStudyAnswer, error) {
	p := s.problem()
	var futures []network.Scenario
	for _, x := range s.q.Scenarios {
		futures = append(futures, network.Scenario{ID: x.ID, Weight: x.Weight, Factor: x.Factors, Cost: x.CostFactor})
	}
	aim := network.AimExpected
	if s.q.Aim == string(network.AimRegret) {
		aim = network.AimRegret
	}
	c, err := network.SolveRobust(ctx, p, futures, aim, opt)
	var serves [][]network.Share
	if len(c.Serves) > 0 {
		serves = c.Serves[0] // of the first future; the sites are those of all
	}
	a := s.answer(c.Status, c.Open, serves)
	a.Cost, a.Bound, a.GapPct, a.MaxRegret, a.Reasons, a.Relaxation = c.Expected, c.Bound, 100*c.Gap, c.MaxRegret, c.Reasons, c.Relaxation
	for k, cost := range c.Cost {
		a.Scenarios = append(a.Scenarios, api.NetworkScenarioView{ID: s.q.Scenarios[k].ID, Cost: cost, Best: c.Best[k]})
	}
	return a, err
}

func (s *networkStudy) twoStage(ctx context.Context, opt network.Options) (api.NetworkStudyAnswer, error) {
	p := network.TwoStage{Hubs: s.candidates(), CO2Price: s.q.CO2PerKg, Open: s.q.Open}
	for i, x := range s.q.Plants {
		p.Plants = append(p.Plants, network.Plant{ID: x.ID, UnitCost: x.UnitCost, Capacity: x.Capacity})
		row := make([]float64, len(s.sites))
		for h, hub := range s.sites {
			if row[h] = network.KmBetween(x.Lon, x.Lat, hub.Lon, hub.Lat); s.q.InKm != nil {
				row[h] = orInf(s.q.InKm[i][h])
			}
		}
		p.InKm = append(p.InKm, row)
	}
	for h, hub := range s.sites {
		row := make([]float64, len(s.q.Customers))
		for j, c := range s.q.Customers {
			if row[j] = network.KmBetween(hub.Lon, hub.Lat, c.Lon, c.Lat); s.q.OutKm != nil {
				row[j] = orInf(s.q.OutKm[h][j])
			}
		}
		p.OutKm = append(p.OutKm, row)
	}
	for _, c := range s.q.Customers {
		p.Customers = append(p.Customers, network.Customer{ID: c.ID, Demand: c.Demand})
	}
	for _, m := range s.q.Modes {
		p.Modes = append(p.Modes, network.Mode(m))
	}
	c, err := network.SolveTwoStage(ctx, p, opt)
	if err == nil {
		err = network.CheckTwoStage(p, c)
	}
	serves := make([][]network.Share, len(s.q.Customers))
	for _, f := range c.Out {
		serves[f.To] = append(serves[f.To], network.Share{Site: f.From, Part: f.Units / s.q.Customers[f.To].Demand})
	}
	a := s.answer(c.Status, c.Open, serves)
	a.Cost, a.Bound, a.GapPct, a.CO2Kg, a.Reasons, a.Relaxation = finiteOr0(c.Cost), finiteOr0(c.Bound), 100*c.Gap, c.CO2Kg, c.Reasons, c.Relaxation
	for _, f := range c.In {
		a.Flows = append(a.Flows, api.NetworkFlow{From: s.q.Plants[f.From].ID, To: s.sites[f.To].ID, Mode: s.q.Modes[f.Mode].ID, Units: f.Units})
	}
	for _, f := range c.Out {
		a.Flows = append(a.Flows, api.NetworkFlow{From: s.sites[f.From].ID, To: s.q.Customers[f.To].ID, Mode: s.q.Modes[f.Mode].ID, Units: f.Units})
	}
	return a, err
}

// Default factors of a hub network: the transfer between hubs is bundled, and so cheaper.
const hubTransfer = 0.75

func (s *networkStudy) hubs(ctx context.Context) (api.NetworkStudyAnswer, error) {
	h := s.q.Hubs
	or := func(x, otherwise float64) float64 {
		if x == 0 {
			return otherwise
		}
		return x
	}
	p := network.HubProblem{Flow: h.Flow, Hubs: h.Count, Collect: or(h.Collect, 1), Transfer: or(h.Transfer, hubTransfer), Distribute: or(h.Distribute, 1)}
	s.sites = nil
	for _, a := range s.q.Customers {
		row := make([]float64, len(s.q.Customers))
		for j, b := range s.q.Customers {
			row[j] = s.q.PerUnitKm * network.KmBetween(a.Lon, a.Lat, b.Lon, b.Lat)
		}
		p.Cost, p.Fixed = append(p.Cost, row), append(p.Fixed, h.FixedCost)
		s.sites = append(s.sites, api.NetworkSite{ID: a.ID, Lon: a.Lon, Lat: a.Lat})
	}
	c, err := network.SolveHubs(ctx, p)
	if err != nil {
		return api.NetworkStudyAnswer{}, err
	}
	out := s.answer(c.Status, c.Hubs, nil)
	out.Cost, out.Bound, out.GapPct = c.Cost, c.Bound, 100*c.Gap
	between := map[[2]int]float64{}
	for i, row := range c.Via {
		for j, via := range row {
			if i != j && h.Flow[i][j] > 0 {
				between[via] += h.Flow[i][j]
			}
		}
	}
	for _, a := range c.Hubs {
		for _, b := range c.Hubs {
			if units := between[[2]int{a, b}]; units > 0 && a != b {
				out.Flows = append(out.Flows, api.NetworkFlow{From: s.sites[a].ID, To: s.sites[b].ID, Units: units})
			}
		}
	}
	return out, nil
}
