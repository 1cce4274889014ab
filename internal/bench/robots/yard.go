package robots

import (
	"context"
	"fmt"
	"math/rand/v2"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// What happens on a yard, in chances a step: a robot pauses shortly or long without saying so, one robot of all fails,
// is carried away, a cell is blocked. mostTroubles bounds those that fail or are away, and the cells, at one time.
const (
	pauseChance, stallChance                 = 0.01, 0.0003
	failChance, removeChance, obstacleChance = 0.002, 0.001, 0.001
	mostTroubles                             = 3
)

// A yard is deadlocked when nobody moves for deadAfter steps though somebody could; an errand is starved that is open for
// starveAfter steps and starveFactor times its shortest way.
const (
	deadAfter    = 1000
	starveAfter  = 5000
	starveFactor = 20
)

// trouble is what went wrong.
type trouble struct{ steps, collisions, deadlocks, starved int }

func (t *trouble) add(u trouble) {
	t.collisions += u.collisions
	t.deadlocks += u.deadlocks
	t.starved += u.starved
}

// vehicle is a robot as the world has it, which the control knows by reports alone.
type vehicle struct {
	slow    int // steps that an action takes at least
	busy    int // steps left of the action that it does
	doing   bool
	from    int32 // while it moves it is on both
	to      int32
	pause   int // steps for which it does nothing, and says nothing
	failed  int // steps until it works again
	away    int // steps until it comes back
	waiting int // steps that its errand is open, of those that count
	bound   int // that are too many
}

// yard is a floor with robots that keep no time. It judges them apart from the control: by the cells that they are on.
type yard struct {
	g        *agv.Graph
	control  *execution.Control
	random   *rand.Rand
	robots   []vehicle
	on       []int32 // vertex → robot that is there or a part of it, −1 = none
	goals    []int32
	blocked  map[int32]int // vertex → steps until it is free
	now      int
	still    int // steps since anybody moved though somebody could
	errands  int
	events   int
	longest  int
	trouble  trouble
	released []execution.Step
}

// yardRobots is the most robots of a yard, yardGoals the most places that they go to.
const (
	yardRobots = 40
	yardGoals  = 48
	yardTrips  = 1000 // for lanes
)

func newYard(width, height int, blocked []bool, seed uint64) (*yard, error) {
	keepLargest(width, blocked)
	g, err := agv.NewGraph(width, height, blocked)
	if err != nil {
		return nil, err
	}
	n := min(yardRobots, max(2, g.Len()/5))
	y := &yard{g: g, random: rng.New(seed, "yard"), robots: make([]vehicle, n), on: make([]int32, g.Len()), blocked: map[int32]int{}}
	for v := range y.on {
		y.on[v] = -1
	}
	cells := y.random.Perm(g.Len())
	for _, v := range cells[:min(yardGoals, g.Len())] {
		y.goals = append(y.goals, int32(v))
	}
	cost := agv.Guide(g, agv.GuideOptions{Robots: n, Trips: yardTrips, Goals: y.goals, Seed: seed})
	if y.control, err = execution.New(g, cost, n, execution.Options{Seed: seed}); err != nil {
		return nil, err
	}
	for r := range y.robots {
		y.robots[r].slow = 1 + y.random.IntN(2)
		if !y.join(r, int32(cells[r])) {
			return nil, fmt.Errorf("robot %d cannot join", r)
		}
	}
	return y, nil
}

// keepLargest blocks all cells but those of the largest connected part.
func keepLargest(width int, blocked []bool) {
	part := make([]int, len(blocked))
	best, most := 0, 0
	for c := range blocked {
		if blocked[c] || part[c] != 0 {
			continue
		}
		size, queue := 0, []int{c}
		part[c] = c + 1
		for ; size < len(queue); size++ {
			at := queue[size]
			for _, to := range []int{at - width, at + width, at - 1, at + 1} {
				if to < 0 || to >= len(blocked) || blocked[to] || part[to] != 0 || (to/width != at/width && to%width != at%width) {
					continue
				}
				part[to] = c + 1
				queue = append(queue, to)
			}
		}
		if size > most {
			best, most = c+1, size
		}
	}
	for c := range blocked {
		blocked[c] = part[c] != best
	}
}

func (y *yard) join(r int, v int32) bool {
	if y.on[v] >= 0 || y.blocked[v] > 0 || y.control.Join(r, agv.State{Vertex: v, Dir: uint8(y.random.IntN(4))}) != nil {
		return false
	}
	y.on[v] = int32(r)
	y.robots[r] = vehicle{slow: y.robots[r].slow, from: v, to: v}
	first := y.goal()
	y.send(r, agv.Errand{Goal: first, Next: y.goal()})
	return true
}

func (y *yard) goal() int32 { return y.goals[y.random.IntN(len(y.goals))] }

// send gives robot r an errand. What is too long for it counts from the size of the floor, which bounds its shortest way.
func (y *yard) send(r int, e agv.Errand) {
	y.control.Send(r, e)
	at := y.control.At(r).Vertex
	w := int32(y.g.Width)
	a, b := y.g.Cell(at), y.g.Cell(e.Goal)
	dx, dy := a%w-b%w, a/w-b/w
	y.robots[r].waiting = 0
	y.robots[r].bound = starveAfter + starveFactor*int(max(dx, -dx)+max(dy, -dy))
}

// step lets a step's time go by.
func (y *yard) step(ctx context.Context) error {
	y.now++
	y.happen()
	y.control.Advance(ctx)
	moved, able := false, false
	for r := range y.robots {
		v := &y.robots[r]
		switch {
		case v.away > 0:
			if v.away--; v.away == 0 && !y.join(r, int32(y.random.IntN(y.g.Len()))) {
				v.away = 1
			}
			continue
		case v.failed > 0:
			if v.failed--; v.failed == 0 {
				y.control.Resume(r)
			}
			continue
		case v.pause > 0:
			v.pause--
			continue
		}
		able = able || (y.control.Reachable(r) && y.control.At(r).Vertex != y.control.Errand(r).Goal)
		did, err := y.act(r, v)
		if err != nil {
			return err
		}
		moved = moved || did
		y.await(r, v)
	}
	if y.still++; moved || !able {
		y.still = 0
	}
	if y.still >= deadAfter {
		y.trouble.deadlocks++
		y.still = 0
	}
	return nil
}

// act lets a robot go on with what it does, or begin the next step that was released to it.
func (y *yard) act(r int, v *vehicle) (moved bool, err error) {
	if !v.doing {
		y.begin(r, v)
	}
	if !v.doing {
		return false, nil
	}
	if v.busy--; v.busy > 0 || y.random.Float64() < 0.2 {
		return true, nil
	}
	v.doing = false
	if v.from != v.to {
		y.on[v.from] = -1
		v.from = v.to
	}
	if _, err := y.control.Done(r); err != nil {
		return false, err
	}
	if at := y.control.At(r); at.Vertex != v.to {
		return false, fmt.Errorf("robot %d is at vertex %d, the control has it at %d", r, v.to, at.Vertex)
	}
	if e := y.control.Errand(r); v.to == e.Goal {
		y.errands++
		y.send(r, agv.Errand{Goal: e.Next, Next: y.goal()})
	}
	return true, nil
}

func (y *yard) begin(r int, v *vehicle) {
	y.released = y.control.Released(r, y.released[:0])
	if len(y.released) == 0 {
		if e := y.control.Errand(r); e.Goal == v.to { // it was sent to where it stands
			y.errands++
			y.send(r, agv.Errand{Goal: e.Next, Next: y.goal()})
		}
		return
	}
	next := y.released[0].To.Vertex
	if y.blocked[next] > 0 && next != v.from {
		y.control.Cancel(r, false)
		y.control.Resume(r)
		return
	}
	if other := y.on[next]; other >= 0 && other != int32(r) {
		y.trouble.collisions++
	}
	y.on[next] = int32(r)
	v.to, v.doing, v.busy = next, true, v.slow
	switch x := y.random.Float64(); {
	case x < stallChance:
		v.pause = 50 + y.random.IntN(250)
	case x < pauseChance:
		v.pause = 1 + y.random.IntN(40)
	}
}

// await counts how long an errand is open.
func (y *yard) await(r int, v *vehicle) {
	if !y.control.Reachable(r) {
		return
	}
	v.waiting++
	y.longest = max(y.longest, v.waiting)
	if v.waiting == v.bound {
		y.trouble.starved++
	}
}

// happen draws failures, removals and obstacles.
func (y *yard) happen() {
	for v, left := range y.blocked {
		if left > 1 {
			y.blocked[v]--
			continue
		}
		delete(y.blocked, v)
		y.control.Unblock(v)
	}
	r := y.random.IntN(len(y.robots))
	v := &y.robots[r]
	most := min(mostTroubles, max(1, len(y.robots)/3))
	if x := y.random.Float64(); v.away == 0 && v.failed == 0 && y.ailing() < most {
		switch {
		case x < failChance:
			y.events++
			v.failed = 50 + y.random.IntN(400)
			y.control.Cancel(r, v.doing)
		case x < failChance+removeChance:
			y.events++
			y.control.Remove(r)
			y.on[v.from], y.on[v.to] = -1, -1
			*v = vehicle{slow: v.slow, away: 20 + y.random.IntN(400)}
		}
	}
	at := int32(y.random.IntN(y.g.Len()))
	if y.random.Float64() < obstacleChance && y.on[at] < 0 && len(y.blocked) < most {
		y.events++
		y.blocked[at] = 50 + y.random.IntN(400)
		y.control.Block(at)
	}
}

func (y *yard) ailing() (n int) {
	for i := range y.robots {
		if y.robots[i].away > 0 || y.robots[i].failed > 0 {
			n++
		}
	}
	return n
}

func (y *yard) row(name string) bench.Row {
	return bench.Row{Instance: name, Cells: []bench.Cell{
		{Key: "robots", Value: len(y.robots)}, {Key: "steps", Value: y.now}, {Key: "errands", Value: y.errands}, {Key: "events", Value: y.events},
		{Key: "collisions", Value: y.trouble.collisions}, {Key: "deadlocks", Value: y.trouble.deadlocks}, {Key: "starved", Value: y.trouble.starved},
		{Key: "longest_wait", Value: y.longest},
	}}
}
