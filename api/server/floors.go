package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/warehouse"
)

type floorInput struct {
	Warehouse string `path:"warehouse" maxLength:"64" doc:"Site id"`
}

type floorOutput struct{ Body api.FloorPicture }

type movesInput struct {
	Warehouse string `path:"warehouse" maxLength:"64" doc:"Site id"`
	Plan      string `query:"plan" maxLength:"64" doc:"Plan id; default: the newest plan that is no draft"`
	Date      string `query:"date" format:"date" doc:"Day of the plan; default: the first on which robots move"`
	FromStep  int    `query:"from_step" minimum:"0" maximum:"1000000" doc:"First step wanted"`
	Steps     int    `query:"steps" minimum:"1" maximum:"100000" default:"3600" doc:"Steps wanted"`
	Cursor    string `query:"cursor" maxLength:"128" doc:"next_cursor of the page before"`
	Limit     int    `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"Most robots"`
}

type movesOutput struct{ Body api.FloorMoves }

func (s *Server) registerFloors() {
	floor := operation("get-floor", http.MethodGet, "/v1/warehouses/{warehouse}/floor", "What a warehouse's floor looks like", "warehouse", service.ScopeTasksRead, 404)
	floor.Description = "The floor that is declared now, cell by cell."
	register(s, floor, s.getFloor)
	moves := operation("get-floor-moves", http.MethodGet, "/v1/warehouses/{warehouse}/moves", "Where a plan has the robots of a warehouse", "warehouse", service.ScopeTasksRead, 404, 409)
	moves.Description = "Every robot's way through a day of a plan, step by step, and the tasks that it drives for. Between tasks a robot stands where the last one ended."
	register(s, moves, s.getFloorMoves)
}

// declaredFloor finds a site's floor and robots in the declared business.
func (s *Server) declaredFloor(ctx context.Context, site string) (warehouse.Floor, []warehouse.Robot, string, error) {
	business, err := s.options.Planning.Facts.Business(ctx, s.tenant(ctx))
	if err != nil {
		return warehouse.Floor{}, nil, "", err
	}
	var declared struct {
		Sites []struct {
			ID, Name string
			Floor    warehouse.Floor
			Robots   []warehouse.Robot
		}
	}
	if business.Revision > 0 {
		if err := json.Unmarshal(business.Document, &declared); err != nil {
			return warehouse.Floor{}, nil, "", fmt.Errorf("server: read the floors of the stored business document: %w", err)
		}
	}
	for _, x := range declared.Sites {
		if x.ID == site && len(x.Floor.Kinds) > 0 {
			return x.Floor, x.Robots, x.Name, nil
		}
	}
	return warehouse.Floor{}, nil, "", fmt.Errorf("%w: no site %q with a floor is declared", service.ErrNotFound, site)
}

// floorLetters are the letters of cells, by their kind.
var floorLetters = map[warehouse.CellKind]byte{
	warehouse.CellFree: '.', warehouse.CellShelf: 'S', warehouse.CellPick: 'P', warehouse.CellInduct: 'I', warehouse.CellPark: 'H',
}

func (s *Server) getFloor(ctx context.Context, in *floorInput) (*floorOutput, error) {
	f, _, name, err := s.declaredFloor(ctx, in.Warehouse)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &floorOutput{Body: api.FloorPicture{Name: name, Width: f.Width, Height: f.Height, StepSec: float64(f.StepSec), Turning: f.Turning, Rows: make([]string, f.Height)}}
	for y := range f.Height {
		var row strings.Builder
		for _, k := range f.Kinds[y*f.Width : (y+1)*f.Width] {
			row.WriteByte(floorLetters[k])
		}
		out.Body.Rows[y] = row.String()
	}
	return out, nil
}

// drivenDay is what of a plan's document robots drive by.
type drivenDay struct {
	SiteID   string
	Day      int
	Schedule struct{ Tasks []warehouse.Task }
}

func (s *Server) getFloorMoves(ctx context.Context, in *movesInput) (*movesOutput, error) {
	floor, robots, _, err := s.declaredFloor(ctx, in.Warehouse)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	record, err := s.options.Plans.Plan(ctx, s.tenant(ctx), in.Plan)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	document, err := s.options.Plans.PlanDocument(ctx, s.tenant(ctx), record.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	var planned struct {
		OriginDay int
		SiteDays  []drivenDay
	}
	if err := json.Unmarshal(document, &planned); err != nil {
		return nil, s.fail(ctx, fmt.Errorf("server: read the robots of plan %s: %w", record.ID, err))
	}
	day, found := chooseDay(planned.SiteDays, in.Warehouse, func(day int) bool { return in.Date == "" || in.Date == dateOf(planned.OriginDay+day) })
	if !found && in.Date != "" {
		return nil, s.fail(ctx, fmt.Errorf("%w: plan %s plans nothing for site %q on %s", service.ErrNotFound, record.ID, in.Warehouse, in.Date))
	}
	drawn, err := newCourses(floor, robots, day)
	if err != nil {
		return nil, s.fail(ctx, fmt.Errorf("%w: %w: the floor was declared anew since plan %s was made", service.ErrConflict, err, record.ID))
	}
	out := &movesOutput{Body: api.FloorMoves{PlanID: record.ID, FromStep: in.FromStep, TotalSteps: drawn.steps, Robots: []api.RobotCourse{}}}
	start := s.localTime(int64(planned.OriginDay)*secondsPerDay + drawn.openSec)
	out.Body.StartAt = &start
	out.Body.Steps = max(0, min(in.Steps, drawn.steps-in.FromStep))
	return out, drawn.tell(&out.Body, in.Cursor, in.Limit)
}

// chooseDay finds a site's day: the first wanted on which robots move, else the first wanted.
func chooseDay(days []drivenDay, site string, wanted func(day int) bool) (drivenDay, bool) {
	mine := slices.DeleteFunc(slices.Clone(days), func(d drivenDay) bool { return d.SiteID != site || !wanted(d.Day) })
	slices.SortStableFunc(mine, func(a, b drivenDay) int { return cmp.Compare(a.Day, b.Day) })
	for _, d := range mine {
		if slices.ContainsFunc(d.Schedule.Tasks, func(t warehouse.Task) bool { return len(t.Path) > 0 }) {
			return d, true
		}
	}
	if len(mine) > 0 {
		return mine[0], true
	}
	return drivenDay{}, false
}

// courses are the ways of a site's robots through a day.
type courses struct {
	floor   warehouse.Floor
	openSec int64 // when step 0 begins, from the plan's origin
	steps   int
	robots  []warehouse.Robot
	tasks   map[string][]warehouse.Task // by robot
}

// newCourses sorts a day's tasks by robot. Its error says which task does not fit the floor.
func newCourses(f warehouse.Floor, robots []warehouse.Robot, day drivenDay) (*courses, error) {
	c := &courses{floor: f, openSec: f.OpenSec + int64(day.Day)*secondsPerDay, robots: slices.Clone(robots), tasks: map[string][]warehouse.Task{}}
	known := map[string]bool{}
	for _, r := range robots {
		known[r.ID] = true
	}
	for _, t := range day.Schedule.Tasks {
		if len(t.Path) == 0 {
			continue
		}
		if slices.ContainsFunc(t.Path, func(cell int32) bool { return cell < 0 || int(cell) >= len(f.Kinds) }) || c.step(t) < 0 {
			return nil, fmt.Errorf("task %s leads off the floor of site %s", t.ID, f.SiteID)
		}
		if !known[t.Worker] {
			known[t.Worker] = true
			c.robots = append(c.robots, warehouse.Robot{ID: t.Worker, Park: t.Path[0]})
		}
		c.tasks[t.Worker] = append(c.tasks[t.Worker], t)
		c.steps = max(c.steps, c.step(t)+len(t.Path)-1)
	}
	slices.SortFunc(c.robots, func(a, b warehouse.Robot) int { return strings.Compare(a.ID, b.ID) })
	return c, nil
}

func (c *courses) step(t warehouse.Task) int {
	return int((t.StartSec - c.openSec) / max(1, c.floor.StepSec))
}

// tell adds the robots behind cursor, limit of them, to what is told of their steps.
func (c *courses) tell(out *api.FloorMoves, cursor string, limit int) error {
	first, _ := slices.BinarySearchFunc(c.robots, cursor, func(r warehouse.Robot, id string) int {
		return cmp.Or(strings.Compare(r.ID, id), -1) // the first one after it
	})
	for _, r := range c.robots[first:] {
		if len(out.Robots) == limit {
			out.NextCursor = out.Robots[limit-1].RobotID
			break
		}
		course, err := c.course(r, out.FromStep, out.Steps)
		if err != nil {
			return err
		}
		out.Robots = append(out.Robots, course)
	}
	return nil
}

// course is one robot's way in some steps: along its tasks, and between them where the last one ended.
func (c *courses) course(r warehouse.Robot, from, steps int) (api.RobotCourse, error) {
	out := api.RobotCourse{RobotID: r.ID, Errands: []api.FloorErrand{}}
	cells := make([]int32, steps+1)
	for k := range cells {
		cells[k] = r.Park
	}
	for _, t := range c.tasks[r.ID] {
		start := c.step(t)
		end := start + len(t.Path) - 1
		for k := max(start, from); k <= from+steps; k++ {
			cells[k-from] = t.Path[min(k-start, len(t.Path)-1)]
		}
		if end >= from && start <= from+steps {
			out.Errands = append(out.Errands, api.FloorErrand{
				TaskID: t.ID, Kind: string(t.Kind), FromStep: start, ToStep: end, GoalCell: t.Path[len(t.Path)-1], Batch: t.Batch, OrderIDs: t.OrderIDs,
			})
		}
	}
	out.StartCell = cells[0]
	var err error
	if out.Moves, err = api.WriteCourse(c.floor.Width, cells); err != nil {
		return out, fmt.Errorf("server: robot %s: %w", r.ID, err)
	}
	return out, nil
}
