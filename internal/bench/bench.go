// Package bench is the contract every bench of the program keeps, so that one reader understands them all.
//
// Takes a Bench (a name, the figures it promises, a function) and Options, and gives a Report with figures, one row per
// instance, the time, the processor time and the memory it took. Method: a bench computes, this package measures and
// writes JSON or a table. Never: it knows no bench by itself; the packages below and the solvers' own bring theirs.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Bench is one named measurement.
type Bench struct {
	Name    string
	Summary string // one sentence
	Data    string // what --data names, in words; empty = needs none
	// Budget is used where --budget is not given; 0 = DefaultBudget.
	Budget  time.Duration
	Figures []Figure // exactly the keys of Outcome.Figures
	Models  []string // what --model may name, the default first; nil = there is no choice
	Run     func(ctx context.Context, opts Options) (Outcome, error)
}

// DefaultBudget is what a bench may spend on searching or repeating where nothing else is said.
const DefaultBudget = 30 * time.Second

// Figure is one number that a bench promises to report.
type Figure struct {
	Key     string
	Meaning string // with its unit
}

// Options are the same for every bench.
type Options struct {
	Data    string        // path or address, in the bench's own terms
	Budget  time.Duration // wall time that a bench may spend on searching or repeating
	Seed    uint64
	Workers int    // goroutines or worker processes
	Only    string // glob over instance names; empty = all
	Model   string // one of Bench.Models; empty = the first
	// Progress is told of each step, done in 0…1 of the whole; nil = nobody listens.
	Progress func(done float64, sentence string)
}

// Report tells progress to whoever listens.
func (o Options) Report(done float64, sentence string) {
	if o.Progress != nil {
		o.Progress(done, sentence)
	}
}

// Selected says whether an instance is to be run under Only.
func (o Options) Selected(instance string) bool {
	if o.Only == "" {
		return true
	}
	ok, err := path.Match(o.Only, instance)
	return err == nil && ok // Execute refused a broken pattern
}

// Outcome is what a bench found; a bench measures no time or memory of the whole run itself.
type Outcome struct {
	Figures map[string]float64
	Rows    []Row // one per instance, in the order they were run
}

// ErrUsage marks an error in what was asked for, not in the doing.
var ErrUsage = errors.New("bench: wrong use")

// Execute runs a bench and measures it.
func Execute(ctx context.Context, b Bench, opts Options) (Report, error) {
	if opts.Workers < 1 {
		return Report{}, fmt.Errorf("%w: workers is %d, want 1 or more", ErrUsage, opts.Workers)
	}
	if opts.Budget == 0 {
		opts.Budget = cmp.Or(b.Budget, DefaultBudget)
	}
	if opts.Budget < 0 {
		return Report{}, fmt.Errorf("%w: budget is %v, want more than 0", ErrUsage, opts.Budget)
	}
	if _, err := path.Match(opts.Only, ""); err != nil {
		return Report{}, fmt.Errorf("%w: only is %q, which is no valid pattern", ErrUsage, opts.Only)
	}
	model, err := chosen(b, opts.Model)
	if err != nil {
		return Report{}, err
	}
	opts.Model = model
	start, cpu := time.Now(), cpuSeconds()
	out, err := b.Run(ctx, opts)
	if err != nil {
		return Report{}, fmt.Errorf("bench %s: %w", b.Name, err)
	}
	if err := promised(b, opts, out); err != nil {
		return Report{}, err
	}
	return Report{
		Name: b.Name, Figures: out.Figures, Rows: out.Rows,
		Seconds: time.Since(start).Seconds(), CPUSeconds: cpuSeconds() - cpu, PeakMB: PeakMB(),
		Seed: opts.Seed, Workers: opts.Workers,
	}, nil
}

// chosen is the model to measure: the one asked for, if the bench has it, else its first.
func chosen(b Bench, model string) (string, error) {
	switch {
	case model == "" && len(b.Models) > 0:
		return b.Models[0], nil
	case model == "" || slices.Contains(b.Models, model):
		return model, nil
	case len(b.Models) == 0:
		return "", fmt.Errorf("%w: bench %s has no choice of models", ErrUsage, b.Name)
	}
	return "", fmt.Errorf("%w: model is %q; bench %s has %s", ErrUsage, model, b.Name, strings.Join(b.Models, ", "))
}

// promised checks that a bench reports exactly the figures it lists; where only some instances were run, some figures may
// have nothing to stand on.
func promised(b Bench, opts Options, out Outcome) error {
	listed := map[string]bool{}
	for _, f := range b.Figures {
		listed[f.Key] = true
		if _, ok := out.Figures[f.Key]; !ok && opts.Only == "" {
			return fmt.Errorf("bench %s: the promised figure %s is missing", b.Name, f.Key)
		}
	}
	for key := range out.Figures {
		if !listed[key] {
			return fmt.Errorf("bench %s: the figure %s is reported but not listed", b.Name, key)
		}
	}
	return nil
}

// Find returns the bench of that name.
func Find(all []Bench, name string) (Bench, error) {
	for _, b := range all {
		if b.Name == name {
			return b, nil
		}
	}
	return Bench{}, fmt.Errorf("%w: there is no bench %q; bench --list names them all", ErrUsage, name)
}
