package credit

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
)

// Card says what a model is, for its inventory entry: what it was learned from, what moves it, what it leaves out.
type Card struct {
	Kind       string      `json:"kind"`
	Cases      int         `json:"cases"`
	Bads       int         `json:"bads"`
	Seed       uint64      `json:"seed"`
	Features   []Weight    `json:"features"` // most weighty first
	SetAside   []SetAside  `json:"set_aside,omitempty"`
	Calibrated Calibration `json:"calibration"`
	Stated     Measures    `json:"stated"` // on cases left out while learning
	Limits     []string    `json:"limits"`
}

// Weight is how much a feature moves scores: the mean distance of its contribution from the usual one, in log-odds.
type Weight struct {
	Feature   string  `json:"feature"`
	Factor    string  `json:"factor"`
	Direction int8    `json:"direction,omitempty"`
	Moves     float64 `json:"moves"`
}

// Validation holds a model against cases that it was not learned from, in the sense of SR 26-2 / OCC Bulletin 2026-13:
// inventory entry, outcome analysis, calibration by grade, stability, challenge, and findings in words.
type Validation struct {
	Model      Card            `json:"model"`
	Measures   Measures        `json:"measures"`
	AUCLow     float64         `json:"auc_low"` // 95 % interval (DeLong)
	AUCHigh    float64         `json:"auc_high"`
	Grades     []GradeTest     `json:"grades"`
	Drift      []Drift         `json:"drift"`
	Challenger *ChallengerTest `json:"challenger,omitempty"`
	Findings   []string        `json:"findings"`
}

// GradeTest is a grade's stated PD against what came.
type GradeTest struct {
	Grade    string  `json:"grade"`
	Cases    int     `json:"cases"`
	Bads     int     `json:"bads"`
	Expected float64 `json:"expected"` // mean PD
	Rate     float64 `json:"rate"`
	// P is the one-sided chance of so many bads or more under the stated PD, by Jeffreys' posterior.
	P float64 `json:"p"`
}

// ChallengerTest compares another model on the same cases.
type ChallengerTest struct {
	Measures  Measures `json:"measures"`
	AUCGain   float64  `json:"auc_gain"` // challenger less champion
	P         float64  `json:"p"`        // two-sided, DeLong
	BrierGain float64  `json:"brier_gain"`
	Verdict   string   `json:"verdict"`
}

// Levels at which a finding is made.
const (
	findingP    = 0.01
	findingDrop = 0.03
)

// Validate measures the model on cases and outcomes it has not seen; challenger may be nil.
func (m *Model) Validate(f Frame, y []float64, challenger *Model) (Validation, error) {
	if f.Rows() != len(y) {
		return Validation{}, fmt.Errorf("credit: %d cases but %d outcomes", f.Rows(), len(y))
	}
	p, err := m.PD(f)
	if err != nil {
		return Validation{}, err
	}
	v := Validation{}
	if v.Measures, err = Measure(y, p); err != nil {
		return Validation{}, err
	}
	if v.Model, err = m.card(f); err != nil {
		return Validation{}, err
	}
	own := placements(y, p)
	se := math.Sqrt(covariance(own, own))
	v.AUCLow, v.AUCHigh = math.Max(0, v.Measures.AUC-1.96*se), math.Min(1, v.Measures.AUC+1.96*se)
	v.Grades = m.gradeTests(y, p)
	if v.Drift, err = m.Drift(f); err != nil {
		return Validation{}, err
	}
	if challenger != nil {
		if v.Challenger, err = challenge(challenger, f, y, v.Measures, own); err != nil {
			return Validation{}, err
		}
	}
	v.Findings = v.find()
	return v, nil
}

func (m *Model) card(f Frame) (Card, error) {
	c := Card{Kind: m.Kind, Cases: m.Cases, Bads: m.Bads, Seed: m.Seed, SetAside: m.Aside, Calibrated: m.Calibrate, Stated: m.Fitted}
	phi, _, err := m.raw(finite(f), 1)
	if err != nil {
		return Card{}, err
	}
	n := len(m.Features)
	for j, feature := range m.Features {
		w := Weight{Feature: feature.Name, Factor: feature.Factor, Direction: feature.Direction}
		for i := range f.Rows() {
			w.Moves += math.Abs(phi[i*n+j]-m.Mean[j]) / float64(f.Rows())
		}
		c.Features = append(c.Features, w)
	}
	slices.SortStableFunc(c.Features, func(a, b Weight) int { return cmp.Compare(b.Moves, a.Moves) })
	c.Limits = append(c.Limits, fmt.Sprintf("learned from %d cases with %d bad ones; a case unlike them is scored with a note and a wider interval", m.Cases, m.Bads))
	if m.Bads < 100 {
		c.Limits = append(c.Limits, "fewer than 100 bad cases: use the prudent PDs of the master scale where money hangs on them")
	}
	return c, nil
}

func (m *Model) gradeTests(y, p []float64) []GradeTest {
	out := make([]GradeTest, len(masterScale))
	for i := range y {
		g := &out[GradeIndex(p[i])]
		g.Cases++
		g.Bads += int(y[i])
		g.Expected += p[i]
	}
	for k := range out {
		g := &out[k]
		g.Grade = masterScale[k].name
		if g.Cases > 0 {
			g.Expected /= float64(g.Cases)
			g.Rate = float64(g.Bads) / float64(g.Cases)
			g.P = underJeffreys(g.Bads, g.Cases, g.Expected)
		}
	}
	return slices.DeleteFunc(out, func(g GradeTest) bool { return g.Cases == 0 })
}

// placed are, for each bad case, the share of goods it ranks above, and for each good the share of bads above it: the
// structural components of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988).
type placed struct{ bad, good []float64 }

func placements(y, p []float64) placed {
	var bads, goods []float64
	for i := range y {
		if y[i] == 1 {
			bads = append(bads, p[i])
		} else {
			goods = append(goods, p[i])
		}
	}
	sb, sg := slices.Sorted(slices.Values(bads)), slices.Sorted(slices.Values(goods))
	below := func(sorted []float64, x float64) float64 {
		lo, _ := slices.BinarySearch(sorted, x)
		hi := lo
		for hi < len(sorted) && sorted[hi] == x {
			hi++
		}
		return (float64(lo) + float64(hi-lo)/2) / float64(len(sorted))
	}
	var out placed
	for _, x := range bads {
		out.bad = append(out.bad, below(sg, x))
	}
	for _, x := range goods {
		out.good = append(out.good, 1-below(sb, x))
	}
	return out
}

func covariance(a, b placed) float64 {
	part := func(x, y []float64) float64 {
		if len(x) < 2 {
			return 0.25
		}
		var mx, my, s float64
		for i := range x {
			mx += x[i] / float64(len(x))
			my += y[i] / float64(len(x))
		}
		for i := range x {
			s += (x[i] - mx) * (y[i] - my)
		}
		return s / float64(len(x)-1) / float64(len(x))
	}
	return part(a.bad, b.bad) + part(a.good, b.good)
}

func challenge(c *Model, f Frame, y []float64, champion Measures, own placed) (*ChallengerTest, error) {
	p, err := c.PD(f)
	if err != nil {
		return nil, fmt.Errorf("credit: challenger: %w", err)
	}
	t := &ChallengerTest{}
	if t.Measures, err = Measure(y, p); err != nil {
		return nil, err
	}
	theirs := placements(y, p)
	t.AUCGain, t.BrierGain, t.P = t.Measures.AUC-champion.AUC, champion.Brier-t.Measures.Brier, 1
	if v := covariance(own, own) + covariance(theirs, theirs) - 2*covariance(own, theirs); v > 1e-15 {
		t.P = math.Erfc(math.Abs(t.AUCGain) / math.Sqrt(2*v))
	}
	switch {
	case t.P < findingP && t.AUCGain > 0 && t.BrierGain >= 0:
		t.Verdict = "the challenger ranks better beyond chance and its PDs are no worse: replace the champion"
	case t.P < findingP && t.AUCGain < 0:
		t.Verdict = "the champion ranks better beyond chance: keep it"
	default:
		t.Verdict = "no difference beyond chance: keep the champion"
	}
	return t, nil
}

// find puts into words what a reader should act on.
func (v *Validation) find() []string {
	var out []string
	if stated := v.Model.Stated.AUC; v.AUCHigh < stated-findingDrop/2 || v.Measures.AUC < stated-findingDrop {
		out = append(out, fmt.Sprintf("it ranks worse than stated: AUC %.3f (%.3f to %.3f), stated %.3f", v.Measures.AUC, v.AUCLow, v.AUCHigh, stated))
	}
	for _, g := range v.Grades {
		if g.P < findingP {
			out = append(out, fmt.Sprintf("grade %s: %d of %d failed where %.2f %% were expected: its PD is too low", g.Grade, g.Bads, g.Cases, 100*g.Expected))
		}
	}
	for _, d := range v.Drift {
		if d.Band != "stable" {
			out = append(out, fmt.Sprintf("%s has moved from what was learned: stability index %.3f, %s", d.Name, d.Index, d.Band))
		}
	}
	if v.Challenger != nil {
		out = append(out, v.Challenger.Verdict)
	}
	if len(out) == 0 {
		out = []string{"nothing that speaks against its use: it ranks and is calibrated as stated, and the cases are like those learned from"}
	}
	return out
}

var page = template.Must(template.New("validation").Funcs(template.FuncMap{
	"pct":    func(x float64) string { return fmt.Sprintf("%.2f %%", 100*x) },
	"number": func(x float64) string { return fmt.Sprintf("%.4g", x) },
}).Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation of a {{.Model.Kind}} credit model</title>
<style>body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}table{border-collapse:collapse;margin:.5rem 0 1.5rem}
td,th{padding:.2rem .8rem;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}</style></head><body>
<h1>Validation of a {{.Model.Kind}} credit model</h1>
<h2>Findings</h2><ul>{{range .Findings}}<li>{{.}}</li>{{end}}</ul>
<h2>Model card</h2><p>Learned from {{.Model.Cases}} cases, {{.Model.Bads}} of them bad; seed {{.Model.Seed}}; calibration {{.Model.Calibrated.Method}}.</p>
<ul>{{range .Model.Limits}}<li>{{.}}</li>{{end}}</ul>
<table><tr><th>Feature</th><th>Factor</th><th>Direction</th><th>Moves log-odds by</th></tr>
{{range .Model.Features}}<tr><td>{{.Feature}}</td><td>{{.Factor}}</td><td>{{.Direction}}</td><td>{{number .Moves}}</td></tr>{{end}}</table>
{{if .Model.SetAside}}<h3>Set aside</h3><table>{{range .Model.SetAside}}<tr><td>{{.Column}}</td><td>{{.Reason}}</td></tr>{{end}}</table>{{end}}
<h2>Outcomes</h2><table><tr><th></th><th>here</th><th>stated</th></tr>
<tr><td>cases</td><td>{{.Measures.N}}</td><td>{{.Model.Stated.N}}</td></tr><tr><td>bad</td><td>{{.Measures.Bads}}</td><td>{{.Model.Stated.Bads}}</td></tr>
<tr><td>AUC</td><td>{{number .Measures.AUC}} ({{number .AUCLow}} to {{number .AUCHigh}})</td><td>{{number .Model.Stated.AUC}}</td></tr>
<tr><td>KS</td><td>{{number .Measures.KS}}</td><td>{{number .Model.Stated.KS}}</td></tr>
<tr><td>Brier</td><td>{{number .Measures.Brier}}</td><td>{{number .Model.Stated.Brier}}</td></tr>
<tr><td>calibration error</td><td>{{number .Measures.ECE}}</td><td>{{number .Model.Stated.ECE}}</td></tr>
<tr><td>H-measure</td><td>{{number .Measures.HMeasure}}</td><td>{{number .Model.Stated.HMeasure}}</td></tr></table>
<h2>By grade</h2><table><tr><th>Grade</th><th>cases</th><th>bad</th><th>expected</th><th>came</th><th>chance of so many</th></tr>
{{range .Grades}}<tr><td>{{.Grade}}</td><td>{{.Cases}}</td><td>{{.Bads}}</td><td>{{pct .Expected}}</td><td>{{pct .Rate}}</td><td>{{number .P}}</td></tr>{{end}}</table>
<h2>Stability</h2><table><tr><th></th><th>index</th><th>band</th></tr>{{range .Drift}}<tr><td>{{.Name}}</td><td>{{number .Index}}</td><td>{{.Band}}</td></tr>{{end}}</table>
{{with .Challenger}}<h2>Challenger</h2><p>{{.Verdict}} (AUC {{number .Measures.AUC}}, gain {{number .AUCGain}}, p {{number .P}}; Brier gain {{number .BrierGain}}).</p>{{end}}
</body></html>
`))

// HTML writes the report as a page that stands alone.
func (v *Validation) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("credit: write the validation report: %w", err)
	}
	return b.Bytes(), nil
}
