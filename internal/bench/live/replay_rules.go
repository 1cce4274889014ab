package live

import (
	"context"
	"fmt"
	"math"
	"strings"

	"quartermaster/finance"
	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/inventory"
)

// stocker looks at all shelves on a day and gives every item's reorder point and level.
type stocker interface {
	look(ctx context.Context, day int) ([]inventory.Policy, error)
}

// minMax holds so many days of the past quarter's mean as safety and orders so many days' worth.
type minMax struct {
	items        []replayItem
	cover, batch float64 // days
	rules        []inventory.Policy
}

func (m *minMax) look(ctx context.Context, day int) ([]inventory.Policy, error) {
	if m.rules == nil {
		m.rules = make([]inventory.Policy, len(m.items))
	}
	for i := range m.items {
		mean := m.items[i].sold(day-replayHistory, day) / replayHistory
		point := mean * (replayLead + m.cover)
		m.rules[i].ReorderPoint, m.rules[i].OrderUpTo = int64(math.Floor(point)), int64(math.Ceil(point+mean*m.batch))
	}
	return m.rules, ctx.Err()
}

const (
	// replayMean and replaySpread are the days over which mean and variation of our demand fade by 1/e, replayOrder what an order
	// line costs: with it the number of orders of the first year is that of min/max with batches of two weeks. All three were
	// chosen on the first year.
	replayMean   = 42
	replaySpread = 126
	replayOrder  = 27 // cents
)

// restocking is a replenishment run of the product at each look, with one fill rate over all items.
type restocking struct {
	items []replayItem
	seen  int // days
	memos []replayMemo
}

// replayMemo is what is remembered of an item's weeks, fading.
type replayMemo struct {
	weeks, sum                float64 // over replayMean days
	slowWeeks, slowSum, slow2 float64 // over replaySpread days
}

func (m *replayMemo) add(week float64) {
	fast, slow := math.Exp(-7.0/replayMean), math.Exp(-7.0/replaySpread)
	m.weeks, m.sum = m.weeks*fast+1, m.sum*fast+week
	m.slowWeeks, m.slowSum, m.slow2 = m.slowWeeks*slow+1, m.slowSum*slow+week, m.slow2*slow+week*week
}

// variation is the standard deviation of a week as a share of its mean, at least that of customers who come one by one.
func (m *replayMemo) variation() float64 {
	mean := m.slowSum / m.slowWeeks
	if mean <= 0 {
		return 0
	}
	return math.Sqrt(math.Max(m.slow2/m.slowWeeks/(mean*mean)-1, 1/mean))
}

func (s *restocking) look(ctx context.Context, day int) ([]inventory.Policy, error) {
	if s.memos == nil {
		s.memos = make([]replayMemo, len(s.items))
	}
	for ; s.seen+7 <= day; s.seen += 7 {
		for i := range s.items {
			if s.items[i].sums[s.seen+7] > 0 {
				s.memos[i].add(s.items[i].sold(s.seen, s.seen+7))
			}
		}
	}
	out, err := plan.Restock(ctx, s.catalogue(day))
	if err != nil {
		return nil, err
	}
	if out.Policies == nil {
		return nil, fmt.Errorf("replay: %s", strings.Join(out.Reasons, "; "))
	}
	return out.Policies, nil
}

// catalogue is the assortment as a run sees it on a day.
func (s *restocking) catalogue(day int) *plan.Catalogue {
	c := &plan.Catalogue{Day: day, Currency: "GBP", Review: plan.ReviewRule{ReviewDays: replayReview, OrderCostCents: replayOrder, AssortmentFillRate: replayAsked},
		Sites:     []inventory.Site{{ID: "site"}},
		Suppliers: []plan.Supplier{{Supplier: finance.Supplier{ID: "supplier"}, LeadTime: forecast.LeadTime{MeanDays: replayLead}}},
		Items:     make([]inventory.Item, len(s.items)), Lines: make([]plan.StockLine, len(s.items))}
	const window = replayLead + replayReview
	for i := range s.items {
		id := fmt.Sprint(i)
		c.Items[i] = inventory.Item{ID: id, SupplierID: "supplier", UnitCostCents: s.items[i].cents, PackSize: 1}
		l := &c.Lines[i]
		l.Item, l.Position = i, inventory.Position{ItemID: id, SiteID: "site"}
		l.Demand = inventory.Demand{ItemID: id, SiteID: "site", LeadDays: window}
		m := &s.memos[i]
		if m.weeks == 0 || m.sum/m.weeks < 1e-6 {
			continue
		}
		mean := m.sum / m.weeks
		l.Demand.MeanPerDay, l.Demand.LeadMean = mean/7, mean*window/7
		l.Variation, l.Weeks = m.variation(), m.slowWeeks
		// The mean itself is known from so many weeks alone, which adds to the spread of the weeks to come.
		l.Demand.LeadSD = l.Variation * mean * math.Sqrt(window/7.0*(1+window/7.0/m.weeks))
	}
	return c
}

func (r *replayRun) serve(asked, served, cents float64) {
	r.asked, r.served = r.asked+asked, r.served+served
	r.sold, r.paid = r.sold+asked*cents, r.paid+served*cents
}

// replay serves all items day by day; what is short waits. At each look stock at or below the reorder point is brought up to the
// level. It begins with half a batch above the point.
func replay(ctx context.Context, items []replayItem, from, to int, by stocker) (replayRun, error) {
	rules, err := by.look(ctx, from)
	if err != nil {
		return replayRun{}, err
	}
	stock, pipeline := make([]float64, len(items)), make([]float64, len(items))
	due := make([][]float64, len(items)) // by day
	for i, r := range rules {
		stock[i] = math.Ceil(float64(r.ReorderPoint+r.OrderUpTo) / 2)
		due[i] = make([]float64, to-from+replayLead)
	}
	out := replayRun{days: to - from - replayWarm}
	for day := from; day < to; day++ {
		looks := (day-from)%replayReview == 0
		for i := range items {
			come := due[i][day-from]
			stock[i], pipeline[i] = stock[i]+come, pipeline[i]-come
			if ask := items[i].sales[day]; ask > 0 {
				if day >= from+replayWarm {
					out.serve(ask, math.Min(ask, math.Max(0, stock[i])), float64(items[i].cents))
				}
				stock[i] -= ask
			}
			if day >= from+replayWarm {
				out.holding += math.Max(0, stock[i]) * float64(items[i].cents)
			}
		}
		if !looks {
			continue
		}
		if rules, err = by.look(ctx, day); err != nil {
			return out, err
		}
		for i, r := range rules {
			if position := stock[i] + pipeline[i]; position <= float64(r.ReorderPoint) && position < float64(r.OrderUpTo) {
				q := math.Ceil(float64(r.OrderUpTo) - position)
				due[i][day-from+replayLead], pipeline[i] = due[i][day-from+replayLead]+q, pipeline[i]+q
				out.orders++
			}
		}
	}
	return out, nil
}
