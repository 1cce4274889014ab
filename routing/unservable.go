package routing

import "fmt"

// Reasons begin with one of these words and a colon, then a sentence for people.
const (
	ReasonCapacity    = "capacity"    // too heavy or too large
	ReasonUnreachable = "unreachable" // no way there or back
	ReasonWindow      = "window"      // nobody can be there before the window closes
	ReasonShift       = "shift"       // the vehicle would come back after its shift
	ReasonNoVehicle   = "no vehicle"  // each that could is full or taken
	ReasonPrice       = "price"       // serving costs more than leaving out
	ReasonStopped     = "stopped"     // the search was ended before it found a place
)

// Unservable returns, for each stop, why no vehicle could serve it even on a tour of its own, or "" when one could. The
// reason is that of the vehicle that comes nearest to serving it, with the amount that is lacking.
func Unservable(p Problem) []string {
	reasons := make([]string, len(p.Stops))
	for i := range p.Stops {
		reasons[i] = unservable(p, &p.Stops[i])
	}
	return reasons
}

func unservable(p Problem, s *Stop) string {
	best := obstacle{rank: -1, text: ReasonNoVehicle + ": the problem has no vehicles"}
	for k := range p.Vehicles {
		o := alone(p, s, &p.Vehicles[k])
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

// alone drives the tour depot, s, depot as early as it may start and returns the first obstacle, or none.
func alone(p Problem, s *Stop, v *Vehicle) obstacle {
	if over := s.WeightG - v.MaxWeightG; over > 0 {
		return obstacle{0, over, fmt.Sprintf("%s: weighs %d g, vehicle %s carries %d g", ReasonCapacity, s.WeightG, v.ID, v.MaxWeightG)}
	}
	if over := s.VolumeCm3 - v.MaxVolumeCm3; over > 0 {
		return obstacle{0, over, fmt.Sprintf("%s: takes %d cm³, vehicle %s holds %d cm³", ReasonCapacity, s.VolumeCm3, v.ID, v.MaxVolumeCm3)}
	}
	out, _, ok := p.Matrix.Leg(v.Depot, s.Location)
	back, _, okBack := p.Matrix.Leg(s.Location, v.Depot)
	if !ok || !okBack {
		return obstacle{1, 0, fmt.Sprintf("%s: no way between the depot of vehicle %s and the stop", ReasonUnreachable, v.ID)}
	}
	depart := max(v.Shift.StartSec, s.ReadySec)
	arrive := depart + out
	if late := arrive - s.Window.EndSec; late > 0 {
		return obstacle{2, late, fmt.Sprintf("%s: leaving at %s (ready at %s) vehicle %s arrives at %s, %d s after the window closed at %s",
			ReasonWindow, Clock(depart), Clock(s.ReadySec), v.ID, Clock(arrive), late, Clock(s.Window.EndSec))}
	}
	home := max(arrive, s.Window.StartSec) + s.ServiceSec + back
	if late := home - v.Shift.EndSec; late > 0 {
		return obstacle{3, late, fmt.Sprintf("%s: vehicle %s would be back at %s, %d s after its shift ends at %s",
			ReasonShift, v.ID, Clock(home), late, Clock(v.Shift.EndSec))}
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
