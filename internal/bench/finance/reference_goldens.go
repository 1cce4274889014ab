package finance

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"quartermaster/finance/credit"
	"quartermaster/internal/gbdt"
)

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
