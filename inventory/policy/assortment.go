package policy

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

const (
	// gridStep is the ratio between neighbouring reorder points that are weighed: the cost is flat around the best of them.
	gridStep = 1.15
	// leastMissed, a share of demand, ends the list of reorder points: beyond it a law says nothing.
	leastMissed = 1e-4
	// maxPoints bounds the reorder points weighed for one item.
	maxPoints = 128
	// freePrice stands for a price of 0 where a promise is kept without paying for it: Params knows 0 as no price.
	freePrice = math.SmallestNonzeroFloat32
)

// Promise is what one fill rate over all items comes to.
type Promise struct {
	Kept          bool    // false: no stock reaches the fill rate asked for; FillRate is then the most that any reaches
	ShortageCents float64 // price of a unit short under which the reorder points that every item chooses add up to the promise
	FillRate      float64 // share of all units served from the shelf; what batches serve beyond the reorder point is not counted
	HoldingCents  float64 // a year, of the stock that the reorder points hold
	BoundCents    float64 // a year; no reorder points out of those weighed keep the promise for less
}

// Price allots stock so that all items together serve a share of all units from the shelf, 0 < fillRate < 1, at the least holding
// cost: stock grows where a unit served costs least until the promise is kept (marginal analysis of a system's service:
// Sherbrooke 2004, Optimal Inventory Modeling of Systems, ch. 2; of an assortment's fill rate: Thonemann, Brown & Hausman 2002,
// Management Science 48(9)). The price of a unit short that it ends at, as Params.ShortageCents, makes every item decide that
// way on its own. Items that are too slow to be kept serve nothing. An error names item, site and field that make no sense.
func Price(ctx context.Context, in []Input, params Params, fillRate float64) (Promise, error) {
	if !(fillRate > 0 && fillRate < 1) {
		return Promise{}, fmt.Errorf("policy: a fill rate over all items is %g; it must be above 0 and below 1", fillRate)
	}
	var steps []stockStep
	demand, missed, held := 0.0, 0.0, 0.0
	err := eachExposure(ctx, in, params, func(e *exposure) {
		demand, missed = demand+e.demand, missed+e.demand
		points := lowerHull(e.points())
		for k, p := range points {
			if k == 0 { // what an empty shelf serves costs what it does
				missed, held = missed-e.demand+p.missed, held+p.held
				continue
			}
			steps = append(steps, stockStep{missed: points[k-1].missed - p.missed, held: p.held - points[k-1].held})
		}
	})
	if err != nil {
		return Promise{}, err
	}
	return cheapest(steps, demand, missed, held, fillRate), nil
}

// eachExposure gives what is at stake in every item that something is asked of.
func eachExposure(ctx context.Context, in []Input, params Params, see func(*exposure)) error {
	params, err := params.withDefaults()
	if err != nil {
		return err
	}
	params.ShortageCents = freePrice // no item needs a promise of its own
	for i := range in {
		if i%512 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		dist, b, err := prepare(&in[i], params)
		if err != nil {
			return err
		}
		if dist == nil {
			continue
		}
		e, err := exposureOf(&in[i], params, dist)
		if err != nil {
			return err
		}
		e.kept = b.qty > 0
		see(&e)
	}
	return nil
}

// stockStep is a rise of one item's reorder point: what it serves a day and costs a day, in cents.
type stockStep struct{ missed, held float64 }

// cheapest takes the steps that serve most for their cost until the fill rate is reached. All that costs the same is taken, as
// every item would on its own, so that the last step may serve a little more than was promised.
func cheapest(steps []stockStep, demand, missed, held, fillRate float64) Promise {
	slices.SortStableFunc(steps, func(a, b stockStep) int { return cmp.Compare(b.missed*a.held, a.missed*b.held) })
	allowed := (1 - fillRate) * demand
	price, bound := 0.0, held
	for _, s := range steps {
		next := s.held / s.missed
		if missed <= allowed && next > price*(1+serviceTol) {
			break
		}
		if over := missed - allowed; over > 0 {
			bound = held + s.held*math.Min(1, over/s.missed)
		}
		missed, held, price = missed-s.missed, held+s.held, next
	}
	out := Promise{Kept: missed <= allowed*(1+serviceTol)+serviceTol, ShortageCents: math.Max(price, freePrice), FillRate: 1,
		HoldingCents: held * daysPerYear, BoundCents: bound * daysPerYear}
	if demand > 0 {
		out.FillRate = 1 - math.Max(0, missed)/demand
	}
	return out
}

// exposure is what is at stake between two chances to order: units are missed by the demand of lead time and gap beyond the
// reorder point, less those that the lead time alone had missed already, so that one large order is not counted twice
// (periodic review: Silver, Pyke & Thomas 2017, §6.9; Tijms & Groenevelt 1984).
type exposure struct {
	long, short *Distribution // demand over lead time and gap, and over the lead time alone
	gap         float64       // days
	cents       float64       // of holding a unit for a day
	demand      float64       // units a day
	kept        bool          // false: too slow, all of it is missed
}

func exposureOf(in *Input, params Params, long *Distribution) (exposure, error) {
	e := exposure{long: long, kept: true, gap: math.Max(1, float64(in.reviewDays(params))),
		cents: math.Max(1, float64(in.Item.UnitCostCents)) * params.HoldingRate / daysPerYear}
	d := &in.Demand
	share := 0.0
	if d.LeadDays > e.gap {
		share = 1 - e.gap/d.LeadDays
	}
	mean, spread := share*d.LeadMean, math.Sqrt(share)
	quantiles := make([]float64, len(d.LeadQuantiles))
	for i, q := range d.LeadQuantiles {
		quantiles[i] = math.Max(0, mean+(q-d.LeadMean)*spread)
	}
	short, err := NewDistribution(d.Levels, quantiles, mean, spread*d.LeadSD)
	if err != nil {
		return e, fieldError(in, "lead-time demand", err.Error())
	}
	e.short, e.demand = &short, math.Max(0, long.Mean()-short.Mean())/e.gap
	return e, nil
}

// stockPoint is a reorder point with the units that it misses a day and what it costs to hold a day, in cents.
type stockPoint struct {
	r            int64
	missed, held float64
}

// points are the reorder points worth weighing, rising.
func (e *exposure) points() []stockPoint {
	if e.demand <= 0 || !e.kept {
		return nil
	}
	var out []stockPoint
	for r := int64(0); len(out) < maxPoints && r < maxUnits/8; {
		p := e.at(r)
		out = append(out, p)
		if p.missed <= leastMissed*e.demand {
			break
		}
		r = max(r+1, int64(math.Ceil(float64(r)*gridStep)), int64(e.long.Mean()/8))
	}
	return out
}

func (e *exposure) at(r int64) stockPoint {
	x := float64(r)
	long, short := e.long.Loss(x), e.short.Loss(x)
	shelf := x - (e.long.Mean()+e.short.Mean())/2 + (long+short)/2 // half of what lies there after a delivery and before the next
	return stockPoint{r: r, missed: math.Min(e.demand, math.Max(0, long-short)/e.gap), held: e.cents * math.Max(0, shelf)}
}

// lowerHull keeps the points from each of which the next one serves less for its cost than it did itself.
func lowerHull(points []stockPoint) []stockPoint {
	var hull []stockPoint
	for _, p := range points {
		if n := len(hull); n > 0 && p.missed >= hull[n-1].missed {
			continue
		}
		for len(hull) > 1 && !convex(hull[len(hull)-2], hull[len(hull)-1], p) {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, p)
	}
	return hull
}

// convex says whether the step from a to b serves more for its cost than the one from b to c.
func convex(a, b, c stockPoint) bool {
	return (a.missed-b.missed)*(c.held-b.held) > (b.missed-c.missed)*(b.held-a.held)
}

// pricedPoint is the reorder point at which no step is worth its cost any more at a price of a unit short.
func pricedPoint(in *Input, params Params, dist *Distribution) (int64, error) {
	e, err := exposureOf(in, params, dist)
	if err != nil {
		return 0, err
	}
	points := lowerHull(e.points())
	if len(points) == 0 {
		return 0, nil
	}
	k := 0
	for k+1 < len(points) && params.ShortageCents*(1+serviceTol)*(points[k].missed-points[k+1].missed) >= points[k+1].held-points[k].held {
		k++
	}
	return points[k].r, nil
}
