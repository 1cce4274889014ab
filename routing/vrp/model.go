package vrp

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"quartermaster/routing"
)

// unit is how many parts of a cent the search counts in: the common denominator of a price per kilometre at whole
// metres and a price per hour at whole seconds, so that every cost is a whole number.
const (
	unit          = 18000
	unitsPerM     = unit / 1000
	unitsPerSec   = unit / 3600
	maxPriceCents = int64(1) << 40
	never         = int64(1) << 58 // later than any time, dearer than any plan
	noWay         = int64(1) << 50 // seconds or units of a leg that does not exist
	softClose     = int64(1) << 45 // end of a window that may be passed at a price
	reload        = int32(-1)      // stands in a tour where the vehicle loads anew
)

// kind is vehicles that are alike in everything but the id.
type kind struct {
	v        *routing.Vehicle
	travel   *routing.Matrix
	vehicles []int32 // those of the kind, by index; with Count above 1 an index stands for several
	count    int     // how many there are

	cells             []int32 // seconds
	metres            []int32
	places            int
	plane             *routing.Plane
	quick             bool // travel stands in a table without gaps
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
	service           []int64 // per stop, shared between kinds of one Type
	setup             []int64 // nil where no stop has one
	ok                []bool  // per stop: skills, named vehicles and capacity allow it; nil = all
	timed             bool    // duration costs or is limited
	deep              bool    // asks for the exact pass
	fixed             []int32 // stops that stand first
}

// model is a problem laid out for the search. It never changes during one.
type model struct {
	p     *routing.Problem
	n     int // stops
	dims  int
	kinds []kind

	loc         []int32
	open, close []int64 // first moment of the first window, last of the last
	ready       []int64
	deliver     []int64 // [stop*dims+k]
	collect     []int64
	first       []int64 // [stop*dims+k]: on board from the start of the trip
	delta       []int64 // [stop*dims+k]: change of what is on board at the stop
	gramsFirst  []int64
	gramsDelta  []int64
	simple      bool // nothing is collected and there are no pairs
	prices      []int64
	optional    bool    // leaving out is a choice, not a last resort
	mate        []int32 // other stop of a pair, or -1
	pickup      []bool  // the first of a pair
	pairs       bool
	backhaul    []bool    // nil where there are none
	deepStop    bool      // some stop asks for the exact pass
	bound       [][]int32 // per stop: relations it is in; nil where there are none
	released    bool

	reach  int
	near   []int32 // [stop*reach+k]: stops it may well stand beside, the best first
	around []int32 // by distance alone
	movers []int32 // stops that the search may place: neither hopeless nor fixed

	meanLeg float64
	dense   map[*routing.Plane][]int32
}

// densePlaces is the most places for which travel in the plane is laid out as a table: 36 MB.
const densePlaces = 3000

func denseOf(p *routing.Plane, n int) []int32 {
	cells := make([]int32, n*n)
	for i := range n {
		for j := range i {
			d := p.Between(int32(i), int32(j))
			cells[i*n+j], cells[j*n+i] = d, d
		}
	}
	return cells
}

func newModel(ctx context.Context, p *routing.Problem, o Options, hopeless []string) *model {
	m := &model{p: p, n: len(p.Stops), dims: 2}
	for i := range p.Vehicles {
		m.dims = max(m.dims, 2+len(p.Vehicles[i].Extra))
	}
	m.addStops()
	m.addPairs()
	m.addKinds()
	m.addLoads()
	m.gramsFirst, m.gramsDelta = make([]int64, m.n), make([]int64, m.n)
	for i := range m.n {
		m.gramsFirst[i], m.gramsDelta[i] = m.first[i*m.dims], m.delta[i*m.dims]
	}
	m.trimDims()
	m.addLoads()
	m.addPrices(o.UnassignedCents)
	m.addRelations()
	fixed := make([]bool, m.n)
	for k := range m.kinds {
		for _, i := range m.kinds[k].fixed {
			fixed[i] = true
		}
	}
	for i := range int32(m.n) {
		if hopeless[i] == "" && !fixed[i] && (m.mate[i] < 0 || hopeless[m.mate[i]] == "") {
			m.movers = append(m.movers, i)
		}
	}
	m.addNeighbours(ctx, o.Neighbours)
	return m
}

func (m *model) addStops() {
	m.loc, m.open, m.close, m.ready = make([]int32, m.n), make([]int64, m.n), make([]int64, m.n), make([]int64, m.n)
	m.deliver, m.collect = make([]int64, m.n*m.dims), make([]int64, m.n*m.dims)
	m.simple = true
	for i := range m.p.Stops {
		s := &m.p.Stops[i]
		m.loc[i], m.open[i], m.close[i], m.ready[i] = s.Location, s.Window.StartSec, s.Window.EndSec, s.ReadySec
		m.released = m.released || s.ReadySec > 0
		if k := len(s.More); k > 0 {
			m.close[i] = s.More[k-1].EndSec
		}
		if s.LateCentsPerHour > 0 {
			m.close[i] = softClose
		}
		m.deepStop = m.deepStop || len(s.More) > 0 || s.LateCentsPerHour > 0 || s.SetupSec > 0 || len(s.SetupSecByType) > 0
		d := m.deliver[i*m.dims : (i+1)*m.dims]
		d[0], d[1] = s.WeightG, s.VolumeCm3
		copy(d[2:], s.Extra)
		copy(m.collect[i*m.dims:(i+1)*m.dims], s.Collect)
		for _, q := range s.Collect {
			m.simple = m.simple && q == 0
		}
		if s.Backhaul {
			if m.backhaul == nil {
				m.backhaul = make([]bool, m.n)
			}
			m.backhaul[i] = true
		}
	}
}

// addPairs moves what a shipment carries from the delivery stop to both: taken up at one, set down at the other.
func (m *model) addPairs() {
	m.mate, m.pickup = make([]int32, m.n), make([]bool, m.n)
	for i := range m.mate {
		m.mate[i] = -1
	}
	for _, pair := range m.p.Pairs {
		m.mate[pair.Pickup], m.mate[pair.Delivery] = int32(pair.Delivery), int32(pair.Pickup)
		m.pickup[pair.Pickup] = true
		m.pairs, m.simple = true, false
	}
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
	k.cells, k.metres, k.places, k.plane = k.travel.DurationSec, k.travel.DistanceM, k.travel.N, k.travel.Plane
	if k.plane != nil && k.places <= densePlaces {
		if m.dense == nil {
			m.dense = map[*routing.Plane][]int32{}
		}
		if m.dense[k.plane] == nil {
			m.dense[k.plane] = denseOf(k.plane, k.places)
		}
		k.cells, k.plane = m.dense[k.plane], nil
		k.metres = k.cells
	}
	k.quick = k.plane == nil && !slices.Contains(k.cells, routing.Unreachable) && !slices.Contains(k.metres, routing.Unreachable)
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
		k.trips > 1 || k.perTask > 0 || len(m.p.Traffic) > 0 || m.p.CO2CentsPerKg > 0 || k.travel.CostCents != nil || len(k.fixed) > 0 ||
		(k.timed && (k.start < 0 || k.end < 0)) || len(m.p.Relations) > 0
	k.service = make([]int64, m.n)
	for i := range m.p.Stops {
		var setup int64
		k.service[i], setup = m.p.Stops[i].ServiceAt(v)
		if setup > 0 && k.setup == nil {
			k.setup = make([]int64, m.n)
		}
		if setup > 0 {
			k.setup[i] = setup
		}
	}
	return k
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

// trimDims drops kinds of capacity that can never be exceeded, because all amounts together fit every vehicle.
func (m *model) trimDims() {
	var keep []int
	lightBreaks := false
	for k := range m.kinds {
		for _, b := range m.kinds[k].v.Breaks {
			lightBreaks = lightBreaks || len(b.MaxLoad) > 0
		}
	}
	for d := range m.dims {
		var sum int64
		if lightBreaks {
			keep = append(keep, d)
			continue
		}
		for i := range m.n {
			sum += m.deliver[i*m.dims+d] + m.collect[i*m.dims+d]
		}
		for k := range m.kinds {
			if m.kinds[k].caps[d] < sum {
				keep = append(keep, d)
				break
			}
		}
	}
	pick := func(from []int64) []int64 {
		to := make([]int64, 0, len(from)/m.dims*len(keep))
		for i := 0; i < len(from); i += m.dims {
			for _, d := range keep {
				to = append(to, from[i+d])
			}
		}
		return to
	}
	m.deliver, m.collect = pick(m.deliver), pick(m.collect)
	for k := range m.kinds {
		m.kinds[k].caps = pick(m.kinds[k].caps)
	}
	m.dims = len(keep)
}

// addLoads says for each stop what it means for the load: what is on board from the start, and the change at the stop.
func (m *model) addLoads() {
	m.first, m.delta = slices.Clone(m.deliver), slices.Clone(m.collect)
	for i := range m.deliver {
		m.delta[i] -= m.deliver[i]
	}
	for _, pair := range m.p.Pairs {
		for d := range m.dims {
			a, b := pair.Pickup*m.dims+d, pair.Delivery*m.dims+d
			m.first[a], m.first[b] = 0, 0
			m.delta[a], m.delta[b] = m.deliver[b], -m.deliver[b]
		}
	}
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

// addPrices turns prizes and priorities into units. A stop that must be served costs more than any plan could save by
// leaving it out.
func (m *model) addPrices(cents int64) {
	m.prices = make([]int64, m.n)
	most := never / 4 / int64(m.n+1)
	must := min(m.dearest(), most/101*100)
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
			m.prices[i] = min(must, most/101) + min(must, most/101)*int64(s.Priority)
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
	for _, t := range append([]routing.Matrix{m.p.Matrix}, m.p.Profiles...) {
		a, b := longest(&t)
		longM, longSec = max(longM, a), max(longSec, b)
	}
	for k := range m.kinds {
		service = 0
		for i := range m.n {
			service += m.kinds[k].service[i]
		}
		v := &m.kinds[k]
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

func (m *model) addRelations() {
	if len(m.p.Relations) == 0 {
		return
	}
	m.bound = make([][]int32, m.n)
	for r := range m.p.Relations {
		for _, i := range m.p.Relations[r].Stops {
			m.bound[i] = append(m.bound[i], int32(r))
		}
	}
}

// addNeighbours fills near by the correlation of Vidal et al. (Computers & Operations Research 40, 2013, section 4.2):
// travel plus a share of the waiting and lateness that going from one straight to the other brings at best; and around
// by distance alone.
func (m *model) addNeighbours(ctx context.Context, width int) {
	if width == 0 {
		width = defaultNeighbours
	}
	m.reach = max(min(width, len(m.movers)-1), 0)
	m.near, m.around = make([]int32, m.n*m.reach), make([]int32, m.n*m.reach)
	t := &m.p.Matrix
	var pool []int32
	var tree *kdTree
	found := make([]nearPoint, 0, 4*m.reach+1)
	if t.Plane != nil {
		x, y := make([]float64, m.n), make([]float64, m.n)
		for i, l := range m.loc {
			x[i], y[i] = t.Plane.X[l], t.Plane.Y[l]
		}
		tree = newKDTree(x, y, m.movers)
	}
	type ranked struct {
		score int64
		stop  int32
	}
	var near, around []ranked
	var legs, sum float64
	for _, i := range m.movers {
		if ctx.Err() != nil {
			return
		}
		pool = m.movers
		if tree != nil && len(m.movers) > 4*m.reach {
			found = tree.nearest(tree.x[i], tree.y[i], i, 4*m.reach, found)
			pool = pool[:0:0]
			for _, f := range found {
				pool = append(pool, f.id)
			}
		}
		near, around = near[:0], around[:0]
		for _, j := range pool {
			if i != j {
				near = append(near, ranked{min(m.correlation(t, i, j), m.correlation(t, j, i)), j})
				around = append(around, ranked{min(m.apart(t, i, j), m.apart(t, j, i)), j})
			}
		}
		byScore := func(a, b ranked) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.stop, b.stop)) }
		slices.SortFunc(near, byScore)
		slices.SortFunc(around, byScore)
		for k := range m.reach {
			m.near[int(i)*m.reach+k], m.around[int(i)*m.reach+k] = near[k].stop, around[k].stop
		}
		for k := range min(3, len(around)) {
			sum += float64(around[k].score)
			legs++
		}
	}
	m.meanLeg = sum / max(legs, 1)
}

const defaultNeighbours = 64

func (m *model) apart(t *routing.Matrix, i, j int32) int64 {
	_, metres, ok := t.Leg(m.loc[i], m.loc[j])
	if !ok {
		return never
	}
	return metres
}

func (m *model) correlation(t *routing.Matrix, i, j int32) int64 {
	sec, _, ok := t.Leg(m.loc[i], m.loc[j])
	if !ok {
		return never
	}
	service := m.p.Stops[i].ServiceSec
	wait := max(m.open[j]-service-sec-m.close[i], 0)
	late := max(m.open[i]+service+sec-m.close[j], 0)
	return 5*sec + wait + 5*late // weights 1, 0.2 and 1 in whole numbers
}
