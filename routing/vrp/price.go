package vrp

import (
	"slices"

	"quartermaster/routing"
)

// addPrices turns prizes and priorities into units. A stop that must be served costs more than any plan could save by
// leaving it out.
func (m *model) addPrices(cents int64) {
	m.prices = make([]int64, m.n)
	most := never / 4 / int64(m.n+1)
	levels := int64(1) // of priority, so that what the price is multiplied with is no more than it needs to be
	for i := range m.p.Stops {
		levels = max(levels, 1+int64(m.p.Stops[i].Priority))
	}
	must := min(m.dearest(), most/levels)
	for i := range m.p.Stops {
		s := &m.p.Stops[i]
		switch {
		case s.PrizeCents > 0:
			m.prices[i] = min(s.PrizeCents*unit, most)
			m.optional = true
		case cents > 0:
			m.prices[i] = min(cents*unit, most)
			m.optional = true
		default:
			m.compulsory = true
			m.prices[i] = must * (1 + int64(s.Priority))
		}
	}
	for _, pair := range m.p.Pairs { // a shipment has one price
		if a, b := m.prices[pair.Pickup], m.prices[pair.Delivery]; a != 0 {
			m.prices[pair.Pickup], m.prices[pair.Delivery] = 0, max(a, b)
		}
	}
}

// dearest bounds the units that any one tour could cost.
func (m *model) dearest() int64 {
	var longM, longSec, service, dear int64
	for k := range m.kinds {
		service = 0
		for i := range m.n {
			service += m.kinds[k].asks[i].service
		}
		v := &m.kinds[k]
		longM, longSec = max(longM, v.longM), max(longSec, v.longSec)
		legs := float64(m.n + 2)
		cost := float64(v.used) + legs*(float64(v.perM)*float64(longM)+float64(v.perDrive)*float64(longSec)) +
			float64(v.perTask)*float64(service) + float64(v.perSec)*min(float64(v.closeSec-v.openSec), legs*float64(longSec)+float64(service)+1e6)
		dear = max(dear, int64(min(cost, float64(never)/8)))
	}
	return dear + unit
}

func longest(t *routing.Matrix) (metres, sec int64) {
	if p := t.Plane; p != nil {
		if len(p.X) == 0 {
			return 0, 0
		}
		d := (slices.Max(p.X) - slices.Min(p.X) + slices.Max(p.Y) - slices.Min(p.Y)) * p.Scale
		return int64(d) + 1, int64(d) + 1
	}
	for k, d := range t.DistanceM {
		if d != routing.Unreachable && t.DurationSec[k] != routing.Unreachable {
			metres, sec = max(metres, int64(d)), max(sec, int64(t.DurationSec[k]))
		}
	}
	return metres, sec
}
