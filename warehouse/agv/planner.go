package agv

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
)

// State is where a robot is and which way it faces.
type State struct {
	Vertex int32
	Dir    uint8
}

// Errand is what a robot goes for. Next is where it goes after, −1 while that is not known.
type Errand struct{ Goal, Next int32 }

// PlannerOptions steer a Planner. The zero value works.
type PlannerOptions struct {
	// Depth is how many actions a course has, 2…5, with Turnless 2…3. Default 4, and 3 with Turnless and on floors fuller than
	// crowdedShare, where long ones meet several; 2 where next to no cell is free.
	Depth int
	// Turnless robots move in all four directions without turning: their actions are StepEast … StepNorth and Wait.
	Turnless bool
	// Side is how many cells a robot takes in each direction, default 1: State.Vertex is the one of least column and row, and
	// the graph has the vertices where all of them are free, as Widen gives.
	Side int
	// Apart keeps robots from moving in a ring, each into the cell that the next one leaves in the same step: that works only
	// where all start at the same moment. Not with a Side above 1.
	Apart bool
	// Pace is how many steps each robot's actions take, 1 to 16; nil = 1. Slow [v*4+d] is how many a step from v in direction
	// d takes anybody at least; nil = 1, and its cost should be as much more. A robot moves in the first of them and rests on
	// its cell in the others. With either, Depth is 4 at most.
	Pace, Slow []uint8
	// Zone is the zone of each vertex, −1 = none; Most is how many robots may be within each at once. nil = no zones. Robots
	// may wait for ever in zones that touch, each for the other's.
	Zone []int32
	Most []int
	// Refinements bounds the tries to improve one step's plan: a budget that repeats on any machine. 0 = until ctx ends;
	// negative = none.
	Refinements int
	CacheBytes  int // for distances; default 1.5 GiB
	Workers     int // goroutines; default 1; the answer is the same for any number
	Seed        uint64
}

// Beyond crowdedShare of the cells taken most robots are put back in any case. Beyond packedShare they move in rings or through
// a few holes.
const (
	crowdedShare = 0.6
	packedShare  = 0.9
)

// revisits is how often one robot's course is tried anew within one chain of pushes, chainSteps how many courses one chain
// tries: what a chain has not found by then it rarely finds (Yukhnevich and Andreychuk 2025 use 10 revisits). On a crowded
// floor it takes longer to come to one of the few free cells.
const (
	revisits          = 10
	chainSteps        = 300
	chainStepsCrowded = 1000
)

// maxRobots bounds the robots of one Planner.
const maxRobots = 1 << 17

// Planner gives all robots of a floor their next action, step by step, without conflict. It is for one goroutine at a time.
//
//	step k      course of robot r: depth actions ahead, of which the first is done
//	step k + 1  what is left of it, and a wait, is r's first course again: nobody is in its way
type Planner struct {
	g      *Graph
	o      PlannerOptions
	ops    *operations
	fields *fields
	now    int64
	random *rand.Rand

	state  []State
	errand []Errand
	trips  []trip

	// What each robot can do this step, cheapest first. Robot r's i-th course is at r*len(ops.inherit)+i.
	choice  []uint8
	cost    []int32 // above the cheapest
	path    []int32 // cells, depth of them a course
	count   []int32 // courses of a robot
	current []int32 // robot → its course
	tail    []uint8 // robot → operation that its last course leaves

	weight []int64 // of a robot's cost
	order  []int32 // robots, the most urgent first
	left   []int32 // robot → cost to its goal
	key    []int32 // robot → what it is ranked by, least first
	since  []int64 // robot → step at which it was given its goal
	goal   []int32 // robot → that goal

	special  bool      // wide robots, or zones
	pace     *pace     // nil where all actions take one step
	limits   *limits   // nil where no zone is limited
	pressure *pressure // nil on a crowded floor
	chain    int       // courses that one chain tries

	holds   []int32 // [v*stride+t]: the robot on v after t actions, −1 = none; t = 0 is now. Where Side > 1, v is a cell
	stride  int     // depth + 1
	visits  []uint8
	onChain []bool
	fixed   []bool
	touched []int32
	tried   int

	duty   []Duty
	urgent []int64 // robot → when it came to be served first, 0 = it is not
}

// Duty says how a robot takes part.
type Duty uint8

// The duties of a robot. One that stands cannot move, and others plan around it; one that is absent is on no cell.
const (
	Serving Duty = iota
	Standing
	Absent
)

// NewPlanner makes a planner for robots 0…n−1 on g. cost is that of each step, as PlainCost and Guide give it.
//
// An error names the option, or the number of robots, that is out of bounds.
func NewPlanner(g *Graph, cost []uint8, n int, o PlannerOptions) (*Planner, error) {
	switch {
	case n < 1 || n > min(maxRobots, g.Len()):
		return nil, fmt.Errorf("agv: %d robots on a floor of %d free cells; want 1 to %d", n, g.Len(), min(maxRobots, g.Len()))
	case o.Depth != 0 && (o.Depth < 2 || o.Depth > 5):
		return nil, fmt.Errorf("agv: PlannerOptions.Depth is %d, want 2 to 5", o.Depth)
	case o.Turnless && o.Depth > 3:
		return nil, fmt.Errorf("agv: PlannerOptions.Depth is %d, want 2 or 3 for robots without turning", o.Depth)
	case o.Side < 0 || o.Side > maxSide:
		return nil, fmt.Errorf("agv: PlannerOptions.Side is %d, want 1 to %d cells", o.Side, maxSide)
	case o.Apart && o.Side > 1:
		return nil, fmt.Errorf("agv: PlannerOptions.Apart is for robots of one cell, and Side is %d", o.Side)
	case len(cost) != len(g.next):
		return nil, fmt.Errorf("agv: %d step costs for a floor of %d", len(cost), len(g.next))
	}
	o.complete(n, g.Len())
	acts := turning
	if o.Turnless {
		acts = turnless
	}
	depth := o.Depth
	pace, err := newPace(&o, n, len(g.next))
	if err != nil {
		return nil, err
	}
	limits, err := newLimits(&o, n, g.Len())
	if err != nil {
		return nil, err
	}
	p := &Planner{g: g, o: o, special: o.Side > 1 || limits != nil, pace: pace, limits: limits, ops: newOperations(depth, acts), fields: newFields(g, cost, o.Turnless, o.CacheBytes, o.Workers), random: rng.New(o.Seed, "agv", "planner")}
	if pace != nil {
		pace.widen(p.ops)
	}
	k := len(p.ops.inherit)
	p.choice, p.cost, p.path = make([]uint8, n*k), make([]int32, n*k), make([]int32, n*k*o.Depth)
	p.count, p.current, p.tail = make([]int32, n), make([]int32, n), make([]uint8, n)
	p.weight, p.order, p.left = make([]int64, n), make([]int32, n), make([]int32, n)
	p.since, p.goal, p.key = make([]int64, n), make([]int32, n), make([]int32, n)
	p.chain = chainStepsCrowded
	if !crowded(n, g.Len()) {
		p.pressure, p.chain = newPressure(g, n), chainSteps
	}
	p.visits, p.onChain, p.fixed = make([]uint8, n), make([]bool, n), make([]bool, n)
	p.duty, p.urgent = make([]Duty, n), make([]int64, n)
	p.stride = o.Depth + 1
	places := g.Len()
	if o.Side > 1 {
		places = len(g.vertex)
	}
	p.holds = make([]int32, p.stride*places)
	for i := range p.holds {
		p.holds[i] = -1
	}
	p.Forget()
	return p, nil
}

func (o *PlannerOptions) complete(n, cells int) {
	if o.Depth == 0 {
		o.Depth = 4
		if o.Turnless || crowded(n, cells) {
			o.Depth = 3
		}
		if float64(n) > packedShare*float64(cells) {
			o.Depth = 2
		}
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = 3 << 29
	}
	o.Workers = max(1, o.Workers)
	o.Side = max(1, o.Side)
}

// Tick gives each robot's next action into actions. States are those that the last actions lead to; where the world went
// another way, call Forget first. A robot at its goal should be given its next errand first. ctx ends the refinement, not
// the plan: actions are without conflict whenever it ends.
func (p *Planner) Tick(ctx context.Context, state []State, errand []Errand, actions []Action) {
	p.state, p.errand = state, errand
	p.now++
	p.trips = p.trips[:0]
	for r, e := range errand {
		if p.duty[r] == Absent {
			continue
		}
		p.trips = append(p.trips, trip{e.Goal, state[r].Vertex})
		if e.Next >= 0 {
			p.trips = append(p.trips, trip{e.Next, e.Goal})
		}
	}
	p.fields.need(p.trips, p.now)
	p.rank()
	p.listAll()
	p.inherit()
	p.first()
	p.refine(ctx)
	k := len(p.ops.inherit)
	for r := range state {
		actions[r] = Wait
		if p.duty[r] == Absent {
			continue
		}
		if p.pace != nil {
			actions[r] = p.proceed(r)
		} else {
			op := int(p.choice[r*k+int(p.current[r])])
			actions[r] = p.ops.actions[op*p.o.Depth]
			p.tail[r] = p.ops.inherit[op]
		}
		p.lift(int32(r))
		p.mark(int32(r), -1)
	}
}

// Forget drops what the last courses leave: robots are where nobody expected them.
func (p *Planner) Forget() {
	for i := range p.tail {
		p.tail[i] = p.ops.wait
	}
}

// Duty changes how robot r takes part from the next Tick on. Call Forget when anybody may stand where it was not expected.
func (p *Planner) Duty(r int, d Duty) { p.duty[r] = d }

// DutyOf tells how robot r takes part.
func (p *Planner) DutyOf(r int) Duty { return p.duty[r] }

// Urge has robot r served before all that were urged later or not at all: it then gets to its goal wherever others can get
// out of its way. 0 ends that.
func (p *Planner) Urge(r int, since int64) { p.urgent[r] = since }

// Left is the cost from a state to a goal, in units that a plain step costs six of; known is false where the goal is not
// one of those of the Ticks since the last Redraw.
func (p *Planner) Left(s State, goal int32) (cost int32, known bool) {
	if s := p.fields.slot[goal]; s < 0 || p.fields.usedAt[s] <= p.fields.redrawnAt {
		return 0, false
	}
	return p.fields.of(goal).from(s.Vertex, s.Dir), true
}

// Reaches tells whether robot r had a way to its goal at the last Tick.
func (p *Planner) Reaches(r int) bool { return p.left[r] < farAway-64 }

// Redraw takes over that steps of the graph, each its vertex × 4 + its direction, were closed or opened, or cost something else.
func (p *Planner) Redraw(steps []int32) { p.fields.redraw(steps, p.now) }

// crowded tells whether n robots have so little room that part of them must stand back.
func crowded(n, cells int) bool { return float64(n) > crowdedShare*float64(cells) }

// rank orders the robots and says how much each one's cost counts. On a floor with room the first are those with the least
// way to go less the time they have been under way: who arrives soon makes room for the next errand soon, and nobody is
// put back for ever, which would fill the floor with those who were. On a crowded floor it is the other way round: whoever
// comes to nothing for long stands where no way leads out at present, and if nearness alone counted, those who stand so next to
// their goals would in the end be all who are served. So time under way puts back there, and a robot may wait for very long;
// whoever must not is urged. Those that are urged come before all others.
func (p *Planner) rank() {
	p.order = p.order[:0]
	for r, s := range p.state {
		p.weight[r], p.left[r] = 0, farAway
		if p.duty[r] == Absent {
			continue
		}
		if p.goal[r] != p.errand[r].Goal || p.since[r] == 0 {
			p.goal[r], p.since[r] = p.errand[r].Goal, p.now
		}
		p.order = append(p.order, int32(r))
		p.left[r] = p.fields.of(p.errand[r].Goal).from(s.Vertex, s.Dir)
		if s.Vertex == p.errand[r].Goal {
			p.since[r] = p.now // who rests where it should be is under way for nothing
		}
		age := stepCost * int32(min(p.now-p.since[r], maxAge))
		p.key[r] = p.left[r] - age
		if p.pressure == nil {
			p.key[r] = p.left[r] + age*putBackTenths/10
		}
	}
	slices.SortFunc(p.order, func(a, b int32) int {
		if p.urgent[a] != p.urgent[b] { // 0, which is not urgent, goes last
			return cmp.Compare(uint64(p.urgent[a])-1, uint64(p.urgent[b])-1)
		}
		return cmp.Or(cmp.Compare(p.key[a], p.key[b]), cmp.Compare(a, b))
	})
	n := float64(len(p.order))
	for i, r := range p.order {
		p.weight[r] = 1 + int64(1000*math.Sqrt((n-float64(i))/n))
		if i == 0 && p.urgent[r] != 0 {
			p.weight[r] *= 1000 // no gain of others is worth its way
		}
	}
	if p.pressure != nil {
		p.hold()
	}
	if p.limits != nil {
		p.queue()
	}
}

// maxAge bounds the steps under way that count, so that sums of costs stay small; putBackTenths is how many tenths of a step each
// puts back on a crowded floor, measured best where 800 robots have 819 cells.
const (
	maxAge        = 1 << 20
	putBackTenths = 7
)
