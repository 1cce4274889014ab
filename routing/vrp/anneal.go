package vrp

import (
	"context"
	"math"

	"quartermaster/internal/rng"
)

// Temperatures of the annealing, as shares of what a stop costs on average in the first plan. The published ones fall
// from about one leg to a hundredth; a start ten times hotter did better on mixed fleets with windows, where a whole
// vehicle is at stake.
const (
	hotShare  = 10.0
	coldShare = 0.01
)

// search is one run: tear open, rebuild, accept by annealing; the local search works on the first and on the last plan.
type search struct {
	pl       *plan
	in       []int32
	ruin     *ruiner
	recreate *recreator
	local    *descent
	best     snapshot
}

func newSearch(d *data, in []int32, seed uint64) *search {
	pl := newPlan(d, in)
	return &search{pl: pl, in: in, ruin: newRuiner(pl, rng.New(seed, "vrp", "ruin"), in),
		recreate: newRecreator(pl, rng.New(seed, "vrp", "recreate")), local: newDescent(pl, rng.New(seed, "vrp", "descent"), in)}
}

// construct fills the tours by parallel insertion in every order of the recreator and keeps the cheapest plan, improved.
func (s *search) construct(ctx context.Context) {
	var empty snapshot
	empty.save(s.pl)
	for order := range orders {
		empty.load(s.pl)
		s.recreate.run(ctx, order)
		if order == 0 || s.pl.cost < s.best.cost {
			s.best.save(s.pl)
		}
		if ctx.Err() != nil {
			break
		}
	}
	s.best.load(s.pl)
	s.descend(ctx)
	s.best.save(s.pl)
	s.pl.mark()
}

// descend runs the local search, and offers what room there is to absent stops, until neither helps.
func (s *search) descend(ctx context.Context) {
	for ctx.Err() == nil {
		s.local.run(ctx)
		before := s.pl.cost
		s.recreate.fill(ctx)
		if s.pl.cost >= before {
			return
		}
	}
}

// checkEvery is how many iterations pass between two looks at the context.
const checkEvery = 8

// anneal spends the budget and leaves the best plan in s.best. It returns the iterations done.
func (s *search) anneal(ctx context.Context, o Options, iterations int) int {
	pl := s.pl
	random := rng.New(o.Seed, "vrp", "accept")
	temperature := s.perStop() * hotShare
	cooling := math.Pow(coldShare/hotShare, 1/float64(max(1, iterations)))
	absent := append([]int32(nil), pl.absent...)
	current := pl.cost
	for k := range iterations {
		if k%checkEvery == 0 && ctx.Err() != nil {
			return k
		}
		if o.Progress != nil && k%max(1, iterations/100) == 0 {
			o.Progress(float64(k)/float64(iterations), s.best.cost/unit)
		}
		pl.mark()
		s.ruin.run()
		s.recreate.run(ctx, s.recreate.drawOrder())
		threshold := float64(current) - temperature*math.Log(1-random.Float64())
		if float64(pl.cost) >= threshold {
			pl.restore(absent)
		} else {
			if pl.cost < s.best.cost {
				s.best.save(pl)
			}
			current = pl.cost
			absent = append(absent[:0], pl.absent...)
		}
		temperature *= cooling
	}
	return iterations
}

// perStop is what a stop costs on average in the plan as it is. Where stops are optional their price is as good a scale,
// and the only one when none is served yet.
func (s *search) perStop() float64 {
	pl := s.pl
	served := len(s.in) - len(pl.absent)
	mean := float64(pl.cost-int64(len(pl.absent))*pl.d.price) / float64(max(1, served))
	if pl.d.optional {
		return max(mean, float64(pl.d.price))
	}
	return mean
}

// finish goes back to the best plan and descends once more.
func (s *search) finish(ctx context.Context) {
	s.best.load(s.pl)
	s.descend(ctx)
}
