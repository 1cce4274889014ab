package routing

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// tally adds up a tour while it is driven again.
type tally struct {
	p        *Problem
	v        *Vehicle
	r        *Route
	at       int32 // -1 = nowhere yet
	clock    int64
	spent    Spent
	wait     int64
	legMetre int64
	onBoard  []int64
	grams    int64
	tripFrom int64 // departure of the trip
	trips    int
	breaks   int
	driven   int64 // since the last rest
	battery  int64
	aboard   map[int]bool // pickups done whose deliveries are not
}

// checkRoute recomputes one route and marks its stops and vehicle.
func checkRoute(p *Problem, r *Route, seen []bool, used []int) error {
	if r.Vehicle < 0 || r.Vehicle >= len(p.Vehicles) {
		return fmt.Errorf("vehicle %d does not exist", r.Vehicle)
	}
	v := &p.Vehicles[r.Vehicle]
	if used[r.Vehicle] >= v.Alike() {
		return fmt.Errorf("vehicle %q already drives another route", v.ID)
	}
	used[r.Vehicle]++
	stops, err := checkVisits(p, v, r, seen)
	if err != nil {
		return err
	}
	if stops == 0 {
		return errors.New("it visits nobody")
	}
	if v.MaxStops > 0 && stops > v.MaxStops {
		return fmt.Errorf("visits %d stops, vehicle %q makes %d at most", stops, v.ID, v.MaxStops)
	}
	if r.DepartSec < v.Shift.StartSec {
		return fmt.Errorf("departs at %d, before the shift of %q begins at %d", r.DepartSec, v.ID, v.Shift.StartSec)
	}
	if r.DepartSec > v.Shift.EndSec { // told here, so that no time further on can overflow
		return fmt.Errorf("departs at %d, after the shift of %q ends at %d", r.DepartSec, v.ID, v.Shift.EndSec)
	}
	return newTally(p, r).drive()
}

func newTally(p *Problem, r *Route) *tally {
	v := &p.Vehicles[r.Vehicle]
	t := &tally{p: p, v: v, r: r, at: -1, clock: r.DepartSec, tripFrom: r.DepartSec, trips: 1, battery: v.RangeM, aboard: map[int]bool{},
		onBoard: make([]int64, 2+len(v.Extra))}
	if at, ok := v.StartAt(); ok {
		t.at = at
	}
	return t
}

// checkVisits marks the stops and tests what does not depend on time.
func checkVisits(p *Problem, v *Vehicle, r *Route, seen []bool) (stops int, err error) {
	var weight, volume int64
	for k := range r.Visits {
		if r.Visits[k].Kind != KindStop {
			continue
		}
		i := r.Visits[k].Stop
		if i < 0 || i >= len(seen) || seen[i] {
			return 0, fmt.Errorf("visits[%d]: stop %d does not exist or is visited before", k, i)
		}
		if stops < len(v.Fixed) && v.Fixed[stops] != i {
			return 0, fmt.Errorf("visits[%d]: stop %d stands where stop %d is fixed", k, i, v.Fixed[stops])
		}
		seen[i] = true
		stops++
		s := &p.Stops[i]
		weight += s.WeightG
		volume += s.VolumeCm3
		for _, skill := range s.Skills {
			if !slices.Contains(v.Skills, skill) {
				return 0, fmt.Errorf("visits[%d]: stop %q needs skill %d, vehicle %q does not have it", k, s.ID, skill, v.ID)
			}
		}
		if len(s.Vehicles) > 0 && !slices.Contains(s.Vehicles, r.Vehicle) {
			return 0, fmt.Errorf("visits[%d]: stop %q may not be visited by vehicle %q", k, s.ID, v.ID)
		}
	}
	if stops < len(v.Fixed) {
		return 0, fmt.Errorf("%d of the %d fixed stops are missing", len(v.Fixed)-stops, len(v.Fixed))
	}
	if weight != r.WeightG || volume != r.VolumeCm3 {
		return 0, fmt.Errorf("states %d g and %d cm³, its stops add up to %d and %d", r.WeightG, r.VolumeCm3, weight, volume)
	}
	return stops, nil
}

// drive drives the tour again from its stated departure and compares every stated time and figure.
func (t *tally) drive() error {
	if err := t.loadTrip(0); err != nil {
		return err
	}
	for k := range t.r.Visits {
		visit := &t.r.Visits[k]
		var err error
		switch visit.Kind {
		case KindStop:
			err = t.stop(k, visit)
		case KindReload:
			err = t.reload(k, visit)
		case KindBreak:
			err = t.rest(visit)
		case KindRest:
			err = t.hoursRest(visit)
		case KindCharge:
			err = t.charge(visit)
		default:
			err = fmt.Errorf("kind %q does not exist", visit.Kind)
		}
		if err != nil {
			return fmt.Errorf("visits[%d]: %w", k, err)
		}
	}
	if to, ok := t.v.EndAt(); ok {
		if err := t.driveTo(to); err != nil {
			return err
		}
	}
	return t.compare()
}

// loadTrip puts on board what the trip that begins behind visit k takes along, and tests that all of it is ready.
func (t *tally) loadTrip(k int) error {
	clear(t.onBoard)
	t.grams = 0
	for ; k < len(t.r.Visits) && t.r.Visits[k].Kind != KindReload; k++ {
		if t.r.Visits[k].Kind != KindStop {
			continue
		}
		i := t.r.Visits[k].Stop
		s := &t.p.Stops[i]
		if t.tripFrom < s.ReadySec {
			return fmt.Errorf("departs at %d, stop %q is ready only at %d", t.tripFrom, s.ID, s.ReadySec)
		}
		if t.p.pairOf(i) == nil {
			t.add(s, 1)
		}
	}
	return t.room()
}

// pairOf returns the pair that stop i is in, or nil.
func (p *Problem) pairOf(i int) *Pair {
	for k := range p.Pairs {
		if p.Pairs[k].Pickup == i || p.Pairs[k].Delivery == i {
			return &p.Pairs[k]
		}
	}
	return nil
}

func (t *tally) add(s *Stop, sign int64) {
	t.onBoard[0] += sign * s.WeightG
	t.onBoard[1] += sign * s.VolumeCm3
	for k, q := range s.Extra {
		t.onBoard[2+k] += sign * q
	}
	t.grams += sign * s.WeightG
}

func (t *tally) room() error {
	for k, q := range t.onBoard {
		most := t.v.MaxWeightG
		if k == 1 {
			most = t.v.MaxVolumeCm3
		} else if k > 1 {
			most = t.v.Extra[k-2]
		}
		if q > most {
			return fmt.Errorf("carries %d of amount %d (0 is g, 1 is cm³), vehicle %q takes %d", q, k, t.v.ID, most)
		}
	}
	return nil
}

func (t *tally) driveTo(to int32) error {
	t.legMetre = 0
	if t.at < 0 {
		t.at = to
		return nil
	}
	m := t.p.Travel(t.v)
	sec, metres, ok := m.Leg(t.at, to)
	if !ok {
		return fmt.Errorf("there is no way from location %d to %d", t.at, to)
	}
	sec = t.p.TravelSec(t.clock, sec)
	t.legMetre = metres
	t.spent.LegCents += m.LegCostCents(t.at, to)
	t.spent.CO2eG += t.v.LegCO2eG(metres, t.grams)
	t.clock += sec
	t.spent.DriveSec += sec
	t.spent.DistanceM += metres
	t.driven += sec
	t.at = to
	if t.battery -= metres; t.v.RangeM > 0 && t.battery < 0 {
		return fmt.Errorf("the battery of %q is %d m short on the way to location %d", t.v.ID, -t.battery, to)
	}
	return t.hours()
}

// hours tests the driving rule after a leg.
func (t *tally) hours() error {
	switch {
	case t.v.Hours == HoursEU && (t.driven > 16_200 || t.spent.DriveSec > 32_400):
		return fmt.Errorf("drives %d s without a break and %d s in all; the EU allows 16200 and 32400", t.driven, t.spent.DriveSec)
	case t.v.Hours == HoursUS && (t.driven > 28_800 || t.spent.DriveSec > 39_600 || t.clock-t.r.DepartSec > 50_400):
		return fmt.Errorf("drives %d s without a rest, %d s in all, %d s after coming on duty; the US allow 28800, 39600 and 50400",
			t.driven, t.spent.DriveSec, t.clock-t.r.DepartSec)
	}
	return nil
}

func (t *tally) compare() error {
	r, v := t.r, t.v
	t.spent.DurationSec = t.clock - r.DepartSec
	if t.clock > v.Shift.EndSec {
		return fmt.Errorf("returns at %d, the shift of %q ends at %d", t.clock, v.ID, v.Shift.EndSec)
	}
	if len(t.aboard) > 0 {
		return errors.New("a shipment is picked up and not delivered")
	}
	for _, b := range v.Breaks[t.breaks:] {
		if b.Begin(t.clock) >= 0 && b.Begin(t.clock) <= v.Shift.EndSec && b.Windows[0].StartSec < t.clock {
			return fmt.Errorf("break %q is missing", b.ID)
		}
	}
	if over(t.spent.DurationSec, v.MaxDurationSec) || over(t.spent.DriveSec, v.MaxDriveSec) || over(t.spent.DistanceM, v.MaxDistanceM) {
		return fmt.Errorf("takes %d s, %d s of them driving, and %d m; vehicle %q may %d, %d and %d", t.spent.DurationSec, t.spent.DriveSec,
			t.spent.DistanceM, v.ID, v.MaxDurationSec, v.MaxDriveSec, v.MaxDistanceM)
	}
	if r.ReturnSec != t.clock || r.DriveSec != t.spent.DriveSec || r.WaitSec != t.wait || r.DistanceM != t.spent.DistanceM {
		return fmt.Errorf("states return %d, drive %d s, wait %d s, %d m; recomputed %d, %d, %d, %d", r.ReturnSec, r.DriveSec,
			r.WaitSec, r.DistanceM, t.clock, t.spent.DriveSec, t.wait, t.spent.DistanceM)
	}
	if cost := t.p.CostCents(v, t.spent); r.CostCents != cost && (t.p.CO2CentsPerKg == 0 || r.CostCents < cost-1 || r.CostCents > cost+1) {
		return fmt.Errorf("states %d cents, recomputed %d", r.CostCents, cost)
	}
	if co2e := int64(math.Round(t.spent.CO2eG)); r.CO2eG < co2e-co2eSlackG || r.CO2eG > co2e+co2eSlackG {
		return fmt.Errorf("states %d g CO2e, recomputed %d", r.CO2eG, co2e)
	}
	return nil
}

func over(value, limit int64) bool { return limit > 0 && value > limit }
