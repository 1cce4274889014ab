package agv

import (
	"cmp"
	"fmt"
	"slices"

	"quartermaster/warehouse"
)

// robot is what one robot has been told: its last way, whose part up to the drop is a task already. Before its first
// transport the way is one cell long: its park.
type robot struct {
	id        string
	park      int32
	last      way
	lastMove  string // task id of the last move
	remaining [phases][]int32
}

// triedRobots is how many robots, those that would be soonest without the others, are searched for per transport. Where
// docks are scarce all robots promise alike; trying all made days at most 1% shorter in trials and took twice the time.
const triedRobots = 3

// fleet is one call's working state. Steps count from OpenSec.
type fleet struct {
	floor  warehouse.Floor
	opts   Options
	robots []robot
	held   reservations
	search searcher
	ideal  [phases][]int32 // steps that remain until the drop
	moves  int
	result Result
}

func newFleet(floor warehouse.Floor, robots []warehouse.Robot, opts Options) *fleet {
	p := &fleet{floor: floor, opts: opts, held: reservations{spans: make([][]span, len(floor.Kinds))}}
	near := neighbourLists(&p.floor)
	load, unload := int32(ceilDiv(floor.LoadSec, floor.StepSec)), int32(ceilDiv(floor.UnloadSec, floor.StepSec))
	p.search = searcher{
		floor: &p.floor, near: near, held: &p.held, loadSteps: load, unloadSteps: unload,
		closeStep: int32((floor.CloseSec - floor.OpenSec) / floor.StepSec), offset: make([]int32, len(near)),
	}
	p.ideal = legs(&p.floor, near, anyPark, load, unload, make([]int32, len(near)))
	for _, r := range robots {
		p.robots = append(p.robots, robot{
			id: r.ID, park: r.Park, last: way{cells: []int32{r.Park}},
			remaining: legs(&p.floor, near, r.Park, load, unload, homeward(&p.floor, near, r.Park)),
		})
	}
	return p
}

// standing gives the cell and step from which a robot can take on a transport that is ready at a step: where it dropped
// the last one, on its way home, or at home.
func (r *robot) standing(ready int32) (cell, step int32) {
	step = max(ready, r.last.drop)
	return r.last.cells[min(step, r.last.home())-r.last.start], step
}

// serve gives a transport to the robot that drops it first, of those tried, and reserves its way.
func (p *fleet) serve(t *Transport) {
	ready := int32(max(0, ceilDiv(t.ReadySec-p.floor.OpenSec, p.floor.StepSec)))
	if ready > p.search.closeStep {
		p.giveUp(t)
		return
	}
	now := p.search.closeStep
	type candidate struct {
		robot int
		drop  int32 // at best
	}
	candidates := make([]candidate, len(p.robots))
	for i := range p.robots {
		cell, step := p.robots[i].standing(ready)
		candidates[i] = candidate{i, step + p.ideal[toStation][cell]}
		now = min(now, step)
	}
	p.held.forget(now)
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.drop, b.drop) })
	best, chosen := way{drop: forever}, -1
	for tried, c := range candidates {
		if c.drop >= best.drop || (chosen >= 0 && tried >= triedRobots) {
			break
		}
		r := &p.robots[c.robot]
		cell, step := r.standing(ready)
		p.release(r, step)
		if found, ok := p.search.find(cell, step, r.park, &r.remaining); ok && found.drop < best.drop {
			best, chosen = found, c.robot
		}
		p.reserve(int32(c.robot), &r.last, step)
	}
	if chosen < 0 {
		p.giveUp(t)
		return
	}
	cell, step := p.robots[chosen].standing(ready)
	p.result.IdealSteps += int(p.ideal[toStation][cell])
	p.commit(chosen, t, best, step)
}

// release takes back a robot's way from a step on; reserve puts it there again.
func (p *fleet) release(r *robot, from int32) {
	stays(r.last.cells, r.last.start, from, func(cell, first, _ int32) {
		if p.floor.Kinds[cell] != warehouse.CellPark {
			p.held.remove(cell, first)
		}
	})
}

func (p *fleet) reserve(index int32, w *way, from int32) {
	stays(w.cells, w.start, from, func(cell, first, last int32) {
		if p.floor.Kinds[cell] != warehouse.CellPark {
			p.held.add(cell, span{first, last, index})
		}
	})
}

// commit ends the robot's way home at the step where the new way begins and makes the task of the new one.
func (p *fleet) commit(index int, t *Transport, w way, step int32) {
	r := &p.robots[index]
	p.release(r, step)
	p.goHome(r, min(step, r.last.home()))
	for len(w.cells) > 1 && w.cells[0] == r.park && w.cells[1] == r.park { // waiting at home is no task
		w.cells = w.cells[1:]
		w.start++
	}
	p.reserve(int32(index), &w, w.start)
	p.moves++
	r.last, r.lastMove = w, fmt.Sprintf("%s-M%03d", p.opts.Prefix, p.moves)
	p.addTask(warehouse.Task{
		ID: r.lastMove, Kind: warehouse.TaskMove, Worker: r.id, Wave: t.Wave, Batch: t.Batch,
		OrderIDs: t.OrderIDs, DependsOn: t.After,
	}, w.cells[:w.drop-w.start+1], w.start)
}

// goHome makes the task for the way home after the last move, as far as it was driven by the step until.
func (p *fleet) goHome(r *robot, until int32) {
	if r.lastMove == "" || until <= r.last.drop {
		return
	}
	move := r.lastMove
	p.addTask(warehouse.Task{
		ID: p.opts.Prefix + "-H" + move[len(p.opts.Prefix)+2:], Kind: warehouse.TaskPark, Worker: r.id, DependsOn: []string{move},
	}, r.last.cells[r.last.drop-r.last.start:until-r.last.start+1], r.last.drop)
}

func (p *fleet) addTask(t warehouse.Task, cells []int32, start int32) {
	t.Path = slices.Clone(cells)
	t.StartSec = p.floor.OpenSec + int64(start)*p.floor.StepSec
	t.EndSec = t.StartSec + int64(len(cells)-1)*p.floor.StepSec
	p.result.Steps += len(cells) - 1
	p.result.Tasks = append(p.result.Tasks, t)
}

func (p *fleet) giveUp(t *Transport) { p.result.Late = GiveUp(p.result.Late, &p.floor, t) }

// GiveUp adds the orders of a transport that is not done today to late, with the reason.
func GiveUp(late []warehouse.Late, f *warehouse.Floor, t *Transport) []warehouse.Late {
	for _, id := range t.OrderIDs {
		late = append(late, warehouse.Late{OrderID: id, LateSec: -1, Reason: fmt.Sprintf(
			"picked by %s, but no robot can bring it to the sorter before the site closes at %s", warehouse.ClockText(t.ReadySec), warehouse.ClockText(f.CloseSec))})
	}
	return late
}

// finish sends all robots home and gives the result.
func (p *fleet) finish() Result {
	for i := range p.robots {
		p.goHome(&p.robots[i], p.robots[i].last.home())
	}
	slices.SortFunc(p.result.Tasks, func(a, b warehouse.Task) int {
		return cmp.Or(cmp.Compare(a.StartSec, b.StartSec), cmp.Compare(a.ID, b.ID))
	})
	p.result.Expanded = p.search.expanded
	return p.result
}

// ceilDiv is a/b rounded up, b > 0.
func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}
