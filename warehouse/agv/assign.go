package agv

import (
	"cmp"
	"container/heap"
	"math"
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

// What a job's own way and the others that wait where it begins count beside the approach, which alone the choice of robot
// changes. Every job is done sooner or later: whoever takes short ones first gains only as long as long ones pile up, and then pays
// with long approaches, since there is little left to choose from. So the own way counts as one part in ownShare. And where jobs
// wait in numbers, they are as many steps nearer as pileSteps says, up to mostPile of them, so that distant places are served as
// often as they are asked for; whoever were always given the nearest would empty the near places and have to go far later (after the
// queue lengths of Tassiulas and Ephremides 1992). Measured best where 10,000 robots serve 352 stations.
const (
	ownShare  = 16
	pileSteps = 2
	mostPile  = 1 << 10
)

// Assign gives each robot of free one of the jobs, or −1 where jobs are fewer. The pair with the least approach, less what the
// job's urgency and the jobs that wait with it are worth, more for crowded errands and a long way of its own, is made first, then the
// next; ties go to the lower numbers. Of very many robots times places (maxPairs) only the first robots are looked at; the others have
// their turn at the next call. O(free × places × log) time, where places are the first errands of jobs.
func (d *Dispatcher) Assign(state []State, free []int32, jobs []Job) []int {
	given := make([]int, len(free))
	for i := range given {
		given[i] = -1
	}
	piles := d.pile(jobs)
	looked := free[:min(len(free), maxPairs/max(1, len(piles)))]
	next := make(askers, 0, len(looked))
	for i := range looked {
		a := &asker{robot: i}
		if d.nearest(state[free[i]], piles, a) {
			next = append(next, a)
		}
	}
	heap.Init(&next)
	// What a place asks for only grows, so that who is first by what it knew, and still is by what it knows now, is the first.
	for len(next) > 0 {
		a := next[0]
		knew := a.cost
		if p := &piles[a.best[0].pile]; p.price()+a.best[0].way == knew {
			given[a.robot] = int(p.jobs[0].job)
			p.jobs = p.jobs[1:]
			heap.Pop(&next)
			continue
		}
		if !a.look(piles) && !d.nearest(state[free[a.robot]], piles, a) {
			heap.Pop(&next)
			continue
		}
		heap.Fix(&next, 0)
	}
	return given
}

// maxPairs bounds the robots × places that one call of Assign looks at.
const maxPairs = 4_000_000

// pile is the jobs that begin at one vertex, cheapest first.
type pile struct {
	at   int32
	jobs []pair
}

type pair struct{ job, cost int32 }

// price is what the first job of a pile costs beside the way to it, spent where no job is left.
func (p *pile) price() int32 {
	if len(p.jobs) == 0 {
		return spent
	}
	return p.jobs[0].cost - pileSteps*stepCost*int32(min(len(p.jobs), mostPile))
}

// spent is more than any job costs.
const spent = math.MaxInt32 / 2

// pile sorts jobs by where they begin, in the order of their vertices.
func (d *Dispatcher) pile(jobs []Job) []pile {
	own := d.own(jobs)
	order := make([]pair, len(jobs))
	for j := range jobs {
		order[j] = pair{int32(j), own[j]}
	}
	slices.SortFunc(order, func(a, b pair) int {
		return cmp.Or(cmp.Compare(jobs[a.job].Errands[0], jobs[b.job].Errands[0]), cmp.Compare(a.cost, b.cost), cmp.Compare(a.job, b.job))
	})
	var piles []pile
	for i, o := range order {
		if at := jobs[o.job].Errands[0]; len(piles) == 0 || piles[len(piles)-1].at != at {
			piles = append(piles, pile{at: at, jobs: order[i:i]})
		}
		p := &piles[len(piles)-1]
		p.jobs = append(p.jobs, o)
	}
	return piles
}

// asker is a robot that asks for a job. It knows the piles that were best when it looked at all, the first of which it asks for at cost;
// all others cost beyond or more.
type asker struct {
	robot        int // its position in free
	cost, beyond int32
	n            int
	best         [16]offer
}

// offer is a pile and the way to it.
type offer struct{ pile, way int32 }

// nearest fills a with the best piles for a robot in state s and tells whether there is one.
func (d *Dispatcher) nearest(s State, piles []pile, a *asker) bool {
	a.n, a.beyond = 0, spent
	var costs [len(a.best)]int32
	for i := range piles {
		price := piles[i].price()
		if price == spent {
			continue
		}
		way := d.way(s, piles[i].at)
		c := price + way
		if a.n == len(a.best) {
			if c >= costs[a.n-1] {
				a.beyond = min(a.beyond, c)
				continue
			}
			a.n--
			a.beyond = min(a.beyond, costs[a.n])
		}
		k := a.n
		for ; k > 0 && costs[k-1] > c; k-- {
			a.best[k], costs[k] = a.best[k-1], costs[k-1]
		}
		a.best[k], costs[k] = offer{int32(i), way}, c
		a.n++
	}
	if a.n > 0 {
		a.cost = costs[0]
	}
	return a.n > 0
}

// look finds the best of the piles that a knows by what they ask for now; false where another might be better.
func (a *asker) look(piles []pile) bool {
	first, cost := 0, int32(spent)
	for i, o := range a.best[:a.n] {
		price := piles[o.pile].price()
		if c := price + o.way; price != spent && (c < cost || c == cost && o.pile < a.best[first].pile) {
			first, cost = i, c
		}
	}
	if cost >= a.beyond {
		return false
	}
	a.best[0], a.best[first] = a.best[first], a.best[0]
	a.cost = cost
	return true
}

// askers is a heap of robots, those first that cost least.
type askers []*asker

func (h askers) Len() int { return len(h) }
func (h askers) Less(i, j int) bool {
	return h[i].cost < h[j].cost || h[i].cost == h[j].cost && h[i].robot < h[j].robot
}
func (h askers) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds a robot.
func (h *askers) Push(x any) { *h = append(*h, x.(*asker)) }

// Pop takes the last one off.
func (h *askers) Pop() any {
	old := *h
	a := old[len(old)-1]
	*h = old[:len(old)-1]
	return a
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
		way := int32(0)
		for k := 1; k < len(j.Errands); k++ {
			if d.exact {
				way += int32(d.p.fields.of(j.Errands[k])[j.Errands[k-1]] >> 16)
			} else {
				way += d.straight(j.Errands[k-1], j.Errands[k])
			}
		}
		own[i] = way/ownShare - j.Urgency*stepCost + d.crowd(j)
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
