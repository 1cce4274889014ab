package agv

import (
	"fmt"
	"slices"
)

// limits keeps the robots within each zone to its number. A robot counts from the step before it enters until it has left, so
// that nobody enters in the step in which another leaves: who comes and who goes could be in each other's way.
type limits struct {
	zone  []int32 // vertex → its zone, −1 = none
	most  []int
	count []int // [zone*stride+t]: robots that count after t actions
	now   []int // zone → robots within
	held  []bool
}

// beforeZone is how many cells before a full zone a robot makes way for all others.
const beforeZone = 5

// newLimits gives nil where there are no zones.
func newLimits(o *PlannerOptions, n, cells int) (*limits, error) {
	if o.Zone == nil {
		return nil, nil
	}
	if len(o.Zone) != cells {
		return nil, fmt.Errorf("agv: PlannerOptions.Zone has %d entries, want %d", len(o.Zone), cells)
	}
	for v, z := range o.Zone {
		if int(z) >= len(o.Most) {
			return nil, fmt.Errorf("agv: PlannerOptions.Zone[%d] is %d, of %d zones", v, z, len(o.Most))
		}
	}
	return &limits{zone: o.Zone, most: o.Most, count: make([]int, len(o.Most)*(o.Depth+1)), now: make([]int, len(o.Most)), held: make([]bool, n)}, nil
}

// enterZones counts robot r's course in its zones, or takes it out.
func (p *Planner) enterZones(r, who int32) {
	l, one := p.limits, 1
	if who < 0 {
		one = -1
	}
	at := l.zone[p.state[r].Vertex]
	for t, v := range p.course(r, p.current[r]) {
		to := l.zone[v]
		if at >= 0 {
			l.count[int(at)*p.stride+t] += one
		}
		if to >= 0 && to != at {
			l.count[int(to)*p.stride+t] += one
		}
		at = to
	}
	if at >= 0 {
		l.count[int(at)*p.stride+p.o.Depth] += one
	}
}

// full tells whether a course of r, which is lifted, would bring one too many into a zone.
func (p *Planner) full(r int32, path []int32) bool {
	l := p.limits
	at := l.zone[p.state[r].Vertex]
	for t, v := range path {
		to := l.zone[v]
		if to >= 0 && (l.count[int(to)*p.stride+t+1] >= l.most[to] || (to != at && l.count[int(to)*p.stride+t] >= l.most[to])) {
			return true
		}
		at = to
	}
	return false
}

// queue puts those last, with next to no weight, who would go into a full zone: they push nobody and all may push them, so
// that who comes out of it finds a way.
func (p *Planner) queue() {
	l := p.limits
	clear(l.now)
	for _, r := range p.order {
		if z := l.zone[p.state[r].Vertex]; z >= 0 {
			l.now[z]++
		}
	}
	waiting := false
	for _, r := range p.order {
		if l.held[r] = p.weight[r] > 0 && p.beforeFull(r); l.held[r] {
			p.weight[r], waiting = 1, true
		}
	}
	if !waiting {
		return
	}
	slices.SortStableFunc(p.order, func(a, b int32) int {
		switch {
		case l.held[a] == l.held[b]:
			return 0
		case l.held[a]:
			return 1
		}
		return -1
	})
}

// Queued tells whether robot r waited before a full zone at the last Tick.
func (p *Planner) Queued(r int) bool { return p.limits != nil && p.limits.held[r] }

// beforeFull tells whether robot r's way leads soon into a zone that is full without it.
func (p *Planner) beforeFull(r int32) bool {
	l, s, goal := p.limits, p.state[r], p.errand[r].Goal
	own := l.zone[s.Vertex]
	for range beforeZone {
		if s.Vertex == goal {
			return false
		}
		s = p.onward(s, goal)
		if z := l.zone[s.Vertex]; z >= 0 && z != own && l.now[z] >= l.most[z] {
			return true
		}
	}
	return false
}
