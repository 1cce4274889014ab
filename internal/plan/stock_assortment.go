package plan

import (
	"context"
	"fmt"
	"math"

	"quartermaster/inventory"
	"quartermaster/inventory/policy"
	"quartermaster/inventory/replenish"
)

// Assortment is what one fill rate over all items comes to; zero where every item keeps its own service.
type Assortment = policy.Promise

const (
	// lawWeeks is the weight, in weeks of an item's own history, of what the assortment says of its spread: chosen on the first
	// year of the sample's order book, where 10 to 40 do as well.
	lawWeeks = 20
	// fewWeeks is the least history of an item that the law of the assortment is read off.
	fewWeeks = 10
)

// assort prepares a run with one fill rate over all items: the spread of every item is drawn towards what items of its size have,
// and a unit short gets the price at which all reorder points together keep the promise. Where none do, the run ends.
func (r *restock) assort(ctx context.Context) error {
	asked := r.c.Review.AssortmentFillRate
	if asked == 0 {
		return nil
	}
	r.pool()
	promise, err := policy.Price(ctx, r.inputs, r.params, asked)
	if err != nil {
		return err
	}
	if err := policy.CheckPromise(ctx, r.inputs, r.params, asked, promise); err != nil {
		return err
	}
	r.out.Assortment, r.params.ShortageCents = promise, promise.ShortageCents
	if !promise.Kept {
		most := math.Floor(promise.FillRate*1e4) / 1e4
		r.out.Status = replenish.StatusInfeasible
		r.out.Reasons = []string{fmt.Sprintf("review: a fill rate of %g over all items: they serve at most %.4f together, as some are too slow to be kept in stock", asked, most)}
		r.out.Relaxation = []string{fmt.Sprintf("ask for a fill rate of at most %.4f over all items, or let slow items be bought in smaller packs and minimums", most)}
	}
	return nil
}

// pool draws each line's spread towards the law of all: few weeks of an item that sells in lumps say little of the next lump.
// What comes without a history is taken as it is.
func (r *restock) pool() {
	var mean, sd []float64 // of a week
	for _, l := range r.c.Lines {
		if l.Weeks >= fewWeeks {
			mean, sd = append(mean, 7*l.Demand.MeanPerDay), append(sd, 7*l.Demand.MeanPerDay*l.Variation)
		}
	}
	law, ok := policy.FitSpread(mean, sd)
	if !ok {
		return
	}
	r.out.Demands = make([]inventory.Demand, len(r.c.Lines))
	for k, l := range r.c.Lines {
		week := 7 * l.Demand.MeanPerDay
		if own := l.Variation * week; l.Weeks > 0 && own > 0 {
			all := law.SD(week)
			r.inputs[k].Demand = spread(l.Demand, math.Sqrt((l.Weeks*own*own+lawWeeks*all*all)/(l.Weeks+lawWeeks))/own)
		}
		r.out.Demands[k] = r.inputs[k].Demand
	}
}

// spread scales the spread of a demand around its mean.
func spread(d inventory.Demand, by float64) inventory.Demand {
	out := d
	out.LeadSD *= by
	out.LeadQuantiles = make([]float64, len(d.LeadQuantiles))
	for i, q := range d.LeadQuantiles {
		out.LeadQuantiles[i] = max(0, d.LeadMean+(q-d.LeadMean)*by)
	}
	return out
}
