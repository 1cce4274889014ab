package haul

import (
	"fmt"
	"slices"

	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
)

// phase is what a robot is about.
type phase uint8

// The phases of a robot. From leaving to unloading it has a transport.
const (
	parked phase = iota
	leaving
	toStation
	loading
	toInduct
	unloading
	homeward
)

// carrier is one robot.
//
//	cells of a move       park, or where it stood … station … (LoadSec) … induction … (UnloadSec)
//	cells of a way home   induction … door, park
type carrier struct {
	id        string
	park      int32
	doors     []door
	phase     phase
	transport *agv.Transport
	dock      int // that it goes for
	behind    int // dock that it comes from and is not away from yet
	until     int // step at which its work on the spot is done
	heading   uint8
	since     int // step since which it is parked; below 0 = since ever
	number    int // of its last move, from 1
	broken    bool
	start     int // step of cells[0]
	cells     []int32
}

// door is a vertex beside a park and the direction from the park to it.
type door struct {
	vertex int32
	out    uint8
}

// doorsOf lists the cells by which a park is left and entered: those beside it from which there is a way to the docks.
func doorsOf(f *warehouse.Floor, p *places, park int32) []door {
	var doors []door
	n := f.Neighbours(park)
	for i, out := range [4]uint8{agv.North, agv.West, agv.East, agv.South} {
		if n[i] < 0 {
			continue
		}
		if v := p.graph.Vertex(int(n[i])); v >= 0 && p.docks[0].away[v] >= 0 {
			doors = append(doors, door{v, out})
		}
	}
	return doors
}

// doorAt is the index of the door on a vertex, −1 = it is none.
func (c *carrier) doorAt(v int32) int {
	return slices.IndexFunc(c.doors, func(d door) bool { return d.vertex == v })
}

// inward is the direction in which the park is entered by a door.
func (d door) inward() uint8 { return (d.out + 2) & 3 }

// task writes down what a robot has driven since its start as one task and begins the next there. A move that was broken off is
// an empty way like that home.
func (d *day) task(c *carrier, kind warehouse.TaskKind) {
	move := fmt.Sprintf("%s-M%03d", d.prefix, c.number)
	t := warehouse.Task{ID: move, Kind: kind, Worker: c.id, Path: c.cells}
	switch {
	case kind == warehouse.TaskMove:
		t.Wave, t.Batch, t.OrderIDs, t.DependsOn = c.transport.Wave, c.transport.Batch, c.transport.OrderIDs, c.transport.After
	case c.broken:
		t.ID = fmt.Sprintf("%s-H%03d", d.prefix, c.number)
	default:
		t.ID, t.DependsOn = fmt.Sprintf("%s-H%03d", d.prefix, c.number), []string{move}
	}
	t.StartSec = d.floor.OpenSec + int64(c.start)*d.floor.StepSec
	t.EndSec = t.StartSec + int64(len(c.cells)-1)*d.floor.StepSec
	if len(c.cells) > 1 {
		d.result.Tasks = append(d.result.Tasks, t)
		d.result.Steps += len(c.cells) - 1
	}
	c.start += len(c.cells) - 1
	c.cells = []int32{c.cells[len(c.cells)-1]}
}
