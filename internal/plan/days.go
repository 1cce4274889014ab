package plan

import (
	"context"
	"fmt"
	"slices"

	"quartermaster/forecast"
)

// openOrder is an order, or what is left of it, that no site serves yet.
type openOrder struct {
	order int
	lines []itemQty
	code  string // why not on an earlier day; "" = it is new
	why   string
}

// days plans one day after the other: what is served today is gone from the shelf tomorrow, and what could not go out is
// tried again on the next open day.
func (b *builder) days(ctx context.Context) error {
	arriving := b.ordersByDay()
	received := 0
	inbound := b.inboundByDay()
	for day := range b.s.Days {
		for ; received < len(inbound) && inbound[received].DueDay <= day; received++ {
			in := inbound[received]
			b.stock[b.itemIndex[in.ItemID]*len(b.s.Sites)+b.siteIndex[in.SiteID]] += in.Qty
		}
		b.open = append(b.open, arriving[day]...)
		if !b.isOpen(day) {
			continue
		}
		if err := b.day(ctx, day); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
		b.giveUpHopeless(day, inbound[received:])
		b.progress(0.42+0.53*float64(day+1)/float64(b.s.Days), "day %d of %d planned: %d parcels on %d routes so far",
			day+1, b.s.Days, len(b.shipped), b.plan.Totals.Routes)
	}
	b.closeBooks()
	return nil
}

// inboundByDay is what is on its way, by the day it is on the shelf.
func (b *builder) inboundByDay() []Inbound {
	in := slices.Clone(b.s.Inbound)
	slices.SortStableFunc(in, func(x, y Inbound) int { return x.DueDay - y.DueDay })
	return in
}

// isOpen says whether the business works on that day of the plan.
func (b *builder) isOpen(day int) bool {
	return b.s.Calendar.OpenDays[forecast.Weekday(b.s.OriginDay+day)]
}

// ordersByDay puts each order on the first open day after its cut-off; those after the last day are told so at once.
func (b *builder) ordersByDay() [][]openOrder {
	days := make([][]openOrder, b.s.Days)
	for i, o := range b.s.Orders {
		lines := make([]itemQty, len(o.Lines))
		for j, l := range o.Lines {
			lines[j] = itemQty{j, l.Qty}
		}
		if b.noRoad[i] != "" {
			b.shortfall(openOrder{i, lines, "no_road", b.noRoad[i]})
			continue
		}
		day := b.firstDay(o.PlacedSec)
		switch {
		case day >= b.s.Days:
			b.shortfall(openOrder{i, lines, "after_plan", "placed after the last cut-off of this plan; it belongs to the next one"})
			continue
		case !b.isOpen(day) && !b.anyOpenAfter(day):
			b.shortfall(openOrder{i, lines, "closed", "the business is not open on any day that is left of this plan"})
			continue
		}
		days[day] = append(days[day], openOrder{order: i, lines: lines})
	}
	return days
}

// firstDay is the first day on which an order placed then may be worked on; on a closed day it waits for the next open one.
func (b *builder) firstDay(placedSec int64) int {
	day := int(floorDiv(placedSec, daySec))
	if placedSec-int64(day)*daySec >= b.s.Calendar.CutoffSec {
		day++
	}
	return max(day+1, 0)
}

func floorDiv(a, m int64) int64 {
	q := a / m
	if a%m < 0 {
		q--
	}
	return q
}

// day sources, packs and delivers for one day. The sites work side by side; what they report is joined in their order.
func (b *builder) day(ctx context.Context, day int) error {
	packed, err := b.source(ctx, day)
	if err != nil {
		return fmt.Errorf("sourcing: %w", err)
	}
	results := make([]siteResult, len(b.s.Sites))
	err = each(ctx, len(b.s.Sites), b.o.Workers, func(ctx context.Context, site int) error {
		var err error
		results[site], err = b.siteDay(ctx, site, day, packed[site])
		return err
	})
	if err != nil {
		return err
	}
	for site := range results {
		b.join(site, day, &results[site])
	}
	return nil
}

// siteResult is what one site makes of one day.
type siteResult struct {
	record    SiteDay
	work      delivery
	parcels   []parcel // stops of work.problem
	notPacked []parcel // the warehouse could not do them today
	why       []string // per notPacked
}

func (b *builder) siteDay(ctx context.Context, site, day int, fresh []parcel) (siteResult, error) {
	r := siteResult{record: SiteDay{SiteID: b.s.Sites[site].ID, Day: day}}
	floor, err := b.pack(ctx, site, day, fresh)
	if err != nil {
		return r, fmt.Errorf("warehouse %s: %w", r.record.SiteID, err)
	}
	r.record.Schedule = floor.schedule
	r.notPacked, r.why = floor.notPacked, floor.why
	r.parcels = append(append(r.parcels, b.held[site]...), floor.packed...)
	if len(r.parcels) == 0 {
		return r, nil
	}
	r.work, err = b.deliver(ctx, site, day, r.parcels)
	if err != nil {
		return r, fmt.Errorf("routing: %w", err)
	}
	return r, nil
}

// join writes one site's day into the plan. Runs on one goroutine, site after site.
func (b *builder) join(site, day int, r *siteResult) {
	m := len(b.s.Sites)
	for i, x := range r.notPacked { // back on the shelf, and tried again
		o := &b.s.Orders[x.order]
		for _, l := range x.lines {
			b.stock[b.itemIndex[o.Lines[l.line].ItemID]*m+site] += l.qty
		}
		b.open = append(b.open, openOrder{x.order, x.lines, "warehouse_time", r.why[i]})
	}
	b.held[site] = b.held[site][:0]
	for _, u := range r.work.solution.Unassigned {
		x := r.parcels[u.Stop]
		x.heldReason = u.Reason
		b.held[site] = append(b.held[site], x)
	}
	for k := range r.work.solution.Routes {
		b.recordRoute(site, day, k, r)
	}
	b.plan.SiteDays = append(b.plan.SiteDays, r.record)
	b.plan.Totals.Routes += len(r.record.Routes)
}

// giveUpHopeless tells orders whose missing stock will not come within the plan, so that they are not tried in vain.
func (b *builder) giveUpHopeless(day int, later []Inbound) {
	coming := map[string]bool{}
	for _, in := range later {
		if in.DueDay < b.s.Days {
			coming[in.ItemID] = true
		}
	}
	last := !b.anyOpenAfter(day)
	kept := b.open[:0]
	for _, x := range b.open {
		lines := b.s.Orders[x.order].Lines
		hope := x.code != "no_stock"
		for _, l := range x.lines {
			hope = hope || coming[lines[l.line].ItemID]
		}
		if hope && !last {
			kept = append(kept, x)
		} else {
			b.shortfall(x)
		}
	}
	b.open = kept
}

func (b *builder) anyOpenAfter(day int) bool {
	for d := day + 1; d < b.s.Days; d++ {
		if b.isOpen(d) {
			return true
		}
	}
	return false
}

// closeBooks tells what is left when the plan ends: parcels without a vehicle, and what no day could serve.
func (b *builder) closeBooks() {
	for _, x := range b.open {
		b.shortfall(x)
	}
	b.open = nil
	for site, parcels := range b.held {
		for _, x := range parcels {
			b.shortfall(openOrder{x.order, x.lines, "no_vehicle",
				fmt.Sprintf("packed at %s on day %d, but no vehicle could take it: %s", b.s.Sites[site].Name, x.packedDay, x.heldReason)})
		}
	}
}

func (b *builder) shortfall(x openOrder) {
	o := &b.s.Orders[x.order]
	u := Unserved{OrderID: o.ID, Code: x.code, Reason: x.why}
	for _, l := range x.lines {
		u.Lines = append(u.Lines, PartLine{o.Lines[l.line].ItemID, l.qty})
	}
	b.shorted[x.order] = append(b.shorted[x.order], u)
}
