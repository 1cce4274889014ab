package vrp

import (
	"math"

	"quartermaster/routing"
)

// driving is an exact pass over one tour, for everything that the constant-time tests only bound: several windows, late
// arrivals at a price, breaks, hours of service, traffic, batteries, further trips, setup, emissions.
type driving struct {
	m     *model
	k     *kind
	clock int64
	at    int32
	spent routing.Spent
	visit []routing.Visit // nil where only the cost is asked for
	write bool
	free  bool // of the longest duration

	onBoard   []int64
	grams     int64
	sinceRest int64 // driving since the last rest
	battery   int64
	rested    int // breaks taken, in the order of the vehicle
	departed  int64
	ok        bool
}

// drive returns the cost in units of kind k doing seq, and whether it can. With visits it also writes them down.
func (m *model) drive(k *kind, seq []int32, into *routing.Route) (int64, bool) {
	d := m.desk(k)
	defer m.desks.Put(d)
	first := max(k.openSec, m.tripReady(seq))
	if !d.run(seq, first) && !(k.maxDur < never) {
		return 0, false
	}
	start := first
	if k.timed || into != nil {
		if d.ok || k.maxDur < never {
			start = d.delay(seq, first)
		}
		if !d.run(seq, start) {
			return 0, false
		}
	}
	if !d.ok {
		return 0, false
	}
	if into != nil {
		d.write = true
		d.run(seq, start)
		into.Visits, into.DepartSec, into.ReturnSec = d.visit, start, d.clock
		into.DistanceM, into.DriveSec, into.CO2eG = d.spent.DistanceM, d.spent.DriveSec, int64(math.Round(d.spent.CO2eG))
		into.CostCents = m.p.CostCents(k.v, d.spent)
	}
	return d.cost(), true
}

// desk is a driving to work with; it goes back into the pool.
func (m *model) desk(k *kind) *driving {
	d, ok := m.desks.Get().(*driving)
	if !ok {
		d = &driving{onBoard: make([]int64, m.dims)}
	}
	d.m, d.k, d.write, d.free, d.visit = m, k, false, false, nil
	return d
}

// tripReady is when all that the first trip of seq takes along is ready.
func (m *model) tripReady(seq []int32) int64 {
	ready := int64(math.MinInt64)
	for _, c := range seq {
		if c == reload {
			break
		}
		ready = max(ready, m.ready[c])
	}
	return ready
}

// delay finds the latest start that does not end the tour later than a start at first; a tour too long when started at
// once may be short enough then.
func (d *driving) delay(seq []int32, first int64) int64 {
	d.free = true
	defer func() { d.free = false }()
	if !d.run(seq, first) {
		return first
	}
	end, late := d.clock, d.spent.LateCentSec
	low, high := first, first+d.waits()
	for low < high {
		mid := low + (high-low+1)/2
		if d.run(seq, mid) && d.clock <= end && d.spent.LateCentSec <= late {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// waits is how long the tour just driven stood idle.
func (d *driving) waits() int64 {
	return max(0, d.spent.DurationSec-d.spent.DriveSec-d.spent.TaskSec)
}

func (d *driving) cost() int64 {
	k, s := d.k, &d.spent
	c := k.used + s.LegCents*unit + k.perM*s.DistanceM + k.perSec*s.DurationSec + k.perDrive*s.DriveSec + k.perTask*s.TaskSec + unitsPerSec*s.LateCentSec
	if p := d.m.p.CO2CentsPerKg; p > 0 {
		c += int64(math.Round(s.CO2eG * float64(p) * unit / 1000))
	}
	return c
}

func (d *driving) run(seq []int32, start int64) bool {
	k := d.k
	d.clock, d.departed, d.at, d.spent = start, start, k.start, routing.Spent{}
	d.sinceRest, d.battery, d.rested, d.ok = 0, k.v.RangeM, 0, true
	d.visit = d.visit[:0]
	if d.write {
		d.visit = make([]routing.Visit, 0, len(seq)+len(k.v.Breaks))
	}
	d.load(seq)
	for p, c := range seq {
		if c == reload {
			d.loadAnew(seq[p+1:])
		} else {
			d.serve(c)
		}
		if !d.ok {
			return false
		}
	}
	d.home()
	d.spent.DurationSec = d.clock - d.departed
	d.ok = d.ok && d.clock <= k.closeSec && (d.free || d.spent.DurationSec <= k.maxDur) && d.spent.DriveSec <= k.maxDrive &&
		d.spent.DistanceM <= k.maxDist && d.m.relationsHold(seq)
	return d.ok
}

// load puts on board what the next trip takes along.
func (d *driving) load(seq []int32) {
	clear(d.onBoard)
	d.grams = 0
	for _, c := range seq {
		if c == reload {
			break
		}
		d.grams += d.m.gramsFirst[c]
		for x := range d.onBoard {
			d.onBoard[x] += d.m.first[int(c)*d.m.dims+x]
		}
	}
	d.ok = d.ok && fits(d.onBoard, d.k.caps)
}

func (d *driving) loadAnew(rest []int32) {
	v := routing.Visit{Stop: -1, Kind: routing.KindReload, Location: d.k.start}
	v.DistanceM = d.travel(d.k.start, d.k.closeSec)
	v.ArrivalSec, v.StartSec = d.clock, d.clock
	d.clock = max(d.clock+d.k.v.ReloadSec, d.m.tripReady(rest))
	d.spent.TaskSec += d.k.v.ReloadSec
	v.DepartSec = d.clock
	if d.write {
		d.visit = append(d.visit, v)
	}
	d.load(rest)
}

// serve drives to stop c and serves it as early as its windows allow.
func (d *driving) serve(c int32) {
	s := &d.m.p.Stops[c]
	setup := int64(0)
	if d.k.setup != nil && d.at != s.Location {
		setup = d.k.setup[c]
	}
	last := d.m.close[c]
	d.breaksBefore(s, setup+d.k.asks[c].service, last)
	v := routing.Visit{Stop: int(c), ArrivalSec: 0}
	v.DistanceM = d.travel(s.Location, last)
	v.ArrivalSec = d.clock
	start, late := s.Begin(d.clock)
	if start < 0 {
		d.ok = false
		return
	}
	v.StartSec = start
	d.spent.LateCentSec += late * s.LateCentsPerHour
	d.clock = start + setup + d.k.asks[c].service
	d.spent.TaskSec += setup + d.k.asks[c].service
	v.DepartSec = d.clock
	d.grams += d.m.gramsDelta[c]
	for x := range d.onBoard {
		d.onBoard[x] += d.m.delta[int(c)*d.m.dims+x]
	}
	d.ok = d.ok && fits(d.onBoard, d.k.caps)
	if d.k.v.Hours == routing.HoursUS && v.DepartSec-v.ArrivalSec >= usRestSec {
		d.sinceRest = 0
	}
	if d.k.v.Hours == routing.HoursEU && v.StartSec-v.ArrivalSec >= euRestSec {
		d.sinceRest = 0
	}
	if d.write {
		d.visit = append(d.visit, v)
	}
}

// home drives to the end and takes the breaks that are still due on the way.
func (d *driving) home() {
	for d.rested < len(d.k.v.Breaks) {
		b := &d.k.v.Breaks[d.rested]
		sec, _ := d.ahead(d.k.end)
		if start := b.Begin(d.clock + sec); d.k.end >= 0 && start >= 0 && start > d.k.closeSec {
			break
		}
		if !d.takeBreak() {
			return
		}
	}
	if d.k.end >= 0 {
		d.travel(d.k.end, d.k.closeSec)
	}
}

// ahead is how long and how far it is to a location, leaving now and without rests.
func (d *driving) ahead(to int32) (sec, metres int64) {
	if d.at < 0 || to < 0 {
		return 0, 0
	}
	sec, metres, ok := d.k.travel.Leg(d.at, to)
	if !ok {
		return noWay, 0
	}
	return d.m.p.TravelSec(d.clock, sec), metres
}

// travel drives to a location, resting and charging as it must, and returns the metres of the last stretch.
func (d *driving) travel(to int32, by int64) int64 {
	if d.at < 0 || to < 0 {
		d.at = to
		return 0
	}
	if d.k.v.RangeM > 0 {
		d.charge(to)
	}
	metres := d.leg(to)
	if d.clock > by {
		d.ok = false
	}
	return metres
}

const (
	euDriveSec = 4*3600 + 1800
	euRestSec  = 45 * 60
	euDaySec   = 9 * 3600
	usDriveSec = 8 * 3600
	usRestSec  = 30 * 60
	usDaySec   = 11 * 3600
	usDutySec  = 14 * 3600
)

func (d *driving) leg(to int32) int64 {
	sec, metres, ok := d.k.travel.Leg(d.at, to)
	if !ok {
		d.ok = false
		return 0
	}
	d.spent.LegCents += d.k.travel.LegCostCents(d.at, to)
	took := d.m.p.TravelSec(d.clock, sec)
	switch d.k.v.Hours {
	case routing.HoursEU:
		d.restFor(took, euDriveSec, euRestSec)
		took = d.m.p.TravelSec(d.clock, sec)
		d.ok = d.ok && took <= euDriveSec && d.spent.DriveSec+took <= euDaySec
	case routing.HoursUS:
		d.restFor(took, usDriveSec, usRestSec)
		took = d.m.p.TravelSec(d.clock, sec)
		d.ok = d.ok && took <= usDriveSec && d.spent.DriveSec+took <= usDaySec && d.clock+took-d.departed <= usDutySec
	}
	d.sinceRest += took
	d.clock += took
	d.spent.DriveSec += took
	d.spent.DistanceM += metres
	d.battery -= metres
	d.spent.CO2eG += d.k.v.LegCO2eG(metres, d.grams)
	d.at = to
	return metres
}

// lightFor reports whether what is on board is little enough for break b.
func (d *driving) lightFor(b *routing.Break) bool {
	for x, most := range b.MaxLoad {
		if x < len(d.onBoard) && d.onBoard[x] > most {
			return false
		}
	}
	return true
}

func (d *driving) restFor(took, most, rest int64) {
	if d.sinceRest+took <= most {
		return
	}
	v := routing.Visit{Stop: -1, Kind: routing.KindRest, Location: -1, ArrivalSec: d.clock, StartSec: d.clock, DepartSec: d.clock + rest}
	d.clock += rest
	d.sinceRest = 0
	if d.write {
		d.visit = append(d.visit, v)
	}
}

// charge goes by the charging point with the least detour where the battery would not last to the next place and from
// there to a point or the end.
func (d *driving) charge(to int32) {
	_, metres, ok := d.k.travel.Leg(d.at, to)
	if !ok || d.battery-metres >= d.toCharger(to) {
		return
	}
	best, at := never, int32(-1)
	for _, c := range d.m.p.Chargers {
		_, a, okA := d.k.travel.Leg(d.at, c)
		_, b, okB := d.k.travel.Leg(c, to)
		if okA && okB && a <= d.battery && a+b < best && d.k.v.RangeM-b >= d.toCharger(to) {
			best, at = a+b, c
		}
	}
	if at < 0 {
		d.ok = false
		return
	}
	v := routing.Visit{Stop: -1, Kind: routing.KindCharge, Location: at, DistanceM: d.leg(at), ArrivalSec: d.clock, StartSec: d.clock}
	missing := d.k.v.RangeM - d.battery
	d.clock += (missing*d.k.v.ChargeSecPerKm + 999) / 1000
	d.battery = d.k.v.RangeM
	v.DepartSec = d.clock
	if d.write {
		d.visit = append(d.visit, v)
	}
}

// toCharger is how far it is from a place to the nearest charging point or the end.
func (d *driving) toCharger(from int32) int64 {
	near := never
	if d.k.end < 0 {
		return 0
	}
	if _, m, ok := d.k.travel.Leg(from, d.k.end); ok {
		near = m
	}
	for _, c := range d.m.p.Chargers {
		if _, m, ok := d.k.travel.Leg(from, c); ok {
			near = min(near, m)
		}
	}
	return near
}

// breaksBefore takes each break that must or may as well be taken before driving to s.
func (d *driving) breaksBefore(s *routing.Stop, taskSec, last int64) {
	for d.rested < len(d.k.v.Breaks) {
		b := &d.k.v.Breaks[d.rested]
		sec, _ := d.ahead(s.Location)
		start, _ := s.Begin(d.clock + sec)
		if start < 0 {
			start = last
		}
		now := b.Begin(d.clock)
		if now < 0 {
			d.ok = false
			return
		}
		after := b.Begin(start + taskSec)
		free := now+b.ServiceSec+sec <= start && (len(b.MaxLoad) == 0 || d.lightFor(b))
		if after >= 0 && !free {
			return
		}
		if !d.takeBreak() {
			return
		}
	}
}

func (d *driving) takeBreak() bool {
	b := &d.k.v.Breaks[d.rested]
	start := b.Begin(d.clock)
	if start < 0 || len(b.MaxLoad) > 0 && !d.lightFor(b) {
		d.ok = false
		return false
	}
	v := routing.Visit{Stop: -1, Kind: routing.KindBreak, Location: -1, Break: d.rested, ArrivalSec: d.clock, StartSec: start, DepartSec: start + b.ServiceSec}
	d.clock = v.DepartSec
	d.rested++
	if v.DepartSec-v.ArrivalSec >= usRestSec && d.k.v.Hours == routing.HoursUS || v.DepartSec-v.ArrivalSec >= euRestSec && d.k.v.Hours == routing.HoursEU {
		d.sinceRest = 0
	}
	if d.write {
		d.visit = append(d.visit, v)
	}
	return true
}
