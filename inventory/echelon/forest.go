package echelon

import "math"

// box bounds the times of every stage: s in sLo…sHi, si in siLo…siHi, both within the model's own bounds.
type box struct{ sLo, sHi, siLo, siHi []int }

func (m *model) wholeBox() box {
	return box{
		sLo: make([]int, m.n), sHi: append([]int(nil), m.sHi...),
		siLo: append([]int(nil), m.siLo...), siHi: append([]int(nil), m.siHi...),
	}
}

func (b box) clone() box {
	return box{
		sLo: append([]int(nil), b.sLo...), sHi: append([]int(nil), b.sHi...),
		siLo: append([]int(nil), b.siLo...), siHi: append([]int(nil), b.siHi...),
	}
}

// tighten makes the box consistent with the arcs and the net times; false means that it holds no placement.
func (m *model) tighten(b box) bool {
	for again := true; again; {
		again = false
		raise := func(x *int, v int) {
			if *x < v {
				*x, again = v, true
			}
		}
		lower := func(x *int, v int) {
			if *x > v {
				*x, again = v, true
			}
		}
		for _, i := range m.order {
			for _, a := range m.in(i) {
				raise(&b.siLo[i], b.sLo[m.from[a]])
			}
			raise(&b.siLo[i], b.sLo[i]-m.lead[i])
			lower(&b.sHi[i], b.siHi[i]+m.lead[i])
			if b.siLo[i] > b.siHi[i] || b.sLo[i] > b.sHi[i] {
				return false
			}
		}
		for k := m.n - 1; k >= 0; k-- {
			for _, a := range m.in(m.order[k]) {
				lower(&b.sHi[m.from[a]], b.siHi[m.order[k]])
			}
		}
	}
	return true
}

// forest solves the network over a set of arcs that hold no cycle, exactly, by dynamic programming from the leaves.
// Memory is taken once.
//
//	inSum[i][si]   cheapest subtrees of i's suppliers when i waits si
//	outSum[i][s]   cheapest subtrees of i's customers when i promises s
type forest struct {
	m       *model
	chosen  []bool
	parent  []int // arc to the parent, −1 at a root
	visit   []int // parents before children
	inSum   [][]float64
	outSum  [][]float64
	raw     []float64 // one stage's costs through its stock, by time
	scratch []float64
	seen    []bool
}

func newForest(m *model) *forest {
	f := &forest{
		m: m, chosen: make([]bool, len(m.from)), parent: make([]int, m.n), seen: make([]bool, m.n),
		inSum: make([][]float64, m.n), outSum: make([][]float64, m.n),
	}
	wide := 0
	for i := range m.n {
		f.inSum[i] = make([]float64, m.siHi[i]+1)
		f.outSum[i] = make([]float64, m.sHi[i]+1)
		wide = max(wide, m.siHi[i]+1, m.sHi[i]+1)
	}
	f.raw, f.scratch = make([]float64, wide), make([]float64, 2*wide)
	return f
}

// root orders every tree from its root.
func (f *forest) root() {
	m := f.m
	clear(f.seen)
	f.visit = f.visit[:0]
	for r := range m.n {
		if f.seen[r] {
			continue
		}
		f.seen[r], f.parent[r] = true, -1
		first := len(f.visit)
		f.visit = append(f.visit, r)
		for k := first; k < len(f.visit); k++ {
			i := f.visit[k]
			for _, a := range m.in(i) {
				f.reach(a, m.from[a])
			}
			for _, a := range m.out(i) {
				f.reach(a, m.to[a])
			}
		}
	}
}

func (f *forest) reach(arc, stage int) {
	if f.chosen[arc] && !f.seen[stage] {
		f.seen[stage], f.parent[stage] = true, arc
		f.visit = append(f.visit, stage)
	}
}

// solve gives the least cost over the chosen arcs within the box and, where s is not nil, the times that reach it. The box
// must be consistent over the chosen arcs.
func (f *forest) solve(b box, s, si []int) float64 {
	m := f.m
	for i := range m.n {
		clear(f.inSum[i][b.siLo[i] : b.siHi[i]+1])
		clear(f.outSum[i][b.sLo[i] : b.sHi[i]+1])
	}
	total := 0.0
	for k := len(f.visit) - 1; k >= 0; k-- {
		i := f.visit[k]
		switch a := f.parent[i]; {
		case a < 0:
			total += f.best(i, b)
		case m.from[a] == i:
			f.promise(i, m.to[a], b)
		default:
			f.wait(i, m.from[a], b)
		}
	}
	if s != nil {
		f.trace(b, s, si)
	}
	return total
}

// promise passes the subtree of i to the stage that it feeds: for each inbound time the cheapest promise within it.
func (f *forest) promise(i, to int, b box) {
	f.throughWait(i, b)
	least := math.Inf(1)
	s := b.sLo[i]
	for si := b.siLo[to]; si <= b.siHi[to]; si++ {
		for ; s <= min(si, b.sHi[i]); s++ {
			least = min(least, f.outSum[i][s]+f.raw[s])
		}
		f.inSum[to][si] += least
	}
}

// wait passes the subtree of i to its supplier: for each promise the cheapest inbound time that allows it.
func (f *forest) wait(i, from int, b box) {
	throughPromise(f.raw[b.siLo[i]:b.siHi[i]+1], f.outSum[i][b.sLo[i]:b.sHi[i]+1], b.siLo[i], b.sLo[i], f.m.lead[i], f.m.cost[i], f.scratch)
	least := math.Inf(1)
	si := b.siHi[i]
	for s := b.sHi[from]; s >= b.sLo[from]; s-- {
		for ; si >= max(s, b.siLo[i]); si-- {
			least = min(least, f.inSum[i][si]+f.raw[si])
		}
		f.outSum[from][s] += least
	}
}

func (f *forest) best(i int, b box) float64 {
	f.throughWait(i, b)
	least := math.Inf(1)
	for s := b.sLo[i]; s <= b.sHi[i]; s++ {
		least = min(least, f.outSum[i][s]+f.raw[s])
	}
	return least
}

// throughWait fills raw[s] with the least of inbound cost and stock for each promise of stage i.
func (f *forest) throughWait(i int, b box) {
	throughWait(f.raw[b.sLo[i]:b.sHi[i]+1], f.inSum[i][b.siLo[i]:b.siHi[i]+1], b.sLo[i], b.siLo[i], f.m.lead[i], f.m.cost[i])
}

// trace walks from the roots and fixes the times that reached the minimum; the first of equals wins.
func (f *forest) trace(b box, s, si []int) {
	m := f.m
	for _, i := range f.visit {
		sLo, sHi, siLo, siHi := b.sLo[i], b.sHi[i], b.siLo[i], b.siHi[i]
		if a := f.parent[i]; a >= 0 && m.from[a] == i {
			sHi = min(sHi, si[m.to[a]])
		} else if a >= 0 {
			siLo = max(siLo, s[m.from[a]])
		}
		raw := f.raw[sLo : sHi+1]
		throughWait(raw, f.inSum[i][siLo:siHi+1], sLo, siLo, m.lead[i], m.cost[i])
		s[i] = sLo
		for x := range raw {
			if raw[x] += f.outSum[i][sLo+x]; raw[x] < raw[s[i]-sLo] {
				s[i] = sLo + x
			}
		}
		b.siLo[i], siLo = siLo, b.siLo[i]
		si[i] = m.waitOf(i, s[i], f.inSum[i], b)
		b.siLo[i] = siLo
	}
}
