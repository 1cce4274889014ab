package agv

import (
	"context"
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
)

// improver lowers the loss of a one-shot plan by large neighbourhood search (MAPF-LNS; Li, Chen, Harabor, Stuckey, Koenig
// 2021): some robots' ways are taken up and planned anew one after another in the time left free by the others, and kept
// where together they lose no more. Ways are found by A* over (vertex, step).
type improver struct {
	m       *meeting
	random  *rand.Rand
	horizon int
	paths   [][]int32 // robot → vertex at steps 0…; it stays at the last, its goal
	loss    []int32
	holder  []int32 // [t*Len()+v]: the robot there, −1 = none; robots that have ended are in parked alone
	parked  []int32 // vertex → step from which a robot stays for ever, horizon+1 = never
	parker  []int32 // vertex → that robot
	total   int

	// A* over (vertex, step): states are stamped by the search that met them.
	stamp  []uint32
	came   []int8 // how a state was reached: 0 = by waiting, else 1 + the direction of the step
	cost   []int32
	search uint32
	bucket [][]int32
}

// slackSteps is how many steps later than the first plan a robot may arrive.
const slackSteps = 16

func newImprover(m *meeting, p Paths) *improver {
	im := &improver{m: m, random: rng.New(m.seed, "agv", "improve"), horizon: p.Steps + slackSteps, paths: make([][]int32, p.Robots), loss: make([]int32, p.Robots),
		parked: make([]int32, m.g.Len()), parker: make([]int32, m.g.Len())}
	states := (im.horizon + 1) * m.g.Len()
	im.holder, im.stamp, im.cost, im.came = make([]int32, states), make([]uint32, states), make([]int32, states), make([]int8, states)
	for i := range im.holder {
		im.holder[i] = -1
	}
	for v := range im.parked {
		im.parked[v], im.parker[v] = int32(im.horizon+1), -1
	}
	for r := range im.paths {
		path := make([]int32, 0, p.Steps+1)
		for t := range p.Steps + 1 {
			path = append(path, p.At[t*p.Robots+r])
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
	for t, v := range path {
		im.holder[t*im.m.g.Len()+int(v)] = r
	}
	goal := im.m.goals[r]
	im.parked[goal], im.parker[goal] = int32(len(path)-1), r
	im.loss[r] = lossOf(path, goal)
	im.total += int(im.loss[r])
}

func (im *improver) lift(r int32) {
	for t, v := range im.paths[r] {
		im.holder[t*im.m.g.Len()+int(v)] = -1
	}
	goal := im.m.goals[r]
	im.parked[goal], im.parker[goal] = int32(im.horizon+1), -1
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

// at tells who is on v after t steps.
func (im *improver) at(v int32, t int) int32 {
	if int32(t) >= im.parked[v] {
		return im.parker[v]
	}
	if t > im.horizon {
		return -1
	}
	return im.holder[t*im.m.g.Len()+int(v)]
}

// improve runs the search until the budget ends.
func improve(ctx context.Context, m *meeting, p Paths, tries int) Paths {
	if (p.Steps+slackSteps+1)*m.g.Len() > maxTimedStates {
		return p // the plan's states would not fit; it stands as it is
	}
	im := newImprover(m, p)
	reward := [3]float64{1, 1, 1}
	for try := 0; (tries == 0 || try < tries) && im.total > p.LowerBound; try++ {
		if ctx.Err() != nil {
			break
		}
		how := im.pick(reward)
		group := im.group(how, 4+im.random.IntN(9))
		gained := im.replan(group)
		reward[how] = 0.99*reward[how] + 0.01*float64(gained)/float64(len(group))
	}
	return im.result(p)
}

// maxTimedStates bounds vertices × steps of the improver: 13 bytes each.
const maxTimedStates = 1 << 27

// pick chooses how a group is made, better earners more often.
func (im *improver) pick(reward [3]float64) int {
	const floor = 0.02
	x := im.random.Float64() * (reward[0] + reward[1] + reward[2] + 3*floor)
	for how, r := range reward {
		if x -= r + floor; x < 0 {
			return how
		}
	}
	return 0
}

// group chooses robots to replan: 0 = a late robot and those in its way, 1 = those that meet around a place, 2 = at random
// among the late ones.
func (im *improver) group(how, size int) []int32 {
	size = min(size, len(im.paths))
	var group []int32
	add := func(r int32) bool {
		if r >= 0 && !slices.Contains(group, r) {
			group = append(group, r)
		}
		return len(group) >= size
	}
	switch how {
	case 0:
		im.aroundLate(im.late(), add)
	case 1:
		im.aroundPlace(add)
	}
	for tries := 0; len(group) < size && tries < 4*size; tries++ {
		add(im.late())
	}
	return group
}

// late draws a robot that loses more than it must, the latest of a few.
func (im *improver) late() int32 {
	best, most := int32(0), int32(-1)
	for range 6 {
		r := int32(im.random.IntN(len(im.paths)))
		if over := im.loss[r] - int32(im.m.far(r, im.m.starts[r])); over > most {
			best, most = r, over
		}
	}
	return best
}

// aroundLate walks from random steps of r's way towards its goal and takes those who are in the way.
func (im *improver) aroundLate(r int32, add func(int32) bool) {
	if add(r) {
		return
	}
	path := im.paths[r]
	for range 10 {
		t := im.random.IntN(len(path))
		v := path[t]
		for t < im.horizon {
			t++
			options := im.m.around(v)
			v2 := v
			for _, u := range options {
				if im.m.far(r, u) < im.m.far(r, v2) || (u != v && im.m.far(r, u) == im.m.far(r, v2) && im.random.IntN(2) == 0) {
					v2 = u
				}
			}
			if v2 == v {
				break
			}
			if q := im.at(v2, t); q >= 0 && q != r && add(q) {
				return
			}
			if q := im.at(v2, t-1); q >= 0 && q != r && im.at(v, t) == q && add(q) {
				return
			}
			v = v2
		}
	}
}

// aroundPlace takes robots that pass near a place on a late robot's way, around the same time.
func (im *improver) aroundPlace(add func(int32) bool) {
	r := im.late()
	if add(r) {
		return
	}
	path := im.paths[r]
	t := im.random.IntN(len(path))
	seen := map[int32]bool{path[t]: true}
	queue := []int32{path[t]}
	for len(queue) > 0 && len(seen) < 200 {
		v := queue[0]
		queue = queue[1:]
		for dt := -3; dt <= 3; dt++ {
			if t+dt >= 0 && add(im.at(v, t+dt)) {
				return
			}
		}
		for _, u := range im.m.around(v) {
			if !seen[u] {
				seen[u] = true
				queue = append(queue, u)
			}
		}
	}
}

// replan takes the group up, plans it anew in random order and keeps that where it loses no more; it tells what was gained.
func (im *improver) replan(group []int32) int {
	before := im.total
	old := make([][]int32, len(group))
	for i, r := range group {
		old[i] = im.paths[r]
		im.lift(r)
	}
	im.random.Shuffle(len(group), func(i, j int) {
		group[i], group[j] = group[j], group[i]
		old[i], old[j] = old[j], old[i]
	})
	planned, bound := 0, 0
	for _, r := range group {
		bound += int(im.m.far(r, im.m.starts[r]))
	}
	for _, r := range group {
		bound -= int(im.m.far(r, im.m.starts[r]))
		path := im.find(r, before-im.total-bound)
		if path == nil {
			break
		}
		im.put(r, path)
		planned++
	}
	if planned == len(group) && im.total <= before {
		return before - im.total
	}
	for _, r := range group[:planned] {
		im.lift(r)
	}
	for i, r := range group {
		im.put(r, old[i])
	}
	return 0
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
