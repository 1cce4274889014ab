package credit

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"quartermaster/internal/rng"
)

// Where risk hangs on the ratio of two columns, the ratio is found and foretells better than the columns; what it says is
// told of its parents, contributions still add up, a model read back says the same, and one whose derived column names a
// feature that is not there is refused. A column with a set direction is no parent.
func TestDerived(t *testing.T) {
	t.Parallel()
	const n = smallSample
	r := rng.New(1, "derived")
	f := Frame{{Name: "debt"}, {Name: "earnings"}, {Name: "age"}, {Name: "late"}}
	y := make([]float64, n)
	for i := range n {
		debt, earnings := math.Exp(r.NormFloat64()), math.Exp(r.NormFloat64())
		late := r.Float64()
		for j, v := range []float64{debt, earnings, r.Float64(), late} {
			f[j].Numbers = append(f[j].Numbers, v)
		}
		if r.Float64() < sigmoid(3*math.Tanh(4*(debt/earnings-1.5))+late-2) {
			y[i] = 1
		}
	}
	m := mustTrain(t, f, y, Options{Kind: ScoreCard, Seed: 2, Directions: map[string]int8{"late": 1}})
	if len(m.Derived) == 0 || !strings.Contains(m.Derived[0].Name, "debt") || !strings.Contains(m.Derived[0].Name, "earnings") {
		t.Fatalf("derived %+v", m.Derived)
	}
	if slices.ContainsFunc(m.Derived, func(d Derived) bool { return strings.Contains(d.Name, "late") }) {
		t.Errorf("a column with a direction is a parent: %+v", m.Derived)
	}
	some := f.Take([]int{1, 2, 3, 4, 5, 6, 7, 8})
	pd, err := m.PD(some)
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.Assess(some, AssessOptions{})
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for i := range a {
		if math.Abs(a[i].PD-pd[i]) > 1e-9 {
			t.Errorf("case %d: explained as %g, scored as %g", i, a[i].PD, pd[i])
		}
		for _, reason := range a[i].Reasons {
			if reason.Factor == "debt" || reason.Factor == "earnings" {
				named++
			}
		}
	}
	if named == 0 {
		t.Error("no reason names a parent")
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadModel(data)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := again.PD(some); err != nil || !slices.Equal(back, pd) {
		t.Errorf("read back it says %v, not %v: %v", back, pd, err)
	}
	m.Derived[0].A = 99
	if data, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadModel(data); err == nil || !strings.Contains(err.Error(), "derived column 0") {
		t.Errorf("error %v", err)
	}
}
