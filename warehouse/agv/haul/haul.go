// Package haul plans one site's day of robots that turn on the spot.
//
// Takes a warehouse.Floor, its robots and the transports with the second at which each is ready, and gives every robot's cell
// for every step, or the reason why a transport is not done today. Method: the day is played step by step; a transport goes to
// the robot nearest to it, and execution.Control, which plans by priority inheritance (EPIBT; Yukhnevich and Andreychuk 2025)
// and solves jams by complete search (LaCAM; Okumura 2023), drives all who are out. Where they jam all the same, the day is
// played again with half as many robots out at a time; one alone always gets through. Never: a robot on another's park, a
// plan for robots that need no turns, which agv.Plan does better, or one that depends on the time it takes.
package haul

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
)

// Options steer Plan. The zero value works.
type Options struct {
	// Prefix begins each task id, as in agv.Options.
	Prefix string
	Seed   uint64
}

// maxTables bounds cells × (pick stations and inductions), as each of those keeps a distance for each cell.
const maxTables = 1 << 26

// errJam says that robots got into each other's way for good.
var errJam = errors.New("robots stand in each other's way")

// Plan makes the robots' tasks of one site and day, as agv.Plan does, for robots that take a step for each quarter turn.
//
// An error names the floor's field, the cell, the robot or the transport that cannot be planned with, or is ctx's.
func Plan(ctx context.Context, floor warehouse.Floor, robots []warehouse.Robot, transports []agv.Transport, opts Options) (agv.Result, error) {
	if err := agv.ValidateDay(floor, robots, transports); err != nil {
		return agv.Result{}, err
	}
	opts.Prefix = cmp.Or(opts.Prefix, floor.SiteID)
	ordered := slices.Clone(transports)
	slices.SortFunc(ordered, func(a, b agv.Transport) int {
		return cmp.Or(cmp.Compare(a.ReadySec, b.ReadySec), cmp.Compare(a.ID, b.ID))
	})
	places, err := survey(&floor)
	if err != nil {
		return agv.Result{}, err
	}
	for most := len(robots); most > 0; most /= 2 {
		d, err := newDay(&floor, robots, ordered, places, opts)
		if err != nil {
			return agv.Result{}, err
		}
		d.most = most
		switch err := d.play(ctx); {
		case err == nil:
			return d.finish(), nil
		case !errors.Is(err, errJam):
			return agv.Result{}, fmt.Errorf("haul: planning the robots of site %s: %w", floor.SiteID, err)
		}
	}
	return agv.Result{}, fmt.Errorf("haul: planning the robots of site %s: %w, even one by one", floor.SiteID, errJam)
}

// places are where goods are put on and taken off.
type places struct {
	graph    *agv.Graph
	docks    []dock // pick stations, then inductions
	stations int    // of them
}

// dock is a pick station or an induction, with the way from it in steps without turns.
type dock struct {
	vertex int32
	away   []int32 // vertex → steps, −1 = no way
}

// survey makes the graph of all cells but shelves and parks, and the ways from each station and induction.
func survey(f *warehouse.Floor) (*places, error) {
	blocked := make([]bool, len(f.Kinds))
	docked := 0
	for c, k := range f.Kinds {
		blocked[c] = k == warehouse.CellShelf || k == warehouse.CellPark
		if k == warehouse.CellPick || k == warehouse.CellInduct {
			docked++
		}
	}
	if docked > maxTables/len(f.Kinds) {
		return nil, fmt.Errorf("haul: floor %s: %d pick stations and inductions × %d cells is more than the %d this planner takes", f.SiteID, docked, len(f.Kinds), maxTables)
	}
	g, err := agv.NewGraph(f.Width, f.Height, blocked)
	if err != nil {
		return nil, err
	}
	p := &places{graph: g}
	add := func(kind warehouse.CellKind) {
		for c, k := range f.Kinds {
			if v := g.Vertex(c); k == kind {
				p.docks = append(p.docks, dock{v, ways(g, v)})
			}
		}
	}
	add(warehouse.CellPick)
	p.stations = len(p.docks)
	add(warehouse.CellInduct)
	return p, nil
}

func ways(g *agv.Graph, from int32) []int32 {
	away := make([]int32, g.Len())
	for v := range away {
		away[v] = -1
	}
	away[from] = 0
	queue := []int32{from}
	for head := 0; head < len(queue); head++ {
		for d := range uint8(4) {
			if to := g.Ahead(queue[head], d); to >= 0 && away[to] < 0 {
				away[to] = away[queue[head]] + 1
				queue = append(queue, to)
			}
		}
	}
	return away
}

// quarters is how many quarter turns lead from one direction to another.
func quarters(from, to uint8) int {
	return int(min((to-from)&3, (from-to)&3))
}
