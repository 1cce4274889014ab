package credit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"quartermaster/internal/gbdt"
)

// Scorecard is a table of points: a characteristic's bins each have a weight, and a few chosen pairs of characteristics
// have one for each meeting of their bins. The weights add up to the log-odds of the bad event.
type Scorecard struct {
	Intercept float64          `json:"intercept"`
	Parts     []Characteristic `json:"characteristics"`
	Crosses   []Cross          `json:"crosses,omitempty"`
}

// Characteristic is a binned feature with the log-odds that each bin adds; its mean over the cases learned from is 0.
type Characteristic struct {
	Binning *Binning  `json:"binning"`
	Coef    float64   `json:"coefficient"` // of minus the weight of evidence
	Adds    []float64 `json:"adds"`
}

// Cross is a pair of characteristics with what the meeting of two bins adds beyond them; A = B for one alone.
type Cross struct {
	A    int         `json:"a"`
	B    int         `json:"b"`
	Adds [][]float64 `json:"adds"` // by bin of A, bin of B
}

// cardOptions are the choices of fitting a card.
type cardOptions struct {
	bins    BinOptions
	crosses int // pairs at most; 0 = none
	seed    uint64
	workers int
}

// leastIV is the information value under which a characteristic says nothing (Siddiqi 2006: under 0.02 is unpredictive; the
// fit is penalised, so that weaker ones may stay).
const leastIV = 0.005

// fitScorecard bins every feature, fits a penalised logistic regression on minus the weights of evidence, and adds pairs.
func fitScorecard(ctx context.Context, f Frame, y []float64, features []Feature, o cardOptions) (*Scorecard, error) {
	binned, err := binAll(f, y, features, o)
	if err != nil {
		return nil, err
	}
	card := &Scorecard{}
	var x [][]float64
	var bins [][]int
	var directions []int8
	for j, b := range binned {
		if b.IV < leastIV {
			continue
		}
		k := b.bins(f.Column(features[j].Name))
		woe := make([]float64, len(k))
		for i := range k {
			woe[i] = -b.Bins[k[i]].WOE
		}
		card.Parts = append(card.Parts, Characteristic{Binning: b})
		x, bins, directions = append(x, woe), append(bins, k), append(directions, features[j].Direction)
	}
	m := choosePenalty(x, y, o.seed)
	card.Intercept = m.intercept
	for j := range card.Parts {
		p := &card.Parts[j]
		p.Coef, p.Adds = m.coef[j], make([]float64, len(p.Binning.Bins))
		for k := range p.Adds {
			p.Adds[k] = -p.Coef * p.Binning.Bins[k].WOE
		}
	}
	if o.crosses > 0 && len(card.Parts) > 1 {
		if err := card.cross(ctx, bins, y, directions, o); err != nil {
			return nil, err
		}
	}
	if len(bins) > 0 { // else nothing says anything, and the card is its intercept
		card.centre(bins)
	}
	return card, nil
}

func binAll(f Frame, y []float64, features []Feature, o cardOptions) ([]*Binning, error) {
	out := make([]*Binning, len(features))
	errs := make([]error, len(features))
	parallel(len(features), o.workers, func(j int) {
		out[j], errs[j] = BinColumn(f.Column(features[j].Name), y, features[j].Direction, o.bins)
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parallel runs task 0…n−1 on a number of goroutines.
func parallel(n, workers int, task func(i int)) {
	if workers <= 1 || n <= 1 {
		for i := range n {
			task(i)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				task(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

const penaltyFolds = 3

// choosePenalty takes the ridge whose fits foretell the folds left out best. Coefficients may not be negative, so that every
// characteristic speaks the way its bins do.
func choosePenalty(x [][]float64, y []float64, seed uint64) *logistic {
	sizes := []float64{0.0003, 0.003, 0.03}
	folds := dealFolds(y, penaltyFolds, seed)
	loss := make([]float64, len(sizes))
	for k := range penaltyFolds {
		rows, rest := split(folds, k)
		part := make([][]float64, len(x))
		for j := range x {
			part[j] = take(x[j], rows)
		}
		py := take(y, rows)
		var m *logistic
		for s := len(sizes) - 1; s >= 0; s-- {
			m = fitLogistic(part, py, net{size: sizes[s], positive: true}, m)
			for _, i := range rest {
				e := m.intercept
				for j := range x {
					e += m.coef[j] * x[j][i]
				}
				loss[s] += math.Max(e, 0) + math.Log1p(math.Exp(-math.Abs(e))) - y[i]*e
			}
		}
	}
	best := 0
	for s := range sizes {
		if loss[s] < loss[best] {
			best = s
		}
	}
	return fitLogistic(x, y, net{size: sizes[best], positive: true}, nil)
}

// cross learns what pairs of bins say beyond the characteristics: trees of depth 2 on the bins' numbers, first over all
// pairs to choose those that gain most and how many trees help cases left out, then over the chosen ones on all cases.
// Directions that were set hold, since the trees keep them on the bins' order.
func (card *Scorecard) cross(ctx context.Context, bins [][]int, y []float64, directions []int8, o cardOptions) error {
	table, monotone := card.codes(bins, directions)
	ds, err := gbdt.NewDataset(table, 0)
	if err != nil {
		return fmt.Errorf("credit: pairs of characteristics: %w", err)
	}
	offset := make([]float64, len(y))
	for i := range offset {
		offset[i] = card.Intercept
		for j := range card.Parts {
			offset[i] += card.Parts[j].Adds[bins[j][i]]
		}
	}
	cfg := gbdt.Config{
		Objective: gbdt.Logistic{}, Trees: 600, Rate: 0.1, MaxDepth: 2, L2: 5, MinLeafRows: max(10, len(y)/200), MinLeafHessian: 2,
		RowShare: 0.8, ColumnShare: 0.5, Monotone: monotone, Offset: offset, Seed: o.seed, Workers: o.workers, EarlyStop: 40,
	}
	folds := dealFolds(y, 4, o.seed+1)
	for i := range int32(len(y)) {
		if folds[i] == 0 {
			cfg.ValidRows = append(cfg.ValidRows, i)
		}
	}
	first, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, cfg)
	if err != nil {
		return err
	}
	cfg.Interactions = chosenPairs(first, o.crosses)
	if len(cfg.Interactions) == 0 {
		return nil
	}
	if first, err = gbdt.Train(ctx, ds, gbdt.Target{Y: y}, cfg); err != nil || len(first.Trees) == 0 {
		return err
	}
	cfg.ValidRows, cfg.EarlyStop, cfg.Trees = nil, 0, len(first.Trees)
	last, err := gbdt.Train(ctx, ds, gbdt.Target{Y: y}, cfg)
	if err != nil {
		return err
	}
	card.spread(last)
	return nil
}

// codes are the bins as numbers in the order of the feature, missing as missing.
func (card *Scorecard) codes(bins [][]int, directions []int8) (gbdt.Table, []int8) {
	t := gbdt.Table{}
	monotone := make([]int8, len(bins))
	for j, k := range bins {
		b := card.Parts[j].Binning
		codes := make([]float64, len(k))
		for i := range k {
			codes[i] = float64(k[i])
			if k[i] == len(b.Bins)-1 {
				codes[i] = math.NaN()
			}
		}
		t.Names, t.Columns = append(t.Names, b.Feature), append(t.Columns, codes)
		monotone[j] = directions[j]
	}
	return t, monotone
}

// chosenPairs are the pairs of columns under whose trees most loss was taken away.
func chosenPairs(m *gbdt.Model, most int) [][]int {
	gain := map[[2]int]float64{}
	for _, t := range m.Trees {
		root := t.Nodes[0]
		for _, child := range []int{root.Left, root.Right} {
			if n := t.Nodes[child]; n.Column >= 0 && n.Column != root.Column {
				gain[[2]int{min(n.Column, root.Column), max(n.Column, root.Column)}] += n.Gain
			}
		}
	}
	pairs := make([][2]int, 0, len(gain))
	for p := range gain {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b [2]int) int {
		return cmp.Or(cmp.Compare(gain[b], gain[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	var out [][]int
	for _, p := range pairs[:min(most, len(pairs))] {
		out = append(out, []int{p[0], p[1]})
	}
	return out
}

// spread writes each tree into the table of its pair of columns.
func (card *Scorecard) spread(m *gbdt.Model) {
	at := map[[2]int]int{}
	x := make([]float64, len(card.Parts))
	for k := range m.Trees {
		one := gbdt.Single(m, k)
		a, b := -1, -1
		for _, n := range m.Trees[k].Nodes {
			switch {
			case n.Column < 0 || n.Column == a || n.Column == b:
			case a < 0:
				a = n.Column
			default:
				b = n.Column
			}
		}
		if b < 0 {
			b = a
		}
		a, b = min(a, b), max(a, b)
		key := [2]int{a, b}
		if _, ok := at[key]; !ok {
			at[key] = len(card.Crosses)
			c := Cross{A: a, B: b, Adds: make([][]float64, len(card.Parts[a].Binning.Bins))}
			for i := range c.Adds {
				c.Adds[i] = make([]float64, len(card.Parts[b].Binning.Bins))
			}
			card.Crosses = append(card.Crosses, c)
		}
		adds := card.Crosses[at[key]].Adds
		for i := range adds {
			for j := range adds[i] {
				if a == b && i != j {
					continue
				}
				x[a], x[b] = codeOf(i, len(adds)), codeOf(j, len(adds[i]))
				adds[i][j] += one.Score(x)
			}
		}
	}
}

func codeOf(bin, bins int) float64 {
	if bin == bins-1 {
		return math.NaN()
	}
	return float64(bin)
}

// centre moves each table's mean over the cases into the intercept, and what a pair says of one of its bins alone into that
// characteristic (purification: Lengerich et al., AISTATS 2020, by alternating means).
func (card *Scorecard) centre(bins [][]int) {
	n := float64(len(bins[0]))
	for c := range card.Crosses {
		x := &card.Crosses[c]
		if x.A == x.B {
			for k := range x.Adds {
				card.Parts[x.A].Adds[k] += x.Adds[k][k]
			}
			continue
		}
		weight := make([][]float64, len(x.Adds))
		for i := range weight {
			weight[i] = make([]float64, len(x.Adds[i]))
		}
		for i := range bins[0] {
			weight[bins[x.A][i]][bins[x.B][i]] += 1 / n
		}
		for range 50 {
			card.purify(x, weight)
		}
	}
	card.Crosses = slices.DeleteFunc(card.Crosses, func(c Cross) bool { return c.A == c.B })
	for j := range card.Parts {
		mean := 0.0
		for _, k := range bins[j] {
			mean += card.Parts[j].Adds[k] / n
		}
		card.Intercept += mean
		for k := range card.Parts[j].Adds {
			card.Parts[j].Adds[k] -= mean
		}
	}
}

func (card *Scorecard) purify(x *Cross, weight [][]float64) {
	for i := range x.Adds {
		sum, w := 0.0, 0.0
		for j := range x.Adds[i] {
			sum += weight[i][j] * x.Adds[i][j]
			w += weight[i][j]
		}
		if w > 0 {
			card.Parts[x.A].Adds[i] += sum / w
			for j := range x.Adds[i] {
				x.Adds[i][j] -= sum / w
			}
		}
	}
	for j := range x.Adds[0] {
		sum, w := 0.0, 0.0
		for i := range x.Adds {
			sum += weight[i][j] * x.Adds[i][j]
			w += weight[i][j]
		}
		if w > 0 {
			card.Parts[x.B].Adds[j] += sum / w
			for i := range x.Adds {
				x.Adds[i][j] -= sum / w
			}
		}
	}
}

// contributions adds, for each case, what each feature adds to the log-odds beyond the intercept; a pair's part is shared
// evenly. place maps characteristics to features; phi is case by case.
func (card *Scorecard) contributions(f Frame, place []int, features int, phi []float64) {
	bins := make([][]int, len(card.Parts))
	for j := range card.Parts {
		bins[j] = card.Parts[j].Binning.bins(f.Column(card.Parts[j].Binning.Feature))
		for i, k := range bins[j] {
			phi[i*features+place[j]] += card.Parts[j].Adds[k]
		}
	}
	for _, c := range card.Crosses {
		for i := range bins[c.A] {
			v := c.Adds[bins[c.A][i]][bins[c.B][i]] / 2
			phi[i*features+place[c.A]] += v
			phi[i*features+place[c.B]] += v
		}
	}
}

// PointScale turns log-odds of the good into points: Points = Offset + Factor·ln(odds).
type PointScale struct {
	Base float64 `json:"base"` // points at
	Odds float64 `json:"odds"` // these odds of good to bad
	PDO  float64 `json:"pdo"`  // points to double the odds
}

// StandardPoints are 600 points at 50 to 1, 20 to double the odds (Siddiqi 2006, chapter 6).
var StandardPoints = PointScale{Base: 600, Odds: 50, PDO: 20}

// Factor is points per unit of log-odds.
func (s PointScale) Factor() float64 { return s.PDO / math.Ln2 }

// Offset is the points at even odds.
func (s PointScale) Offset() float64 { return s.Base - s.Factor()*math.Log(s.Odds) }

// Points are those of a probability of the bad event.
func (s PointScale) Points(pd float64) float64 { return s.Offset() - s.Factor()*logOdds(pd) }

// WeightOfEvidence gives ln(share of goods / share of bads) of each bin and the information value of the whole (Siddiqi
// 2006, chapter 6). A bin without goods or without bads is refused: merge it with a neighbour first.
func WeightOfEvidence(goods, bads []float64) (woe []float64, iv float64, err error) {
	if len(goods) != len(bads) {
		return nil, 0, fmt.Errorf("credit: %d bins of goods, %d of bads", len(goods), len(bads))
	}
	var g, b float64
	for k := range goods {
		if !(goods[k] > 0 && bads[k] > 0) {
			return nil, 0, fmt.Errorf("credit: bin %d has %g goods and %g bads; merge it with a neighbour", k, goods[k], bads[k])
		}
		g += goods[k]
		b += bads[k]
	}
	for k := range goods {
		w := math.Log(goods[k] / g * b / bads[k])
		woe = append(woe, w)
		iv += (goods[k]/g - bads[k]/b) * w
	}
	return woe, iv, nil
}
