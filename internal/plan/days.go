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
	lines []openLine
}

// openLine is what is left of one line, with the reason why no earlier day served it (the zero cause = it is new).
type openLine struct {
	itemQty
	cause cause
}

// cause says why units are not served: a code of Unserved, and a sentence. With ofItems the sentence speaks of "them", the
// units, and is told with their number and item in front.
type cause struct {
	code, text string
	ofItems    bool
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
		b.open = joined(append(b.open, arriving[day]...))
		if !b.isOpen(day) {
			continue
		}
		if err := b.drive(ctx, day); err != nil {
			return fmt.Errorf("streets of day %d: %w", day, err)
		}
		if err := b.day(ctx, day); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
		b.giveUpHopeless(day, inbound[received:])
		b.progress(0.42+0.53*float64(day+1)/float64(b.s.Days), "day %d of %d planned: %d parcels on %d routes so far",
			day+1, b.s.Days, len(b.shipped), b.plan.Totals.Routes)
	}
	b.closeBooks()
	b.closeTravel()
	b.toOrder = b.always
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

// joined makes one of what is left of the same order in several pieces (some units found no stock, others no time on the
// floor), so that a site packs one parcel of an order a day. Orders keep the place of their first piece.
func joined(open []openOrder) []openOrder {
	at := make(map[int]int, len(open))
	out := open[:0]
	for _, x := range open {
		k, known := at[x.order]
		if !known {
			at[x.order] = len(out)
			out = append(out, x)
			continue
		}
		for _, l := range x.lines {
			same := slices.IndexFunc(out[k].lines, func(y openLine) bool { return y.line == l.line })
			if same < 0 {
				out[k].lines = append(out[k].lines, l)
			} else {
				out[k].lines[same].qty += l.qty
			}
		}
	}
	return out
}

// maxOrderGrams bounds the weight and, in cubic centimetres, the volume of one order: a thousand tonnes. It is what the
// floor's and the vehicles' numbers hold, and no customer's.
const maxOrderGrams = 1_000_000_000

// ordersByDay puts each order on the first open day after its cut-off; those that no day of the plan can serve are told so
// at once.
func (b *builder) ordersByDay() [][]openOrder {
	days := make([][]openOrder, b.s.Days)
	for i := range b.s.Orders {
		day := b.firstDay(b.s.Orders[i].PlacedSec)
		x := b.whole(i, b.neverServed(i, day))
		if x.lines[0].cause != (cause{}) {
			b.shortfall(x)
			continue
		}
		days[day] = append(days[day], x)
	}
	return days
}

// whole is all of an order, open for one reason.
func (b *builder) whole(order int, why cause) openOrder {
	x := openOrder{order: order, lines: make([]openLine, len(b.s.Orders[order].Lines))}
	for j, l := range b.s.Orders[order].Lines {
		x.lines[j] = openLine{itemQty{j, l.Qty}, why}
	}
	return x
}

// neverServed says why no day of this plan can serve an order that may be worked on from a day on, if none can.
func (b *builder) neverServed(order, day int) cause {
	var grams, cm3 float64
	for _, l := range b.s.Orders[order].Lines {
		item := &b.s.Items[b.itemIndex[l.ItemID]]
		grams += float64(l.Qty) * float64(item.WeightG)
		cm3 += float64(l.Qty) * float64(item.VolumeCm3)
	}
	switch {
	case b.noRoad[order] != "":
		return cause{code: "no_road", text: b.noRoad[order]}
	case max(grams, cm3) > maxOrderGrams:
		return cause{code: "no_vehicle", text: fmt.Sprintf("it weighs %.0f t and takes %.0f m³: nothing here picks or carries that much for one order", grams/1e6, cm3/1e6)}
	case day >= b.s.Days:
		return cause{code: "after_plan", text: "placed after the last cut-off of this plan; it belongs to the next one"}
	case !b.isOpen(day) && !b.anyOpenAfter(day):
		return cause{code: "closed", text: "the business is not open on any day that is left of this plan"}
	}
	return cause{}
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
	work      dispatch
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
	parcels := slices.Concat(b.held[site], floor.packed)
	if len(parcels) == 0 {
		return r, nil
	}
	r.work, err = b.deliver(ctx, site, day, parcels)
	if err != nil {
		return r, fmt.Errorf("routing: %w", err)
	}
	return r, nil
}

// join writes one site's day into the plan. Runs on one goroutine, site after site.
func (b *builder) join(site, day int, r *siteResult) {
	m := len(b.s.Sites)
	for i, x := range r.notPacked { // back on the shelf, and tried again
		again := openOrder{order: x.order}
		for _, l := range x.lines {
			b.stock[b.item(x.order, l.line)*m+site] += l.qty
			again.lines = append(again.lines, openLine{l, cause{code: "warehouse_time", text: r.why[i]}})
		}
		b.open = append(b.open, again)
	}
	b.held[site] = r.work.left
	for z := range r.work.works {
		work := &r.work.works[z]
		for k := range work.solution.Routes {
			b.recordRoute(site, day, work, k, &r.record)
		}
		b.tellTravel(work.effects)
	}
	b.plan.SiteDays = append(b.plan.SiteDays, r.record)
	b.plan.Totals.Routes += len(r.record.Routes)
}

// giveUpHopeless tells the lines whose missing stock neither lies on a shelf (a parcel that was not packed went back there)
// nor comes within the plan, so that they are not tried in vain; after the last open day, all lines.
func (b *builder) giveUpHopeless(day int, later []Inbound) {
	m := len(b.s.Sites)
	coming := map[int]bool{}
	for _, in := range later {
		if in.DueDay < b.s.Days {
			coming[b.itemIndex[in.ItemID]] = true
		}
	}
	last := !b.anyOpenAfter(day)
	kept := b.open[:0]
	for _, x := range b.open {
		given, hoped := openOrder{order: x.order}, openOrder{order: x.order}
		for _, l := range x.lines {
			item := b.item(x.order, l.line)
			hope := l.cause.code != "no_stock" || coming[item] || slices.Max(b.stock[item*m:(item+1)*m]) > 0
			if hope && !last {
				hoped.lines = append(hoped.lines, l)
			} else {
				given.lines = append(given.lines, l)
			}
		}
		if b.shortfall(given); len(hoped.lines) > 0 {
			kept = append(kept, hoped)
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
			why := cause{code: "no_vehicle", text: fmt.Sprintf("packed at %s on day %d, but no vehicle could take it: %s", b.s.Sites[site].Name, x.packedDay, x.heldReason)}
			left := openOrder{order: x.order}
			for _, l := range x.lines {
				left.lines = append(left.lines, openLine{l, why})
			}
			b.shortfall(left)
		}
	}
}

// shortfall tells what is not served, one entry for the lines that share a cause.
func (b *builder) shortfall(x openOrder) {
	o := &b.s.Orders[x.order]
	told := make([]bool, len(x.lines))
	for i, first := range x.lines {
		if told[i] {
			continue
		}
		u := Unserved{OrderID: o.ID, Code: first.cause.code, Reason: first.cause.text}
		for j, l := range x.lines {
			if l.cause == first.cause && !told[j] {
				u.Lines = append(u.Lines, PartLine{o.Lines[l.line].ItemID, l.qty})
				told[j] = true
			}
		}
		if first.cause.ofItems {
			others := ""
			if n := len(u.Lines) - 1; n > 0 {
				others = fmt.Sprintf(" (and %d more lines)", n)
			}
			u.Reason = fmt.Sprintf("%d of item %s%s: %s", first.qty, o.Lines[first.line].ItemID, others, first.cause.text)
		}
		b.shorted[x.order] = append(b.shorted[x.order], u)
	}
}

// item is the index of the item that a line of an order asks for.
func (b *builder) item(order, line int) int { return b.itemIndex[b.s.Orders[order].Lines[line].ItemID] }
