package server

import (
	"encoding/json"
	"fmt"
	"time"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

const secondsPerDay = 24 * 60 * 60

// planWords shows a finished plan.
func (s *Server) planWords(r service.PlanRecord) (api.FulfilmentPlan, error) {
	summary, err := readSummary(r)
	return api.FulfilmentPlan{
		ID: r.ID, Status: string(service.StateDone), Progress: 1, Draft: r.Draft,
		Summary: s.summaryWords(summary, r.CreatedUs), Links: planLinks(r.ID, true),
	}, err
}

func readSummary(r service.PlanRecord) (p service.PlanSummary, err error) {
	if err := json.Unmarshal(r.Summary, &p); err != nil {
		return p, fmt.Errorf("server: read the summary of plan %s: %w", r.ID, err)
	}
	return p, nil
}

func (s *Server) summaryWords(p service.PlanSummary, createdUs int64) *api.PlanSummary {
	t := p.Totals
	money := func(minor int64) api.Money { return api.Money{Minor: minor, Currency: p.Currency} }
	out := &api.PlanSummary{
		OriginDate: time.Unix(int64(p.OriginDay)*secondsPerDay, 0).UTC().Format(time.DateOnly),
		Days:       p.Days, Seed: p.Seed, SnapshotHash: p.SnapshotHash, Versions: p.Versions, CreatedAt: s.timeOf(createdUs),
		Orders: t.Orders, Promised: t.Promised, Partial: t.Partial, Unserved: t.Unserved, Split: t.Split, Parcels: t.Parcels,
		PickTasks: t.PickTasks, MoveTasks: t.MoveTasks, SortTasks: t.SortTasks,
		Routes: t.Routes, DistanceM: t.DistanceM, CO2eG: t.CO2eG,
		DeliveryCost: money(t.DeliveryCostCents), HandlingCost: money(t.HandlingCostCents),
		PurchaseOrders: t.PurchaseOrders, PurchaseLines: t.PurchaseLines, PurchaseCost: money(t.PurchaseCents),
		SourcingGap: t.SourcingGap, ItemsForecast: p.Forecast.Items, UnservedByCode: p.UnservedByCode,
	}
	out.Travel, out.Conditions = travelWords(p.Travel, p.OriginDay)
	return out
}

// travelWords shows what ways a plan was made on; nil for a plan of an older program, which did not say.
func travelWords(t plan.TravelView, originDay int) (*api.PlanTravel, []api.PlanCondition) {
	if t.Kind == "" {
		return nil, nil
	}
	var conditions []api.PlanCondition
	for _, c := range t.Conditions {
		conditions = append(conditions, api.PlanCondition{
			ID: c.ID, Kind: c.Kind, Source: c.Source, Date: dateOf(originDay + c.Day), DelaySec: c.DelaySec, Routes: c.Routes, Detours: c.Detours,
			CutOff: c.CutOff, Sentence: c.Sentence,
		})
	}
	return &api.PlanTravel{Kind: t.Kind, DetourFactor: t.DetourFactor, Hourly: t.Hourly}, conditions
}

func (s *Server) promiseWords(originDay int, currency string, o service.OrderAnswer) api.Promise {
	at := func(sec int64) time.Time { return s.localTime(int64(originDay)*secondsPerDay + sec) }
	var out api.Promise
	for _, u := range o.Unserved {
		out.OrderID = u.OrderID
		out.Unserved = append(out.Unserved, api.UnservedPart{Code: u.Code, Reason: u.Reason, Lines: lineWords(u.Lines)})
	}
	out.Status = "unserved"
	promise := o.Promise
	if promise == nil {
		return out
	}
	ship := at(promise.ShipSec)
	out.OrderID, out.Status = promise.OrderID, "partial"
	if promise.Complete {
		out.Status = "promised"
	}
	out.ShipAt = &ship
	out.Arrival = &api.Window{From: at(promise.From), To: at(promise.To)}
	out.Cost = &api.Money{Minor: promise.CostCents, Currency: currency}
	out.CO2eG, out.Why = promise.CO2eG, promise.Why
	for _, part := range promise.Parts {
		out.Parcels = append(out.Parcels, api.Parcel{
			SiteID: part.SiteID, ReadyAt: at(part.ReadySec), DepartAt: at(part.DepartSec), ArriveAt: at(part.ArrivalSec),
			RouteID: part.RouteID, Cost: api.Money{Minor: part.CostCents, Currency: currency}, CO2eG: part.CO2eG,
			Lines: lineWords(part.Lines),
		})
	}
	return out
}

func lineWords(lines []plan.PartLine) []api.Line {
	out := make([]api.Line, len(lines))
	for i, l := range lines {
		out[i] = api.Line{ItemID: l.ItemID, Qty: l.Qty}
	}
	return out
}
