package plan

import (
	"context"
	"fmt"

	"quartermaster/routing"
	"quartermaster/routing/road"
	"quartermaster/routing/vrp"
)

// parcel is what one site packs for one order on one day.
type parcel struct {
	order      int // index into Snapshot.Orders
	packedDay  int
	lines      []itemQty
	weightG    int64
	volumeCm3  int64
	readySec   int64
	costCents  int64  // handling
	why        string // why this site packs it
	whyCode    string // the same as one of the site* codes
	heldReason string // why it did not go out on an earlier day
}

// itemQty is a share of an order line inside the corridor.
type itemQty struct {
	line int // index into Order.Lines
	qty  int64
}

// delivery is what routing makes of one zone's parcels of one day.
type delivery struct {
	parcels  []parcel // the order of stops
	problem  routing.Problem
	solution routing.Solution
	effects  []ConditionEffect
}

// deliverZone hands parcels of one site to the routing solver: street matrix, windows of the day, ready times from the
// warehouse schedule. The order of parcels is the order of stops.
func (b *builder) deliverZone(ctx context.Context, site, day int, parcels []parcel, fleet []routing.Vehicle) (delivery, error) {
	p := routing.Problem{Stops: make([]routing.Stop, len(parcels))}
	places := make([]road.Place, 1, len(parcels)+1)
	places[0] = b.sitePlace[site]
	midnight := int64(day) * daySec
	for i, x := range parcels {
		o := &b.s.Orders[x.order]
		p.Stops[i] = routing.Stop{
			// A parcel that waited may meet one of the same order that was packed today.
			ID: fmt.Sprintf("%s/%d", o.ID, x.packedDay), Location: int32(i + 1), Point: o.Point, WeightG: x.weightG, VolumeCm3: x.volumeCm3,
			ServiceSec: b.s.DropSec, ReadySec: max(x.readySec, midnight),
			Window: shift(o.WindowSec, midnight),
		}
		places = append(places, b.orderPlace[x.order])
	}
	for _, v := range fleet {
		v.Shift = shift(v.Shift, midnight)
		p.Vehicles = append(p.Vehicles, v)
	}
	var err error
	if p.Matrix, err = b.travel.matrix(ctx, places); err != nil {
		return delivery{}, fmt.Errorf("street matrix of %s: %w", b.s.Sites[site].ID, err)
	}
	p.Traffic = b.traffic(site, day)
	solution, err := vrp.Solve(ctx, p, vrp.Options{Seed: b.o.Seed, Iterations: b.o.RoutingIterations})
	if err != nil {
		return delivery{}, err
	}
	if err := routing.Check(p, solution); err != nil {
		return delivery{}, fmt.Errorf("routes of %s on day %d do not hold: %w", b.s.Sites[site].ID, day, err)
	}
	return delivery{parcels, p, solution, b.effects(day, places, solution)}, nil
}

func shift(w routing.Window, bySec int64) routing.Window {
	return routing.Window{StartSec: w.StartSec + bySec, EndSec: w.EndSec + bySec}
}
