package vroom

import "fmt"

// The largest numbers that the solver takes: sums of them over a route stay far from overflow.
const (
	mostAmount = int64(1e12)
	mostFixed  = int64(1e10)
	mostRate   = int64(1e9)
	mostTime   = int64(1e11)
	mostTasks  = 1 << 20
)

// limits refuses, in the client's own words, numbers that the solver does not take and places outside the matrices.
func (p *Plan) limits() error {
	places := p.sizes()
	for i := range p.request.Jobs {
		j := &p.request.Jobs[i]
		who := fmt.Sprintf("job %d", j.ID)
		if err := withinAll(mostAmount, who, part{"delivery", j.Delivery}, part{"pickup", j.Pickup}); err != nil {
			return err
		}
		if err := j.limits(who, places); err != nil {
			return err
		}
	}
	for i := range p.request.Shipments {
		s := &p.request.Shipments[i]
		if err := withinAll(mostAmount, fmt.Sprintf("shipment %d", s.Pickup.ID), part{"amount", s.Amount}); err != nil {
			return err
		}
		if err := s.Pickup.limits(fmt.Sprintf("pickup %d", s.Pickup.ID), places); err != nil {
			return err
		}
		if err := s.Delivery.limits(fmt.Sprintf("delivery %d", s.Delivery.ID), places); err != nil {
			return err
		}
	}
	for i := range p.request.Vehicles {
		if err := p.request.Vehicles[i].limits(places); err != nil {
			return err
		}
	}
	return nil
}

// sizes is how many places every matrix knows.
func (p *Plan) sizes() int {
	least := -1
	for _, m := range p.request.Matrices {
		if n := len(m.Durations); n > 0 && (least < 0 || n < least) {
			least = n
		}
	}
	return least
}

// part is the numbers under one key.
type part struct {
	key    string
	values []int64
}

// withinAll refuses numbers below 0 and above most.
func withinAll(most int64, who string, parts ...part) error {
	for _, x := range parts {
		for _, v := range x.values {
			if v < 0 || v > most {
				return refuse("Invalid %s for %s: %d; give 0 to %d.", x.key, who, v, most)
			}
		}
	}
	return nil
}

// within refuses an index outside the matrices.
func within(key, who string, index *int32, places int) error {
	if index != nil && places > 0 && (*index < 0 || int(*index) >= places) {
		return refuse("%s exceeding matrix size: %d for %s; the matrices have %d places.", key, *index, who, places)
	}
	return nil
}

func (t *Task) limits(who string, places int) error {
	for _, times := range []struct {
		key    string
		byType map[string]int64
	}{{"setup_per_type", t.SetupPerType}, {"service_per_type", t.ServicePerType}} {
		for name, sec := range times.byType {
			if sec < 0 || sec > mostTime {
				return refuse("Invalid %s.%s for %s: %d; give 0 to %d.", times.key, name, who, sec, mostTime)
			}
		}
	}
	return within("location_index", who, t.LocationIndex, places)
}

func (v *Vehicle) limits(places int) error {
	who := fmt.Sprintf("vehicle %d", v.ID)
	hour := int64(0)
	if v.Costs.PerHour != nil {
		hour = *v.Costs.PerHour
	}
	c := &v.Costs
	if err := withinAll(mostFixed, who, part{"costs.fixed", []int64{c.Fixed}}); err != nil {
		return err
	}
	if err := withinAll(mostRate, who, part{"costs.per_hour", []int64{hour}},
		part{"costs.per_task_hour", []int64{c.PerTaskHour}}, part{"costs.per_km", []int64{c.PerKm}}); err != nil {
		return err
	}
	if err := withinAll(mostTasks, who, part{"max_tasks", []int64{int64(v.MaxTasks)}}); err != nil {
		return err
	}
	if err := withinAll(mostTime, who, part{"max_travel_time", []int64{v.MaxTravelTime}}, part{"max_distance", []int64{v.MaxDistance}}); err != nil {
		return err
	}
	if err := withinAll(mostAmount, who, part{"capacity", v.Capacity}); err != nil {
		return err
	}
	for _, b := range v.Breaks {
		if err := withinAll(mostAmount, fmt.Sprintf("break %d of %s", b.ID, who), part{"max_load", b.MaxLoad}); err != nil {
			return err
		}
	}
	if w := v.TimeWindow; w != nil && w[1] < w[0] {
		return refuse("Invalid time window: [%d, %d] for %s.", w[0], w[1], who)
	}
	if err := within("start_index", who, v.StartIndex, places); err != nil {
		return err
	}
	return within("end_index", who, v.EndIndex, places)
}
