package agv

import (
	"cmp"
	"context"
	"slices"

	"quartermaster/internal/rng"
)

// config is a configuration that the search has met.
type config struct {
	at     []int32
	parent *config
	order  []int32 // robots by priority
	rank   []float32
	// Constraints not tried yet: the lazy tree of LaCAM. constraint 0 is the root, which fixes nobody.
	queue []constraint
	depth int
}

// constraint fixes the next vertex of the first robots of a config's order.
type constraint struct {
	fixed [][2]int32
}

// search finds configurations from starts to goals by lazy constraints addition (LaCAM; Okumura 2023, AAAI): depth first
// over configurations, each of which has a tree of constraints that is grown by one robot whenever it is looked at again,
// so that in the end every successor is tried. Complete; the plan is what improve makes good.
func search(ctx context.Context, m *meeting, l *lanes, o OneShotOptions) ([][]int32, bool) {
	s := newSuccessor(m, rng.New(m.seed, "agv", "oneshot"))
	s.lanes = l
	first := newConfig(m, slices.Clone(m.starts), nil)
	explored := map[uint64][]*config{digest(first.at): {first}}
	open := []*config{first}
	for steps := 0; len(open) > 0; steps++ {
		if ctx.Err() != nil || (o.Searches > 0 && steps >= o.Searches) {
			return nil, false
		}
		n := open[len(open)-1]
		if slices.Equal(n.at, m.goals) {
			return n.configs(), true
		}
		if len(n.queue) == 0 {
			open = open[:len(open)-1]
			continue
		}
		c := n.queue[0]
		n.queue = n.queue[1:]
		n.grow(m, s, c)
		if !s.step(n.at, n.order, c.fixed) || (o.Apart && s.ring(n.at)) {
			continue
		}
		k := digest(s.next)
		if known := find(explored[k], s.next); known != nil {
			// Met before: look at it again, or at the start from time to time to leave a dead end (Okumura 2023).
			if s.random.Float32() < 0.001 {
				known = first
			}
			open = append(open, known)
			continue
		}
		next := newConfig(m, slices.Clone(s.next), n)
		explored[k] = append(explored[k], next)
		open = append(open, next)
	}
	return nil, false
}

// ring tells whether robots of the last step move in a ring, each into the cell of the one ahead.
func (s *successor) ring(now []int32) bool {
	for r, v := range now {
		s.onNow[v] = int32(r)
	}
	found := false
	for r := range now {
		// No two go to one cell, so a walk from robot to robot ahead ends or comes back to where it began.
		for q := int32(r); !found && s.next[q] != now[q] && s.onNow[s.next[q]] >= 0; {
			q = s.onNow[s.next[q]]
			found = q == int32(r)
		}
	}
	for _, v := range now {
		s.onNow[v] = -1
	}
	return found
}

// digest folds a configuration into a number (FNV-1a over 32-bit words).
func digest(at []int32) uint64 {
	h := uint64(14695981039346656037)
	for _, v := range at {
		h = (h ^ uint64(uint32(v))) * 1099511628211
	}
	return h
}

func find(nodes []*config, at []int32) *config {
	for _, n := range nodes {
		if slices.Equal(n.at, at) {
			return n
		}
	}
	return nil
}

// newConfig ranks the robots: those under way gain a point a step, those at their goals fall back to where they began, and the
// longest ways begin first.
func newConfig(m *meeting, at []int32, parent *config) *config {
	n := &config{at: at, parent: parent, queue: []constraint{{}}, rank: make([]float32, len(at)), order: make([]int32, len(at))}
	for r, v := range at {
		n.order[r] = int32(r)
		switch far := m.far(int32(r), v); {
		case parent == nil:
			n.rank[r] = float32(far) / 65536
		case far > 0:
			n.rank[r] = parent.rank[r] + 1
		default:
			n.rank[r] = parent.rank[r] - float32(int(parent.rank[r]))
		}
	}
	if parent != nil {
		n.depth = parent.depth + 1
		copy(n.order, parent.order) // nearly sorted already
	}
	slices.SortFunc(n.order, func(a, b int32) int { return cmp.Or(cmp.Compare(n.rank[b], n.rank[a]), cmp.Compare(a, b)) })
	return n
}

// grow adds to the config's tree what may follow constraint c: the next robot of the order at each vertex it can reach.
func (n *config) grow(m *meeting, s *successor, c constraint) {
	if len(c.fixed) >= len(n.order) {
		return
	}
	r := n.order[len(c.fixed)]
	options := append([]int32{n.at[r]}, m.around(n.at[r])...)
	s.random.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	for _, v := range options {
		fixed := make([][2]int32, 0, len(c.fixed)+1)
		n.queue = append(n.queue, constraint{append(append(fixed, c.fixed...), [2]int32{r, v})})
	}
}

func (n *config) configs() [][]int32 {
	var all [][]int32
	for ; n != nil; n = n.parent {
		all = append(all, n.at)
	}
	slices.Reverse(all)
	return all
}
