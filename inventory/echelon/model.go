package echelon

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// model is the network in flat arrays. For stage i the service time s lies in 0…sHi[i] and the inbound time si in
// siLo[i]…siHi[i]; cost[i][net] is the cost of covering net = si + lead − s periods.
type model struct {
	n        int
	lead     []int
	cost     [][]float64
	from, to []int
	inFirst  []int // arcs into i: inArc[inFirst[i]:inFirst[i+1]]
	inArc    []int
	outFirst []int
	outArc   []int
	order    []int // topological, suppliers first
	siLo     []int
	siHi     []int
	sHi      []int
	work     int64 // elementary steps of one pass
}

// newModel numbers the arcs (doubles once), orders the stages and bounds the times. A cycle is given back as stages.
func newModel(w *Network) (m *model, cycle []int) {
	m = &model{n: len(w.Stages)}
	seen := make(map[Arc]bool, len(w.Arcs))
	for _, a := range w.Arcs {
		if !seen[a] {
			seen[a] = true
			m.from, m.to = append(m.from, a.From), append(m.to, a.To)
		}
	}
	m.inFirst, m.inArc = bucket(m.n, m.to)
	m.outFirst, m.outArc = bucket(m.n, m.from)
	if m.order = m.topological(); len(m.order) < m.n {
		return nil, m.findCycle()
	}
	m.bound(w)
	m.cost = make([][]float64, m.n)
	for i, s := range w.Stages {
		longest := m.siHi[i] + s.LeadTime
		m.cost[i] = make([]float64, longest+1)
		for net := range m.cost[i] {
			m.cost[i][net] = s.HoldingCost * s.Spread * math.Sqrt(float64(net))
		}
		m.work += stepWork(m.sHi[i]+1, m.siHi[i]-m.siLo[i]+1)
	}
	return m, nil
}

// bucket groups indexes by key: those of key k are list[first[k]:first[k+1]], rising.
func bucket(n int, keys []int) (first, list []int) {
	first = make([]int, n+1)
	for _, k := range keys {
		first[k+1]++
	}
	for k := range n {
		first[k+1] += first[k]
	}
	list = make([]int, len(keys))
	next := append([]int(nil), first[:n]...)
	for a, k := range keys {
		list[next[k]] = a
		next[k]++
	}
	return first, list
}

func (m *model) in(i int) []int  { return m.inArc[m.inFirst[i]:m.inFirst[i+1]] }
func (m *model) out(i int) []int { return m.outArc[m.outFirst[i]:m.outFirst[i+1]] }

// topological orders the stages, suppliers first, by waiting suppliers (Kahn 1962); stages on or behind a cycle are missing.
func (m *model) topological() []int {
	waits := make([]int, m.n)
	order := make([]int, 0, m.n)
	for i := range m.n {
		if waits[i] = len(m.in(i)); waits[i] == 0 {
			order = append(order, i)
		}
	}
	for k := 0; k < len(order); k++ {
		for _, a := range m.out(order[k]) {
			if waits[m.to[a]]--; waits[m.to[a]] == 0 {
				order = append(order, m.to[a])
			}
		}
	}
	return order
}

// findCycle walks backwards from a stage that was never reached until one repeats.
func (m *model) findCycle() []int {
	done := make([]bool, m.n)
	for _, i := range m.order {
		done[i] = true
	}
	at := 0
	for done[at] {
		at++
	}
	seen := make([]int, m.n)
	var walk []int
	for seen[at] == 0 {
		walk = append(walk, at)
		seen[at] = len(walk)
		for _, a := range m.in(at) {
			if !done[m.from[a]] {
				at = m.from[a]
				break
			}
		}
	}
	cycle := walk[seen[at]-1:]
	for l, r := 0, len(cycle)-1; l < r; l, r = l+1, r-1 {
		cycle[l], cycle[r] = cycle[r], cycle[l] // in the direction of the arcs
	}
	return cycle
}

// bound gives each stage the longest times that can matter.
func (m *model) bound(w *Network) {
	m.lead = make([]int, m.n)
	m.siLo, m.siHi, m.sHi = make([]int, m.n), make([]int, m.n), make([]int, m.n)
	for _, i := range m.order {
		s := w.Stages[i]
		m.lead[i] = s.LeadTime
		m.siLo[i], m.siHi[i] = s.SupplierTime, s.SupplierTime
		for _, a := range m.in(i) {
			m.siHi[i] = max(m.siHi[i], m.sHi[m.from[a]])
		}
		m.sHi[i] = m.siHi[i] + s.LeadTime
		if s.MaxServiceTime >= 0 {
			m.sHi[i] = min(m.sHi[i], s.MaxServiceTime)
		}
	}
}

// longest is the longest cumulative lead time of the network.
func (m *model) longest() int {
	most := 0
	for i := range m.n {
		most = max(most, m.siHi[i]+m.lead[i])
	}
	return most
}

// cycleReasons says in the user's words why a network with a cycle has no placement, and which arc to take away.
func cycleReasons(w *Network, cycle []int) (reasons, relaxation []string) {
	var names []string
	for _, i := range cycle {
		names = append(names, fmt.Sprintf("%q", w.Stages[i].ID))
	}
	first, last := w.Stages[cycle[0]].ID, w.Stages[cycle[len(cycle)-1]].ID
	reasons = []string{fmt.Sprintf("stages feed each other in a circle: %s → %q; none of them could promise a time", strings.Join(names, " → "), first)}
	for _, a := range feedback(w) {
		relaxation = append(relaxation, fmt.Sprintf("take away the arc from %q to %q", w.Stages[a.From].ID, w.Stages[a.To].ID))
	}
	if len(relaxation) == 0 {
		relaxation = []string{fmt.Sprintf("take away the arc from %q to %q", last, first)}
	}
	return reasons, relaxation
}

// feedback gives arcs whose removal leaves no cycle, none of which could be kept: the backward arcs of a depth-first walk.
func feedback(w *Network) []Arc {
	next := make([][]int, len(w.Stages))
	for _, a := range w.Arcs {
		next[a.From] = append(next[a.From], a.To)
	}
	type frame struct{ at, child int }
	state := make([]uint8, len(w.Stages)) // 1 on the walk, 2 left
	var drop []Arc
	for root := range w.Stages {
		if state[root] != 0 {
			continue
		}
		walk := []frame{{at: root}}
		state[root] = 1
		for len(walk) > 0 {
			top := &walk[len(walk)-1]
			if top.child == len(next[top.at]) {
				state[top.at] = 2
				walk = walk[:len(walk)-1]
				continue
			}
			to := next[top.at][top.child]
			top.child++
			switch state[to] {
			case 0:
				state[to] = 1
				walk = append(walk, frame{at: to})
			case 1:
				drop = append(drop, Arc{top.at, to})
			}
		}
	}
	return drop
}

// stepWork is about how many elementary steps one way through the stock of a stage takes; see throughWait.
func stepWork(promises, waits int) int64 {
	if promises*waits < largeStep {
		return int64(promises) * int64(waits)
	}
	log := int64(bits.Len(uint(promises)))
	return 6 * log * int64(promises+waits)
}
