package sourcing

import (
	"context"
	"math"
	"slices"
)

// search alternates prices and repaired assignments, then improves the best assignment found.
func (m *model) search(ctx context.Context) error {
	m.evaluate()
	m.ideal = slices.Clone(m.dual.value)
	m.repair(m.inOrder(), false)
	m.improve(ctx, 1)
	m.keepBest()
	if !m.proved() {
		if err := m.raiseBound(ctx); err != nil {
			return err
		}
	}
	if !m.proved() {
		m.atBestPrices()
		m.repair(m.byStake(), true)
		m.improve(ctx, m.opt.Passes)
		if m.primal.objective > m.best.objective {
			m.restoreBest()
			m.improve(ctx, m.opt.Passes)
		}
	}
	return ctx.Err()
}

const (
	averaging   = 0.1  // weight of the newest slope in the averaged one
	patience    = 3    // steps without a better bound before the step shrinks
	shrinkStep  = 0.66 // Barahona & Anbil 2000, §2
	growStep    = 1.1
	leastTheta  = 1e-3
	noticedGain = 1e-4 // of the gap; smaller gains do not count as progress
)

// raiseBound runs the volume algorithm (Barahona & Anbil 2000): steps from the best prices along an exponentially averaged
// subgradient, Polyak's length with the best objective as target. On its way it repairs a few assignments.
func (m *model) raiseBound(ctx context.Context) error {
	d := &m.dual
	m.startPrices()
	m.evaluate()
	for _, k := range d.tight {
		d.meanStock[k] = m.stockSlope(k)
	}
	for _, s := range d.tightS {
		d.meanParcel[s] = m.parcelSlope(s)
	}
	theta, stuck := 0.5, 0
	for it := 1; it <= m.opt.Iterations && !m.proved() && theta > leastTheta; it++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		m.best.iterations = it
		before := d.bound
		if !m.step(theta) {
			break
		}
		m.evaluate()
		agree := m.average()
		switch gain := d.bound - before; {
		case gain > noticedGain*max(1, float64(m.best.objective)-before):
			stuck = 0
			if agree {
				theta = min(2, theta*growStep)
			}
		default:
			if stuck++; stuck >= patience {
				theta, stuck = theta*shrinkStep, 0
			}
		}
		if it == 20 || it%60 == 0 {
			m.repair(m.byStake(), true)
			m.keepBest()
		}
	}
	return nil
}

// startPrices reads prices off the assignment at hand: what the next unit below the threshold costs there, and nearly the
// unserved price for items that are short.
func (m *model) startPrices() {
	d := &m.dual
	short := make([]bool, m.p.Items)
	for i := range m.item {
		rest := m.qty[i]
		for _, units := range m.primal.take[i*m.sites : (i+1)*m.sites] {
			rest -= units
		}
		short[m.item[i]] = short[m.item[i]] || rest > 0
	}
	for _, k := range d.tight {
		item := k / m.sites
		if below := m.threshold(k) - m.primal.left[k]; below > 0 && m.p.ScarcityCents > 0 {
			d.lambda[k] = float64(m.p.ScarcityCents) * float64(below) / float64(m.threshold(k))
		}
		if short[item] && m.primal.left[k] == 0 {
			d.lambda[k] = max(0, float64(m.m)-float64(m.p.PerLineCents)/d.scale[item])
		}
	}
}

// average folds the newest slopes into the averaged ones and says whether they point the same way.
func (m *model) average() bool {
	d := &m.dual
	dot := 0.0
	for _, k := range d.tight {
		g := m.stockSlope(k)
		dot += g * d.meanStock[k]
		d.meanStock[k] += averaging * (g - d.meanStock[k])
	}
	for _, s := range d.tightS {
		g := m.parcelSlope(s)
		dot += g * d.meanParcel[s]
		d.meanParcel[s] += averaging * (g - d.meanParcel[s])
	}
	return dot >= 0
}

// proved says that the best assignment meets the bound or the gap asked for.
func (m *model) proved() bool {
	gap := m.best.objective - m.boundCents()
	return gap <= 0 || float64(gap) <= m.opt.GapTarget*float64(m.best.objective)
}

// boundCents is the bound in whole cents: objectives are whole, so the next whole number above it is a bound too.
func (m *model) boundCents() int64 {
	return max(0, int64(math.Ceil(m.dual.bound-gapTolerance(m.dual.bound))))
}

// step moves from the best prices along the averaged slopes, each stock price by its width.
// False means that no price can move.
func (m *model) step(theta float64) bool {
	d := &m.dual
	norm := 0.0
	for _, k := range d.tight {
		if g := d.meanStock[k]; g > 0 || d.bestLambda[k] > 0 {
			norm += g * g
		}
	}
	for _, s := range d.tightS {
		if g := d.meanParcel[s]; g > 0 || d.bestMu[s] > 0 {
			norm += g * g
		}
	}
	if norm == 0 {
		return false
	}
	length := theta * max(1, float64(m.best.objective)-d.bound) / norm
	for _, k := range d.tight {
		d.lambda[k] = max(0, d.bestLambda[k]+length*d.meanStock[k]/d.width[k])
	}
	for _, s := range d.tightS {
		d.mu[s] = max(0, d.bestMu[s]+length*d.meanParcel[s])
	}
	return true
}

// stockSlope is units wanted less units given at the present prices, in widths of the price.
func (m *model) stockSlope(k int) float64 {
	return (m.dual.used[k] - m.dual.slack[k]) / m.dual.width[k]
}

func (m *model) parcelSlope(s int) float64 {
	return m.dual.parcels[s] - float64(m.p.ParcelCapacity[s])
}

func (m *model) atBestPrices() {
	copy(m.dual.lambda, m.dual.bestLambda)
	copy(m.dual.mu, m.dual.bestMu)
	m.evaluate()
}

// repair builds an assignment from empty hands in the given sequence of orders.
func (m *model) repair(sequence []int, steer bool) {
	m.emptyShelves()
	m.primal.objective = 0
	for _, o := range sequence {
		m.place(o, steer)
		m.primal.objective += m.put(o, m.primal.bestTrial)
	}
}

func (m *model) inOrder() []int {
	sequence := make([]int, len(m.p.Orders))
	for o := range sequence {
		sequence[o] = o
	}
	return sequence
}

// byStake puts first the orders that lose most if they come too late: price of all units unserved less cost at the bound's
// prices.
func (m *model) byStake() []int {
	sequence := m.inOrder()
	stake := make([]float64, len(sequence))
	for o := range stake {
		stake[o] = float64(m.m*m.orderUnits(o)) - m.dual.value[o]
	}
	slices.SortStableFunc(sequence, func(a, b int) int {
		switch {
		case stake[a] > stake[b]:
			return -1
		case stake[a] < stake[b]:
			return 1
		}
		return a - b
	})
	return sequence
}

func (m *model) keepBest() {
	if m.best.found && m.primal.objective >= m.best.objective {
		return
	}
	m.best.found, m.best.objective = true, m.primal.objective
	m.best.take = append(m.best.take[:0], m.primal.take...)
}

func (m *model) restoreBest() {
	m.emptyShelves()
	m.primal.objective = 0
	size := m.sites
	for o := range m.p.Orders {
		m.primal.objective += m.put(o, m.best.take[m.first[o]*size:m.first[o+1]*size])
	}
}
