package execution

import (
	"context"
	"slices"

	"quartermaster/warehouse/agv"
)

// A robot served first for jamAfter steps without coming nearer to its goal is in a jam that the planner does not see through. The
// search for a way out looks at searchesPerJam configurations at most, and where it finds none, again after jamAfter Advances.
const (
	jamAfter       = 80
	searchesPerJam = 20_000
)

// jammed looks for a robot in a jam, and puts down a plan that brings it to its goal, wherever the others must go for it. Who has
// no part in it goes on: what is planned later comes after it on each cell.
func (c *Control) jammed(ctx context.Context) bool {
	if c.saved >= 0 || c.now < c.retryAt {
		return false
	}
	worst := -1 // the one longest on its errand
	for r := range c.present {
		if p := c.progress[r]; c.present[r] && !c.stands(r) && p.urgent > 0 && c.now-max(p.urgent, p.since) > jamAfter && (worst < 0 || p.begun < c.progress[worst].begun) {
			worst = r
		}
	}
	if worst < 0 {
		return false
	}
	c.retryAt = c.now + jamAfter
	who, starts, goals, ok := c.meeting(worst)
	if !ok {
		return false
	}
	paths, solved, err := agv.OneShot(ctx, c.g, starts, goals, agv.OneShotOptions{Searches: searchesPerJam, Apart: true, Seed: c.o.Seed})
	if err != nil || !solved || c.overfull(who, paths) {
		return false
	}
	c.detour = 0
	for t := 1; t <= paths.Steps; t++ {
		for i, r := range who {
			c.drive(r, paths.At[t*paths.Robots+i])
			c.detour = max(c.detour, len(c.order.plans[r]))
		}
	}
	c.planner.Forget()                                                         // the plans end elsewhere
	c.saved, c.exit, c.retryAt = worst, goals[slices.Index(who, worst)], c.now // the next in the jam is helped as soon as this one is out
	return true
}

// meeting makes a one-shot problem: the robot goes to its goal, the others stay, or get out of its goal to the nearest cell
// that is free.
func (c *Control) meeting(worst int) (who []int, starts, goals []int32, ok bool) {
	taken := make([]bool, c.g.Len())
	goal := c.aim[worst].Goal
	taken[goal] = true
	for r := range c.present {
		if c.present[r] && !c.stands(r) {
			who = append(who, r)
			starts = append(starts, c.states[r].Vertex)
			taken[c.states[r].Vertex] = true
		}
	}
	for i, r := range who {
		to := starts[i]
		switch {
		case r == worst:
			to = goal
		case to == goal:
			if to = c.nearestFree(to, taken); to < 0 {
				return nil, nil, nil, false
			}
			taken[to] = true
		}
		goals = append(goals, to)
	}
	return who, starts, goals, true
}

func (c *Control) nearestFree(from int32, taken []bool) int32 {
	seen := map[int32]bool{from: true}
	queue := []int32{from}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		if !taken[v] {
			return v
		}
		for d := range uint8(4) {
			if u := c.g.Ahead(v, d); u >= 0 && !seen[u] {
				seen[u] = true
				queue = append(queue, u)
			}
		}
	}
	return -1
}

// drive turns robot r towards a neighbour and moves it there.
func (c *Control) drive(r int, to int32) {
	s := c.order.last(r)
	if s.Vertex == to {
		return
	}
	for d := range uint8(4) {
		if c.g.Ahead(s.Vertex, d) != to {
			continue
		}
		switch (d - s.Dir) & 3 {
		case 1:
			c.order.add(r, agv.TurnRight)
		case 2:
			c.order.add(r, agv.TurnRight)
			c.order.add(r, agv.TurnRight)
		case 3:
			c.order.add(r, agv.TurnLeft)
		}
		c.order.add(r, agv.Forward)
		return
	}
}
