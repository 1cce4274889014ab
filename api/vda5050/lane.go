package vda5050

import (
	"fmt"
	"slices"
)

// Lane is what is special about the way from one vertex to the next of it. Other ways are straight and have no limit.
type Lane struct {
	From, To        int32
	MaximumSpeedMps float64     // 0 = no limit
	Trajectory      *Trajectory // for vehicles whose factsheet says that they take one; nil = straight
	Corridor        *Corridor   // likewise; nil = they keep to the way
	Actions         []Action    // done on the way by each vehicle; ActionID is filled in
}

// lanesOf finds lanes by their ends.
func (f *Fleet) lanesOf(lanes []Lane) error {
	f.lanes = map[[2]int32]*Lane{}
	for i := range lanes {
		l := lanes[i]
		if l.From < 0 || int(l.From) >= f.g.Len() || !slices.Contains([]int32{f.g.Ahead(l.From, 0), f.g.Ahead(l.From, 1), f.g.Ahead(l.From, 2), f.g.Ahead(l.From, 3)}, l.To) || l.To < 0 {
			return fmt.Errorf("vda5050: lane %d goes from vertex %d to %d, which is not next to it", i, l.From, l.To)
		}
		if l.Trajectory != nil {
			t := *l.Trajectory
			t.complete()
			if err := t.Check(); err != nil {
				return fmt.Errorf("vda5050: lane %d from node %s to %s: its trajectory is no curve: %w", i, f.NodeID(l.From), f.NodeID(l.To), err)
			}
			l.Trajectory = &t
		}
		if c := l.Corridor; c != nil && (!(c.LeftWidth >= 0) || !(c.RightWidth >= 0)) {
			return fmt.Errorf("vda5050: lane %d from node %s to %s: its corridor is narrower than nothing", i, f.NodeID(l.From), f.NodeID(l.To))
		}
		f.lanes[[2]int32{l.From, l.To}] = &l
	}
	return nil
}

// step makes the node that a vehicle comes to and the edge to it. Where it is released (base), the actions of lanes, and of
// zones that the vehicle does not know itself, are in it.
func (f *Fleet) step(m *member, from, to int32, base bool) Node {
	n := f.node(to)
	lane := f.lanes[[2]int32{from, to}]
	if lane == nil {
		lane = &Lane{}
	}
	n.by.MaximumSpeed = lane.MaximumSpeedMps
	for _, limit := range []float64{f.ground.speed[from], f.ground.speed[to]} {
		if limit > 0 && (n.by.MaximumSpeed == 0 || limit < n.by.MaximumSpeed) {
			n.by.MaximumSpeed = limit
		}
	}
	if facts := m.s.Facts; facts != nil {
		way := func() *Trajectory { return straight(*f.node(from).Position, *n.Position) }
		n.by.Trajectory = facts.fitting(lane.Trajectory, way())
		if takes, _ := facts.takes("corridor"); takes {
			n.by.Corridor = lane.Corridor
		}
	}
	if base {
		n.by.Actions = f.named(m, lane.Actions)
		f.zoneActions(m, from, to, &n)
	}
	return n
}

// named gives actions ids.
func (f *Fleet) named(m *member, list []Action) []Action {
	named := slices.Clone(list)
	for i := range named {
		m.nextAct++
		named[i].ActionID = fmt.Sprintf("%s-a%d", m.s.ID.Serial, m.nextAct)
		if m.s.Version == V21 {
			named[i].Retriable = false
			if named[i].BlockingType == "SINGLE" {
				named[i].BlockingType = "NONE" // what is nearest to it in 2.1
			}
		}
	}
	return named
}

// zoneActions puts the actions of ACTION zones into the orders of vehicles that do not keep to such zones themselves: those
// of entry at the first node within, those of being there on the edge behind it, those of exit at the first node outside.
func (f *Fleet) zoneActions(m *member, from, to int32, n *Node) {
	if m.keeps(ZoneAction) {
		return
	}
	for i := range f.ground.set.Zones {
		z := &f.ground.set.Zones[i]
		if z.ZoneType != ZoneAction {
			continue
		}
		was, is := f.ground.has(i, from), f.ground.has(i, to)
		switch {
		case is && !was:
			n.Actions = append(n.Actions, f.named(m, doings(z.EntryActions))...)
		case was && !is:
			n.Actions = append(n.Actions, f.named(m, doings(z.ExitActions))...)
		}
		if was && m.during != i+1 {
			n.by.Actions = append(n.by.Actions, f.named(m, doings(z.DuringActions))...)
			m.during = i + 1
		}
		if !is && m.during == i+1 {
			m.during = 0
		}
	}
}

func doings(list []ZoneDoing) (actions []Action) {
	for _, d := range list {
		actions = append(actions, Action{ActionType: d.ActionType, BlockingType: d.BlockingType, Parameters: d.Parameters, Retriable: d.Retriable})
	}
	return actions
}
