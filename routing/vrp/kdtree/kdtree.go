// Package kdtree finds nearest points in the plane.
//
// Solves which points lie nearest to a place. Takes coordinates and the numbers of the points that count, and gives numbers and
// squared distances. Method: a tree of halves (Bentley, Communications of the ACM 18(9), 1975). Never: it measures on the globe.
package kdtree

import (
	"math"
	"slices"
)

// Tree is points in one array, halved at the median of the wider side until a handful is left.
type Tree struct {
	x, y  []float64
	ids   []int32
	split []half
}

type half struct {
	low, high   int32 // span of ids
	left, right int32 // children, or -1
	minX, maxX  float64
	minY, maxY  float64
}

const leaf = 8

// New grows a tree over the points ids, those at (x[i], y[i]).
func New(x, y []float64, ids []int32) *Tree {
	t := &Tree{x: x, y: y, ids: slices.Clone(ids)}
	if len(ids) > 0 {
		t.build(0, len(ids))
	}
	return t
}

func (t *Tree) build(low, high int) int32 {
	n := half{low: int32(low), high: int32(high), left: -1, right: -1, minX: math.Inf(1), maxX: math.Inf(-1), minY: math.Inf(1), maxY: math.Inf(-1)}
	for _, i := range t.ids[low:high] {
		n.minX, n.maxX = min(n.minX, t.x[i]), max(n.maxX, t.x[i])
		n.minY, n.maxY = min(n.minY, t.y[i]), max(n.maxY, t.y[i])
	}
	at := int32(len(t.split))
	t.split = append(t.split, n)
	if high-low <= leaf {
		return at
	}
	by := t.x
	if n.maxY-n.minY > n.maxX-n.minX {
		by = t.y
	}
	mid := (low + high) / 2
	selectNth(t.ids[low:high], mid-low, by)
	t.split[at].left = t.build(low, mid)
	t.split[at].right = t.build(mid, high)
	return at
}

// selectNth orders ids so that the one of rank nth stands at its place (Hoare's selection).
func selectNth(ids []int32, nth int, by []float64) {
	low, high := 0, len(ids)-1
	for low < high {
		pivot := by[ids[(low+high)/2]]
		i, j := low, high
		for i <= j {
			for by[ids[i]] < pivot {
				i++
			}
			for by[ids[j]] > pivot {
				j--
			}
			if i <= j {
				ids[i], ids[j] = ids[j], ids[i]
				i++
				j--
			}
		}
		switch {
		case nth <= j:
			high = j
		case nth >= i:
			low = i
		default:
			return
		}
	}
}

// Point is one point found.
type Point struct {
	Far float64 // squared distance
	ID  int32
}

// Nearest writes the count points nearest to (x, y), but not skip, to found, the nearest first and lower ids first
// among equals.
func (t *Tree) Nearest(x, y float64, skip int32, count int, found []Point) []Point {
	found = found[:0]
	if len(t.split) == 0 || count == 0 {
		return found
	}
	return t.visit(0, x, y, skip, count, found)
}

func (t *Tree) visit(at int32, x, y float64, skip int32, count int, found []Point) []Point {
	n := &t.split[at]
	if n.left < 0 {
		for _, i := range t.ids[n.low:n.high] {
			if i == skip {
				continue
			}
			dx, dy := t.x[i]-x, t.y[i]-y
			found = keepNear(found, Point{dx*dx + dy*dy, i}, count)
		}
		return found
	}
	a, b := n.left, n.right
	da, db := t.split[a].away(x, y), t.split[b].away(x, y)
	if db < da {
		a, b, da, db = b, a, db, da
	}
	if len(found) < count || da <= found[len(found)-1].Far {
		found = t.visit(a, x, y, skip, count, found)
	}
	if len(found) < count || db <= found[len(found)-1].Far {
		found = t.visit(b, x, y, skip, count, found)
	}
	return found
}

func keepNear(found []Point, p Point, count int) []Point {
	if len(found) == count {
		if l := found[count-1]; p.Far > l.Far || p.Far == l.Far && p.ID > l.ID {
			return found
		}
		found = found[:count-1]
	}
	at := len(found)
	found = append(found, p)
	for at > 0 && (found[at-1].Far > p.Far || found[at-1].Far == p.Far && found[at-1].ID > p.ID) {
		found[at] = found[at-1]
		at--
	}
	found[at] = p
	return found
}

// away is the squared distance from (x, y) to the box of n.
func (n *half) away(x, y float64) float64 {
	dx := max(n.minX-x, 0, x-n.maxX)
	dy := max(n.minY-y, 0, y-n.maxY)
	return dx*dx + dy*dy
}
