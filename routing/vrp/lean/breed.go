package lean

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"quartermaster/internal/rng"
)

// Where the budget is long for the number of stops one annealing gets stuck at a plan that depends on its luck. Then a few
// plans are annealed apart and crossed by routes: some routes of one are put into the other (selective route exchange;
// Nagata, Kobayashi, Parallel Problem Solving from Nature 11, 2010), what is then left over is seated again, and the child
// is annealed shortly. Those that are cheap or unlike the others stay (biased fitness; Vidal et al., Operations Research
// 60(3), 2012).
const (
	bredPerStop    = 5000 // steps for each stop of the budget from which on plans are bred
	founders       = 4
	foundersShare  = 0.8 // of the budget
	familySize     = 10
	brood          = 8 // children of the same family, side by side
	childRoutes    = 3 // most routes that a child has from its second parent
	childPerStop   = 20
	childHot       = 0.3 // first heat of a child, as a share of the mean leg; then it adapts
	childCold      = 0.02
	childHotMost   = 2.0
	childHotter    = 1.15 // after a child that is there already
	childColder    = 0.95 // after one that is new
	kinNear        = 3    // nearest relations that unlikeness is counted to
	unlikenessWins = 0.6  // weight of unlikeness against cost
)

// kin is one plan of the family.
type kin struct {
	tours      [][]int32
	cost       int64
	prev, next []int32
}

func (s *search) asKin() *kin {
	s.best.load(s.l)
	m := &kin{tours: s.l.tours(), cost: s.l.cost, prev: make([]int32, s.l.p.n), next: make([]int32, s.l.p.n)}
	for i := range s.l.knots {
		m.prev[i], m.next[i] = s.l.knots[i].prev, s.l.knots[i].next
	}
	return m
}

// apart counts the legs of m that o lacks.
func (m *kin) apart(o *kin) int {
	broken := 0
	for i := 1; i < len(m.next); i++ {
		if n := m.next[i]; n != o.next[i] && n != o.prev[i] {
			broken++
		}
		if m.prev[i] == 0 && o.prev[i] != 0 && o.next[i] != 0 {
			broken++
		}
	}
	return broken
}

// family is the plans that are crossed.
type family struct {
	p    *problem
	seed uint64
	arc  float64
	hot  float64
	all  []*kin
	best *kin
}

// affordsFamily tells whether the budget is long enough to breed; by the clock, a few steps of s tell.
func affordsFamily(s *search, o Options) bool {
	steps := float64(o.Iterations)
	if o.Spent != nil {
		begin := o.Spent()
		s.stretch(s.arc, s.arc, probeSteps, func() bool { return false })
		steps = probeSteps * (1 - begin) / max(o.Spent()-begin, 1e-9)
	}
	return steps/float64(s.l.p.n) >= bredPerStop
}

// breed anneals founders and crosses them until the budget is spent, and returns the best plan and the steps done.
func breed(ctx context.Context, first *links, o Options) ([][]int32, int) {
	f := &family{p: first.p, seed: o.Seed, arc: first.meanInner(), hot: childHot}
	tell := func(done float64) {
		if o.Progress != nil && f.best != nil {
			o.Progress(done, f.best.cost)
		}
	}
	steps := f.found(ctx, first, o)
	random := rng.New(o.Seed, "vrp", "breed")
	for round := 0; len(f.all) > 1 && ctx.Err() == nil; round++ {
		done := o.done(steps)
		if done >= 1 {
			break
		}
		tell(done)
		steps += f.round(round, random, max(o.Workers, 1), func() bool { return ctx.Err() != nil || o.Spent != nil && o.Spent() >= 1 })
	}
	tell(1)
	return f.best.tours, steps
}

// inTurn runs work for 0…count-1: worker w does w, w+workers and so on, one after the other.
func inTurn(workers, count int, work func(k int)) {
	var wait sync.WaitGroup
	for w := range min(workers, count) {
		wait.Go(func() {
			for k := w; k < count; k += workers {
				work(k)
			}
		})
	}
	wait.Wait()
}

// found anneals the founders.
func (f *family) found(ctx context.Context, first *links, o Options) int {
	count, workers := founders, max(o.Workers, 1)
	if o.Spent != nil {
		count = max(count, workers)
	}
	turns := (count + workers - 1) / workers
	all, steps := make([]*kin, count), make([]int, count)
	begin := o.done(0)
	inTurn(workers, count, func(k int) {
		s := newSearch(first.copied(), o.Seed+uint64(k)<<32, f.arc)
		done := func(i int) float64 { return float64(i) * float64(count) / (foundersShare * float64(o.Iterations)) }
		if o.Spent != nil {
			share := (1 - begin) * foundersShare / float64(turns)
			from := begin + share*float64(k/workers)
			done = func(int) float64 { return (o.Spent() - from) / share }
		}
		steps[k] = s.run(ctx, done)
		all[k] = s.asKin()
	})
	sum := 0
	for k, m := range all {
		sum += steps[k]
		f.add(m)
	}
	return sum
}

// round makes a brood and adds it to the family. Each child draws from a stream of its own.
func (f *family) round(round int, random *rand.Rand, workers int, stop func() bool) int {
	var pairs [brood][2]*kin
	for k := range pairs {
		a := f.pick(random)
		other := f.pick(random)
		for other == a {
			other = f.all[random.IntN(len(f.all))]
		}
		pairs[k] = [2]*kin{a, other}
	}
	var all [brood]*kin
	var steps [brood]int
	inTurn(workers, brood, func(k int) {
		if k >= workers && stop() {
			return
		}
		s := newSearch(newLinks(f.p), rng.New(f.seed, "vrp", "child", strconv.Itoa(round*brood+k)).Uint64(), f.arc)
		s.inherit(pairs[k][0], pairs[k][1])
		steps[k] = s.stretch(f.hot*f.arc, childCold*f.arc, childPerStop*f.p.n, stop)
		all[k] = s.asKin()
	})
	sum := 0
	for k, m := range all {
		sum += steps[k]
		if m != nil {
			f.add(m)
		}
	}
	return sum
}

// pick draws a plan, the cheaper of two.
func (f *family) pick(random *rand.Rand) *kin {
	a, b := f.all[random.IntN(len(f.all))], f.all[random.IntN(len(f.all))]
	if b.cost < a.cost {
		return b
	}
	return a
}

// add takes m into the family unless it is there already, and lets the least fit go where there are too many.
func (f *family) add(m *kin) {
	if slices.ContainsFunc(f.all, func(x *kin) bool { return x.cost == m.cost && x.apart(m) == 0 }) {
		f.hot = min(f.hot*childHotter, childHotMost)
		return
	}
	f.hot = max(f.hot*childColder, childCold)
	f.all = append(f.all, m)
	if f.best == nil || m.cost < f.best.cost {
		f.best = m
	}
	if len(f.all) > familySize {
		k := f.leastFit()
		f.all = slices.Delete(f.all, k, k+1)
	}
}

// leastFit is the plan, other than the best, with the worst places in the orders by cost and by unlikeness.
func (f *family) leastFit() int {
	byCost, byKin := make([]int, len(f.all)), make([]int, len(f.all))
	unlike := make([]int, len(f.all))
	for i, m := range f.all {
		byCost[i], byKin[i] = i, i
		var far []int
		for j, x := range f.all {
			if j != i {
				far = append(far, m.apart(x))
			}
		}
		slices.Sort(far)
		for _, d := range far[:min(kinNear, len(far))] {
			unlike[i] += d
		}
	}
	slices.SortStableFunc(byCost, func(a, b int) int { return cmp.Compare(f.all[a].cost, f.all[b].cost) })
	slices.SortStableFunc(byKin, func(a, b int) int { return cmp.Compare(unlike[b], unlike[a]) })
	score := make([]float64, len(f.all))
	for k := range f.all {
		score[byCost[k]] += float64(k)
		score[byKin[k]] += unlikenessWins * float64(k)
	}
	worst := byCost[len(byCost)-1]
	for i, m := range f.all {
		if m != f.best && score[i] > score[worst] {
			worst = i
		}
	}
	return worst
}

// inherit makes the empty plan of s a child: a with a few routes of b that lie together. As many routes of a, those most
// covered, give way.
func (s *search) inherit(a, b *kin) {
	in, taken := s.heirloom(b)
	gone := a.covered(in, len(taken))
	var child [][]int32
	for r, stops := range a.tours {
		var kept []int32
		for _, c := range stops {
			switch {
			case in[c]:
			case gone[r]:
				s.tear.out = append(s.tear.out, c)
			default:
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 {
			child = append(child, kept)
		}
	}
	s.l.drive(append(child, taken...))
	s.tear.recreate()
	s.l.log = s.l.log[:0]
}

// heirloom draws routes of b around a stop, and marks their stops.
func (s *search) heirloom(b *kin) (in []bool, taken [][]int32) {
	p, random := s.l.p, s.tear
	route := make([]int, p.n)
	for r, stops := range b.tours {
		for _, c := range stops {
			route[c] = r
		}
	}
	in = make([]bool, p.n)
	take := func(c int32) {
		stops := b.tours[route[c]]
		taken = append(taken, stops)
		for _, c := range stops {
			in[c] = true
		}
	}
	want := 1 + random.intn(max(1, min(childRoutes, len(b.tours)/2)))
	middle := int32(1 + random.intn(p.n-1))
	take(middle)
	for _, v := range p.around(middle) {
		if len(taken) >= want {
			break
		}
		if !in[v.to] {
			take(v.to)
		}
	}
	return in, taken
}

// covered marks the routes of m with the largest parts in the set.
func (m *kin) covered(in []bool, count int) []bool {
	part := make([]float64, len(m.tours))
	order := make([]int, len(m.tours))
	for r, stops := range m.tours {
		order[r] = r
		for _, c := range stops {
			if in[c] {
				part[r] += 1 / float64(len(stops))
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(part[b], part[a]) })
	gone := make([]bool, len(m.tours))
	for _, r := range order[:min(count, len(order))] {
		gone[r] = true
	}
	return gone
}
