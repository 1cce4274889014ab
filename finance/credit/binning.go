package credit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Binning parts one feature into bins whose risk moves in one direction, or turns once where that pays.
type Binning struct {
	Feature string `json:"feature"`
	// Cuts part numbers: bin b holds Cuts[b−1] ≤ x < Cuts[b].
	Cuts []float64 `json:"cuts,omitempty"`
	// Sets part words: bin b holds Sets[b].
	Sets  [][]string `json:"sets,omitempty"`
	Bins  []Bin      `json:"bins"`
	Shape string     `json:"shape"` // "rising", "falling" (of risk), "valley", "peak"
	IV    float64    `json:"information_value"`
}

// Bin is one bin with the cases that were learned from. The last bin of a Binning is that of missing values.
type Bin struct {
	Label string  `json:"label"`
	Goods int     `json:"goods"`
	Bads  int     `json:"bads"`
	WOE   float64 `json:"woe"` // ln(share of goods / share of bads); negative = risky
}

// BinOptions says how fine bins may be; the zero value is the usual.
type BinOptions struct {
	PreBins  int     // bins to merge, of about equally many cases; 0 = 50
	MinShare float64 // least share of cases in a bin; 0 = 0.02
	MinCases int     // and least number; 0 = a tenth of the cases, within 3…15
	// Penalty is what each bin costs, in units of the information value that pure noise would bring it; 0 = 2.
	Penalty float64
	// OneDirection forbids bins whose risk turns.
	OneDirection bool
}

func (o BinOptions) withDefaults(cases int) BinOptions {
	if o.PreBins == 0 {
		o.PreBins = 50
	}
	if o.MinShare == 0 {
		o.MinShare = 0.02
	}
	if o.MinCases == 0 {
		o.MinCases = min(15, max(3, cases/10))
	}
	if o.Penalty == 0 {
		o.Penalty = 2
	}
	return o
}

// priorCases keep a bin's weight of evidence finite: each bin is given half a case at the base rate.
const priorCases = 0.5

// preBin is an atom of the merge.
type preBin struct {
	goods, bads float64
	upTo        float64  // numbers: the cut above it
	words       []string // words
}

// BinColumn finds the bins of greatest information value among all ways to merge neighbouring pre-bins that keep the least
// size and the shape: exactly, by dynamic programming over the last bin and the direction (after Navas-Palencia 2020,
// arXiv 2001.08025, who states the problem as an integer program). direction +1 or −1 fixes how risk moves with the number.
// Words are ordered by their risk first. O(preBins³).
func BinColumn(c *Column, y []float64, direction int8, opts BinOptions) (*Binning, error) {
	opts = opts.withDefaults(len(y))
	if c.Len() != len(y) || len(y) == 0 {
		return nil, fmt.Errorf("credit: column %q has %d cases for %d outcomes", c.Name, c.Len(), len(y))
	}
	total := preBin{}
	for _, v := range y {
		total.bads += v
		total.goods += 1 - v
	}
	if total.bads == 0 || total.goods == 0 {
		return nil, fmt.Errorf("credit: column %q: both outcomes are needed to bin it, got %g bad of %d", c.Name, total.bads, len(y))
	}
	least := math.Max(float64(opts.MinCases), opts.MinShare*float64(len(y)))
	var pre []preBin
	var missing preBin
	if c.Words != nil {
		pre, missing = preBinWords(c.Words, y, total)
	} else {
		pre, missing = preBinNumbers(c.Numbers, y, opts.PreBins)
	}
	b := &Binning{Feature: c.Name}
	b.merge(pre, total, least, direction, c.Words != nil, opts)
	b.Bins = append(b.Bins, binOf("missing", missing, total))
	if missing.goods+missing.bads < float64(opts.MinCases) {
		b.Bins[len(b.Bins)-1].WOE = 0 // too few to say anything
	}
	for _, bin := range b.Bins {
		b.IV += (float64(bin.Goods)/total.goods - float64(bin.Bads)/total.bads) * bin.WOE
	}
	return b, nil
}

func preBinNumbers(x, y []float64, most int) (pre []preBin, missing preBin) {
	order := make([]int, 0, len(x))
	for i := range x {
		if math.IsNaN(x[i]) {
			missing.bads += y[i]
			missing.goods += 1 - y[i]
			continue
		}
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(x[a], x[b]), cmp.Compare(a, b)) })
	inBin := 0
	for k, i := range order {
		if k == 0 || inBin*(most-len(pre)+1) >= len(order)-k+inBin && x[i] != x[order[k-1]] && len(pre) < most {
			if k > 0 {
				pre[len(pre)-1].upTo = x[order[k-1]] + (x[i]-x[order[k-1]])/2
				if pre[len(pre)-1].upTo <= x[order[k-1]] {
					pre[len(pre)-1].upTo = x[i]
				}
			}
			pre = append(pre, preBin{upTo: math.Inf(1)})
			inBin = 0
		}
		inBin++
		pre[len(pre)-1].bads += y[i]
		pre[len(pre)-1].goods += 1 - y[i]
	}
	return pre, missing
}

// wordPrior is how many cases at the base rate a word's risk is shrunk with before words are ordered by it.
const wordPrior = 10

func preBinWords(words []string, y []float64, total preBin) (pre []preBin, missing preBin) {
	at := map[string]int{}
	for i, w := range words {
		if w == "" {
			missing.bads += y[i]
			missing.goods += 1 - y[i]
			continue
		}
		k, ok := at[w]
		if !ok {
			k = len(pre)
			at[w] = k
			pre = append(pre, preBin{words: []string{w}})
		}
		pre[k].bads += y[i]
		pre[k].goods += 1 - y[i]
	}
	base := total.bads / (total.bads + total.goods)
	risk := func(p preBin) float64 { return (p.bads + wordPrior*base) / (p.bads + p.goods + wordPrior) }
	slices.SortFunc(pre, func(a, b preBin) int {
		return cmp.Or(cmp.Compare(risk(a), risk(b)), cmp.Compare(a.words[0], b.words[0]))
	})
	const most = 120 // the merge takes their cube
	for len(pre) > most {
		k := 0 // join the smallest with its neighbour
		for i := range pre {
			if pre[i].goods+pre[i].bads < pre[k].goods+pre[k].bads {
				k = i
			}
		}
		if k == len(pre)-1 {
			k--
		}
		pre[k] = joined(pre[k : k+2])
		pre = slices.Delete(pre, k+1, k+2)
	}
	return pre, missing
}

func joined(part []preBin) preBin {
	var out preBin
	for _, p := range part {
		out.bads += p.bads
		out.goods += p.goods
		out.upTo = p.upTo
		out.words = append(out.words, p.words...)
	}
	return out
}

// shapes of risk from left to right: the directions of the first and the second leg.
var shapes = []struct {
	name          string
	first, second int
}{{"rising", 1, 1}, {"falling", -1, -1}, {"valley", -1, 1}, {"peak", 1, -1}}

// turnCost is what a shape that turns must bring beyond one that does not, in bins.
const turnCost = 2

func (b *Binning) merge(pre []preBin, total preBin, least float64, direction int8, words bool, opts BinOptions) {
	if len(pre) == 0 {
		b.Shape = shapes[0].name
		return
	}
	noise := opts.Penalty * (1/total.goods + 1/total.bads)
	m := merger{pre: pre, total: total, least: least, noise: noise}
	m.sum()
	best := math.Inf(-1)
	var ends []int
	for k, s := range shapes {
		turns := k >= 2
		if words && k > 0 || turns && (direction != 0 || opts.OneDirection) || direction != 0 && !turns && s.first != int(direction) {
			continue
		}
		worth, cut := m.solve(s.first, s.second)
		if turns {
			worth -= turnCost * noise
		}
		if worth > best+1e-12 {
			best, ends, b.Shape = worth, cut, s.name
		}
	}
	lo := 0
	for k, hi := range ends {
		part := joined(pre[lo:hi])
		label := ""
		if words {
			slices.Sort(part.words)
			b.Sets = append(b.Sets, part.words)
			label = fmt.Sprint(part.words)
		} else {
			if k < len(ends)-1 {
				b.Cuts = append(b.Cuts, part.upTo)
			}
			label = rangeLabel(b.Cuts, k, len(ends))
		}
		b.Bins = append(b.Bins, binOf(label, part, total))
		lo = hi
	}
}

func rangeLabel(cuts []float64, k, n int) string {
	switch {
	case n == 1:
		return "any number"
	case k == 0:
		return fmt.Sprintf("below %.6g", cuts[0])
	case k == n-1:
		return fmt.Sprintf("from %.6g on", cuts[k-1])
	}
	return fmt.Sprintf("%.6g to %.6g", cuts[k-1], cuts[k])
}

func binOf(label string, p, total preBin) Bin {
	base := total.bads / (total.bads + total.goods)
	woe := math.Log((p.goods + priorCases*(1-base)) / total.goods * total.bads / (p.bads + priorCases*base))
	return Bin{Label: label, Goods: int(p.goods), Bads: int(p.bads), WOE: woe}
}

// merger finds the best contiguous merge of pre-bins of one shape.
type merger struct {
	pre          []preBin
	total        preBin
	least, noise float64
	bads, goods  []float64 // sums of the first k
}

func (m *merger) sum() {
	m.bads, m.goods = make([]float64, len(m.pre)+1), make([]float64, len(m.pre)+1)
	for k, p := range m.pre {
		m.bads[k+1] = m.bads[k] + p.bads
		m.goods[k+1] = m.goods[k] + p.goods
	}
}

// worth is the information value of the bin lo…hi−1 less what noise would bring; ok = it is large enough.
func (m *merger) worth(lo, hi int) (iv, rate float64, ok bool) {
	b, g := m.bads[hi]-m.bads[lo], m.goods[hi]-m.goods[lo]
	if b+g < m.least {
		return 0, 0, false
	}
	base := m.total.bads / (m.total.bads + m.total.goods)
	woe := math.Log((g + priorCases*(1-base)) / m.total.goods * m.total.bads / (b + priorCases*base))
	return (g/m.total.goods-b/m.total.bads)*woe - m.noise, b / (b + g), true
}

// state is the best way to reach a last bin lo…hi−1 on a leg.
type state struct {
	worth   float64
	from    int // where the bin before begins, −1 = this is the first
	fromLeg int
}

// solve gives the best worth and the ends of the bins. Too few cases for any bin give one bin of all.
func (m *merger) solve(first, second int) (float64, []int) {
	n := len(m.pre)
	legs := 2
	if first == second {
		legs = 1
	}
	directions := [2]int{first, second}
	best := make([][2]state, (n+1)*(n+1)) // by lo, hi
	rate := make([]float64, (n+1)*(n+1))
	fits := make([]bool, (n+1)*(n+1))
	none := state{worth: math.Inf(-1)}
	for hi := 1; hi <= n; hi++ {
		for lo := range hi {
			at := lo*(n+1) + hi
			best[at] = [2]state{none, none}
			iv, r, ok := m.worth(lo, hi)
			rate[at], fits[at] = r, ok
			if !ok {
				continue
			}
			if lo == 0 {
				for leg := range legs {
					best[at][leg] = state{iv, -1, leg}
				}
				continue
			}
			for before := range lo {
				prev := before*(n+1) + lo
				if !fits[prev] {
					continue
				}
				for leg := range legs {
					if directions[leg] > 0 != (r > rate[prev]) || r == rate[prev] {
						continue
					}
					for from := 0; from <= leg; from++ {
						if w := best[prev][from].worth + iv; w > best[at][leg].worth {
							best[at][leg] = state{w, before, from}
						}
					}
				}
			}
		}
	}
	lo, leg, worth := 0, 0, math.Inf(-1)
	for k := range n {
		for l := range legs {
			if w := best[k*(n+1)+n][l].worth; w > worth {
				lo, leg, worth = k, l, w
			}
		}
	}
	if math.IsInf(worth, -1) {
		return 0, []int{n}
	}
	ends := []int{n}
	for hi := n; ; {
		s := best[lo*(n+1)+hi][leg]
		if s.from < 0 {
			break
		}
		ends = append(ends, lo)
		hi, lo, leg = lo, s.from, s.fromLeg
	}
	slices.Reverse(ends)
	return worth, ends
}

// Of finds the bin of a number or a word; unseen words count as missing.
func (b *Binning) Of(number float64, word string) int {
	missing := len(b.Bins) - 1
	if b.Sets != nil {
		for k, set := range b.Sets {
			if _, found := slices.BinarySearch(set, word); found {
				return k
			}
		}
		return missing
	}
	if math.IsNaN(number) || missing == 0 {
		return missing
	}
	k, _ := slices.BinarySearchFunc(b.Cuts, number, func(cut, x float64) int {
		if cut <= x {
			return -1
		}
		return 1
	})
	return k
}

// bins of a whole column.
func (b *Binning) bins(c *Column) []int {
	out := make([]int, c.Len())
	if c.Words == nil {
		for i, x := range c.Numbers {
			out[i] = b.Of(x, "")
		}
		return out
	}
	place := map[string]int{}
	for k, set := range b.Sets {
		for _, w := range set {
			place[w] = k
		}
	}
	for i, w := range c.Words {
		k, ok := place[w]
		if !ok {
			k = len(b.Bins) - 1
		}
		out[i] = k
	}
	return out
}
