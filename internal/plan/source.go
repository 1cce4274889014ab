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
	p := b.sourcingProblem()
	answer, err := sourcing.Solve(ctx, p, sourcing.Options{GapTarget: sourcingGap})
	if err != nil {
		return nil, err
	}
	if err := sourcing.Check(p, answer); err != nil {
		return nil, fmt.Errorf("day %d: the assignment of orders to sites does not hold: %w", day, err)
	}
	b.bounds.add(answer.ObjectiveCents-answer.BoundCents, answer.CostCents)
	before := slices.Clone(b.stock)
	packed := make([][]parcel, m)
	var open []openOrder
	for i, x := range b.open {
		for _, part := range answer.Parts[i] {
			parcel := b.parcel(x, part, day)
			for _, l := range parcel.lines {
				b.stock[b.itemIndex[b.s.Orders[x.order].Lines[l.line].ItemID]*m+part.Site] -= l.qty
			}
			packed[part.Site] = append(packed[part.Site], parcel)
		}
		b.explainSites(x, answer.Parts[i], before)
		if rest := answer.Unserved[i]; len(rest) > 0 {
			open = append(open, b.unsourced(x, rest, day))
		}
	}
	b.open = open
	return packed, nil
}

func (b *builder) sourcingProblem() sourcing.Problem {
	m := len(b.s.Sites)
	c := b.s.Sourcing
	p := sourcing.Problem{
		Items: len(b.s.Items), Sites: m, Orders: make([]sourcing.Order, len(b.open)),
		Stock: b.stock, Threshold: make([]int64, len(b.stock)), ParcelCapacity: make([]int64, m),
		PerParcelCents: c.PerParcelCents, PerLineCents: c.PerLineCents, ScarcityCents: c.ScarcityCents,
	}
	for i, rule := range b.policies {
		p.Threshold[i] = rule.ReorderPoint
	}
	for i, site := range b.s.Sites {
		p.ParcelCapacity[i] = site.OrdersPerDay
	}
	for i, x := range b.open {
		o := sourcing.Order{Lines: make([]sourcing.Line, len(x.lines)), ShipCents: make([]int64, m)}
		for j, l := range x.lines {
			o.Lines[j] = sourcing.Line{Item: b.itemIndex[b.s.Orders[x.order].Lines[l.line].ItemID], Qty: l.qty}
		}
		for site := range o.ShipCents {
			o.ShipCents[site] = -1
			if distanceM, _, ok := b.way(site, x.order); ok {
				o.ShipCents[site] = c.PerKmCents * distanceM / 1000
			}
		}
		p.Orders[i] = o
	}
	return p
}

// parcel is one part of an order as the site packs it, with its weight, volume and handling cost.
func (b *builder) parcel(x openOrder, part sourcing.Part, day int) parcel {
	o := &b.s.Orders[x.order]
	p := parcel{order: x.order, packedDay: day}
	picked := map[string]bool{}
	for _, l := range part.Lines {
		line := x.lines[l.Line].line
		item := &b.s.Items[b.itemIndex[o.Lines[line].ItemID]]
		p.lines = append(p.lines, itemQty{line, l.Qty})
		p.weightG += l.Qty * item.WeightG
		p.volumeCm3 += l.Qty * item.VolumeCm3
		picked[item.ID] = true
	}
	p.costCents = b.s.Sourcing.PerParcelCents + b.s.Sourcing.PerLineCents*int64(len(picked))
	return p
}

// unsourced is what is left of an order after today, with the reason of its first missing line.
func (b *builder) unsourced(x openOrder, rest []sourcing.Shortfall, day int) openOrder {
	left := openOrder{order: x.order, code: string(rest[0].Reason)}
	for _, r := range rest {
		left.lines = append(left.lines, itemQty{x.lines[r.Line].line, r.Qty})
	}
	first := b.s.Orders[x.order].Lines[left.lines[0].line]
	others := ""
	if n := len(rest) - 1; n > 0 {
		others = fmt.Sprintf(" (and %d more lines)", n)
	}
	switch rest[0].Reason {
	case sourcing.ReasonNoStock:
		left.why = fmt.Sprintf("%d of item %s%s: no site has them on day %d", left.lines[0].qty, first.ItemID, others, day)
	case sourcing.ReasonSiteCapacity:
		left.why = fmt.Sprintf("%d of item %s%s: the sites that have them can pack no more parcels on day %d", left.lines[0].qty, first.ItemID, others, day)
	case sourcing.ReasonNoRoad:
		left.why = fmt.Sprintf("%d of item %s%s: the sites that have them have no street to the consignee", left.lines[0].qty, first.ItemID, others)
	default:
		left.why = fmt.Sprintf("%d of item %s%s: serving them costs more than they are worth", left.lines[0].qty, first.ItemID, others)
	}
	return left
}

// explainSites notes, for the promise, why these sites serve the order and not a nearer one.
func (b *builder) explainSites(x openOrder, parts []sourcing.Part, stock []int64) {
	for _, part := range parts {
		distanceM, _, _ := b.way(part.Site, x.order)
		name := b.s.Sites[part.Site].Name
		nearest, nearestM := part.Site, distanceM
		for site := range b.s.Sites {
			if d, _, ok := b.way(site, x.order); ok && d < nearestM {
				nearest, nearestM = site, d
			}
		}
		near := b.s.Sites[nearest].Name
		var why string
		switch short := b.linesShort(x, nearest, stock); {
		case nearest == part.Site && len(parts) == 1:
			why = fmt.Sprintf("%s serves it: nearest site, %.1f km by street", name, km(distanceM))
		case len(parts) > 1:
			why = fmt.Sprintf("%s serves %d of %d lines, %.1f km by street: no single site could serve all at less cost", name, len(part.Lines), len(x.lines), km(distanceM))
		case short > 0:
			why = fmt.Sprintf("%s serves it, %.1f km by street: %s is nearer (%.1f km) but lacks %d of %d lines", name, km(distanceM), near, km(nearestM), short, len(x.lines))
		default:
			why = fmt.Sprintf("%s serves it, %.1f km by street: %s is nearer (%.1f km) but its stock or hands are needed for other orders", name, km(distanceM), near, km(nearestM))
		}
		b.siteWhy[x.order] = append(b.siteWhy[x.order], why)
	}
}

// linesShort counts the lines that a site could not fill from the stock of the morning.
func (b *builder) linesShort(x openOrder, site int, stock []int64) int {
	n := 0
	for _, l := range x.lines {
		if stock[b.itemIndex[b.s.Orders[x.order].Lines[l.line].ItemID]*len(b.s.Sites)+site] < l.qty {
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
