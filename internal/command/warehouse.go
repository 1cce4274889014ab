package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"quartermaster/internal/floor"
	"quartermaster/warehouse/agv"
)

// warehouseVerb looks at floors and the robots on them.
type warehouseVerb struct {
	Simulate warehouseSimulateVerb `cmd:"" help:"Drive a floor's robots and show what they get done."`
	Mapf     warehouseMapfVerb     `cmd:"" help:"Find ways for all robots of a movingai scenario at once."`
	Floor    warehouseFloorVerb    `cmd:"" help:"Check and draw floor files."`
	Fleet    warehouseFleetVerb    `cmd:"" help:"Show the vehicles on an MQTT broker: where they are, their charge and their errors."`
}

type warehouseFloorVerb struct {
	Check floorCheckVerb `cmd:"" help:"Say what is wrong with a floor, cell by cell."`
	Make  floorMakeVerb  `cmd:"" help:"Draw a fulfilment or sortation floor."`
}

const floorFiles = `A floor file (or a movingai .map, or a League of Robot Runners problem .json):

    floor 1
    name Small floor
    cell_m 1.2
    step_s 1
    grid
    #######
    #P...I#
    #.SSS>#
    #H...C#
    #######
    types
    forklift speed 0.25
    zones
    Aisle limit 2 cells 1 2 1 3
    Corner slow 0.5 cells 4 3 5 3
    Lunch human cells 3 1 3 1 from 100 to 160 every 600
    robots
    R1 1 3 north speed 0.5 charge 80
    R2 2 3 type forklift

# wall, S shelf, x people, P station, I induction, C charger, H home, > < ^ v one-way lanes, . free. Robots stand at column
and row from 0. Instead of grid, graph has lines: node NAME X Y [KIND], edge NAME NAME [oneway].

Speeds are cells a step. Zones are rectangles of cells between two corners, or nodes NAME …: limit N takes N robots at once, in
slow SPEED nobody is faster, human and blocked are closed, always or from one step (or second, as 90s) until another, every so
many. Nobody enters a closed zone, who is within leaves, and errands into it are put behind others.`

// floorCheckVerb checks a floor.
type floorCheckVerb struct {
	File string `arg:"" placeholder:"FILE" help:"Floor file, .map or .json."`
}

func (floorCheckVerb) Help() string { return floorFiles }

func (v floorCheckVerb) Run(r *run) error {
	f, err := openFloor(v.File)
	if err != nil {
		return err
	}
	if err := f.Check(); err != nil {
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	}
	return r.print(floorView{Name: f.Name, Width: f.Width, Height: f.Height, Enterable: f.Graph.Len(), Stations: len(f.Of(floor.Station)),
		Inductions: len(f.Of(floor.Induct)), Chargers: len(f.Of(floor.Charger)), Robots: len(f.Robots), Zones: len(f.Zones), Tasks: len(f.Tasks)})
}

func openFloor(path string) (*floor.Floor, error) {
	f, err := floor.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	return f, nil
}

type floorView struct {
	Name       string `json:"name"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	Enterable  int    `json:"enterable_cells"`
	Stations   int    `json:"stations"`
	Inductions int    `json:"inductions"`
	Chargers   int    `json:"chargers"`
	Robots     int    `json:"robots"`
	Zones      int    `json:"zones"`
	Tasks      int    `json:"tasks"`
}

func (v floorView) write(w io.Writer) {
	fmt.Fprintf(w, "%s holds: %d × %d cells, %d of them for robots; %d stations, %d inductions, %d chargers, %d robots, %d zones, %d tasks\n",
		v.Name, v.Width, v.Height, v.Enterable, v.Stations, v.Inductions, v.Chargers, v.Robots, v.Zones, v.Tasks)
}

// floorMakeVerb draws a floor.
type floorMakeVerb struct {
	Kind     string  `default:"fulfilment" enum:"fulfilment,sortation" help:"fulfilment or sortation; default ${default}."`
	Width    int     `default:"40" help:"Cells; default ${default}."`
	Height   int     `default:"24" help:"Cells; default ${default}."`
	Stations int     `default:"0" placeholder:"N" help:"Default: a fourth of the width."`
	Robots   int     `default:"0" placeholder:"N" help:"Default: a tenth of the cells for robots."`
	Slow     float64 `default:"0" placeholder:"SHARE" help:"Share of the robots that drive at half speed, 0 to 1; default 0."`
	Zones    bool    `help:"Draw a zone of each kind too."`
	Out      string  `placeholder:"FILE" help:"Default: print it."`
}

func (v floorMakeVerb) Run(r *run) error {
	f, err := floor.Make(floor.MakeOptions{Sortation: v.Kind == "sortation", Width: v.Width, Height: v.Height, Stations: v.Stations, Robots: v.Robots, SlowShare: v.Slow, Zones: v.Zones})
	if err != nil {
		return usageError{err}
	}
	if v.Out != "" {
		return os.WriteFile(v.Out, f.Write(), 0o644)
	}
	_, err = r.streams.Out.Write(f.Write())
	return err
}

// warehouseSimulateVerb drives a floor.
type warehouseSimulateVerb struct {
	File   string  `arg:"" placeholder:"FILE" help:"Floor file, .map or .json."`
	Steps  int     `default:"1000" help:"Steps to drive; default ${default}."`
	Robots int     `default:"0" placeholder:"N" help:"Robots of a floor that has none; default: a tenth of its cells."`
	Delay  float64 `default:"0" placeholder:"SHARE" help:"Chance that a robot does nothing in a step, 0 to 0.9; default 0."`
	Seed   uint64  `default:"1" help:"Default ${default}."`
}

func (warehouseSimulateVerb) Help() string {
	return "Robots drive by the floor's tasks, else between its stations and inductions, at their own speeds and by its zones, and charge at its " +
		"chargers. Collisions and broken rules are judged apart from what drives.\n\n" + floorFiles
}

func (v warehouseSimulateVerb) Run(r *run) error {
	f, err := openFloor(v.File)
	if err != nil {
		return err
	}
	bar := r.progress("simulate")
	trial, err := floor.Try(r.ctx, f, floor.TryOptions{Steps: v.Steps, Robots: v.Robots, Delay: v.Delay, Seed: v.Seed, Progress: func(done float64) { bar.report(done, f.Name) }})
	bar.end()
	switch {
	case err != nil && r.ctx.Err() == nil:
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	case err != nil:
		return err
	}
	return r.print(trialView(trial))
}

type trialView floor.Trial

func (v trialView) write(w io.Writer) {
	fmt.Fprintf(w, "%d robots, %d steps: %d errands (%.2f a step), %d charges, %d collisions\n", v.Robots, v.Steps, v.Errands, v.PerStep, v.Charges, v.Collisions)
	if v.Flat > 0 {
		fmt.Fprintf(w, "%d robots stand with empty batteries: their floor needs chargers nearer to its stations\n", v.Flat)
	}
	if v.Faults > 0 {
		fmt.Fprintf(w, "%d times a rule was broken:\n  %s\n", v.Faults, strings.Join(v.Told, "\n  "))
	}
	for _, z := range v.Zones {
		fmt.Fprintf(w, "zone %s (%s): %d robots at once at most", z.Name, z.Kind, z.MostRobots)
		if z.ClearSteps > 0 {
			fmt.Fprintf(w, "; clear %d steps after it closed at the latest", z.ClearSteps)
		}
		fmt.Fprintln(w)
	}
	if v.PutOff > 0 {
		fmt.Fprintf(w, "%d errands were put behind others because a zone was closed\n", v.PutOff)
	}
	fmt.Fprintf(w, "waiting %.0f %% of the time; the longest errand took %d steps\n", 100*v.WaitShare, v.LongestErrand)
	for _, b := range v.Busiest {
		fmt.Fprintf(w, "  %.2f robots wait at %s\n", b.Waiting, b.Cell)
	}
}

// warehouseMapfVerb solves a scenario.
type warehouseMapfVerb struct {
	File   string        `arg:"" placeholder:"SCENARIO.scen" help:"movingai scenario; its map is looked for in its folder and beside it."`
	Robots int           `default:"0" placeholder:"N" help:"The first N; default: all."`
	Within time.Duration `default:"5s" placeholder:"TIME" help:"To find ways and to better them; default ${default}."`
	Seed   uint64        `default:"1" help:"Default ${default}."`
}

func (v warehouseMapfVerb) Run(r *run) error {
	if v.Within <= 0 || v.Robots < 0 {
		return usageError{errors.New("warehouse mapf: --within must be above 0, --robots 0 or more")}
	}
	s, err := floor.ReadScenario(v.File, filepath.Dir(v.File))
	if err != nil {
		return usageError{err}
	}
	n := len(s.Starts)
	if v.Robots > 0 {
		n = min(n, v.Robots)
	}
	ctx, cancel := context.WithTimeout(r.ctx, v.Within)
	defer cancel()
	begin := time.Now()
	view := mapfView{Scenario: strings.TrimSuffix(filepath.Base(v.File), ".scen"), Robots: n}
	paths, solved, err := agv.OneShot(ctx, s.Graph, s.Starts[:n], s.Goals[:n], agv.OneShotOptions{Seed: v.Seed, Workers: max(1, r.cfg.Concurrency),
		First: func(agv.Paths) { view.FirstMs = time.Since(begin).Seconds() * 1000 }})
	if err != nil {
		return usageError{err}
	}
	if !solved {
		return exitError{ExitOutOfTime, fmt.Errorf("%s: no way for all %d robots was found within %s", v.File, n, v.Within)}
	}
	if err := agv.CheckPaths(s.Graph, s.Starts[:n], s.Goals[:n], paths); err != nil {
		return fmt.Errorf("%s: the plan does not hold: %w", v.File, err)
	}
	view.Steps, view.Loss, view.Bound = paths.Steps, paths.Loss, paths.LowerBound
	return r.print(view)
}

type mapfView struct {
	Scenario string  `json:"scenario"`
	Robots   int     `json:"robots"`
	FirstMs  float64 `json:"first_ms"`
	Steps    int     `json:"steps"`
	Loss     int     `json:"loss"`
	Bound    int     `json:"lower_bound"`
}

func (v mapfView) write(w io.Writer) {
	fmt.Fprintf(w, "%s: %d robots, first plan after %.0f ms; %d steps, sum of loss %d, %.3f × its lower bound %d; checked\n",
		v.Scenario, v.Robots, v.FirstMs, v.Steps, v.Loss, float64(v.Loss)/float64(max(1, v.Bound)), v.Bound)
}
