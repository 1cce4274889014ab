package picking

import (
	"math/bits"
	"slices"

	"quartermaster/warehouse"
)

// A way to serve an aisle, as in aisleCosts.
const (
	wayThrough = iota
	wayFront
	wayBack
	wayGap
	wayTwice
	waySkip
)

func (c *aisleCosts) of(way int) int64 {
	return [...]int64{wayThrough: c.through, wayFront: c.front, wayBack: c.back, wayGap: c.gap, wayTwice: c.twice, waySkip: c.skip}[way]
}

// serveTable is table I of Ratliff and Rosenthal: the class that each class becomes by each way to serve the aisle.
var serveTable = [classes][6]int8{
	classUU: {wayThrough: classE1, wayFront: classUU, wayBack: classUU, wayGap: classUU, wayTwice: classUU, waySkip: classUU},
	classE0: {wayThrough: classUU, wayFront: classE0, wayBack: classE2, wayGap: classE2, wayTwice: classE1, waySkip: classE0},
	class0E: {wayThrough: classUU, wayFront: classE2, wayBack: class0E, wayGap: classE2, wayTwice: classE1, waySkip: class0E},
	classE1: {wayThrough: classUU, wayFront: classE1, wayBack: classE1, wayGap: classE1, wayTwice: classE1, waySkip: classE1},
	classE2: {wayThrough: classUU, wayFront: classE2, wayBack: classE2, wayGap: classE2, wayTwice: classE1, waySkip: classE2},
	classZ:  {wayThrough: -1, wayFront: -1, wayBack: -1, wayGap: -1, wayTwice: -1, waySkip: classZ},
}

// crossing is an entry of table II: edges in the front and the back cross aisle between two aisles.
type crossing struct{ from, to, front, back int8 }

var crossTable = [...]crossing{
	{classUU, classUU, 1, 1},
	{classE0, classE0, 2, 0}, {classE1, classE0, 2, 0},
	{class0E, class0E, 0, 2}, {classE1, class0E, 0, 2},
	{classE1, classE1, 2, 2}, {classE2, classE2, 2, 2},
	{classE0, classZ, 0, 0}, {class0E, classZ, 0, 0}, {classE1, classZ, 0, 0}, {classZ, classZ, 0, 0},
}

// edge is one stretch of the tour graph with the slots that are visited on it, in order from u to v. Node 2a is the
// front, 2a+1 the back end of aisle a.
type edge struct {
	u, v  int
	slots []warehouse.Slot
	used  bool
}

// route gives the slots of the set in the order in which a shortest tour from the depot visits them.
func (t *tourLength) route(set []uint64) []warehouse.Slot {
	used := t.aisles
	for used > 0 && !slices.ContainsFunc(set[(used-1)*t.words:used*t.words], func(w uint64) bool { return w != 0 }) {
		used--
	}
	if used == 0 {
		return nil
	}
	return walk(t.tourGraph(set, used), 2*used)
}

// tourGraph runs the dynamic programme over the used aisles, then reads the edges of a shortest tour backwards.
func (t *tourLength) tourGraph(set []uint64, used int) []edge {
	before, after := make([][classes]int64, used), make([][classes]int64, used)
	at := [classes]int64{classUU: far, classE0: 0, class0E: far, classE1: far, classE2: far, classZ: far}
	for a := range used {
		before[a] = at
		c, _ := t.ways(set[a*t.words : (a+1)*t.words])
		after[a] = t.serve(&at, &c)
		at = t.cross(&after[a])
	}
	last := &after[used-1]
	class := classE0
	for _, end := range [...]int{class0E, classE1, classZ} {
		if last[end] < last[class] {
			class = end
		}
	}
	var edges []edge
	for a := used - 1; ; a-- {
		words := set[a*t.words : (a+1)*t.words]
		var way int
		class, way = t.servedFrom(&before[a], class, after[a][class], words)
		edges = t.aisleEdges(edges, a, way, words)
		if a == 0 {
			return edges
		}
		x := t.crossedFrom(&after[a-1], class, before[a][class])
		for range x.front {
			edges = append(edges, edge{u: 2 * (a - 1), v: 2 * a})
		}
		for range x.back {
			edges = append(edges, edge{u: 2*a - 1, v: 2*a + 1})
		}
		class = int(x.from)
	}
}

func (t *tourLength) servedFrom(before *[classes]int64, class int, lengthCm int64, words []uint64) (from, way int) {
	c, _ := t.ways(words)
	for from = range classes {
		for way = range serveTable[from] {
			if int(serveTable[from][way]) == class && before[from]+c.of(way) == lengthCm {
				return from, way
			}
		}
	}
	panic("picking: no entry of the vertical table leads to the class that the tour went through")
}

func (t *tourLength) crossedFrom(after *[classes]int64, class int, lengthCm int64) crossing {
	for _, x := range crossTable {
		if int(x.to) == class && after[x.from]+int64(x.front+x.back)*t.crossCm == lengthCm {
			return x
		}
	}
	panic("picking: no entry of the horizontal table leads to the class that the tour went through")
}

// aisleEdges adds the edges by which one aisle is served.
func (t *tourLength) aisleEdges(edges []edge, a, way int, words []uint64) []edge {
	var slots []warehouse.Slot
	for w, word := range words {
		for ; word != 0; word &= word - 1 {
			slots = append(slots, warehouse.Slot{Aisle: a, Pos: w*64 + bits.TrailingZeros64(word)})
		}
	}
	front, back := 2*a, 2*a+1
	switch way {
	case wayThrough:
		return append(edges, edge{u: front, v: back, slots: slots})
	case wayTwice:
		return append(edges, edge{u: front, v: back, slots: slots}, edge{u: front, v: back})
	case wayFront:
		return append(edges, edge{u: front, v: front, slots: slots})
	case wayBack:
		slices.Reverse(slots)
		return append(edges, edge{u: back, v: back, slots: slots})
	case wayGap:
		_, gapFrom := t.ways(words)
		cut := slices.IndexFunc(slots, func(s warehouse.Slot) bool { return s.Pos > gapFrom })
		far := slots[cut:]
		slices.Reverse(far)
		return append(edges, edge{u: front, v: front, slots: slots[:cut]}, edge{u: back, v: back, slots: far})
	default:
		return edges
	}
}

// walk goes along every edge once, from node 0 back to it (Hierholzer 1873), and gives the slots on the way. Every node
// has even degree and the edges hang together, as the classes see to.
func walk(edges []edge, nodes int) []warehouse.Slot {
	at := make([][]int, nodes)
	for i := range edges {
		at[edges[i].u] = append(at[edges[i].u], i)
		if edges[i].u != edges[i].v {
			at[edges[i].v] = append(at[edges[i].v], i)
		}
	}
	type leg struct {
		edge    int
		forward bool
	}
	var legs []leg // of the tour, last first
	var visit func(node int)
	visit = func(node int) {
		for len(at[node]) > 0 {
			i := at[node][0]
			at[node] = at[node][1:]
			if edges[i].used {
				continue
			}
			edges[i].used = true
			visit(edges[i].u + edges[i].v - node)
			legs = append(legs, leg{i, edges[i].u == node})
		}
	}
	visit(0)
	var slots []warehouse.Slot
	for _, l := range slices.Backward(legs) {
		on := edges[l.edge].slots
		if !l.forward {
			slices.Reverse(on)
		}
		slots = append(slots, on...)
	}
	return slots
}
