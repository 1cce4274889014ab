package vrp

import (
	"fmt"

	"quartermaster/routing"
)

// explain writes why each absent stop of the plan is on no tour, though it could be served alone: what stands against
// putting it on each of the tours as they are.
func explain(pl *plan, reasons []string, stopped bool) {
	b := newBuilder(pl, nil)
	b.blink = false
	for _, i := range pl.absent {
		switch {
		case reasons[i] != "":
		case pl.m.mate[i] >= 0 && reasons[pl.m.mate[i]] != "":
			reasons[i] = fmt.Sprintf("%s: the other stop of its shipment, %s, cannot be served", routing.ReasonPair, pl.m.p.Stops[pl.m.mate[i]].ID)
		case stopped:
			reasons[i] = routing.ReasonStopped + ": the planning was ended before it found a place for this stop"
		default:
			reasons[i] = b.explainOne(i)
		}
	}
	for i := range pl.m.n { // shipments whose mate is hopeless were never in the search
		if mate := pl.m.mate[i]; pl.stands[i].slot < 0 && reasons[i] == "" && mate >= 0 {
			reasons[i] = fmt.Sprintf("%s: the other stop of its shipment, %s, cannot be served", routing.ReasonPair, pl.m.p.Stops[mate].ID)
		}
	}
}

func explainStopped(m *model, reasons []string, stopped bool) {
	for i := range reasons {
		if reasons[i] == "" && stopped {
			reasons[i] = routing.ReasonStopped + ": the planning was ended before it found a place for this stop"
		} else if reasons[i] == "" && m.mate[i] >= 0 {
			reasons[i] = fmt.Sprintf("%s: the other stop of its shipment, %s, cannot be served", routing.ReasonPair, m.p.Stops[m.mate[i]].ID)
		}
	}
}

// tally counts what keeps a stop off the vehicles.
type tally struct {
	unfit, full, late, other int
	price                    int64 // least added cost where a place exists
}

func (b *builder) explainOne(i int32) string {
	pl, m := b.pl, b.m
	first := i
	if m.mate[i] >= 0 && !m.pickup[i] {
		first = m.mate[i]
	}
	t := tally{price: -1}
	for _, tr := range pl.tours {
		if tr != nil {
			b.stand(&t, first, tr)
		}
	}
	for k := range m.kinds {
		if pl.left[k] > 0 {
			b.stand(&t, first, pl.empty[k])
		}
	}
	price := m.prices[i]
	if mate := m.mate[i]; mate >= 0 {
		price += m.prices[mate]
	}
	if t.price >= 0 {
		return fmt.Sprintf("%s: the cheapest place for it adds %d cents, leaving it out costs %d", routing.ReasonPrice,
			(t.price+unit/2)/unit, price/unit)
	}
	return fmt.Sprintf("%s: of %d vehicles %d have no room left, %d would miss its window, its ready time or those of "+
		"their other stops, %d would break their shift or another of their limits, %d may not visit it", routing.ReasonNoVehicle,
		t.unfit+t.full+t.late+t.other, t.full, t.late, t.other, t.unfit)
}

// stand adds to the tally what keeps stop i (the first of a pair) off tour tr.
func (b *builder) stand(t *tally, i int32, tr *tour) {
	m := b.m
	k := &m.kinds[tr.kind]
	if k.ok != nil && !k.ok[i] || m.bound != nil && !b.pl.mayJoin(i, tr.slot) {
		t.unfit++
		return
	}
	b.found = seat{delta: never, slot: -2}
	b.bits = 0
	if mate := m.mate[i]; mate >= 0 {
		b.pairOn(tr, i, mate)
	} else if b.may(i, tr) {
		for p := range int32(len(tr.seq) + 1) {
			b.try(tr, i, p)
		}
		if k.trips > 1 {
			b.tryTrips(tr, i)
		}
	} else {
		t.full++
		return
	}
	switch {
	case b.found.slot > -2 || b.found.delta < never:
		if t.price < 0 || b.found.delta < t.price {
			t.price = b.found.delta
		}
	case !b.roomFor(k, tr, i):
		t.full++
	case b.inTime(k, tr, i):
		t.other++
	default:
		t.late++
	}
}

// roomFor reports whether some place of the tour has room for i.
func (b *builder) roomFor(k *kind, t *tour, i int32) bool {
	if t.on == nil || len(t.seq) == 0 {
		return true
	}
	for p := range int32(len(t.seq) + 1) {
		if b.carries(k, t, i, p) {
			return true
		}
	}
	return false
}

// inTime reports whether i meets its window at some place, so that only the rest of the tour or its end stands against it.
func (b *builder) inTime(k *kind, t *tour, i int32) bool {
	m := b.m
	for p := range len(t.seq) + 1 {
		sec, _ := k.leg(t.marks[p].at, m.loc[i])
		at := max(t.marks[p].leave+sec, m.open[i], m.ready[i])
		if at > m.close[i] {
			continue
		}
		if p == len(t.seq) {
			return true
		}
		sec, _ = k.leg(m.loc[i], t.marks[p+1].at)
		if at+k.asks[i].service+sec <= m.close[t.seq[p]] {
			return true
		}
	}
	return false
}
