package picking

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"

	"quartermaster/internal/rng"
)

// improve shortens the tours of one wave: a random load moves to a random other batch, or changes places with a random
// load of it, whenever the two tours together become shorter (the shift and swap moves of Henn, Koch, Doerner, Strauss,
// Wäscher 2010, "Metaheuristics for the order batching problem", Business Research 3(1)). The wave takes its share of the
// iterations by its number of loads.
func (p *planner) improve(ctx context.Context, wave int, batches []batch, loads int) ([]batch, error) {
	if len(batches) < 2 || p.opts.Iterations < 1 {
		return batches, nil
	}
	iterations := mulDivDown(int64(p.opts.Iterations), int64(loads), int64(len(p.loads)))
	random := rng.New(p.opts.Seed, "picking", strconv.Itoa(wave))
	s := swapper{planner: p, a: make([]uint64, len(batches[0].bits)), b: make([]uint64, len(batches[0].bits))}
	for i := range iterations {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.iterations++
		a := random.IntN(len(batches))
		b := random.IntN(len(batches) - 1)
		if b >= a {
			b++
		}
		s.try(&batches[a], &batches[b], random)
		if len(batches[a].loads) == 0 {
			batches = slices.Delete(batches, a, a+1)
			if len(batches) < 2 {
				break
			}
		}
	}
	return batches, nil
}

// swapper holds scratch for the two tours that one move would make.
type swapper struct {
	*planner
	a, b []uint64
}

// try moves a random load of a to b, or else swaps it with a random load of b, if that shortens the two tours.
func (s *swapper) try(a, b *batch, random *rand.Rand) {
	i, j := random.IntN(len(a.loads)), random.IntN(len(b.loads))
	la, lb := a.loads[i], b.loads[j]
	if s.fits(b, &s.loads[la]) && s.shorter(a, b, i, -1) {
		a.loads = slices.Delete(a.loads, i, i+1)
		b.loads = append(b.loads, la)
	} else if s.fitsInstead(a, &s.loads[la], &s.loads[lb]) && s.fitsInstead(b, &s.loads[lb], &s.loads[la]) && s.shorter(a, b, i, j) {
		a.loads[i], b.loads[j] = lb, la
	} else {
		return
	}
	s.refresh(a)
	s.refresh(b)
}

// shorter says whether the tours become shorter when load i of a moves to b and load j of b, unless −1, to a.
func (s *swapper) shorter(a, b *batch, i, j int) bool {
	s.unite(s.a, a.loads, i)
	s.unite(s.b, b.loads, j)
	orInto(s.b, s.loads[a.loads[i]].bits)
	if j >= 0 {
		orInto(s.a, s.loads[b.loads[j]].bits)
	}
	was := a.lengthCm + b.lengthCm
	now := s.tour.length(s.a)
	return now < was && now+s.tour.length(s.b) < was
}

// unite is the slots of all loads but the one at position skip.
func (s *swapper) unite(dst []uint64, loads []int32, skip int) {
	clear(dst)
	for k, l := range loads {
		if k != skip {
			orInto(dst, s.loads[l].bits)
		}
	}
}

func orInto(dst, src []uint64) {
	for w, word := range src {
		dst[w] |= word
	}
}
