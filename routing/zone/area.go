package zone

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Boundary returns the corners of a cell, in order around it.
func Boundary(name string) ([][2]float64, error) {
	c, err := parse(name)
	if err != nil {
		return nil, err
	}
	corners, err := c.Boundary()
	if err != nil {
		return nil, fmt.Errorf("%w: cell %q has no boundary: %w", ErrInput, name, err)
	}
	out := make([][2]float64, len(corners))
	for i, p := range corners {
		out[i] = [2]float64{p.Lng, p.Lat}
	}
	return out, nil
}

// Tally is what is known of one cell.
type Tally struct {
	Cell  string
	Count int     // observations
	Sum   float64 // of their values
}

// Mean is the mean of the values, for speeds and the like.
func (t Tally) Mean() float64 { return t.Sum / float64(t.Count) }

// ByCell adds up values by the cell of resolution res in which they were observed, sorted by cell: demand by its sum, speeds
// by their mean. An error names the first bad point or value.
func ByCell(points []orb.Point, values []float64, res int) ([]Tally, error) {
	if len(points) != len(values) {
		return nil, fmt.Errorf("%w: %d points, %d values", ErrInput, len(points), len(values))
	}
	names, err := Cells(points, res)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	var all []Tally
	for i, name := range names {
		if math.IsNaN(values[i]) || math.IsInf(values[i], 0) {
			return nil, fmt.Errorf("%w: value %d is %v", ErrInput, i, values[i])
		}
		k, ok := at[name]
		if !ok {
			k = len(all)
			at[name] = k
			all = append(all, Tally{Cell: name})
		}
		all[k].Count++
		all[k].Sum += values[i]
	}
	slices.SortFunc(all, func(a, b Tally) int {
		if a.Cell < b.Cell {
			return -1
		}
		return 1 // no cell stands twice
	})
	return all, nil
}

// Service assigns each point to a depot: the one whose travel to it is least, among those that still have room. Points are
// taken in the order of what they would lose if their best depot were full (regret), so that those with one good depot come
// first. travel is row-major, depots × points, negative where there is no way; room is the most points of each depot, 0 =
// without limit. The result is the depot of each point, -1 where none reaches it or all that do are full.
func Service(travel []int32, depots, points int, room []int) ([]int, error) {
	if depots < 1 || points < 0 || len(travel) != depots*points || len(room) != depots {
		return nil, fmt.Errorf("%w: %d travel times and %d rooms for %d depots and %d points", ErrInput, len(travel), len(room), depots, points)
	}
	left := slices.Clone(room)
	of := make([]int, points)
	order := make([]int, points)
	regret := make([]int64, points)
	for p := range points {
		of[p], order[p] = -1, p
		best, second := int64(math.MaxInt32), int64(math.MaxInt32)
		for d := range depots {
			if t := int64(travel[d*points+p]); t >= 0 && t < best {
				best, second = t, best
			} else if t >= 0 && t < second {
				second = t
			}
		}
		regret[p] = second - best
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case regret[a] > regret[b]:
			return -1
		case regret[a] < regret[b]:
			return 1
		}
		return 0
	})
	for _, p := range order {
		for d := range depots {
			t := travel[d*points+p]
			if t < 0 || room[d] > 0 && left[d] == 0 {
				continue
			}
			if of[p] < 0 || t < travel[of[p]*points+p] {
				of[p] = d
			}
		}
		if d := of[p]; d >= 0 && room[d] > 0 {
			left[d]--
		}
	}
	return of, nil
}
