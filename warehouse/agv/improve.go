package agv

import (
	"context"
	"math/rand/v2"

	"quartermaster/internal/rng"
)

// improver lowers the loss of a one-shot plan by large neighbourhood search (MAPF-LNS; Li, Chen, Harabor, Stuckey, Koenig
// 2021): some robots' ways are taken up and planned anew one after another in the time left free by the others, and kept
// where together they lose no more. How robots are chosen, and how many, is learned from what it gained for its work.
type improver struct {
	m      *meeting
	random *rand.Rand
	tt     *timetable
	ways   *intervals
	paths  [][]int32 // robot → vertex at steps 0…; it stays at the last, its goal
	loss   []int32
	total  int
	spare  [][]int32 // paths' memory that is free again

	group  []int32
	old    [][]int32
	member []uint32 // robot → the draw that chose it
	draw   uint32
	seen   []uint32 // vertex → the draw that met it
	queue  []int32
	earned [choices]float64 // gain for work, of each choice
}

// The choices of a group: three manners × sizes of 4, 8, 16 and 32 robots.
const (
	manners   = 3
	sizes     = 4
	leastSize = 4
	choices   = manners * sizes
)

// slackSteps is how many steps later than the first plan a robot may arrive.
const slackSteps = 16

// maxTimedStates bounds vertices × steps of the improver: some four bytes each.
const maxTimedStates = 1 << 28

// lanesSearches bounds the configurations looked at for a plan along lanes, by those of the first plan.
const lanesSearches = 8

// improve starts from the first plan, or from one along lanes where that loses less, and searches until the budget ends. Few
// robots get the best plan there is.
func improve(ctx context.Context, m *meeting, p Paths, o OneShotOptions) Paths {
	if p.Robots <= perfectRobots {
		other, found, proven := perfect(ctx, m)
		if found && other.Loss <= p.Loss {
			other.LowerBound = p.LowerBound
			p = other
		}
		if proven {
			return p
		}
	}
	if l := newLanes(ctx, m); l != nil {
		// Where lanes lead in circles the search would not end soon.
		o.Searches = lanesSearches * (p.Steps + 1)
		if other, ok := m.plan(ctx, l, o); ok && other.Loss < p.Loss {
			other.LowerBound = p.LowerBound
			p = other
		}
	}
	if (p.Steps+slackSteps+1)*m.g.Len() > maxTimedStates {
		return p // the plan's states would not fit; it stands as it is
	}
	tries := o.Improvements
	im := newImprover(m, p)
	for try := 0; (tries == 0 || try < tries) && im.total > p.LowerBound; try++ {
		if ctx.Err() != nil {
			break
		}
		choice := im.pick()
		im.choose(choice/sizes, leastSize<<(choice%sizes))
		work := im.ways.work
		gained := im.replan()
		im.learn(choice, float64(gained)/float64(im.ways.work-work+1))
	}
	return im.result(p)
}

func newImprover(m *meeting, p Paths) *improver {
	n := p.Robots
	im := &improver{m: m, random: rng.New(m.seed, "agv", "improve"), tt: newTimetable(m.g.Len(), p.Steps+slackSteps),
		paths: make([][]int32, n), loss: make([]int32, n), member: make([]uint32, n), seen: make([]uint32, m.g.Len())}
	im.ways = newIntervals(m, im.tt)
	for r := range im.paths {
		path := make([]int32, 0, p.Steps+1)
		for t := range p.Steps + 1 {
			path = append(path, p.At[t*n+r])
		}
		im.put(int32(r), trim(path))
	}
	return im
}

// trim cuts the steps that wait at the end.
func trim(path []int32) []int32 {
	n := len(path)
	for n > 1 && path[n-1] == path[n-2] {
		n--
	}
	return path[:n]
}

func (im *improver) put(r int32, path []int32) {
	im.paths[r] = path
	im.tt.put(r, path)
	im.loss[r] = lossOf(path, im.m.goals[r])
	im.total += int(im.loss[r])
}

func (im *improver) lift(r int32) {
	im.tt.lift(im.paths[r])
	im.total -= int(im.loss[r])
}

func lossOf(path []int32, goal int32) (n int32) {
	for t := 1; t < len(path); t++ {
		if path[t-1] != goal || path[t] != goal {
			n++
		}
	}
	return n
}

// A choice's earnings are forgotten by one part in memory each time it is made; each is made at least at idle × the mean.
const (
	memory = 50
	idle   = 0.1
)

// pick draws a choice, better earners more often.
func (im *improver) pick() int {
	sum := 0.0
	for _, e := range im.earned {
		sum += e
	}
	base := idle*sum/choices + 1e-12
	x := im.random.Float64() * (sum + choices*base)
	for c, e := range im.earned {
		if x -= e + base; x < 0 {
			return c
		}
	}
	return im.random.IntN(choices)
}

func (im *improver) learn(choice int, gain float64) {
	im.earned[choice] += (gain - im.earned[choice]) / memory
}

// replan takes the group up, plans it anew in random order and keeps that where it loses no more; it tells what was gained.
func (im *improver) replan() int {
	before := im.total
	group := im.group
	im.random.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
	im.old = im.old[:0]
	bound := int32(0)
	for _, r := range group {
		im.old = append(im.old, im.paths[r])
		im.lift(r)
		bound += im.least(r)
	}
	planned := 0
	for _, r := range group {
		bound -= im.least(r)
		im.ways.turn = uint8(im.random.IntN(4))
		path, found := im.ways.find(r, int32(before-im.total)-bound, im.room())
		if !found {
			im.spare = append(im.spare, path)
			break
		}
		im.put(r, path)
		planned++
	}
	if planned == len(group) {
		im.spare = append(im.spare, im.old...)
		return before - im.total
	}
	for _, r := range group[:planned] {
		im.lift(r)
		im.spare = append(im.spare, im.paths[r])
	}
	for i, r := range group {
		im.put(r, im.old[i])
	}
	return 0
}

// least is what r loses at least.
func (im *improver) least(r int32) int32 { return int32(im.m.far(r, im.m.starts[r])) }

func (im *improver) room() []int32 {
	if n := len(im.spare); n > 0 {
		path := im.spare[n-1][:0]
		im.spare = im.spare[:n-1]
		return path
	}
	return nil
}

func (im *improver) result(p Paths) Paths {
	steps := 0
	for _, path := range im.paths {
		steps = max(steps, len(path)-1)
	}
	out := Paths{Robots: p.Robots, Steps: steps, At: make([]int32, (steps+1)*p.Robots), Loss: im.total, LowerBound: p.LowerBound}
	for r, path := range im.paths {
		for t := range steps + 1 {
			out.At[t*p.Robots+r] = path[min(t, len(path)-1)]
		}
	}
	return out
}
