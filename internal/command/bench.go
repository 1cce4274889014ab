package command

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/bench/finance"
	"quartermaster/internal/bench/forecasting"
	"quartermaster/internal/bench/live"
	"quartermaster/internal/bench/roads"
	"quartermaster/internal/bench/robots"
	"quartermaster/internal/bench/stock"
	"quartermaster/internal/bench/vehicles"
)

// benches lists every bench of the program by its name. A new one is added here and nowhere else.
func benches() []bench.Bench {
	return slices.Concat(
		live.All(),
		vehicles.All(),
		finance.All(),
		forecasting.All(),
		roads.All(),
		robots.All(),
		stock.All(),
	)
}

// benchVerb runs one bench or lists them.
type benchVerb struct {
	Name    string        `arg:"" optional:"" help:"Which bench; --list names them."`
	List    bool          `help:"Name all benches with their figures."`
	Data    string        `placeholder:"PATH" help:"What to measure on: a file, a folder or an address of the bench's format."`
	Budget  time.Duration `placeholder:"TIME" help:"Time for searching or repeating (lifelong: of one step); default 30s, or what the bench says."`
	Seed    uint64        `default:"1" help:"Of every random choice; default ${default}."`
	Workers int           `default:"1" help:"Goroutines or worker processes; default ${default}."`
	Only    string        `placeholder:"GLOB" help:"Only the instances whose name matches."`
	Model   string        `placeholder:"NAME" help:"Which of the bench's models, where it has a choice; default: the first that --list names."`
}

func (benchVerb) Help() string {
	return `Prints a table, or with --json one JSON object: name, figures (a flat map of numbers), rows (one per instance), seconds, cpu_seconds (children included), peak_mb, seed, workers.

Examples:

    quartermaster bench --list
    quartermaster bench jobs --json
    quartermaster bench jobs --only 'kill*' --seed 7`
}

func (v benchVerb) Run(r *run) error {
	if v.List {
		return r.listBenches()
	}
	if v.Name == "" {
		return usageError{fmt.Errorf("bench: which one? quartermaster bench --list names them")}
	}
	b, err := bench.Find(benches(), v.Name)
	if err != nil {
		return err
	}
	progress := r.progress(b.Name)
	report, err := bench.Execute(r.ctx, b, bench.Options{
		Data: v.Data, Budget: v.Budget, Seed: v.Seed, Workers: v.Workers, Only: v.Only, Model: v.Model, Progress: progress.report,
	})
	progress.end()
	if err != nil {
		return err
	}
	if r.json {
		return report.WriteJSON(r.streams.Out)
	}
	return report.WriteTable(r.streams.Out, b.Figures)
}

func (r *run) listBenches() error {
	if r.json {
		type figure struct {
			Key     string `json:"key"`
			Meaning string `json:"meaning"`
		}
		type entry struct {
			Name    string   `json:"name"`
			Summary string   `json:"summary"`
			Data    string   `json:"data"`
			Models  []string `json:"models,omitempty"`
			Figures []figure `json:"figures"`
		}
		list := []entry{}
		for _, b := range benches() {
			e := entry{Name: b.Name, Summary: b.Summary, Data: b.Data, Models: b.Models}
			for _, f := range b.Figures {
				e.Figures = append(e.Figures, figure(f))
			}
			list = append(list, e)
		}
		return r.printJSON(list)
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	for _, b := range benches() {
		fmt.Fprintf(t, "%s\t%s\n", b.Name, b.Summary)
		if b.Data != "" {
			fmt.Fprintf(t, "\t--data: %s\n", b.Data)
		}
		if len(b.Models) > 0 {
			fmt.Fprintf(t, "\t--model: %s\n", strings.Join(b.Models, ", "))
		}
		for _, f := range b.Figures {
			fmt.Fprintf(t, "\t%s: %s\n", f.Key, f.Meaning)
		}
	}
	return t.Flush()
}

// crashworkerVerb is the process that the kill runs of bench jobs start and kill.
type crashworkerVerb struct{}

func (crashworkerVerb) Run(r *run) error { return live.Worker(r.ctx, r.streams.In, r.streams.Out) }

// chaosmemberVerb is one process of the installation that bench chaos replaces.
type chaosmemberVerb struct{}

func (chaosmemberVerb) Run(r *run) error { return live.Member(r.ctx, r.streams.In, r.streams.Out) }
