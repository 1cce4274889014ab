package credit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Assessment is what a model says of one case, with its reasons.
type Assessment struct {
	PD        float64  `json:"pd"`
	Low       float64  `json:"low"` // 90 % interval
	High      float64  `json:"high"`
	Grade     string   `json:"grade"` // of the master scale
	Points    float64  `json:"points"`
	Reasons   []Reason `json:"reasons"`             // what raises the risk most, at most four
	Strengths []Reason `json:"strengths,omitempty"` // what lowers it most, at most two
	// Notes say what makes the interval wider than usual: missing, unknown or far-off values.
	Notes []string `json:"notes,omitempty"`
}

// Reason is a business factor that moved the score away from the usual case.
type Reason struct {
	Factor   string  `json:"factor"`
	LogOdds  float64 `json:"log_odds"` // added to those of the bad event, against the mean case
	Points   float64 `json:"points"`   // the same in points of the score, negative = lost
	Sentence string  `json:"sentence"`
	Change   *Change `json:"change,omitempty"` // what would improve it; nil = nothing that could be changed helps
}

// Change is a value within reach that moves the score.
type Change struct {
	Column string  `json:"column"`
	From   string  `json:"from"`
	To     string  `json:"to"`
	PD     float64 `json:"pd"` // after it, all else as it is
}

// The most reasons and strengths; more than four hardly help (12 CFR 1002.9, official interpretation 9(b)(2)-1).
const (
	mostReasons   = 4
	mostStrengths = 2
)

// z90 is half a 90 % interval in standard deviations; oddWidth is what each odd value adds to that of the log-odds.
const oddWidth = 0.3

// AssessOptions says how much is wanted.
type AssessOptions struct {
	Workers   int  // 0 = 1
	NoChanges bool // reasons without what would improve them, for large books
}

// Assess scores cases with reasons. Unseen words and infinite numbers count as missing, with a note and a wider interval;
// a missing column is refused by name. O(cases · trees).
func (m *Model) Assess(f Frame, o AssessOptions) ([]Assessment, error) {
	o.Workers = max(1, o.Workers)
	f = finite(f)
	phi, score, err := m.raw(f, o.Workers)
	if err != nil {
		return nil, err
	}
	columns, err := coded(f, m.Features)
	if err != nil {
		return nil, err
	}
	n := len(m.Features)
	out := make([]Assessment, f.Rows())
	factors := m.factors()
	const block = 128
	parallel((len(out)+block-1)/block, o.Workers, func(b int) {
		x := make([]float64, m.width())
		for i := b * block; i < min(len(out), (b+1)*block); i++ {
			for j := range columns {
				x[j] = columns[j][i]
			}
			out[i] = m.assess(f, i, x, phi[i*n:(i+1)*n], score[i], factors, o)
		}
	})
	return out, nil
}

func finite(f Frame) Frame {
	var out Frame
	for j, c := range f {
		if !slices.ContainsFunc(c.Numbers, func(x float64) bool { return math.IsInf(x, 0) }) {
			continue
		}
		if out == nil {
			out = slices.Clone(f)
		}
		numbers := slices.Clone(c.Numbers)
		for i, x := range numbers {
			if math.IsInf(x, 0) {
				numbers[i] = math.NaN()
			}
		}
		out[j].Numbers = numbers
	}
	if out == nil {
		return f
	}
	return out
}

func (m *Model) assess(f Frame, i int, x, phi []float64, score float64, factors [][]int, o AssessOptions) Assessment {
	a := Assessment{PD: m.Calibrate.Apply(sigmoid(score))}
	grade := GradeIndex(a.PD)
	a.Grade, a.Points = m.Scale[grade].Name, m.Points.Points(a.PD)
	a.Notes = m.odd(f, i, x)
	g := m.Scale[grade]
	error2 := 1/(float64(g.Bads)+0.5) + 1/(float64(g.Cases-g.Bads)+0.5) // of the grade's observed log-odds
	width := z90 * math.Sqrt(math.Min(error2, 4)+m.Spread*m.Spread+oddWidth*oddWidth*float64(len(a.Notes)))
	middle := logOdds(a.PD)
	a.Low, a.High = sigmoid(middle-width), sigmoid(middle+width)
	moved := make([]float64, len(factors))
	order := make([]int, len(factors))
	for k, columns := range factors {
		order[k] = k
		for _, j := range columns {
			moved[k] += phi[j] - m.Mean[j]
		}
	}
	slices.SortStableFunc(order, func(p, q int) int { return cmp.Compare(moved[q], moved[p]) })
	for _, k := range order[:min(mostReasons, len(order))] {
		if moved[k] > leastReason {
			a.Reasons = append(a.Reasons, m.reason(x, phi, factors[k], moved[k], !o.NoChanges))
		}
	}
	for n := 0; n < mostStrengths && n < len(order); n++ {
		if k := order[len(order)-1-n]; moved[k] < -leastReason {
			a.Strengths = append(a.Strengths, m.reason(x, phi, factors[k], moved[k], false))
		}
	}
	return a
}

// leastReason is the log-odds under which a factor is no reason.
const leastReason = 0.01

// factors groups the features by business factor, in the order of the features.
func (m *Model) factors() [][]int {
	var out [][]int
	at := map[string]int{}
	for j, f := range m.Features {
		k, ok := at[f.Factor]
		if !ok {
			k = len(out)
			at[f.Factor] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], j)
	}
	return out
}

// reason names the factor's column that moved most, in words.
func (m *Model) reason(x, phi []float64, columns []int, moved float64, change bool) Reason {
	lead := columns[0]
	for _, j := range columns {
		if math.Abs(phi[j]-m.Mean[j]) > math.Abs(phi[lead]-m.Mean[lead]) {
			lead = j
		}
	}
	f := &m.Features[lead]
	verb := "raises"
	if moved < 0 {
		verb = "lowers"
	}
	r := Reason{Factor: f.Factor, LogOdds: moved, Points: -moved * m.Points.Factor()}
	r.Sentence = f.Name + " is " + m.shown(lead, x[lead]) + ", which " + verb + " the odds of the bad event by a factor of " +
		strconv.FormatFloat(math.Exp(math.Abs(moved)), 'f', 2, 64) + " against the mean case"
	if len(columns) > 1 {
		r.Sentence = f.Factor + ": " + r.Sentence + " (with " + strconv.Itoa(len(columns)-1) + " related)"
	}
	if change {
		r.Change = m.improve(x, columns)
	}
	return r
}

func (m *Model) shown(j int, v float64) string {
	switch {
	case math.IsNaN(v):
		return "missing"
	case m.Features[j].Levels != nil:
		return m.Features[j].Levels[int(v)]
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// leastGain is the part of the odds that a change must take away to be worth saying.
const leastGain = 0.02

// improve tries the values that good cases have and takes the one that lowers the score most, the nearest to what is now
// where two are about as good.
func (m *Model) improve(x []float64, columns []int) *Change {
	now := m.logOddsOf(x)
	best, bestAt := now-leastGain, -1
	var to float64
	for _, j := range columns {
		if slices.Contains(m.Fixed, m.Features[j].Name) {
			continue
		}
		was := x[j]
		for _, v := range m.Better[j] {
			if v == was {
				continue
			}
			x[j] = v
			if s := m.logOddsOf(x); s < best-1e-6 || s < best+1e-6 && bestAt == j && math.Abs(v-was) < math.Abs(to-was) {
				best, bestAt, to = s, j, v
			}
		}
		x[j] = was
	}
	if bestAt < 0 {
		return nil
	}
	return &Change{
		Column: m.Features[bestAt].Name, From: m.shown(bestAt, x[bestAt]), To: m.shown(bestAt, to),
		PD: m.Calibrate.Apply(sigmoid(best)),
	}
}

// rarelyMissing is the share of missing values under which a missing one is odd.
const rarelyMissing = 0.01

// odd lists what the model has seldom or never seen in this case.
func (m *Model) odd(f Frame, i int, x []float64) []string {
	var notes []string
	for j := range m.Features {
		feature, v := &m.Features[j], x[j]
		switch {
		case math.IsNaN(v) && feature.Levels != nil && f.Column(feature.Name).Words[i] != "":
			notes = append(notes, fmt.Sprintf("%s %q was never seen while learning and counts as missing", feature.Name, f.Column(feature.Name).Words[i]))
		case math.IsNaN(v) && feature.Missing < rarelyMissing:
			notes = append(notes, feature.Name+" is missing, which it seldom was while learning")
		case feature.Levels == nil && (v < feature.Low-(feature.High-feature.Low) || v > feature.High+(feature.High-feature.Low)):
			notes = append(notes, fmt.Sprintf("%s is %g, far from the %g to %g that was learned from", feature.Name, v, feature.Low, feature.High))
		}
	}
	return notes
}

// Drift measures how far a book has moved from the cases learned from: the score's stability index first, then each
// feature's (the characteristic stability index).
func (m *Model) Drift(f Frame) ([]Drift, error) {
	_, score, err := m.raw(finite(f), 1)
	if err != nil {
		return nil, err
	}
	columns, err := coded(finite(f), m.Features)
	if err != nil {
		return nil, err
	}
	index, err := PSI(m.Scores.Shares, m.Scores.sharesNumbers(score))
	if err != nil {
		return nil, err
	}
	out := []Drift{{"score", index, band(index)}}
	for j := range m.Features {
		var now []float64
		if l := m.Features[j].Levels; l != nil {
			now = sharesCodes(columns[j], len(l))
		} else {
			now = m.Profiles[j].sharesNumbers(columns[j])
		}
		if index, err = PSI(m.Profiles[j].Shares, now); err != nil {
			return nil, err
		}
		out = append(out, Drift{m.Features[j].Name, index, band(index)})
	}
	return out, nil
}
