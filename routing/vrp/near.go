package vrp

import (
	"cmp"
	"context"
	"math"
	"slices"

	"quartermaster/routing"
)

// addNeighbours fills near by the correlation of Vidal et al. (Computers & Operations Research 40, 2013, section 4.2):
// travel plus a share of the waiting and lateness that going from one straight to the other brings at best; and around
// by distance alone.
func (m *model) addNeighbours(ctx context.Context, width int) {
	if width == 0 {
		width = defaultNeighbours
	}
	m.reach = max(min(width, len(m.movers)-1), 0)
	m.near, m.around = make([]nearby, m.n*m.reach), make([]int32, m.n*m.reach)
	t := &m.p.Matrix
	var pool []int32
	var tree *kdTree
	found := make([]nearPoint, 0, 4*m.reach+1)
	if t.Plane != nil {
		x, y := make([]float64, m.n), make([]float64, m.n)
		for i, l := range m.loc {
			x[i], y[i] = t.Plane.X[l], t.Plane.Y[l]
		}
		tree = newKDTree(x, y, m.movers)
	}
	type ranked struct {
		score int64
		stop  int32
	}
	var near, around []ranked
	for _, i := range m.movers {
		if ctx.Err() != nil {
			return
		}
		pool = m.movers
		if tree != nil && len(m.movers) > 4*m.reach {
			found = tree.nearest(tree.x[i], tree.y[i], i, 4*m.reach, found)
			pool = pool[:0:0]
			for _, f := range found {
				pool = append(pool, f.id)
			}
		}
		near, around = near[:0], around[:0]
		for _, j := range pool {
			if i != j {
				near = append(near, ranked{min(m.correlation(t, i, j), m.correlation(t, j, i)), j})
				around = append(around, ranked{min(m.apart(t, i, j), m.apart(t, j, i)), j})
			}
		}
		byScore := func(a, b ranked) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.stop, b.stop)) }
		slices.SortFunc(near, byScore)
		slices.SortFunc(around, byScore)
		for k := range m.reach {
			j := near[k].stop
			m.near[int(i)*m.reach+k] = nearby{j, int32(min(m.apart(t, j, i), math.MaxInt32)), int32(min(m.apart(t, i, j), math.MaxInt32))}
			m.around[int(i)*m.reach+k] = around[k].stop
		}
	}
}

const defaultNeighbours = 64

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
