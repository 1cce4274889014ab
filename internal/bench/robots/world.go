package robots

import (
	"context"

	"quartermaster/internal/bench"
	"quartermaster/internal/floor"
	"quartermaster/warehouse/agv"
)

// world is the floor, its robots and their errands while a problem is simulated.
type world struct {
	p          *floor.Problem
	g          *agv.Graph
	planner    *agv.Planner
	dispatcher *agv.Dispatcher
	referee    *agv.Referee
	places     []agv.Place
	state      []agv.State
	errand     []agv.Errand
	actions    []agv.Action

	left  [][]int32 // robot → errands left, nil = none
	next  []int     // fixed assignment: robot → its next task
	open  []agv.Job // pooled assignment: tasks that nobody has
	begun []bool    // pooled: robot → it has done an errand of its task, which is its own from then on
	seen  int       // pooled: tasks revealed so far
}

func newWorld(p *floor.Problem, opts bench.Options) (*world, error) {
	g, err := agv.NewGraph(p.Width, p.Height, p.Blocked)
	if err != nil {
		return nil, err
	}
	n := len(p.Starts)
	cost := agv.Guide(g, agv.GuideOptions{Robots: n, Goals: goalsOf(p, g), Seed: opts.Seed})
	w := &world{
		p: p, g: g, referee: agv.NewReferee(p.Width, p.Height, p.Blocked),
		places: make([]agv.Place, n), state: make([]agv.State, n), errand: make([]agv.Errand, n),
		actions: make([]agv.Action, n), left: make([][]int32, n), next: make([]int, n), begun: make([]bool, n),
	}
	if w.planner, err = agv.NewPlanner(g, cost, n, agv.PlannerOptions{Workers: opts.Workers, Seed: opts.Seed}); err != nil {
		return nil, err
	}
	w.dispatcher = agv.NewDispatcher(w.planner)
	for r, c := range p.Starts {
		w.places[r] = agv.Place{Cell: int32(c)}
		w.next[r] = r
	}
	w.look()
	return w, nil
}

// goals are where the first tasks go, for guidance: a sample that a real floor's history would give.
func goalsOf(p *floor.Problem, g *agv.Graph) []int32 {
	var goals []int32
	for _, t := range p.Tasks[:min(len(p.Tasks), 2000)] {
		for _, c := range t {
			goals = append(goals, g.Vertex(c))
		}
	}
	return goals
}

// look reads the robots' states from the referee's places.
func (w *world) look() {
	for r, p := range w.places {
		w.state[r] = agv.State{Vertex: w.g.Vertex(int(p.Cell)), Dir: p.Dir}
	}
}

// plan gives robots without work a task and plans the next step until ctx ends.
func (w *world) plan(ctx context.Context) {
	if w.p.Pooled {
		w.assignPooled()
	} else {
		w.assignFixed()
	}
	for r, left := range w.left {
		w.errand[r] = agv.Errand{Goal: w.state[r].Vertex, Next: -1}
		if len(left) > 0 {
			w.errand[r].Goal = left[0]
		}
		if len(left) > 1 {
			w.errand[r].Next = left[1]
		}
	}
	w.planner.Tick(ctx, w.state, w.errand, w.actions)
}

// assignFixed gives robot r the tasks r, r + n, r + 2n, …
func (w *world) assignFixed() {
	for r := range w.left {
		if len(w.left[r]) == 0 {
			w.left[r] = w.vertices(w.p.Tasks[w.next[r]%len(w.p.Tasks)])
			w.next[r] += len(w.left)
		}
	}
}

// assignPooled lets the dispatcher choose from the open tasks, of which there are always as many as the problem says.
func (w *world) assignPooled() {
	for want := int(w.p.Reveal * float64(len(w.left))); w.busy()+len(w.open) < want; w.seen++ {
		w.open = append(w.open, agv.Job{Errands: w.vertices(w.p.Tasks[w.seen%len(w.p.Tasks)])})
	}
	free := w.free()
	if len(free) == 0 {
		return
	}
	given := w.dispatcher.Assign(w.state, free, w.open)
	for i, j := range given {
		if j >= 0 {
			w.left[free[i]], w.begun[free[i]] = w.open[j].Errands, false
			w.open[j].Errands = nil
		}
	}
	left := w.open[:0]
	for _, j := range w.open {
		if j.Errands != nil {
			left = append(left, j)
		}
	}
	w.open = left
}

// mostPairs bounds robots × tasks up to which tasks that are given but not begun are given anew.
const mostPairs = 1 << 19

// free lists the robots without a task. Where there are any, those that have begun theirs with no errand yet give it back and are
// free too, as long as these are not very many: who is nearer by now takes it.
func (w *world) free() []int32 {
	var free []int32
	waiting := 0
	for r, left := range w.left {
		if len(left) == 0 {
			free = append(free, int32(r))
		} else if !w.begun[r] {
			waiting++
		}
	}
	if len(free) == 0 || (len(free)+waiting)*(len(w.open)+waiting) > mostPairs {
		return free
	}
	for r, left := range w.left {
		if len(left) > 0 && !w.begun[r] {
			w.open = append(w.open, agv.Job{Errands: left})
			w.left[r] = nil
			free = append(free, int32(r))
		}
	}
	return free
}

// busy counts robots with a task: revealed tasks stay in the pool until they are finished.
func (w *world) busy() int {
	n := 0
	for _, left := range w.left {
		if len(left) > 0 {
			n++
		}
	}
	return n
}

func (w *world) vertices(cells []int) []int32 {
	vs := make([]int32, len(cells))
	for i, c := range cells {
		vs[i] = w.g.Vertex(c)
	}
	return vs
}

// arrive takes errands off whose goal was reached and counts finished tasks.
func (w *world) arrive() (finished int) {
	w.look()
	for r, s := range w.state {
		if left := w.left[r]; len(left) > 0 && left[0] == s.Vertex {
			w.left[r], w.begun[r] = left[1:], true
			if len(left) == 1 {
				finished++
			}
		}
	}
	return finished
}
