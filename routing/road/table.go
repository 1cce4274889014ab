package road

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"quartermaster/routing"
)

// Table holds travel from each source to each target, row-major: cell [s*Targets+t]. routing.Unreachable marks no way.
type Table struct {
	Sources, Targets int
	DurationSec      []int32
	DistanceM        []int32
}

// maxCells bounds a table to 4 GiB.
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

// Table returns the fastest ways from each source to each target, as Matrix does for a square. Method: upward searches
// from all targets leave their distances in buckets at the junctions they pass, where the upward search from each source
// picks them up (Knopp, Sanders, Schultes, Schulz, Wagner, "Computing Many-to-Many Shortest Paths Using Highway
// Hierarchies", ALENEX 2007).
func (g *Graph) Table(ctx context.Context, sources, targets []Place, workers int) (Table, error) {
	from, err := g.spots("sources", sources)
	if err != nil {
		return Table{}, err
	}
	to, err := g.spots("targets", targets)
	if err != nil {
		return Table{}, err
	}
	if len(from) > 0 && len(to) > maxCells/len(from) {
		return Table{}, fmt.Errorf("road: table of %d × %d places is too large; ask for at most %d cells at once", len(from), len(to), maxCells)
	}
	buckets, err := g.fillBuckets(ctx, to, workers)
	if err != nil {
		return Table{}, err
	}
	t := Table{Sources: len(from), Targets: len(to), DurationSec: make([]int32, len(from)*len(to)), DistanceM: make([]int32, len(from)*len(to))}
	err = g.spread(ctx, len(from), workers, func(c *climber) func(i int) {
		row := make([]weight, len(to))
		return func(i int) {
			g.row(c, buckets, from[i], to, row)
			for k, w := range row {
				t.DurationSec[i*len(to)+k], t.DistanceM[i*len(to)+k] = cells(w)
			}
		}
	})
	if err != nil {
		return Table{}, err
	}
	return t, nil
}

func cells(w weight) (sec, metres int32) {
	if w >= unreached {
		return routing.Unreachable, routing.Unreachable
	}
	return int32(w.seconds()), int32(w.metres())
}

// buckets holds for each junction the targets whose search passed it.
type buckets struct {
	first  []int32
	target []int32
	weight []weight
}

// visited is one junction on the search from one target.
type visited struct {
	at     int32
	weight weight
}

func (g *Graph) fillBuckets(ctx context.Context, to []spot, workers int) (*buckets, error) {
	seen := make([][]visited, len(to))
	err := g.spread(ctx, len(to), workers, func(c *climber) func(i int) {
		return func(i int) {
			c.climb(g.reaching(to[i]), &g.hierarchy.down, &g.hierarchy.up, func(v int32, d weight) {
				seen[i] = append(seen[i], visited{v, d})
			})
		}
	})
	if err != nil {
		return nil, err
	}
	b := &buckets{first: make([]int32, g.junctions+1)}
	total := 0
	for _, s := range seen {
		total += len(s)
		for _, v := range s {
			b.first[v.at+1]++
		}
	}
	for v := range g.junctions {
		b.first[v+1] += b.first[v]
	}
	b.target, b.weight = make([]int32, total), make([]weight, total)
	fill := append([]int32(nil), b.first...)
	for t, s := range seen {
		for _, v := range s {
			b.target[fill[v.at]], b.weight[fill[v.at]] = int32(t), v.weight
			fill[v.at]++
		}
	}
	return b, nil
}

// row fills row with the ways from one spot to every target.
func (g *Graph) row(c *climber, b *buckets, from spot, to []spot, row []weight) {
	for k := range row {
		row[k] = g.along(from, to[k])
	}
	c.climb(g.leaving(from), &g.hierarchy.up, &g.hierarchy.down, func(v int32, d weight) {
		for k := b.first[v]; k < b.first[v+1]; k++ {
			if w := d + b.weight[k]; w < row[b.target[k]] {
				row[b.target[k]] = w
			}
		}
	})
}

// spread does the tasks 0 … count-1 on some goroutines, each with a climber of its own. Tasks write to places of their
// own, so that their order does not reach the answer.
func (g *Graph) spread(ctx context.Context, count, workers int, start func(c *climber) func(i int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for range max(1, min(workers, count)) {
		group.Go(func() {
			task := start(newClimber(g.junctions))
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				task(i)
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
