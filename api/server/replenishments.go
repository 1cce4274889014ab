package server

import (
	"context"
	"errors"
	"fmt"
	"math"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory/replenish"
)

const replenishmentKind = "replenishment"

var _ = offer(Operation[api.ReplenishmentRequest, api.ReplenishmentAnswer]{
	Words: api.Replenishments, Kind: replenishmentKind, Summary: "purchase orders and transfers",
	Description: "What to order from whom, what to move between sites, what is late, and how stock stands: by the stock, what is on its way, the forecasts and the declared service as they are now, " +
		"or of a catalogue that comes with the request. Rooms, docks, budgets, calendars and least orders hold for all lines together. Nothing is planned or stored beside it.",
	MaxBodyBytes: api.MaxLargeBodyBytes,
	Check:        checkReplenishments, Solve: solveReplenishments,
	Show: func(a *api.ReplenishmentAnswer) {
		if a.PagedLines > 0 {
			a.Stock = nil
		}
	},
	Sentence: func(a api.ReplenishmentAnswer) string {
		if len(a.Reasons) > 0 && a.Status == string(replenish.StatusInfeasible) {
			return a.Reasons[0]
		}
		return fmt.Sprintf("%d purchase orders with %d lines, %d transfers", len(a.PurchaseOrders), a.Lines, len(a.Transfers))
	},
})

func checkReplenishments(_ context.Context, _ *Work, q *api.ReplenishmentRequest) ([]api.FieldError, error) {
	if q.Catalogue == nil {
		return nil, nil
	}
	if q.OriginDate == "" {
		var wrong fieldErrors
		wrong.add("", "is needed with a catalogue", "origin_date")
		return wrong, nil
	}
	_, wrong := ReadCatalogue(q)
	return wrong, nil
}

func solveReplenishments(ctx context.Context, w *Work, q api.ReplenishmentRequest) (api.ReplenishmentAnswer, error) {
	study, err := w.restock(ctx, q)
	if err != nil {
		return api.ReplenishmentAnswer{}, err
	}
	a := RestockWords(study, q.Lines || q.LinePages, q.ItemIDs)
	if q.LinePages {
		a.PagedLines = len(a.Stock)
	}
	return a, nil
}

// restock runs the replenishment of the declared business, or of the catalogue that came with the request.
func (w *Work) restock(ctx context.Context, q api.ReplenishmentRequest) (*plan.StockStudy, error) {
	if q.Catalogue != nil {
		return RestockCatalogue(ctx, &q, w.Planning.Workers)
	}
	day, err := w.day(ctx, q.OriginDate)
	if err != nil {
		return nil, err
	}
	s, err := w.Planning.Snapshot(ctx, w.Tenant, service.PlanRequest{OriginDay: day, Days: 1, Seed: 1},
		func(done float64, sentence string) { w.Progress(0.9*done, sentence) })
	if err != nil {
		return nil, err
	}
	study, err := plan.Replenish(ctx, s, plan.Options{Workers: w.Planning.Workers})
	return study, invalid(err)
}

// invalid marks what is wrong with facts as the caller's.
func invalid(err error) error {
	if errors.As(err, new(*plan.InvalidError)) {
		return fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	return err
}

// RestockCatalogue reads a catalogue that came with a request, forecasts what has a history, and runs the replenishment. The
// catalogue must have passed ReadCatalogue without a wrong field.
func RestockCatalogue(ctx context.Context, q *api.ReplenishmentRequest, workers int) (*plan.StockStudy, error) {
	c, wrong := ReadCatalogue(q)
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%w: %s: %s", service.ErrInvalid, wrong[0].Location, wrong[0].Message)
	}
	if err := c.forecast(ctx, workers); err != nil {
		return nil, invalid(err)
	}
	out, err := plan.Restock(ctx, &c.Catalogue)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	return &plan.StockStudy{Catalogue: &c.Catalogue, Restocking: out}, nil
}

// RestockWords writes a replenishment run in the words of the API; lines adds how every item stands, of items alone where named.
func RestockWords(s *plan.StockStudy, lines bool, items []string) api.ReplenishmentAnswer {
	c, day := s.Catalogue, s.Catalogue.Day
	money := func(minor int64) api.Money { return api.Money{Minor: minor, Currency: c.Currency} }
	out := api.ReplenishmentAnswer{OriginDate: dateOf(day), Status: string(s.Status), Cost: money(0), PurchaseOrders: []api.PurchaseOrder{}, Transfers: []api.StockTransfer{},
		Expedites: []api.StockExpedite{}, Postponed: []api.PostponedOrder{}, Limits: []api.StockLimit{}, HeldBack: money(int64(math.Round(s.CostCents))),
		HeldBackBound: money(int64(math.Round(s.BoundCents))), Reasons: s.Reasons, Relaxation: s.Relaxation}
	for _, po := range s.Purchases {
		out.PurchaseOrders = append(out.PurchaseOrders, purchaseWords(po, day, c.Currency))
		out.Cost.Minor += po.CostCents
		out.Lines += len(po.Lines)
	}
	for _, t := range s.Transfers {
		out.Transfers = append(out.Transfers, api.StockTransfer{ItemID: t.ItemID, FromSiteID: t.FromSiteID, ToSiteID: t.ToSiteID, Qty: t.Qty, DueDate: dateOf(day + t.DueDay),
			Saving: money(t.SavingCents), Reason: t.Reason})
	}
	for _, e := range s.Expedites {
		out.Expedites = append(out.Expedites, api.StockExpedite{ItemID: e.ItemID, SiteID: e.SiteID, SupplierID: e.SupplierID, Qty: e.Qty, DueDate: dateOf(day + e.DueDay),
			OutDate: dateOf(day + e.OutDay), ShortUnits: e.ShortUnits, Cost: money(e.CostCents), Reason: e.Reason})
	}
	for _, p := range s.Postponed {
		out.Postponed = append(out.Postponed, api.PostponedOrder{SupplierID: p.SupplierID, SiteID: p.SiteID, Lines: p.Lines, Cost: money(p.CostCents), NextDate: dateOf(day + p.NextDay), Reason: p.Reason})
	}
	for _, l := range s.Limits {
		out.Limits = append(out.Limits, api.StockLimit(l))
	}
	if a := s.Assortment; a != (plan.Assortment{}) {
		out.Assortment = &api.StockAssortment{FillRate: a.FillRate, UnitShortMinor: a.ShortageCents, HoldingYear: money(int64(math.Round(a.HoldingCents))),
			HoldingYearBound: money(int64(math.Floor(a.BoundCents)))}
	}
	out.Health = healthWords(s)
	if lines {
		out.Stock = stockWords(s, items)
	}
	return out
}

func healthWords(s *plan.StockStudy) api.StockHealth {
	h := api.StockHealth{Classes: map[string]int{}, Zones: map[string]int{}, Value: api.Money{Currency: s.Catalogue.Currency}, Excess: api.Money{Currency: s.Catalogue.Currency}}
	for k, v := range s.Views {
		switch v.Health {
		case replenish.HealthOut:
			h.Out++
		case replenish.HealthUnder:
			h.Under++
		case replenish.HealthOver:
			h.Over++
		case replenish.HealthExpiring:
			h.Expiring++
		default:
			h.Healthy++
		}
		if v.LateUnits > 0 {
			h.Late++
		}
		h.Classes[string([]byte{v.Class.Value, v.Class.Steadiness})]++
		h.Zones[v.Zone]++
		h.Value.Minor += v.Position.OnHand * s.Catalogue.Items[s.Catalogue.Lines[k].Item].UnitCostCents
		h.Excess.Minor += v.ExcessCents
	}
	return h
}

func stockWords(s *plan.StockStudy, items []string) []api.StockLine {
	wanted := map[string]bool{}
	for _, id := range items {
		wanted[id] = true
	}
	out := []api.StockLine{}
	for k, v := range s.Views {
		if len(items) == 0 || wanted[v.ItemID] {
			out = append(out, stockLineWords(s, k))
		}
	}
	return out
}

// stockLineWords writes how line k stands.
func stockLineWords(s *plan.StockStudy, k int) api.StockLine {
	v, rule := &s.Views[k], s.Policies[k]
	l := api.StockLine{ItemID: v.ItemID, SiteID: v.SiteID, SupplierID: v.SupplierID, Class: string([]byte{v.Class.Value, v.Class.Steadiness}), Health: string(v.Health), Zone: v.Zone,
		ZoneRed: v.Zones.Red, ZoneYellow: v.Zones.Yellow, ZoneGreen: v.Zones.Green, OnHand: v.Position.OnHand, OnOrder: v.Position.OnOrder, Backordered: v.Position.Backordered,
		MeanPerDay: v.PerDay, CoverDays: v.CoverDays, ReorderPoint: rule.ReorderPoint, OrderUpTo: rule.OrderUpTo, SafetyStock: rule.SafetyStock, Cycle: rule.Cycle, FillRate: rule.FillRate,
		ExpiringUnits: v.ExpiringUnits, ExcessUnits: v.ExcessUnits, LateUnits: v.LateUnits, OrderQty: v.OrderQty, TransferQty: v.TransferQty}
	if v.OutDay >= 0 {
		l.OutDate = dateOf(s.Catalogue.Day + v.OutDay)
	}
	return l
}

func purchaseWords(po plan.PurchaseOrder, originDay int, currency string) api.PurchaseOrder {
	out := api.PurchaseOrder{
		ID: po.ID, SupplierID: po.SupplierID, SiteID: po.SiteID, OrderDate: dateOf(originDay + po.OrderDay), DueDate: dateOf(originDay + po.DueDay),
		Cost: api.Money{Minor: po.CostCents, Currency: currency}, Lines: make([]api.PurchaseLine, len(po.Lines)),
	}
	for i, l := range po.Lines {
		out.Lines[i] = api.PurchaseLine{
			ItemID: l.ItemID, Qty: l.Qty, Cost: api.Money{Minor: l.CostCents, Currency: currency}, DueDate: dateOf(originDay + l.DueDay),
			OnHand: l.Position.OnHand, OnOrder: l.Position.OnOrder, Backordered: l.Position.Backordered,
			ReorderPoint: l.Policy.ReorderPoint, OrderUpTo: l.Policy.OrderUpTo, Reason: l.Reason,
		}
	}
	return out
}
