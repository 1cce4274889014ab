// Package floor reads, writes, checks, makes and tries the floors that robots drive on.
//
// Takes floor files (Parse), movingai maps and League of Robot Runners problems (Open), and gives an agv.Graph with stations,
// chargers and robots, or the cell that is wrong. Method: one letter a cell, or nodes and edges, and zones over them; a floor holds where every
// place that robots go to can be reached from every other and left again. Never: a floor that Check refused is driven on.
package floor

import (
	"errors"
	"fmt"

	"quartermaster/warehouse/agv"
)

// Kind is what a cell is for.
type Kind byte

// The kinds of cells, by the letters of a floor file.
const (
	Free    Kind = '.'
	Wall    Kind = '#'
	Shelf   Kind = 'S' // robots do not enter it
	Human   Kind = 'x' // people walk there; robots keep out
	Station Kind = 'P' // goods are put on robots
	Induct  Kind = 'I' // goods are taken off
	Charger Kind = 'C'
	Home    Kind = 'H'
	LaneE   Kind = '>' // left in its direction only, and not entered against it
	LaneW   Kind = '<'
	LaneN   Kind = '^'
	LaneS   Kind = 'v'
)

// blocked tells whether robots cannot enter.
func (k Kind) blocked() bool { return k == Wall || k == Shelf || k == Human }

// lane is the direction of a one-way cell.
func (k Kind) lane() (d uint8, is bool) {
	switch k {
	case LaneE:
		return agv.East, true
	case LaneW:
		return agv.West, true
	case LaneN:
		return agv.North, true
	case LaneS:
		return agv.South, true
	}
	return 0, false
}

// Robot is a robot where it begins.
type Robot struct {
	ID     string
	Vertex int32
	Dir    uint8
	// Speed is in cells a step, above 0 up to 1; Charge what its battery holds at first, percent.
	Speed, Charge float64
	Type          string // names its type; empty = none
}

// RobotType is a type of robots.
type RobotType struct {
	Name  string
	Speed float64 // cells a step, above 0 up to 1
}

// Floor is what robots drive on. Exactly the cells that they can enter are vertices of the graph.
type Floor struct {
	Name          string
	CellM         float64 // metres
	StepSec       float64
	Width, Height int    // cells; 0 where the floor is a graph of nodes
	Kinds         []Kind // a cell; of nodes in their order
	Graph         *agv.Graph
	Robots        []Robot
	Types         []RobotType
	Zones         []Zone
	Tasks         [][]int32 // of a problem: vertices of each task's errands
	names         []string  // nodes' names
}

// Cell names a vertex for people.
func (f *Floor) Cell(v int32) string {
	return f.cellName(int(f.Graph.Cell(v)))
}

func (f *Floor) cellName(c int) string {
	if f.names != nil {
		return "node " + f.names[c]
	}
	return fmt.Sprintf("column %d, row %d", c%f.Width, c/f.Width)
}

// Of lists the vertices of a kind.
func (f *Floor) Of(k Kind) []int32 {
	var vs []int32
	for c, kind := range f.Kinds {
		if v := f.Graph.Vertex(c); kind == k && v >= 0 {
			vs = append(vs, v)
		}
	}
	return vs
}

// maxFaults bounds what Check tells.
const maxFaults = 20

// Check says all that is wrong with a floor, each with its cell: robots on one cell or on none, zones that cannot be kept, and
// stations, inductions, chargers and homes that cannot be reached from one another.
func (f *Floor) Check() error {
	var faults []error
	add := func(format string, args ...any) {
		if len(faults) < maxFaults {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	on, named := map[int32]string{}, map[string]bool{}
	for _, r := range f.Robots {
		if named[r.ID] {
			add("robot %s is given twice", r.ID)
		}
		named[r.ID] = true
		if other, taken := on[r.Vertex]; taken {
			add("robots %s and %s are both on %s", other, r.ID, f.Cell(r.Vertex))
		}
		on[r.Vertex] = r.ID
	}
	f.checkZones(add)
	f.checkReach(add)
	return errors.Join(faults...)
}

func (f *Floor) checkReach(add func(string, ...any)) {
	var places []int32
	for _, k := range []Kind{Station, Induct, Charger, Home} {
		places = append(places, f.Of(k)...)
	}
	for _, r := range f.Robots {
		places = append(places, r.Vertex)
	}
	if len(places) == 0 {
		if f.Graph.Len() == 0 {
			add("the floor has no cell that robots can enter")
		}
		return
	}
	from := places[0]
	to, back := f.reach(from, false), f.reach(from, true)
	for _, v := range places {
		switch {
		case !to[v]:
			add("%s (%c) cannot be reached from %s", f.Cell(v), f.Kinds[f.Graph.Cell(v)], f.Cell(from))
		case !back[v]:
			add("%s (%c) is a trap: there is no way from it to %s", f.Cell(v), f.Kinds[f.Graph.Cell(v)], f.Cell(from))
		}
	}
}

// reach tells which vertices can be reached from one, or, back, from which it can be reached.
func (f *Floor) reach(from int32, back bool) []bool {
	near := make([][]int32, f.Graph.Len())
	for v := range near {
		for d := range uint8(4) {
			if to := f.Graph.Ahead(int32(v), d); to >= 0 && back {
				near[to] = append(near[to], int32(v))
			} else if to >= 0 {
				near[v] = append(near[v], to)
			}
		}
	}
	seen := make([]bool, len(near))
	seen[from] = true
	for queue := []int32{from}; len(queue) > 0; queue = queue[1:] {
		for _, u := range near[queue[0]] {
			if !seen[u] {
				seen[u] = true
				queue = append(queue, u)
			}
		}
	}
	return seen
}

// block closes the cells of zones that are never open.
func (f *Floor) block(blocked []bool) {
	for i := range f.Zones {
		if f.Zones[i].always() {
			for _, c := range f.Zones[i].Cells {
				blocked[c] = true
			}
		}
	}
}

// build makes the graph of a grid.
func (f *Floor) build() error {
	blocked := make([]bool, len(f.Kinds))
	for c, k := range f.Kinds {
		blocked[c] = k.blocked()
	}
	f.block(blocked)
	var err error
	if f.Graph, err = agv.NewGraph(f.Width, f.Height, blocked); err != nil {
		return err
	}
	for c, k := range f.Kinds {
		lane, is := k.lane()
		if !is {
			continue
		}
		v := f.Graph.Vertex(c)
		if v < 0 {
			continue // in a zone that is never open
		}
		for d := range uint8(4) {
			ahead := f.Graph.Ahead(v, d)
			if d != lane {
				f.Graph.Close(v, d)
			}
			if ahead >= 0 && d == lane { // nobody comes against it
				f.Graph.Close(ahead, (d+2)&3)
			}
		}
	}
	return nil
}
