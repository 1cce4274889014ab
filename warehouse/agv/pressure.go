package agv

import "slices"

// Perimeter control: where more than fullShare of the cells around are taken, robots move so slowly that each one that enters
// takes more from the others than it gains, and a jam feeds itself. So who would go from a place with room into a full one
// waits and makes way until it has drained. After the perimeter control of city traffic by its fundamental diagram
// (Daganzo 2007; Geroliminis, Haddad, Ramezani 2013). Measured best on random floors half full; of floors fuller than
// crowdedShare no part has room.
const (
	fullShare    = 0.70
	fullerShare  = 0.05 // by how much more a place must be taken than the robot's own, so that nobody is held within a jam
	lookAhead    = 10   // cells along the robot's way
	pressureHalf = 6    // cells to each side that count as around
)

// pressure knows how full the surroundings of each cell are.
type pressure struct {
	g     *Graph
	free  []int32 // free cells above and left of a corner of the grid
	taken []int32 // the same for robots
	held  []bool  // robot → waits at a perimeter
}

func newPressure(g *Graph, robots int) *pressure {
	size := (g.Width + 1) * (g.Height + 1)
	p := &pressure{g: g, free: make([]int32, size), taken: make([]int32, size), held: make([]bool, robots)}
	for v := range int32(g.Len()) {
		p.free[p.corner(v)]++
	}
	p.sum(p.free)
	return p
}

// corner is the place of v's lower right corner in the sums.
func (p *pressure) corner(v int32) int {
	w := int32(p.g.Width)
	c := p.g.cell[v]
	return int((c/w+1)*(w+1) + c%w + 1)
}

func (p *pressure) sum(a []int32) {
	w := p.g.Width + 1
	for i := w; i < len(a); i++ {
		if i%w > 0 {
			a[i] += a[i-1] + a[i-w] - a[i-w-1]
		}
	}
}

// look counts the robots of a list anew.
func (p *pressure) look(robots []int32, state []State) {
	clear(p.taken)
	for _, r := range robots {
		p.taken[p.corner(state[r].Vertex)]++
	}
	p.sum(p.taken)
}

// around is the share of the free cells around v that are taken.
func (p *pressure) around(v int32) float64 {
	w, c := p.g.Width, int(p.g.cell[v])
	x, y := c%w, c/w
	x0, x1 := max(0, x-pressureHalf), min(w, x+pressureHalf+1)
	y0, y1 := max(0, y-pressureHalf)*(w+1), min(p.g.Height, y+pressureHalf+1)*(w+1)
	in := func(a []int32) int32 { return a[y1+x1] - a[y0+x1] - a[y1+x0] + a[y0+x0] }
	return float64(in(p.taken)) / float64(in(p.free))
}

// hold finds who waits at a perimeter and puts them last, with next to no weight: they push nobody and all may push them.
func (p *Planner) hold() {
	q := p.pressure
	q.look(p.order, p.state)
	for _, r := range p.order {
		s := p.state[r]
		q.held[r] = false
		if p.urgent[r] != 0 || p.weight[r] == 0 {
			continue
		}
		if ahead := q.around(p.soon(s, p.errand[r].Goal)); ahead > fullShare && ahead > q.around(s.Vertex)+fullerShare {
			q.held[r] = true
			p.weight[r] = 1
		}
	}
	slices.SortStableFunc(p.order, func(a, b int32) int {
		switch {
		case q.held[a] == q.held[b]:
			return 0
		case q.held[a]:
			return 1
		}
		return -1
	})
}

// soon is the vertex lookAhead cells on along the cheapest way, the goal where that is nearer.
func (p *Planner) soon(s State, goal int32) int32 {
	for range lookAhead {
		if s.Vertex == goal {
			break
		}
		s = p.onward(s, goal)
	}
	return s.Vertex
}

// onward is the next cell along the cheapest way.
func (p *Planner) onward(s State, goal int32) State {
	f := p.fields.of(goal)
	best, to := int32(0), s
	for d := range uint8(4) {
		if v := p.g.Ahead(s.Vertex, d); v >= 0 {
			if c := f.from(v, d); to == s || c < best {
				best, to = c, State{v, d}
			}
		}
	}
	return to
}
