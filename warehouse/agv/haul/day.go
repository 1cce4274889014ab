package haul

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"quartermaster/warehouse"
	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

const (
	// refinements bounds the tries to better one step's plan.
	refinements = 20
	// neverStalls: nobody is slow here, who works on the spot least of all.
	neverStalls = 1 << 30
	// jamSteps, and jamShare a cell, are how long robots may be out and none get anywhere.
	jamSteps, jamShare = 400, 2
	// fewRobots need no lanes.
	fewRobots = 16
)

// day is one day while it is played. Steps count from OpenSec.
type day struct {
	floor      *warehouse.Floor
	places     *places
	prefix     string
	control    *execution.Control
	robots     []carrier
	lines      []line          // dock →
	transports []agv.Transport // by ready time
	next       int             // of them
	load       int             // steps
	unload     int
	close      int
	most       int // robots out at a time
	out        int
	moves      int
	moved      []bool
	got        int // step at which a robot last got somewhere
	steps      []execution.Step
	result     agv.Result
}

func newDay(f *warehouse.Floor, robots []warehouse.Robot, transports []agv.Transport, p *places, o Options) (*day, error) {
	d := &day{floor: f, places: p, prefix: o.Prefix, transports: transports, close: int((f.CloseSec - f.OpenSec) / f.StepSec),
		lines: make([]line, len(p.docks)), moved: make([]bool, len(robots))}
	d.load, d.unload = d.stepsOf(f.LoadSec), d.stepsOf(f.UnloadSec)
	var goals []int32
	for i := range p.docks {
		d.lines[i].holder = nobody
		goals = append(goals, p.docks[i].vertex)
	}
	for _, r := range robots {
		d.robots = append(d.robots, carrier{id: r.ID, park: r.Park, doors: doorsOf(f, p, r.Park), behind: nobody, since: -1, cells: []int32{r.Park}})
	}
	cost := agv.PlainCost(p.graph)
	if len(robots) > fewRobots {
		cost = agv.Guide(p.graph, agv.GuideOptions{Robots: len(robots), Goals: goals, Seed: o.Seed})
	}
	var err error
	d.control, err = execution.New(p.graph, cost, len(robots), execution.Options{Refinements: refinements, StallAfter: neverStalls, Seed: o.Seed})
	return d, err
}

// stepsOf is a time in steps, rounded up.
func (d *day) stepsOf(sec int64) int { return int((sec + d.floor.StepSec - 1) / d.floor.StepSec) }

// ready is the first step at which a transport may begin.
func (d *day) ready(i int) int {
	return d.stepsOf(max(0, d.transports[i].ReadySec-d.floor.OpenSec))
}

// play drives the robots until all transports are done or given up and all are home.
func (d *day) play(ctx context.Context) error {
	steady := context.WithoutCancel(ctx) // a plan cut short by time would not be the same again
	for step := 0; ; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if d.out == 0 {
			if d.next == len(d.transports) {
				return nil
			}
			step = max(step, d.ready(d.next))
			d.got = step
		}
		d.assign(step)
		if d.out == 0 {
			continue
		}
		d.control.Advance(steady)
		clear(d.moved)
		for r := range d.robots {
			if err := d.drive(r, step); err != nil {
				return err
			}
		}
		d.arrivals(step + 1)
		if step-d.got > jamSteps+jamShare*d.places.graph.Len() {
			return errJam
		}
	}
}

// assign gives the transports that are ready to the robots whose turn at a station would be soonest.
func (d *day) assign(step int) {
	for ; d.next < len(d.transports) && d.ready(d.next) <= step; d.next++ {
		if step > d.close {
			d.giveUp(&d.transports[d.next])
			continue
		}
		best, station, soonest := nobody, 0, 0
		first, last := d.stationSide()
		for r := range d.robots {
			c := &d.robots[r]
			if c.phase != homeward && (c.phase != parked || d.out >= d.most) {
				continue
			}
			if at, steps := d.soonest(r, first, last); at != nobody && (best == nobody || steps < soonest) {
				best, station, soonest = r, at, steps
			}
		}
		switch {
		case best == nobody:
			return // all have work, or it is early to go
		case step+d.atBest(best, station) > d.close:
			d.giveUp(&d.transports[d.next])
		default:
			d.send(best, station, step)
		}
	}
}

// atBest is the least steps that robot r takes over a station to an induction, the work at both included.
func (d *day) atBest(r, station int) int {
	way := -1
	first, last := d.inductSide()
	for i := first; i < last; i++ {
		if s := int(d.places.docks[i].away[d.places.docks[station].vertex]); s >= 0 && (way < 0 || s < way) {
			way = s
		}
	}
	return d.from(r, station) + d.load + way + d.unload
}

// send gives robot r the next transport.
func (d *day) send(r, station, step int) {
	c := &d.robots[r]
	d.result.IdealSteps += d.atBest(r, station)
	if c.phase == parked {
		c.phase = leaving
		d.out++
	} else {
		d.task(c, warehouse.TaskPark)
		d.control.Hold(r, false) // it may have begun to turn towards its park
		c.phase, c.until = toStation, step
	}
	d.moves++
	c.number, c.transport, d.got = d.moves, &d.transports[d.next], step
	d.queue(r, station)
	if c.phase == toStation {
		d.approach(r)
	}
}

// drive lets robot r do the step that it may do, and after it whoever waited for the cell that it left.
func (d *day) drive(r, step int) error {
	c := &d.robots[r]
	if d.moved[r] || !d.control.Present(r) || c.until > step {
		return nil
	}
	if door := c.doorAt(d.control.At(r).Vertex); c.phase == homeward && door >= 0 {
		d.moved[r] = true
		d.park(r, door, step+1)
		return nil
	}
	d.steps = d.control.Released(r, d.steps[:0])
	if len(d.steps) == 0 {
		return nil
	}
	d.moved[r] = true
	next, err := d.control.Done(r)
	if err != nil {
		return fmt.Errorf("robot %s: %w", c.id, err)
	}
	if next >= 0 {
		return d.drive(next, step)
	}
	return nil
}

// park takes robot r, which stands at its door, off the floor: at the step it is home.
func (d *day) park(r, door, step int) {
	c := &d.robots[r]
	d.control.Remove(r)
	d.clear(r)
	c.cells = append(c.cells, c.park)
	d.task(c, warehouse.TaskPark)
	c.phase, c.since, c.heading = parked, step, c.doors[door].inward()
	d.out--
	d.got = step
}

// arrivals writes down where robots are at a step, lets those out that wait behind their doors, and has those that came
// where they were sent do what is next.
func (d *day) arrivals(step int) {
	for r := range d.robots {
		c := &d.robots[r]
		switch {
		case c.phase == leaving:
			d.leave(r, step)
		case d.control.Present(r):
			c.cells = append(c.cells, d.places.graph.Cell(d.control.At(r).Vertex))
			d.arrive(r, step)
		}
	}
}

// leave puts robot r before its park where a door is free and it has had the time to turn there.
func (d *day) leave(r, step int) {
	c := &d.robots[r]
	for _, door := range c.doors {
		if c.since >= 0 && step-1-c.since < quarters(c.heading, door.out) {
			continue
		}
		if d.control.Join(r, agv.State{Vertex: door.vertex, Dir: door.out}) != nil {
			continue // somebody is there or comes; the next step shows
		}
		c.phase, c.start, c.cells = toStation, step-1, []int32{c.park, d.places.graph.Cell(door.vertex)}
		c.until, d.got = step, step
		d.arrive(r, step)
		return
	}
	if step >= d.close { // it never came out
		d.giveUp(c.transport)
		d.dequeue(r)
		c.phase = parked
		d.out--
	}
}

// arrive takes robot r from one phase to the next as far as it has come by the step.
func (d *day) arrive(r, step int) {
	d.clear(r)
	c, at := &d.robots[r], d.control.At(r)
	switch c.phase {
	case toStation, toInduct:
		if d.approach(r); at.Vertex == d.places.docks[c.dock].vertex && d.lines[c.dock].holder == r {
			c.phase++
			c.until = step + d.work(c.dock)
			d.control.Hold(r, true)
			d.got = max(d.got, c.until)
		}
	case homeward:
		if door := c.doorAt(at.Vertex); door >= 0 && c.until < step {
			c.until = step + quarters(at.Dir, c.doors[door].inward())
			d.control.Hold(r, true)
		}
	}
	switch {
	case c.phase == loading && c.until <= step && step < d.close:
		d.loaded(r, step)
	case c.phase == unloading && c.until <= step && step <= d.close:
		d.dequeue(r)
		d.task(c, warehouse.TaskMove)
		c.broken = false
		d.goHome(r, step)
	case c.phase < homeward && step >= d.close:
		d.dequeue(r)
		d.giveUp(c.transport)
		c.broken = true
		d.goHome(r, step)
	}
}

// loaded sends robot r to the induction that it is soonest done at; where it is early to go, it waits where it is and makes room
// for those who have to pass.
func (d *day) loaded(r, step int) {
	c := &d.robots[r]
	first, last := d.inductSide()
	induct, _ := d.soonest(r, first, last)
	d.control.Hold(r, false)
	if induct == nobody {
		d.control.Send(r, agv.Errand{Goal: d.control.At(r).Vertex, Next: -1})
		return
	}
	d.dequeue(r)
	c.phase = toInduct
	d.queue(r, induct)
	d.arrive(r, step)
}

// goHome sends robot r to the door of its park that is nearest to its dock.
func (d *day) goHome(r, step int) {
	c := &d.robots[r]
	d.control.Hold(r, false)
	away := d.places.docks[c.dock].away
	door := slices.MinFunc(c.doors, func(a, b door) int { return cmp.Compare(away[a.vertex], away[b.vertex]) })
	d.control.Send(r, agv.Errand{Goal: door.vertex, Next: -1})
	c.phase, c.until, d.got = homeward, step-1, max(d.got, step)
	d.arrive(r, step)
}

func (d *day) giveUp(t *agv.Transport) { d.result.Late = agv.GiveUp(d.result.Late, d.floor, t) }

func (d *day) finish() agv.Result {
	slices.SortFunc(d.result.Tasks, func(a, b warehouse.Task) int {
		return cmp.Or(cmp.Compare(a.StartSec, b.StartSec), cmp.Compare(a.ID, b.ID))
	})
	return d.result
}
