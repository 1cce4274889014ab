package robots

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/floor"
	"quartermaster/warehouse/agv"
)

// OneShot solves movingai scenarios.
func OneShot() bench.Bench {
	return bench.Bench{
		Name:    "mapf",
		Summary: "Finds conflict-free ways for all robots of movingai scenarios at once, and improves them while time is left.",
		Data: "a folder with movingai maps and scenarios (.map, .scen) below it; a scenario is run with its first N robots, N the least of " +
			"its lines, 1,000 and 45 % of the free cells; --only 'NAME@N' runs another number",
		Budget: 5 * time.Second,
		Figures: []bench.Figure{
			{Key: "solved", Meaning: "scenarios solved and verified"},
			{Key: "total", Meaning: "scenarios run"},
			{Key: "first_ms", Meaning: "mean time to the first plan, distances included, ms"},
			{Key: "loss_ratio", Meaning: "mean of the sum of loss over its lower bound, of those solved, at the budget's end"},
		},
		Run: runOneShot,
	}
}

// defaultRobots and defaultShare bound the robots of a scenario where no number is asked for.
const (
	defaultRobots = 1000
	defaultShare  = 0.45
)

func runOneShot(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	files, err := scenarios(opts.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	pattern, asked, err := numbered(opts.Only)
	if err != nil {
		return bench.Outcome{}, err
	}
	var out bench.Outcome
	var solved, total, firstMs, ratio float64
	for i, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".scen")
		if ok, _ := path.Match(cmp.Or(pattern, "*"), name); !ok { // Execute refused a broken pattern
			continue
		}
		opts.Report(float64(i)/float64(len(files)), name)
		s, err := floor.ReadScenario(file, opts.Data)
		if err != nil {
			return bench.Outcome{}, err
		}
		n := min(len(s.Starts), defaultRobots, int(defaultShare*float64(s.Graph.Len())))
		if asked > 0 {
			n = min(len(s.Starts), asked)
		}
		r, err := solve(ctx, s, max(1, n), opts)
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", name, err)
		}
		out.Rows = append(out.Rows, r.row(name, n))
		total++
		if r.solved {
			solved++
			firstMs += r.first.Seconds() * 1000
			ratio += r.ratio()
		}
	}
	if total == 0 {
		return bench.Outcome{}, fmt.Errorf("%w: no scenario of that name in %s", bench.ErrUsage, opts.Data)
	}
	out.Figures = map[string]float64{"solved": solved, "total": total, "first_ms": firstMs / max(1, solved), "loss_ratio": ratio / max(1, solved)}
	return out, nil
}

// numbered parts NAME@N.
func numbered(only string) (pattern string, robots int, err error) {
	pattern, number, found := strings.Cut(only, "@")
	if !found {
		return only, 0, nil
	}
	robots, err = strconv.Atoi(number)
	if err != nil || robots < 1 {
		return "", 0, fmt.Errorf("%w: only is %q: after @ comes the number of robots", bench.ErrUsage, only)
	}
	return pattern, robots, nil
}

// scenarios lists the scenario files below a folder by name.
func scenarios(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(at string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(at) == ".scen" {
			files = append(files, at)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: --data: %w", bench.ErrUsage, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w: --data: no scenario (.scen) below %s", bench.ErrUsage, folder)
	}
	slices.Sort(files)
	return files, nil
}

// solution is what was found of one scenario.
type solution struct {
	solved    bool
	first     time.Duration
	firstLoss int
	paths     agv.Paths
}

func solve(ctx context.Context, s *floor.Scenario, n int, opts bench.Options) (solution, error) {
	ctx, cancel := context.WithTimeout(ctx, opts.Budget)
	defer cancel()
	begin := time.Now()
	var r solution
	var err error
	r.paths, r.solved, err = agv.OneShot(ctx, s.Graph, s.Starts[:n], s.Goals[:n], agv.OneShotOptions{Seed: opts.Seed, Workers: opts.Workers,
		First: func(p agv.Paths) { r.first, r.firstLoss = time.Since(begin), p.Loss }})
	if err != nil || !r.solved {
		return r, err
	}
	return r, agv.CheckPaths(s.Graph, s.Starts[:n], s.Goals[:n], r.paths)
}

func (r *solution) ratio() float64 {
	return float64(r.paths.Loss) / float64(max(1, r.paths.LowerBound))
}

func (r *solution) row(name string, n int) bench.Row {
	cells := []bench.Cell{{Key: "robots", Value: n}, {Key: "solved", Value: r.solved}}
	if r.solved {
		cells = append(cells, bench.Cell{Key: "first_ms", Value: r.first.Seconds() * 1000},
			bench.Cell{Key: "first_ratio", Value: float64(r.firstLoss) / float64(max(1, r.paths.LowerBound))},
			bench.Cell{Key: "loss_ratio", Value: r.ratio()}, bench.Cell{Key: "steps", Value: r.paths.Steps})
	}
	return bench.Row{Instance: name, Cells: cells}
}
