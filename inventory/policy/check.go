package policy

import (
	"context"
	"fmt"
	"math"
)

// promiseTol is what sums over many items may differ by, as a share, and how near two reorder points of an item must cost the
// same for either to be its choice.
const promiseTol = 1e-6

// CheckPromise holds a promise against the items it was made for: what the reorder points that every item chooses at its price
// serve and hold together, and by weak duality that no weighed points keep it for less than the bound. It orders no steps and
// knows no hull.
func CheckPromise(ctx context.Context, in []Input, params Params, fillRate float64, p Promise) error {
	var demand, dual float64
	var lazy, keen stockPoint // sums over items: of all that cost the same, the point that misses most, and least
	err := eachExposure(ctx, in, params, func(e *exposure) {
		most, least := choices(e, p.ShortageCents)
		demand, dual = demand+e.demand, dual+math.Min(most.held+p.ShortageCents*most.missed, least.held+p.ShortageCents*least.missed)
		lazy.missed, lazy.held = lazy.missed+most.missed, lazy.held+most.held
		keen.missed, keen.held = keen.missed+least.missed, keen.held+least.held
	})
	if err != nil {
		return err
	}
	missed, held := (1-p.FillRate)*demand, p.HoldingCents/daysPerYear
	allowed := (1 - fillRate) * demand
	bound, units, cents := p.BoundCents/daysPerYear, promiseTol*demand, promiseTol*math.Max(held, 1)
	switch {
	case missed > lazy.missed+units || missed < keen.missed-units || held < lazy.held-cents || held > keen.held+cents:
		return fmt.Errorf("policy check: at %g cents a unit short the items miss %g…%g units a day and hold for %g…%g cents, said %g for %g",
			p.ShortageCents, keen.missed, lazy.missed, lazy.held, keen.held, missed, held)
	case p.Kept != (missed <= allowed+units):
		return fmt.Errorf("policy check: a fill rate of %g said to be kept: %v; it is %g", fillRate, p.Kept, p.FillRate)
	case bound > held+cents, p.Kept && bound > dual-p.ShortageCents*allowed+cents:
		return fmt.Errorf("policy check: the promise costs %g cents a day; no less than %g is shown, said %g", held, dual-p.ShortageCents*allowed, bound)
	}
	return nil
}

// choices are the reorder points of an item that cost least at a price of a unit short: of those the one that misses most, and
// the one that misses least.
func choices(e *exposure, price float64) (most, least stockPoint) {
	points := e.points()
	if len(points) == 0 {
		return stockPoint{missed: e.demand}, stockPoint{missed: e.demand}
	}
	value := func(p stockPoint) float64 { return p.held + price*p.missed }
	best := math.Inf(1)
	for _, p := range points {
		best = math.Min(best, value(p))
	}
	most.missed, least.missed = -1, math.Inf(1)
	for _, p := range points {
		if value(p) > best*(1+promiseTol) {
			continue
		}
		if p.missed > most.missed {
			most = p
		}
		if p.missed < least.missed {
			least = p
		}
	}
	return most, least
}
