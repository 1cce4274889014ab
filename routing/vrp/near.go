package vrp

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"quartermaster/routing"
	"quartermaster/routing/vrp/kdtree"
)

// addNeighbours fills near by the correlation of Vidal et al. (Computers & Operations Research 40, 2013, section 4.2):
// travel plus a share of the waiting and lateness that going from one straight to the other brings at best; and around
// by distance alone. Each worker fills a part of the rows.
//
// Where ctx ends or half a budget by the clock is spent before all stops have theirs it leaves the rest: the other half is needed to place
// stops at all.
func (m *model) addNeighbours(ctx context.Context, o Options) {
	m.reach = max(min(cmp.Or(o.Neighbours, defaultReach(len(m.movers))), len(m.movers)-1), 0)
	m.near, m.around = make([]nearby, m.n*m.reach), make([]int32, m.n*m.reach)
	var tree *kdtree.Tree
	var x, y []float64
	if plane := m.p.Matrix.Plane; plane != nil && len(m.movers) > poolReaches*m.reach {
		x, y = make([]float64, m.n), make([]float64, m.n)
		for i, l := range m.loc {
			x[i], y[i] = plane.X[l], plane.Y[l]
		}
		tree = kdtree.New(x, y, m.movers)
	}
	var stopped atomic.Bool
	late := func(k int) bool {
		if ctx.Err() != nil || k%spentEvery == spentEvery-1 && o.Spent != nil && o.Spent() >= layoutShare {
			stopped.Store(true)
		}
		return stopped.Load()
	}
	workers := max(o.Workers, 1)
	part := (len(m.movers) + workers - 1) / workers
	var wait sync.WaitGroup
	for from := 0; from < len(m.movers); from += part {
		wait.Go(func() {
			desk := nearDesk{m: m}
			for k, i := range m.movers[from:min(from+part, len(m.movers))] {
				if late(k) {
					return
				}
				if tree != nil {
					desk.nearest(tree, x, y, i)
				} else {
					desk.pool = m.movers
				}
				desk.fill(i)
			}
		})
	}
	wait.Wait()
}

// nearDesk is what a worker needs to fill rows of near stops.
type nearDesk struct {
	m            *model
	pool         []int32 // stops that may be near
	found        []kdtree.Point
	near, around least
}

// nearest lets those compete for i's row that lie nearest to it in the plane.
func (d *nearDesk) nearest(tree *kdtree.Tree, x, y []float64, i int32) {
	d.found = tree.Nearest(x[i], y[i], i, poolReaches*d.m.reach, d.found)
	d.pool = d.pool[:0]
	for _, f := range d.found {
		d.pool = append(d.pool, f.ID)
	}
}

// fill writes the rows of stop i.
func (d *nearDesk) fill(i int32) {
	m, t := d.m, &d.m.p.Matrix
	near, around := d.near[:0], d.around[:0]
	for _, j := range d.pool {
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
	d.near, d.around = near, around
}

// defaultReach is how many near stops each has where Options do not say: fewer where there are so many that the lists alone would take
// minutes.
func defaultReach(stops int) int {
	switch {
	case stops > 50_000:
		return 16
	case stops > 10_000:
		return 32
	}
	return 64
}

const (
	poolReaches = 4   // as many times the near stops compete for a row in the plane
	layoutShare = 0.5 // of a budget by the clock that goes into near stops at most
	spentEvery  = 1024
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
