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

// delaySteps are simulated over all maps together.
const delaySteps = 1_000_000

// Delay drives fleets that keep no time.
func Delay() bench.Bench {
	return bench.Bench{
		Name: "agv-delay",
		Summary: "Drives fleets whose robots are slow, stop, fail, are carried away and come back, over floors whose cells get blocked, " +
			"and counts what goes wrong.",
		Data:   "a folder with movingai maps (.map) below it; 1,000,000 steps are shared among them",
		Budget: time.Hour,
		Figures: []bench.Figure{
			{Key: "steps", Meaning: "steps simulated, all maps together; fewer than 1,000,000 where --budget ended first"},
			{Key: "collisions", Meaning: "moves that began into a cell where another robot was or a part of it"},
			{Key: "deadlocks", Meaning: "times that nobody moved for 1,000 steps though a robot that works had a way to its goal"},
			{Key: "starved", Meaning: "errands open for more than 5,000 steps and 20 times their shortest way, of steps in which there was a way and the robot worked"},
		},
		Run: runDelay,
	}
}

func runDelay(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	files, err := mapFiles(opts.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	begin := time.Now()
	var out bench.Outcome
	var total trouble
	for i, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".map")
		if !opts.Selected(name) {
			continue
		}
		width, height, blocked, err := floor.ReadMap(file)
		if err != nil {
			return bench.Outcome{}, err
		}
		y, err := newYard(width, height, blocked, opts.Seed)
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", name, err)
		}
		for range delaySteps/len(files) + min(1, delaySteps%len(files)) {
			if err := ctx.Err(); err != nil {
				return bench.Outcome{}, err
			}
			if y.now%256 == 0 {
				opts.Report((float64(i)+float64(y.now)*float64(len(files))/delaySteps)/float64(len(files)), name)
				if time.Since(begin) > opts.Budget {
					break
				}
			}
			if err := y.step(ctx); err != nil {
				return bench.Outcome{}, fmt.Errorf("%s: step %d: %w", name, y.now, err)
			}
		}
		out.Rows = append(out.Rows, y.row(name))
		total.add(y.trouble)
		total.steps += y.now
	}
	if total.steps == 0 {
		return bench.Outcome{}, fmt.Errorf("%w: no map of that name in %s", bench.ErrUsage, opts.Data)
	}
	out.Figures = map[string]float64{"steps": float64(total.steps), "collisions": float64(total.collisions),
		"deadlocks": float64(total.deadlocks), "starved": float64(total.starved)}
	return out, nil
}

// mapFiles lists the maps below a folder by name.
func mapFiles(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(at string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(at) == ".map" {
			files = append(files, at)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no map (.map) below %s", folder)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: --data: %w", bench.ErrUsage, err)
	}
	slices.Sort(files)
	return files, nil
}
