package road

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// leaving lists the directed edges that begin at each junction.
type leaving struct {
	g     *streets
	first []int32
	list  []int32
}

func newLeaving(g *streets) *leaving {
	l := &leaving{g: g, first: make([]int32, g.junctions+1), list: make([]int32, 2*len(g.from))}
	for e := range g.from {
		l.first[g.from[e]+1]++
		l.first[g.to[e]+1]++
	}
	for j := range g.junctions {
		l.first[j+1] += l.first[j]
	}
	fill := slices.Clone(l.first)
	for d := range int32(2 * len(g.from)) {
		j := g.tail(d)
		l.list[fill[j]] = d
		fill[j]++
	}
	return l
}

// all lists the directed edges that begin at j, those that may not be driven too.
func (l *leaving) all(j int32) []int32 { return l.list[l.first[j]:l.first[j+1]] }

// of lists the directed edges that begin at j and may be driven.
func (l *leaving) of(j int32) []int32 {
	var open []int32
	for _, d := range l.all(j) {
		if l.g.opened(d) {
			open = append(open, d)
		}
	}
	return open
}

// expansion builds the graph of states and turns.
type expansion struct {
	g      *streets
	out    *leaving
	bans   *bans
	state  []int32 // of each trail
	trails []int32 // of each copy
	has    []bool  // by directed edge: it has copies
	begins []bool  // by directed edge: a forbidden sequence begins with it
	costs  turnCosts
}

// expand sets copies, turns and turnMs of g.
func expand(g *streets, out *leaving, b *bans) {
	x := &expansion{g: g, out: out, bans: b, costs: newTurnCosts(&g.profile), has: make([]bool, 2*len(g.from)),
		begins: make([]bool, 2*len(g.from))}
	for p := range b.pair {
		x.begins[p[0]] = true
	}
	for t := range b.list {
		x.trails = append(x.trails, int32(t))
		x.begins[b.list[t][0]] = true
	}
	end := func(t int32) int32 { return b.list[t][len(b.list[t])-1] }
	slices.SortStableFunc(x.trails, func(s, t int32) int { return int(end(s)) - int(end(t)) })
	x.state = make([]int32, len(b.list))
	for k, t := range x.trails {
		x.state[t] = int32(2*len(g.from) + k)
		g.copies = append(g.copies, end(t))
		x.has[end(t)] = true
	}
	states := 2*len(g.from) + len(g.copies)
	g.turns.First = make([]int32, 1, states+1)
	for s := range int32(states) {
		if d := g.directed(s); g.opened(d) {
			x.turnsOf(s, d)
		}
		g.turns.First = append(g.turns.First, int32(len(g.turns.Head)))
	}
}

// turnsOf adds the arcs of one state: the allowed turns, and arcs without use to the other states of its edge, which keep
// all states of an edge on one way to the root of the hierarchy, so that one search serves them all.
func (x *expansion) turnsOf(s, d int32) {
	g := x.g
	history := []int32{d}
	if n := int32(2 * len(g.from)); s >= n {
		history = x.bans.list[x.trails[s-n]]
	}
	outs := x.out.of(g.head(d))
	begin := len(g.turns.Head)
	for _, next := range outs {
		if next != d^1 { // d itself follows on d where a street ends where it began
			x.turn(history, d, next, x.costs.ms(g, d, next, len(x.out.all(g.head(d)))))
		}
	}
	deadEnd := len(g.turns.Head) == begin
	if g.opened(d^1) && (g.profile.UTurns || deadEnd) {
		x.turn(history, d, d^1, x.costs.uTurnMs)
	}
	for _, other := range x.statesOf(d >> 1) {
		if other != s && g.opened(g.directed(other)) && !slices.Contains(g.turns.Head[begin:], other) {
			g.turns.Head, g.turnMs = append(g.turns.Head, other), append(g.turnMs, noTurn)
		}
	}
}

func (x *expansion) turn(history []int32, d, next, ms int32) {
	to := next
	if len(history) > 1 || x.begins[history[0]] {
		switch t := x.bans.next(history, next); t {
		case -1:
			return
		case -2:
		default:
			to = x.state[t]
		}
	}
	x.g.turns.Head, x.g.turnMs = append(x.g.turns.Head, to), append(x.g.turnMs, ms)
}

func (x *expansion) statesOf(e int32) []int32 {
	states := []int32{2 * e, 2*e + 1}
	if x.has[2*e] || x.has[2*e+1] {
		states = x.g.appendCopies(states, e)
	}
	return states
}

// appendCopies appends the copies of both directed edges of e.
func (g *streets) appendCopies(states []int32, e int32) []int32 {
	k, _ := slices.BinarySearch(g.copies, 2*e)
	for ; k < len(g.copies) && g.copies[k]>>1 == e; k++ {
		states = append(states, int32(2*len(g.from)+k))
	}
	return states
}

// turnCosts are the losses at turns.
type turnCosts struct {
	turnMs, acrossMs float64
	uTurnMs, ferryMs int32
	side             float64 // sign of the angle of turns across oncoming traffic
}

func newTurnCosts(p *Profile) turnCosts {
	c := turnCosts{turnMs: 1000 * p.TurnSec, acrossMs: 1000 * p.AcrossSec, uTurnMs: int32(1000 * p.UTurnSec), ferryMs: int32(1000 * p.FerryWaitSec), side: -1}
	if p.LeftHand {
		c.side = 1
	}
	return c
}

// turnBend is how fast the loss grows around a right angle: a logistic curve in the angle, as in the profiles of OSRM.
const turnBend = 14.0

// ms is the loss on going from directed edge d to next at a junction of ways streets.
func (c turnCosts) ms(g *streets, d, next int32, ways int) int32 {
	ms := 0.0
	if ways > 2 && c.turnMs+c.acrossMs > 0 {
		angle := turnAngle(g.bearingAtEnd(d), g.bearingAtStart(next))
		share := 1 / (1 + math.Exp((90-math.Abs(angle))/turnBend))
		ms = c.turnMs * share
		if angle*c.side > 0 && !g.flag(d>>1, flagRound) {
			ms += c.acrossMs * share
		}
	}
	if g.class(next>>1) == Ferry && g.class(d>>1) != Ferry {
		ms += float64(c.ferryMs)
	}
	return int32(math.Round(ms))
}

// turnAngle is the change of direction from one bearing to another, in degrees: -180…180, rightwards positive.
func turnAngle(from, to float64) float64 { return math.Remainder(to-from, 360) }

// bearingM is the length of street that decides the direction at a junction; shorter pieces are often drawn askew.
const bearingM = 12

func (g *streets) bearingAtStart(d int32) float64 {
	first, last := g.shapeFirst[d>>1], g.shapeFirst[d>>1+1]-1
	if d&1 == 0 {
		k := first + 1
		for k < last && g.shapeCm[k] < 100*bearingM {
			k++
		}
		return bearing(g.shape[first], g.shape[k])
	}
	k := last - 1
	for k > first && g.shapeCm[last]-g.shapeCm[k] < 100*bearingM {
		k--
	}
	return bearing(g.shape[last], g.shape[k])
}

func (g *streets) bearingAtEnd(d int32) float64 { return math.Mod(g.bearingAtStart(d^1)+180, 360) }

// bearing is the direction from a to b in degrees clockwise from north, 0…360, on a plane at a.
func bearing(a, b orb.Point) float64 {
	x, y := (b[0]-a[0])*math.Cos(a[1]*math.Pi/180), b[1]-a[1]
	if x == 0 && y == 0 {
		return 0
	}
	deg := math.Atan2(x, y) * 180 / math.Pi
	if deg < 0 {
		deg += 360
	}
	return deg
}

// closeTraps closes the directed edges from which, with all turns and restrictions, the largest part of the states cannot
// be reached and come back to, and notes what goes.
func (g *streets) closeTraps(r *Report) {
	states := len(g.turns.First) - 1
	of, count := parts(g.turns.First, func(_, place int32) int32 {
		if g.turnMs[place] == noTurn {
			return -1
		}
		return g.turns.Head[place]
	})
	best, _ := largest(of, count, func(s int32) bool { return g.opened(g.directed(s)) })
	alive := make([]bool, 2*len(g.from))
	for s := range int32(states) {
		if of[s] == best {
			alive[g.directed(s)] = true
		}
	}
	for e := range int32(len(g.from)) {
		for d := 2 * e; d < 2*e+2; d++ {
			if g.opened(d) && !alive[d] {
				g.open[e] &^= openForward << (d & 1)
				r.Traps++
			}
		}
		if g.open[e] == 0 {
			r.DroppedM += float64(g.lengthCm(e)) / 100
		} else {
			r.KeptM += float64(g.lengthCm(e)) / 100
		}
	}
}

// dissectionMap is the street map as the dissection takes it: junctions on a plane.
func (g *streets) dissectionMap() cch.Map {
	m := cch.Map{X: make([]float64, g.junctions), Y: make([]float64, g.junctions), From: g.from, To: g.to}
	scale := math.Cos(g.bound.Center().Lat() * math.Pi / 180)
	for e := range g.from {
		a, b := g.shape[g.shapeFirst[e]], g.shape[g.shapeFirst[e+1]-1]
		m.X[g.from[e]], m.Y[g.from[e]] = a[0]*scale, a[1]
		m.X[g.to[e]], m.Y[g.to[e]] = b[0]*scale, b[1]
	}
	return m
}
