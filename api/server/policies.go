package server

import (
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/inventory"
	"quartermaster/inventory/policy"
	"quartermaster/inventory/replenish"
)

var _ = offer(Operation[api.PolicyRequest, api.PolicyAnswer]{
	Words: api.Policies, Kind: "policy", Summary: "stocking rules",
	Description: "By which rule items are stocked at each site: reorder point, level and safety stock with both services, what that costs in a year, the same at other service targets, " +
		"what becomes of it when an assumption is off, and what the shelf is expected to hold, with its band. service asks what if.",
	MaxBodyBytes: api.MaxLargeBodyBytes,
	Check:        checkPolicies, Solve: solvePolicies,
	Sentence: func(a api.PolicyAnswer) string { return fmt.Sprintf("%d stocking rules", len(a.Policies)) },
})

// maxPolicies bounds one answer.
const maxPolicies = 2000

const defaultPathDays = 60

func checkPolicies(ctx context.Context, w *Work, q *api.PolicyRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	if s := q.Service; s != nil && (s.Cycle == 0 && s.FillRate == 0 || s.Cycle >= 1 || s.FillRate >= 1) {
		wrong.add(*s, "ask for a cycle service or a fill rate above 0 and below 1", "service")
	}
	if q.Catalogue != nil {
		more, err := checkReplenishments(ctx, w, &api.ReplenishmentRequest{Catalogue: q.Catalogue, OriginDate: q.OriginDate})
		return append(wrong, more...), err
	}
	if len(q.ItemIDs) == 0 {
		wrong.add(nil, "name the items, or give a catalogue", "item_ids")
		return wrong, nil
	}
	declared, err := w.declared(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(declared.Items))
	for _, item := range declared.Items {
		known[item.ID] = true
	}
	return append(wrong, unknownIDs("item_ids", "item", q.ItemIDs, known)...), nil
}

func solvePolicies(ctx context.Context, w *Work, q api.PolicyRequest) (api.PolicyAnswer, error) {
	study, err := w.restock(ctx, api.ReplenishmentRequest{OriginDate: q.OriginDate, Catalogue: q.Catalogue})
	if err != nil {
		return api.PolicyAnswer{}, err
	}
	if study.Policies == nil && study.Status == replenish.StatusInfeasible {
		return api.PolicyAnswer{}, fmt.Errorf("%w: %s; %s", service.ErrInvalid, study.Reasons[0], study.Relaxation[0])
	}
	out := api.PolicyAnswer{OriginDate: dateOf(study.Catalogue.Day), Policies: []api.ItemPolicy{}}
	var promise *inventory.Service
	if q.Service != nil {
		promise = &inventory.Service{Cycle: q.Service.Cycle, FillRate: q.Service.FillRate}
	}
	days := q.Days
	if days == 0 {
		days = defaultPathDays
	}
	for k := range study.Views {
		if len(q.ItemIDs) > 0 && !slices.Contains(q.ItemIDs, study.Views[k].ItemID) {
			continue
		}
		if len(out.Policies) == maxPolicies {
			break
		}
		item, err := study.Item(k, promise, days)
		if err != nil {
			return api.PolicyAnswer{}, err
		}
		out.Policies = append(out.Policies, policyWords(study, k, &item))
	}
	return out, nil
}

func policyWords(s *plan.StockStudy, k int, item *plan.ItemStudy) api.ItemPolicy {
	c := s.Catalogue
	d := c.Lines[k].Demand
	out := api.ItemPolicy{StockLine: stockLineWords(s, k), Binding: item.Year.Rule.Binding, Year: yearWords(&item.Year, c.Currency), Reason: item.Reason, Curve: []api.PolicyPoint{}, Sensitivity: []api.PolicyShift{},
		Demand: api.PolicyDemand{LeadDays: d.LeadDays, LeadMean: d.LeadMean, LeadSD: d.LeadSD, Levels: append([]float64{}, d.Levels...), Quantiles: append([]float64{}, d.LeadQuantiles...)},
		Path:   api.StockPath{StartDate: dateOf(c.Day), Mean: item.Path.Mean, Low: item.Path.Low, High: item.Path.High, Position: item.Path.Position}}
	rule := item.Year.Rule
	out.ReorderPoint, out.OrderUpTo, out.SafetyStock, out.Cycle, out.FillRate = rule.ReorderPoint, rule.OrderUpTo, rule.SafetyStock, rule.Cycle, rule.FillRate
	for i := range item.Curve {
		out.Curve = append(out.Curve, api.PolicyPoint{Target: item.Targets[i], PolicyYear: yearWords(&item.Curve[i], c.Currency)})
	}
	for i := range item.Sensitivity {
		x := &item.Sensitivity[i]
		out.Sensitivity = append(out.Sensitivity, api.PolicyShift{What: x.What, Share: x.Share, Kept: yearWords(&x.Kept, c.Currency), Adapted: yearWords(&x.Adapted, c.Currency)})
	}
	return out
}

func yearWords(f *policy.Figures, currency string) api.PolicyYear {
	money := func(x float64) api.Money {
		return api.Money{Minor: int64(math.Round(math.Min(x, math.MaxInt64/2))), Currency: currency}
	}
	return api.PolicyYear{ReorderPoint: f.Rule.ReorderPoint, OrderUpTo: f.Rule.OrderUpTo, Cycle: f.Rule.Cycle, FillRate: f.Rule.FillRate, OnHand: f.OnHand, Holding: money(f.Holding),
		Ordering: money(f.Ordering), Orders: f.OrdersYear, ShortUnits: f.ShortUnits, Turns: f.StockTurns}
}
