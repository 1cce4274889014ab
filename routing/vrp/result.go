package vrp

import (
	"math"

	"quartermaster/routing"
)

// solution writes the best plan (nil = nothing planned) in the words of the domain. A stop without a tour has a reason.
func solution(p *routing.Problem, m *model, b *best, reasons []string) routing.Solution {
	s := routing.Solution{}
	on := make([]bool, len(p.Stops))
	if b != nil {
		next := make([]int, len(m.kinds)) // vehicles of the kind given away
		for _, t := range b.tours {
			if len(t.seq) == 0 {
				continue
			}
			for _, c := range t.seq {
				if c != reload {
					on[c] = true
				}
			}
			s.Routes = append(s.Routes, m.route(t, m.nextVehicle(t.kind, next)))
		}
	}
	for i := range p.Stops {
		if !on[i] {
			s.Unassigned = append(s.Unassigned, routing.Unassigned{Stop: i, Reason: reasons[i]})
		}
	}
	for k := range s.Routes {
		s.CostCents += s.Routes[k].CostCents
		s.DistanceM += s.Routes[k].DistanceM
		s.CO2eG += s.Routes[k].CO2eG
	}
	return s
}

// nextVehicle gives each tour of a kind a vehicle, an index with Count as often as there are.
func (m *model) nextVehicle(kind int32, next []int) int {
	given := next[kind]
	next[kind]++
	for _, v := range m.kinds[kind].vehicles {
		if n := m.p.Vehicles[v].Alike(); given < n {
			return int(v)
		} else {
			given -= n
		}
	}
	return int(m.kinds[kind].vehicles[0])
}

// route drives tour t and writes down what happens.
func (m *model) route(t *tour, vehicle int) routing.Route {
	k := &m.kinds[t.kind]
	r := routing.Route{Vehicle: vehicle}
	m.drive(k, t.seq, &r)
	for i := range r.Visits {
		v := &r.Visits[i]
		if v.Kind == routing.KindStop || v.Kind == routing.KindReload {
			r.WaitSec += max(0, v.StartSec-v.ArrivalSec)
		}
		if v.Kind == routing.KindBreak {
			r.WaitSec += v.StartSec - v.ArrivalSec
		}
	}
	for _, c := range t.seq {
		if c != reload && m.mate[c] < 0 {
			r.WeightG += m.p.Stops[c].WeightG
			r.VolumeCm3 += m.p.Stops[c].VolumeCm3
		} else if c != reload && m.pickup[c] {
			r.WeightG += m.p.Stops[m.mate[c]].WeightG
			r.VolumeCm3 += m.p.Stops[m.mate[c]].VolumeCm3
		}
	}
	return r
}

var _ = math.MaxInt64
