package road

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Fix is one point of a GPS trace.
type Fix struct {
	Point   orb.Point
	TimeSec float64 // from any origin, rising; all equal = not known
}

// MatchOptions steer map matching. The zero value works.
type MatchOptions struct {
	// SigmaM is the standard deviation of a fix from its true position; default 10.
	SigmaM float64
	// RadiusM is how far a street may be; default 4 × SigmaM, at least 25.
	RadiusM float64
	// GapSec is the pause between two fixes that ends a piece of the trace; default 60.
	GapSec float64
	// KeepAll uses every fix; by default fixes nearer than 2.5 × SigmaM to the one used before are left out, since they
	// say more about noise than about the way (Newson and Krumm leave out those within 2).
	KeepAll bool
}

// Matching is one connected piece of a matched trace.
type Matching struct {
	Path       Path
	First      int     // first fix of the piece
	Last       int     // last fix
	Confidence float64 // 0…1: how much likelier the way found is than the best other one that ends elsewhere
	Places     []Place // of each fix First … Last, on the way
	Used       []bool  // the fix took part; others were near their neighbour or far from every street
	AlongM     []float64
}

// ErrTrace marks a trace that cannot be matched.
var ErrTrace = errors.New("road: unusable trace")

const (
	maxFixes        = 200_000
	maxSpeedMs      = 70.0
	maxCandidates   = 10   // streets a fix
	beam            = 18.0 // log likelihood behind the best beyond which a candidate is given up
	farEmission     = 8.0  // what a fix loses that lies as far from its street as streets are looked for
	backwardSigma   = 4.0  // so many standard deviations a fix may lie behind its predecessor on one street
	detourM         = 250.0
	spacingSigma    = 2.5
	transitionSigma = 0.45
	armCm           = 6000   // along an edge between two of its places, at least
	uTurnCm         = 25_000 // drivers seldom turn round; noise often looks as if they did
)

// Match finds the streets that a trace was driven on. Method: a hidden Markov model whose states are the places of each fix
// on the streets near it, by direction; a place is the likelier the nearer it is (normal), a transition the likelier the less
// its length along the streets, turns allowed, differs from the straight one (exponential); the likeliest sequence by
// Viterbi's recursion (Newson, Krumm, "Hidden Markov Map Matching Through Noise and Sparseness", ACM GIS 2009, equations 1
// and 2). Where no street connects two fixes, or they lie too far apart in time, the trace is cut in pieces; fixes far from
// every street are passed over. The error wraps ErrTrace when nothing is left, or is ctx's own.
func (g *Graph) Match(ctx context.Context, fixes []Fix, o MatchOptions) ([]Matching, error) {
	m := g.Matcher()
	return m.Match(ctx, fixes, o)
}

// Matcher is the workspace of matching many traces. One serves one goroutine.
type Matcher struct {
	g      *Graph
	o      MatchOptions
	dist   []int32 // centimetres to the end of a state's edge, valid where stamp is that of the search at work
	from   []int32 // state before
	stamp  []uint32
	now    uint32
	queue  []reach
	calm   calming
	steps  []step
	arena  []candidate
	nearby []nearPiece
}

// candidate is a place of a fix on a directed edge.
type candidate struct {
	d      int32
	cm     int32 // from the start of the directed edge
	offM   float64
	score  float64 // log likelihood of the best way to here
	before int32   // candidate of the step before, -1 at a start
}

// step is one used fix with its candidates.
type step struct {
	fix   int
	at    orb.Point // smoothed
	sec   float64
	sigma float64 // of at
	cands []candidate
	start bool // begins a piece
}

type reach struct {
	cm    int32
	state int32
}

type nearPiece struct {
	edge int32
	cm   int32
	sq   float64
}

// Matcher returns a workspace for matching on this graph.
func (g *Graph) Matcher() *Matcher {
	n := g.States()
	return &Matcher{g: g, dist: make([]int32, n), from: make([]int32, n), stamp: make([]uint32, n)}
}

func (o MatchOptions) filled() MatchOptions {
	if !(o.SigmaM > 0) {
		o.SigmaM = 10
	}
	o.SigmaM = min(max(o.SigmaM, 1), 200)
	if !(o.RadiusM > 0) {
		o.RadiusM = max(4*o.SigmaM, 25)
	}
	o.RadiusM = min(o.RadiusM, MaxSnapM)
	if !(o.GapSec > 0) {
		o.GapSec = 60
	}
	return o
}

// Match is Graph.Match.
func (m *Matcher) Match(ctx context.Context, fixes []Fix, o MatchOptions) ([]Matching, error) {
	if len(fixes) < 2 || len(fixes) > maxFixes {
		return nil, fmt.Errorf("%w: %d fixes; give 2 to %d", ErrTrace, len(fixes), maxFixes)
	}
	m.o, m.steps, m.arena = o.filled(), m.steps[:0], m.arena[:0]
	if err := m.calm.take(fixes, m.o); err != nil {
		return nil, err
	}
	for k := range m.calm.fix {
		if k%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		m.take(k)
	}
	found := m.pieces(fixes)
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: no two fixes lie on streets that lead from one to the other within %.0f m", ErrTrace, m.o.RadiusM)
	}
	return found, nil
}

// take adds kept fix k as a step unless it is too near to the last one, or far from every street.
func (m *Matcher) take(k int) {
	c := &m.calm
	last := k == len(c.fix)-1
	p, sigma := c.mean(k, m.o.SigmaM)
	var before *step
	moved := 0.0
	if n := len(m.steps); n > 0 {
		before = &m.steps[n-1]
		moved = planeM(before.at, p)
		if !m.o.KeepAll && !last && moved < spacingSigma*m.o.SigmaM && c.sec[k]-before.sec < m.o.GapSec {
			return
		}
	}
	begin := len(m.arena)
	m.candidates(p, min(m.o.RadiusM, max(4*sigma, m.o.RadiusM*0.6)))
	cands := m.arena[begin:len(m.arena):len(m.arena)]
	if len(cands) == 0 {
		return
	}
	s := step{fix: c.fix[k], at: p, sec: c.sec[k], sigma: sigma, cands: cands, start: true}
	if before != nil && s.sec-before.sec <= m.o.GapSec {
		s.start = !m.connect(before, &s, moved)
	}
	if s.start {
		for k := range cands {
			cands[k].score, cands[k].before = emission(&cands[k], sigma), -1
		}
	}
	m.steps = append(m.steps, s)
}

func emission(c *candidate, sigma float64) float64 {
	x := c.offM / sigma
	return -0.5 * x * x
}

// planeM is the distance of two near points on a plane.
func planeM(a, b orb.Point) float64 {
	x := (b[0] - a[0]) * math.Cos((a[1]+b[1])*math.Pi/360) * metresPerDegree
	y := (b[1] - a[1]) * metresPerDegree
	return math.Sqrt(x*x + y*y)
}

// candidates appends to the arena the places within a radius of p, one a street and direction.
func (m *Matcher) candidates(p orb.Point, radiusM float64) {
	g := m.g
	near := m.around(p, radiusM)
	for _, n := range near[:min(len(near), maxCandidates)] {
		cm, off := n.cm, math.Sqrt(n.sq)
		if d := 2 * n.edge; g.opened(d) {
			m.arena = append(m.arena, candidate{d: d, cm: cm, offM: off})
		}
		if d := 2*n.edge + 1; g.opened(d) {
			m.arena = append(m.arena, candidate{d: d, cm: g.lengthCm(n.edge) - cm, offM: off})
		}
	}
}

// collect finds the nearest place on each street within a radius of p.
func (m *Matcher) collect(p orb.Point, radiusM float64) {
	g := m.g
	c := &g.grid
	lonScale := metresPerDegree * math.Cos(p.Lat()*math.Pi/180)
	rx, ry := radiusM/lonScale, radiusM/metresPerDegree
	x0, x1 := max(0, int(math.Floor((p[0]-rx-c.low[0])/c.lonStep))), min(c.columns-1, int(math.Floor((p[0]+rx-c.low[0])/c.lonStep)))
	y0, y1 := max(0, int(math.Floor((p[1]-ry-c.low[1])/c.latStep))), min(c.rows-1, int(math.Floor((p[1]+ry-c.low[1])/c.latStep)))
	m.nearby = m.nearby[:0]
	limit := radiusM * radiusM
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			cell := y*c.columns + x
			for k := c.first[cell]; k < c.first[cell+1]; k++ {
				corner := c.corner[k]
				a, b := g.shape[corner], g.shape[corner+1]
				ax, ay := (a[0]-p[0])*lonScale, (a[1]-p[1])*metresPerDegree
				bx, by := (b[0]-p[0])*lonScale, (b[1]-p[1])*metresPerDegree
				dx, dy := bx-ax, by-ay
				t := 0.0
				if sq := dx*dx + dy*dy; sq > 0 {
					t = min(max(-(ax*dx+ay*dy)/sq, 0), 1)
				}
				px, py := ax+t*dx, ay+t*dy
				if sq := px*px + py*py; sq <= limit {
					m.near(nearPiece{c.edge[k], g.shapeCm[corner] + int32(t*float64(g.shapeCm[corner+1]-g.shapeCm[corner])), sq})
				}
			}
		}
	}
}

// near keeps the nearest place on each edge, and on one that winds back on itself the nearest on each arm.
func (m *Matcher) near(n nearPiece) {
	for k := range m.nearby {
		if o := &m.nearby[k]; o.edge == n.edge && o.cm-n.cm < armCm && n.cm-o.cm < armCm {
			if n.sq < m.nearby[k].sq {
				m.nearby[k] = n
			}
			return
		}
	}
	m.nearby = append(m.nearby, n)
}

// connect scores the candidates of a step from those of the step before; false when no street leads to any.
func (m *Matcher) connect(last, next *step, straightM float64) bool {
	before, now := last.cands, next.cands
	beta := transitionSigma * (last.sigma + next.sigma)
	best := math.Inf(-1)
	for k := range before {
		best = max(best, before[k].score)
	}
	for k := range now {
		now[k].score, now[k].before = math.Inf(-1), -1
	}
	// Most fixes follow each other along a street: a way so much longer than the straight line that its candidate would be given
	// up is not looked for unless there is no other.
	near := min(searchLimit(straightM), int32(100*(straightM+(beam+farEmission)*beta)))
	return m.link(before, now, best, near, straightM, beta, next.sigma) ||
		near < searchLimit(straightM) && m.link(before, now, best, searchLimit(straightM), straightM, beta, next.sigma)
}

// link scores candidates by the ways no longer than a limit, in centimetres, from those before.
func (m *Matcher) link(before, now []candidate, best float64, limit int32, straightM, beta, sigma float64) bool {
	linked := false
	for k := range before {
		b := &before[k]
		if b.score < best-beam {
			continue
		}
		m.search(b, limit)
		for j := range now {
			if cm, ok := m.length(b, &now[j]); ok {
				if s := b.score - math.Abs(float64(cm)/100-straightM)/beta; s > now[j].score {
					now[j].score, now[j].before = s, int32(k)
					linked = true
				}
			}
		}
	}
	if linked {
		for k := range now {
			now[k].score += emission(&now[k], sigma)
		}
	}
	return linked
}

// searchLimit is how far, in centimetres, the streets between two fixes are followed.
func searchLimit(straightM float64) int32 {
	return int32(100 * min(2*straightM+detourM, maxEdgeCm/100))
}

// length returns the way along the streets from a candidate, around which search has looked, to another.
func (m *Matcher) length(a, b *candidate) (cm int32, ok bool) {
	if a.d == b.d {
		if b.cm >= a.cm {
			return b.cm - a.cm, true
		}
		// Noise alone makes a fix lie behind the one before; nobody drove back.
		if back := a.cm - b.cm; float64(back) < 100*backwardSigma*m.o.SigmaM {
			return 0, true
		}
	}
	g := m.g
	best, found := int32(math.MaxInt32), false
	look := func(state int32) {
		if m.stamp[state] == m.now {
			if to := m.dist[state] - g.lengthCm(b.d>>1) + b.cm; to < best {
				best, found = to, true
			}
		}
	}
	look(b.d)
	if len(g.copies) > 0 {
		k, _ := slices.BinarySearch(g.copies, b.d)
		for ; k < len(g.copies) && g.copies[k] == b.d; k++ {
			look(int32(2*len(g.from) + k))
		}
	}
	return best, found
}

// search measures the ways from a candidate to the ends of the states after its own, as far as limit, by Dijkstra's search.
func (m *Matcher) search(a *candidate, limit int32) {
	g := m.g
	m.now++
	m.queue = m.queue[:0]
	m.follow(a.d, -1, g.lengthCm(a.d>>1)-a.cm, limit)
	for len(m.queue) > 0 {
		x := m.pop()
		if x.cm > m.dist[x.state] {
			continue
		}
		m.follow(x.state, x.state, x.cm, limit)
	}
}

// follow queues the states after one whose end is cm away. The length to a state's end counts its whole edge; what lies
// beyond a place on it is taken off again by length.
func (m *Matcher) follow(state, from, cm, limit int32) {
	g := m.g
	if cm > limit {
		return
	}
	for a := g.turns.First[state]; a < g.turns.First[state+1]; a++ {
		next := g.turns.Head[a]
		d := g.directed(next)
		if g.turnMs[a] == noTurn || g.w.ms[d] == noDrive {
			continue
		}
		to := cm + g.lengthCm(d>>1)
		if d == g.directed(state)^1 {
			to += uTurnCm
		}
		if m.stamp[next] == m.now && m.dist[next] <= to {
			continue
		}
		m.stamp[next], m.dist[next], m.from[next] = m.now, to, from
		m.push(reach{to, next})
	}
}

func (m *Matcher) push(x reach) {
	m.queue = append(m.queue, x)
	i := len(m.queue) - 1
	for i > 0 && m.queue[(i-1)/2].cm > x.cm {
		m.queue[i] = m.queue[(i-1)/2]
		i = (i - 1) / 2
	}
	m.queue[i] = x
}

func (m *Matcher) pop() reach {
	top, x := m.queue[0], m.queue[len(m.queue)-1]
	m.queue = m.queue[:len(m.queue)-1]
	n := len(m.queue)
	for i := 0; n > 0; {
		k := 2*i + 1
		if k < n-1 && m.queue[k+1].cm < m.queue[k].cm {
			k++
		}
		if k >= n || m.queue[k].cm >= x.cm {
			m.queue[i] = x
			break
		}
		m.queue[i] = m.queue[k]
		i = k
	}
	return top
}
