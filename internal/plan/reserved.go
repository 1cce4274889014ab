package plan

import (
	"context"
	"fmt"
	"slices"

	"quartermaster/inventory/sourcing"
)

// sourced is what one open order gets today.
type sourced struct {
	parts    []sourcing.Part
	unserved []sourcing.Shortfall
}

// assign decides which site serves which of the open orders today. Orders whose units are held come first and get what is
// held for them; the others share what nobody holds, also not for a later day.
func (b *builder) assign(ctx context.Context, day int) ([]sourced, error) {
	out := make([]sourced, len(b.open))
	given := make([]int64, len(b.s.Sites))
	var held, free []int
	for i, x := range b.open {
		if len(b.reserved[x.order]) > 0 {
			held = append(held, i)
		} else {
			free = append(free, i)
		}
	}
	left := slices.Clone(b.stock)
	for _, units := range b.reserved {
		for cell, qty := range units {
			left[cell] = max(0, left[cell]-qty)
		}
	}
	if len(held) > 0 {
		theirs := make([]int64, len(b.stock))
		for _, i := range held {
			for cell, qty := range b.reserved[b.open[i].order] {
				theirs[cell] = min(theirs[cell]+qty, b.stock[cell])
			}
			delete(b.reserved, b.open[i].order) // what they do not get today is tried again with all others
		}
		if err := b.solve(ctx, day, held, theirs, given, out); err != nil {
			return nil, err
		}
		for _, i := range held {
			for _, part := range out[i].parts {
				given[part.Site]++
			}
		}
	}
	return out, b.solve(ctx, day, free, left, given, out)
}

// solve assigns the open orders of some indices from a stock.
func (b *builder) solve(ctx context.Context, day int, which []int, stock, given []int64, out []sourced) error {
	if len(which) == 0 {
		return nil
	}
	open := make([]openOrder, len(which))
	for k, i := range which {
		open[k] = b.open[i]
	}
	p := b.sourcingProblem(open, stock, given)
	answer, err := sourcing.Solve(ctx, p, sourcing.Options{GapTarget: sourcingGap})
	if err != nil {
		return err
	}
	if err := sourcing.Check(p, answer); err != nil {
		return fmt.Errorf("day %d: the assignment of orders to sites does not hold: %w", day, err)
	}
	b.bounds.add(answer.ObjectiveCents-answer.BoundCents, answer.CostCents)
	for k, i := range which {
		out[i] = sourced{answer.Parts[k], answer.Unserved[k]}
	}
	return nil
}

// reservations puts what is held by order and cell. Units that are not on the shelf cannot be held.
func (b *builder) reservations() {
	b.reserved = map[int]map[int]int64{}
	order := make(map[string]int, len(b.s.Orders))
	for i, o := range b.s.Orders {
		order[o.ID] = i
	}
	for _, r := range b.s.Reserved {
		i := order[r.OrderID]
		if b.reserved[i] == nil {
			b.reserved[i] = map[int]int64{}
		}
		b.reserved[i][b.itemIndex[r.ItemID]*len(b.s.Sites)+b.siteIndex[r.SiteID]] += r.Qty
	}
}
