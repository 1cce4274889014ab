// Package vehicles measures the vehicle-routing solver on public instances.
//
// Takes a folder of instances in any format that vrplib reads, with or without a best_known.csv beside or above them, and
// gives gaps to the references. Method: each instance is solved within the budget by wall time, its plan is checked by
// routing.Check and, where a family compares plain float64 lengths, driven again in those from the coordinates. Never: it
// compares costs of plans with different numbers of vehicles where fewer vehicles go first.
package vehicles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/vrplib"
	"quartermaster/routing/vrp"
)

// All lists the benches of this package, by name.
func All() []bench.Bench { return []bench.Bench{Routing()} }

// Routing is bench routing.
func Routing() bench.Bench {
	return bench.Bench{
		Name: "routing", Summary: "Solves public vehicle-routing instances and compares with the best known costs.",
		Data: "an instance, or a folder of instances (CVRPLIB/VRPLIB, Solomon, Li & Lim, Cordeau), with best_known.csv in it or above it",
		Figures: []bench.Figure{
			{Key: "mean_gap_pct", Meaning: "% over the best known cost, mean of the instances with a reference and no more vehicles than it"},
			{Key: "max_gap_pct", Meaning: "% over the best known cost, largest of those"},
			{Key: "mean_vehicles_excess", Meaning: "vehicles above the best known number, mean where fewer vehicles go first"},
			{Key: "feasible", Meaning: "instances whose plan passed the check and serves every stop that must be served"},
			{Key: "total", Meaning: "instances solved"},
			{Key: "peak_mb", Meaning: "largest resident memory so far, MB"},
		},
		Run: run,
	}
}

func run(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	if o.Data == "" {
		return bench.Outcome{}, fmt.Errorf("%w: --data names no instance or folder", bench.ErrUsage)
	}
	files, err := instances(o.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	refs, err := references(o.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return !o.Selected(nameOf(f)) })
	var t totals
	out := bench.Outcome{Figures: map[string]float64{}}
	for k, f := range files {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		o.Report(float64(k)/float64(len(files)), nameOf(f))
		row, err := t.solve(ctx, f, refs, o)
		if errors.Is(err, vrplib.ErrFormat) && len(files) > 1 {
			continue // a folder may hold other files
		}
		if err != nil {
			return out, err
		}
		out.Rows = append(out.Rows, row)
	}
	if len(out.Rows) == 0 {
		return out, fmt.Errorf("%w: no instance in %s", bench.ErrUsage, o.Data)
	}
	t.figures(out.Figures)
	return out, nil
}

func nameOf(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// instances are the files under path that may be instances, in order of name.
func instances(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := strings.ToLower(filepath.Ext(p)); p == path || ext == ".vrp" || ext == ".txt" {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bench routing: %w", err)
	}
	return files, nil
}

// totals adds up over instances.
type totals struct {
	gaps           []float64
	excess         []float64
	feasible, rows int
}

func (t *totals) figures(into map[string]float64) {
	into["mean_gap_pct"], into["max_gap_pct"], into["mean_vehicles_excess"] = mean(t.gaps), 0, mean(t.excess)
	if len(t.gaps) > 0 {
		into["max_gap_pct"] = slices.Max(t.gaps)
	}
	into["feasible"], into["total"], into["peak_mb"] = float64(t.feasible), float64(t.rows), bench.PeakMB()
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(len(v), 1))
}

func read(file string) (*vrplib.Instance, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("bench routing: %w", err)
	}
	defer f.Close()
	return vrplib.Read(file, f)
}

func (t *totals) solve(ctx context.Context, file string, refs map[string]reference, o bench.Options) (bench.Row, error) {
	start := time.Now()
	inst, err := read(file)
	if err != nil {
		return bench.Row{}, err
	}
	spent := func() float64 { return float64(time.Since(start)) / float64(o.Budget) }
	s, err := vrp.Solve(ctx, inst.Problem, vrp.Options{Seed: o.Seed, Workers: o.Workers, Spent: spent})
	if err != nil {
		return bench.Row{}, fmt.Errorf("%s: %w", file, err)
	}
	took := time.Since(start).Seconds()
	j := judge(inst, s)
	t.rows++
	if j.err == nil {
		t.feasible++
	}
	row := bench.Row{Instance: nameOf(file)}.With("kind", inst.Kind).With("stops", len(inst.Problem.Stops)).With("cost", j.cost).
		With("vehicles", len(s.Routes)).With("unassigned", len(s.Unassigned)).With("feasible", j.err == nil).With("iterations", s.Iterations).
		With("seconds", math.Round(took*1000)/1000).With("peak_mb", math.Round(bench.PeakMB()))
	if j.err != nil {
		row = row.With("why", j.err.Error())
	}
	ref, ok := refs[nameOf(file)]
	if !ok || j.err != nil {
		return row, nil
	}
	row = row.With("reference", ref.cost)
	gap := 100 * (j.cost/ref.cost - 1)
	if inst.Problem.VehiclesFirst && ref.vehicles > 0 {
		excess := float64(len(s.Routes) - ref.vehicles)
		t.excess = append(t.excess, excess)
		row = row.With("vehicles_excess", excess)
		if excess != 0 {
			return row, nil
		}
	}
	t.gaps = append(t.gaps, gap)
	return row.With("gap_pct", math.Round(gap*1000)/1000), nil
}
