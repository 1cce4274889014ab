package vrp

import (
	"context"
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// drawRounds draws stops with windows and release times for vehicles that load anew.
func drawRounds(rng *rand.Rand) routing.Problem {
	p := routing.Problem{Matrix: blocks(rng, 25, 1000)}
	for i := range 24 {
		from := rng.Int64N(6000)
		p.Stops = append(p.Stops, routing.Stop{ID: string(rune('a' + i)), Location: int32(i + 1), WeightG: 1 + rng.Int64N(9), ServiceSec: 60,
			Window: routing.Window{StartSec: from, EndSec: from + 3000 + rng.Int64N(6000)}})
		p.Stops[i].ReadySec = rng.Int64N(3000)
	}
	p.Vehicles = []routing.Vehicle{{ID: "v", MaxWeightG: 25, MaxVolumeCm3: 1,
		Shift: routing.Window{StartSec: 100, EndSec: 14_000}, CostCentsPerKm: 100, FixedCostCents: 50}}
	p.Vehicles[0].Count, p.Vehicles[0].Trips, p.Vehicles[0].ReloadSec = 4, 4, 90
	return p
}

// On tours of several trips with windows and release times, what marks say of a further stop is what the exact pass says: the same cost
// where it joins a trip or goes alone on one, and never where it may not.
func TestFurtherTripsAreJudgedAsDriven(t *testing.T) {
	t.Parallel()
	joined, alone := 0, 0
	for seed := range uint64(30) {
		p := drawRounds(rand.New(rand.NewPCG(seed, 3)))
		m := newModel(context.Background(), &p, Options{}, routing.Unservable(p))
		s := newSearch(m, Options{Iterations: 50}, seed)
		s.construct(context.Background())
		s.steps += s.anneal(context.Background(), 1)
		if !m.kinds[0].rounds {
			t.Fatal("the fleet should need no exact pass")
		}
		s.build.blink = false
		for _, on := range s.pl.tours {
			for c := range int32(m.n) {
				if on != nil && s.pl.stands[c].slot != on.slot {
					a, b := s.build.judgeRounds(t, on, c)
					joined, alone = joined+a, alone+b
				}
			}
		}
	}
	if joined == 0 || alone == 0 {
		t.Errorf("nothing tried of %d joined, %d alone", joined, alone)
	}
}

// judgeRounds holds every place of a tour for c to the exact pass, and counts those that are allowed.
func (b *builder) judgeRounds(t *testing.T, on *tour, c int32) (joined, alone int) {
	t.Helper()
	k := &b.m.kinds[on.kind]
	for at := range int32(len(on.seq) + 1) {
		b.found = seat{delta: never, slot: nowhere}
		b.try(on, c, at)
		if want := b.drives(k, on, c, at, 0); b.found.delta != want {
			t.Fatalf("stop %d behind place %d of %v costs %d, driven %d", c, at, on.seq, b.found.delta, want)
		}
		if b.found.delta < never {
			joined++
		}
		trip := int8(2)
		if at == 0 {
			trip = 1
		} else if int(at) < len(on.seq) && on.seq[at] != reload {
			continue
		}
		got, want := b.ownRound(k, on, c, at), b.drives(k, on, c, at, trip)
		if got != want {
			t.Fatalf("stop %d alone at place %d of %v costs %d, driven %d", c, at, on.seq, got, want)
		}
		if got < never {
			alone++
		}
	}
	return joined, alone
}
