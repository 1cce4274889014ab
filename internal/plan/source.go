package plan

import (
	"context"
	"fmt"
	"slices"

	"quartermaster/inventory/sourcing"
)

// sourcingGap is how near to the proved bound, as a share of the objective, the choice of sites must be to stop searching.
const sourcingGap = 0.002

// source decides which site serves which of the open orders today, takes the units from the shelves and returns the
// parcels each site has to pack. What nobody can serve stays open with its reason.
func (b *builder) source(ctx context.Context, day int) ([][]parcel, error) {
	m := len(b.s.Sites)
	answer, err := b.assign(ctx, day)
	if err != nil {
		return nil, err
	}
	before := slices.Clone(b.stock)
	packed := make([][]parcel, m)
	var open []openOrder
	for i, x := range b.open {
		left := openOrder{order: x.order}
		for _, part := range answer[i].parts {
			parcel, rest := b.parcel(x, part, day)
			left.lines = append(left.lines, rest...)
			if len(parcel.lines) == 0 {
				continue
			}
			for _, l := range parcel.lines {
				b.stock[b.item(x.order, l.line)*m+part.Site] -= l.qty
			}
			parcel.whyCode, parcel.why = b.whySite(x, part, len(answer[i].parts), before)
			packed[part.Site] = append(packed[part.Site], parcel)
		}
		for _, short := range answer[i].unserved {
			l := x.lines[short.Line].itemQty
			l.qty = short.Qty
			left.lines = append(left.lines, openLine{l, b.unsourced(x.order, l.line, short.Reason, day)})
		}
		if len(left.lines) > 0 {
			open = append(open, left)
		}
	}
	b.open = open
	return packed, nil
}

// maxSiteStops bounds the parcels that one site gives to its vehicles on one day: the street matrix between them takes
// eight bytes a pair, 0.8 GB for this many.
const maxSiteStops = 10_000

// sourcingProblem is the day's problem for some of the open orders, with the stock that is theirs and the parcels that each
// site has given to others already.
func (b *builder) sourcingProblem(open []openOrder, stock, given []int64) sourcing.Problem {
	m := len(b.s.Sites)
	c := b.s.Sourcing
	p := sourcing.Problem{
		Items: len(b.s.Items), Sites: m, Orders: make([]sourcing.Order, len(open)),
		Stock: stock, Threshold: make([]int64, len(b.stock)), ParcelCapacity: make([]int64, m),
		PerParcelCents: c.PerParcelCents, PerLineCents: c.PerLineCents, ScarcityCents: c.ScarcityCents,
	}
	for i, rule := range b.policies {
		p.Threshold[i] = rule.ReorderPoint
	}
	for i, site := range b.s.Sites {
		p.ParcelCapacity[i] = max(0, min(site.OrdersPerDay, int64(maxSiteStops-len(b.held[i])))-given[i])
		for item := range b.s.Items {
			if b.tooBig(item, i) != (cause{}) {
				p.Stock[item*m+i] = 0 // it lies there, but nobody could bring it
			}
		}
	}
	for i, x := range open {
		o := sourcing.Order{Lines: make([]sourcing.Line, len(x.lines)), ShipCents: make([]int64, m)}
		for j, l := range x.lines {
			o.Lines[j] = sourcing.Line{Item: b.item(x.order, l.line), Qty: l.qty}
		}
		for site := range o.ShipCents {
			o.ShipCents[site] = -1
			if distanceM, _, ok := b.way(site, x.order); ok && b.anyInTime(site, x.order) {
				o.ShipCents[site] = c.PerKmCents * distanceM / 1000
			}
		}
		p.Orders[i] = o
	}
	return p
}

// parcel is one part of an order as the site packs it, with its weight, volume and handling cost. What no vehicle could
// carry together stays open.
func (b *builder) parcel(x openOrder, part sourcing.Part, day int) (parcel, []openLine) {
	p := parcel{order: x.order, packedDay: day}
	for _, l := range part.Lines {
		p.lines = append(p.lines, itemQty{x.lines[l.Line].line, l.Qty})
	}
	p.weightG, p.volumeCm3 = b.size(p.order, p.lines)
	rest := b.trim(part.Site, &p)
	picked := map[int]bool{}
	for _, l := range p.lines {
		picked[b.item(x.order, l.line)] = true
	}
	p.costCents = b.s.Sourcing.PerParcelCents + b.s.Sourcing.PerLineCents*int64(len(picked))
	return p, rest
}

// unsourced says why no site gives units of a line today.
func (b *builder) unsourced(order, line int, reason sourcing.Reason, day int) cause {
	item, m := b.item(order, line), len(b.s.Sites)
	c := cause{code: string(reason), ofItems: true}
	switch reason {
	case sourcing.ReasonNoStock:
		c.text = fmt.Sprintf("no site has them on day %d", day)
		for site := range m {
			if big := b.tooBig(item, site); b.stock[item*m+site] > 0 && big != (cause{}) {
				return big
			}
		}
	case sourcing.ReasonSiteCapacity:
		c.text = fmt.Sprintf("the sites that have them can pack no more parcels on day %d", day)
	case sourcing.ReasonNoRoad:
		c.text = "the sites that have them have no street to the consignee"
		if closed := b.cutOff(order, day); closed != "" {
			return cause{code: c.code, text: closed}
		}
		for site := range m {
			if _, _, ok := b.way(site, order); ok && b.stock[item*m+site] > 0 {
				c.code, c.text = "no_vehicle", fmt.Sprintf("%s has them, but no vehicle whose shift allows to be there between %s and %s",
					b.s.Sites[site].Name, clock(b.s.Orders[order].WindowSec.StartSec), clock(b.s.Orders[order].WindowSec.EndSec))
				break
			}
		}
	default:
		c.text = "serving them costs more than they are worth"
	}
	return c
}

// Why a site serves an order, or its part of it.
const (
	siteNearest = "nearest" // of all, by street
	siteSplit   = "split"   // no single site could serve all at less cost
	siteHours   = "hours"   // a nearer one has no vehicle within the order's hours
	siteStock   = "stock"   // a nearer one lacks stock
	siteNeeded  = "needed"  // a nearer one's stock or hands are needed for other orders
)

// whySite says, as a code and for the promise, why this site serves the order, or its part of it, and not a nearer one.
func (b *builder) whySite(x openOrder, part sourcing.Part, parts int, stock []int64) (code, sentence string) {
	distanceM, _, _ := b.way(part.Site, x.order)
	name := b.s.Sites[part.Site].Name
	nearest, nearestM := part.Site, distanceM
	for site := range b.s.Sites {
		if d, _, ok := b.way(site, x.order); ok && d < nearestM {
			nearest, nearestM = site, d
		}
	}
	near := b.s.Sites[nearest].Name
	switch short := b.linesShort(x, nearest, stock); {
	case parts > 1:
		return siteSplit, fmt.Sprintf("%s serves %d of %d lines, %.1f km by street: no single site could serve all at less cost", name, len(part.Lines), len(x.lines), km(distanceM))
	case nearest == part.Site:
		return siteNearest, fmt.Sprintf("%s serves it: nearest site, %.1f km by street", name, km(distanceM))
	case !b.anyInTime(nearest, x.order):
		return siteHours, fmt.Sprintf("%s serves it, %.1f km by street: %s is nearer (%.1f km) but has no vehicle within the order's hours", name, km(distanceM), near, km(nearestM))
	case short > 0:
		return siteStock, fmt.Sprintf("%s serves it, %.1f km by street: %s is nearer (%.1f km) but lacks %d of %d lines", name, km(distanceM), near, km(nearestM), short, len(x.lines))
	}
	return siteNeeded, fmt.Sprintf("%s serves it, %.1f km by street: %s is nearer (%.1f km) but its stock or hands are needed for other orders", name, km(distanceM), near, km(nearestM))
}

// linesShort counts the lines that a site could not fill from the stock of the morning.
func (b *builder) linesShort(x openOrder, site int, stock []int64) int {
	n := 0
	for _, l := range x.lines {
		if stock[b.item(x.order, l.line)*len(b.s.Sites)+site] < l.qty {
			n++
		}
	}
	return n
}

func km(m int64) float64 { return float64(m) / 1000 }

// gapSum pools the optimality gaps of the days.
type gapSum struct{ over, cost int64 }

func (g *gapSum) add(overCents, costCents int64) { g.over += overCents; g.cost += costCents }

// gap is (objective − bound)/cost over everything added.
func (g gapSum) gap() float64 {
	if g.cost == 0 {
		return 0
	}
	return float64(g.over) / float64(g.cost)
}
