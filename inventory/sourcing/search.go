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
	stepShare = 0.05 // first step of a price, as a share of what an order costs in the mean
	stepLast  = 0.02 // last step, as a share of the first
	keepSlope = 0.8  // how much of the averaged slope stays at a step
	keepPower = 0.95 // how much of the averaged square of slopes stays
)

// raiseBound walks prices along averaged slopes, each price by the same cents in relation to the mean square of its own slopes
// (Kingma & Ba 2015): a parcel price sees hundreds of orders too many and the price of a rare item a single unit, and one step
// length for both moves neither well. It starts from the better of no prices and those of the assignment at hand. On its way
// it repairs an assignment.
func (m *model) raiseBound(ctx context.Context) error {
	d := &m.dual
	m.startPrices()
	m.evaluate()
	m.atBestPrices()
	a := newAscent(m)
	for it := 1; it <= m.opt.Iterations && !m.proved(); it++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		m.best.iterations = it
		a.begin()
		for i, k := range d.tight {
			d.lambda[k] = a.step(i, d.lambda[k], d.used[k]-d.slack[k])
		}
		for i, s := range d.tightS {
			d.mu[s] = a.step(len(d.tight)+i, d.mu[s], d.parcels[s]-float64(m.p.ParcelCapacity[s]))
		}
		m.evaluate()
		if 2*it == m.opt.Iterations {
			m.repair(m.byStake(), true)
			m.keepBest()
		}
	}
	return nil
}

// ascent is the memory of the walk, one entry per price.
type ascent struct {
	slope, power       []float64
	length, shrink     float64 // cents
	slopeLeft, powLeft float64 // weight still on the zeros that the means began with
}

func newAscent(m *model) *ascent {
	n := len(m.dual.tight) + len(m.dual.tightS)
	mean := m.dual.bound / float64(max(1, len(m.p.Orders)))
	return &ascent{slope: make([]float64, n), power: make([]float64, n), length: stepShare * max(1, mean),
		shrink: math.Pow(stepLast, 1/float64(m.opt.Iterations)), slopeLeft: 1, powLeft: 1}
}

func (a *ascent) begin() {
	a.length *= a.shrink
	a.slopeLeft *= keepSlope
	a.powLeft *= keepPower
}

// step gives the next value of price i, whose slope is units wanted less units given.
func (a *ascent) step(i int, price, slope float64) float64 {
	if price == 0 && slope < 0 {
		slope = 0
	}
	a.slope[i] = keepSlope*a.slope[i] + (1-keepSlope)*slope
	a.power[i] = keepPower*a.power[i] + (1-keepPower)*slope*slope
	if a.power[i] == 0 {
		return price
	}
	return max(0, price+a.length*a.slope[i]/(1-a.slopeLeft)/math.Sqrt(a.power[i]/(1-a.powLeft)))
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

// proved says that the best assignment meets the bound or the gap asked for.
func (m *model) proved() bool {
	gap := m.best.objective - m.boundCents()
	return gap <= 0 || float64(gap) <= m.opt.GapTarget*float64(m.best.objective)
}

// boundCents is the bound in whole cents: objectives are whole, so the next whole number above it is a bound too.
func (m *model) boundCents() int64 {
	return max(0, int64(math.Ceil(m.dual.bound-gapTolerance(m.dual.bound))))
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

// byStake puts first the orders that lose most if they come too late: what the second best site costs more, or for long orders
// the price of all units unserved less the cost at the bound's prices.
func (m *model) byStake() []int {
	sequence := m.inOrder()
	stake := make([]float64, len(sequence))
	for o := range stake {
		if stake[o] = m.dual.regret[o]; !m.short(o) {
			stake[o] = float64(m.m*m.orderUnits(o)) - m.dual.value[o]
		}
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
	for o := range m.p.Orders {
		m.primal.objective += m.put(o, m.best.take[m.first[o]*m.sites:m.first[o+1]*m.sites])
	}
}
