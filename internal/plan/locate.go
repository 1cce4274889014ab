package plan

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// locate puts every site and consignee on its street and measures the way from each site to each consignee. Without streets
// they stay where they are.
func (b *builder) locate(ctx context.Context) error {
	b.travel = travel{graph: b.s.Roads, straight: b.s.Straight}
	b.sitePlace = make([]road.Place, len(b.s.Sites))
	for i, site := range b.s.Sites {
		b.sitePlace[i], _ = b.travel.snap(orb.Point{site.Lon, site.Lat}) // Validate has seen that a street is near
	}
	b.orderPlace = make([]road.Place, len(b.s.Orders))
	b.noRoad = make([]string, len(b.s.Orders))
	for i, o := range b.s.Orders {
		place, problem := b.travel.snap(o.Point)
		if problem != "" {
			b.noRoad[i] = problem
			place = b.sitePlace[0] // keeps the table whole; the order is never sourced
		}
		b.orderPlace[i] = place
	}
	var err error
	if b.always, err = b.travel.table(ctx, b.sitePlace, b.orderPlace, workers(b.o.Workers)); err != nil {
		return fmt.Errorf("ways from %d sites to %d consignees: %w", len(b.sitePlace), len(b.orderPlace), err)
	}
	b.toOrder = b.always
	b.progress(0.42, "%d consignees found on the street", len(b.s.Orders))
	return nil
}

// way gives the distance and driving time from a site to an order's consignee on the day at work; ok is false where none leads
// there.
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

// travel measures ways over streets, or on straight lines where there are none.
type travel struct {
	graph    *road.Graph
	straight road.Straight
}

// snap puts a point on its street, or says why no street serves it.
func (t travel) snap(p orb.Point) (place road.Place, problem string) {
	if t.graph == nil {
		return road.Place{Point: p}, ""
	}
	place, ok := t.graph.Snap(p)
	if !ok {
		return place, t.graph.SnapProblem(p)
	}
	return place, ""
}

func (t travel) table(ctx context.Context, from, to []road.Place, workers int) (road.Table, error) {
	if t.graph == nil {
		return t.straight.Table(pointsOf(from), pointsOf(to)), ctx.Err()
	}
	return t.graph.Table(ctx, from, to, workers)
}

func (t travel) matrix(ctx context.Context, places []road.Place) (routing.Matrix, error) {
	table, err := t.table(ctx, places, places, 1)
	return routing.Matrix{N: len(places), DurationSec: table.DurationSec, DistanceM: table.DistanceM}, err
}

func pointsOf(places []road.Place) []orb.Point {
	points := make([]orb.Point, len(places))
	for i, p := range places {
		points[i] = p.Point
	}
	return points
}
