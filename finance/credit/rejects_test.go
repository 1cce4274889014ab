package credit

import (
	"context"
	"math"
	"strings"
	"testing"
)

// Where officers refused the risky ones by what is in the table, a model of the accepted that learned from few risky cases
// is helped by the inferred ones: the refused get higher PDs, nearer to what truly became of them; the measures that it
// states are of accepted cases alone; and prudence 1 takes the accepted at their word.
func TestRejects(t *testing.T) {
	t.Parallel()
	f, y := firms(31, 1600)
	var in, out []int
	for i := range y {
		if f[0].Numbers[i] > 0.45 && i%4 > 0 { // mostly refused where late often
			out = append(out, i)
		} else {
			in = append(in, i)
		}
	}
	truth := mean(take(y, out))
	o := Options{Kind: ScoreCard, Seed: 3}
	m, note, err := TrainWithRejects(context.Background(), f.Take(in), take(y, in), f.Take(out), o, RejectOptions{Prudence: 1.3})
	if err != nil {
		t.Fatal(err)
	}
	if note.Accepted != len(in) || note.Used != len(out) || note.With.N != len(in) || m.Cases != len(y) {
		t.Errorf("%+v of %d cases", note, m.Cases)
	}
	if !(note.MeanWith > note.MeanAlone) || math.Abs(note.MeanWith-truth) > 0.15 || !(note.InferredRate > note.AcceptedRate) {
		t.Errorf("the refused truly failed at %.3f; accepts alone say %.3f, with rejects %.3f (inferred %.3f)", truth, note.MeanAlone, note.MeanWith, note.InferredRate)
	}
	if _, plain, err := TrainWithRejects(context.Background(), f.Take(in), take(y, in), f.Take(out), o, RejectOptions{Prudence: 1}); err != nil || math.Abs(plain.InferredRate-plain.MeanAlone) > 0.01 {
		t.Errorf("prudence 1: %+v, %v", plain, err)
	}
	for want, c := range map[string]struct {
		rejected Frame
		r        RejectOptions
	}{
		"there is none":       {nil, RejectOptions{}},
		"prudence 0.5":        {f.Take(out), RejectOptions{Prudence: 0.5}},
		`"late_share" is mis`: {f.Take(out)[1:], RejectOptions{}},
	} {
		if _, _, err := TrainWithRejects(context.Background(), f.Take(in), take(y, in), c.rejected, o, c.r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A printed card adds up: base points and those of a case's attributes give the score before calibration, half a point a
// line off at most.
func TestPrintedCard(t *testing.T) {
	t.Parallel()
	f, y := firms(32, 800)
	m := mustTrain(t, f, y, Options{Kind: ScoreCard, Seed: 1})
	base, lines, ok := m.PointsTable()
	if !ok {
		t.Fatal("no table")
	}
	at := map[[2]string]int{}
	for _, l := range lines {
		at[[2]string{l.Characteristic, l.Attribute}] = l.Points
	}
	_, score, err := m.raw(f, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		sum, bins := base, make([]int, len(m.Card.Parts))
		for j, p := range m.Card.Parts {
			bins[j] = p.Binning.bins(f.Column(p.Binning.Feature))[i]
			sum += at[[2]string{p.Binning.Feature, p.Binning.Bins[bins[j]].Label}]
		}
		for _, x := range m.Card.Crosses {
			a, b := m.Card.Parts[x.A].Binning, m.Card.Parts[x.B].Binning
			sum += at[[2]string{a.Feature + " × " + b.Feature, a.Bins[bins[x.A]].Label + ", " + b.Bins[bins[x.B]].Label}]
		}
		if exact := m.Points.Offset() - m.Points.Factor()*score[i]; math.Abs(float64(sum)-exact) > 0.5*float64(1+len(m.Card.Parts)+len(m.Card.Crosses)) {
			t.Errorf("case %d: the table gives %d, the score is %.1f", i, sum, exact)
		}
	}
	if _, _, ok := mustTrain(t, f, y, Options{Kind: GlassBox}).PointsTable(); ok {
		t.Error("a glass-box has a table of points")
	}
}
