package vrp

import (
	"fmt"

	"quartermaster/routing"
)

// explain writes why each absent stop of the plan is on no tour, though it could be served alone: what stands against
// putting it on each of the tours as they are.
func explain(pl *plan, reasons []string) {
	for _, i := range pl.absent {
		reasons[i] = explainOne(pl, i)
	}
}

// explainStopped is explain for a search that was ended early: nobody has looked for places to the end.
func explainStopped(absent []int32, reasons []string) {
	for _, i := range absent {
		reasons[i] = routing.ReasonStopped + ": the planning was ended before it found a place for this stop"
	}
}

func explainOne(pl *plan, i int32) string {
	var full, late, shift, dear int
	cheapest := int64(-1)
	for t := range pl.tours {
		switch why, delta := standing(pl, int32(t), i); why {
		case routing.ReasonCapacity:
			full++
		case routing.ReasonWindow:
			late++
		case routing.ReasonShift:
			shift++
		default:
			dear++
			if cheapest < 0 || delta < cheapest {
				cheapest = delta
			}
		}
	}
	if dear > 0 {
		return fmt.Sprintf("%s: the cheapest place for it adds %d cents, leaving it out costs %d", routing.ReasonPrice,
			(cheapest+unit/2)/unit, pl.d.price/unit)
	}
	return fmt.Sprintf("%s: of %d vehicles %d have no room left, %d would miss its window, its ready time or those of their other stops, "+
		"%d would come back after their shift", routing.ReasonNoVehicle, len(pl.tours), full, late, shift)
}

// standing returns which constraint keeps stop i off tour t, or "" and the cheapest added cost when nothing does.
func standing(pl *plan, t, i int32) (string, int64) {
	d, tr := pl.d, &pl.tours[t]
	v, node := &d.p.Vehicles[t], &d.node[i]
	if tr.suf[0].weightG+node.weightG > v.MaxWeightG || tr.suf[0].volumeCm3+node.volumeCm3 > v.MaxVolumeCm3 {
		return routing.ReasonCapacity, 0
	}
	why, best := routing.ReasonWindow, int64(-1)
	home := d.end[t]
	home.lateSec = noWay // the same tour without an end of the shift
	for k := range len(tr.seq) + 1 {
		s := d.join(&tr.pre[k], node)
		whole := d.join(&s, &tr.suf[k])
		if whole.onTime() {
			if delta := d.cost(t, &whole) - tr.cost; best < 0 || delta < best {
				best = delta
			}
			continue
		}
		for _, j := range tr.seq[k:] {
			s = d.join(&s, &d.node[j])
		}
		if s = d.join(&s, &home); s.onTime() {
			why = routing.ReasonShift
		}
	}
	if best >= 0 {
		return "", best
	}
	return why, 0
}
