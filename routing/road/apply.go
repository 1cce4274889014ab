package road

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
)

// Moment is what a graph's weights stand for away from free flow.
type Moment struct {
	AtSec  int64       // Unix seconds
	Active []Condition // that hold then, by id
	Idle   []string    // ids of those that lie on no street of this graph
	on     map[int32][]int32
}

// Moment returns what the weights stand for, nil under free flow.
func (g *Graph) Moment() *Moment { return g.moment }

// fullFrom is the share of directed edges from which on a full customisation is faster than one in part.
const fullFrom = 0.2

// At returns the graph as it is at a time: free flow, slowed or sped up by the pattern for the hour (nil = none), under the
// conditions that hold then. What differs from g alone is worked on, so that taking At of the graph of a moment ago is
// fast. g is unchanged. The error wraps ErrCondition, or is ctx's own.
func (g *Graph) At(ctx context.Context, atSec int64, pattern *Pattern, conditions []Condition, workers int) (*Graph, error) {
	m := &Moment{AtSec: atSec, on: map[int32][]int32{}}
	for i := range conditions {
		if err := conditions[i].Check(); err != nil {
			return nil, err
		}
		if conditions[i].FromSec <= atSec && atSec < conditions[i].UntilSec {
			m.Active = append(m.Active, conditions[i])
		}
	}
	slices.SortFunc(m.Active, func(a, b Condition) int { return compareStrings(a.ID, b.ID) })
	ms := slices.Clone(g.base.ms)
	if pattern != nil {
		pattern.apply(g.streets, ms, atSec)
	}
	g.impose(m, ms)
	return g.reweigh(ctx, m, ms, false, workers)
}

// FreeFlow returns the graph without patterns and conditions.
func (g *Graph) FreeFlow() *Graph { return &Graph{streets: g.streets, hash: g.root, w: g.base} }

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// hashOf names the streets under these times.
func (g *Graph) hashOf(ms []int32) string {
	if slices.Equal(ms, g.base.ms) {
		return g.root
	}
	h := sha256.New()
	h.Write([]byte(g.root))
	buffer := make([]byte, 0, 4096)
	for _, x := range ms {
		if buffer = binary.LittleEndian.AppendUint32(buffer, uint32(x)); len(buffer) >= 4092 {
			h.Write(buffer)
			buffer = buffer[:0]
		}
	}
	h.Write(buffer)
	return hex.EncodeToString(h.Sum(nil))
}

// effect is what all conditions together do to a directed edge.
type effect struct {
	closed  bool
	delayMs float64
	factor  [4]float64 // by kind, 0 = none
}

var kindIndex = map[Kind]int{Incident: 0, Closure: 1, Congestion: 2, Weather: 3}

// impose changes ms by the active conditions.
func (g *Graph) impose(m *Moment, ms []int32) {
	x := imposing{g: g, m: m, effects: map[int32]*effect{}}
	for i := range m.Active {
		if len(m.Active[i].Nodes) > 0 {
			x.nodes = g.nodeIndex(m.Active)
			break
		}
	}
	for i := range m.Active {
		c := &m.Active[i]
		edges := g.directedEdges(c, x.nodes)
		for _, d := range edges {
			x.put(int32(i), d, c.SpeedKmh)
		}
		if x.measured(int32(i)) == 0 && len(edges) == 0 && !slices.Contains(m.Idle, c.ID) {
			m.Idle = append(m.Idle, c.ID)
		}
	}
	for d, e := range x.effects {
		ms[d] = e.on(ms[d])
	}
}

// imposing gathers what conditions do to each directed edge.
type imposing struct {
	g       *Graph
	m       *Moment
	nodes   map[int64][]int32
	effects map[int32]*effect
}

func (x *imposing) put(i, d int32, speedKmh float64) {
	e := x.effects[d]
	if e == nil {
		e = &effect{}
		x.effects[d] = e
	}
	c := &x.m.Active[i]
	if on := x.m.on[d]; len(on) == 0 || on[len(on)-1] != i {
		x.m.on[d] = append(on, i)
		e.delayMs += 1000 * c.DelaySec
	}
	e.add(c, speedKmh, x.g.freeKmh(d))
}

// measured puts the speeds of a condition that has them for each pair of nodes, and counts the edges found.
func (x *imposing) measured(i int32) (edges int) {
	c := &x.m.Active[i]
	var found []int32
	for k, v := range c.SpeedsKmh {
		if v == 0 {
			continue
		}
		found = x.g.appendBetween(found[:0], c.Nodes[k], x.nodes)
		for _, d := range found {
			if x.g.opened(d) {
				x.put(i, d, v)
				edges++
			}
		}
	}
	return edges
}

// freeKmh is the speed on a directed edge under free flow.
func (g *streets) freeKmh(d int32) float64 {
	return float64(g.lengthCm(d>>1)) * 0.036 / float64(max(g.base.ms[d], 1)) * 1000
}

func (x *effect) add(c *Condition, speedKmh, freeKmh float64) {
	x.closed = x.closed || c.Closed
	factor := c.SpeedFactor
	if speedKmh > 0 {
		factor = min(maxFactor, max(minFactor, speedKmh/max(freeKmh, 0.1)))
	}
	k := kindIndex[c.Kind]
	if factor > 0 && (x.factor[k] == 0 || factor < x.factor[k]) {
		x.factor[k] = factor
	}
}

func (x *effect) on(ms int32) int32 {
	if x.closed || ms == noDrive {
		return noDrive
	}
	now := float64(ms)
	for _, f := range x.factor {
		if f > 0 {
			now /= f
		}
	}
	return int32(min(math.Round(now+x.delayMs), maxEdgeMs))
}

// nodeIndex finds the shape points of all nodes that conditions name.
func (g *streets) nodeIndex(conditions []Condition) map[int64][]int32 {
	index := map[int64][]int32{}
	for i := range conditions {
		for _, pair := range conditions[i].Nodes {
			index[pair[0]] = nil
		}
	}
	for k, id := range g.shapeNode {
		if _, ok := index[id]; ok {
			index[id] = append(index[id], int32(k))
		}
	}
	return index
}

// Times returns the time of each directed edge now, in milliseconds, -1 where it is closed.
func (g *Graph) Times() []int32 { return slices.Clone(g.w.ms) }

// WithTimes returns the graph under the given times, one for each directed edge; streets that the profile closes stay
// closed whatever is given. full works on everything, as if all had changed.
func (g *Graph) WithTimes(ctx context.Context, ms []int32, full bool, workers int) (*Graph, error) {
	if len(ms) != len(g.base.ms) {
		return nil, fmt.Errorf("%w: %d times for %d directed edges", ErrCondition, len(ms), len(g.base.ms))
	}
	own := slices.Clone(ms)
	for d := range own {
		if g.base.ms[d] == noDrive || own[d] < 0 {
			own[d] = noDrive
		}
		own[d] = min(own[d], maxEdgeMs)
	}
	return g.reweigh(ctx, &Moment{on: map[int32][]int32{}}, own, full, workers)
}

// reweigh makes the graph of a moment with these times.
func (g *Graph) reweigh(ctx context.Context, m *Moment, ms []int32, full bool, workers int) (*Graph, error) {
	var changed []int32
	for d, now := range ms {
		if now != g.w.ms[d] {
			changed = append(changed, int32(d))
		}
	}
	next := &Graph{streets: g.streets, w: g.w, moment: m, hash: g.hashOf(ms)}
	var err error
	switch {
	case full || float64(len(changed)) > fullFrom*float64(len(ms)):
		next.w, err = g.customise(ctx, ms, workers)
	case len(changed) > 0:
		next.w, err = g.update(ctx, g.w, ms, changed, workers)
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}
