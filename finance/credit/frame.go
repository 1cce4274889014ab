package credit

import (
	"fmt"
	"math"
	"slices"
)

// Column is one named field of a set of cases: Numbers with NaN for missing, or Words with "" for missing; one of them.
type Column struct {
	Name    string
	Numbers []float64
	Words   []string
}

// Len is the number of cases.
func (c *Column) Len() int { return max(len(c.Numbers), len(c.Words)) }

// Frame is a table of cases by columns, all of one length.
type Frame []Column

// Rows is the number of cases.
func (f Frame) Rows() int {
	if len(f) == 0 {
		return 0
	}
	return f[0].Len()
}

// Column finds a column by name, nil = none.
func (f Frame) Column(name string) *Column {
	for i := range f {
		if f[i].Name == name {
			return &f[i]
		}
	}
	return nil
}

// Take is the frame of the given cases, in their order.
func (f Frame) Take(rows []int) Frame {
	out := make(Frame, len(f))
	for j, c := range f {
		out[j].Name = c.Name
		if c.Words != nil {
			out[j].Words = take(c.Words, rows)
		} else {
			out[j].Numbers = take(c.Numbers, rows)
		}
	}
	return out
}

func take[T any](from []T, rows []int) []T {
	to := make([]T, len(rows))
	for i, r := range rows {
		to[i] = from[r]
	}
	return to
}

func (f Frame) validate() error {
	for j, c := range f {
		switch {
		case c.Name == "":
			return fmt.Errorf("credit: column %d has no name", j)
		case c.Numbers != nil && c.Words != nil:
			return fmt.Errorf("credit: column %q has both numbers and words", c.Name)
		case c.Len() != f.Rows():
			return fmt.Errorf("credit: column %q has %d cases, the first has %d", c.Name, c.Len(), f.Rows())
		case f.Column(c.Name) != &f[j]:
			return fmt.Errorf("credit: two columns are called %q", c.Name)
		}
		for i, x := range c.Numbers {
			if math.IsInf(x, 0) {
				return fmt.Errorf("credit: column %q, row %d: the number is infinite; give a finite one or leave it empty", c.Name, i)
			}
		}
	}
	return nil
}

// Feature is a column as a model knows it.
type Feature struct {
	Name      string   `json:"name"`
	Levels    []string `json:"levels,omitempty"`    // of words, most frequent first; nil = numbers
	Direction int8     `json:"direction,omitempty"` // +1: more is never less risk; −1: more is never more risk
	Factor    string   `json:"factor"`              // the business factor that its reasons are merged under
	// Low and High are the 0.5 % and 99.5 % points of the numbers learned from: outside them a score is a guess.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Missing is the share of cases learned from without a value.
	Missing float64 `json:"missing"`
}

// SetAside is a column that is not used, with the reason.
type SetAside struct {
	Column string `json:"column"`
	Reason string `json:"reason"`
}

// mostLevels bounds the levels of a column of words; the rarest count as one.
const mostLevels = 250

// features learns the columns of a frame, leaving out those that say nothing.
func features(f Frame, directions map[string]int8, factors map[string]string) (kept []Feature, aside []SetAside, err error) {
	for name := range directions {
		c := f.Column(name)
		if c == nil || c.Words != nil {
			return nil, nil, fmt.Errorf("credit: a direction is set for %q, which is no column of numbers", name)
		}
	}
	for j := range f {
		c := &f[j]
		feature := Feature{Name: c.Name, Direction: directions[c.Name], Factor: c.Name}
		if factor, ok := factors[c.Name]; ok {
			feature.Factor = factor
		}
		constant := false
		if c.Words != nil {
			constant = feature.levels(c.Words)
		} else {
			constant = feature.span(c.Numbers)
		}
		if constant {
			aside = append(aside, SetAside{c.Name, "it has the same value in every case"})
			continue
		}
		kept = append(kept, feature)
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("credit: no column of %d tells cases apart", len(f))
	}
	return kept, aside, nil
}

func (f *Feature) levels(words []string) (constant bool) {
	count := map[string]int{}
	missing := 0
	for _, w := range words {
		if w == "" {
			missing++
		} else {
			count[w]++
		}
	}
	for w := range count {
		f.Levels = append(f.Levels, w)
	}
	slices.SortFunc(f.Levels, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	f.Levels = f.Levels[:min(len(f.Levels), mostLevels)]
	f.Missing = float64(missing) / float64(len(words))
	return len(f.Levels) == 0 || len(f.Levels) == 1 && missing == 0
}

func (f *Feature) span(numbers []float64) (constant bool) {
	sorted := make([]float64, 0, len(numbers))
	for _, x := range numbers {
		if !math.IsNaN(x) {
			sorted = append(sorted, x)
		}
	}
	slices.Sort(sorted)
	n := len(sorted)
	f.Missing = 1 - float64(n)/float64(len(numbers))
	if n == 0 {
		return true
	}
	f.Low, f.High = sorted[n/200], sorted[n-1-n/200]
	return sorted[0] == sorted[n-1] && n == len(numbers)
}

// coded turns a frame into columns of numbers in the order of the features; a missing column is refused by name.
func coded(f Frame, features []Feature) ([][]float64, error) {
	out := make([][]float64, len(features))
	for j := range features {
		feature := &features[j]
		c := f.Column(feature.Name)
		switch {
		case c == nil:
			return nil, fmt.Errorf("credit: column %q is missing; the model was learned with it", feature.Name)
		case feature.Levels == nil && c.Words != nil:
			return nil, fmt.Errorf("credit: column %q holds words; the model was learned with numbers", feature.Name)
		case feature.Levels != nil && c.Words == nil:
			return nil, fmt.Errorf("credit: column %q holds numbers; the model was learned with words", feature.Name)
		case feature.Levels == nil:
			out[j] = c.Numbers
			continue
		}
		place := make(map[string]float64, len(feature.Levels))
		for k, level := range feature.Levels {
			place[level] = float64(k)
		}
		out[j] = make([]float64, len(c.Words))
		for i, w := range c.Words {
			k, known := place[w]
			if !known {
				k = math.NaN()
			}
			out[j][i] = k
		}
	}
	return out, nil
}
