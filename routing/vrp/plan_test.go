package vrp

import (
	"math/rand/v2"
	"slices"
	"testing"

	"quartermaster/internal/rng"
)

// Tearing open, rebuilding, local search and going back keep of every tour what is not touched; after each the plan is,
// field by field, the one that its sequences give from scratch, and going back brings the marked plan.
func TestPlanKeepsWhatHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 5))
		p := drawProblem(random, 12, 3)
		d := newData(t.Context(), &p, Options{}, make([]bool, 12))
		var in []int32
		for i := range int32(12) {
			in = append(in, i)
		}
		s := newSearch(d, in, seed)
		s.construct(t.Context())
		s.pl.mark()
		marked, absent := tours(s.pl), slices.Clone(s.pl.absent)
		for step := range 60 {
			s.ruin.run()
			compareWithFresh(t, s.pl)
			s.recreate.run(t.Context(), s.recreate.drawOrder())
			compareWithFresh(t, s.pl)
			if random.IntN(4) == 0 {
				s.descend(t.Context())
				compareWithFresh(t, s.pl)
			}
			if random.IntN(3) > 0 {
				s.pl.restore(absent)
				if !slices.EqualFunc(marked, tours(s.pl), slices.Equal) {
					t.Fatalf("seed %d, step %d: going back gives %v, marked was %v", seed, step, tours(s.pl), marked)
				}
				compareWithFresh(t, s.pl)
			} else if random.IntN(2) == 0 { // else the next ruin comes before any mark
				s.pl.mark()
				marked, absent = tours(s.pl), slices.Clone(s.pl.absent)
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
	}
}

func tours(pl *plan) [][]int32 {
	var seqs [][]int32
	for t := range pl.tours {
		seqs = append(seqs, slices.Clone(pl.tours[t].seq))
	}
	return seqs
}

func compareWithFresh(t *testing.T, pl *plan) {
	t.Helper()
	fresh := newPlan(pl.d, pl.absent)
	for k := range pl.tours {
		fresh.setSeq(int32(k), pl.tours[k].seq)
	}
	for k := range pl.tours {
		a, b := &pl.tours[k], &fresh.tours[k]
		if !slices.Equal(a.pre, b.pre) || !slices.Equal(a.suf, b.suf) || !slices.Equal(a.gaps, b.gaps) || a.cost != b.cost {
			t.Errorf("tour %d: %+v, from scratch %+v", k, a, b)
		}
	}
	if !slices.Equal(pl.tourOf, fresh.tourOf) || pl.cost != fresh.cost {
		t.Errorf("cost %d, tours %v; from scratch %d, %v", pl.cost, pl.tourOf, fresh.cost, fresh.tourOf)
	}
	for k := range pl.tours {
		for at, i := range pl.tours[k].seq {
			if int(pl.pos[i]) != at {
				t.Errorf("stop %d is at place %d of tour %d, not %d", i, at, k, pl.pos[i])
			}
		}
	}
}

// The floor of a new order is never above its cost, and equals it where nobody waits: what it rules out cannot pay.
func TestFloorIsBelowCost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		p := town(seed, 14, 1)
		random := rng.New(seed, "floor")
		for i := range p.Stops {
			p.Stops[i].ReadySec = 0
			if seed%2 == 0 {
				p.Stops[i].Window.StartSec, p.Stops[i].Window.EndSec = 0, 24*3600
			}
		}
		d := newData(t.Context(), &p, Options{}, make([]bool, 14))
		pl := newPlan(d, nil)
		seq := make([]int32, 14)
		for i := range seq {
			seq[i] = int32(i)
		}
		pl.setSeq(0, seq)
		low := random.IntN(14)
		high := low + random.IntN(15-low)
		random.Shuffle(high-low, func(a, b int) { seq[low+a], seq[low+b] = seq[low+b], seq[low+a] })
		whole := d.walk(0, seq)
		floor, cost := d.floor(0, &pl.tours[0], seq[low:high], low, high), d.cost(0, &whole)
		if floor > cost || floor < cost && seed%2 == 0 {
			t.Errorf("seed %d: floor %d, cost %d", seed, floor, cost)
		}
	}
}
