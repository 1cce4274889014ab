// Package agv moves a site's robots without conflict.
//
// Planner drives fleets of thousands that turn on the spot through endless errands, step by step. Takes a Graph, step costs
// (Guide makes lanes of them), states and errands, and gives each robot's next action. Method: priority inheritance with
// backtracking over courses of several actions (EPIBT; Yukhnevich and Andreychuk 2025, arXiv 2511.09193), refined by random
// chains of pushes that lower a weighted sum of costs until the budget ends. Never: an action that conflicts; Referee, which
// is written apart, judges it.
//
// Plan makes one day's tasks: each robot carries picked batches from a pick station to an induction.
//
// Takes a warehouse.Floor, its robots and the transports with the second at which each is ready, and gives every robot's
// cell for every step, or the reason why a transport is not done today. Method: prioritised planning (Silver 2005,
// cooperative A*) by ready time with safe-interval path planning (Phillips, Likhachev 2011), the robot by earliest drop
// among the three that would be soonest alone; robots have parks of their own, so that each plan can be completed (Čáp,
// Novák, Kleiner, Selecký 2015, well-formed infrastructures). Never: robots do not turn, differ or fail here, no plan once
// made is changed but the empty way home, and it is for tens of robots, not thousands.
package agv

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"quartermaster/warehouse"
)

// maxTables bounds robots × cells, as each robot keeps three distances for each cell.
const maxTables = 1 << 24

// Transport is one batch to carry.
type Transport struct {
	ID       string // names it in errors; unique
	ReadySec int64  // it stands at the pick stations, at whichever a robot comes to
	Wave     int
	Batch    int
	OrderIDs []string
	After    []string // ids of tasks that end by ReadySec
}

// Options steer Plan. The zero value works.
type Options struct {
	// Prefix begins each task id: Prefix + "-M001" for the moves, "-H001" for the ways home. Default: the floor's SiteID.
	Prefix string
}

// Result is what Plan found.
type Result struct {
	// Tasks are the TaskMove and TaskPark tasks by StartSec, then ID. A move begins where its robot stands, goes to a pick
	// station, stays LoadSec, goes to an induction, stays UnloadSec, and ends. The way home after it is a TaskPark, which
	// ends early where the robot's next move begins on the way. Only ways home may end after CloseSec.
	Tasks []warehouse.Task
	Late  []warehouse.Late // orders of transports that cannot be dropped before the site closes, LateSec −1
	Steps int              // steps of all tasks, moves and waits
	// IdealSteps is a lower bound for the loaded moves and their approaches: the shortest ways without other robots.
	IdealSteps int
	Expanded   int // search nodes
}

// Transports gives one transport for each pick task, in their order.
func Transports(picks []warehouse.Task) []Transport {
	var transports []Transport
	for i := range picks {
		p := &picks[i]
		if p.Kind == warehouse.TaskPick {
			transports = append(transports, Transport{ID: p.ID, ReadySec: p.EndSec, Wave: p.Wave, Batch: p.Batch, OrderIDs: p.OrderIDs, After: []string{p.ID}})
		}
	}
	return transports
}

// Plan makes the robots' tasks of one site and day. All robots stand at their parks at OpenSec. A move starts no earlier
// than its transport is ready.
//
// An error names the floor's field, the cell, the robot or the transport that cannot be planned with, or is ctx's.
func Plan(ctx context.Context, floor warehouse.Floor, robots []warehouse.Robot, transports []Transport, opts Options) (Result, error) {
	if err := ValidateDay(floor, robots, transports); err != nil {
		return Result{}, err
	}
	if len(robots) > maxTables/len(floor.Kinds) {
		return Result{}, fmt.Errorf("agv: floor %s: %d robots × %d cells is more than the %d this planner takes", floor.SiteID, len(robots), len(floor.Kinds), maxTables)
	}
	if opts.Prefix == "" {
		opts.Prefix = floor.SiteID
	}
	order := make([]int, len(transports))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(transports[a].ReadySec, transports[b].ReadySec), cmp.Compare(transports[a].ID, transports[b].ID))
	})
	p := newFleet(floor, robots, opts)
	for _, i := range order {
		if err := ctx.Err(); err != nil {
			return Result{}, fmt.Errorf("agv: planning the robots of site %s: %w", floor.SiteID, err)
		}
		p.serve(&transports[i])
	}
	return p.finish(), nil
}

// ValidateDay says what of a floor, its robots or its transports cannot be planned with.
func ValidateDay(floor warehouse.Floor, robots []warehouse.Robot, transports []Transport) error {
	if err := warehouse.ValidateFloor(floor); err != nil {
		return err
	}
	if err := warehouse.ValidateRobots(floor, robots); err != nil {
		return err
	}
	seen := make(map[string]bool, len(transports))
	for i := range transports {
		t := &transports[i]
		if t.ID == "" || seen[t.ID] {
			return fmt.Errorf("agv: Transports[%d].ID %q is empty or given twice", i, t.ID)
		}
		seen[t.ID] = true
		if t.ReadySec < floor.OpenSec-1e9 || t.ReadySec > floor.CloseSec+1e9 {
			return fmt.Errorf("agv: transport %s: ReadySec %d is out of all bounds of the day %d…%d", t.ID, t.ReadySec, floor.OpenSec, floor.CloseSec)
		}
	}
	return nil
}
