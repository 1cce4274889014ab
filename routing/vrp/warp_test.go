package vrp

import (
	"context"
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// drawFleet draws stops with windows, prizes and named vehicles for a fleet of two depots and two sizes.
func drawFleet(rng *rand.Rand, stops int) routing.Problem {
	n := stops + 2
	p := routing.Problem{Matrix: blocks(rng, n, 1000)}
	for k, d := range p.Matrix.DistanceM { // not alike both ways
		p.Matrix.DistanceM[k] = d + rng.Int32N(20)*rng.Int32N(2)
	}
	for i := range stops {
		from := rng.Int64N(4000)
		s := routing.Stop{ID: string(rune('a' + i%26)), Location: int32(i + 2), WeightG: 1 + rng.Int64N(9), ServiceSec: 60, Window: routing.Window{StartSec: from, EndSec: from + 800 + rng.Int64N(4000)}}
		if i%5 == 0 {
			s.PrizeCents = 100 + rng.Int64N(3000)
		}
		if i%7 == 0 {
			s.Vehicles = []int{int(rng.Int32N(4))}
		}
		s.ID += string(rune('a' + i/26))
		p.Stops = append(p.Stops, s)
	}
	for v := range 4 {
		k := routing.Vehicle{ID: string(rune('A' + v)), Depot: int32(v % 2), MaxWeightG: 30 + 20*int64(v/2), MaxVolumeCm3: 1, Shift: routing.Window{EndSec: 12_000},
			FixedCostCents: 500 + 300*int64(v/2), CostCentsPerKm: 1000 + 100*int64(v%2), CostCentsPerHour: 360 * int64(v%2)}
		k.Count = 3
		p.Vehicles = append(p.Vehicles, k)
	}
	return p
}

// reckon is what a plan under local search costs, route by route.
func (s *warpState) reckon() int64 {
	sum := int64(0)
	for r := range s.kind {
		if s.size[r] > 0 {
			k := &s.w.kinds[s.kind[r]]
			sum += k.used + s.length[r]*k.rate + s.pen[r]
		}
	}
	for i := range s.w.n {
		if s.route[i] < 0 {
			sum += s.w.prizes[i]
		}
	}
	return sum
}

// On 60 problems with two depots, four kinds of vehicles, windows, prizes and named vehicles every move of the local search makes
// the plan cheaper, books kept move by move are those of a plan written anew, no stop stands twice, and none is on a vehicle that
// may not visit it.
func TestPenalisedMovesKeepTheirBooks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 5))
		p := drawFleet(random, 20+int(seed%20))
		if err := routing.Validate(p); err != nil {
			t.Fatal(err)
		}
		m := newModel(context.Background(), &p, Options{}, make([]string, len(p.Stops)))
		w := newWarp(m)
		if w == nil {
			t.Fatal("the problem should be one for the penalised search")
		}
		s := newWarpState(w, w.slots([]int{1, 1, 1, 1, 1, 1}[:len(w.kinds)], 100), random)
		c := newCrowd(s, random)
		for range 8 {
			if c.made < 4 {
				c.random(4)
			} else {
				c.breed(c.parents())
			}
			before := s.reckon()
			s.improve()
			after := s.reckon()
			x := s.export()
			s.fill(x.routes, x.kinds)
			if again := s.reckon(); again != after || s.total != after || after > before || c.cost(x) > after {
				t.Fatalf("seed %d: cost %d before, %d after the moves, %d written anew, %d as a member", seed, before, after, again, c.cost(x))
			}
			wholeMember(t, w, x)
			c.add(x)
			c.note(x)
		}
	}
}

// Where streets are much longer one way than back, each single move between routes that is done makes the plan cheaper: a run of stops that
// is turned round has other legs inside. One that was reckoned wrongly could be done and undone for ever.
func TestEachMoveMakesThePlanCheaper(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 11))
		p := drawFleet(random, 30)
		for k := range p.Matrix.DistanceM {
			p.Matrix.DistanceM[k] += random.Int32N(3000)
		}
		m := newModel(context.Background(), &p, Options{}, make([]string, len(p.Stops)))
		w := newWarp(m)
		s := newWarpState(w, w.slots([]int{1, 1, 1, 1, 1, 1}[:len(w.kinds)], 100), random)
		c := newCrowd(s, random)
		c.random(4)
		for range 3000 {
			u, v := int32(random.IntN(w.n)), int32(random.IntN(w.n))
			if s.route[u] < 0 || s.route[v] < 0 || u == v || s.route[u] == s.route[v] {
				continue
			}
			count, turned, before := 1+random.IntN(3), random.IntN(2) == 0, s.total
			name, did := "relocate", false
			switch random.IntN(3) {
			case 0:
				name, did = "swap", s.swap(u, v, count, 1+random.IntN(2))
			case 1:
				name, did = "tails", s.tails(u, v)
			default:
				if turned {
					name = "relocate turned"
				}
				did = s.relocate(u, v, count, turned)
			}
			if did {
				done[name]++
			}
			if s.total != s.reckon() || did != (s.total < before) {
				t.Fatalf("seed %d: %s of %d at %d to %d, done %v: cost %d before, %d after, %d route by route", seed, name, count, u, v, did, before, s.total, s.reckon())
			}
		}
	}
	for _, name := range []string{"relocate", "relocate turned", "swap", "tails"} {
		if done[name] < 30 {
			t.Errorf("%s was done %d times", name, done[name])
		}
	}
}

func wholeMember(t *testing.T, w *warpModel, x *member) {
	t.Helper()
	seen := make([]bool, w.n)
	for r, seq := range x.routes {
		for _, i := range seq {
			if seen[i] {
				t.Fatalf("stop %d stands twice", i)
			}
			if seen[i] = true; w.may[i]&w.kinds[x.kinds[r]].bit == 0 {
				t.Fatalf("stop %d is on a vehicle that may not visit it", i)
			}
		}
	}
}

// The genetic search answers with plans that pass the check, at most half a percent dearer than those of the general search alone,
// which 25 stops give no room for.
func TestGeneticSearchPassesCheck(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		p := drawFleet(rand.New(rand.NewPCG(seed, 6)), 25)
		steps := 0
		spent := func() float64 { steps++; return float64(steps) / 6000 }
		s, err := Solve(context.Background(), p, Options{Seed: seed, Spent: spent})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p, s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		alone, err := Solve(context.Background(), p, Options{Seed: seed, Iterations: 5000})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := worth(&p, s), worth(&p, alone); a > b+b/200 {
			t.Errorf("seed %d: %d cents, the general search alone finds %d", seed, a, b)
		}
	}
}

// worth is what a plan costs with the prizes it misses.
func worth(p *routing.Problem, s routing.Solution) int64 {
	cost := s.CostCents
	for _, u := range s.Unassigned {
		if prize := p.Stops[u.Stop].PrizeCents; prize > 0 {
			cost += prize
		} else {
			cost += 1 << 32
		}
	}
	return cost
}

// On 20 problems of seven stops both penalised searches, which Solve keeps for more stops and longer budgets, find what trying every plan
// finds: what is driven and the prizes missed cost the same.
func TestPenalisedSearchesEqualExhaustive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := drawFleet(rand.New(rand.NewPCG(seed, 19)), 7)
		sum := func(s routing.Solution) int64 {
			if err := routing.Check(p, s); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			cents := s.CostCents
			for _, u := range s.Unassigned {
				cents += p.Stops[u.Stop].PrizeCents
				if p.Stops[u.Stop].PrizeCents == 0 {
					cents += 1e9
				}
			}
			return cents
		}
		all, err := Solve(t.Context(), p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, breeds := range []bool{true, false} {
			s := searched(p, Options{Seed: seed, Iterations: 8000}, func(s *search) { s.breedAll(t.Context(), newWarp(s.m), breeds, seed) })
			if got, want := sum(s), sum(all); got != want {
				t.Errorf("seed %d, breeding %v: %d cents, the least is %d", seed, breeds, got, want)
			}
		}
	}
}
