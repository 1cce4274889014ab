package decompose

import (
	"math"
	"math/rand/v2"
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/naive"
)

func twoSeasons(n int) (y, day, week []float64) {
	r := rand.New(rand.NewPCG(1, 1))
	for t := range n {
		d := 10 * math.Sin(2*math.Pi*float64(t)/24)
		w := 6 * math.Cos(2*math.Pi*float64(t)/168)
		day, week = append(day, d), append(week, w)
		y = append(y, 100+0.02*float64(t)+d+w+0.5*r.NormFloat64())
	}
	return y, day, week
}

// Parts add up to the series, and two seasons are told apart to within the noise.
func TestMSTLSeparates(t *testing.T) {
	t.Parallel()
	y, day, week := twoSeasons(168 * 6)
	p := MSTL(y, []int{24, 168}, []int{0, 0}, 0)
	worst := 0.0
	for i := range y {
		if sum := p.Trend[i] + p.Season[0][i] + p.Season[1][i] + p.Rest[i]; math.Abs(sum-y[i]) > 1e-9 {
			t.Fatalf("step %d: the parts sum to %v, the value is %v", i, sum, y[i])
		}
		worst = max(worst, math.Abs(p.Season[0][i]+p.Season[1][i]-day[i]-week[i]))
	}
	if worst > 1.5 {
		t.Errorf("the seasons are off by up to %v", worst)
	}
}

// An outlier moves a robust season less than a plain one.
func TestRobustRounds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	y := make([]float64, 120)
	for i := range y {
		y[i] = 50 + 10*math.Sin(2*math.Pi*float64(i)/12) + 5*r.NormFloat64()
	}
	y[60] += 200
	miss := func(robust int) float64 {
		p := MSTL(y, []int{12}, []int{0}, robust)
		return math.Abs(p.Season[0][0] - 0)
	}
	if plain, robust := miss(0), miss(3); robust > plain/2 {
		t.Errorf("off by %v, robust by %v", plain, robust)
	}
}

// Local lines give back a line exactly, whatever the jump and beyond the ends.
func TestLoessKeepsLines(t *testing.T) {
	t.Parallel()
	y := make([]float64, 40)
	for i := range y {
		y[i] = 3 + 2*float64(i)
	}
	out := make([]float64, 44)
	loess(y, nil, 9, 3, 2, out)
	for i, v := range out {
		if want := 3 + 2*float64(i-2); math.Abs(v-want) > 1e-9 {
			t.Errorf("point %d: %v, want %v", i-2, v, want)
		}
	}
}

// Classical factors of an exact multiplicative season are that season, and the last value is carried through it.
func TestClassicalCarriesSeason(t *testing.T) {
	t.Parallel()
	shape := []float64{0.8, 1.1, 1.3, 0.8}
	r := forecast.Regular{ID: "q", Seasons: []int{4}}
	for i := range 32 {
		r.Values = append(r.Values, 100*shape[i%4])
	}
	for i, f := range Factors(r.Values, 4, Multiplicative) {
		if math.Abs(f-shape[i]) > 1e-9 {
			t.Errorf("factor %d is %v, want %v", i, f, shape[i])
		}
	}
	for _, m := range []forecast.Method{Classical{Inner: naive.Last{}}, Over{Inner: naive.Last{}}, Over{Inner: naive.Last{}, Log: true}, Log{Inner: Classical{Inner: naive.Last{}}}} {
		f, err := m.Fit(&r, 6)
		if err != nil {
			t.Fatal(err)
		}
		for h, v := range f.Mean {
			if want := 100 * shape[h%4]; math.Abs(v-want) > 1e-6*want {
				t.Errorf("%s, step %d: %v, want %v", m.Name(), h+1, v, want)
			}
		}
	}
}
