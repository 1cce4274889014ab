package robots

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/floor"
)

// Lifelong runs problems of the League of Robot Runners.
func Lifelong() bench.Bench {
	return bench.Bench{
		Name:    "lifelong",
		Summary: "Moves fleets of turning robots through endless errands by the rules of the League of Robot Runners.",
		Data:    "a problem file (.json) or a folder with such files below it",
		Budget:  100 * time.Millisecond,
		Figures: []bench.Figure{
			{Key: "tasks", Meaning: "tasks finished, all problems together (2023: errands)"},
			{Key: "tasks_per_step", Meaning: "the same by steps"},
			{Key: "step_ms_mean", Meaning: "mean time of a step, ms; --budget is the time a step may take for refinement"},
			{Key: "step_ms_p99", Meaning: "99 of 100 steps took no longer, ms (worst problem)"},
			{Key: "conflicts", Meaning: "steps that the referee refused"},
			{Key: "peak_mb", Meaning: "greatest memory of the process so far, MB"},
		},
		Run: runLifelong,
	}
}

func runLifelong(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	files, err := problemFiles(opts.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	var out bench.Outcome
	var tasks, steps, conflicts, p99 float64
	var spent time.Duration
	for i, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if !opts.Selected(name) {
			continue
		}
		p, err := floor.ReadProblem(file)
		if err != nil {
			return bench.Outcome{}, err
		}
		r, err := simulate(ctx, p, opts, func(done float64) {
			opts.Report((float64(i)+done)/float64(len(files)), name)
		})
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", name, err)
		}
		out.Rows = append(out.Rows, r.row(p))
		tasks, steps, conflicts = tasks+float64(r.tasks), steps+float64(len(r.took)), conflicts+float64(r.conflicts)
		spent += r.spent()
		p99 = max(p99, r.p99())
	}
	if steps == 0 {
		return bench.Outcome{}, fmt.Errorf("%w: no problem of that name in %s", bench.ErrUsage, opts.Data)
	}
	out.Figures = map[string]float64{
		"tasks": tasks, "tasks_per_step": tasks / steps, "step_ms_mean": spent.Seconds() * 1000 / steps,
		"step_ms_p99": p99, "conflicts": conflicts, "peak_mb": bench.PeakMB(),
	}
	return out, nil
}

// problemFiles lists the problem files of a path by name.
func problemFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: --data: %w", bench.ErrUsage, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(at string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(at) != ".json" {
			return err
		}
		raw, err := os.ReadFile(at)
		if err == nil && strings.Contains(string(raw), `"mapFile"`) {
			files = append(files, at)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%w: --data: no problem file (.json with mapFile) below %s", bench.ErrUsage, path)
	}
	slices.Sort(files)
	return files, err
}

// result is what one simulation found.
type result struct {
	tasks, conflicts int
	took             []time.Duration // a step
	prepared         time.Duration
}

func (r *result) spent() (sum time.Duration) {
	for _, t := range r.took {
		sum += t
	}
	return sum
}

func (r *result) p99() float64 {
	sorted := slices.Sorted(slices.Values(r.took))
	return sorted[len(sorted)*99/100].Seconds() * 1000
}

func (r *result) row(p *floor.Problem) bench.Row {
	steps := float64(len(r.took))
	return bench.Row{Instance: p.Name, Cells: []bench.Cell{
		{Key: "robots", Value: len(p.Starts)}, {Key: "steps", Value: len(r.took)}, {Key: "tasks", Value: r.tasks},
		{Key: "tasks_per_step", Value: float64(r.tasks) / steps}, {Key: "step_ms_mean", Value: r.spent().Seconds() * 1000 / steps},
		{Key: "step_ms_p99", Value: r.p99()}, {Key: "conflicts", Value: r.conflicts}, {Key: "prepare_s", Value: r.prepared.Seconds()},
	}}
}

// limited ends at a time by the clock itself: a timer of the runtime may be 10 ms late where one core does all.
type limited struct {
	context.Context
	until time.Time
}

func (l limited) Err() error {
	if time.Now().After(l.until) {
		return context.DeadlineExceeded
	}
	return l.Context.Err()
}

// simulate plans and refereed moves, step by step.
func simulate(ctx context.Context, p *floor.Problem, opts bench.Options, report func(float64)) (*result, error) {
	begin := time.Now()
	w, err := newWorld(p, opts)
	if err != nil {
		return nil, err
	}
	r := &result{prepared: time.Since(begin)}
	for step := range p.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		start := time.Now()
		w.plan(limited{ctx, start.Add(opts.Budget)})
		r.took = append(r.took, time.Since(start))
		if err := w.referee.Step(w.places, w.actions); err != nil {
			r.conflicts++
			return r, fmt.Errorf("step %d: %w", step, err)
		}
		r.tasks += w.arrive()
		if step%50 == 0 {
			report(float64(step) / float64(p.Steps))
		}
	}
	return r, nil
}
