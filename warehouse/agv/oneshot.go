package agv

import (
	"context"
	"fmt"
	"sync"
)

// Paths are all robots' ways of a one-shot plan: At[t*Robots+r] is robot r's vertex after t steps, t = 0…Steps. After the
// last step every robot is at its goal.
type Paths struct {
	Robots, Steps int
	At            []int32
	// Loss is the number of steps that robots spent away from their goals, summed; LowerBound is that of the shortest ways.
	Loss, LowerBound int
}

// OneShotOptions steer OneShot. The zero value works.
type OneShotOptions struct {
	// Improvements bounds the tries to improve the first plan: a budget that repeats on any machine. 0 = until ctx ends;
	// negative = none.
	Improvements int
	// Searches bounds the configurations looked at for the first plan; 0 = until ctx ends.
	Searches int
	// Apart forbids that robots in a ring all move into one another's cells at once, which only works where all start
	// together: the plan can then be driven at any speeds. It is not improved.
	Apart bool
	// First is told of the first plan, before it is improved.
	First   func(Paths)
	Workers int // goroutines for distances; default 1; the answer is the same for any number
	Seed    uint64
}

// maxOneShotBytes bounds the distances kept: two bytes a robot and vertex.
const maxOneShotBytes = 4 << 30

// OneShot finds ways for all robots from starts to goals that move in four directions without turning, one cell a step, where
// no two are on one cell or change cells. Solved is false where ctx ended before a first plan was found, or where none
// exists.
//
// An error names the robot whose start or goal is off the floor, taken twice, or not connected.
func OneShot(ctx context.Context, g *Graph, starts, goals []int32, o OneShotOptions) (paths Paths, solved bool, err error) {
	if err := checkEnds(g, starts, goals); err != nil {
		return Paths{}, false, err
	}
	m := newMeeting(g, starts, goals, max(1, o.Workers), o.Seed)
	for r, s := range starts {
		if m.far(int32(r), s) == unreached {
			return Paths{}, false, fmt.Errorf("agv: robot %d cannot reach cell %d from cell %d", r, g.Cell(goals[r]), g.Cell(s))
		}
		paths.LowerBound += int(m.far(int32(r), s))
	}
	bound := paths.LowerBound
	paths, solved = m.plan(ctx, nil, o)
	if !solved {
		return Paths{}, false, nil
	}
	paths.LowerBound = bound
	if o.First != nil {
		o.First(paths)
	}
	if o.Improvements >= 0 && !o.Apart {
		paths = improve(ctx, m, paths, o)
	}
	return paths, true, nil
}

// plan finds a first plan; robots follow lanes where there are any.
func (m *meeting) plan(ctx context.Context, l *lanes, o OneShotOptions) (Paths, bool) {
	configs, ok := search(ctx, m, l, o)
	if !ok {
		return Paths{}, false
	}
	return pathsOf(configs, m.goals), true
}

func checkEnds(g *Graph, starts, goals []int32) error {
	if len(starts) != len(goals) || len(starts) == 0 || len(starts) > min(maxRobots, g.Len()) {
		return fmt.Errorf("agv: %d starts and %d goals on a floor of %d free cells", len(starts), len(goals), g.Len())
	}
	if len(starts) > maxOneShotBytes/2/g.Len() {
		return fmt.Errorf("agv: %d robots × %d cells is more than a one-shot plan takes", len(starts), g.Len())
	}
	for name, ends := range map[string][]int32{"starts": starts, "goals": goals} {
		taken := make([]bool, g.Len())
		for r, v := range ends {
			if v < 0 || int(v) >= g.Len() || taken[v] {
				return fmt.Errorf("agv: %s[%d] is blocked, off the floor or taken twice", name, r)
			}
			taken[v] = true
		}
	}
	return nil
}

// unreached is the distance of vertices that do not reach a goal.
const unreached = 1<<16 - 1

// meeting is a one-shot problem with what the search needs to know of it.
type meeting struct {
	g             *Graph
	starts, goals []int32
	dist          []uint16 // [r*Len()+v]: steps from v to r's goal
	near          []int32  // neighbours of v at near[nearAt[v]:nearAt[v+1]]
	nearAt        []int32
	behind        []int32 // [v*4+d]: the vertex that reaches v by a step in direction d, −1 = none
	seed          uint64
}

func newMeeting(g *Graph, starts, goals []int32, workers int, seed uint64) *meeting {
	m := &meeting{g: g, starts: starts, goals: goals, dist: make([]uint16, len(starts)*g.Len()), behind: behindOf(g), seed: seed}
	for v := range int32(g.Len()) {
		m.nearAt = append(m.nearAt, int32(len(m.near)))
		for d := range uint8(4) {
			if to := g.Ahead(v, d); to >= 0 {
				m.near = append(m.near, to)
			}
		}
	}
	m.nearAt = append(m.nearAt, int32(len(m.near)))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			queue := make([]int32, g.Len())
			for r := w; r < len(goals); r += workers {
				m.flood(goals[r], m.dist[r*g.Len():(r+1)*g.Len()], queue)
			}
		})
	}
	wait.Wait()
	return m
}

// flood fills dist with the steps to goal, breadth first.
func (m *meeting) flood(goal int32, dist []uint16, queue []int32) {
	for i := range dist {
		dist[i] = unreached
	}
	dist[goal] = 0
	queue[0] = goal
	for head, tail := 0, 1; head < tail; head++ {
		v := queue[head]
		next := min(dist[v]+1, unreached-1)
		for _, u := range m.behind[v*4 : v*4+4 : v*4+4] {
			if u >= 0 && dist[u] == unreached {
				dist[u] = next
				queue[tail] = u
				tail++
			}
		}
	}
}

func (m *meeting) far(r, v int32) uint16 { return m.dist[int(r)*m.g.Len()+int(v)] }

func (m *meeting) around(v int32) []int32 { return m.near[m.nearAt[v]:m.nearAt[v+1]] }

// pathsOf lays configurations out as paths and counts what is lost.
func pathsOf(configs [][]int32, goals []int32) Paths {
	p := Paths{Robots: len(goals), Steps: len(configs) - 1}
	for _, c := range configs {
		p.At = append(p.At, c...)
	}
	p.Loss = p.loss(goals)
	return p
}

func (p *Paths) loss(goals []int32) int {
	n := 0
	for t := 1; t <= p.Steps; t++ {
		for r, goal := range goals {
			if p.At[(t-1)*p.Robots+r] != goal || p.At[t*p.Robots+r] != goal {
				n++
			}
		}
	}
	return n
}

// CheckPaths verifies a one-shot plan on the graph's cells alone: ends, single steps, no two robots on a cell, none that
// change cells, and the loss it states.
func CheckPaths(g *Graph, starts, goals []int32, p Paths) error {
	if p.Robots != len(starts) || len(p.At) != (p.Steps+1)*p.Robots {
		return fmt.Errorf("%d cells for %d robots and %d steps", len(p.At), p.Robots, p.Steps)
	}
	for t := range p.Steps + 1 {
		now := p.At[t*p.Robots : (t+1)*p.Robots]
		on := make(map[int32]int, p.Robots)
		for r, v := range now {
			if other, taken := on[v]; taken {
				return fmt.Errorf("step %d: robots %d and %d are both on cell %d", t, other, r, g.Cell(v))
			}
			on[v] = r
		}
		if t == 0 {
			continue
		}
		was := p.At[(t-1)*p.Robots : t*p.Robots]
		for r, v := range now {
			a, b := g.Cell(was[r]), g.Cell(v)
			if w := int32(g.Width); !(a == b || a-b == w || b-a == w || (a/w == b/w && (a-b == 1 || b-a == 1))) {
				return fmt.Errorf("step %d: robot %d jumps from cell %d to %d", t, r, a, b)
			}
			if other, there := on[was[r]]; there && other != r && was[other] == v {
				return fmt.Errorf("step %d: robots %d and %d change cells", t, r, other)
			}
		}
	}
	for r := range starts {
		if p.At[r] != starts[r] || p.At[p.Steps*p.Robots+r] != goals[r] {
			return fmt.Errorf("robot %d does not go from its start to its goal", r)
		}
	}
	if loss := p.loss(goals); loss != p.Loss {
		return fmt.Errorf("loss is %d, stated as %d", loss, p.Loss)
	}
	return nil
}
