package agv

import (
	"slices"

	"quartermaster/warehouse"
)

// Phases of one transport.
const (
	toStation = iota
	toInduct
	toPark
	phases
)

// searcher finds, for one robot among the reservations of the others, the way from where it stands by a pick station and
// an induction to its park that is home first: safe-interval path planning (Phillips, Likhachev 2011). A state is a phase,
// a cell and a gap between two reservations of the cell; of each state the earliest arrival is enough, because a robot
// may wait within a gap.
type searcher struct {
	floor       *warehouse.Floor
	near        [][4]int32 // neighbours that can be entered, −1 where none
	held        *reservations
	loadSteps   int32
	unloadSteps int32
	closeStep   int32 // a drop must end by then
	expanded    int

	offset []int32 // [cell] → first state of the cell in phase toStation
	states int32   // states of one phase
	at     []int32 // [state] → earliest arrival, valid where mark == run
	from   []int32 // [state] → state before
	cell   []int32
	mark   []uint32
	run    uint32
	heap   []node
}

// node is an entry of the open list: first by estimated end, then the later arrival, then the lower state.
type node struct{ end, t, state int32 }

func (a node) before(b node) bool {
	if a.end != b.end {
		return a.end < b.end
	}
	if a.t != b.t {
		return a.t > b.t
	}
	return a.state < b.state
}

// way is a found path: one cell per step from start; it drops its batch at step drop.
type way struct {
	cells       []int32
	start, drop int32
}

func (w *way) home() int32 { return w.start + int32(len(w.cells)) - 1 }

// find searches from a cell at a step. remaining[phase][cell] are the steps that are still to be made without other
// robots. ok is false if no drop is possible before closing.
func (s *searcher) find(start, step, park int32, remaining *[phases][]int32) (found way, ok bool) {
	s.prepare()
	k := firstEndingFrom(s.held.spans[start], step)
	s.push(toStation, start, int32(k), step, -1, remaining)
	for len(s.heap) > 0 {
		top := s.pop()
		if s.at[top.state] < top.t {
			continue
		}
		phase := top.state / s.states
		cell := s.cell[top.state]
		k := top.state - phase*s.states - s.offset[cell]
		s.expanded++
		if phase == toPark && cell == park {
			return s.path(top.state, step), true
		}
		_, last := free(s.held.spans[cell], int(k))
		s.dwell(phase, cell, k, last, top, remaining)
		for _, next := range s.near[cell] {
			if next >= 0 && (s.floor.Kinds[next] != warehouse.CellPark || next == park) {
				s.enter(phase, cell, next, last, top, remaining)
			}
		}
	}
	return way{}, false
}

// dwell loads or unloads where the robot stands, if the gap is long enough.
func (s *searcher) dwell(phase, cell, k, last int32, top node, remaining *[phases][]int32) {
	if phase == toStation && s.floor.Kinds[cell] == warehouse.CellPick && top.t+s.loadSteps <= last {
		s.push(toInduct, cell, k, top.t+s.loadSteps, top.state, remaining)
	}
	if phase == toInduct && s.floor.Kinds[cell] == warehouse.CellInduct && top.t+s.unloadSteps <= last && top.t+s.unloadSteps <= s.closeStep {
		s.push(toPark, cell, k, top.t+s.unloadSteps, top.state, remaining)
	}
}

// enter moves to a neighbour in each of its gaps that begins before the robot must have left its cell.
func (s *searcher) enter(phase, cell, next, last int32, top node, remaining *[phases][]int32) {
	spans := s.held.spans[next]
	for k := firstEndingFrom(spans, top.t+1); k <= len(spans); k++ {
		from, to := free(spans, k)
		t := max(top.t+1, from)
		if t > last+1 || (phase != toPark && t > s.closeStep) {
			return
		}
		if t > to || s.swaps(cell, next, t) {
			continue
		}
		s.push(phase, next, int32(k), t, top.state, remaining)
	}
}

// swaps says whether another robot goes from next to cell while this one goes from cell to next, arriving at step t.
func (s *searcher) swaps(cell, next, t int32) bool {
	other := s.held.robotAt(next, t-1)
	return other >= 0 && other == s.held.robotAt(cell, t)
}

// prepare numbers the states for the reservations as they are now.
func (s *searcher) prepare() {
	s.heap = s.heap[:0]
	s.run++
	n := int32(0)
	for cell, spans := range s.held.spans {
		s.offset[cell] = n
		n += int32(len(spans)) + 1
	}
	s.states = n
	if need := int(n) * phases; need > len(s.at) {
		need += need / 2
		s.at, s.from, s.cell, s.mark = make([]int32, need), make([]int32, need), make([]int32, need), make([]uint32, need)
		s.run = 1
	}
}

func (s *searcher) push(phase, cell, k, t, from int32, remaining *[phases][]int32) {
	state := phase*s.states + s.offset[cell] + k
	if s.mark[state] == s.run && s.at[state] <= t {
		return
	}
	s.mark[state], s.at[state], s.from[state], s.cell[state] = s.run, t, from, cell
	n := node{t + remaining[phase][cell], t, state}
	s.heap = append(s.heap, n)
	i := len(s.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !n.before(s.heap[up]) {
			break
		}
		s.heap[i] = s.heap[up]
		i = up
	}
	s.heap[i] = n
}

func (s *searcher) pop() node {
	top := s.heap[0]
	end := len(s.heap) - 1
	n := s.heap[end]
	s.heap = s.heap[:end]
	i := 0
	for {
		down := 2*i + 1
		if down >= end {
			break
		}
		if down+1 < end && s.heap[down+1].before(s.heap[down]) {
			down++
		}
		if !s.heap[down].before(n) {
			break
		}
		s.heap[i] = s.heap[down]
		i = down
	}
	if end > 0 {
		s.heap[i] = n
	}
	return top
}

// path writes the way to a state as one cell per step.
func (s *searcher) path(state, start int32) way {
	w := way{start: start, cells: make([]int32, s.at[state]-start+1)}
	chain := make([]int32, 0, 256)
	for ; state >= 0; state = s.from[state] {
		chain = append(chain, state)
	}
	slices.Reverse(chain)
	for i, state := range chain {
		until := s.at[chain[len(chain)-1]]
		if i+1 < len(chain) {
			next := chain[i+1]
			until = s.at[next] - 1
			if next/s.states == toPark && state/s.states == toInduct {
				w.drop = s.at[next]
			}
		}
		for t := s.at[state]; t <= until; t++ {
			w.cells[t-start] = s.cell[state]
		}
	}
	return w
}
