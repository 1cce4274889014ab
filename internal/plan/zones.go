package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"quartermaster/routing"
	"quartermaster/routing/zone"
)

// zoneStops is how many parcels are planned as one problem. A larger day of a site is divided into delivery zones of about
// so many parcels, each with its share of the vehicles: the zones are solved side by side, with a matrix each instead of one
// that grows with the square of the day.
const zoneStops = 1000

// maxZoneCells bounds the cells that zones are grown from; grouping takes the square of them.
const maxZoneCells = 1500

// finestCell is the H3 resolution of delivery zones and service areas, cells of about 0.7 km²: about as coarse as the places
// that people are shown who may not read where consignees live.
const finestCell = 8

// zones groups a site's parcels of one day into delivery zones; a day that is small enough is one.
func (b *builder) zones(parcels []parcel, vehicles int) ([][]parcel, error) {
	most := min((len(parcels)+zoneStops-1)/zoneStops, vehicles)
	if most < 2 {
		return [][]parcel{parcels}, nil
	}
	points := make([]orb.Point, len(parcels))
	for i, x := range parcels {
		points[i] = b.s.Orders[x.order].Point
	}
	resolution, err := coarseness(points, maxZoneCells)
	if err != nil {
		return nil, err
	}
	groups, err := zone.Group(points, resolution, most)
	if err != nil {
		return nil, err
	}
	out := make([][]parcel, len(groups.Zones))
	for i, z := range groups.Of {
		out[z] = append(out[z], parcels[i])
	}
	return out, nil
}

// coarseness is the finest resolution, finestCell or coarser, at which points fall into at most so many cells.
func coarseness(points []orb.Point, most int) (int, error) {
	for resolution := finestCell; ; resolution-- {
		names, err := zone.Cells(points, resolution)
		if err != nil {
			return 0, err
		}
		slices.Sort(names)
		if len(slices.Compact(names)) <= most || resolution == 0 {
			return resolution, nil
		}
	}
}

// dealt divides vehicles over zones in proportion to their parcels: each goes where the parcels for one vehicle more are most
// (Webster's method). Vehicles of one type, which stand together, so spread over all zones.
func dealt(vehicles []routing.Vehicle, zones [][]parcel) [][]routing.Vehicle {
	out := make([][]routing.Vehicle, len(zones))
	for _, v := range vehicles {
		best := 0
		for z := range zones {
			if len(zones[z])*(2*len(out[best])+1) > len(zones[best])*(2*len(out[z])+1) {
				best = z
			}
		}
		out[best] = append(out[best], v)
	}
	return out
}

// deliver plans the vehicles of one site for one day, zone by zone. What a zone's vehicles cannot take is tried once more
// with those that no zone needed.
func (b *builder) deliver(ctx context.Context, site, day int, parcels []parcel) (dispatch, error) {
	var out dispatch
	vehicles := b.s.Sites[site].Vehicles
	zones, err := b.zones(parcels, len(vehicles))
	if err != nil {
		return out, fmt.Errorf("delivery zones of %s: %w", b.s.Sites[site].ID, err)
	}
	fleets := dealt(vehicles, zones)
	out.works = make([]delivery, len(zones))
	err = each(ctx, len(zones), b.o.Workers, func(ctx context.Context, z int) error {
		var err error
		out.works[z], err = b.deliverZone(ctx, site, day, zones[z], fleets[z])
		return err
	})
	if err != nil {
		return out, err
	}
	var idle []routing.Vehicle
	for z := range out.works {
		out.left = append(out.left, out.works[z].left()...)
		idle = append(idle, out.works[z].idle(fleets[z])...)
	}
	if len(zones) == 1 || len(out.left) == 0 || len(idle) == 0 {
		return out, nil
	}
	again := out.left[:min(len(out.left), zoneStops)]
	rest, err := b.deliverZone(ctx, site, day, again, idle)
	if err != nil {
		return out, err
	}
	out.works, out.left = append(out.works, rest), append(rest.left(), out.left[len(again):]...)
	return out, nil
}

// dispatch is what a site's vehicles do on one day.
type dispatch struct {
	works []delivery // by zone
	left  []parcel   // that no vehicle could take, with the reason
}

// left are the parcels that no vehicle took.
func (d *delivery) left() []parcel {
	var out []parcel
	for _, u := range d.solution.Unassigned {
		x := d.parcels[u.Stop]
		x.heldReason = u.Reason
		out = append(out, x)
	}
	return out
}

// idle are the vehicles of a fleet that drive no route.
func (d *delivery) idle(fleet []routing.Vehicle) []routing.Vehicle {
	out := slices.Clone(fleet)
	for _, r := range d.solution.Routes {
		id := fleet[r.Vehicle].ID
		out = slices.DeleteFunc(out, func(v routing.Vehicle) bool { return v.ID == id })
	}
	return out
}
