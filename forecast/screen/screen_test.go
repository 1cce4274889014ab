package screen

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func regular(n int) []float64 {
	y := make([]float64, n)
	for t := range y {
		y[t] = float64(5 + (t*7)%4)
	}
	return y
}

// A return takes its units off the latest sales before it; what no sale answers for is told and never becomes demand.
func TestReturnsNetEarlierSales(t *testing.T) {
	t.Parallel()
	y, r := Clean([]float64{3, 5, 2, -6, 4, -20}, Facts{})
	if want := []float64{0, 0, 0, 0, 0, 0}; !slices.Equal(y, want) || r.Returned != 14 || r.Unmatched != 12 {
		t.Errorf("%v, %+v", y, r)
	}
	y, r = Clean([]float64{3, 5, 2, -6, 4}, Facts{})
	if want := []float64{3, 1, 0, 0, 4}; !slices.Equal(y, want) || r.Returned != 6 || r.Unmatched != 0 {
		t.Errorf("%v, %+v", y, r)
	}
}

// A zero on a shelf known to be empty is not a zero; nor are the silent steps of an item that sells nearly every day. The
// same silence of a slow item, or in the same weeks of the year before, is demand of none.
func TestEmptyShelves(t *testing.T) {
	t.Parallel()
	y := regular(120)
	mask := make([]bool, len(y))
	for k := 60; k < 66; k++ {
		y[k], mask[k] = 0, true
	}
	clean, r := Clean(y, Facts{Season: 7, Empty: mask})
	if !math.IsNaN(clean[60]) || r.Masked != 6 || r.Suspected != 0 {
		t.Errorf("%v, %+v", clean[58:68], r)
	}
	clean, r = Clean(y, Facts{Season: 7})
	if !math.IsNaN(clean[65]) || r.Suspected != 6 || math.IsNaN(clean[66]) {
		t.Errorf("%v, %+v", clean[58:68], r)
	}
	slow := make([]float64, 120)
	for k := 0; k < len(slow); k += 6 {
		slow[k] = 2
	}
	if _, r := Clean(slow, Facts{Season: 7}); r.Suspected != 0 {
		t.Errorf("slow item: %+v", r)
	}
	long := regular(800)
	for _, at := range []int{200, 564} {
		for k := at; k < at+10; k++ {
			long[k] = 0
		}
	}
	if clean, _ := Clean(long, Facts{Season: 7, Year: 364}); math.IsNaN(clean[570]) || !math.IsNaN(clean[205]) {
		t.Error("the second winter is a season, the first one is not known to be")
	}
}

// One great order is cut to the largest size believed; a promotion that lasts, one that was announced and one that came a
// year before are left alone.
func TestOutliers(t *testing.T) {
	t.Parallel()
	y := regular(500)
	y[100] = 4000
	clean, r := Clean(y, Facts{Season: 7, Year: 364})
	if len(r.Outliers) != 1 || r.Outliers[0].Step != 100 || clean[100] > 60 || clean[100] < 8 {
		t.Fatalf("%+v, %v", r, clean[100])
	}
	known := make([]bool, len(y))
	known[100] = true
	if _, r := Clean(y, Facts{Season: 7, Known: known}); len(r.Outliers) != 0 {
		t.Errorf("announced: %+v", r)
	}
	y[465] = 3900
	if clean, r := Clean(y, Facts{Season: 7, Year: 364}); clean[465] != 3900 {
		t.Errorf("came a year before: %+v", r)
	}
	y = regular(200)
	for k := 50; k < 60; k++ {
		y[k] = 900
	}
	if _, r := Clean(y, Facts{Season: 7}); len(r.Outliers) != 0 {
		t.Errorf("lasting: %+v", r)
	}
}

// A lasting change of the level is found where it happened and a steady item has none; of two the latest is told.
func TestLevelShift(t *testing.T) {
	t.Parallel()
	y := regular(280)
	if _, r := Clean(y, Facts{Season: 7}); r.Shift != nil {
		t.Errorf("steady: %+v", r.Shift)
	}
	for k := 140; k < len(y); k++ {
		y[k] *= 3
	}
	_, r := Clean(y, Facts{Season: 7})
	if r.Shift == nil || r.Shift.Step < 133 || r.Shift.Step > 147 || r.Shift.After < 2.5*r.Shift.Before {
		t.Fatalf("%+v", r.Shift)
	}
	for k := 210; k < len(y); k++ {
		y[k] /= 6
	}
	if _, r = Clean(y, Facts{Season: 7}); r.Shift == nil || r.Shift.Step < 203 || r.Shift.Step > 217 || r.Shift.After > r.Shift.Before {
		t.Fatalf("%+v", r.Shift)
	}
}

// An item is unseen, new, active or dying by its own intervals.
func TestLife(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want   Life
		values []float64
	}{
		{Unseen, make([]float64, 50)},
		{New, append(make([]float64, 100), regular(30)...)},
		{Active, regular(200)},
		{Dying, append(regular(200), make([]float64, 40)...)},
		{Active, append(regular(200), make([]float64, 10)...)},
		{Active, slices.Repeat([]float64{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 20)},
	} {
		if _, r := Clean(c.values, Facts{Season: 7, Year: 364}); r.Life != c.want {
			t.Errorf("want %s, got %+v", c.want, r)
		}
	}
}

// Whatever comes in, what comes out is NaN or demand, is as long, is the same again, and the values given are left alone.
func TestSoundOnAnything(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(-50, 50), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Just(math.Inf(-1)), rapid.Float64())
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.SliceOfN(value, 0, 150).Draw(t, "values")
		f := Facts{Season: rapid.SampledFrom([]int{0, 1, 7, 12}).Draw(t, "season"), Year: rapid.SampledFrom([]int{0, 12, 52, 364}).Draw(t, "year")}
		kept := slices.Clone(given)
		y, r := Clean(given, f)
		for i, v := range y {
			if len(y) != len(given) || v < 0 || v > 1e12 || math.Float64bits(kept[i]) != math.Float64bits(given[i]) {
				t.Fatalf("step %d: %v from %v", i, v, given[i])
			}
		}
		again, r2 := Clean(given, f)
		if !reflect.DeepEqual(r, r2) || !slices.EqualFunc(y, again, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
			t.Fatal("a second call answered otherwise")
		}
		_ = r.Sentence()
	})
}
