package echelon

import (
	"math"
	"slices"
)

// messages is the state of sequential tree-reweighted message passing (Kolmogorov 2006) on the graph whose variables are
// each stage's inbound time and promise, taken in the order of the network. up[a] speaks to the inbound time of the arc's
// head, down[a] to the promise of its tail; gUp and gDown pass between the two times of one stage through its stock.
type messages struct {
	m           *model
	up, down    [][]float64
	gUp, gDown  [][]float64
	sum, shared []float64
	scratch     []float64
	times, wait []int
}

func newMessages(m *model) *messages {
	g := &messages{m: m, up: make([][]float64, len(m.from)), down: make([][]float64, len(m.from)),
		gUp: make([][]float64, m.n), gDown: make([][]float64, m.n), times: make([]int, m.n), wait: make([]int, m.n)}
	for a := range m.from {
		g.up[a] = make([]float64, m.siHi[m.to[a]]+1)
		g.down[a] = make([]float64, m.sHi[m.from[a]]+1)
	}
	wide := 0
	for i := range m.n {
		g.gUp[i], g.gDown[i] = make([]float64, m.sHi[i]+1), make([]float64, m.siHi[i]+1)
		wide = max(wide, m.siHi[i]+1, m.sHi[i]+1)
	}
	g.sum, g.shared, g.scratch = make([]float64, wide), make([]float64, wide), make([]float64, 2*wide)
	return g
}

func (g *messages) clone() *messages {
	c := newMessages(g.m)
	for a := range g.up {
		copy(c.up[a], g.up[a])
		copy(c.down[a], g.down[a])
	}
	for i := range g.gUp {
		copy(c.gUp[i], g.gUp[i])
		copy(c.gDown[i], g.gDown[i])
	}
	return c
}

// forward passes messages from suppliers to customers.
func (g *messages) forward(b box) {
	m := g.m
	for _, i := range m.order {
		lo, hi := b.siLo[i], b.siHi[i]
		g.sumIn(i, lo, hi)
		share := 1 / float64(max(1, len(m.in(i))))
		for x := lo; x <= hi; x++ {
			g.shared[x] = share*g.sum[x] - g.gDown[i][x]
		}
		g.throughUp(i, b)
		g.sumOut(i, b.sLo[i], b.sHi[i])
		outs := m.out(i)
		share = 1 / float64(max(1, len(outs)))
		for _, a := range outs {
			g.sendUp(a, share, b)
		}
	}
}

// backward passes messages from customers to suppliers.
func (g *messages) backward(b box) {
	m := g.m
	for k := m.n - 1; k >= 0; k-- {
		i := m.order[k]
		lo, hi := b.sLo[i], b.sHi[i]
		g.sumOut(i, lo, hi)
		share := 1 / float64(max(1, len(m.out(i))))
		for x := lo; x <= hi; x++ {
			g.shared[x] = share*g.sum[x] - g.gUp[i][x]
		}
		g.throughDown(i, b)
		g.sumIn(i, b.siLo[i], b.siHi[i])
		ins := m.in(i)
		share = 1 / float64(max(1, len(ins)))
		for _, a := range ins {
			g.sendDown(a, share, b)
		}
	}
}

// sumIn gathers all that is said to the inbound time of stage i.
func (g *messages) sumIn(i, lo, hi int) {
	sum := g.sum[lo : hi+1]
	copy(sum, g.gDown[i][lo:hi+1])
	for _, a := range g.m.in(i) {
		for x, v := range g.up[a][lo : hi+1] {
			sum[x] += v
		}
	}
}

// sumOut gathers all that is said to the promise of stage i.
func (g *messages) sumOut(i, lo, hi int) {
	sum := g.sum[lo : hi+1]
	copy(sum, g.gUp[i][lo:hi+1])
	for _, a := range g.m.out(i) {
		for x, v := range g.down[a][lo : hi+1] {
			sum[x] += v
		}
	}
}

// throughUp carries shared (over si) through the stock of stage i to its promise.
func (g *messages) throughUp(i int, b box) {
	up := g.gUp[i][b.sLo[i] : b.sHi[i]+1]
	throughWait(up, g.shared[b.siLo[i]:b.siHi[i]+1], b.sLo[i], b.siLo[i], g.m.lead[i], g.m.cost[i])
	shift(up, slices.Min(up))
}

// throughDown carries shared (over s) through the stock of stage i to its inbound time.
func (g *messages) throughDown(i int, b box) {
	down := g.gDown[i][b.siLo[i] : b.siHi[i]+1]
	throughPromise(down, g.shared[b.sLo[i]:b.sHi[i]+1], b.siLo[i], b.sLo[i], g.m.lead[i], g.m.cost[i], g.scratch)
	shift(down, slices.Min(down))
}

func (g *messages) sendUp(a int, share float64, b box) {
	j, i := g.m.from[a], g.m.to[a]
	down, up := g.down[a], g.up[a]
	least := math.Inf(1)
	s := b.sLo[j]
	lowest := math.Inf(1)
	for si := b.siLo[i]; si <= b.siHi[i]; si++ {
		for ; s <= min(si, b.sHi[j]); s++ {
			least = min(least, share*g.sum[s]-down[s])
		}
		up[si] = least
		lowest = least // prefix minima fall, so the last is the least
	}
	shift(up[b.siLo[i]:b.siHi[i]+1], lowest)
}

func (g *messages) sendDown(a int, share float64, b box) {
	j, i := g.m.from[a], g.m.to[a]
	down, up := g.down[a], g.up[a]
	least := math.Inf(1)
	si := b.siHi[i]
	for s := b.sHi[j]; s >= b.sLo[j]; s-- {
		for ; si >= max(s, b.siLo[i]); si-- {
			least = min(least, share*g.sum[si]-up[si])
		}
		down[s] = least
	}
	shift(down[b.sLo[j]:b.sHi[j]+1], least)
}

func shift(v []float64, by float64) {
	for i := range v {
		v[i] -= by
	}
}

// prices turns the messages into one rising price per arc: what a promise of s costs its supplier and is worth to its
// customer. They are the multipliers of "promise ≤ inbound time", so any rising prices give a lower bound.
func (g *messages) prices(b box) [][]float64 {
	out := make([][]float64, len(g.m.from))
	for a, down := range g.down {
		j := g.m.from[a]
		p := make([]float64, g.m.sHi[j]+1)
		top := math.Inf(-1)
		for s := range p {
			if s >= b.sLo[j] && s <= b.sHi[j] {
				top = max(top, down[s])
			}
			p[s] = top
		}
		for s := range p { // from zero up
			if s < b.sLo[j] {
				p[s] = p[b.sLo[j]]
			}
		}
		shift(p, p[0])
		out[a] = p
	}
	return out
}

// decode fixes times one after another in the order of the network, by what the messages from later stages say.
func (g *messages) decode(b box) (s, si []int) {
	m := g.m
	for _, i := range m.order {
		lo := b.siLo[i]
		for _, a := range m.in(i) {
			lo = max(lo, g.times[m.from[a]])
		}
		g.wait[i] = least(g.gDown[i], lo, b.siHi[i])
		g.sumDown(i, b.sLo[i], b.sHi[i])
		hi := min(b.sHi[i], g.wait[i]+m.lead[i])
		best := math.Inf(1)
		for x := b.sLo[i]; x <= hi; x++ {
			if c := g.sum[x] + m.cost[i][g.wait[i]+m.lead[i]-x]; c < best {
				best, g.times[i] = c, x
			}
		}
	}
	return g.times, g.wait
}

func (g *messages) sumDown(i, lo, hi int) {
	sum := g.sum[lo : hi+1]
	clear(sum)
	for _, a := range g.m.out(i) {
		for x, v := range g.down[a][lo : hi+1] {
			sum[x] += v
		}
	}
}

func least(v []float64, lo, hi int) int {
	at := lo
	for x := lo + 1; x <= hi; x++ {
		if v[x] < v[at] {
			at = x
		}
	}
	return at
}
