package plan

import (
	"context"
	"fmt"
	"sort"

	"quartermaster/inventory"
	"quartermaster/inventory/replenish"
)

// limit cuts the orders to what rooms, docks and budgets hold, all lines together, so that the expected cost of what is held
// back is least. Without limits, or where all wishes fit, nothing is cut.
func (r *restock) limit(ctx context.Context) error {
	p, wish := r.shared()
	if !anyLimit(p) {
		return nil
	}
	plan, err := replenish.Solve(ctx, p, replenish.Options{})
	if err != nil {
		return err
	}
	if err := replenish.Check(p, plan); err != nil {
		return err
	}
	free := 0.0 // cost of the wishes themselves: not of the limits' making
	whole := replenish.Plan{Qty: make([]int64, len(p.Lines))}
	for k := range p.Lines {
		whole.Qty[k] = p.Lines[k].Wish
	}
	free = replenish.Cost(p, whole.Qty)
	r.out.CostCents, r.out.BoundCents = max(0, plan.Cost-free), max(0, plan.Bound-free)
	r.out.Status, r.out.Reasons, r.out.Relaxation = plan.Status, plan.Reasons, plan.Relaxation
	r.binding(p, plan)
	kept := r.orders[:0]
	for _, o := range r.orders {
		k := r.line[[2]string{o.ItemID, o.SiteID}]
		q := plan.Qty[k]
		if q == 0 {
			continue
		}
		if q < wish[k] {
			o.Reason += fmt.Sprintf("; cut from %d, since %s", wish[k], replenish.Scarce(p, plan, k))
			o.Qty, o.CostCents = q, r.inputs[k].Terms.CostCents(&r.inputs[k].Item, q)
		}
		kept = append(kept, o)
	}
	r.orders = kept
	return nil
}

// shared is the problem of the limits: every line counts for the room, and those that wish for something may order.
func (r *restock) shared() (replenish.Problem, []int64) {
	p := replenish.Problem{Lines: make([]replenish.Line, len(r.c.Lines)), Sites: make([]replenish.Site, len(r.c.Sites)), Suppliers: make([]replenish.Supplier, len(r.c.Suppliers))}
	wish := make([]int64, len(r.c.Lines))
	for _, o := range r.orders {
		wish[r.line[[2]string{o.ItemID, o.SiteID}]] = o.Qty
	}
	moved := make([]float64, len(r.c.Sites)) // what transfers take of a dock
	for _, t := range r.out.Transfers {
		k := r.line[[2]string{t.ItemID, t.ToSiteID}]
		moved[r.c.Lines[k].Site] += float64(t.Qty) * float64(r.inputs[k].Item.VolumeCm3) / 1e6
	}
	for i, s := range r.c.Sites {
		p.Sites[i] = replenish.Site{ID: s.ID, Volume: float64(s.StoreCm3) / 1e6}
		if s.DockCm3 > 0 {
			p.Sites[i].Dock = max(1e-9, float64(s.DockCm3)/1e6-moved[i])
		}
	}
	for i, s := range r.c.Suppliers {
		p.Suppliers[i] = replenish.Supplier{ID: s.ID, Budget: float64(s.Terms.BudgetCents)}
	}
	for k, l := range r.c.Lines {
		in := &r.inputs[k]
		position := in.Position.InventoryPosition() + r.expiring[k] // what expires takes room as long as it lies there
		line := replenish.Line{ItemID: in.Item.ID, SiteID: in.Position.SiteID, SupplierID: in.Item.SupplierID, Site: l.Site, Supplier: r.supplier[k],
			Mean: l.Demand.LeadMean, SD: l.Demand.LeadSD, Position: position, OnHand: max(0, in.Position.OnHand), Pack: in.Item.PackSize, Minimum: in.Item.MinOrderQty,
			UnitCost: float64(in.Item.UnitCostCents), Holding: 1, Shortage: r.shortage[k], OrderCost: float64(r.c.Review.OrderCostCents), Volume: float64(in.Item.VolumeCm3) / 1e6,
			Ruled: true, Wish: wish[k]}
		for _, d := range in.Terms.Discounts {
			line.Breaks = append(line.Breaks, replenish.Break{From: d.Packs * in.Item.PackSize, UnitCost: line.UnitCost * float64(1000-d.Permille) / 1000})
		}
		if line.UnitCost == 0 {
			line.Breaks = nil
		}
		p.Lines[k] = line
	}
	return p, wish
}

func anyLimit(p replenish.Problem) bool {
	for _, s := range p.Sites {
		if s.Volume > 0 || s.Dock > 0 {
			return true
		}
	}
	for _, s := range p.Suppliers {
		if s.Budget > 0 {
			return true
		}
	}
	return false
}

// binding lists the limits that all wishes together exceed, with what would be enough.
func (r *restock) binding(p replenish.Problem, plan replenish.Plan) {
	room, dock, money := make([]float64, len(p.Sites)), make([]float64, len(p.Sites)), make([]float64, len(p.Suppliers))
	for k := range p.Lines {
		l := &p.Lines[k]
		room[l.Site] += l.Volume * float64(max(0, l.Position)+l.Wish)
		dock[l.Site] += l.Volume * float64(l.Wish)
		money[l.Supplier] += float64(r.inputs[k].Terms.CostCents(&r.inputs[k].Item, l.Wish))
	}
	add := func(kind, id string, size, asked, price float64, unit string) {
		if size == 0 || asked <= size {
			return
		}
		r.out.Limits = append(r.out.Limits, Limit{Kind: kind, ID: id, Size: size, Asked: asked, Price: price})
		r.out.Reasons = append(r.out.Reasons, fmt.Sprintf("the %s of %s is %.2f %s, and all that is wished for needs %.2f", kind, id, size, unit, asked))
		r.out.Relaxation = append(r.out.Relaxation, fmt.Sprintf("%.2f %s more %s of %s would let everything be ordered", asked-size, unit, kind, id))
	}
	for i, s := range p.Sites {
		add("room", s.ID, s.Volume, room[i], plan.RoomPrice[i], "m³")
		add("dock", s.ID, s.Dock, dock[i], plan.DockPrice[i], "m³")
	}
	for i, s := range p.Suppliers {
		add("budget", s.ID, s.Budget/100, money[i]/100, plan.BudgetPrice[i]*100, r.c.Currency)
	}
}

// minimums tops purchase orders below a supplier's least value up with what would be ordered next, or postpones them where that
// costs more than waiting until the next day that takes orders.
func (r *restock) minimums() {
	groups := map[[2]string][]int{} // of r.orders
	var keys [][2]string
	for i, o := range r.orders {
		key := [2]string{o.SupplierID, o.SiteID}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], i)
	}
	sort.Slice(keys, func(a, b int) bool {
		return keys[a][0] < keys[b][0] || keys[a][0] == keys[b][0] && keys[a][1] < keys[b][1]
	})
	drop := map[int]bool{}
	for _, key := range keys {
		r.minimum(key, groups[key], drop)
	}
	kept := make([]inventory.Replenishment, 0, len(r.orders))
	for i, o := range r.orders {
		if !drop[i] {
			kept = append(kept, o)
		}
	}
	r.orders = kept
	sortPostponed(r.out.Postponed)
}

// minimum sees to one purchase order.
func (r *restock) minimum(key [2]string, orders []int, drop map[int]bool) {
	s := &r.c.Suppliers[r.supplier[r.line[[2]string{r.orders[orders[0]].ItemID, key[1]}]]]
	var value int64
	waiting := 0.0 // expected cost of not ordering until the next day
	next := s.Terms.Next(r.c.Day+1) - r.c.Day
	for _, i := range orders {
		o := &r.orders[i]
		value += o.CostCents
		k := r.line[[2]string{o.ItemID, o.SiteID}]
		waiting += r.shortage[k] * r.c.Lines[k].Demand.MeanPerDay * float64(next) * (1 - r.coverage(k))
	}
	missing := s.Terms.MinOrderCents - value
	if missing <= 0 {
		return
	}
	extra, cost := r.topUp(s, key[1], missing)
	if extra == nil || cost > waiting {
		for _, i := range orders {
			drop[i] = true
		}
		r.out.Postponed = append(r.out.Postponed, Postponed{SupplierID: s.ID, SiteID: key[1], Lines: len(orders), CostCents: value, NextDay: next,
			Reason: fmt.Sprintf("worth %d.%02d, %s takes orders from %d.%02d; topping it up would cost more than to wait %d days", value/100, value%100, s.ID,
				s.Terms.MinOrderCents/100, s.Terms.MinOrderCents%100, next)})
		return
	}
	for _, o := range extra {
		if i := indexOf(r.orders, orders, o.ItemID); i >= 0 {
			r.orders[i].Qty += o.Qty
			r.orders[i].CostCents = r.cost(r.orders[i].ItemID, key[1], r.orders[i].Qty)
			r.orders[i].Reason += fmt.Sprintf("; %d of them to reach the supplier's least order", o.Qty)
			continue
		}
		r.orders = append(r.orders, o)
	}
}

func indexOf(all []inventory.Replenishment, of []int, item string) int {
	for _, i := range of {
		if all[i].ItemID == item {
			return i
		}
	}
	return -1
}

func (r *restock) cost(item, site string, qty int64) int64 {
	in := &r.inputs[r.line[[2]string{item, site}]]
	return in.Terms.CostCents(&in.Item, qty)
}

// coverage is the share of a line's demand until the next order that its position covers.
func (r *restock) coverage(k int) float64 {
	d := r.c.Lines[k].Demand
	if d.LeadMean <= 0 {
		return 1
	}
	return min(1, max(0, float64(r.inputs[k].Position.InventoryPosition())/d.LeadMean))
}

// topUp lists what brings a purchase order to its least value at the least holding cost: whole packs of the items that will be
// ordered soonest, in the room, dock and budget that are left. nil = the limits or the demand leave nothing to add.
func (r *restock) topUp(s *Supplier, site string, missing int64) ([]inventory.Replenishment, float64) {
	type candidate struct {
		line int
		days float64 // until it would be ordered anyway
	}
	var list []candidate
	ordered := map[string]int64{}
	for _, o := range r.orders {
		if o.SiteID == site {
			ordered[o.ItemID] = o.Qty
		}
	}
	for k, l := range r.c.Lines {
		if r.c.Sites[l.Site].ID == site && r.c.Suppliers[r.supplier[k]].ID == s.ID && l.Demand.MeanPerDay > 0 && r.inputs[k].Item.UnitCostCents > 0 {
			over := r.inputs[k].Position.InventoryPosition() + ordered[r.inputs[k].Item.ID] - r.out.Policies[k].ReorderPoint
			list = append(list, candidate{k, float64(over) / l.Demand.MeanPerDay})
		}
	}
	sort.SliceStable(list, func(a, b int) bool { return list[a].days < list[b].days })
	room := r.left(site, s)
	var out []inventory.Replenishment
	cost := 0.0
	for _, x := range list {
		in := &r.inputs[x.line]
		batch := max(r.out.Policies[x.line].OrderUpTo-r.out.Policies[x.line].ReorderPoint, in.Item.PackSize)
		packs := min((missing+in.Item.UnitCostCents*in.Item.PackSize-1)/(in.Item.UnitCostCents*in.Item.PackSize), (batch+in.Item.PackSize-1)/in.Item.PackSize)
		qty := packs * in.Item.PackSize
		if ordered[in.Item.ID] == 0 {
			qty = max(qty, (in.Item.MinOrderQty+in.Item.PackSize-1)/in.Item.PackSize*in.Item.PackSize)
		}
		if qty == 0 || !room.take(float64(qty*in.Item.VolumeCm3)/1e6, float64(qty*in.Item.UnitCostCents)) || r.wouldExpire(x.line, ordered[in.Item.ID]+qty) {
			continue
		}
		price := in.Terms.CostCents(&in.Item, qty)
		cost += float64(price) * r.rate() * max(0, x.days) / daysPerYear
		missing -= price
		out = append(out, inventory.Replenishment{ItemID: in.Item.ID, SiteID: site, SupplierID: s.ID, Qty: qty, CostCents: price, Policy: r.out.Policies[x.line],
			Position: in.Position, DueDay: int(s.LeadTime.MeanDays + 0.999),
			Reason: fmt.Sprintf("brought forward by %.0f days to reach the supplier's least order", max(0, x.days))})
		if missing <= 0 {
			return out, cost
		}
	}
	return nil, 0
}

// wouldExpire says whether units would lie longer than they keep.
func (r *restock) wouldExpire(k int, qty int64) bool {
	shelf := r.inputs[k].Item.ShelfLifeDays
	return shelf > 0 && float64(qty+r.inputs[k].Position.InventoryPosition()) > r.c.Lines[k].Demand.MeanPerDay*float64(shelf)
}

// leftover is what is left of a site's room and dock and a supplier's budget.
type leftover struct{ room, dock, budget float64 }

func (l *leftover) take(volume, money float64) bool {
	if volume > l.room || volume > l.dock || money > l.budget {
		return false
	}
	l.room, l.dock, l.budget = l.room-volume, l.dock-volume, l.budget-money
	return true
}

func (r *restock) left(site string, s *Supplier) *leftover {
	const plenty = 1e18
	l := &leftover{plenty, plenty, plenty}
	for _, x := range r.c.Sites {
		if x.ID == site && x.StoreCm3 > 0 {
			l.room = float64(x.StoreCm3) / 1e6
		}
		if x.ID == site && x.DockCm3 > 0 {
			l.dock = float64(x.DockCm3) / 1e6
		}
	}
	if s.Terms.BudgetCents > 0 {
		l.budget = float64(s.Terms.BudgetCents)
	}
	for k := range r.inputs {
		if p := &r.inputs[k].Position; p.SiteID == site {
			l.room -= float64(max(0, p.InventoryPosition()+r.expiring[k])*r.inputs[k].Item.VolumeCm3) / 1e6
		}
	}
	for _, o := range r.orders {
		volume := float64(o.Qty*r.inputs[r.line[[2]string{o.ItemID, o.SiteID}]].Item.VolumeCm3) / 1e6
		if o.SiteID == site {
			l.room, l.dock = l.room-volume, l.dock-volume
		}
		if o.SupplierID == s.ID {
			l.budget -= float64(o.CostCents)
		}
	}
	for _, t := range r.out.Transfers {
		if t.ToSiteID == site {
			l.dock -= float64(t.Qty*r.inputs[r.line[[2]string{t.ItemID, t.ToSiteID}]].Item.VolumeCm3) / 1e6
		}
	}
	return l
}
