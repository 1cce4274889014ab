package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/floor"
	"quartermaster/internal/service"
)

// registerFloors has the runner try floors.
func registerFloors(r *service.Runner) {
	r.Register(server.KindFloorTrial, service.HandlerFunc(tryFloor), service.KindOptions{})
}

// tryFloor drives the floor that a job asks for.
func tryFloor(ctx context.Context, run *service.Run) (service.Outcome, error) {
	var q api.FloorTrialRequest
	if err := json.Unmarshal(run.Input, &q); err != nil {
		return service.Outcome{}, fmt.Errorf("read the request: %w", err)
	}
	answer, err := driveFloor(ctx, q, func(done float64) { run.Progress(done, "robots drive") })
	if err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", service.ErrInvalid, err)
		}
		return service.Outcome{}, err
	}
	out := service.Outcome{Result: service.Result{
		Sentence: fmt.Sprintf("%d robots, %d steps: %d errands, %d collisions", len(answer.Moves.Robots), answer.Moves.Steps, answer.Errands, answer.Collisions),
	}}
	if out.Result.Body, err = json.Marshal(answer); err != nil {
		return service.Outcome{}, fmt.Errorf("write the answer: %w", err)
	}
	return out, nil
}

func driveFloor(ctx context.Context, q api.FloorTrialRequest, progress func(done float64)) (api.FloorTrialAnswer, error) {
	f, err := trialFloor(q)
	if err != nil {
		return api.FloorTrialAnswer{}, err
	}
	if q.Steps == 0 {
		q.Steps = 300
	}
	if moves := q.Steps * max(1, len(f.Robots)); moves > api.MaxTrialMoves {
		return api.FloorTrialAnswer{}, fmt.Errorf("%d robots and %d steps are %d moves, over the limit of %d", len(f.Robots), q.Steps, moves, api.MaxTrialMoves)
	}
	trial, err := floor.Try(ctx, f, floor.TryOptions{Steps: q.Steps, Robots: q.Robots, Delay: q.Delay, Seed: max(1, q.Seed), Record: true, Progress: progress})
	if err != nil {
		return api.FloorTrialAnswer{}, err
	}
	out := api.FloorTrialAnswer{
		Floor: floorPicture(f), Errands: trial.Errands, ErrandsPerStep: trial.PerStep, Charges: trial.Charges, Collisions: trial.Collisions,
		WaitShare: trial.WaitShare, LongestErrandSteps: trial.LongestErrand, FlatRobots: trial.Flat,
		RuleFaults: trial.Faults, FirstFaults: trial.Told, PutOffErrands: trial.PutOff,
		Moves: api.FloorMoves{Steps: trial.Steps, TotalSteps: trial.Steps, Robots: make([]api.RobotCourse, trial.Robots)},
	}
	for _, z := range trial.Zones {
		out.Zones = append(out.Zones, api.ZoneResult{Name: z.Name, MostRobots: z.MostRobots, ClearSteps: z.ClearSteps})
	}
	for r, c := range trial.Courses {
		if out.Moves.Robots[r], err = courseWords(f, &f.Robots[r], c); err != nil {
			return api.FloorTrialAnswer{}, err
		}
	}
	return out, nil
}

// trialFloor reads the floor of a request, or draws it.
func trialFloor(q api.FloorTrialRequest) (*floor.Floor, error) {
	if q.File == "" {
		return floor.Make(floor.MakeOptions{Sortation: q.Kind == "sortation", Width: q.Width, Height: q.Height, Stations: q.Stations, Robots: q.Robots, SlowShare: q.SlowShare, Zones: q.DrawZones})
	}
	f, err := floor.Parse("file", []byte(q.File))
	if err == nil && f.Width == 0 {
		err = fmt.Errorf("file: a floor of nodes and edges has no rows to show: give a grid")
	}
	return f, err
}

func floorPicture(f *floor.Floor) api.FloorPicture {
	out := api.FloorPicture{Name: f.Name, Width: f.Width, Height: f.Height, StepSec: f.StepSec, Turning: true, Rows: make([]string, f.Height)}
	for y := range out.Rows {
		var row strings.Builder
		for _, k := range f.Kinds[y*f.Width : (y+1)*f.Width] {
			row.WriteByte(byte(k))
		}
		out.Rows[y] = row.String()
	}
	for i := range f.Zones {
		out.Zones = append(out.Zones, zoneWords(&f.Zones[i]))
	}
	return out
}

func zoneWords(z *floor.Zone) api.FloorZone {
	out := api.FloorZone{Name: z.Name, Kind: string(z.Kind), MostRobots: z.Most, Speed: z.Speed, FromStep: z.From, ToStep: z.To, EverySteps: z.Every}
	for _, r := range z.Rects {
		out.Areas = append(out.Areas, api.FloorArea{FromColumn: r[0], FromRow: r[1], ToColumn: r[2], ToRow: r[3]})
	}
	return out
}

func courseWords(f *floor.Floor, r *floor.Robot, c floor.Course) (api.RobotCourse, error) {
	out := api.RobotCourse{RobotID: r.ID, Type: r.Type, Speed: r.Speed, StartCell: c.Cells[0], Errands: make([]api.FloorErrand, len(c.Errands))}
	var err error
	if out.Moves, err = api.WriteCourse(f.Width, c.Cells); err != nil {
		return out, fmt.Errorf("robot %s: %w", r.ID, err)
	}
	for i, e := range c.Errands {
		charge := e.Charge
		out.Errands[i] = api.FloorErrand{Kind: e.Why, FromStep: e.From, ToStep: e.To, GoalCell: e.Goal, BatteryPercent: &charge}
	}
	return out, nil
}
