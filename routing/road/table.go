package road

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"quartermaster/routing"
	"quartermaster/routing/road/cch"
)

// Table holds travel from each source to each target, row-major: cell [s*Targets+t]. routing.Unreachable marks no way.
type Table struct {
	Sources, Targets int
	DurationSec      []int32
	DistanceM        []int32
}

// maxCells bounds a table that is held as a whole to 4 GiB; larger ones are streamed.
const maxCells = 1 << 29

// Matrix returns the fastest ways between all places, in a square of len(places) locations in their order. The answer is
// the same for any number of workers (goroutines, at least one is used). The error wraps ErrPlace for a place that is not
// on this graph, or is ctx's own when ctx ends first.
func (g *Graph) Matrix(ctx context.Context, places []Place, workers int) (routing.Matrix, error) {
	t, err := g.Table(ctx, places, places, workers)
	if err != nil {
		return routing.Matrix{}, err
	}
	return routing.Matrix{N: len(places), DurationSec: t.DurationSec, DistanceM: t.DistanceM}, nil
}

// Table returns the fastest ways from each source to each target, as Matrix does for a square.
func (g *Graph) Table(ctx context.Context, sources, targets []Place, workers int) (Table, error) {
	if len(sources) > 0 && len(targets) > maxCells/len(sources) {
		return Table{}, fmt.Errorf("road: table of %d × %d places is too large; ask for at most %d cells at once, or stream it",
			len(sources), len(targets), maxCells)
	}
	t := Table{Sources: len(sources), Targets: len(targets)}
	t.DurationSec, t.DistanceM = make([]int32, len(sources)*len(targets)), make([]int32, len(sources)*len(targets))
	err := g.rows(ctx, sources, targets, workers, func(i int, row []weight) {
		sec, metres := t.DurationSec[i*len(targets):(i+1)*len(targets)], t.DistanceM[i*len(targets):(i+1)*len(targets)]
		for k, w := range row {
			sec[k], metres[k] = cells(w)
		}
	})
	if err != nil {
		return Table{}, err
	}
	return t, nil
}

// SpeedPercent is how fast the ways from a source are driven in another table of the same places against this one, %: 100
// where they are driven alike or cannot be compared, 5 at least and 300 at most.
func (t *Table) SpeedPercent(then *Table, source int) int64 {
	a, b := 0.0, 0.0
	for k := source * t.Targets; k < (source+1)*t.Targets; k++ {
		if t.DurationSec[k] != routing.Unreachable && then.DurationSec[k] != routing.Unreachable {
			a, b = a+float64(t.DurationSec[k]), b+float64(then.DurationSec[k])
		}
	}
	if a == 0 || b == 0 {
		return 100
	}
	return min(max(int64(math.Round(100*a/b)), 5), 300)
}

// Stream computes a table of any size and hands out its rows one at a time, in no set order, each once. The slices are
// valid during the call only; an error of row ends the work and is returned.
func (g *Graph) Stream(ctx context.Context, sources, targets []Place, workers int, row func(source int, durationSec, distanceM []int32) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var mu sync.Mutex
	sec, metres := make([]int32, len(targets)), make([]int32, len(targets))
	err := g.rows(ctx, sources, targets, workers, func(i int, ws []weight) {
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		for k, w := range ws {
			sec[k], metres[k] = cells(w)
		}
		if err := row(i, sec, metres); err != nil {
			stop(err)
		}
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func cells(w weight) (sec, metres int32) {
	if w >= unreached {
		return routing.Unreachable, routing.Unreachable
	}
	return int32((w>>32 + 500) / 1000), int32((w&(1<<32-1) + 50) / 100)
}

// rows hands out the weights from each source to all targets.
func (g *Graph) rows(ctx context.Context, sources, targets []Place, workers int, row func(i int, ws []weight)) error {
	from, err := g.spots("sources", sources)
	if err != nil {
		return err
	}
	to, err := g.spots("targets", targets)
	if err != nil {
		return err
	}
	s, t := cch.Points{First: []int32{0}}, cch.Points{First: []int32{0}}
	for i := range from {
		s.Seeds = g.leaving(s.Seeds, &from[i])
		s.First = append(s.First, int32(len(s.Seeds)))
	}
	for i := range to {
		t.Seeds = g.reaching(t.Seeds, &to[i])
		t.First = append(t.First, int32(len(t.Seeds)))
	}
	byEdge := make([]int32, len(to))
	for k := range byEdge {
		byEdge[k] = int32(k)
	}
	slices.SortFunc(byEdge, func(a, b int32) int { return cmp.Or(cmp.Compare(to[a].edge, to[b].edge), cmp.Compare(a, b)) })
	return g.topology.Table(ctx, g.w.metric, s, t, workers, func(i int, ws []weight) {
		for k := range ws {
			if ws[k] < unreached {
				ws[k] -= to[k].bias
			}
		}
		// On one edge the search knows no order: a state before itself is no way. These few are asked for one by one.
		k, _ := slices.BinarySearchFunc(byEdge, from[i].edge, func(t, e int32) int { return cmp.Compare(to[t].edge, e) })
		for ; k < len(byEdge) && to[byEdge[k]].edge == from[i].edge; k++ {
			q, done := g.search()
			ws[byEdge[k]] = g.sameEdge(q, &from[i], &to[byEdge[k]])
			done()
		}
		row(i, ws)
	})
}

// sameEdge returns the fastest way between two spots of one edge: along it, or off it by any of the turns at its ends and
// back again.
func (g *Graph) sameEdge(q *cch.Search, a, b *spot) weight {
	best := along(a, b)
	targets := g.reaching(nil, b)
	g.eachOff(a, func(_, _ int32, seed cch.Seed) {
		if w := q.Distance(g.w.metric, []cch.Seed{seed}, targets, 0); w < unreached {
			best = min(best, w-b.bias)
		}
	})
	return best
}

// eachOff calls visit with each turn off the edge of a spot and the seed behind it.
func (g *Graph) eachOff(a *spot, visit func(d, arc int32, seed cch.Seed)) {
	for dir := range int32(2) {
		if !a.use[dir] {
			continue
		}
		d := 2*a.edge + dir
		for arc := g.turns.First[d]; arc < g.turns.First[d+1]; arc++ {
			if w := g.w.metric.Arc[arc]; w < unreached {
				visit(d, arc, cch.Seed{Rank: g.topology.Rank[g.turns.Head[arc]], Weight: a.rest[dir] + w})
			}
		}
	}
}
