package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"quartermaster/inventory"
	"quartermaster/inventory/policy"
	"quartermaster/inventory/replenish"
)

// Restocking is what a replenishment run says.
type Restocking struct {
	Status     replenish.Status
	Policies   []inventory.Policy // one per line of the catalogue
	Purchases  []PurchaseOrder
	Transfers  []Transfer
	Views      []LineView // one per line of the catalogue
	Expedites  []Expedite
	Postponed  []Postponed
	Limits     []Limit // those that hold something back
	Reasons    []string
	Relaxation []string
	// CostCents is the expected cost of what limits hold back: units short by the price that the service asked for puts on them,
	// and orders split in two. Nothing is held back at 0. No orders within the limits cost less than BoundCents.
	CostCents, BoundCents float64
	Assortment            Assortment
	// Demands are what the rules were made for, one per line; nil = as in the catalogue.
	Demands []inventory.Demand
}

// Transfer is stock to be moved between sites today.
type Transfer struct {
	ItemID, FromSiteID, ToSiteID string
	Qty                          int64
	DueDay                       int
	SavingCents                  int64
	Reason                       string
}

// Postponed is a purchase order that is not sent today, with its reason.
type Postponed struct {
	SupplierID, SiteID string
	Lines              int
	CostCents          int64
	NextDay            int // days from the run, when orders are taken again
	Reason             string
}

// Limit is a room, dock or budget that is short, with the price of a little more of it.
type Limit struct {
	Kind, ID    string  // "room" or "dock" of a site, "budget" of a supplier
	Size, Asked float64 // m³ or money
	Price       float64 // expected cents that one more m³ or unit of money saves
}

// Restock decides what to move and what to buy today for all lines together. What cannot be is a status with reasons; an error
// names a field that makes no sense.
func Restock(ctx context.Context, c *Catalogue) (*Restocking, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if reasons, relaxation := c.impossible(); reasons != nil {
		return &Restocking{Status: replenish.StatusInfeasible, Reasons: reasons, Relaxation: relaxation}, nil
	}
	r := newRestock(c)
	if err := r.assort(ctx); err != nil || r.out.Status == replenish.StatusInfeasible {
		return r.out, err
	}
	for _, step := range []func(context.Context) error{r.rules, r.transfer, r.wish, r.limit} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	r.minimums()
	r.group()
	r.views()
	return r.out, checkRestocking(c, r.out)
}

// restock carries one run.
type restock struct {
	c        *Catalogue
	out      *Restocking
	supplier []int // per line
	inputs   []policy.Input
	params   policy.Params
	orders   []inventory.Replenishment // wished, then cut
	line     map[[2]string]int         // item and site → line
	inbound  [][]Inbound               // per line, by due day
	lots     [][]inventory.Lot         // per line
	expiring []int64
	shortage []float64 // per line: what a unit short costs, by the service asked for
}

func newRestock(c *Catalogue) *restock {
	n := len(c.Lines)
	r := &restock{c: c, out: &Restocking{Status: replenish.StatusOptimal}, supplier: make([]int, n), inputs: make([]policy.Input, n),
		line: make(map[[2]string]int, n), inbound: make([][]Inbound, n), lots: make([][]inventory.Lot, n), expiring: make([]int64, n),
		shortage: make([]float64, n), params: policy.Params{ReviewDays: c.Review.ReviewDays, OrderCostCents: c.Review.OrderCostCents, HoldingRate: c.Review.HoldingRate}}
	suppliers := map[string]int{}
	for i, s := range c.Suppliers {
		suppliers[s.ID] = i
	}
	for k, l := range c.Lines {
		r.line[[2]string{c.Items[l.Item].ID, c.Sites[l.Site].ID}] = k
		r.supplier[k] = suppliers[c.Items[l.Item].SupplierID]
	}
	for _, in := range c.Inbound {
		if k, ok := r.line[[2]string{in.ItemID, in.SiteID}]; ok {
			r.inbound[k] = append(r.inbound[k], in)
		}
	}
	for _, l := range c.Lots {
		if k, ok := r.line[[2]string{l.ItemID, l.SiteID}]; ok {
			r.lots[k] = append(r.lots[k], l)
		}
	}
	for k, l := range c.Lines {
		slices.SortStableFunc(r.inbound[k], func(a, b Inbound) int { return a.DueDay - b.DueDay })
		r.expiring[k] = min(inventory.Expiring(r.lots[k], l.Demand.MeanPerDay), l.Position.OnHand)
		position := l.Position
		position.OnHand -= r.expiring[k] // what will not be sold in time serves nobody
		r.inputs[k] = policy.Input{Item: c.Items[l.Item], Position: position, Demand: l.Demand, Service: l.Service, Terms: c.Suppliers[r.supplier[k]].Terms}
	}
	return r
}

func (r *restock) rules(ctx context.Context) error {
	var err error
	r.out.Policies, r.orders, err = policy.Plan(ctx, r.inputs, r.params)
	if err != nil {
		return err
	}
	rate := r.rate()
	for k := range r.inputs {
		if r.shortage[k] = r.params.ShortageCents; r.shortage[k] > 0 {
			continue
		}
		r.shortage[k] = shortageCents(&r.inputs[k], r.out.Policies[k], rate)
	}
	return nil
}

// shortageCents is what a unit short must cost for the rule's cycle service to be the best: h·α/(1 − α) with holding over one
// cycle (newsvendor; Silver, Pyke & Thomas 2017, §6.7.4).
func shortageCents(in *policy.Input, rule inventory.Policy, rate float64) float64 {
	days := max(in.Demand.LeadDays, 1)
	if batch := float64(rule.OrderUpTo - rule.ReorderPoint); in.Demand.MeanPerDay > 0 {
		days = max(days, min(365, batch/in.Demand.MeanPerDay))
	}
	alpha := min(max(rule.Cycle, 0.5), highestService)
	return max(1, float64(in.Item.UnitCostCents)) * rate * days / daysPerYear * alpha / (1 - alpha)
}

const daysPerYear = 365

// transfer moves stock above the level of its site to sites at or below their reorder point.
func (r *restock) transfer(ctx context.Context) error {
	if len(r.c.Lanes) == 0 {
		return nil
	}
	m := replenish.Moves{Volume: make([]float64, len(r.c.Items)), Dock: make([]float64, len(r.c.Sites))}
	sites := map[string]int{}
	for i, x := range r.c.Items {
		m.Volume[i] = float64(x.VolumeCm3) / 1e6
	}
	full := make([]float64, len(r.c.Sites))
	for k, l := range r.c.Lines {
		full[l.Site] += float64(max(0, l.Position.InventoryPosition())) * m.Volume[r.c.Lines[k].Item]
	}
	for i, s := range r.c.Sites {
		sites[s.ID] = i
		m.Dock[i] = float64(s.DockCm3) / 1e6
		if s.StoreCm3 > 0 { // what comes must find room, too
			room := max(1e-9, float64(s.StoreCm3)/1e6-full[i])
			if m.Dock[i] == 0 || room < m.Dock[i] {
				m.Dock[i] = room
			}
		}
	}
	for _, l := range r.c.Lanes {
		m.Lanes = append(m.Lanes, replenish.Lane{From: sites[l.FromSiteID], To: sites[l.ToSiteID], Cost: float64(l.CentsPerM3), Capacity: float64(l.CapacityCm3) / 1e6})
	}
	for k, l := range r.c.Lines {
		r.offer(&m, k, l)
	}
	plan, err := replenish.Transfer(ctx, m)
	if err != nil {
		return err
	}
	if err := replenish.CheckMoves(m, plan); err != nil {
		return err
	}
	for _, v := range plan.Moves {
		lane := r.c.Lanes[v.Lane]
		item := r.c.Items[v.Item].ID
		from, to := r.line[[2]string{item, lane.FromSiteID}], r.line[[2]string{item, lane.ToSiteID}]
		r.out.Transfers = append(r.out.Transfers, Transfer{ItemID: item, FromSiteID: lane.FromSiteID, ToSiteID: lane.ToSiteID, Qty: v.Qty, DueDay: lane.Days,
			SavingCents: int64(math.Round(v.Saving)), Reason: r.whyMove(from, to, v.Qty)})
		r.inputs[from].Position.OnHand -= v.Qty
		r.inputs[to].Position.OnOrder += v.Qty
	}
	_, r.orders, err = policy.Plan(ctx, r.inputs, r.params)
	return err
}

// offer says what a line can spare above its level, or lacks below it.
func (r *restock) offer(m *replenish.Moves, k int, l StockLine) {
	rule, in := r.out.Policies[k], &r.inputs[k]
	have := in.Position.InventoryPosition()
	holding := float64(in.Item.UnitCostCents) * r.rate() / daysPerYear // cents a unit and day
	switch spare := min(have-rule.OrderUpTo, in.Position.OnHand-in.Position.Backordered); {
	case spare > 0 && have > rule.OrderUpTo:
		idle := float64(daysPerYear)
		if l.Demand.MeanPerDay > 0 {
			idle = min(idle, float64(have-rule.OrderUpTo)/l.Demand.MeanPerDay)
		}
		m.Supply = append(m.Supply, replenish.Supply{Item: l.Item, Site: l.Site, Qty: min(spare, maxQty), Value: holding * idle})
	case have <= rule.ReorderPoint && have < rule.OrderUpTo:
		value := 0.0
		if r.outDay(k) <= int(l.Demand.LeadDays) { // it will be missed before a purchase order could come
			value = r.shortage[k]
		}
		m.Need = append(m.Need, replenish.Need{Item: l.Item, Site: l.Site, Qty: min(rule.OrderUpTo-have, maxQty), Value: value})
	}
}

func (r *restock) rate() float64 {
	if r.c.Review.HoldingRate == 0 {
		return 0.25
	}
	return r.c.Review.HoldingRate
}

func (r *restock) whyMove(from, to int, qty int64) string {
	a, b := &r.inputs[from], &r.inputs[to]
	return fmt.Sprintf("%s has %d more than its level of %d and %s stands at %d, reorder point %d: move %d instead of buying them",
		a.Position.SiteID, a.Position.InventoryPosition()-r.out.Policies[from].OrderUpTo, r.out.Policies[from].OrderUpTo,
		b.Position.SiteID, b.Position.InventoryPosition(), r.out.Policies[to].ReorderPoint, qty)
}

// wish keeps the orders of suppliers that take some today, within what an item's shelf life sells.
func (r *restock) wish(context.Context) error {
	kept := r.orders[:0]
	late := map[[2]string]*Postponed{}
	for _, o := range r.orders {
		k := r.line[[2]string{o.ItemID, o.SiteID}]
		s := &r.c.Suppliers[r.supplier[k]]
		if s.Terms.Takes(r.c.Day) {
			if o = r.keepable(k, o); o.Qty > 0 {
				kept = append(kept, o)
			}
			continue
		}
		key := [2]string{s.ID, o.SiteID}
		if late[key] == nil {
			next := s.Terms.Next(r.c.Day) - r.c.Day
			late[key] = &Postponed{SupplierID: s.ID, SiteID: o.SiteID, NextDay: next, Reason: fmt.Sprintf("%s takes no orders today; the next day is in %d days", s.ID, next)}
		}
		late[key].Lines++
		late[key].CostCents += o.CostCents
	}
	r.orders = kept
	for _, p := range late {
		r.out.Postponed = append(r.out.Postponed, *p)
	}
	sortPostponed(r.out.Postponed)
	return nil
}

// keepable cuts an order to what sells before it expires, but not below the least that can be bought while units are owed.
func (r *restock) keepable(k int, o inventory.Replenishment) inventory.Replenishment {
	in := &r.inputs[k]
	shelf := in.Item.ShelfLifeDays
	if shelf == 0 || !r.wouldExpire(k, o.Qty) {
		return o
	}
	sells := int64(r.c.Lines[k].Demand.MeanPerDay*float64(shelf)) - in.Position.InventoryPosition()
	qty := max(0, sells) / in.Item.PackSize * in.Item.PackSize
	if qty < max(in.Item.MinOrderQty, 1) {
		if qty = 0; in.Position.InventoryPosition() < 0 {
			qty = (max(in.Item.MinOrderQty, -in.Position.InventoryPosition()) + in.Item.PackSize - 1) / in.Item.PackSize * in.Item.PackSize
		}
	}
	if qty = min(qty, o.Qty); qty < o.Qty {
		o.Reason += fmt.Sprintf("; cut from %d to what sells within its shelf life of %d days", o.Qty, shelf)
		o.Qty, o.CostCents = qty, in.Terms.CostCents(&in.Item, qty)
	}
	return o
}

func sortPostponed(list []Postponed) {
	sort.Slice(list, func(a, b int) bool {
		return list[a].SupplierID < list[b].SupplierID || list[a].SupplierID == list[b].SupplierID && list[a].SiteID < list[b].SiteID
	})
}

// group makes purchase orders, one per supplier and site.
func (r *restock) group() {
	r.out.Purchases = purchaseOrders(r.c.Day, r.orders)
}
