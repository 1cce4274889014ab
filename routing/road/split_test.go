package road

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

// The pieces of a way join, and their legs add up to its own: times to rounding of a millisecond a cut, lengths to a
// centimetre; each cut lies as far from the start as was asked.
func TestSplit(t *testing.T) {
	t.Parallel()
	g, _, err := Read(context.Background(), realReader(t), Van())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 9))
	for range 40 {
		p, ok := g.Route(g.RandomPlace(r), g.RandomPlace(r))
		if !ok {
			continue
		}
		cuts := make([]float64, r.IntN(30))
		for k := range cuts {
			cuts[k] = float64(p.DistanceM) * r.Float64()
		}
		if len(cuts) > 2 {
			cuts[0], cuts[1] = 0, cuts[2]
		}
		slices.Sort(cuts)
		pieces := g.Split(p, cuts)
		if len(pieces) != len(cuts)+1 {
			t.Fatalf("%d pieces of %d cuts", len(pieces), len(cuts))
		}
		ms, cm := int64(0), int64(0)
		for k, x := range pieces {
			if k > 0 && pieces[k-1].Geometry[len(pieces[k-1].Geometry)-1] != x.Geometry[0] {
				t.Errorf("piece %d begins at %v, the one before ends at %v", k, x.Geometry[0], pieces[k-1].Geometry)
			}
			for _, l := range x.Legs {
				ms, cm = ms+int64(l.TurnMs+l.DriveMs), cm+int64(l.LengthCm)
			}
			if k < len(cuts) && (float64(cm)/100 < cuts[k]-0.1 || float64(cm)/100 > cuts[k]+0.1) {
				t.Errorf("cut %d lies %d cm from the start, want %v m", k, cm, cuts[k])
			}
		}
		wantMs, wantCm := int64(0), int64(0)
		for _, l := range p.Legs {
			wantMs, wantCm = wantMs+int64(l.TurnMs+l.DriveMs), wantCm+int64(l.LengthCm)
		}
		if d := ms - wantMs; d > int64(len(cuts)) || -d > int64(len(cuts)) {
			t.Errorf("%d ms in pieces, %d whole", ms, wantMs)
		}
		if d := cm - wantCm; d > 1 || d < -1 {
			t.Errorf("%d cm in pieces, %d whole", cm, wantCm)
		}
	}
}
