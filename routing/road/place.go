package road

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/paulmach/orb"
)

// ErrPlace marks a Place that does not lie on the graph it is used with.
var ErrPlace = errors.New("road: place not on this graph")

// RandomPlace draws a place uniformly by length from the streets where people live and shops stand: residential,
// living_street, tertiary and unclassified; from all streets when there are none of these.
func (g *Graph) RandomPlace(rng *rand.Rand) Place {
	at := rng.Int64N(g.doorEndCm[len(g.doorEndCm)-1])
	k, _ := slices.BinarySearch(g.doorEndCm, at+1)
	begin := int64(0)
	if k > 0 {
		begin = g.doorEndCm[k-1]
	}
	e := g.doors[k]
	// Half a centimetre further, the middle of the centimetre drawn, keeps clear of the junctions.
	return g.place(e, (float64(at-begin)+0.5)/float64(g.lengthCm(e)))
}

func (g *Graph) chooseDoors() {
	for _, all := range []bool{false, true} {
		sum := int64(0)
		for e, c := range g.class {
			if cm := g.lengthCm(int32(e)); cm > 0 && (all || consigneeClasses[c]) {
				sum += int64(cm)
				g.doors = append(g.doors, int32(e))
				g.doorEndCm = append(g.doorEndCm, sum)
			}
		}
		if sum > 0 {
			return
		}
	}
	// Every street has length zero: one place is as good as another.
	g.doors, g.doorEndCm = []int32{0}, []int64{1}
}

func (g *Graph) lengthCm(e int32) int32 { return g.shapeCm[g.shapeFirst[e+1]-1] }

// place returns the place at fraction of edge e.
func (g *Graph) place(e int32, fraction float64) Place {
	p := Place{Edge: e, Fraction: min(max(fraction, 0), 1)}
	k, t := g.locate(p)
	a, b := g.shape[k], g.shape[k+1]
	p.Point = orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
	return p
}

// locate returns the shape point before p and how far on p lies towards the next one, 0…1.
func (g *Graph) locate(p Place) (k int, t float64) {
	first, last := int(g.shapeFirst[p.Edge]), int(g.shapeFirst[p.Edge+1])-1
	cm := p.Fraction * float64(g.shapeCm[last])
	k = first + sort.Search(last-first-1, func(i int) bool { return float64(g.shapeCm[first+i+1]) > cm })
	if width := g.shapeCm[k+1] - g.shapeCm[k]; width > 0 {
		t = min(max((cm-float64(g.shapeCm[k]))/float64(width), 0), 1)
	}
	return k, t
}

// spot is a place in the units of the search.
type spot struct {
	edge             int32
	fraction         float64
	cm, fwdMs, bwdMs int32 // from the start of the edge
}

func (g *Graph) spot(p Place) (spot, error) {
	if p.Edge < 0 || int(p.Edge) >= g.Edges() {
		return spot{}, fmt.Errorf("%w: edge %d; the graph has 0…%d. Snap the point on this graph", ErrPlace, p.Edge, g.Edges()-1)
	}
	if !(p.Fraction >= 0 && p.Fraction <= 1) {
		return spot{}, fmt.Errorf("%w: fraction %v; give 0…1", ErrPlace, p.Fraction)
	}
	k, t := g.locate(p)
	return spot{edge: p.Edge, fraction: p.Fraction, cm: between(g.shapeCm, k, t), fwdMs: between(g.shapeFwdMs, k, t), bwdMs: between(g.shapeBwdMs, k, t)}, nil
}

func (g *Graph) spots(name string, places []Place) ([]spot, error) {
	spots := make([]spot, len(places))
	for i, p := range places {
		s, err := g.spot(p)
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", name, i, err)
		}
		spots[i] = s
	}
	return spots, nil
}

func between(at []int32, k int, t float64) int32 {
	return at[k] + int32(math.Round(t*float64(at[k+1]-at[k])))
}
