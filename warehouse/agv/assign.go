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
// the job's own, and the least crowded errands is made first, then the next; ties go to the lower numbers. Of very many robots
// times jobs (maxPairs) only the first robots are looked at; the others have their turn at the next call. O(free × jobs × log) time.
func (d *Dispatcher) Assign(state []State, free []int32, jobs []Job) []int {
	given := make([]int, len(free))
	for i := range given {
		given[i] = -1
	}
	own := d.own(jobs)
	looked := free[:min(len(free), maxPairs/max(1, len(jobs)))]
	next := make([]pairs, 0, len(looked))
	taken := make([]bool, len(jobs))
	for i := range looked {
		p := pairs{robot: i}
		if d.nearest(state[free[i]], jobs, own, taken, &p); p.n > 0 {
			next = append(next, p)
		}
	}
	// Robots that lost their nearest job to another take their next, so that each round settles one robot at least.
	for len(next) > 0 {
		slices.SortFunc(next, func(a, b pairs) int {
			return cmp.Or(cmp.Compare(a.first().cost, b.first().cost), cmp.Compare(a.robot, b.robot))
		})
		again := next[:0]
		for _, p := range next {
			if job := p.first().job; !taken[job] {
				taken[job] = true
				given[p.robot] = int(job)
				continue
			}
			for p.at < p.n && taken[p.first().job] {
				p.at++
			}
			if p.at == p.n {
				d.nearest(state[free[p.robot]], jobs, own, taken, &p)
			}
			if p.n > 0 {
				again = append(again, p)
			}
		}
		next = again
	}
	return given
}

// maxPairs bounds the robots × jobs that one call of Assign looks at.
const maxPairs = 4_000_000

// pairs are a robot's best jobs, those from at on still to be asked for.
type pairs struct {
	robot, at, n int // robot is its position in free
	best         [16]pair
}

type pair struct{ job, cost int32 }

func (p *pairs) first() pair { return p.best[p.at] }

// nearest fills p with the best of the jobs not taken for a robot in state s.
func (d *Dispatcher) nearest(s State, jobs []Job, own []int32, taken []bool, p *pairs) {
	p.at, p.n = 0, 0
	for j := range jobs {
		if taken[j] {
			continue
		}
		c := own[j] + d.way(s, jobs[j].Errands[0])
		if p.n == len(p.best) {
			if c >= p.best[p.n-1].cost {
				continue
			}
			p.n--
		}
		i := p.n
		for ; i > 0 && p.best[i-1].cost > c; i-- {
			p.best[i] = p.best[i-1]
		}
		p.best[i] = pair{int32(j), c}
		p.n++
	}
}

// own is what each job costs once its first errand is done, less its urgency.
func (d *Dispatcher) own(jobs []Job) []int32 {
	if d.exact {
		var all []trip
		for _, j := range jobs {
			for _, v := range j.Errands {
				all = append(all, trip{v, -1})
			}
		}
		d.p.fields.need(all, d.p.now)
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
