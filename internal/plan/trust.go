package plan

import (
	"context"
	"slices"

	"quartermaster/finance"
	"quartermaster/finance/credit"
)

// trust scores the suppliers by what was known of them on the first day of the plan, and states the money that this plan's
// purchase orders put at risk with each.
func (b *builder) trust(context.Context) error {
	suppliers := make([]finance.Supplier, len(b.s.Suppliers))
	proposed := make([]finance.Money, len(suppliers))
	for i, x := range b.s.Suppliers {
		suppliers[i] = x.Supplier
		suppliers[i].Deliveries = slices.DeleteFunc(slices.Clone(x.Deliveries), func(d finance.Delivery) bool {
			return d.OrderedDay >= b.s.OriginDay || d.ReceivedDay >= b.s.OriginDay
		})
		proposed[i].Currency = b.s.Currency
	}
	for _, po := range b.plan.Purchases {
		proposed[b.supplierIndex[po.SupplierID]].Minor += po.CostCents
	}
	scores, err := credit.Scores(suppliers, b.s.OriginDay)
	if err != nil {
		return err
	}
	exposures, err := credit.Exposures(suppliers, scores, proposed)
	if err != nil {
		return err
	}
	for i := range suppliers {
		if err := finance.CheckScore(scores[i]); err != nil {
			return err
		}
		b.plan.Suppliers = append(b.plan.Suppliers, SupplierView{suppliers[i].Name, scores[i], exposures[i]})
	}
	b.progress(0.97, "%d suppliers scored", len(suppliers))
	return nil
}
