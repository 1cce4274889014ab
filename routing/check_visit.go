package routing

import (
	"errors"
	"fmt"
	"slices"
)

func (t *tally) stop(k int, visit *Visit) error {
	s := &t.p.Stops[visit.Stop]
	service, setup := s.ServiceAt(t.v)
	if t.at == s.Location {
		setup = 0
	}
	if s.Backhaul != t.backhaulDue(k) && !s.Backhaul {
		return fmt.Errorf("stop %q is delivered after a backhaul", s.ID)
	}
	if s.Backhaul && !t.delivered(k) {
		return fmt.Errorf("stop %q is a backhaul before any delivery", s.ID)
	}
	if err := t.driveTo(s.Location); err != nil {
		return err
	}
	if visit.ArrivalSec != t.clock || visit.DistanceM != t.legMetre {
		return fmt.Errorf("states arrival %d after %d m, recomputed %d after %d m", visit.ArrivalSec, visit.DistanceM, t.clock, t.legMetre)
	}
	late, ok := inWindows(s, visit.StartSec)
	if visit.StartSec < t.clock || !ok {
		return fmt.Errorf("service at stop %q starts at %d; arrival %d, window %d…%d", s.ID, visit.StartSec, t.clock, s.Window.StartSec, s.Window.EndSec)
	}
	if visit.DepartSec != visit.StartSec+service+setup {
		return fmt.Errorf("departs at %d, service ends at %d", visit.DepartSec, visit.StartSec+service+setup)
	}
	t.spent.LateCentSec += late * s.LateCentsPerHour
	t.spent.TaskSec += service + setup
	t.idle(visit)
	t.clock = visit.DepartSec
	return t.handle(visit.Stop, s)
}

// idle counts waiting and the rests that it amounts to.
func (t *tally) idle(visit *Visit) {
	t.wait += visit.StartSec - visit.ArrivalSec
	switch {
	case t.v.Hours == HoursEU && visit.StartSec-visit.ArrivalSec >= 2700, t.v.Hours == HoursUS && visit.DepartSec-visit.ArrivalSec >= 1800:
		t.driven = 0
	}
}

// handle moves the goods of a stop.
func (t *tally) handle(i int, s *Stop) error {
	if pair := t.p.pairOf(i); pair != nil {
		if i == pair.Pickup {
			t.aboard[pair.Delivery] = true
			t.add(&t.p.Stops[pair.Delivery], 1)
			return t.room()
		}
		if !t.aboard[i] {
			return fmt.Errorf("stop %q is delivered before its shipment is picked up", s.ID)
		}
		delete(t.aboard, i)
	}
	t.add(s, -1)
	for k, q := range s.Collect {
		t.onBoard[k] += q
	}
	if len(s.Collect) > 0 {
		t.grams += s.Collect[0]
	}
	return t.room()
}

// inWindows reports whether a service may start at a time, and how late that is.
func inWindows(s *Stop, at int64) (lateSec int64, ok bool) {
	last := s.Window.EndSec
	if at >= s.Window.StartSec && at <= last {
		return 0, true
	}
	for _, w := range s.More {
		if at >= w.StartSec && at <= w.EndSec {
			return 0, true
		}
		last = w.EndSec
	}
	return at - last, s.LateCentsPerHour > 0 && at > last
}

// backhaulDue reports whether a backhaul was visited before visit k in its trip; delivered whether a delivery was.
func (t *tally) backhaulDue(k int) bool { return t.earlier(k, true) }

func (t *tally) delivered(k int) bool { return t.earlier(k, false) }

func (t *tally) earlier(k int, backhaul bool) bool {
	for k--; k >= 0 && t.r.Visits[k].Kind != KindReload; k-- {
		if v := &t.r.Visits[k]; v.Kind == KindStop && t.p.Stops[v.Stop].Backhaul == backhaul {
			return true
		}
	}
	return false
}

func (t *tally) reload(k int, visit *Visit) error {
	if t.trips++; t.trips > max(t.v.Trips, 1) {
		return fmt.Errorf("trip %d of vehicle %q, which makes %d", t.trips, t.v.ID, max(t.v.Trips, 1))
	}
	if len(t.aboard) > 0 {
		return errors.New("a shipment is still on board")
	}
	if visit.Location != t.v.Depot {
		return fmt.Errorf("loads at location %d, the depot of %q is %d", visit.Location, t.v.ID, t.v.Depot)
	}
	if err := t.driveTo(t.v.Depot); err != nil {
		return err
	}
	if visit.ArrivalSec != t.clock || visit.DistanceM != t.legMetre || visit.StartSec < t.clock || visit.DepartSec < visit.StartSec+t.v.ReloadSec {
		return fmt.Errorf("states arrival %d after %d m, loading from %d to %d; recomputed arrival %d after %d m, loading takes %d", visit.ArrivalSec,
			visit.DistanceM, visit.StartSec, visit.DepartSec, t.clock, t.legMetre, t.v.ReloadSec)
	}
	t.spent.TaskSec += t.v.ReloadSec
	t.wait += visit.StartSec - visit.ArrivalSec
	t.clock, t.tripFrom = visit.DepartSec, visit.DepartSec
	return t.loadTrip(k + 1)
}

func (t *tally) rest(visit *Visit) error {
	if visit.Break != t.breaks || t.breaks >= len(t.v.Breaks) {
		return fmt.Errorf("break %d of vehicle %q, which is at its break %d", visit.Break, t.v.ID, t.breaks)
	}
	b := &t.v.Breaks[t.breaks]
	t.breaks++
	in := false
	for _, w := range b.Windows {
		in = in || visit.StartSec >= w.StartSec && visit.StartSec <= w.EndSec
	}
	if !in || visit.ArrivalSec != t.clock || visit.StartSec < t.clock || visit.DepartSec != visit.StartSec+b.ServiceSec {
		return fmt.Errorf("break %q from %d to %d (arrival %d): it takes %d s, begins inside its windows, and the vehicle is there at %d", b.ID, visit.StartSec,
			visit.DepartSec, visit.ArrivalSec, b.ServiceSec, t.clock)
	}
	for k, most := range b.MaxLoad {
		if k < len(t.onBoard) && t.onBoard[k] > most {
			return fmt.Errorf("break %q with %d of amount %d on board, at most %d are allowed", b.ID, t.onBoard[k], k, most)
		}
	}
	t.wait += visit.StartSec - visit.ArrivalSec
	t.clock = visit.DepartSec
	if pause := visit.DepartSec - visit.ArrivalSec; t.v.Hours == HoursEU && pause >= 2700 || t.v.Hours == HoursUS && pause >= 1800 {
		t.driven = 0
	}
	return nil
}

func (t *tally) hoursRest(visit *Visit) error {
	least := int64(2700)
	if t.v.Hours == HoursUS {
		least = 1800
	}
	if t.v.Hours == HoursNone || visit.ArrivalSec != t.clock || visit.DepartSec-visit.ArrivalSec < least {
		return fmt.Errorf("rest from %d to %d; the vehicle is there at %d and its rule asks for %d s", visit.ArrivalSec, visit.DepartSec, t.clock, least)
	}
	t.clock, t.driven = visit.DepartSec, 0
	return nil
}

func (t *tally) charge(visit *Visit) error {
	if !slices.Contains(t.p.Chargers, visit.Location) {
		return fmt.Errorf("charges at location %d, which has no charging point", visit.Location)
	}
	if err := t.driveTo(visit.Location); err != nil {
		return err
	}
	need := ((t.v.RangeM-t.battery)*t.v.ChargeSecPerKm + 999) / 1000
	if visit.ArrivalSec != t.clock || visit.DistanceM != t.legMetre || visit.DepartSec-visit.StartSec < need || visit.StartSec < t.clock {
		return fmt.Errorf("charges from %d to %d after %d m; the vehicle is there at %d after %d m and charging takes %d s", visit.StartSec, visit.DepartSec,
			visit.DistanceM, t.clock, t.legMetre, need)
	}
	t.clock, t.battery = visit.DepartSec, t.v.RangeM
	return nil
}
