package server

import (
	"context"
	"net/http"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

type planSuppliersOutput struct{ Body api.PlanSupplierList }

func (s *Server) registerPlanSuppliers() {
	op := operation("list-plan-suppliers", http.MethodGet, "/v1/fulfilment-plans/{id}/suppliers", "How a plan judges suppliers", "plans", service.ScopePlansRead, 404)
	op.Description = "Each supplier's score with what it is made of, and the money that the plan's purchase orders put at risk with it."
	register(s, op, s.listPlanSuppliers)
}

func (s *Server) listPlanSuppliers(ctx context.Context, in *planInput) (*planSuppliersOutput, error) {
	record, err := s.options.Plans.Plan(ctx, s.tenant(ctx), in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	summary, err := readSummary(record)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &planSuppliersOutput{Body: api.PlanSupplierList{Items: make([]api.PlanSupplier, len(summary.Suppliers))}}
	for i, x := range summary.Suppliers {
		out.Body.Items[i] = planSupplierWords(x)
	}
	return out, nil
}

func planSupplierWords(x plan.SupplierView) api.PlanSupplier {
	money := func(m finance.Money) api.Money { return api.Money{Minor: m.Minor, Currency: m.Currency} }
	out := api.PlanSupplier{
		SupplierScore: scoreWords(x.Name, x.Score), Failure: failureWords(x.Score), Outlook: outlookWords(x.Score.Outlook),
		Proposed: money(x.Exposure.Proposed), Open: money(x.Exposure.Open), Prepaid: money(x.Exposure.Prepaid),
		Limit: money(x.Exposure.Limit), Headroom: money(x.Exposure.Headroom), Advice: x.Exposure.Advice,
	}
	if _, known := x.Score.PD(); known {
		expected := money(x.Exposure.Expected)
		out.Expected = &expected
	}
	return out
}
