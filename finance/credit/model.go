package credit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"quartermaster/internal/gbdt"
)

// Kinds of model.
const (
	Boosted   = "boosted"   // trees beside a scorecard, weighed by cross-fitting
	ScoreCard = "scorecard" // points by bins and chosen pairs of bins
	GlassBox  = "glassbox"  // additive trees: one curve a feature, and chosen pairs
)

// Least numbers of cases that a model is learned from.
const (
	LeastCases = 20
	LeastOfOne = 5
)

// Options say how a model is learned. The zero value learns a boosted one.
type Options struct {
	Kind       string            // Boosted, ScoreCard or GlassBox; "" = Boosted
	Directions map[string]int8   // how risk moves with a number: +1 never down, −1 never up
	Factors    map[string]string // the business factor a column belongs to; default: the column itself
	Fixed      []string          // columns that nobody can change: no advice is given on them
	KeepLeaks  bool              // keep columns that look like later knowledge
	Crosses    int               // pairs that a card or glass-box may hold; 0 = 12, negative = none
	Seed       uint64
	Workers    int // 0 = 1; the model does not depend on it
	// Progress is told of each step, done in 0…1; nil = nobody listens.
	Progress func(done float64, sentence string)

	seen int // the first so many cases have outcomes that were seen, the others' were inferred; 0 = all
}

func (o Options) withDefaults() Options {
	if o.Kind == "" {
		o.Kind = Boosted
	}
	if o.Crosses == 0 {
		o.Crosses = 12
	}
	o.Crosses = max(0, o.Crosses)
	o.Workers = max(1, o.Workers)
	if o.Progress == nil {
		o.Progress = func(float64, string) {}
	}
	return o
}

// Model is a learned credit model with all that scoring, explaining and watching it needs. Its JSON form is its file.
type Model struct {
	Format    string        `json:"format"`
	Kind      string        `json:"kind"`
	Features  []Feature     `json:"features"`
	Derived   []Derived     `json:"derived,omitempty"` // columns made of the features, which trees and card see behind them
	Fixed     []string      `json:"fixed,omitempty"`
	Aside     []SetAside    `json:"set_aside,omitempty"`
	Card      *Scorecard    `json:"card,omitempty"`
	Trees     []*gbdt.Model `json:"trees,omitempty"` // members of equal weight
	CardPart  float64       `json:"card_part"`       // weight of the card's log-odds
	TreePart  float64       `json:"tree_part"`       // weight of the members' mean log-odds
	Shift     float64       `json:"shift"`
	Calibrate Calibration   `json:"calibration"`
	Scale     []Grade       `json:"master_scale"`
	Points    PointScale    `json:"points"`
	Mean      []float64     `json:"mean_contribution"` // of each feature over the cases learned from
	Start     float64       `json:"start"`             // log-odds of the mean case, before calibration
	Spread    float64       `json:"spread"`            // standard deviation of a case's log-odds over the folds' models
	Profiles  []Profile     `json:"profiles"`          // of each feature
	Scores    Profile       `json:"scores"`            // of the log-odds
	Better    [][]float64   `json:"better"`            // values of each feature worth reaching for, as numbers or level places
	Fitted    Measures      `json:"cross_fitted"`      // on cases left out while learning
	Cases     int           `json:"cases"`
	Bads      int           `json:"bads"`
	Seed      uint64        `json:"seed"`

	explainers []*gbdt.Explainer
	wide       []Feature // the features and what is derived
	place      []int     // among them, of the card's characteristics
}

const modelFormat = "quartermaster-credit/1"

// Train learns a model from cases and their outcomes (1 = bad). Everything that is fitted – bins, levels, trees, weights,
// calibration – sees these cases alone; the calibration and the stated measures come from cases left out in turn. An error
// names the column, row or option that makes no sense, and how many cases are wanting.
func Train(ctx context.Context, f Frame, y []float64, o Options) (*Model, error) {
	o = o.withDefaults()
	if err := validateCases(f, y); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{Boosted, ScoreCard, GlassBox}, o.Kind) {
		return nil, fmt.Errorf("credit: kind %q; want %s, %s or %s", o.Kind, Boosted, ScoreCard, GlassBox)
	}
	fs, aside, err := features(f, o.Directions, o.Factors)
	if err != nil {
		return nil, err
	}
	if !o.KeepLeaks {
		o.Progress(0.02, "looking for columns that know the outcome")
		leaks, err := Leaks(ctx, f, y, o.Seed, o.Workers)
		if err != nil {
			return nil, err
		}
		fs, aside = withoutLeaks(fs, aside, leaks)
		if len(fs) == 0 {
			return nil, fmt.Errorf("credit: every column looks like later knowledge of the outcome (%q first); keep them on purpose or bring others", leaks[0].Column)
		}
	}
	m := &Model{
		Format: modelFormat, Kind: o.Kind, Features: fs, Fixed: o.Fixed, Aside: aside, Points: StandardPoints,
		Cases: len(y), Seed: o.Seed,
	}
	for _, v := range y {
		m.Bads += int(v)
	}
	if err := m.learn(ctx, f, y, o); err != nil {
		return nil, err
	}
	return m, m.ready()
}

func validateCases(f Frame, y []float64) error {
	if err := f.validate(); err != nil {
		return err
	}
	if f.Rows() != len(y) {
		return fmt.Errorf("credit: %d cases but %d outcomes", f.Rows(), len(y))
	}
	bads := 0
	for i, v := range y {
		if v != 0 && v != 1 {
			return fmt.Errorf("credit: the outcome of row %d is %g; want 1 for bad, 0 for good", i, v)
		}
		bads += int(v)
	}
	if len(y) < LeastCases || bads < LeastOfOne || len(y)-bads < LeastOfOne {
		return fmt.Errorf("credit: %d bad and %d good cases; at least %d in all and %d of either outcome are needed to learn from", bads, len(y)-bads, LeastCases, LeastOfOne)
	}
	return nil
}

func withoutLeaks(fs []Feature, aside []SetAside, leaks []Leak) ([]Feature, []SetAside) {
	for _, l := range leaks {
		fs = slices.DeleteFunc(fs, func(f Feature) bool { return f.Name == l.Column })
		aside = append(aside, SetAside{l.Column, l.Reason})
	}
	return fs, aside
}

// table is the frame as the trees take it.
func (m *Model) table(f Frame) (gbdt.Table, []int8, error) {
	columns, err := m.columns(f)
	if err != nil {
		return gbdt.Table{}, nil, err
	}
	t := gbdt.Table{Columns: columns}
	directions := make([]int8, len(columns))
	for j, feature := range m.widened(len(m.Derived)) {
		t.Names = append(t.Names, feature.Name)
		t.Categorical = append(t.Categorical, feature.Levels != nil)
		directions[j] = feature.Direction
	}
	return t, directions, nil
}

// ready prepares what is not in the file.
func (m *Model) ready() error {
	m.explainers, m.place, m.wide = nil, nil, m.widened(len(m.Derived))
	for _, t := range m.Trees {
		m.explainers = append(m.explainers, t.Explainer())
	}
	if m.Card != nil {
		for _, p := range m.Card.Parts {
			k := slices.IndexFunc(m.wide, func(f Feature) bool { return f.Name == p.Binning.Feature })
			if k < 0 {
				return fmt.Errorf("credit: model file: the card's characteristic %q is no feature", p.Binning.Feature)
			}
			m.place = append(m.place, k)
		}
	}
	return nil
}

// raw gives, for each case, the contributions of the features and the log-odds before calibration.
func (m *Model) raw(f Frame, workers int) (phi, score []float64, err error) {
	columns, err := m.columns(f)
	if err != nil {
		return nil, nil, err
	}
	rows, n := f.Rows(), m.width()
	phi, score = make([]float64, rows*n), make([]float64, rows)
	start := m.Shift
	if m.Card != nil {
		m.Card.contributions(m.widen(f, len(m.Derived)), m.place, n, phi)
		for i := range phi {
			phi[i] *= m.CardPart
		}
		start += m.CardPart * m.Card.Intercept
	}
	share := 0.0
	if len(m.Trees) > 0 {
		share = m.TreePart / float64(len(m.Trees))
	}
	for _, e := range m.explainers {
		start += share * e.Bias()
	}
	const block = 256
	blocks := (rows + block - 1) / block
	errs := make([]error, blocks)
	parallel(blocks, workers, func(b int) {
		lo, hi := b*block, min(rows, (b+1)*block)
		part := make([]float64, (hi-lo)*n)
		for _, e := range m.explainers {
			if err := e.ExplainRows(columns, lo, hi, part); err != nil {
				errs[b] = err
				return
			}
			for i, v := range part {
				phi[lo*n+i] += share * v
			}
		}
		for i := lo; i < hi; i++ {
			score[i] = start
			for _, v := range phi[i*n : (i+1)*n] {
				score[i] += v
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	if len(m.Derived) > 0 {
		narrow := make([]float64, rows*len(m.Features))
		m.share(phi, narrow)
		phi = narrow
	}
	return phi, score, nil
}

// logOddsOf is the log-odds of one coded case before calibration, without explaining it. x has room for what is derived.
func (m *Model) logOddsOf(x []float64) float64 {
	m.fill(x)
	s := m.Shift
	if m.Card != nil {
		s += m.CardPart * m.Card.scoreCoded(x, m.place, m.wide)
	}
	for _, t := range m.Trees {
		s += m.TreePart / float64(len(m.Trees)) * t.Score(x)
	}
	return s
}

// PD gives the calibrated probability of the bad event of each case.
func (m *Model) PD(f Frame) ([]float64, error) {
	columns, err := coded(f, m.Features)
	if err != nil {
		return nil, err
	}
	out := make([]float64, f.Rows())
	x := make([]float64, m.width())
	for i := range out {
		for j := range columns {
			x[j] = columns[j][i]
		}
		out[i] = m.Calibrate.Apply(sigmoid(m.logOddsOf(x)))
	}
	return out, nil
}

// scoreCoded is the card's log-odds of one coded case.
func (card *Scorecard) scoreCoded(x []float64, place []int, features []Feature) float64 {
	s := card.Intercept
	var small [64]int
	bins := small[:0]
	for j := range card.Parts {
		f, v := &features[place[j]], x[place[j]]
		word := ""
		if f.Levels != nil && !math.IsNaN(v) {
			word = f.Levels[int(v)]
		}
		k := card.Parts[j].Binning.Of(v, word)
		bins = append(bins, k)
		s += card.Parts[j].Adds[k]
	}
	for c := range card.Crosses {
		x := &card.Crosses[c]
		s += x.Adds[bins[x.A]][bins[x.B]]
	}
	return s
}

// ReadModel reads a model file and refuses what makes no model.
func ReadModel(data []byte) (*Model, error) {
	m := new(Model)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("credit: read a model: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("credit: read a model: %w", err)
	}
	return m, m.ready()
}

func (m *Model) check() error {
	n := len(m.Features)
	switch {
	case m.Format != modelFormat:
		return fmt.Errorf("its format is %q, want %q", m.Format, modelFormat)
	case n == 0 || len(m.Mean) != n || len(m.Profiles) != n || len(m.Better) != n:
		return fmt.Errorf("%d features, %d mean contributions, %d profiles and %d lists of better values do not fit", n, len(m.Mean), len(m.Profiles), len(m.Better))
	case m.Card == nil && len(m.Trees) == 0:
		return fmt.Errorf("it has neither a card nor trees")
	case len(m.Scale) != len(masterScale):
		return fmt.Errorf("its master scale has %d grades, want %d", len(m.Scale), len(masterScale))
	case len(m.Calibrate.X) != len(m.Calibrate.Y):
		return fmt.Errorf("its calibration has %d and %d steps", len(m.Calibrate.X), len(m.Calibrate.Y))
	}
	for k, d := range m.Derived {
		if d.A < 0 || d.A >= n || d.B < 0 || d.B >= n || m.Features[d.A].Levels != nil || m.Features[d.B].Levels != nil || d.Op != ratioOf && d.Op != differenceOf {
			return fmt.Errorf("derived column %d (%q) is not made of two features of numbers", k, d.Name)
		}
	}
	for k, t := range m.Trees {
		if t == nil || len(t.Names) != m.width() {
			return fmt.Errorf("member %d has other columns than the model", k)
		}
	}
	if m.Card != nil {
		return m.Card.check()
	}
	return nil
}

func (card *Scorecard) check() error {
	for j, p := range card.Parts {
		b := p.Binning
		if b == nil || len(b.Bins) == 0 || len(p.Adds) != len(b.Bins) ||
			b.Sets != nil && len(b.Sets) != len(b.Bins)-1 || b.Sets == nil && len(b.Bins) > 1 && len(b.Cuts) != len(b.Bins)-2 {
			return fmt.Errorf("characteristic %d: its bins, cuts and weights do not fit", j)
		}
	}
	for c, x := range card.Crosses {
		if x.A < 0 || x.A >= len(card.Parts) || x.B < 0 || x.B >= len(card.Parts) || len(x.Adds) != len(card.Parts[x.A].Adds) {
			return fmt.Errorf("pair %d names no two characteristics", c)
		}
		for _, row := range x.Adds {
			if len(row) != len(card.Parts[x.B].Adds) {
				return fmt.Errorf("pair %d has a line of %d weights for %d bins", c, len(row), len(card.Parts[x.B].Adds))
			}
		}
	}
	return nil
}
