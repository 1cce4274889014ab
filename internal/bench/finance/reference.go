package finance

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"quartermaster/internal/bench"
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
	for key := range f.Expected {
		if short, full := strings.CutSuffix(key, "_full"); full {
			got[key] = got[short]
		}
	}
	return bench.Hold(f.ID, got, f.Expected, f.tolerance)
}

// tolerance is absolute, but for keys ending _full, which hold to 1e-9 of their size.
func (f fact) tolerance(key string, want float64) float64 {
	if strings.HasSuffix(key, "_full") {
		return 1e-9 * math.Abs(want)
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
