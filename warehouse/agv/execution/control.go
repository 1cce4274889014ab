// Package execution moves robots that keep no time.
//
// Control drives a fleet whose robots are slow, stop, fail, are taken away and come late, and gives each the longest part of
// its plan that it can drive whatever the others do. Takes a Graph, errands, and what robots report; gives released steps
// and what is planned behind them. Method: an action-dependency graph (Hönig, Kiesel, Tinka, Durham, Ayanian 2019, IEEE
// RA-L 4(2)), kept as a queue a vertex, over plans of agv.Planner, and a complete search (LaCAM) where that planner makes no
// way. Never: two robots on one cell, or a ring of waiting; no clock, and no message: the caller has both.
package execution

import (
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/internal/rng"
	"quartermaster/warehouse/agv"
)

// Options steer a Control. The zero value works.
type Options struct {
	// Lookahead is how many steps are planned ahead of a robot, and released to it at most; default 6. Limit is how many may
	// pile up before a slow robot; default twice as many.
	Lookahead, Limit int
	// StallAfter is how many calls of Advance a robot with released steps may do none before others plan around it; default 40.
	StallAfter int
	// Patience is how many calls of Advance a robot may come no nearer to its goal before it is served first; default 100.
	Patience int
	// Refinements is that of agv.PlannerOptions; default 50.
	Refinements int
	CacheBytes  int // for distances; default 256 MiB
	// Pace, Slow, Zone and Most are those of agv.PlannerOptions, a step being the time of an Advance. What is planned goes by
	// Pace and Slow; safety does not: a robot may take longer or less. Zones are kept to their numbers whatever robots do: a
	// robot is within from when a step into the zone is released to it until it has reported one that leads out.
	Pace, Slow []uint8
	Zone       []int32
	Most       []int
	Seed       uint64
}

func (o *Options) complete() {
	for _, f := range []struct {
		value    *int
		standard int
	}{{&o.Lookahead, 6}, {&o.StallAfter, 40}, {&o.Patience, 100}, {&o.Refinements, 50}, {&o.CacheBytes, 256 << 20}} {
		if *f.value <= 0 {
			*f.value = f.standard
		}
	}
	o.Limit = max(o.Limit, 2*o.Lookahead)
}

// Step is one released or planned action and the state that it leads to.
type Step struct {
	Action agv.Action
	To     agv.State
}

// Control drives one floor's robots. It is for one goroutine at a time.
//
//	plan of robot r     | done | released: nobody is in its way | planned: others pass before |
//	after a surprise    | done | released: kept                 | planned anew from here      |
type Control struct {
	o       Options
	g       *agv.Graph
	steps   []int32 // the graph's steps as given, [v*4+d]
	planner *agv.Planner
	order   *order

	present []bool
	stuck   []bool // said that it cannot move
	holds   []bool // works where it is
	idle    []int  // Advances since a robot with released steps did one
	errand  []agv.Errand
	aim     []agv.Errand // what is left of it behind the plan
	blocked []bool       // vertices that were reported blocked
	shut    []bool       // vertices that no way leads through now
	lent    []int32      // vertex → the robot that may use it beside its way, plus one; 0 = none
	closed  []bool       // steps closed by a rule, [v*4+d]; nil = none
	cost    []uint8      // of each step; the planner reads it
	redraw  bool         // closed or cost changed
	turned  []int32      // steps that cost something else than when the planner looked last
	stale   bool         // what is not released is dropped before the next plan
	saved   int          // robot whose way out of a jam is being driven; −1 = none
	exit    int32        // vertex that this way leads to
	detour  int          // steps that it adds to a plan at most
	retryAt int          // Advance at which the next jam may be searched
	now     int

	progress []progress
	states   []agv.State
	actions  []agv.Action
}

// progress is how near a robot has come to a goal.
type progress struct {
	goal, nearest int32
	left          int32 // when it was known last
	lost          bool  // it is not known now
	begun         int   // Advance at which it was sent there
	since         int   // Advance at which it came nearer last
	urgent        int   // Advance since which it is served first, 0 = it is not
}

// New makes a control for robots 0…n−1, none of which is on the floor yet. cost is that of each step of g, which belongs to
// the control from now on.
func New(g *agv.Graph, cost []uint8, n int, o Options) (*Control, error) {
	o.complete()
	p, err := agv.NewPlanner(g, cost, n, agv.PlannerOptions{Depth: 3, Apart: true, Pace: o.Pace, Slow: o.Slow, Zone: o.Zone, Most: o.Most, Refinements: o.Refinements, CacheBytes: o.CacheBytes, Seed: rng.New(o.Seed, "execution").Uint64()})
	if err != nil {
		return nil, err
	}
	c := &Control{o: o, g: g, planner: p, order: newOrder(g, n, o.Zone, o.Most), present: make([]bool, n), stuck: make([]bool, n), holds: make([]bool, n), idle: make([]int, n),
		errand: make([]agv.Errand, n), aim: make([]agv.Errand, n), blocked: make([]bool, g.Len()), shut: make([]bool, g.Len()), lent: make([]int32, g.Len()), cost: cost, states: make([]agv.State, n), progress: make([]progress, n), saved: -1,
		actions: make([]agv.Action, n)}
	for v := range g.Len() {
		for d := range uint8(4) {
			c.steps = append(c.steps, g.Ahead(int32(v), d))
		}
	}
	for r := range n {
		c.planner.Duty(r, agv.Absent)
		c.states[r].Vertex, c.progress[r].goal = -1, -1
	}
	return c, nil
}

// Join puts robot r onto the floor. It has no errand until Send.
//
// An error says that it is there already, or that the cell is blocked, off the floor or held by another.
func (c *Control) Join(r int, s agv.State) error {
	if r < 0 || r >= len(c.present) || c.present[r] {
		return fmt.Errorf("execution: robot %d is unknown or on the floor already", r)
	}
	if s.Vertex < 0 || int(s.Vertex) >= c.g.Len() || s.Dir > agv.North {
		return fmt.Errorf("execution: robot %d cannot stand on vertex %d facing %d: it is off the floor", r, s.Vertex, s.Dir)
	}
	c.order.drop()
	c.stale = true
	if err := c.order.enter(int32(r), s); err != nil {
		return fmt.Errorf("execution: robot %d cannot join: %w", r, err)
	}
	c.present[r], c.stuck[r], c.holds[r], c.idle[r] = true, false, false, 0
	c.errand[r] = agv.Errand{Goal: s.Vertex, Next: -1}
	return nil
}

// Remove takes robot r off the floor: a person carried it away.
func (c *Control) Remove(r int) {
	if !c.present[r] {
		return
	}
	c.order.drop()
	c.order.leave(int32(r))
	c.present[r], c.stale = false, true
	c.states[r].Vertex = -1
}

// Send gives robot r its errand.
func (c *Control) Send(r int, e agv.Errand) { c.errand[r] = e }

// Errand tells what robot r was sent for last.
func (c *Control) Errand(r int) agv.Errand { return c.errand[r] }

// Done takes in that robot r did the next of its released steps. What that frees is released at once, to r itself and to
// next, the robot that waited for the cell it left, −1 = none.
//
// An error says that it had none: the robot is not where its plan says.
func (c *Control) Done(r int) (next int, err error) {
	if !c.present[r] || c.order.released[r] == 0 {
		return -1, fmt.Errorf("execution: robot %d did a step that was not released to it", r)
	}
	next = c.order.done(r)
	c.idle[r] = 0
	c.order.releaseOne(r, c.o.Lookahead)
	if next >= 0 {
		c.order.releaseOne(next, c.o.Lookahead)
	}
	return next, nil
}

// Hold keeps robot r where it is, because it works there, or lets it go on. What is released to it stays so.
func (c *Control) Hold(r int, hold bool) {
	if c.holds[r] != hold {
		c.holds[r], c.stale = hold, true
	}
}

// Cancel takes in that robot r has given up its released steps; moving says that it is between two cells and so keeps the
// first. Others plan around it until Resume.
func (c *Control) Cancel(r int, moving bool) {
	if !c.present[r] {
		return
	}
	c.order.drop()
	c.order.retract(int32(r), min(keptSteps(moving), c.order.released[r]))
	c.stuck[r], c.stale = true, true
}

func keptSteps(moving bool) int {
	if moving {
		return 1
	}
	return 0
}

// Resume takes in that robot r can move again.
func (c *Control) Resume(r int) {
	c.stuck[r], c.idle[r], c.stale = false, 0, true
}

// Block takes in that a vertex cannot be entered, Unblock that it can be again. Robots to which it is released must report
// Cancel once they stand before it.
func (c *Control) Block(v int32)   { c.blocked[v], c.stale = true, true }
func (c *Control) Unblock(v int32) { c.blocked[v], c.stale = false, true }

// At is where robot r is as far as it reported.
func (c *Control) At(r int) agv.State { return c.order.at[r] }

// Present tells whether robot r is on the floor.
func (c *Control) Present(r int) bool { return c.present[r] }

// Holder is the robot that holds a vertex, −1 = none: it is on it, or may come on it at any moment.
func (c *Control) Holder(v int32) int32 {
	q := c.order.queues[v]
	if len(q) == 0 {
		return -1
	}
	r := q[0]
	if c.order.at[r].Vertex == v {
		return r
	}
	for _, s := range c.order.plans[r][:c.order.released[r]] {
		if s.to.Vertex == v {
			return r
		}
	}
	return -1
}

// Released tells the steps that robot r may do, appended to steps; Planned those behind them, which may yet change.
func (c *Control) Released(r int, steps []Step) []Step {
	return appendSteps(steps, c.order.plans[r][:c.order.released[r]])
}

// Planned tells the steps behind the released ones.
func (c *Control) Planned(r int, steps []Step) []Step {
	return appendSteps(steps, c.order.plans[r][c.order.released[r]:])
}

func appendSteps(steps []Step, plan []step) []Step {
	for _, s := range plan {
		steps = append(steps, Step{s.action, s.to})
	}
	return steps
}

// Reachable tells whether robot r had a way to its goal when last planned: past robots that stand and blocked cells.
func (c *Control) Reachable(r int) bool { return c.present[r] && !c.stuck[r] && c.planner.Reaches(r) }

// Advance plans on and releases what can be. It is called about once in the time that a step takes; fewer calls cost
// throughput, never safety.
func (c *Control) Advance(ctx context.Context) {
	c.now++
	c.watch()
	if c.stale {
		c.replan()
	}
	if c.wanted() {
		c.plan(ctx)
	}
	c.order.release(c.o.Lookahead)
}

// watch finds robots that do not do what was released to them, and those that do again.
func (c *Control) watch() {
	for r := range c.present {
		if c.present[r] && c.order.released[r] > 0 {
			c.idle[r]++
		}
		if stands := c.stuck[r] || c.holds[r] || c.stalled(r); c.present[r] && stands != c.stands(r) {
			c.stale = true
		}
		if c.present[r] {
			c.follow(r)
		}
	}
}

// follow notes whether robot r comes nearer to its goal, and has the planner serve it first where it does not: the one longest on its
// errand before others.
func (c *Control) follow(r int) {
	p, goal := &c.progress[r], c.errand[r].Goal
	if p.goal != goal {
		*p = progress{goal: goal, nearest: math.MaxInt32, begun: c.now, since: c.now}
	}
	left, known := c.planner.Left(c.order.at[r], goal)
	p.see(left, known)
	switch {
	case known && left == 0 || c.stands(r) || !c.planner.Reaches(r):
		p.nearest, p.since, p.urgent = math.MaxInt32, c.now, 0
	case known && left < p.nearest:
		p.nearest, p.since = left, c.now
	case c.planner.Queued(r): // its turn comes
		p.since = c.now
	case p.urgent == 0 && c.now-p.since > c.o.Patience*c.pace(r):
		p.urgent = c.now
	}
	first := int64(0)
	if p.urgent > 0 {
		first = int64(p.begun)
	}
	c.planner.Urge(r, first)
}

// see takes in how far it is. That is unknown for a moment when the floor has changed, and may then be more or less for another reason
// than that the robot moved: how near it has come moves by as much.
func (p *progress) see(left int32, known bool) {
	if known && p.lost && p.nearest < math.MaxInt32 {
		p.nearest += left - p.left
	}
	if p.lost = !known; known {
		p.left = left
	}
}

// pace is how many Advances an action of robot r takes.
func (c *Control) pace(r int) int {
	if c.o.Pace == nil {
		return 1
	}
	return int(c.o.Pace[r])
}

// stalled tells whether robot r has done nothing of what was released to it for long.
func (c *Control) stalled(r int) bool {
	if c.idle[r] <= c.o.StallAfter {
		return false
	}
	most := c.pace(r)
	if len(c.order.plans[r]) > 0 && c.o.Slow != nil {
		s := c.order.at[r]
		most = max(most, int(c.o.Slow[s.Vertex*4+int32(s.Dir)]))
	}
	return c.idle[r] > c.o.StallAfter*most
}

func (c *Control) stands(r int) bool { return c.planner.DutyOf(r) == agv.Standing }

// replan drops what is not released and looks at the floor anew: who stands, and which cells are shut. Cells that a standing
// robot holds behind or before it are shut too.
func (c *Control) replan() {
	c.order.drop()
	c.stale, c.saved = false, -1
	shut := c.shutNow()
	for r := range c.present {
		switch {
		case !c.present[r]:
			c.planner.Duty(r, agv.Absent)
		case c.stuck[r] || c.stalled(r):
			c.planner.Duty(r, agv.Standing)
			shut[c.order.at[r].Vertex] = true
			for _, s := range c.order.plans[r] {
				shut[s.to.Vertex] = true
			}
		case c.holds[r]: // for a while: others may wait before it, so no way is shut
			c.planner.Duty(r, agv.Standing)
		default:
			c.planner.Duty(r, agv.Serving)
		}
	}
	c.planner.Forget()
	if slices.Equal(shut, c.shut) && !c.redraw {
		return
	}
	c.shut, c.redraw = shut, false
	for i := range c.steps {
		if v, d, to := int32(i>>2), uint8(i&3), c.open(i, shut); c.g.Ahead(v, d) != to {
			c.g.Redirect(v, d, to)
			c.turned = append(c.turned, int32(i))
		}
	}
	c.planner.Redraw(c.turned)
	c.turned = c.turned[:0]
}

// wanted says whether to plan one step more: not while all have enough before them. Where some have too much, being slow,
// it is better to plan anew without what they have not been released, but for a way out of a jam, which stays.
func (c *Control) wanted() bool {
	if c.saved >= 0 && c.order.at[c.saved].Vertex == c.exit {
		c.replan()
	}
	least, most := c.o.Lookahead, 0
	for r := range c.present {
		if !c.present[r] || c.stands(r) {
			continue
		}
		n := len(c.order.plans[r]) * c.pace(r)
		most = max(most, n)
		c.foresee(r)
		if c.order.last(r).Vertex != c.aim[r].Goal {
			least = min(least, n)
		}
	}
	if least >= c.o.Lookahead {
		return false
	}
	if c.saved >= 0 {
		return most < c.o.Limit+c.detour
	}
	if most >= c.o.Limit {
		c.replan()
	}
	return true
}

// foresee says what robot r goes for behind its plan, which may pass its goal.
func (c *Control) foresee(r int) {
	e := c.errand[r]
	c.aim[r] = e
	if e.Next < 0 {
		return
	}
	passes := c.order.at[r].Vertex == e.Goal
	for _, s := range c.order.plans[r] {
		passes = passes || s.to.Vertex == e.Goal
	}
	if passes {
		c.aim[r] = agv.Errand{Goal: e.Next, Next: -1}
	}
}

// plan puts down one step of everybody.
func (c *Control) plan(ctx context.Context) {
	for r := range c.states {
		if c.present[r] {
			c.states[r] = c.order.last(r)
			c.foresee(r)
		}
	}
	if c.jammed(ctx) {
		return
	}
	c.planner.Tick(ctx, c.states, c.aim, c.actions)
	for r, a := range c.actions {
		if c.present[r] {
			c.order.add(r, a)
		}
	}
}
