package credit

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Fresh cases of the same kind leave nothing to find; a year in which all fail twice as often is found by grade; a shifted
// book by its index; and the page shows the findings.
func TestValidate(t *testing.T) {
	t.Parallel()
	f, y := firms(21, 1500)
	m := mustTrain(t, f, y, Options{Kind: ScoreCard, Factors: map[string]string{"noise": "<chance>"}})
	fresh, fy := firms(22, 1500)
	v, err := m.Validate(fresh, fy, nil)
	if err != nil || len(v.Findings) != 1 || !strings.HasPrefix(v.Findings[0], "nothing that speaks") || !(v.AUCLow < v.Measures.AUC && v.Measures.AUC < v.AUCHigh) {
		t.Errorf("%q, %v", v.Findings, err)
	}
	if v.Model.Features[0].Feature == "noise" {
		t.Error("noise is said to move most")
	}
	worse := slices.Clone(fy)
	for i := range worse {
		if i%5 == 0 {
			worse[i] = 1
		}
	}
	if v, err = m.Validate(fresh, worse, nil); err != nil || !strings.Contains(strings.Join(v.Findings, "\n"), "its PD is too low") {
		t.Errorf("%q, %v", v.Findings, err)
	}
	for i := range fresh[0].Numbers {
		fresh[0].Numbers[i] = 0.9
	}
	v, err = m.Validate(fresh, fy, nil)
	if err != nil || !strings.Contains(strings.Join(v.Findings, "\n"), "late_share has moved") {
		t.Errorf("%q, %v", v.Findings, err)
	}
	html, err := v.HTML()
	if err != nil || !strings.Contains(string(html), "late_share has moved") || strings.Contains(string(html), "<chance>") {
		t.Errorf("the page lacks its findings or lets markup through: %v", err)
	}
}

// A challenger that sees more replaces the champion, one that sees less does not, and a model is no better than itself.
func TestChallenger(t *testing.T) {
	t.Parallel()
	f, y := firms(23, 1500)
	fresh, fy := firms(24, 2500)
	blind := append(slices.Clone(f[1:4]), Column{Name: "late_share", Numbers: make([]float64, 1500)}, f[4])
	full, less := mustTrain(t, f, y, Options{Kind: ScoreCard}), mustTrain(t, blind, y, Options{Kind: ScoreCard})
	for want, pair := range map[string][2]*Model{"replace": {less, full}, "ranks better beyond chance: keep": {full, less}, "no difference": {full, full}} {
		v, err := pair[0].Validate(fresh, fy, pair[1])
		if err != nil || !strings.Contains(v.Challenger.Verdict, want) {
			t.Errorf("want %q, got %+v, %v", want, v.Challenger, err)
		}
	}
}

// Published: a scorecard's scale (Siddiqi 2006, chapter 6), Merton's example of Hull, and bounds for low defaults that
// hold their own definition: under the bound, so few defaults are just 1 − confidence likely.
func TestPublishedCredit(t *testing.T) {
	t.Parallel()
	if s := StandardPoints; math.Abs(s.Factor()-28.8539) > 1e-4 || math.Abs(s.Offset()-487.123) > 1e-3 {
		t.Errorf("factor %g, offset %g", s.Factor(), s.Offset())
	}
	m, err := Merton(3, 0.8, 10, 0.05, 1)
	if err != nil || math.Abs(m.Assets-12.40) > 0.006 || math.Abs(m.Volatility-0.2123) > 6e-5 || math.Abs(m.PD-0.127) > 6e-4 {
		t.Errorf("%+v, %v", m, err)
	}
	for _, rho := range []float64{0, 0.12} {
		b, err := PlutoTasche([]int{100, 400, 300}, []int{0, 0, 0}, 0.9, rho)
		if err != nil || !(b[0] < b[1] && b[1] < b[2]) {
			t.Fatalf("bounds %v, %v", b, err)
		}
		at := math.Pow(1-b[0], 800)
		if rho > 0 {
			at = fewDefaults(800, 0, b[0], rho)
		}
		if math.Abs(at-0.1) > 1e-6 {
			t.Errorf("correlation %g: no default of 800 is %g likely at %g, want 0.1", rho, at, b[0])
		}
	}
}
