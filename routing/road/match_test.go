package road

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// drive gives one fix a second along a path, off by a normal error of noiseM in both directions.
func drive(g *Graph, p Path, noiseM float64, r *rand.Rand) []Fix {
	var fixes []Fix
	clock, next := 0.0, 0.0
	for _, l := range p.Legs {
		turn, take := float64(l.TurnMs)/1000, float64(l.DriveMs)/1000
		for ; next <= clock+turn+take; next++ {
			share := 0.0
			if take > 0 {
				share = math.Max(0, next-clock-turn) / take
			}
			at := g.Point(l.Edge(), l.Begin+share*(l.End-l.Begin))
			at[0] += noiseM * r.NormFloat64() / metresPerDegree / math.Cos(at[1]*math.Pi/180)
			at[1] += noiseM * r.NormFloat64() / metresPerDegree
			fixes = append(fixes, Fix{at, next})
		}
		clock += turn + take
	}
	return fixes
}

// Without noise a drive over real streets is matched to itself, edge by edge, with every fix on its place and the times of
// its edges found again.
func TestMatchWithoutNoise(t *testing.T) {
	t.Parallel()
	g, _, err := Read(context.Background(), realReader(t), Van())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	m := g.Matcher()
	right, total, passages := 0, 0, 0
	for range 40 {
		p, ok := g.Route(g.RandomPlace(r), g.RandomPlace(r))
		fixes := drive(g, p, 0, r)
		if !ok || p.DistanceM < 500 {
			continue
		}
		found, err := m.Match(context.Background(), fixes, MatchOptions{SigmaM: 3})
		if err != nil {
			t.Fatal(err)
		}
		driven := map[int32]bool{}
		for _, l := range p.Legs {
			driven[l.Directed] = true
		}
		for _, f := range found {
			if len(f.Places) != f.Last-f.First+1 || len(f.Used) != len(f.Places) {
				t.Fatalf("%d places for fixes %d…%d", len(f.Places), f.First, f.Last)
			}
			for _, l := range f.Path.Legs {
				total += int(l.LengthCm)
				if driven[l.Directed] {
					right += int(l.LengthCm)
				}
			}
			for _, x := range g.Passages(&f, fixes) {
				passages++
				if driven[x.Directed] && x.FreeSec > 20 && math.Abs(x.DriveSec/x.FreeSec-1) > 0.5 {
					t.Errorf("edge %d took %.1f s in the trace, %.1f s under free flow", x.Directed, x.DriveSec, x.FreeSec)
				}
			}
		}
	}
	if share := float64(right) / float64(total); share < 0.995 || passages < 100 {
		t.Errorf("%.4f of the length matched was driven, %d passages", share, passages)
	}
}

// A jump of 5 km for one fix is passed over; a pause of two minutes cuts the trace; a fix in the sea is left out.
func TestMatchThroughJumpsAndGaps(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, _ := readMap(t, Van(), nodes, ways)
	p, _ := g.Route(must(t, g, 9.5, 46.9955), must(t, g, 9.506, 47))
	fixes := drive(g, p, 2, rand.New(rand.NewPCG(1, 2)))
	whole, err := g.Match(context.Background(), fixes, MatchOptions{SigmaM: 5})
	if err != nil || len(whole) != 1 {
		t.Fatalf("%d pieces, %v", len(whole), err)
	}
	jump := append([]Fix(nil), fixes...)
	jump[len(jump)/2].Point[0] += 0.07
	got, err := g.Match(context.Background(), jump, MatchOptions{SigmaM: 5})
	if err != nil || len(got) != 1 || math.Abs(float64(got[0].Path.DistanceM-whole[0].Path.DistanceM)) > 15 {
		t.Errorf("with a jump: %d pieces, %v", len(got), err)
	}
	gap := append([]Fix(nil), fixes...)
	for i := len(gap) / 2; i < len(gap); i++ {
		gap[i].TimeSec += 120
	}
	if got, err = g.Match(context.Background(), gap, MatchOptions{SigmaM: 5}); err != nil || len(got) != 2 || got[0].Last >= got[1].First {
		t.Errorf("with a gap: %+v, %v", got, err)
	}
	for name, bad := range map[string][]Fix{
		"one fix":   fixes[:1],
		"in a gulf": {{orb.Point{0, 0}, 0}, {orb.Point{0, 0.001}, 10}},
		"backwards": {{fixes[0].Point, 5}, {fixes[1].Point, 4}},
		"no place":  {{orb.Point{math.NaN(), 47}, 0}, {orb.Point{9, math.Inf(1)}, 1}},
	} {
		if _, err := g.Match(context.Background(), bad, MatchOptions{}); !errors.Is(err, ErrTrace) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Edges of a real city with alleys, at the noise that the bench has, are mostly found: a floor far below what is measured.
func TestMatchWithNoise(t *testing.T) {
	t.Parallel()
	g, _, err := Read(context.Background(), realReader(t), Van())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 5))
	m := g.Matcher()
	right, total := 0.0, 0.0
	for range 30 {
		p, _ := g.Route(g.RandomPlace(r), g.RandomPlace(r))
		driven := map[int32]bool{}
		for _, l := range p.Legs {
			driven[l.Directed] = true
		}
		found, err := m.Match(context.Background(), drive(g, p, 10, r), MatchOptions{})
		if err != nil {
			continue
		}
		for _, f := range found {
			for _, l := range f.Path.Legs {
				total += float64(l.LengthCm)
				if driven[l.Directed] {
					right += float64(l.LengthCm)
				}
			}
		}
	}
	if right/total < 0.97 {
		t.Errorf("%.4f of the length matched was driven", right/total)
	}
}
