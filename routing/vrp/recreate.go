package vrp

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// blinkRate is how often a place is overlooked when a stop is put back, so that greedy insertion does not always build
// the same tours (Christiaens, Vanden Berghe 2020, section 5.3: 1 %).
const blinkRate = 0.01

// recreator puts absent stops back greedily.
type recreator struct {
	pl       *plan
	rng      *rand.Rand
	blinkIn  int     // places until the next one is overlooked
	emptyFor []int32 // stamp per kind: its first empty tour was tried for this stop
	stamp    int32
	exact    bool // no place is overlooked and none taken at a loss
	order    []sortKey
	left     []int32
}

type sortKey struct {
	key  int64
	stop int32
}

func newRecreator(pl *plan, rng *rand.Rand) *recreator {
	r := &recreator{pl: pl, rng: rng, emptyFor: make([]int32, pl.d.kinds)}
	r.drawBlink()
	return r
}

// logKeep is the logarithm of the share of places that are not overlooked.
var logKeep = math.Log(1 - blinkRate)

// drawBlink draws the distance to the next overlooked place, a geometric number.
func (r *recreator) drawBlink() {
	r.blinkIn = 1 + int(math.Log(1-r.rng.Float64())/logKeep)
}

// The orders in which absent stops are put back (section 5.3 of the paper, with its weights, and the three orders it
// adds for time windows).
const (
	byChance = iota
	byDemand
	byFar
	byNear
	byWindowLength
	byWindowStart
	byWindowEnd
	orders
)

var orderWeights = [orders]int{4, 4, 2, 1, 2, 2, 2}

func (r *recreator) drawOrder() int {
	k := r.rng.IntN(17)
	for o, w := range orderWeights {
		if k < w {
			return o
		}
		k -= w
	}
	panic("vrp: order weights do not add up to 17")
}

// boldRate is how often stops are put back although leaving them out would be cheaper: a vehicle may pay for several stops
// together that it does not pay for one by one.
const boldRate = 0.4

// run puts absent stops back in the given order, each at its cheapest place. A stop that fits nowhere, or whose cheapest
// place costs more than leaving it out, stays absent, and so do those that are left when ctx ends.
func (r *recreator) run(ctx context.Context, order int) {
	pl := r.pl
	r.sort(order)
	r.left = r.left[:0]
	bold := pl.d.optional && !r.exact && r.rng.Float64() < boldRate
	for n, k := range r.order {
		if n%checkEvery == checkEvery-1 && ctx.Err() != nil {
			r.left = append(r.left, k.stop)
			continue
		}
		limit := pl.d.price
		if bold && r.rng.IntN(4) > 0 { // not all of them, so that any subset may come up
			limit = math.MaxInt64
		}
		if t, at, delta := r.cheapest(k.stop); t >= 0 && delta < limit {
			pl.insert(k.stop, t, at)
		} else {
			r.left = append(r.left, k.stop)
		}
	}
	pl.absent = append(pl.absent[:0], r.left...)
}

// fill puts back every absent stop that has a place which pays, overlooking none: what is still absent then has none.
func (r *recreator) fill(ctx context.Context) {
	if len(r.pl.absent) > 0 {
		r.exact = true
		r.run(ctx, byDemand)
		r.exact = false
	}
}

func (r *recreator) sort(order int) {
	d := r.pl.d
	r.order = r.order[:0]
	for _, i := range r.pl.absent {
		n := &d.node[i]
		var key int64
		switch order {
		case byChance:
			key = int64(r.rng.Uint64() >> 2)
		case byDemand:
			key = -d.bulk(i)
		case byFar:
			key = -d.fromDepot(i)
		case byNear:
			key = d.fromDepot(i)
		case byWindowLength:
			key = n.lateSec - n.earlySec
		case byWindowStart:
			key = n.earlySec
		case byWindowEnd:
			key = n.lateSec
		}
		r.order = append(r.order, sortKey{key, i})
	}
	slices.SortFunc(r.order, func(a, b sortKey) int {
		if a.key != b.key {
			if a.key < b.key {
				return -1
			}
			return 1
		}
		return int(a.stop - b.stop)
	})
}

// bulk is the larger share, in millionths, of the first vehicle's weight and volume that a stop takes.
func (d *data) bulk(i int32) int64 {
	v := &d.p.Vehicles[0]
	n := &d.node[i]
	return int64(1e6 * max(float64(n.weightG)/float64(v.MaxWeightG), float64(n.volumeCm3)/float64(v.MaxVolumeCm3)))
}

func (d *data) fromDepot(i int32) int64 {
	return int64(d.legs[int(d.start[0].last)*d.locations+int(d.node[i].first)].sec)
}

// cheapest returns the place (tour, index, added cost) where stop i costs least, or tour -1.
func (r *recreator) cheapest(i int32) (bestTour int32, bestAt int, best int64) {
	pl, d := r.pl, r.pl.d
	bestTour, best = -1, math.MaxInt64
	r.stamp++
	node := &d.node[i]
	for t := range pl.tours {
		tr := &pl.tours[t]
		n := len(tr.seq)
		if n == 0 {
			if r.emptyFor[d.kind[t]] == r.stamp {
				continue
			}
			r.emptyFor[d.kind[t]] = r.stamp
		}
		v := &d.p.Vehicles[t]
		if tr.suf[0].weightG+node.weightG > v.MaxWeightG || tr.suf[0].volumeCm3+node.volumeCm3 > v.MaxVolumeCm3 {
			continue
		}
		if at, delta := r.cheapestIn(int32(t), i, best); delta < best {
			bestTour, bestAt, best = int32(t), at, delta
		}
	}
	return bestTour, bestAt, best
}

// cheapestIn returns the cheapest place for stop i in tour t if it adds less than limit.
func (r *recreator) cheapestIn(t, i int32, limit int64) (bestAt int, best int64) {
	d, tr := r.pl.d, &r.pl.tours[t]
	best = limit
	node := &d.node[i]
	rates := &d.rates[t]
	// No tour is shorter than its driving and service, which are known before anything is joined: floor is the cost of
	// those with the stop, its own legs aside, beyond what the tour costs now.
	first := tr.gaps[0].leg
	floor := d.costOf(t, tr.suf[0].distM+int64(first.metres), tr.suf[0].busySec+int64(first.sec)+node.busySec) - tr.cost
	ready := max(tr.suf[0].readySec, node.readySec)
	closeSec := d.closeSec[i]
	into := d.legsTo[int(node.first)*d.locations:][:d.locations]
	from := d.legs[int(node.first)*d.locations:][:d.locations]
	blinkIn := r.blinkIn // kept by the loop itself, which runs for each place of each tour
	if r.exact {
		blinkIn = math.MaxInt
	}
	for k := range tr.gaps {
		if blinkIn--; blinkIn == 0 {
			r.drawBlink()
			blinkIn = r.blinkIn
			continue
		}
		g := &tr.gaps[k]
		free := max(g.earlySec, ready) + g.durSec // earliest time the vehicle is free after place k-1
		if free > closeSec {
			break // it only gets later further on
		}
		in, out := into[g.from], from[g.to]
		if in.none() || out.none() || free+int64(in.sec) > closeSec {
			continue
		}
		moreM, moreSec := int64(in.metres)+int64(out.metres), int64(in.sec)+int64(out.sec)
		if floor+rates.perM*(moreM-int64(g.leg.metres))+rates.perSec*(moreSec-int64(g.leg.sec)) >= best {
			continue
		}
		a, b := &tr.pre[k], &tr.suf[k]
		if durSec, ok := a.through(node, b, int64(in.sec), int64(out.sec), ready); ok {
			if delta := d.costOf(t, a.distM+b.distM+moreM, durSec) - tr.cost; delta < best {
				best, bestAt = delta, k
			}
		}
	}
	if !r.exact {
		r.blinkIn = blinkIn
	}
	return bestAt, best
}
