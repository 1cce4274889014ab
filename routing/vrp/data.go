package vrp

import (
	"context"
	"slices"
	"sort"

	"quartermaster/routing"
)

// unit is how many parts of a cent the search counts in: the common denominator of a price per kilometre at whole
// metres and a price per hour at whole seconds, so that every cost is a whole number.
const (
	unit          = 18000
	unitsPerM     = unit / 1000
	unitsPerSec   = unit / 3600
	maxPriceCents = int64(1) << 40
)

// leg is travel between two locations; sec is -1 where there is no way.
type leg struct{ sec, metres int32 }

func (l leg) none() bool { return l.sec < 0 }

// rate is what one vehicle costs in units.
type rate struct{ used, perM, perSec int64 }

// data is a problem laid out for the search. It never changes during one.
type data struct {
	p         *routing.Problem
	locations int
	legs      []leg // [from*locations+to]
	legsTo    []leg // [to*locations+from]: all ways into one place lie together
	stops     int
	vehicles  int
	node      []segment // one per stop: the visit alone
	closeSec  []int64   // end of each stop's window
	start     []segment // one per vehicle: leaving its depot
	end       []segment // one per vehicle: back at its depot
	kind      []int32   // vehicles of one kind are alike in everything but the id
	kinds     int
	yard      []int32 // vehicles of one yard have the same depot and shift, so that tails of tours fit either
	rates     []rate
	optional  bool  // the price is so low that the caller wants stops left out where they do not pay
	price     int64 // units for leaving a stop out

	width  int     // columns of near
	near   []int32 // [stop*width+k]: stops it may well stand beside, best first
	reach  int     // columns of around
	around []int32 // [stop*reach+k]: stops by travel time alone, nearest first
}

func newData(ctx context.Context, p *routing.Problem, o Options, out []bool) *data {
	d := &data{p: p, locations: p.Matrix.N, stops: len(p.Stops), vehicles: len(p.Vehicles)}
	d.addLegs(ctx)
	d.addStops()
	d.addVehicles()
	d.optional = o.UnassignedCents > 0
	d.price = d.leaveOutPrice(o.UnassignedCents)
	d.addNeighbours(ctx, o.Neighbours, out)
	return d
}

// addLegs copies the matrix and its transpose, a square at a time so that neither is written with long jumps.
func (d *data) addLegs(ctx context.Context) {
	const side = 64
	n := d.locations
	d.legs, d.legsTo = make([]leg, n*n), make([]leg, n*n)
	for low := 0; low < n && ctx.Err() == nil; low += side {
		for left := 0; left < n; left += side {
			for i := low; i < min(low+side, n); i++ {
				for j := left; j < min(left+side, n); j++ {
					sec, metres := d.p.Matrix.DurationSec[i*n+j], d.p.Matrix.DistanceM[i*n+j]
					if sec == routing.Unreachable || metres == routing.Unreachable {
						sec, metres = -1, 0
					}
					d.legs[i*n+j] = leg{sec, metres}
					d.legsTo[j*n+i] = leg{sec, metres}
				}
			}
		}
	}
}

func (d *data) addStops() {
	d.node = make([]segment, d.stops)
	d.closeSec = make([]int64, d.stops)
	for i := range d.p.Stops {
		s := &d.p.Stops[i]
		d.node[i] = segment{first: s.Location, last: s.Location, durSec: s.ServiceSec, busySec: s.ServiceSec,
			earlySec: s.Window.StartSec, lateSec: s.Window.EndSec, readySec: s.ReadySec, weightG: s.WeightG, volumeCm3: s.VolumeCm3}
		d.closeSec[i] = s.Window.EndSec
	}
}

func (d *data) addVehicles() {
	d.start = make([]segment, d.vehicles)
	d.kind = make([]int32, d.vehicles)
	d.yard = make([]int32, d.vehicles)
	d.rates = make([]rate, d.vehicles)
	kinds := map[routing.Vehicle]int32{}
	type yard struct {
		depot int32
		shift routing.Window
	}
	yards := map[yard]int32{}
	for i := range d.p.Vehicles {
		v := d.p.Vehicles[i]
		d.start[i] = segment{first: v.Depot, last: v.Depot, earlySec: v.Shift.StartSec, lateSec: v.Shift.EndSec,
			readySec: v.Shift.StartSec}
		d.rates[i] = rate{v.FixedCostCents * unit, v.CostCentsPerKm * unitsPerM, v.CostCentsPerHour * unitsPerSec}
		v.ID = ""
		if _, ok := kinds[v]; !ok {
			kinds[v] = int32(len(kinds))
		}
		d.kind[i] = kinds[v]
		y := yard{v.Depot, v.Shift}
		if _, ok := yards[y]; !ok {
			yards[y] = int32(len(yards))
		}
		d.yard[i] = yards[y]
	}
	d.end = d.start
	d.kinds = len(kinds)
}

// leaveOutPrice turns the option into units; by default it lies above the cost of the dearest tour that could be driven.
func (d *data) leaveOutPrice(cents int64) int64 {
	most := (int64(1) << 60) / (unit * int64(d.stops+1)) // all stops left out must still fit
	if cents > 0 {
		return min(cents, most) * unit
	}
	var longestM, service int64
	for _, l := range d.legs {
		longestM = max(longestM, int64(l.metres))
	}
	for i := range d.node {
		service += d.node[i].busySec
	}
	var dearest int64
	for i := range d.p.Vehicles {
		v := &d.p.Vehicles[i]
		km := min(longestM*int64(d.stops+1)/1000+1, most/max(v.CostCentsPerKm, 1))
		hours := min((v.Shift.EndSec-v.Shift.StartSec)/3600+1, most/max(v.CostCentsPerHour, 1))
		dearest = max(dearest, v.FixedCostCents+v.CostCentsPerKm*km+v.CostCentsPerHour*hours)
	}
	return min(dearest+1, most) * unit
}

// cost is what a tour of vehicle v costs in units.
func (d *data) cost(v int32, s *segment) int64 {
	return d.costOf(v, s.distM, s.durSec)
}

func (d *data) costOf(v int32, distM, durSec int64) int64 {
	c := &d.rates[v]
	return c.used + c.perM*distM + c.perSec*durSec
}

// fits reports whether vehicle v can carry and drive the whole tour s.
func (d *data) fits(v int32, s *segment) bool {
	c := &d.p.Vehicles[v]
	return s.weightG <= c.MaxWeightG && s.volumeCm3 <= c.MaxVolumeCm3 && s.onTime()
}

const (
	defaultNeighbours = 24
	aroundWidth       = 120
)

// addNeighbours fills near by the correlation of Vidal et al. (2013, section 4.2): travel time plus a share of the
// waiting and lateness that going from one straight to the other brings at best; and around by travel time. Stops marked
// out take no part. When ctx ends first, rows are left empty and of no use.
func (d *data) addNeighbours(ctx context.Context, width int, out []bool) {
	if width == 0 {
		width = defaultNeighbours
	}
	var in []int32
	for i := range d.stops {
		if !out[i] {
			in = append(in, int32(i))
		}
	}
	d.width = max(min(width, len(in)-1), 0)
	d.reach = max(min(aroundWidth, len(in)-1), 0)
	d.near = make([]int32, d.stops*d.width)
	d.around = make([]int32, d.stops*d.reach)
	var ranked []ranking
	for _, i := range in {
		if ctx.Err() != nil {
			return
		}
		ranked = d.rank(ranked[:0], in, i, d.width, d.correlation)
		for k := range d.width {
			d.near[int(i)*d.width+k] = ranked[k].stop
		}
		ranked = d.rank(ranked[:0], in, i, d.reach, d.apart)
		for k := range d.reach {
			d.around[int(i)*d.reach+k] = ranked[k].stop
		}
	}
}

type ranking struct {
	score int64
	stop  int32
}

// rank appends the count stops with the lowest scores beside i, the lower first, the earlier among equals.
func (d *data) rank(best []ranking, in []int32, i int32, count int, score func(i, j int32) int64) []ranking {
	for _, j := range in {
		if j == i {
			continue
		}
		r := ranking{min(score(i, j), score(j, i)), j}
		if len(best) == count {
			if count == 0 || r.score >= best[count-1].score {
				continue
			}
			best = best[:count-1]
		}
		at := sort.Search(len(best), func(k int) bool { return best[k].score > r.score })
		best = slices.Insert(best, at, r)
	}
	return best
}

func (d *data) apart(i, j int32) int64 {
	l := d.legs[int(d.node[i].last)*d.locations+int(d.node[j].first)]
	if l.none() {
		return noWay
	}
	return int64(l.sec)
}

func (d *data) correlation(i, j int32) int64 {
	a, b := &d.node[i], &d.node[j]
	sec := d.apart(i, j)
	if sec == noWay {
		return noWay
	}
	wait := max(b.earlySec-a.durSec-sec-a.lateSec, 0)
	late := max(a.earlySec+a.durSec+sec-b.lateSec, 0)
	return 5*sec + wait + 5*late // weights 1, 0.2 and 1 in whole numbers
}
