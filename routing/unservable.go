package routing

import (
	"fmt"
	"slices"
)

// Reasons begin with one of these words and a colon, then a sentence for people.
const (
	ReasonCapacity    = "capacity"    // too heavy or too large
	ReasonUnreachable = "unreachable" // no way there or back
	ReasonWindow      = "window"      // nobody can be there before the window closes
	ReasonShift       = "shift"       // the vehicle would come back after its shift
	ReasonNoVehicle   = "no vehicle"  // each that could is full or taken
	ReasonPrice       = "price"       // serving costs more than leaving out
	ReasonPair        = "shipment"    // the other stop of its pair cannot be served
	ReasonSkill       = "skill"       // no vehicle has the skills, or none of those named
	ReasonLimit       = "limit"       // a limit on duration, distance, hours or range
	ReasonStopped     = "stopped"     // the search was ended before it found a place
)

// Unservable returns, for each stop, why no vehicle could serve it even with nothing else to do, or "" when one could. The
// reason is that of the vehicle that comes nearest to serving it, with the amount that is lacking. Where a matrix breaks the triangle
// inequality, the way over other stops counts: a stop that is reached in time over another one is not called unservable.
func Unservable(p Problem) []string {
	reasons := make([]string, len(p.Stops))
	d := newDetours(&p)
	for i := range p.Stops {
		reasons[i] = unservable(&p, &p.Stops[i], d)
	}
	return reasons
}

func unservable(p *Problem, s *Stop, d *detours) string {
	best := obstacle{rank: -1, text: ReasonNoVehicle + ": the problem has no vehicles"}
	for k := range p.Vehicles {
		if len(s.Vehicles) > 0 && !slices.Contains(s.Vehicles, k) {
			continue
		}
		v := &p.Vehicles[k]
		o := alone(p, s, v, direct)
		if o.rank > 0 {
			o = alone(p, s, v, d.sec)
		}
		if o.text == "" {
			return ""
		}
		if o.rank > best.rank || o.rank == best.rank && o.lacking < best.lacking {
			best = o
		}
	}
	return best.text
}

// obstacle is what keeps a stop from a vehicle. A higher rank was met later on the way through the tests below; among
// equal ranks the one lacking less is nearer to being solved.
type obstacle struct {
	rank    int
	lacking int64
	text    string
}

// direct is the travel from a depot to a place, or with back from there to the depot.
func direct(m *Matrix, depot, place int32, back bool) (sec int64, ok bool) {
	if back {
		depot, place = place, depot
	}
	sec, _, ok = m.Leg(depot, place)
	return sec, ok
}

// alone drives the tour start, s, end as early as it may begin, legs by travel, and returns the first obstacle, or none. For a stop of a
// pair it tells what stands against the stop alone.
func alone(p *Problem, s *Stop, v *Vehicle, travel func(m *Matrix, depot, place int32, back bool) (int64, bool)) obstacle {
	for _, skill := range s.Skills {
		if !slices.Contains(v.Skills, skill) {
			return obstacle{0, 0, fmt.Sprintf("%s: needs skill %d, vehicle %s does not have it", ReasonSkill, skill, v.ID)}
		}
	}
	if o := tooMuch(s, v); o.text != "" {
		return o
	}
	m := p.Travel(v)
	var out, back int64
	ok, okBack := true, true
	if at, driven := v.StartAt(); driven {
		out, ok = travel(m, at, s.Location, false)
	}
	if at, driven := v.EndAt(); driven {
		back, okBack = travel(m, at, s.Location, true)
	}
	if !ok || !okBack {
		return obstacle{1, 0, fmt.Sprintf("%s: no way between the depot of vehicle %s and the stop", ReasonUnreachable, v.ID)}
	}
	depart := max(v.Shift.StartSec, s.ReadySec)
	arrive := depart + p.TravelSec(depart, out)
	start, _ := s.Begin(arrive)
	if start < 0 {
		last := s.Window.EndSec
		if k := len(s.More); k > 0 {
			last = s.More[k-1].EndSec
		}
		return obstacle{2, arrive - last, fmt.Sprintf("%s: leaving at %s (ready at %s) vehicle %s arrives at %s, %d s after the window closed at %s",
			ReasonWindow, Clock(depart), Clock(s.ReadySec), v.ID, Clock(arrive), arrive-last, Clock(last))}
	}
	service, setup := s.ServiceAt(v)
	done := start + service
	if at, driven := v.StartAt(); !driven || at != s.Location {
		done += setup
	}
	home := done + p.TravelSec(done, back)
	if late := home - v.Shift.EndSec; late > 0 {
		return obstacle{3, late, fmt.Sprintf("%s: vehicle %s would be back at %s, %d s after its shift ends at %s",
			ReasonShift, v.ID, Clock(home), late, Clock(v.Shift.EndSec))}
	}
	return obstacle{}
}

// tooMuch compares the amounts of s with what v takes.
func tooMuch(s *Stop, v *Vehicle) obstacle {
	if over := s.WeightG - v.MaxWeightG; over > 0 {
		return obstacle{0, over, fmt.Sprintf("%s: weighs %d g, vehicle %s carries %d g", ReasonCapacity, s.WeightG, v.ID, v.MaxWeightG)}
	}
	if over := s.VolumeCm3 - v.MaxVolumeCm3; over > 0 {
		return obstacle{0, over, fmt.Sprintf("%s: takes %d cm³, vehicle %s holds %d cm³", ReasonCapacity, s.VolumeCm3, v.ID, v.MaxVolumeCm3)}
	}
	caps := append([]int64{v.MaxWeightG, v.MaxVolumeCm3}, v.Extra...)
	for k, q := range s.Extra {
		if over := q - caps[k+2]; over > 0 {
			return obstacle{0, over, fmt.Sprintf("%s: takes %d of the kind extra[%d], vehicle %s holds %d", ReasonCapacity, q, k, v.ID, caps[k+2])}
		}
	}
	for k, q := range s.Collect {
		if over := q - caps[k]; over > 0 {
			return obstacle{0, over, fmt.Sprintf("%s: collect[%d] is %d, vehicle %s holds %d", ReasonCapacity, k, q, v.ID, caps[k])}
		}
	}
	return obstacle{}
}

// Clock writes seconds from the origin as hours, minutes and seconds, with a day in front outside the first day:
// 09:05:00, day 1 00:30:00 (the day after the first, which is day 0), day -1 23:00:00.
func Clock(sec int64) string {
	const daySec = 24 * 3600
	day := sec / daySec
	if sec%daySec < 0 {
		day--
	}
	in := sec - day*daySec
	text := fmt.Sprintf("%02d:%02d:%02d", in/3600, in/60%60, in%60)
	if day == 0 {
		return text
	}
	return fmt.Sprintf("day %d %s", day, text)
}
