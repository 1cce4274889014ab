package server

import (
	"context"
	"errors"
	"fmt"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.ReplenishmentRequest, api.ReplenishmentAnswer]{
	Words: api.Replenishments, Kind: "replenishment", Summary: "purchase orders",
	Description: "What to order from whom, for which site, by the stock, what is on its way, the forecasts and the declared service as they are now. Nothing is planned or stored beside it.",
	Solve:       solveReplenishments,
	Sentence: func(a api.ReplenishmentAnswer) string {
		return fmt.Sprintf("%d purchase orders with %d lines", len(a.PurchaseOrders), a.Lines)
	},
})

func solveReplenishments(ctx context.Context, w *Work, q api.ReplenishmentRequest) (api.ReplenishmentAnswer, error) {
	day, err := w.day(ctx, q.OriginDate)
	if err != nil {
		return api.ReplenishmentAnswer{}, err
	}
	s, err := w.Planning.Snapshot(ctx, w.Tenant, service.PlanRequest{OriginDay: day, Days: 1, Seed: 1},
		func(done float64, sentence string) { w.Progress(0.9*done, sentence) })
	if err != nil {
		return api.ReplenishmentAnswer{}, err
	}
	orders, err := plan.Replenish(ctx, s, plan.Options{Workers: w.Planning.Workers})
	if errors.As(err, new(*plan.InvalidError)) {
		err = fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	if err != nil {
		return api.ReplenishmentAnswer{}, err
	}
	out := api.ReplenishmentAnswer{OriginDate: dateOf(day), Cost: api.Money{Currency: s.Currency}, PurchaseOrders: []api.PurchaseOrder{}}
	for _, po := range orders {
		out.PurchaseOrders = append(out.PurchaseOrders, purchaseWords(po, day, s.Currency))
		out.Cost.Minor += po.CostCents
		out.Lines += len(po.Lines)
	}
	return out, nil
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
