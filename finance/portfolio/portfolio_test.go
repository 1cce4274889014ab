package portfolio

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s is %g, want %g ± %g", what, got, want, tol)
	}
}

// The published risk weights of Basel II, annex 5, and of CRE31 for retail come out, as does Hull's worst-case default rate.
func TestPublishedIRB(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class    Class
		pd, lgd  float64
		turnover float64
		want     float64
	}{
		{Corporate, 0.0003, 0.45, 0, 0.1444}, {Corporate, 0.01, 0.45, 0, 0.9232}, {Corporate, 0.05, 0.45, 0, 1.4986},
		{SME, 0.01, 0.45, 5, 0.7240}, {Retail, 0.01, 0.45, 0, 0.4577}, {Retail, 0.01, 0.85, 0, 0.8646}, {Mortgage, 0.01, 0.45, 0, 0.5640},
	} {
		got, err := IRB(c.class, c.pd, c.lgd, 2.5, c.turnover)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprint(c.class, c.pd), got.RiskWeight, c.want, 6e-5)
	}
	near(t, "Hull, table 11.4", WCDR(0.02, 0.2, 0.999), 0.226, 6e-4)
	near(t, "Gordy and Lütkebohmert's delta", gammaDelta(0.25, 0.999), 4.83, 0.005)
}

// IFRS 9's example 8 and example 12, and a published roll-rate matrix.
func TestPublishedECL(t *testing.T) {
	t.Parallel()
	ecl, _, err := LifetimeECL([]float64{0.005}, []float64{1_000_000}, 0.25, 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "12-month loss", ecl, 1250, 1e-9)
	_, total, err := ProvisionMatrix([]float64{15e6, 7.5e6, 4e6, 2.5e6, 1e6}, []float64{0.003, 0.016, 0.036, 0.066, 0.106})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "matrix", total, 580_000, 1e-6)
	rates, err := RollRates(100_000, []float64{50_000, 27_000, 15_000, 6_000})
	if err != nil || len(rates) != 5 || math.Abs(rates[2]-0.0869565) > 1e-6 || rates[4] != 1 {
		t.Errorf("roll rates %v, %v", rates, err)
	}
	for want, s := range map[Stage]Stage{
		1: StageOf(0, false, 0.01, 0.015), 2: StageOf(30, false, 0.01, 0.01), 3: StageOf(5, true, 0.01, 0.01),
	} {
		if s != want {
			t.Errorf("stage %d, want %d", s, want)
		}
	}
	if w, err := Weighted([]float64{10, 20}, []float64{0.5, 0.5}); err != nil || w != 15 {
		t.Errorf("weighted %g, %v", w, err)
	}
}

// Panjer's recursion is the sum over numbers of defaults (twin), Poisson and gamma; its mean and variance are those of the
// model; and small PDs make it the exact convolution.
func TestCreditRiskPlus(t *testing.T) {
	t.Parallel()
	bands := []Band{{1, 0.8}, {2, 0.5}, {5, 0.2}}
	mu := 1.5
	for _, variance := range []float64{0, 0.6} {
		d, err := CreditRiskPlus(bands, variance, 300)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean", d.Mean(), 0.8+1+1, 1e-9)
		near(t, "variance", d.SD()*d.SD(), 0.8+2+5+variance*2.8*2.8, 1e-6)
		severity := []float64{0, 0.8 / mu, 0.5 / mu, 0, 0, 0.2 / mu}
		want := make([]float64, 30)
		power, chance := []float64{1}, math.Exp(-mu)
		p, alpha := 0.0, 0.0
		if variance > 0 {
			alpha = 1 / variance
			p = mu / (mu + alpha)
			chance = math.Pow(1-p, alpha)
		}
		for n := 0; n < 60; n++ {
			for k := 0; k < len(power) && k < len(want); k++ {
				want[k] += chance * power[k]
			}
			next := make([]float64, len(power)+5)
			for i, a := range power {
				for j, b := range severity {
					next[i+j] += a * b
				}
			}
			power = next
			if variance > 0 {
				chance *= p * (alpha + float64(n)) / float64(n+1)
			} else {
				chance *= mu / float64(n+1)
			}
		}
		for k := range want {
			near(t, fmt.Sprintf("variance %g, mass %d", variance, k), d.Mass[k], want[k], 1e-12)
		}
	}
}

func book() []Exposure {
	var b []Exposure
	for i := range 40 {
		b = append(b, Exposure{ID: fmt.Sprint("s", i), EAD: float64(1 + i%7), PD: 0.005 + 0.002*float64(i%5), LGD: 0.5, Loadings: []float64{0.4, 0.1 * float64(i%3)}})
	}
	return b
}

// Importance sampling gives the plain simulation's figures from far fewer years, its mean is the exact expected loss, shares
// add up to the shortfall, and the answer is the same for any number of goroutines.
func TestSimulate(t *testing.T) {
	t.Parallel()
	plain, err := Simulate(context.Background(), book(), SimulationOptions{Paths: 150_000, Plain: true, Q: 0.995, Seed: 1, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	aimed, err := Simulate(context.Background(), book(), SimulationOptions{Paths: 10_000, Q: 0.995, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "plain mean", plain.Simulated, plain.Expected, 0.05*plain.Expected)
	near(t, "aimed mean", aimed.Simulated, aimed.Expected, 0.15*aimed.Expected)
	near(t, "value at risk", aimed.ValueAtRisk, plain.ValueAtRisk, 0.06*plain.ValueAtRisk)
	near(t, "shortfall", aimed.Shortfall, plain.Shortfall, 0.05*plain.Shortfall)
	if aimed.TailPaths < 10*plain.TailPaths*10_000/150_000 {
		t.Errorf("%d of 10,000 aimed years lie in the tail, %d of 150,000 plain ones", aimed.TailPaths, plain.TailPaths)
	}
	sum := 0.0
	for _, s := range aimed.Shares {
		sum += s
	}
	near(t, "shares", sum, aimed.Shortfall, 1e-9*sum)
	again, err := Simulate(context.Background(), book(), SimulationOptions{Paths: 10_000, Q: 0.995, Seed: 2, Workers: 5})
	if err != nil || !reflect.DeepEqual(again, aimed) {
		t.Error("5 goroutines gave another answer")
	}
}

// A fine-grained one-factor book loses what Vasicek's formula says.
func TestSimulateAgainstVasicek(t *testing.T) {
	t.Parallel()
	var b []Exposure
	for range 400 {
		b = append(b, Exposure{EAD: 1, PD: 0.02, LGD: 1, Loadings: []float64{math.Sqrt(0.15)}})
	}
	got, err := Simulate(context.Background(), b, SimulationOptions{Paths: 8000, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value at risk", got.ValueAtRisk/400, WCDR(0.02, 0.15, 0.999), 0.012)
}

// Clearing never pays more than is owed or there is, nobody keeps cash while owing, and no firm could pay more (it is the
// greatest vector: starting from all debts paid, nothing is left to take back).
func TestClearing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "n")
		debts, outside := make([][]float64, n), make([]float64, n)
		for i := range n {
			debts[i] = make([]float64, n)
			outside[i] = float64(rapid.IntRange(0, 9).Draw(rt, "outside"))
			for j := range n {
				if i != j {
					debts[i][j] = float64(rapid.IntRange(0, 9).Draw(rt, "debt"))
				}
			}
		}
		c, err := Clear(debts, outside)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range n {
			has := outside[i]
			for j := range n {
				if c.Owed[j] > 0 {
					has += c.Paid[j] * debts[j][i] / c.Owed[j]
				}
			}
			if math.Abs(c.Paid[i]-math.Min(has, c.Owed[i])) > 1e-9 {
				rt.Fatalf("firm %d has %g, owes %g, pays %g", i, has, c.Owed[i], c.Paid[i])
			}
		}
	})
}

// The published recursion on a small network: distress is handed on once.
func TestDebtRank(t *testing.T) {
	t.Parallel()
	w := [][]float64{{0, 0.4, 0.1, 0}, {0, 0, 0.5, 0.2}, {0, 0, 0, 0.6}, {0.3, 0, 0, 0}}
	r, h, err := DebtRank(w, []float64{0.4, 0.3, 0.2, 0.1}, []float64{1, 0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "rank", r, 0.194, 1e-12)
	if !slices.EqualFunc(h, []float64{1, 0.4, 0.3, 0.14}, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
		t.Errorf("distress %v", h)
	}
}

// What makes no sense is refused by name.
func TestRefusals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	bad := book()
	bad[3].PD = 1.5
	loaded := book()
	loaded[2].Loadings = []float64{0.9, 0.9}
	for want, f := range map[string]func() error{
		`exposure "s3": PD is 1.5`:                func() error { _, err := Simulate(ctx, bad, SimulationOptions{}); return err },
		`exposure "s2": sum of squared loadings`:  func() error { _, err := Simulate(ctx, loaded, SimulationOptions{}); return err },
		"the book is empty":                       func() error { _, err := Simulate(ctx, nil, SimulationOptions{}); return err },
		"want 100…":                               func() error { _, err := Simulate(ctx, book(), SimulationOptions{Paths: 3}); return err },
		`class "farm"`:                            func() error { _, err := IRB("farm", 0.1, 0.4, 1, 0); return err },
		"band 0 has 0 units":                      func() error { _, err := CreditRiskPlus([]Band{{0, 1}}, 0, 5); return err },
		"obligor 0 has PD 2":                      func() error { _, err := Independent([]float64{2}, []int{1}); return err },
		"row 0 has 2 entries for 1 firms":         func() error { _, err := Clear([][]float64{{0, 1}}, []float64{1}); return err },
		"2 scenarios whose 2 weights add up to 2": func() error { _, err := Weighted([]float64{1, 2}, []float64{1, 1}); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
