package credit

import (
	"fmt"
	"math"
	"slices"
)

// Drift says how far a distribution has moved: the population stability index with its band.
type Drift struct {
	Name  string  `json:"name"` // "score" or a feature
	Index float64 `json:"index"`
	Band  string  `json:"band"` // "stable" below 0.10, "watch" to 0.25, "shifted" above (Siddiqi 2006)
}

// PSI is Σ(actual − expected)·ln(actual/expected) over the shares of the same bins; a share of nothing counts as 1e-4, so
// that an empty bin alarms without being infinite. An error names unequal lengths or a share that is none.
func PSI(expected, actual []float64) (float64, error) {
	if len(expected) != len(actual) {
		return 0, fmt.Errorf("credit: %d expected shares, %d actual", len(expected), len(actual))
	}
	const least = 1e-4
	sum := 0.0
	for k := range expected {
		if !(expected[k] >= 0 && actual[k] >= 0) || math.IsInf(expected[k]+actual[k], 0) {
			return 0, fmt.Errorf("credit: bin %d has shares %g and %g", k, expected[k], actual[k])
		}
		e, a := math.Max(least, expected[k]), math.Max(least, actual[k])
		sum += (a - e) * math.Log(a/e)
	}
	return sum, nil
}

func band(psi float64) string {
	switch {
	case psi < 0.10:
		return "stable"
	case psi <= 0.25:
		return "watch"
	}
	return "shifted"
}

// Profile is how a column or the score was spread while learning, kept to measure drift and to say what is usual.
type Profile struct {
	Cuts   []float64 `json:"cuts"`   // of ten bins of about equally many cases
	Shares []float64 `json:"shares"` // one a bin or level, then what is missing or unknown
}

func profileNumbers(x []float64) Profile {
	sorted := make([]float64, 0, len(x))
	for _, v := range x {
		if !math.IsNaN(v) {
			sorted = append(sorted, v)
		}
	}
	slices.Sort(sorted)
	var p Profile
	for k := 1; k < 10 && len(sorted) > 0; k++ {
		cut := sorted[k*len(sorted)/10]
		if cut > sorted[0] && (len(p.Cuts) == 0 || cut > p.Cuts[len(p.Cuts)-1]) {
			p.Cuts = append(p.Cuts, cut)
		}
	}
	p.Shares = p.sharesNumbers(x)
	return p
}

func (p *Profile) sharesNumbers(x []float64) []float64 {
	shares := make([]float64, len(p.Cuts)+2)
	for _, v := range x {
		k := len(p.Cuts) + 1
		if !math.IsNaN(v) {
			k, _ = slices.BinarySearchFunc(p.Cuts, v, func(cut, x float64) int {
				if cut <= x {
					return -1
				}
				return 1
			})
		}
		shares[k] += 1 / float64(len(x))
	}
	return shares
}

func sharesCodes(x []float64, levels int) []float64 {
	shares := make([]float64, levels+1)
	for _, v := range x {
		k := levels
		if !math.IsNaN(v) {
			k = int(v)
		}
		shares[k] += 1 / float64(len(x))
	}
	return shares
}
