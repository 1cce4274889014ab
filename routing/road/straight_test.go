package road

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The calibration is done anew on the extract that ships: its median detour is the one that docs/roads.md lists, below the
// middle of the four extracts, and the times that stand for streets are near to those on streets of the same length.
func TestStraightIsCalibrated(t *testing.T) {
	t.Parallel()
	g := realGraph(t)
	r := rand.New(rand.NewPCG(1, 2))
	var detours, paces []float64
	for len(detours) < 1000 {
		a, b := g.RandomPlace(r), g.RandomPlace(r)
		crow := metresBetween(a.Point, b.Point)
		sec, metres, ok := g.Travel(a, b)
		if crow < 300 || !ok {
			continue
		}
		detours = append(detours, float64(metres)/crow)
		guessed, far := Straight{Detour: float64(metres) / crow}.Travel(a.Point, b.Point)
		if far < metres-2 || far > metres+2 {
			t.Fatalf("%d m of street became %d m", metres, far)
		}
		paces = append(paces, float64(guessed)/float64(sec))
	}
	slices.Sort(detours)
	slices.Sort(paces)
	if m := detours[500]; m < 1.27 || m > 1.38 {
		t.Errorf("median detour %.3f, documented 1.32", m)
	}
	if m := paces[500]; m < 0.85 || m > 1.15 {
		t.Errorf("times guessed are %.2f of those on streets", m)
	}
	if f := (Straight{}).Factor(); f != DetourFactor || (Straight{Detour: 1.3}).Version() != "straight lines × 1.3" {
		t.Errorf("factor %v", f)
	}
	if sec, metres := (Straight{}).Travel(g.RandomPlace(r).Point, g.bound.Min); sec <= 0 || metres <= 0 {
		t.Errorf("%d s, %d m", sec, metres)
	}
}
