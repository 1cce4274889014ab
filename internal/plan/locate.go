package plan

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// locate puts every site and consignee on its street and measures the way from each site to each consignee.
func (b *builder) locate(ctx context.Context) error {
	b.sitePlace = make([]road.Place, len(b.s.Sites))
	for i, site := range b.s.Sites {
		b.sitePlace[i], _ = b.s.Roads.Snap(orb.Point{site.Lon, site.Lat}) // Validate has seen that a street is near
	}
	b.orderPlace = make([]road.Place, len(b.s.Orders))
	b.noRoad = make([]string, len(b.s.Orders))
	for i, o := range b.s.Orders {
		place, ok := b.s.Roads.Snap(o.Point)
		if !ok {
			b.noRoad[i] = b.s.Roads.SnapProblem(o.Point)
			place = b.sitePlace[0] // keeps the table whole; the order is never sourced
		}
		b.orderPlace[i] = place
	}
	var err error
	b.toOrder, err = b.s.Roads.Table(ctx, b.sitePlace, b.orderPlace, workers(b.o.Workers))
	if err != nil {
		return fmt.Errorf("ways from %d sites to %d consignees: %w", len(b.sitePlace), len(b.orderPlace), err)
	}
	b.progress(0.42, "%d consignees found on the street", len(b.s.Orders))
	return nil
}

// way gives the street distance and driving time from a site to an order's consignee; ok is false where none leads there.
func (b *builder) way(site, order int) (distanceM, durationSec int64, ok bool) {
	if b.noRoad[order] != "" {
		return 0, 0, false
	}
	cell := site*b.toOrder.Targets + order
	if b.toOrder.DurationSec[cell] == routing.Unreachable {
		return 0, 0, false
	}
	return int64(b.toOrder.DistanceM[cell]), int64(b.toOrder.DurationSec[cell]), true
}
