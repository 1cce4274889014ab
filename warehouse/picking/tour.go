package picking

import (
	"math"
	"math/bits"

	"quartermaster/warehouse"
)

// tourLength computes the length of the shortest tour through a set of slots by the dynamic programme of Ratliff and
// Rosenthal, "Order-Picking in a Rectangular Warehouse: A Solvable Case of the Traveling Salesman Problem", Operations
// Research 31 (1983). Aisles are added from left to right; of a partial tour only its class matters:
//
//	U U  both ends of the newest aisle have odd degree, one component
//	E 0  the front end has even degree > 0, the back end none; one component
//	0 E  the other way round
//	E1   both ends even, one component
//	E2   both ends even, two components
//	Z    both ends without edges, one component that is complete
//
// The depot lies at the front of aisle 0, so that the tour starts as class E 0 at no cost.
//
// A set of slots is a bit vector with `words` words an aisle, so that a batch is the union of its loads.
type tourLength struct {
	aisles  int
	words   int
	slotCm  int64
	aisleCm int64 // front to back
	crossCm int64 // between neighbouring aisles
}

const (
	classUU = iota
	classE0
	class0E
	classE1
	classE2
	classZ
	classes
)

const far = int64(math.MaxInt64 / 4)

func newTourLength(f *warehouse.Floor) *tourLength {
	return &tourLength{aisles: f.Aisles, words: (f.SlotsPerAisle + 63) / 64, slotCm: f.SlotPitchCm, aisleCm: f.AisleLengthCm(), crossCm: f.AislePitchCm}
}

func (t *tourLength) bitsOf(picks []pick) []uint64 {
	set := make([]uint64, t.aisles*t.words)
	for i := range picks {
		s := picks[i].slot
		set[s.Aisle*t.words+s.Pos/64] |= 1 << (s.Pos % 64)
	}
	return set
}

func (t *tourLength) aislesOf(set []uint64) []uint64 {
	aisles := make([]uint64, (t.aisles+63)/64)
	for a := range t.aisles {
		for _, w := range set[a*t.words : (a+1)*t.words] {
			if w != 0 {
				aisles[a/64] |= 1 << (a % 64)
			}
		}
	}
	return aisles
}

// aisleCosts are the lengths of the ways to serve one aisle.
//
//	  through   front   back   gap    twice   skip
//	─┬─    ─┬─     ─┬─    ─┬─     ─┬─    ─┬─
//	 │      .      ║      ║      ║
//	 │      ║      ║      .      ║
//	 │      ║      .      ║      ║
//	─┴─    ─┴─     ─┴─    ─┴─     ─┴─    ─┴─
type aisleCosts struct{ through, front, back, gap, twice, skip int64 }

// ways measures one aisle; gapFrom is the position after which the largest gap lies.
func (t *tourLength) ways(words []uint64) (c aisleCosts, gapFrom int) {
	first, last, gap := -1, -1, 0
	for w, word := range words {
		for ; word != 0; word &= word - 1 {
			pos := w*64 + bits.TrailingZeros64(word)
			if first < 0 {
				first = pos
			} else if pos-last > gap {
				gap, gapFrom = pos-last, last
			}
			last = pos
		}
	}
	c = aisleCosts{through: t.aisleCm, twice: 2 * t.aisleCm, front: far, back: far, gap: far}
	if first < 0 {
		return c, 0
	}
	c.skip = far
	c.front = 2 * int64(last+1) * t.slotCm
	c.back = 2 * (t.aisleCm - int64(first+1)*t.slotCm)
	if gap > 0 {
		c.gap = 2 * (t.aisleCm - int64(gap)*t.slotCm)
	}
	return c, gapFrom
}

// length gives the length in centimetres of the shortest tour from the depot through the set.
func (t *tourLength) length(set []uint64) int64 {
	end := len(set)
	for end > 0 && set[end-1] == 0 {
		end--
	}
	if end == 0 {
		return 0
	}
	lastAisle := (end - 1) / t.words
	at := [classes]int64{classUU: far, classE0: 0, class0E: far, classE1: far, classE2: far, classZ: far}
	for a := 0; ; a++ {
		c, _ := t.ways(set[a*t.words : (a+1)*t.words])
		at = t.serve(&at, &c)
		if a == lastAisle {
			return min(at[classE0], at[class0E], at[classE1], at[classZ])
		}
		at = t.cross(&at)
	}
}

// serve adds the vertical edges of one aisle (table I of the paper).
func (t *tourLength) serve(at *[classes]int64, c *aisleCosts) [classes]int64 {
	inside := min(c.front, c.back, c.gap, c.skip) // serves the aisle where both ends are on the tour already
	open := min(at[classE0], at[class0E])
	return [classes]int64{
		classUU: min(at[classUU]+min(inside, c.twice), min(open, at[classE1], at[classE2])+c.through),
		classE0: at[classE0] + min(c.front, c.skip),
		class0E: at[class0E] + min(c.back, c.skip),
		classE1: min(at[classUU]+c.through, at[classE1]+min(inside, c.twice), min(open, at[classE2])+c.twice),
		classE2: min(at[classE2]+inside, at[classE0]+min(c.back, c.gap), at[class0E]+min(c.front, c.gap)),
		classZ:  at[classZ] + c.skip,
	}
}

// cross adds the horizontal edges to the next aisle (table II of the paper, without the entries that a tour never gains by).
func (t *tourLength) cross(at *[classes]int64) [classes]int64 {
	one, two := 2*t.crossCm, 4*t.crossCm
	return [classes]int64{
		classUU: at[classUU] + one,
		classE0: min(at[classE0], at[classE1]) + one,
		class0E: min(at[class0E], at[classE1]) + one,
		classE1: at[classE1] + two,
		classE2: at[classE2] + two,
		classZ:  min(at[classZ], at[classE0], at[class0E], at[classE1]),
	}
}
