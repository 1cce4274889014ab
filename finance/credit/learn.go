package credit

import (
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/internal/gbdt"
)

// What learning is made of: folds left out in turn, and members of the final model, learned on all cases.
const (
	learnFolds   = 5
	members      = 3
	leastCardUse = 0.1 // a card of less weight beside the trees is left out
)

// crossFit holds what the folds' models say of the cases that they have not seen.
type crossFit struct {
	folds      []int
	card, tree []float64
	useCard    bool
	trees      int     // of a member, mean over folds
	spread     float64 // see Model.Spread
	shape      gbdt.Config
}

func (m *Model) learn(ctx context.Context, f Frame, y []float64, o Options) error {
	o.Progress(0.03, "trying ratios and differences of columns")
	if err := m.derive(ctx, f, y, o); err != nil {
		return err
	}
	t, directions, err := m.table(f)
	if err != nil {
		return err
	}
	var ds *gbdt.Dataset
	if o.Kind != ScoreCard {
		if ds, err = gbdt.NewDataset(t, 0); err != nil {
			return fmt.Errorf("credit: %w", err)
		}
	}
	cf, err := m.crossFit(ctx, f, y, t, ds, directions, o)
	if err != nil {
		return err
	}
	o.Progress(0.75, "learning on all cases")
	if err := m.final(ctx, f, y, ds, cf, o); err != nil {
		return err
	}
	if err := m.stack(y, cf, o); err != nil {
		return err
	}
	if err := m.ready(); err != nil {
		return err
	}
	o.Progress(0.95, "profiles and master scale")
	return m.profile(f, y, t, cf)
}

// crossFit learns on all folds but one in turn. The first fold also decides how large trees grow and whether the card
// helps beside them.
func (m *Model) crossFit(ctx context.Context, f Frame, y []float64, t gbdt.Table, ds *gbdt.Dataset, directions []int8, o Options) (*crossFit, error) {
	folds := learnFolds
	if len(y) < 200 {
		folds = 3
	}
	cf := &crossFit{folds: dealFolds(y, folds, o.Seed), useCard: o.Kind != GlassBox, card: make([]float64, len(y)), tree: make([]float64, len(y))}
	probe := make([]float64, 0, folds)
	wide, known := m.widen(f, deriveInCard), m.widened(deriveInCard)
	x := make([]float64, len(t.Columns))
	for k := range folds {
		o.Progress(0.05+0.7*float64(k)/float64(folds), fmt.Sprintf("cross-fitting, fold %d of %d", k+1, folds))
		rows, rest := split(cf.folds, k)
		ry, sy := take(y, rows), take(y, rest)
		if cf.useCard {
			card, err := fitScorecard(ctx, wide.Take(rows), ry, known, cardOptions{crosses: o.Crosses, seed: o.Seed, workers: o.Workers})
			if err != nil {
				return nil, err
			}
			for i, s := range card.scoresOf(wide.Take(rest)) {
				cf.card[rest[i]] = s
			}
			probe = append(probe, card.scoresOf(wide.Take([]int{0}))[0])
		}
		if o.Kind == ScoreCard {
			continue
		}
		member, err := m.fold(ctx, ds, y, rest, k, directions, cf, o)
		if err != nil {
			return nil, err
		}
		cf.trees += len(member.Trees)
		for _, i := range rest {
			for j := range x {
				x[j] = t.Columns[j][i]
			}
			cf.tree[i] = member.Score(x)
		}
		if k == 0 && cf.useCard {
			both := fitLogistic([][]float64{take(cf.card, rest), take(cf.tree, rest)}, sy, net{size: 1e-4, positive: true}, nil)
			cf.useCard = both.coef[0] >= leastCardUse
		}
	}
	cf.trees = max(1, cf.trees/folds)
	cf.spread = spreadOf(probe)
	return cf, nil
}

func spreadOf(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return math.Sqrt(square)
}

// fold learns a member without the cases of a fold, which say when to stop. On the first fold it tries how large trees
// should grow, or which pairs a glass-box should hold.
func (m *Model) fold(ctx context.Context, ds *gbdt.Dataset, y []float64, rest []int, k int, directions []int8, cf *crossFit, o Options) (*gbdt.Model, error) {
	var valid []int32
	for _, i := range rest {
		valid = append(valid, int32(i))
	}
	if k > 0 {
		cfg := cf.shape
		cfg.ValidRows, cfg.Seed = valid, o.Seed+uint64(k)
		return gbdt.Train(ctx, ds, gbdt.Target{Y: y}, cfg)
	}
	shapes, err := m.shapes(ctx, ds, y, valid, directions, o)
	if err != nil {
		return nil, err
	}
	var best *gbdt.Model
	least := math.Inf(1)
	for _, cfg := range shapes {
		lowest := math.Inf(1)
		cfg.ValidRows, cfg.Seed = valid, o.Seed
		cfg.Progress = func(_ int, loss float64) { lowest = math.Min(lowest, loss) }
		member, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, cfg)
		if err != nil {
			return nil, err
		}
		if lowest < least {
			best, least = member, lowest
			cfg.Progress = nil
			cf.shape = cfg
		}
	}
	return best, nil
}

// smallSample is where trees are kept small without asking: the data could not tell.
const smallSample = 3000

// shapes are the settings to choose from. The least leaf, the penalty and the sampling regularise small sets by themselves.
func (m *Model) shapes(ctx context.Context, ds *gbdt.Dataset, y []float64, valid []int32, directions []int8, o Options) ([]gbdt.Config, error) {
	base := gbdt.Config{
		Objective: gbdt.Logistic{}, Trees: 2000, Rate: 0.05, L2: 1, MinLeafHessian: 3, RowShare: 0.8, ColumnShare: 0.6,
		Monotone: directions, EarlyStop: 50, Workers: o.Workers,
	}
	if o.Kind == GlassBox {
		base.MaxDepth, base.ColumnShare = 2, 0.4
		pairs := base
		pairs.ValidRows, pairs.Seed = valid, o.Seed
		first, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, pairs)
		if err != nil {
			return nil, err
		}
		base.MaxDepth = 3
		base.Interactions = append([][]int{}, chosenPairs(first, o.Crosses)...)
		return []gbdt.Config{base}, nil
	}
	if len(y) < smallSample {
		base.MaxDepth = 3
		return []gbdt.Config{base}, nil
	}
	deep := base
	base.MaxDepth = 4
	deep.MaxDepth, deep.MaxLeaves = 7, 16
	return []gbdt.Config{base, deep}, nil
}

// final learns the card and the members on all cases.
func (m *Model) final(ctx context.Context, f Frame, y []float64, ds *gbdt.Dataset, cf *crossFit, o Options) error {
	var err error
	if cf.useCard {
		if m.Card, err = fitScorecard(ctx, m.widen(f, deriveInCard), y, m.widened(deriveInCard), cardOptions{crosses: o.Crosses, seed: o.Seed, workers: o.Workers}); err != nil {
			return err
		}
	}
	if ds == nil {
		return nil
	}
	n := members
	if o.Kind == GlassBox {
		n = 1 // one curve a feature
	}
	for k := range n {
		cfg := cf.shape
		cfg.ValidRows, cfg.EarlyStop, cfg.Progress, cfg.Trees = nil, 0, nil, cf.trees
		cfg.Seed = o.Seed + 100 + uint64(k)
		member, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, cfg)
		if err != nil {
			return err
		}
		m.Trees = append(m.Trees, member)
	}
	return nil
}

// stack weighs card and trees by what they said of cases left out, and calibrates the sum there.
func (m *Model) stack(y []float64, cf *crossFit, o Options) (err error) {
	var x [][]float64
	if cf.useCard {
		x = append(x, cf.card)
	}
	if len(m.Trees) > 0 {
		x = append(x, cf.tree)
	}
	w := fitLogistic(x, y, net{size: 1e-5, positive: true}, nil)
	m.Shift = w.intercept
	parts := w.coef
	if cf.useCard {
		m.CardPart, parts = parts[0], parts[1:]
	}
	if len(m.Trees) > 0 {
		m.TreePart = parts[0]
	}
	p := make([]float64, len(y))
	for i := range p {
		p[i] = sigmoid(m.Shift + m.CardPart*cf.card[i] + m.TreePart*cf.tree[i])
	}
	m.Calibrate = calibrate(y, p)
	m.Spread = cf.spread
	for i := range p {
		p[i] = m.Calibrate.Apply(p[i])
	}
	seen := len(y)
	if o.seen > 0 {
		seen = o.seen
	}
	if m.Fitted, err = Measure(y[:seen], p[:seen]); err == nil {
		m.Scale, err = MasterScale(y, p)
	}
	return err
}

// mostProfiled bounds the cases that mean contributions are taken over.
const mostProfiled = 2000

// profile keeps what the usual case looks like.
func (m *Model) profile(f Frame, y []float64, t gbdt.Table, cf *crossFit) error {
	var rows []int
	for i := 0; i < len(y); i += max(1, len(y)/mostProfiled) {
		rows = append(rows, i)
	}
	phi, score, err := m.raw(f.Take(rows), 1)
	if err != nil {
		return err
	}
	n := len(m.Features)
	m.Mean = make([]float64, n)
	for i := range score {
		m.Start += score[i] / float64(len(score))
		for j := range n {
			m.Mean[j] += phi[i*n+j] / float64(len(score))
		}
	}
	m.Scores = profileNumbers(score)
	for j := range n {
		feature := &m.Features[j]
		if feature.Levels == nil {
			m.Profiles = append(m.Profiles, profileNumbers(t.Columns[j]))
			m.Better = append(m.Better, betterNumbers(t.Columns[j], y))
			continue
		}
		m.Profiles = append(m.Profiles, Profile{Shares: sharesCodes(t.Columns[j], len(feature.Levels))})
		var levels []float64
		for k := range min(8, len(feature.Levels)) {
			levels = append(levels, float64(k))
		}
		m.Better = append(m.Better, levels)
	}
	return nil
}

// betterNumbers are the quartiles and outer deciles of the good cases: values that good cases have, so that others can.
func betterNumbers(x, y []float64) []float64 {
	var good []float64
	for i, v := range x {
		if y[i] == 0 && !math.IsNaN(v) {
			good = append(good, v)
		}
	}
	slices.Sort(good)
	var out []float64
	for _, q := range []int{10, 25, 50, 75, 90} {
		if len(good) > 0 {
			out = append(out, good[q*(len(good)-1)/100])
		}
	}
	return slices.Compact(out)
}

// scoresOf is the card's log-odds of each case.
func (card *Scorecard) scoresOf(f Frame) []float64 {
	out := make([]float64, f.Rows())
	card.contributions(f, make([]int, len(card.Parts)), 1, out)
	for i := range out {
		out[i] += card.Intercept
	}
	return out
}
