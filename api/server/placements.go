package server

import (
	"context"
	"fmt"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/inventory/echelon"
)

var _ = offer(Operation[api.PlacementRequest, api.PlacementAnswer]{
	Words: api.Placements, Kind: "placement", Summary: "safety stock over a network",
	Description: "Where in a network of stages safety stock should stand so that promised service times are kept at least cost, with a proved lower bound (guaranteed service). " +
		"The network may have any shape but a cycle; a cycle is answered with the arcs to take away.",
	MaxBodyBytes: api.MaxLargeBodyBytes,
	Check:        checkPlacements,
	Solve: func(ctx context.Context, _ *Work, q api.PlacementRequest) (api.PlacementAnswer, error) {
		return PlaceStock(ctx, q)
	},
	Sentence: func(a api.PlacementAnswer) string {
		if len(a.Reasons) > 0 {
			return a.Reasons[0]
		}
		return fmt.Sprintf("%s: cost %.2f, at least %.2f", a.Status, a.Cost, a.Bound)
	},
})

func checkPlacements(_ context.Context, _ *Work, q *api.PlacementRequest) ([]api.FieldError, error) {
	return CheckPlacement(q), nil
}

// CheckPlacement names ids that stand twice or are not known.
func CheckPlacement(q *api.PlacementRequest) []api.FieldError {
	var wrong fieldErrors
	at := map[string]bool{}
	for i, s := range q.Stages {
		if at[s.ID] || s.ID == "" {
			wrong.add(s.ID, "is empty or stands twice", "stages[%d].id", i)
		}
		at[s.ID] = true
	}
	for i, a := range q.Arcs {
		if !at[a.From] {
			wrong.add(a.From, "no such stage", "arcs[%d].from", i)
		}
		if !at[a.To] {
			wrong.add(a.To, "no such stage", "arcs[%d].to", i)
		}
	}
	return wrong
}

// PlaceStock solves a placement whose ids have passed CheckPlacement.
func PlaceStock(ctx context.Context, q api.PlacementRequest) (api.PlacementAnswer, error) {
	if reasons, relaxation := impossibleStages(&q); reasons != nil {
		return api.PlacementAnswer{Status: string(echelon.StatusInfeasible), Stages: []api.PlacementStock{}, Reasons: reasons, Relaxation: relaxation}, nil
	}
	var net echelon.Network
	at, external := map[string]int{}, make([]float64, len(q.Stages))
	for i, s := range q.Stages {
		at[s.ID] = i
		level := s.Service
		if level == 0 {
			level = 0.95
		}
		external[i] = echelon.Exposure(s.DemandSD, level)
		most := echelon.Unbounded
		if s.MaxServiceTime != nil {
			most = *s.MaxServiceTime
		} else if s.DemandSD > 0 {
			most = 0
		}
		net.Stages = append(net.Stages, echelon.Stage{ID: s.ID, LeadTime: s.LeadTime, HoldingCost: s.HoldingCost, SupplierTime: s.SupplierTime, MaxServiceTime: most})
	}
	for _, a := range q.Arcs {
		net.Arcs = append(net.Arcs, echelon.Arc{From: at[a.From], To: at[a.To]})
	}
	for i, spread := range echelon.PoolSpread(net.Arcs, external) {
		net.Stages[i].Spread = spread
	}
	p, err := echelon.Place(ctx, net, echelon.Options{})
	if err == nil {
		err = echelon.Check(net, p)
	}
	if err != nil {
		return api.PlacementAnswer{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	out := api.PlacementAnswer{Status: string(p.Status), Stages: []api.PlacementStock{}, Cost: p.Cost, Bound: p.Bound, GapPct: 100 * p.Gap, ZeroCost: p.ZeroCost, Reasons: p.Reasons, Relaxation: p.Relaxation}
	for i := range p.ServiceTimes {
		out.Stages = append(out.Stages, api.PlacementStock{ID: net.Stages[i].ID, ServiceTime: p.ServiceTimes[i], InboundTime: p.InboundTimes[i], NetTime: p.NetTimes[i], SafetyStock: p.Stock[i],
			Cost: p.Stock[i] * net.Stages[i].HoldingCost})
	}
	return out, nil
}

// impossibleStages says what no stock can bring about: negative lead times, and a service that covers every demand.
func impossibleStages(q *api.PlacementRequest) (reasons, relaxation []string) {
	for _, s := range q.Stages {
		if s.LeadTime < 0 {
			reasons = append(reasons, fmt.Sprintf("stage %q has a lead time of %d periods: nothing is there before it is begun", s.ID, s.LeadTime))
			relaxation = append(relaxation, fmt.Sprintf("raise the lead time of stage %q by %d periods to 0", s.ID, -s.LeadTime))
		}
		if s.Service >= 1 && s.DemandSD > 0 {
			reasons = append(reasons, fmt.Sprintf("stage %q asks for a service of %g: no stock covers every demand", s.ID, s.Service))
			relaxation = append(relaxation, fmt.Sprintf("ask at most 0.9999 of stage %q", s.ID))
		}
	}
	return reasons, relaxation
}
