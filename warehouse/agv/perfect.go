package agv

import (
	"context"
	"slices"

	"quartermaster/internal/rng"
)

// perfection looks for the plan that loses least by going on where lazy constraints addition found its first (LaCAM*; Okumura
// 2023, IJCAI, arXiv 2305.03632): whenever a configuration is met again, costs of all behind it are corrected, and what
// cannot become better than the best plan is left out. When nothing is open any more, the best plan is the best there is.
// That takes hold of a few robots only: perfectRobots, and perfectSteps looks at configurations.
type perfection struct {
	m        *meeting
	s        *successor
	explored map[uint64][]*vista
	open     []*vista
	best     *vista // at the goals, nil = not found
}

const (
	perfectRobots = 8
	perfectSteps  = 200_000
)

// vista is a configuration with what it costs to come to it and at least to go on.
type vista struct {
	*config
	cost, left int
	from       *vista
	near       []*vista // configurations that were made from it
}

// perfect gives the best plan that it finds, and whether none is better.
func perfect(ctx context.Context, m *meeting) (p Paths, found, proven bool) {
	x := &perfection{m: m, s: newSuccessor(m, rng.New(m.seed, "agv", "perfect")), explored: map[uint64][]*vista{}}
	first := x.add(&vista{config: newConfig(m, slices.Clone(m.starts), nil)})
	steps := 0
	for ; len(x.open) > 0 && steps < perfectSteps; steps++ {
		if steps&63 == 0 && ctx.Err() != nil {
			break
		}
		n := x.open[len(x.open)-1]
		switch {
		case !x.promising(n) || len(n.queue) == 0:
			x.open = x.open[:len(x.open)-1]
		case slices.Equal(n.at, m.goals):
			x.best = n
		default:
			x.expand(n, first)
		}
	}
	if x.best == nil {
		return Paths{}, false, len(x.open) == 0
	}
	var configs [][]int32
	for n := x.best; n != nil; n = n.from {
		configs = append(configs, n.at)
	}
	slices.Reverse(configs)
	return pathsOf(configs, m.goals), true, len(x.open) == 0
}

// promising tells whether a better plan may lead through n.
func (x *perfection) promising(n *vista) bool { return x.best == nil || n.cost+n.left < x.best.cost }

// add enters a configuration that is new.
func (x *perfection) add(n *vista) *vista {
	for r, v := range n.at {
		n.left += int(x.m.far(int32(r), v))
	}
	k := digest(n.at)
	x.explored[k] = append(x.explored[k], n)
	x.open = append(x.open, n)
	return n
}

// expand makes the next successor of n.
func (x *perfection) expand(n, first *vista) {
	c := n.queue[0]
	n.queue = n.queue[1:]
	n.grow(x.m, x.s, c)
	if !x.s.step(n.at, n.order, c.fixed) {
		return
	}
	for _, known := range x.explored[digest(x.s.next)] {
		if slices.Equal(known.at, x.s.next) {
			if !slices.Contains(n.near, known) {
				n.near = append(n.near, known)
				x.correct(n)
			}
			if x.s.random.Float32() < 0.001 {
				known = first // leaves a dead end
			}
			x.open = append(x.open, known)
			return
		}
	}
	next := &vista{config: newConfig(x.m, slices.Clone(x.s.next), n.config), from: n}
	next.cost = n.cost + x.step(n, next)
	n.near = append(n.near, x.add(next))
}

// correct lowers costs behind n where the way through it is cheaper.
func (x *perfection) correct(n *vista) {
	for stack := []*vista{n}; len(stack) > 0; {
		a := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, b := range a.near {
			if cost := a.cost + x.step(a, b); cost < b.cost {
				b.cost, b.from = cost, a
				stack = append(stack, b)
				if x.promising(b) {
					x.open = append(x.open, b)
				}
			}
		}
	}
}

// step is what is lost from a to b.
func (x *perfection) step(a, b *vista) (n int) {
	for r, goal := range x.m.goals {
		if a.at[r] != goal || b.at[r] != goal {
			n++
		}
	}
	return n
}
