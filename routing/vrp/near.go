package vrp

import (
	"cmp"
	"context"
	"math"
	"slices"

	"quartermaster/routing"
	"quartermaster/routing/vrp/kdtree"
)

// addNeighbours fills near by the correlation of Vidal et al. (Computers & Operations Research 40, 2013, section 4.2):
// travel plus a share of the waiting and lateness that going from one straight to the other brings at best; and around
// by distance alone.
//
// Where ctx ends or a budget by the clock is spent before all stops have theirs it leaves the rest: no plan would be searched with them.
func (m *model) addNeighbours(ctx context.Context, o Options) {
	width := o.Neighbours
	if width == 0 {
		width = defaultNeighbours
	}
	m.reach = max(min(width, len(m.movers)-1), 0)
	m.near, m.around = make([]nearby, m.n*m.reach), make([]int32, m.n*m.reach)
	t := &m.p.Matrix
	var pool []int32
	var tree *kdtree.Tree
	var x, y []float64
	found := make([]kdtree.Point, 0, 4*m.reach+1)
	if t.Plane != nil {
		x, y = make([]float64, m.n), make([]float64, m.n)
		for i, l := range m.loc {
			x[i], y[i] = t.Plane.X[l], t.Plane.Y[l]
		}
		tree = kdtree.New(x, y, m.movers)
	}
	var near, around least
	for k, i := range m.movers {
		if ctx.Err() != nil || k%spentEvery == spentEvery-1 && o.Spent != nil && o.Spent() >= 1 {
			return
		}
		pool = m.movers
		if tree != nil && len(m.movers) > 4*m.reach {
			found = tree.Nearest(x[i], y[i], i, 4*m.reach, found)
			pool = pool[:0:0]
			for _, f := range found {
				pool = append(pool, f.ID)
			}
		}
		near, around = near[:0], around[:0]
		for _, j := range pool {
			if i != j {
				near.offer(ranked{min(m.correlation(t, i, j), m.correlation(t, j, i)), j}, m.reach)
				around.offer(ranked{min(m.apart(t, i, j), m.apart(t, j, i)), j}, m.reach)
			}
		}
		slices.SortFunc(near, ranked.compare)
		slices.SortFunc(around, ranked.compare)
		for k := range m.reach {
			j := near[k].stop
			m.near[int(i)*m.reach+k] = nearby{j, int32(min(m.apart(t, j, i), math.MaxInt32)), int32(min(m.apart(t, i, j), math.MaxInt32))}
			m.around[int(i)*m.reach+k] = around[k].stop
		}
	}
}

// Near stops of each where Options do not say, and after how many stops it is asked whether the budget is spent.
const (
	defaultNeighbours = 64
	spentEvery        = 1024
)

// ranked is a stop and how near it is.
type ranked struct {
	score int64
	stop  int32
}

func (a ranked) compare(b ranked) int {
	return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.stop, b.stop))
}

// least keeps the nearest of many stops, the farthest of them first, as a heap.
type least []ranked

// offer takes x in where there are fewer than most or it is nearer than the farthest.
func (l *least) offer(x ranked, most int) {
	h := *l
	if len(h) < most {
		h = append(h, x)
		for at := len(h) - 1; at > 0 && h[at].compare(h[(at-1)/2]) > 0; at = (at - 1) / 2 {
			h[at], h[(at-1)/2] = h[(at-1)/2], h[at]
		}
		*l = h
		return
	}
	if most == 0 || x.compare(h[0]) >= 0 {
		return
	}
	h[0] = x
	for at := 0; ; {
		down := 2*at + 1
		if down+1 < len(h) && h[down+1].compare(h[down]) > 0 {
			down++
		}
		if down >= len(h) || h[down].compare(h[at]) <= 0 {
			return
		}
		h[at], h[down] = h[down], h[at]
		at = down
	}
}

func (m *model) apart(t *routing.Matrix, i, j int32) int64 {
	_, metres, ok := t.Leg(m.loc[i], m.loc[j])
	if !ok {
		return never
	}
	return metres
}

func (m *model) correlation(t *routing.Matrix, i, j int32) int64 {
	sec, _, ok := t.Leg(m.loc[i], m.loc[j])
	if !ok {
		return never
	}
	service := m.p.Stops[i].ServiceSec
	wait := max(m.open[j]-service-sec-m.close[i], 0)
	late := max(m.open[i]+service+sec-m.close[j], 0)
	return 5*sec + wait + 5*late // weights 1, 0.2 and 1 in whole numbers
}
