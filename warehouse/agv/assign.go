package agv

import (
	"cmp"
	"slices"
)

// Job is work that no robot has begun: goals to visit in order.
type Job struct {
	Errands []int32 // vertices, at least one
	// Urgency is how many steps of detour the job is worth more than others.
	Urgency int32
}

// Dispatcher chooses which robot takes which job.
type Dispatcher struct {
	p     *Planner
	exact bool
}

// exactCells bounds floors on which the distances to all jobs are kept; on larger ones the dispatcher counts rows and
// columns, which is near enough to choose by where aisles are regular.
const exactCells = 4096

// crowdSteps is by how many steps a job is put back for an errand where all cells around are taken, from half of them taken on:
// who finishes within a jam would otherwise be given the next job within it.
const crowdSteps = 100

// NewDispatcher makes a dispatcher for the floor of a planner, whose distances it shares.
func NewDispatcher(p *Planner) *Dispatcher { return &Dispatcher{p: p, exact: p.g.Len() <= exactCells} }

// Assign gives each robot of free one of the jobs, or −1 where jobs are fewer. The pair with the least way to go, approach and
// the job's own, and the least crowded errands is made first, then the next; ties go to the lower numbers. O(free × jobs × log) time.
func (d *Dispatcher) Assign(state []State, free []int32, jobs []Job) []int {
	given := make([]int, len(free))
	for i := range given {
		given[i] = -1
	}
	own := d.own(jobs)
	best := make([]pair, 0, len(free))
	taken := make([]bool, len(jobs))
	for i := range free {
		if b, ok := d.nearest(state, free, jobs, own, taken, i); ok {
			best = append(best, b)
		}
	}
	// Robots that lost their nearest job to another look again, so that each round settles one robot at least.
	for len(best) > 0 {
		slices.SortFunc(best, func(a, b pair) int {
			return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.robot, b.robot))
		})
		again := best[:0]
		for _, b := range best {
			if !taken[b.job] {
				taken[b.job] = true
				given[b.robot] = b.job
			} else if c, ok := d.nearest(state, free, jobs, own, taken, b.robot); ok {
				again = append(again, c)
			}
		}
		best = again
	}
	return given
}

type pair struct {
	robot, job int // positions in free and jobs
	cost       int32
}

func (d *Dispatcher) nearest(state []State, free []int32, jobs []Job, own []int32, taken []bool, i int) (pair, bool) {
	s := state[free[i]]
	b := pair{robot: i, job: -1}
	for j := range jobs {
		if taken[j] {
			continue
		}
		if c := own[j] + d.way(s, jobs[j].Errands[0]); b.job < 0 || c < b.cost {
			b.job, b.cost = j, c
		}
	}
	return b, b.job >= 0
}

// own is what each job costs once its first errand is done, less its urgency.
func (d *Dispatcher) own(jobs []Job) []int32 {
	if d.exact {
		var goals []int32
		for _, j := range jobs {
			goals = append(goals, j.Errands...)
		}
		d.p.fields.need(goals, d.p.now)
	}
	own := make([]int32, len(jobs))
	for i, j := range jobs {
		own[i] = -j.Urgency*stepCost + d.crowd(j)
		for k := 1; k < len(j.Errands); k++ {
			if d.exact {
				own[i] += int32(d.p.fields.of(j.Errands[k])[j.Errands[k-1]] >> 16)
			} else {
				own[i] += d.straight(j.Errands[k-1], j.Errands[k])
			}
		}
	}
	return own
}

// crowd is what a job costs more for the crowds around its errands as the planner last saw them.
func (d *Dispatcher) crowd(j Job) (cost int32) {
	if d.p.pressure == nil || d.p.now == 0 {
		return 0
	}
	for _, v := range j.Errands {
		cost += int32(2 * crowdSteps * stepCost * max(0, d.p.pressure.around(v)-0.5))
	}
	return cost
}

func (d *Dispatcher) way(s State, goal int32) int32 {
	if d.exact {
		return d.p.fields.of(goal).from(s.Vertex, s.Dir)
	}
	return d.straight(s.Vertex, goal)
}

func (d *Dispatcher) straight(a, b int32) int32 {
	w := int32(d.p.g.Width)
	ca, cb := d.p.g.cell[a], d.p.g.cell[b]
	dx, dy := ca%w-cb%w, ca/w-cb/w
	return stepCost * (max(dx, -dx) + max(dy, -dy))
}
