package finance

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quartermaster/finance/credit"
	"quartermaster/finance/portfolio"
	"quartermaster/finance/pricing"
	"quartermaster/internal/bench"
	"quartermaster/internal/gbdt"
)

// Reference holds the formulas against published and computed values.
func Reference() bench.Bench {
	return bench.Bench{
		Name:    "finance-reference",
		Summary: "Hold every formula against reference values, and imported trees, explanations and measures against golden files.",
		Data:    "a folder with reference-values.json and golden/",
		Figures: []bench.Figure{
			{Key: "passed", Meaning: "facts and golden files that hold within their tolerance"},
			{Key: "total", Meaning: "facts and golden files there are"},
		},
		Run: runReference,
	}
}

// fact is one entry of reference-values.json.
type fact struct {
	ID        string          `json:"id"`
	Inputs    json.RawMessage `json:"inputs"`
	Expected  map[string]any  `json:"expected"`
	Tolerance any             `json:"tolerance"`
}

func runReference(_ context.Context, opts bench.Options) (bench.Outcome, error) {
	if opts.Data == "" {
		return bench.Outcome{}, fmt.Errorf("%w: finance-reference needs --data, a folder", bench.ErrUsage)
	}
	data, err := os.ReadFile(filepath.Join(opts.Data, "reference-values.json"))
	if err != nil {
		return bench.Outcome{}, fmt.Errorf("%w: --data: %w", bench.ErrUsage, err)
	}
	var file struct {
		Facts []fact `json:"facts"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return bench.Outcome{}, fmt.Errorf("%w: --data: reference-values.json: %w", bench.ErrUsage, err)
	}
	out := bench.Outcome{Figures: map[string]float64{"passed": 0, "total": 0}}
	report := func(name string, err error) {
		out.Figures["total"]++
		row := bench.Row{Instance: name}
		if err == nil {
			out.Figures["passed"]++
			out.Rows = append(out.Rows, row.With("holds", true).With("why", ""))
			return
		}
		out.Rows = append(out.Rows, row.With("holds", false).With("why", err.Error()))
	}
	for _, f := range file.Facts {
		if opts.Selected(f.ID) {
			report(f.ID, f.hold())
		}
	}
	for _, g := range goldens {
		if opts.Selected(g.name) {
			report(g.name, g.hold(filepath.Join(opts.Data, "golden")))
		}
	}
	return out, nil
}

// hold computes a fact and compares every number it expects.
func (f fact) hold() error {
	var in inputs
	if err := json.Unmarshal(f.Inputs, &in); err != nil {
		return fmt.Errorf("inputs: %w", err)
	}
	kind := f.ID
	for _, prefix := range []string{"irb-corp", "irb-retail", "wcdr"} {
		if strings.HasPrefix(f.ID, prefix) {
			kind = prefix
		}
	}
	compute, ok := facts[kind]
	if !ok {
		return fmt.Errorf("nothing here computes it")
	}
	got, err := compute(in)
	if err != nil {
		return err
	}
	for key, want := range f.Expected {
		have, ok := got[strings.TrimSuffix(key, "_full")]
		if !ok {
			return fmt.Errorf("%s is not computed", key)
		}
		if err := near(key, have, want, f.tolerance(key)); err != nil {
			return err
		}
	}
	return nil
}

// tolerance is absolute, but for keys ending _full, which hold to 1e-9 of their size (marked by a negative number).
func (f fact) tolerance(key string) float64 {
	if strings.HasSuffix(key, "_full") {
		return -1e-9
	}
	switch t := f.Tolerance.(type) {
	case float64:
		return t
	case map[string]any:
		if v, ok := t[key].(float64); ok {
			return v
		}
	}
	return 1e-9
}

func near(key string, have, want any, tol float64) error {
	switch w := want.(type) {
	case float64:
		h, ok := have.(float64)
		limit := tol
		if tol < 0 {
			limit = -tol * math.Abs(w)
		}
		if !ok || !(math.Abs(h-w) <= limit) {
			return fmt.Errorf("%s is %v, want %v within %g", key, have, w, limit)
		}
		return nil
	case []any:
		list, err := asList(have)
		if err != nil || len(list) != len(w) {
			return fmt.Errorf("%s is %v, want %v", key, have, want)
		}
		for k := range w {
			if err := near(fmt.Sprintf("%s[%d]", key, k), list[k], w[k], tol); err != nil {
				return err
			}
		}
		return nil
	}
	if fmt.Sprint(have) != fmt.Sprint(want) {
		return fmt.Errorf("%s is %v, want %v", key, have, want)
	}
	return nil
}

func asList(v any) ([]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out []any
	return out, json.Unmarshal(data, &out)
}

// inputs are the fields that facts use.
type inputs struct {
	PD       float64 `json:"pd"`
	LGD      float64 `json:"lgd"`
	M        float64 `json:"m"`
	Turnover float64 `json:"turnover_meur"`
	Rho      float64 `json:"rho"`
	Q        float64 `json:"q"`
	EAD      any     `json:"ead"`
	GCA      float64 `json:"gca"`
	PD12     float64 `json:"pd12"`
	Buckets  []struct {
		Gross, Rate float64
	} `json:"buckets"`
	Sales    float64   `json:"sales"`
	Paid     []float64 `json:"paid"`
	Ageing   []float64 `json:"ageing"`
	CondPD   []float64 `json:"cond_pd"`
	EIR      float64   `json:"eir"`
	Goods    []float64 `json:"goods"`
	Bads     []float64 `json:"bads"`
	Base     float64   `json:"base"`
	Odds     float64   `json:"odds"`
	PDO      float64   `json:"pdo"`
	Expected []float64 `json:"expected"`
	Actual   []float64 `json:"actual"`
	E        float64   `json:"E"`
	SigmaE   float64   `json:"sigma_E"`
	D        float64   `json:"D"`
	R        float64   `json:"r"`
	T        float64   `json:"T"`
	X        []float64 `json:"x"`
	Bands    []struct {
		Units    int     `json:"units"`
		Expected float64 `json:"expected_defaults"`
	} `json:"bands"`
	Variance float64 `json:"sector_rel_variance"`
	Obligors []struct {
		PD    float64
		Units int
	} `json:"obligors"`
	Shares      []float64   `json:"shares"`
	N           int         `json:"n"`
	Nu          float64     `json:"nu"`
	Xi          float64     `json:"xi"`
	Liabilities [][]float64 `json:"liabilities"`
	Outside     []float64   `json:"outside"`
	W           [][]float64 `json:"W"`
	V           []float64   `json:"v"`
	Shock       []float64   `json:"shock"`
	Discount    float64     `json:"discount"`
	DaysEarly   int         `json:"days_early"`
	Basis       int         `json:"basis"`
	Face        float64     `json:"face"`
	Advance     float64     `json:"advance"`
	Fee         float64     `json:"fee"`
	Rate        float64     `json:"rate"`
	Days        int         `json:"days"`
	Start       string      `json:"start"`
	End         string      `json:"end"`
	Hurdle      float64     `json:"hurdle"`
	Funding     float64     `json:"funding"`
	Opex        float64     `json:"opex"`
}

type found = map[string]any

func irb(class portfolio.Class) func(in inputs) (found, error) {
	return func(in inputs) (found, error) {
		m := in.M
		if m == 0 {
			m = 2.5
		}
		c, err := portfolio.IRB(class, in.PD, in.LGD, m, in.Turnover)
		return found{"risk_weight": c.RiskWeight, "correlation": c.Correlation, "k": c.K}, err
	}
}

// facts compute what the entries of reference-values.json expect.
var facts = map[string]func(in inputs) (found, error){
	"irb-corp":       irb(portfolio.Corporate),
	"irb-sme-pd0.01": irb(portfolio.SME),
	"irb-retail":     irb(portfolio.Retail),
	"irb-mortgage":   irb(portfolio.Mortgage),
	"wcdr": func(in inputs) (found, error) {
		return found{"wcdr": portfolio.WCDR(in.PD, in.Rho, in.Q)}, nil
	},
	"vasicek-loss": func(in inputs) (found, error) {
		w := portfolio.WCDR(in.PD, in.Rho, in.Q)
		ead, _ := in.EAD.(float64)
		return found{"wcdr": w, "loss": w * in.LGD * ead}, nil
	},
	"vasicek-sd": func(in inputs) (found, error) {
		return found{"sd": portfolio.DefaultRateSD(in.PD, in.Rho)}, nil
	},
	"ecl-12m": func(in inputs) (found, error) {
		e, _, err := portfolio.LifetimeECL([]float64{in.PD12}, []float64{in.GCA}, in.LGD, 0)
		return found{"ecl": e}, err
	},
	"ecl-matrix": func(in inputs) (found, error) {
		var gross, rate []float64
		for _, b := range in.Buckets {
			gross, rate = append(gross, b.Gross), append(rate, b.Rate)
		}
		by, total, err := portfolio.ProvisionMatrix(gross, rate)
		return found{"by_bucket": by, "total": total}, err
	},
	"ecl-rollrate": func(in inputs) (found, error) {
		rates, err := portfolio.RollRates(in.Sales, in.Paid)
		if err != nil {
			return nil, err
		}
		by, total, err := portfolio.ProvisionMatrix(in.Ageing, rates)
		return found{"rates": rates, "allowance": by, "total": total}, err
	},
	"ecl-lifetime": func(in inputs) (found, error) {
		list, err := asList(in.EAD)
		if err != nil {
			return nil, err
		}
		var ead []float64
		for _, v := range list {
			x, _ := v.(float64)
			ead = append(ead, x)
		}
		e, s, err := portfolio.LifetimeECL(in.CondPD, ead, in.LGD, in.EIR)
		return found{"ecl": e, "survival_end": s}, err
	},
	"woe-age": func(in inputs) (found, error) {
		woe, iv, err := credit.WeightOfEvidence(in.Goods, in.Bads)
		for k := range woe {
			woe[k] *= 100
		}
		return found{"woe100": woe, "iv": iv}, err
	},
	"pdo-600-50-20": func(in inputs) (found, error) {
		s := credit.PointScale{Base: in.Base, Odds: in.Odds, PDO: in.PDO}
		return found{"factor": s.Factor(), "offset": s.Offset(), "score_at_pd_0.02": s.Points(0.02)}, nil
	},
	"psi": func(in inputs) (found, error) {
		v, err := credit.PSI(in.Expected, in.Actual)
		return found{"psi": v}, err
	},
	"merton": func(in inputs) (found, error) {
		f, err := credit.Merton(in.E, in.SigmaE, in.D, in.R, in.T)
		return found{"V": f.Assets, "sigma_V": f.Volatility, "d2": f.Distance, "pd": f.PD}, err
	},
	"altman-z": func(in inputs) (found, error) {
		z, zone := credit.AltmanZ([5]float64(in.X))
		return found{"z": z, "zone": zone}, nil
	},
	"crplus-poisson": func(in inputs) (found, error) {
		var bands []portfolio.Band
		for _, b := range in.Bands {
			bands = append(bands, portfolio.Band(b))
		}
		d, err := portfolio.CreditRiskPlus(bands, in.Variance, 400)
		if err != nil {
			return nil, err
		}
		return found{"p0": d.Mass[0], "p1": d.Mass[1], "p5": d.Mass[5], "el": d.Mean(), "sd": d.SD(),
			"q99": float64(d.Quantile(0.99)), "q999": float64(d.Quantile(0.999))}, nil
	},
	"loss-conv": func(in inputs) (found, error) {
		var pd []float64
		var units []int
		for _, o := range in.Obligors {
			pd, units = append(pd, o.PD), append(units, o.Units)
		}
		d, err := portfolio.Independent(pd, units)
		return found{"pmf": d.Mass, "el": d.Mean()}, err
	},
	"hhi": func(in inputs) (found, error) {
		h, n := portfolio.HHI(in.Shares)
		return found{"hhi": h, "n_eff": n}, nil
	},
	"ga-homog": func(in inputs) (found, error) {
		n := max(1, in.N)
		shares := slices.Repeat([]float64{1 / float64(n)}, n)
		g, delta, err := portfolio.Granularity(shares, slices.Repeat([]float64{in.PD}, n), slices.Repeat([]float64{in.LGD}, n), in.Nu, in.Xi, in.Q)
		return found{"ga_share_of_ead": g, "delta": delta}, err
	},
	"eisenberg-noe-3": func(in inputs) (found, error) {
		c, err := portfolio.Clear(in.Liabilities, in.Outside)
		return found{"clearing": c.Paid, "total_owed": c.Owed, "defaults": c.Default}, err
	},
	"debtrank": func(in inputs) (found, error) {
		r, h, err := portfolio.DebtRank(in.W, in.V, in.Shock)
		return found{"debtrank": r, "h": h}, err
	},
	"2-10-net-30": func(in inputs) (found, error) {
		s, e, err := pricing.TradeCredit(in.Discount, in.DaysEarly, in.Basis)
		return found{"apr_simple": s, "ear": e}, err
	},
	"factoring": func(in inputs) (found, error) {
		f, err := pricing.Factor(in.Face, in.Advance, in.Fee, in.Rate, in.Days, in.Basis)
		return found{"advance": f.Advance, "fee": f.Fee, "interest": f.Interest, "reserve_release": f.Reserve}, err
	},
	"daycount-isda": dayCounts,
	"benford": func(inputs) (found, error) {
		return found{"p": credit.FirstDigits()}, nil
	},
	"raroc-price": func(in inputs) (found, error) {
		c, err := portfolio.IRB(portfolio.Corporate, in.PD, in.LGD, in.M, 0)
		return found{"k": c.K, "rate": pricing.BreakEven(in.PD, in.LGD, c.K, in.Funding, in.Opex, in.Hurdle)}, err
	},
}

func dayCounts(in inputs) (found, error) {
	start, err := time.Parse(time.DateOnly, in.Start)
	if err != nil {
		return nil, err
	}
	end, err := time.Parse(time.DateOnly, in.End)
	if err != nil {
		return nil, err
	}
	out := found{}
	for key, convention := range map[string]pricing.DayCount{
		"act_act_isda": pricing.ActActISDA, "act_act_afb": pricing.ActActAFB, "act_act_icma_semiannual": pricing.ActActICMA,
		"act_360": pricing.Act360, "act_365f": pricing.Act365F, "30_360": pricing.Thirty360,
	} {
		v, err := pricing.YearFraction(convention, start, end, 2)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

// goldens are the files that other programs computed.
var goldens = []struct {
	name string
	hold func(folder string) error
}{
	{"golden-treeshap", holdTreeSHAP},
	{"golden-interactions", holdInteractions},
	{"golden-calibration", holdCalibration},
	{"golden-metrics", holdMetrics},
}

func goldenModel(folder string) (*gbdt.Model, error) {
	data, err := os.ReadFile(filepath.Join(folder, "xgb_german_numeric.json"))
	if err != nil {
		return nil, err
	}
	return gbdt.ImportXGBoost(data)
}

const goldenTol = 1e-6

func holdTreeSHAP(folder string) error {
	m, err := goldenModel(folder)
	if err != nil {
		return err
	}
	t, err := readTable(filepath.Join(folder, "treeshap_german_numeric.csv"))
	if err != nil {
		return err
	}
	e := m.Explainer()
	value := func(name string, i int) float64 {
		v, _ := numbers(t.column(name)[i : i+1])
		return v[0]
	}
	x, phi := make([]float64, len(m.Names)), make([]float64, len(m.Names))
	for i := range t.rows {
		for j, name := range m.Names {
			x[j] = value(name, i)
		}
		e.Explain(x, phi)
		have := map[string]float64{"margin": m.Score(x), "prob": m.Predict(x), "shap_bias": e.Bias()}
		for j, name := range m.Names {
			have["shap_"+name] = phi[j]
		}
		for key, h := range have {
			if w := value(key, i); !(math.Abs(h-w) <= goldenTol) {
				return fmt.Errorf("line %d, %s is %g, want %g", i+2, key, h, w)
			}
		}
	}
	return nil
}

func holdInteractions(folder string) error {
	m, err := goldenModel(folder)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(folder, "treeshap_interactions_row.json"))
	if err != nil {
		return err
	}
	var want struct {
		Row          int
		Interactions [][]float64
	}
	if err := json.Unmarshal(data, &want); err != nil {
		return err
	}
	t, err := readTable(filepath.Join(folder, "treeshap_german_numeric.csv"))
	if err != nil {
		return err
	}
	at := slices.Index(t.column("row"), fmt.Sprint(want.Row))
	if at < 0 {
		return fmt.Errorf("row %d is not among the explained rows", want.Row)
	}
	n := len(m.Names)
	x, out := make([]float64, n), make([]float64, n*n)
	for j, name := range m.Names {
		v, _ := numbers(t.column(name)[at : at+1])
		x[j] = v[0]
	}
	m.Explainer().Interactions(x, out)
	for i := range n {
		for j := range n {
			if w := want.Interactions[i][j]; !(math.Abs(out[i*n+j]-w) <= goldenTol) {
				return fmt.Errorf("%s with %s is %g, want %g", m.Names[i], m.Names[j], out[i*n+j], w)
			}
		}
	}
	return nil
}

func goldenCalibration(folder string) (t *table, y, p []float64, err error) {
	if t, err = readTable(filepath.Join(folder, "calibration.csv")); err != nil {
		return nil, nil, nil, err
	}
	y, _ = numbers(t.column("y"))
	p, _ = numbers(t.column("p"))
	return t, y, p, nil
}

func holdCalibration(folder string) error {
	t, y, p, err := goldenCalibration(folder)
	if err != nil {
		return err
	}
	platt, beta, iso := credit.Platt(y, p), credit.Beta(y, p, false), credit.PoolAdjacent(y, p)
	for i := range y {
		for key, have := range map[string]float64{"platt": platt.Apply(p[i]), "beta": beta.Apply(p[i]), "isotonic": iso[i]} {
			want, _ := numbers(t.column(key)[i : i+1])
			if !(math.Abs(have-want[0]) <= goldenTol) {
				return fmt.Errorf("line %d, %s is %g, want %g", i+2, key, have, want[0])
			}
		}
	}
	return nil
}

func holdMetrics(folder string) error {
	_, y, p, err := goldenCalibration(folder)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(folder, "metrics.json"))
	if err != nil {
		return err
	}
	var want map[string]any
	if err := json.Unmarshal(data, &want); err != nil {
		return err
	}
	m, err := credit.Measure(y, p)
	if err != nil {
		return err
	}
	for key, have := range map[string]float64{
		"n": float64(m.N), "auc": m.AUC, "gini": m.Gini, "ks": m.KS, "brier": m.Brier, "logloss": m.LogLoss, "average_precision": m.AP,
		"ece_10_equal_mass_stable_sort": m.ECE, "h_measure_beta22": m.HMeasure,
	} {
		if w, ok := want[key].(float64); !ok || !(math.Abs(have-w) <= goldenTol) {
			return fmt.Errorf("%s is %g, want %v", key, have, want[key])
		}
	}
	return nil
}
