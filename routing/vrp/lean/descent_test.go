package lean

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// priced is what a plan of d costs, counted anew.
func (d *descent) priced(plan [][]int32) int64 {
	total := int64(0)
	for _, stops := range plan {
		load, at := int64(0), int32(0)
		for _, c := range stops {
			total += int64(d.g.dist(at, c))
			load += int64(d.g.p.demand[c])
			at = c
		}
		if len(stops) > 0 {
			total += int64(d.g.dist(at, 0)) + d.penalty(load)
		}
	}
	return total
}

// plan is the routes of d as lists, the empty ones too.
func (d *descent) plan() [][]int32 {
	out := make([][]int32, len(d.tours))
	for r := range d.tours {
		for c := d.stops[d.head(int32(r))].next; c != d.end(int32(r)); c = d.stops[c].next {
			out[r] = append(out[r], c)
		}
	}
	return out
}

// spliced is plan with the stretches [i, i+k) of route a and [j, j+l) of route b exchanged, each turned where asked. On one route the
// first stretch ends before the second begins.
func spliced(plan [][]int32, a, i, k, b, j, l int, turnA, turnB bool) [][]int32 {
	out := slices.Clone(plan)
	left, right := slices.Clone(plan[a][i:i+k]), slices.Clone(plan[b][j:j+l])
	if turnA {
		slices.Reverse(left)
	}
	if turnB {
		slices.Reverse(right)
	}
	if a == b {
		out[a] = slices.Concat(plan[a][:i], right, plan[a][i+k:j], left, plan[a][j+l:])
		return out
	}
	out[a] = slices.Concat(plan[a][:i], right, plan[a][i+k:])
	out[b] = slices.Concat(plan[b][:j], left, plan[b][j+l:])
	return out
}

// nearPlans calls yield with every plan that one move of a descent makes of plan.
func nearPlans(plan [][]int32, yield func(move string, other [][]int32)) {
	for a := range plan {
		for b := a; b < len(plan); b++ {
			for i := 0; i <= len(plan[a]); i++ {
				for j := 0; j <= len(plan[b]); j++ {
					nearStretches(plan, a, i, b, j, yield)
				}
			}
		}
	}
}

func nearStretches(plan [][]int32, a, i, b, j int, yield func(move string, other [][]int32)) {
	restA, restB := len(plan[a])-i, len(plan[b])-j
	if a == b {
		if i < j {
			turned := slices.Clone(plan)
			turned[a] = slices.Clone(plan[a])
			slices.Reverse(turned[a][i:j])
			yield("turn a stretch", turned)
		}
	} else {
		yield("exchange ends", spliced(plan, a, i, restA, b, j, restB, false, false))
		if i > 0 || j > 0 { // moves begin at a stop
			yield("exchange ends turned", spliced(plan, a, i, restA, b, 0, j, true, true))
		}
	}
	for k := range 3 {
		for l := range 3 {
			if k > restA || l > restB || k+l == 0 || a == b && i+k > j {
				continue
			}
			yield("exchange stretches", spliced(plan, a, i, k, b, j, l, false, false))
			if k == 2 && l == 0 || k == 0 && l == 2 {
				yield("move a pair turned", spliced(plan, a, i, k, b, j, l, true, true))
			}
		}
	}
}

// starPlans calls yield with every exchange of two stops of two routes, each put to any place on the other's.
func starPlans(plan [][]int32, a, b int, yield func(move string, other [][]int32)) {
	for i, u := range plan[a] {
		for j, v := range plan[b] {
			restA, restB := slices.Delete(slices.Clone(plan[a]), i, i+1), slices.Delete(slices.Clone(plan[b]), j, j+1)
			for x := 0; x <= len(restA); x++ {
				for y := 0; y <= len(restB); y++ {
					other := slices.Clone(plan)
					other[a], other[b] = slices.Insert(slices.Clone(restA), x, v), slices.Insert(slices.Clone(restB), y, u)
					yield("SWAP*", other)
				}
			}
		}
	}
}

// blocks is the way between two nodes along the streets of a grid.
func blocks(in Problem, i, j int) int32 {
	const width = 100
	return int32(math.Abs(math.Floor(in.Plane.X[i]/width)-math.Floor(in.Plane.X[j]/width)) + math.Abs(math.Floor(in.Plane.Y[i]/width)-math.Floor(in.Plane.Y[j]/width)))
}

// begun is a descent on a drawn problem, and a random order of its stops cut at random.
func begun(random *rand.Rand, stops int) (d *descent, order, ends []int32) {
	in := scattered(random, stops, 25)
	p := laidOut(in)
	for i := range p.n { // few places, so that many moves change nothing, and no detour that rounding makes shorter than the direct way
		p.home[i] = blocks(in, i, 0)
		for j := range p.n {
			p.cells[i*p.n+j] = blocks(in, i, j)
		}
	}
	d = newDescent(newGround(p, 0))
	d.price = random.Float64() * 3
	d.source.Seed(random.Uint64(), 1)
	order = d.anyOrder(nil)
	for end := 0; end < stops && len(ends) < d.g.routes-2; {
		end = min(stops, end+1+random.IntN(7))
		ends = append(ends, int32(end))
	}
	ends[len(ends)-1] = int32(stops)
	return d, order, ends
}

// A descent ends where no move of any two stops makes the plan cheaper, counted anew, and its figures are those of its routes.
func TestDescentEndsAtALocalOptimum(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 2))
	for try := range 150 {
		d, order, ends := begun(random, 12)
		d.load(order, ends)
		before := d.priced(d.plan())
		d.run()
		plan := d.plan()
		cost := d.priced(plan)
		if cost > before {
			t.Fatalf("try %d: descended from %d to %d", try, before, cost)
		}
		nearPlans(plan, func(move string, other [][]int32) {
			if better := d.priced(other); better < cost {
				t.Fatalf("try %d: %s makes %d of %d: %v of %v", try, move, better, cost, other, plan)
			}
		})
		for a := range plan {
			for b := a + 1; b < len(plan); b++ {
				if len(plan[a]) == 0 || len(plan[b]) == 0 || !d.tours[a].meets(&d.tours[b]) {
					continue
				}
				starPlans(plan, a, b, func(move string, other [][]int32) {
					if better := d.priced(other); better < cost {
						t.Fatalf("try %d: %s makes %d of %d: %v of %v", try, move, better, cost, other, plan)
					}
				})
			}
		}
		m := newGenome(d.g.n)
		if d.store(m); m.cost != cost {
			t.Fatalf("try %d: kept as %d, counted anew %d", try, m.cost, cost)
		}
	}
}

// Every move that is made makes the plan cheaper, counted anew, and keeps every stop and the figures of the routes.
func TestMovesMakeCheaper(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 3))
	moves := map[string]func(d *descent, v int32) bool{"relocate": (*descent).relocate, "exchange": (*descent).exchange, "ends": (*descent).ends,
		"beside the depot": func(d *descent, v int32) bool { return d.beside(d.head(d.stops[v].route)) }}
	for name, move := range moves {
		made := 0
		for range 100 {
			d, order, ends := begun(random, 20)
			d.load(order, ends)
			cost := d.priced(d.plan())
			for range 200 {
				u, v := int32(1+random.IntN(20)), int32(1+random.IntN(20))
				d.take(u)
				if u == v || !move(d, v) {
					continue
				}
				made++
				plan := d.plan()
				less := d.priced(plan)
				if less >= cost {
					t.Fatalf("%s of %d and %d made %d of %d", name, u, v, less, cost)
				}
				cost = less
				wholeTours(t, d, plan)
			}
		}
		if made < 100 {
			t.Errorf("%s was made %d times", name, made)
		}
	}
}

func wholeTours(t *testing.T, d *descent, plan [][]int32) {
	t.Helper()
	seen := 0
	for r, stops := range plan {
		seen += len(stops)
		load, at := int64(0), d.head(int32(r))
		for k, c := range stops {
			s := &d.stops[c]
			load += int64(s.demand)
			if s.prev != at || int(s.route) != r || int(s.pos) != k+1 || s.load != load || s.toPrev != d.g.dist(d.stops[at].node, c) || d.stops[at].toNext != s.toPrev {
				t.Fatalf("stop %d after %d on route %d is %+v", c, at, r, *s)
			}
			at = c
		}
		if tour := &d.tours[r]; tour.load != load || int(tour.size) != len(stops) || tour.penalty != d.penalty(load) {
			t.Fatalf("route %d is %+v, carries %d", r, *tour, load)
		}
	}
	if seen != d.g.n-1 {
		t.Fatalf("%d stops of %d", seen, d.g.n-1)
	}
}

// The exchange that SWAP* makes is the cheapest of all that it may make, found by trying every place.
func TestSwapStarIsTheBestExchange(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 4))
	made := 0
	for try := range 300 {
		d, order, _ := begun(random, 11)
		cut := int32(3 + random.IntN(6))
		d.load(order, []int32{cut, 11})
		plan := d.plan()
		least := d.priced(plan)
		starPlans(plan, 0, 1, func(_ string, other [][]int32) { least = min(least, d.priced(other)) })
		for _, ab := range [2][2]int{{0, 1}, {1, 0}} {
			for i := range plan[ab[0]] {
				for j := 0; j <= len(plan[ab[1]]); j++ {
					if ab[0] == 0 {
						least = min(least, d.priced(spliced(plan, 0, i, 1, 1, j, 0, false, false)))
					} else {
						least = min(least, d.priced(spliced(plan, 0, j, 0, 1, i, 1, false, false)))
					}
				}
			}
		}
		if d.swapStar(0, 1) {
			made++
		}
		if got := d.priced(d.plan()); got != least {
			t.Fatalf("try %d: made %d of %d, the best is %d", try, got, d.priced(plan), least)
		}
		wholeTours(t, d, d.plan())
	}
	if made < 50 {
		t.Errorf("made %d exchanges", made)
	}
}

// Split cuts an order as cheaply as the best of all ways to cut it, with routes that carry up to half too much.
func TestSplitIsTheBestCut(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 5))
	for try := range 200 {
		d, order, _ := begun(random, 10)
		least := int64(math.MaxInt64)
		for cuts := range 1 << 9 {
			if plan, fits := cutAt(d, order, cuts); fits && len(plan) < d.g.routes {
				least = min(least, d.priced(plan))
			}
		}
		d.load(order, d.split(order, nil))
		if got := d.priced(d.plan()); got != least {
			t.Fatalf("try %d: cut for %d, the best is %d", try, got, least)
		}
	}
}

// cutAt cuts order behind the stops whose bit is set, and tells whether split may make such routes.
func cutAt(d *descent, order []int32, cuts int) (plan [][]int32, fits bool) {
	from, load, fits := 0, int64(0), true
	for k, c := range order {
		load += int64(d.g.p.demand[c])
		fits = fits && float64(load) <= splitOver*float64(d.g.p.limit)
		if k == len(order)-1 || cuts>>k&1 == 1 {
			plan, from, load = append(plan, order[from:k+1]), k+1, 0
		}
	}
	return plan, fits
}

// A child of order crossing has every stop once, and a stretch of one parent where that has it.
func TestOrderCross(t *testing.T) {
	t.Parallel()
	d, a, _ := begun(rand.New(rand.NewPCG(6, 6)), 15)
	for range 200 {
		b := d.anyOrder(nil)
		child := d.orderCross(a, b, make([]int32, 0, 15))
		same := 0
		for k := range child {
			if child[k] == a[k] {
				same++
			}
		}
		if sorted := slices.Sorted(slices.Values(child)); len(slices.Compact(sorted)) != 15 || sorted[0] != 1 || sorted[14] != 15 || same == 0 {
			t.Fatalf("%v of %v and %v", child, a, b)
		}
	}
}
