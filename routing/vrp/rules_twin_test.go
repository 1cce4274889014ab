package vrp

import (
	"context"
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// everyWay tries every division of the stops among the vehicles in every order, with every choice of reloads and of stops
// left out. A tour is driven by the model's exact pass, which routing.Check holds to the problem elsewhere; what is tried
// here is whether the search finds the best of them.
type everyWay struct {
	m     *model
	kinds []int // per vehicle
	memo  map[string]int64
	best  int64
}

func (x *everyWay) place(i int32, tours [][]int32, cost int64) {
	if cost >= x.best {
		return
	}
	if int(i) == x.m.n {
		for v, seq := range tours {
			if cost += x.tour(v, seq); cost >= x.best {
				return
			}
		}
		if x.together(tours) {
			x.best = cost
		}
		return
	}
	for v, seq := range tours {
		for k := range len(seq) + 1 {
			tours[v] = append(append(append([]int32(nil), seq[:k]...), i), seq[k:]...)
			x.place(i+1, tours, cost)
		}
		tours[v] = seq
	}
	x.place(i+1, tours, cost+x.m.prices[i])
}

// tour is the least cost of vehicle v visiting seq, never where it may not.
func (x *everyWay) tour(v int, seq []int32) int64 {
	m, k := x.m, &x.m.kinds[x.kinds[v]]
	for p, c := range k.fixed {
		if p >= len(seq) || seq[p] != c {
			return never
		}
	}
	if len(seq) == 0 {
		return 0
	}
	key := string(rune(x.kinds[v]))
	for _, c := range seq {
		key += string('a' + c)
	}
	if cost, ok := x.memo[key]; ok {
		return cost
	}
	best := never
	for mask := range 1 << (len(seq) - 1) { // bit p: a reload behind seq[p]
		with, trips := []int32{}, 1
		for p, c := range seq {
			with = append(with, c)
			if p+1 < len(seq) && mask>>p&1 == 1 {
				with = append(with, reload)
				trips++
			}
		}
		if trips > k.trips || len(seq) > k.maxStops || m.backhaul != nil && !m.rowsHold(with) || !x.may(k, seq) {
			continue
		}
		if cost, ok := m.drive(k, with, nil); ok {
			best = min(best, cost)
		}
	}
	x.memo[key] = best
	return best
}

func (x *everyWay) may(k *kind, seq []int32) bool {
	seen := map[int32]bool{}
	for _, c := range seq {
		if k.ok != nil && !k.ok[c] {
			return false
		}
		seen[c] = true
		if mate := x.m.mate[c]; mate >= 0 && !x.m.pickup[c] && !seen[mate] {
			return false
		}
	}
	for _, c := range seq {
		if mate := x.m.mate[c]; mate >= 0 && !seen[mate] {
			return false
		}
	}
	return true
}

// together reports whether relations between tours hold.
func (x *everyWay) together(tours [][]int32) bool {
	on := map[int]int{}
	for v, seq := range tours {
		for _, c := range seq {
			on[int(c)] = v + 1
		}
	}
	for _, r := range x.m.p.Relations {
		for a, s := range r.Stops {
			for _, o := range r.Stops[:a] {
				both := on[s] > 0 && on[o] > 0
				switch {
				case r.Kind == routing.RelationDifferentRoute && both && on[s] == on[o]:
					return false
				case r.Kind == routing.RelationSameRoute && on[s] != on[o]:
					return false
				case r.Kind == routing.RelationSequence && on[s] != on[o]:
					return false
				case r.Kind == routing.RelationOrder && both && on[s] != on[o]:
					return false
				}
			}
		}
	}
	return true
}

// compare wants s to cost what the best of every way does.
func (x *everyWay) compare(t *testing.T, who string, seed uint64, s routing.Solution) {
	t.Helper()
	got, want := int64(0), x.best
	for k := range s.Routes {
		got += s.Routes[k].CostCents
	}
	for _, u := range s.Unassigned {
		want -= x.m.prices[u.Stop]
	}
	if got > (want+unit/2)/unit+int64(len(s.Routes)) || got < want/unit-int64(len(s.Routes)) {
		t.Errorf("seed %d: %s finds %d cents with %d stops left out, the least is %d", seed, who, got, len(s.Unassigned), want/unit)
	}
}

// Under each rule, on problems of six stops and three vehicles, the solver and the search that it has for more stops find what trying every way finds. Two rules
// judge the plan as a whole and have tests of their own: balance and fewer vehicles first.
func TestEveryRuleEqualsEveryWay(t *testing.T) {
	t.Parallel()
	for name, add := range rules {
		if name == "balance" || name == "fewer first" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(2) {
				r := rand.New(rand.NewPCG(seed, 23))
				p := drawPlain(r, 6, 3)
				add(r, &p)
				o := Options{Seed: seed, Iterations: 600}
				s, err := Solve(t.Context(), p, o)
				if err != nil {
					t.Fatal(err)
				}
				m := newModel(context.Background(), &p, o, make([]string, len(p.Stops)))
				x := everyWay{m: m, memo: map[string]int64{}, best: never}
				for v := range p.Vehicles {
					x.kinds = append(x.kinds, int(m.kindOf(int32(v))))
				}
				x.place(0, make([][]int32, len(p.Vehicles)), 0)
				x.compare(t, "Solve", seed, s)
				x.compare(t, "the search", seed, explored(p, o))
			}
		})
	}
}
