package vrp

import (
	"fmt"
	"slices"

	"quartermaster/routing"
)

// kind is vehicles that are alike in everything but the id.
type kind struct {
	v        *routing.Vehicle
	travel   *routing.Matrix
	vehicles []int32 // those of the kind, by index; with Count above 1 an index stands for several
	count    int     // how many there are

	*grid
	caps              []int64
	used              int64 // units for using one
	perM, perSec      int64
	perDrive, perTask int64
	start, end        int32 // locations; -1 = the tour begins at its first or ends at its last stop
	openSec, closeSec int64
	maxDur, maxDrive  int64 // never = no limit
	maxDist           int64
	maxStops          int
	trips             int
	asks              []ask   // per stop, shared between kinds of one Type
	loading           ask     // before a further trip
	setup             []int64 // nil where no stop has one
	ok                []bool  // per stop: skills, named vehicles and capacity allow it; nil = all
	straight          bool    // legs cost by distance alone, that of the problem's own matrix
	timed             bool    // duration costs or is limited
	deep              bool    // asks for the exact pass
	rounds            bool    // asks for it but because of further trips, of which marks know enough; see inRound
	fixed             []int32 // stops that stand first
	roomier           []int32 // kinds that may take what this one has no room for or may not visit
}

// key is what makes vehicles alike.
func key(v *routing.Vehicle) string {
	w := *v
	w.ID, w.Count = "", 0
	return fmt.Sprint(w)
}

func (m *model) addKinds() {
	known := map[string]int{}
	named := map[int]bool{} // vehicles that stops name: each is of a kind of its own
	for i := range m.p.Stops {
		for _, v := range m.p.Stops[i].Vehicles {
			named[v] = true
		}
	}
	for i := range m.p.Vehicles {
		v := &m.p.Vehicles[i]
		id := key(v)
		if named[i] || len(v.Fixed) > 0 {
			id = fmt.Sprint("#", i)
		}
		at, ok := known[id]
		if !ok {
			at = len(m.kinds)
			known[id] = at
			m.kinds = append(m.kinds, m.newKind(v))
		}
		k := &m.kinds[at]
		k.vehicles = append(k.vehicles, int32(i))
		k.count += v.Alike()
	}
	for at := range m.kinds {
		m.allow(&m.kinds[at])
	}
}

func orNever(limit int64) int64 {
	if limit == 0 {
		return never
	}
	return limit
}

func (m *model) newKind(v *routing.Vehicle) kind {
	k := kind{v: v, travel: m.p.Travel(v), caps: make([]int64, m.dims), used: v.FixedCostCents * unit, perM: v.CostCentsPerKm * unitsPerM,
		perSec: v.CostCentsPerHour * unitsPerSec, perDrive: v.CostCentsPerDriveHour * unitsPerSec, perTask: v.CostCentsPerTaskHour * unitsPerSec,
		start: -1, end: -1, openSec: v.Shift.StartSec, closeSec: v.Shift.EndSec, maxDur: orNever(v.MaxDurationSec),
		maxDrive: orNever(v.MaxDriveSec), maxDist: orNever(v.MaxDistanceM), maxStops: v.MaxStops, trips: max(v.Trips, 1)}
	k.grid = m.gridOf(k.travel)
	k.straight = k.perDrive == 0 && k.travel == &m.p.Matrix
	k.caps[0], k.caps[1] = v.MaxWeightG, v.MaxVolumeCm3
	copy(k.caps[2:], v.Extra)
	if k.maxStops == 0 {
		k.maxStops = m.n
	}
	if at, ok := v.StartAt(); ok {
		k.start = at
	}
	if at, ok := v.EndAt(); ok {
		k.end = at
	}
	for _, i := range v.Fixed {
		k.fixed = append(k.fixed, int32(i))
	}
	k.timed = k.perSec > 0 || v.MaxDurationSec > 0
	k.deep = m.deepStop || len(v.Breaks) > 0 || v.Hours != "" || v.RangeM > 0 || v.MaxDriveSec > 0 || v.MaxDistanceM > 0 ||
		k.perTask > 0 || len(m.p.Traffic) > 0 || m.p.CO2CentsPerKg > 0 || k.travel.CostCents != nil || len(k.fixed) > 0 ||
		(k.timed && (k.start < 0 || k.end < 0)) || len(m.p.Relations) > 0
	k.rounds = k.trips > 1 && !k.deep && !k.timed && k.start >= 0 && k.end >= 0
	k.deep = k.deep || k.trips > 1
	k.asks, k.setup = m.asksOf(v)
	k.loading = ask{open: k.openSec, close: k.closeSec, service: v.ReloadSec, loc: k.start}
	return k
}

// asksOf is what stops ask of v; vehicles of one Type share it.
func (m *model) asksOf(v *routing.Vehicle) ([]ask, []int64) {
	if a, ok := m.asks[v.Type]; ok {
		return a, m.setups[v.Type]
	}
	asks := make([]ask, m.n)
	var setups []int64
	for i := range m.p.Stops {
		service, setup := m.p.Stops[i].ServiceAt(v)
		asks[i] = ask{open: m.open[i], close: m.close[i], service: service, ready: m.ready[i], loc: m.loc[i]}
		if setup > 0 && setups == nil {
			setups = make([]int64, m.n)
		}
		if setup > 0 {
			setups[i] = setup
		}
	}
	m.asks[v.Type], m.setups[v.Type] = asks, setups
	return asks, setups
}

// mostKinds is the most kinds of vehicles among which a tour that has no room is offered to others.
const mostKinds = 12

// addRoomier notes for each kind those that have more room in some way or may visit other stops.
func (m *model) addRoomier() {
	if len(m.kinds) < 2 || len(m.kinds) > mostKinds {
		return
	}
	for i := range m.kinds {
		k := &m.kinds[i]
		for j := range m.kinds {
			x := &m.kinds[j]
			more := x.maxStops > k.maxStops || k.ok != nil && !slices.Equal(k.ok, x.ok)
			for d := range k.caps {
				more = more || x.caps[d] > k.caps[d]
			}
			if i != j && more && len(k.fixed)+len(x.fixed) == 0 {
				k.roomier = append(k.roomier, int32(j))
			}
		}
	}
}

// allow notes which stops the kind may visit at all.
func (m *model) allow(k *kind) {
	all := true
	ok := make([]bool, m.n)
	for i := range m.p.Stops {
		s := &m.p.Stops[i]
		ok[i] = hasSkills(k.v.Skills, s.Skills)
		if len(s.Vehicles) > 0 {
			ok[i] = ok[i] && slices.Contains(s.Vehicles, int(k.vehicles[0]))
		}
		for d, c := range k.caps {
			ok[i] = ok[i] && m.deliver[i*m.dims+d] <= c && m.collect[i*m.dims+d] <= c
		}
		all = all && ok[i]
	}
	if !all {
		k.ok = ok
	}
}

func hasSkills(have, want []int) bool {
	for _, s := range want {
		if !slices.Contains(have, s) {
			return false
		}
	}
	return true
}

// leg is travel from one location to another, and its cost; -1 stands for no location, from and to which nothing is driven.
func (k *kind) leg(i, j int32) (sec, cost int64) {
	if i < 0 || j < 0 {
		return 0, 0
	}
	if k.plane != nil {
		d := int64(k.plane.Between(i, j))
		return d, d * (k.perM + k.perDrive)
	}
	at := int(i)*k.places + int(j)
	s, d := k.cells[at], k.metres[at]
	if s == routing.Unreachable || d == routing.Unreachable {
		return noWay, noWay
	}
	return int64(s), int64(d)*k.perM + int64(s)*k.perDrive
}

// legTo is leg by the table that has what leads to j together.
func (k *kind) legTo(i, j int32) (sec, cost int64) {
	if !k.quick || i < 0 || j < 0 {
		return k.leg(i, j)
	}
	at := int(j)*k.places + int(i)
	s := int64(k.into[at])
	return s, int64(k.intoM[at])*k.perM + s*k.perDrive
}

// beside is the cost of the legs from a place to stop location c and back.
func (k *kind) beside(at, c int32) (to, from int64) {
	if k.quick && at >= 0 {
		row := int(c)*k.places + int(at)
		return int64(k.intoM[row])*k.perM + int64(k.into[row])*k.perDrive, int64(k.metres[row])*k.perM + int64(k.cells[row])*k.perDrive
	}
	_, to = k.leg(at, c)
	_, from = k.leg(c, at)
	return to, from
}
