package backtest

import (
	"math"
	"math/rand/v2"
	"testing"
)

func kinds(alerts []Alert) map[AlertKind]int {
	out := map[AlertKind]int{}
	for _, a := range alerts {
		out[a.Kind]++
	}
	return out
}

// Noise about zero raises nothing; errors of one sign raise bias; errors that treble raise accuracy.
func TestWatch(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	var quiet, biased, grown []float64
	for i := range 60 {
		e := r.NormFloat64()
		quiet = append(quiet, e)
		biased = append(biased, e+2)
		if i >= 40 {
			e *= 4
		}
		grown = append(grown, e)
	}
	if got := Watch(quiet, 1); len(got) > 0 {
		t.Errorf("noise raised %v", got)
	}
	if got := kinds(Watch(biased, 1)); got[AlertBias] != 1 {
		t.Errorf("bias raised %v", got)
	}
	if got := kinds(Watch(grown, 1)); got[AlertAccuracy] != 1 {
		t.Errorf("growing errors raised %v", got)
	}
	slow := make([]float64, 24) // three units every hundred days: none came, as it happens
	for i := range slow {
		slow[i] = 0.03
	}
	if got := Watch(slow, 0.3); len(got) > 0 {
		t.Errorf("a slow item without demand for 24 steps raised %v", got)
	}
	rounded := make([]float64, 24)
	for i := range rounded {
		rounded[i] = -1e-15
	}
	if got := Watch(rounded, 0); len(got) > 0 {
		t.Errorf("the rounding of numbers raised %v", got)
	}
	once := append([]float64(nil), quiet...)
	once[50] = 40
	if got := Watch(once, 1); len(got) > 0 {
		t.Errorf("one bad step raised %v", got)
	}
	if s := TrackingSignal([]float64{1, 1, 1, math.NaN(), 1}, 0.1); s != 1 {
		t.Errorf("errors of one sign and size have signal %v, want 1", s)
	}
}

// A spike is an outlier, a step is a moved level, and a value below zero is bad data.
func TestInspect(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	calm := make([]float64, 90)
	for i := range calm {
		calm[i] = 50 + 3*r.NormFloat64()
	}
	if got := Inspect(calm, 14); len(got) > 0 {
		t.Errorf("calm demand raised %v", got)
	}
	spiked := append([]float64(nil), calm...)
	spiked[40] = 150
	if got := kinds(Inspect(spiked, 14)); got[AlertOutlier] != 1 {
		t.Errorf("a spike raised %v", got)
	}
	moved := append([]float64(nil), calm...)
	for i := 76; i < 90; i++ {
		moved[i] += 30
	}
	if got := kinds(Inspect(moved, 14)); got[AlertLevel] != 1 {
		t.Errorf("a moved level raised %v", got)
	}
	calm[5] = -1
	if got := kinds(Inspect(calm, 14)); got[AlertData] != 1 {
		t.Errorf("a value below zero raised %v", got)
	}
}

// An override that helps has added value, one that harms has taken some: worked by hand.
func TestStairs(t *testing.T) {
	t.Parallel()
	got := Stairs([]float64{10, 10, math.NaN()}, []string{"naive", "statistics", "override"}, [][]float64{{6, 14, 0}, {8, 12, 0}, {11, 13, 0}})
	if got[0].WAPE != 0.4 || got[1].Added != 0.5 || got[2].Added != 0 || got[2].Bias != 0.2 {
		t.Errorf("%+v", got)
	}
}
