package stock

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"quartermaster/internal/bench"
)

// Inventory is the bench of worked examples: each model's answer against the recorded one.
func Inventory() bench.Bench {
	return bench.Bench{
		Name:    "inventory",
		Summary: "Solve worked examples of inventory theory and compare every recorded value within the case's tolerance.",
		Data:    "cases.json, or the folder that holds it",
		Figures: []bench.Figure{
			{Key: "passed", Meaning: "cases of which every recorded value was met within its tolerance"},
			{Key: "total", Meaning: "cases"},
		},
		Run: runCases,
	}
}

// workedCase is one case of the file.
type workedCase struct {
	ID       string          `json:"id"`
	Model    string          `json:"model"`
	Name     string          `json:"name"`
	Input    json.RawMessage `json:"input"`
	Expected map[string]any  `json:"expected"`
	RelTol   float64         `json:"rel_tol"`
}

func runCases(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	if o.Data == "" {
		return bench.Outcome{}, errNoData("inventory", "cases.json")
	}
	path := o.Data
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "cases.json")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return bench.Outcome{}, err
	}
	var cases []workedCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		return bench.Outcome{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	out := bench.Outcome{Figures: map[string]float64{"passed": 0, "total": 0}}
	for i, c := range cases {
		if !o.Selected(c.ID) && !o.Selected(c.Model) {
			continue
		}
		out.Figures["total"]++
		got, err := solveCase(ctx, c)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		why := "passed"
		if err != nil {
			why = err.Error()
		} else if err := bench.Hold(c.ID, got, c.Expected, func(_ string, w float64) float64 { return c.RelTol * math.Max(1e-9, math.Abs(w)) }); err != nil {
			why = err.Error()
		} else {
			out.Figures["passed"]++
		}
		out.Rows = append(out.Rows, bench.Row{Instance: c.ID}.With("model", c.Model).With("result", why))
		o.Report(float64(i+1)/float64(len(cases)), c.ID)
	}
	return out, nil
}
