package plan

import (
	"fmt"
	"math"

	"quartermaster/routing"
)

// What a site's carts and vehicles could carry at all is looked at before units are taken from a shelf: a parcel that is
// packed and then lies there keeps its units from everybody.

// size is the weight and volume of lines of an order. Orders beyond maxOrderGrams never come here.
func (b *builder) size(order int, lines []itemQty) (weightG, volumeCm3 int64) {
	for _, l := range lines {
		item := &b.s.Items[b.item(order, l.line)]
		weightG += l.qty * item.WeightG
		volumeCm3 += l.qty * item.VolumeCm3
	}
	return weightG, volumeCm3
}

// tooBig says why a site can bring not even one unit of an item; the zero cause = it can.
func (b *builder) tooBig(item, site int) cause {
	x, at := &b.s.Items[item], &b.s.Sites[site]
	if limit := at.Floor.CartWeightG; limit > 0 && x.WeightG > limit {
		return cause{"warehouse_time", fmt.Sprintf("one weighs %d g, a cart of %s takes %d g", x.WeightG, at.Name, limit), true}
	}
	if limit := at.Floor.CartVolumeCm3; limit > 0 && x.VolumeCm3 > limit {
		return cause{"warehouse_time", fmt.Sprintf("one takes %d cm³, a cart of %s holds %d cm³", x.VolumeCm3, at.Name, limit), true}
	}
	for _, v := range at.Vehicles {
		if x.WeightG <= v.MaxWeightG && x.VolumeCm3 <= v.MaxVolumeCm3 {
			return cause{}
		}
	}
	return cause{"no_vehicle", fmt.Sprintf("no vehicle of %s carries %d g and %d cm³, as one of them takes", at.Name, x.WeightG, x.VolumeCm3), true}
}

// inTime says whether a vehicle could drive straight to an order's consignee within the order's hours and its own shift.
// The way back is left to the routing: this rules out only what is hopeless on every day.
func (b *builder) inTime(v *routing.Vehicle, site, order int) bool {
	o := &b.s.Orders[order]
	_, driveSec, _ := b.way(site, order)
	arriveSec := v.Shift.StartSec + driveSec
	return arriveSec <= o.WindowSec.EndSec && max(arriveSec, o.WindowSec.StartSec)+b.s.DropSec <= v.Shift.EndSec
}

func (b *builder) anyInTime(site, order int) bool {
	for i := range b.s.Sites[site].Vehicles {
		if b.inTime(&b.s.Sites[site].Vehicles[i], site, order) {
			return true
		}
	}
	return false
}

// trim cuts a parcel down to what the vehicle that takes most of it could carry, and returns the rest, to go on a later
// day.
func (b *builder) trim(site int, p *parcel) (rest []openLine) {
	best, bestUnits := []itemQty(nil), int64(-1)
	for i := range b.s.Sites[site].Vehicles {
		v := &b.s.Sites[site].Vehicles[i]
		if !b.inTime(v, site, p.order) {
			continue
		}
		if p.weightG <= v.MaxWeightG && p.volumeCm3 <= v.MaxVolumeCm3 {
			return nil
		}
		if fits, units := b.fitting(p, v); units > bestUnits {
			best, bestUnits = fits, units
		}
	}
	why := cause{"no_vehicle", fmt.Sprintf("more than one vehicle of %s carries, and no later day of the plan took the rest", b.s.Sites[site].Name), true}
	kept := p.lines[:0]
	for k, l := range p.lines {
		var fits int64
		if best != nil {
			fits = best[k].qty
		}
		if l.qty > fits {
			rest = append(rest, openLine{itemQty{l.line, l.qty - fits}, why})
		}
		if fits > 0 {
			kept = append(kept, itemQty{l.line, fits})
		}
	}
	p.lines = kept
	p.weightG, p.volumeCm3 = b.size(p.order, p.lines)
	return rest
}

// fitting is how many units of each line a vehicle takes when loaded line by line.
func (b *builder) fitting(p *parcel, v *routing.Vehicle) (fits []itemQty, units int64) {
	fits = make([]itemQty, len(p.lines))
	leftG, leftCm3 := v.MaxWeightG, v.MaxVolumeCm3
	for k, l := range p.lines {
		item := &b.s.Items[b.item(p.order, l.line)]
		n := min(l.qty, timesIn(leftG, item.WeightG), timesIn(leftCm3, item.VolumeCm3))
		fits[k] = itemQty{l.line, n}
		leftG -= n * item.WeightG
		leftCm3 -= n * item.VolumeCm3
		units += n
	}
	return fits, units
}

// timesIn is how often one part goes into a whole.
func timesIn(whole, part int64) int64 {
	if part == 0 {
		return math.MaxInt64
	}
	return whole / part
}
