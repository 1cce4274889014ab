package haul

import "quartermaster/warehouse/agv"

// A dock is one robot's at a time. Who comes near one that is taken rests there, so that whoever comes out can push it aside:
// robots that pressed on would shut those in that they wait for.
const (
	// nearDock is how many steps before a dock a robot rests, clearDock how far one must have left it.
	nearDock  = 4
	clearDock = 2
	// turnover is how many steps a dock stands empty between two robots.
	turnover = 4
)

const nobody = -1

// line is who goes for a dock.
type line struct {
	holder  int // robot, nobody = it is free
	waiting int // robots that go for it, those who work there included
}

// work is how many steps a robot stays at dock i.
func (d *day) work(i int) int {
	if i < d.places.stations {
		return d.load
	}
	return d.unload
}

// stationSide and inductSide are the indices of the docks of each kind, from and to.
func (d *day) stationSide() (int, int) { return 0, d.places.stations }
func (d *day) inductSide() (int, int)  { return d.places.stations, len(d.places.docks) }

// soonest gives the dock from first to last that robot r would be done at soonest and the steps until its turn, nobody where it
// is early to go: it would stand in line for longer than another takes there.
func (d *day) soonest(r, first, last int) (best, steps int) {
	best = nobody
	for i := first; i < last; i++ {
		away, work := d.from(r, i), d.work(i)+turnover
		wait := d.lines[i].waiting * work
		if away >= 0 && wait <= away+work && (best == nobody || away+wait < steps) {
			best, steps = i, away+wait
		}
	}
	return best, steps
}

// from is the steps from where robot r could take on a transport to dock i, −1 = no way.
func (d *day) from(r, i int) int {
	c, away := &d.robots[r], d.places.docks[i].away
	if c.phase != parked {
		return int(away[d.control.At(r).Vertex])
	}
	best := -1
	for _, door := range c.doors {
		if s := int(away[door.vertex]); s >= 0 && (best < 0 || s+1 < best) {
			best = s + 1
		}
	}
	return best
}

// queue puts robot r into the line of dock i.
func (d *day) queue(r, i int) {
	d.robots[r].dock = i
	d.lines[i].waiting++
}

// approach sends robot r on to its dock, or has it rest before it while another is there.
func (d *day) approach(r int) {
	c, at := &d.robots[r], d.control.At(r).Vertex
	l, goal := &d.lines[c.dock], d.places.docks[c.dock].vertex
	if d.places.docks[c.dock].away[at] <= nearDock {
		if l.holder == nobody {
			l.holder = r
		}
		if l.holder != r && c.behind == nobody { // who still stands in a dock's way goes on first
			goal = at
		}
	}
	d.control.Send(r, agv.Errand{Goal: goal, Next: -1})
}

// dequeue takes robot r, whose work at its dock is done or given up, out of the line; the dock stays its own until it is away.
func (d *day) dequeue(r int) {
	c := &d.robots[r]
	d.lines[c.dock].waiting--
	if d.lines[c.dock].holder != r {
		return
	}
	if c.behind != nobody {
		d.lines[c.behind].holder = nobody
	}
	c.behind = c.dock
}

// clear gives the dock free that robot r comes from once it is away.
func (d *day) clear(r int) {
	c := &d.robots[r]
	if c.behind == nobody || (d.control.Present(r) && d.places.docks[c.behind].away[d.control.At(r).Vertex] < clearDock) {
		return
	}
	d.lines[c.behind].holder = nobody
	c.behind = nobody
}
