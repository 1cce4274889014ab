package api

import "time"

// FloorPicture is a floor of robots as it is drawn.
type FloorPicture struct {
	Name    string      `json:"name"`
	Width   int         `json:"width" doc:"Cells from west to east"`
	Height  int         `json:"height" doc:"Cells from north to south"`
	Rows    []string    `json:"rows" doc:"From the north, one letter a cell: # wall or shelf, S shelf, x people, P pick station, I induction, C charger, H home of a robot, > < ^ v one-way lane, . free"`
	StepSec float64     `json:"step_sec" doc:"A robot drives to the next cell, or waits, for so long"`
	Turning bool        `json:"turning,omitempty" doc:"A quarter turn takes a step"`
	Zones   []FloorZone `json:"zones,omitempty" doc:"Of a trial's floor"`
}

// FloorZone is a named area of a floor.
type FloorZone struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind" enum:"blocked,human,limit,slow" doc:"blocked and human are closed, always or at times; limit takes so many robots; in slow nobody drives faster than its speed"`
	MostRobots int         `json:"most_robots,omitempty" doc:"Robots within at once, of kind limit"`
	Speed      float64     `json:"speed_cells_per_step,omitempty" doc:"Cells a step at most, of kind slow"`
	FromStep   int         `json:"from_step,omitempty" doc:"The first step for which it is closed"`
	ToStep     int         `json:"to_step,omitempty" doc:"The step with which it opens; absent: it is always closed, where its kind is blocked or human"`
	EverySteps int         `json:"every_steps,omitempty" doc:"It closes again every so many steps; absent: it closes once"`
	Areas      []FloorArea `json:"areas" doc:"Rectangles of cells that it is made of"`
}

// FloorArea is a rectangle of cells.
type FloorArea struct {
	FromColumn int `json:"from_column" doc:"Column of its western cells, from 0"`
	FromRow    int `json:"from_row" doc:"Row of its northern cells, from 0"`
	ToColumn   int `json:"to_column" doc:"Column of its eastern cells"`
	ToRow      int `json:"to_row" doc:"Row of its southern cells"`
}

// FloorMoves is where robots are in some steps.
type FloorMoves struct {
	PlanID     string        `json:"plan_id,omitempty"`
	StartAt    *time.Time    `json:"start_at,omitempty" doc:"When step 0 begins; absent in a trial, which has no time of day"`
	FromStep   int           `json:"from_step" doc:"The first of these steps, from 0"`
	Steps      int           `json:"steps" doc:"Steps told, one after the other"`
	TotalSteps int           `json:"total_steps" doc:"Steps from the first to the last move of the whole day or trial"`
	Robots     []RobotCourse `json:"robots" doc:"By id"`
	NextCursor string        `json:"next_cursor,omitempty" doc:"Ask again with this cursor for more robots; absent on the last page"`
}

// RobotCourse is one robot's way, cell by cell.
type RobotCourse struct {
	RobotID   string        `json:"robot_id"`
	StartCell int32         `json:"start_cell" doc:"Where it is when from_step begins, row by row from 0"`
	Moves     string        `json:"moves" doc:"What it does in each step: n, e, s or w is a move to that neighbour and . none, each followed by how many times running where that is more than once" example:"e12.3n"`
	Type      string        `json:"robot_type,omitempty" doc:"Its type, in a trial"`
	Speed     float64       `json:"speed_cells_per_step,omitempty" doc:"Cells a step, in a trial"`
	Errands   []FloorErrand `json:"errands" doc:"What it drives for, that falls into these steps"`
}

// FloorErrand is what a robot drives for.
type FloorErrand struct {
	TaskID         string   `json:"task_id,omitempty" doc:"Of the plan; absent in a trial"`
	Kind           string   `json:"kind" enum:"move,park,fetch,bring,charge,leave,rest" doc:"move and park are tasks of a plan; fetch, bring and charge are ways of a trial to a station, an induction or a charger, leave out of a zone that has closed, and rest to where a robot waits for one to open"`
	FromStep       int      `json:"from_step" doc:"The step with which it begins"`
	ToStep         int      `json:"to_step" doc:"The step before which it ends"`
	GoalCell       int32    `json:"goal_cell" doc:"Where it ends, row by row from 0"`
	Batch          int      `json:"batch,omitempty" doc:"Of the plan, from 1"`
	OrderIDs       []string `json:"order_ids,omitempty" doc:"What it carries"`
	BatteryPercent *float64 `json:"battery_percent,omitempty" doc:"As it begins, where batteries are reckoned with"`
}
