package credit

import (
	"fmt"
	"math"
)

// Grade is one step of a PD master scale.
type Grade struct {
	Name  string  `json:"name"`
	UpTo  float64 `json:"pd_up_to"` // PDs below it and not below the grade before
	Cases int     `json:"cases"`
	Bads  int     `json:"bads"`
	PD    float64 `json:"pd"` // mean of the calibrated PDs, the middle of the grade where it has no case
	// Low and High are the 90 % Jeffreys interval of the observed rate.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Prudent is the Pluto–Tasche upper bound at 75 %.
	Prudent float64 `json:"prudent"`
}

// masterScale are the upper ends of the grades: a PD scale in steps of about the root of three, as rating scales have.
var masterScale = []struct {
	name string
	upTo float64
}{
	{"1", 0.0005}, {"2", 0.001}, {"3", 0.002}, {"4", 0.004}, {"5", 0.0075}, {"6", 0.0125}, {"7", 0.02}, {"8", 0.035},
	{"9", 0.06}, {"10", 0.10}, {"11", 0.18}, {"12", 0.30}, {"13", 0.50}, {"14", 1.01},
}

// prudence is the confidence of the upper bound on a grade's PD.
const prudence = 0.75

// MasterScale counts cases on the scale and bounds each grade's PD.
func MasterScale(y, pd []float64) ([]Grade, error) {
	if len(y) != len(pd) {
		return nil, fmt.Errorf("credit: %d outcomes for %d PDs", len(y), len(pd))
	}
	grades := make([]Grade, len(masterScale))
	sums := make([]float64, len(grades))
	for i := range y {
		k := GradeIndex(pd[i])
		grades[k].Cases++
		grades[k].Bads += int(y[i])
		sums[k] += pd[i]
	}
	var n, d []int
	lower := 0.0
	for k := range grades {
		g := &grades[k]
		g.Name, g.UpTo = masterScale[k].name, masterScale[k].upTo
		g.PD = (lower + math.Min(1, g.UpTo)) / 2
		if g.Cases > 0 {
			g.PD = sums[k] / float64(g.Cases)
		}
		g.Low, g.High = jeffreys(g.Bads, g.Cases)
		n, d = append(n, g.Cases), append(d, g.Bads)
		lower = g.UpTo
	}
	bounds, err := PlutoTasche(n, d, prudence, 0)
	if err != nil {
		return nil, err
	}
	for k := range grades {
		grades[k].Prudent = bounds[k]
	}
	return grades, nil
}

// GradeIndex is the place of a PD on the master scale, 0 the best.
func GradeIndex(pd float64) int {
	for k, g := range masterScale {
		if pd < g.upTo {
			return k
		}
	}
	return len(masterScale) - 1
}
