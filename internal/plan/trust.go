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
	suppliers := b.s.SuppliersThen()
	proposed := make([]finance.Money, len(suppliers))
	for i := range proposed {
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

// SuppliersThen are the suppliers as they were known on the morning of OriginDay: a plan for a past week sees no later
// delivery, and one with whom trade began later counts as new.
func (s *Snapshot) SuppliersThen() []finance.Supplier {
	out := make([]finance.Supplier, len(s.Suppliers))
	for i, x := range s.Suppliers {
		out[i] = x.Supplier
		out[i].SinceDay = min(x.SinceDay, s.OriginDay)
		out[i].Deliveries = slices.DeleteFunc(slices.Clone(x.Deliveries), func(d finance.Delivery) bool {
			return d.OrderedDay >= s.OriginDay || d.ReceivedDay >= s.OriginDay
		})
	}
	return out
}
