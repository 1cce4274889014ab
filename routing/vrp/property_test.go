package vrp

import (
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// exhaustiveBudget finds the optimum of up to eight stops, as TestPlainEqualsExhaustive shows.
const exhaustiveBudget = 3000

func costOf(t *testing.T, p routing.Problem) int64 {
	t.Helper()
	s, err := Solve(t.Context(), p, Options{Seed: 1, Iterations: exhaustiveBudget})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, s); err != nil {
		t.Fatal(err)
	}
	return s.CostCents
}

// The cost does not depend on the order in which stops are given, grows threefold where every length and fixed price does,
// and never rises with the capacity.
func TestCostKeepsItsProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 9))
		p := bareProblem(random, 7, int64(10+random.IntN(20)), true)
		base := costOf(t, p)

		shuffled := p
		shuffled.Stops = append([]routing.Stop(nil), p.Stops...)
		random.Shuffle(len(shuffled.Stops), func(i, j int) {
			shuffled.Stops[i], shuffled.Stops[j] = shuffled.Stops[j], shuffled.Stops[i]
		})
		if got := costOf(t, shuffled); got != base {
			t.Errorf("seed %d: %d, in another order %d", seed, base, got)
		}

		wide := p
		wide.Matrix.DistanceM = make([]int32, len(p.Matrix.DistanceM))
		for k, d := range p.Matrix.DistanceM {
			wide.Matrix.DistanceM[k] = 3 * d
		}
		wide.Vehicles = append([]routing.Vehicle(nil), p.Vehicles...)
		wide.Vehicles[0].FixedCostCents *= 3
		if got := costOf(t, wide); got != 3*base {
			t.Errorf("seed %d: %d, three times as wide %d", seed, base, got)
		}

		roomy := p
		roomy.Vehicles = append([]routing.Vehicle(nil), p.Vehicles...)
		roomy.Vehicles[0].MaxWeightG += int64(1 + random.IntN(10))
		if got := costOf(t, roomy); got > base {
			t.Errorf("seed %d: %d, with more room %d", seed, base, got)
		}
	}
}
