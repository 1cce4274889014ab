package business

import (
	"math"
	"math/rand/v2"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/internal/rng"
	"quartermaster/inventory"
)

// historyDays is how far back delivery histories are drawn: three years tell a buyer what matters.
const historyDays = 3 * 365

// suppliers gives each declared supplier a delivery history drawn from its habits, and the value of what is on its way.
func (d *drawer) suppliers(items []inventory.Item, inbound []plan.Inbound) []plan.Supplier {
	costs, from := map[string]int64{}, map[string]string{}
	for _, it := range items {
		costs[it.ID], from[it.ID] = it.UnitCostCents, it.SupplierID
	}
	open := map[string]int64{}
	for _, in := range inbound {
		open[from[in.ItemID]] += in.Qty * costs[in.ItemID]
	}
	out := make([]plan.Supplier, len(d.b.Suppliers))
	for i := range d.b.Suppliers {
		s := &d.b.Suppliers[i]
		out[i].LeadTime = forecast.LeadTime{MeanDays: s.LeadDays, SDDays: s.LeadSDDays}
		out[i].Terms = s.terms()
		out[i].Supplier = finance.Supplier{
			ID: s.ID, Name: s.Name, SinceDay: min(s.Since.day(), d.req.StartDay),
			CreditLimit:  finance.Money{Minor: s.CreditLimit * 100, Currency: d.b.Currency},
			PrepaidShare: s.PrepaidShare, PaymentTermDays: s.TermDays,
			Deliveries: d.deliveries(s),
			OpenOrders: finance.Money{Minor: open[s.ID], Currency: d.b.Currency},
		}
	}
	return out
}

// terms are what the supplier asks for beyond packs and minimums.
func (s *Supplier) terms() inventory.Terms {
	t := inventory.Terms{MinOrderCents: s.MinOrder * 100, BudgetCents: s.Budget * 100}
	for _, d := range s.OrderDays {
		t.OrderDays[weekday(d)] = true
	}
	for _, d := range s.ClosedDays {
		t.ClosedDays = append(t.ClosedDays, d.day())
	}
	for _, d := range s.Discounts {
		t.Discounts = append(t.Discounts, inventory.Discount(d))
	}
	return t
}

// deliveries draws a supplier's history: evenly spaced orders since it is known, received before the plan starts.
func (d *drawer) deliveries(s *Supplier) []finance.Delivery {
	if s.DeliveriesWeek == 0 {
		return nil
	}
	r := rng.New(d.req.Seed, "deliveries", s.ID)
	var out []finance.Delivery
	gap := 7 / s.DeliveriesWeek
	first := max(s.Since.day(), d.req.StartDay-historyDays)
	for k := 0; ; k++ {
		ordered := first + int(float64(k)*gap)
		// Each order uses up the same draws whatever becomes of it, so that a habit changed moves no other order.
		delivery := d.delivery(s, ordered, r)
		if ordered+int(math.Ceil(s.LeadDays)) >= d.req.StartDay {
			return out
		}
		if delivery.ReceivedDay < d.req.StartDay {
			out = append(out, delivery)
		}
	}
}

// delivery draws what became of one order.
func (d *drawer) delivery(s *Supplier, ordered int, r *rand.Rand) finance.Delivery {
	h := s.Behaviour
	units, cost := int64(12+r.IntN(480)), int64(50+r.IntN(400))
	lateDraw, lateBy := r.Float64(), r.ExpFloat64()
	missing, short, shortBy := r.Float64(), r.Float64(), r.Float64()
	reject, rejectBy := r.Float64(), r.Float64()
	promised := ordered + int(math.Ceil(s.LeadDays))
	out := finance.Delivery{
		OrderedDay: ordered, PromisedDay: promised, ReceivedDay: promised, OrderedQty: units, ReceivedQty: units,
		Value: finance.Money{Minor: units * cost, Currency: d.b.Currency},
	}
	if missing < h.Missing {
		out.ReceivedDay, out.ReceivedQty = -1, 0
		return out
	}
	if lateDraw < h.Late {
		out.ReceivedDay += 1 + int(min(lateBy*h.LateBy, historyDays))
	}
	if short < h.Short {
		out.ReceivedQty -= 1 + int64(shortBy*float64(units)/2)
	}
	if reject < h.Reject {
		out.RejectedQty = 1 + int64(rejectBy*float64(out.ReceivedQty)/4)
		out.RejectedQty = min(out.RejectedQty, out.ReceivedQty)
	}
	return out
}
