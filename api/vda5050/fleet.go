package vda5050

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// Mission is where a vehicle is sent and what it does there.
type Mission struct {
	ID      string
	Vertex  int32
	Actions []Action // ActionID is filled in
}

// Dispatcher gives vehicles their missions and hears of them. It is called within the fleet's lock: it must not wait, nor
// call the fleet.
type Dispatcher interface {
	// Next gives a mission to a vehicle that has none and stands on a vertex; ok = false leaves it without.
	Next(id ID, vertex int32) (m Mission, ok bool)
	// Ended tells that a mission is done, or with a reason that it is not: it may be given to another.
	Ended(id ID, m Mission, reason string)
}

// FleetOptions steer a Fleet. The zero value works.
type FleetOptions struct {
	MapID    string        // of node positions; default "floor"
	PitchM   float64       // size of a cell; default 1
	BlockFor time.Duration // a node that a vehicle reports as blocked is avoided for so long; default 1 min
	// LostAfter is how long nothing may be heard of a vehicle before its mission is given to another; default 90 s, three times
	// what the protocol allows between states. What was released to it stays its own.
	LostAfter time.Duration
	Vehicles  int // at most; default 100
	// GiveUpAfter is after how many calls of Tick without a way to its goal a mission ends undone; default 60.
	GiveUpAfter int
	// Map that vehicles must have in force; nil = the master does not look at maps. Zones of the floor, and Lanes of it that
	// are more than a straight way.
	Map   *Map
	Zones []Zone
	Lanes []Lane
	Lease time.Duration // of leave that a request is granted, made longer while it is used; default 30 s
	// Retries is how often an action that waits to be tried again is, before it is given up; default 1, negative = never.
	Retries int
	Master  MasterOptions
	Plan    execution.Options
}

func (o *FleetOptions) complete(cells int) {
	if o.MapID == "" {
		o.MapID = "floor"
	}
	if o.PitchM <= 0 {
		o.PitchM = 1
	}
	if o.BlockFor <= 0 {
		o.BlockFor = time.Minute
	}
	if o.LostAfter <= 0 {
		o.LostAfter = 90 * time.Second
	}
	if o.GiveUpAfter <= 0 {
		o.GiveUpAfter = 60
	}
	if o.Vehicles <= 0 {
		o.Vehicles = min(100, cells)
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Retries == 0 {
		o.Retries = 1
	}
}

// Fleet drives the vehicles of one floor. Its nodes are the cells of a graph, named c and the cell's number.
type Fleet struct {
	o       FleetOptions
	g       *agv.Graph
	master  *Master
	control *execution.Control
	give    Dispatcher
	members []*member
	index   map[ID]int
	blocked map[int32]time.Time // until when
	steps   []execution.Step
	terrain *terrain
	ground  *ground
	lanes   map[[2]int32]*Lane
	shut    map[string]bool // RELEASE zones that are closed
}

// member is a vehicle of the fleet.
type member struct {
	s       *Session
	joined  bool
	sent    int // cells of the control's released steps that its base has
	mission Mission
	busy    bool // has a mission
	ordered bool // the mission's actions are in its base
	cut     int  // ticks without a way to the mission's goal
	out     string
	cancel  string // instant action by which its order is cancelled
	nextAct int

	lacks    string // what it must be given before it is sent off
	attempts map[string]attempt
	zones    *ZoneSet // of the types that it keeps to; nil = it is brought none
	zonesOf  string   // set of which they are a part
	permits  map[string]*permit
	during   int // ACTION zone, plus one, whose actions of being there are in its base
	retries  map[string]int
}

// NewFleet makes the fleet of a floor; cost is that of each step as agv.Guide or agv.PlainCost gives it. Vehicles join when
// they report a node of the floor.
func NewFleet(link Link, g *agv.Graph, cost []uint8, give Dispatcher, o FleetOptions) (*Fleet, error) {
	o.complete(g.Len())
	if err := checkZones(o.Zones); err != nil {
		return nil, err
	}
	set, err := newZoneSet(o.MapID, o.Zones)
	if err != nil {
		return nil, err
	}
	f := &Fleet{o: o, g: g, give: give, index: map[ID]int{}, blocked: map[int32]time.Time{}, shut: map[string]bool{}, terrain: newTerrain(g, o.PitchM, cost)}
	if err := f.lanesOf(o.Lanes); err != nil {
		return nil, err
	}
	if f.control, err = execution.New(g, cost, o.Vehicles, o.Plan); err != nil {
		return nil, err
	}
	f.rule(set)
	f.master = NewMaster(link, f, o.Master)
	return f, f.master.Listen(link)
}

// Master is the fleet's own.
func (f *Fleet) Master() *Master { return f.master }

// Close ends the fleet's sending.
func (f *Fleet) Close() { f.master.Close() }

// NodeID names a vertex; Vertex finds it by its name, −1 = there is none.
func (f *Fleet) NodeID(v int32) string { return "c" + strconv.Itoa(int(f.g.Cell(v))) }

// Vertex finds a vertex by its node's name, −1 = there is none.
func (f *Fleet) Vertex(node string) int32 {
	number, ok := strings.CutPrefix(node, "c")
	cell, err := strconv.Atoi(number)
	if !ok || err != nil {
		return -1
	}
	return f.g.Vertex(cell)
}

// Visualization does nothing: a master plans by states alone.
func (f *Fleet) Visualization(*Session, *Visualization) {}

// Online takes in that a vehicle came or was lost. One that is lost goes on along its base; what it holds stays held.
func (f *Fleet) Online(s *Session, online bool) {
	if online && s.Facts == nil {
		if _, err := s.Act("factsheetRequest"); err != nil {
			s.problem(err.Error())
		}
	}
	if !online {
		s.problem("the connection is broken")
	}
}

// Factsheet takes in what a vehicle can do.
func (f *Fleet) Factsheet(s *Session, facts *Factsheet) {
	if facts.PhysicalParameters.Length > f.o.PitchM || facts.PhysicalParameters.Width > f.o.PitchM {
		s.problem(fmt.Sprintf("it is %.2f m × %.2f m, larger than a cell of %.2f m", facts.PhysicalParameters.Length, facts.PhysicalParameters.Width, f.o.PitchM))
	}
}

// State takes in what a vehicle reports and lets go on who can.
func (f *Fleet) State(s *Session, state *State) {
	r, known := f.index[s.ID]
	if !known {
		if len(f.members) >= f.o.Vehicles {
			s.problem(fmt.Sprintf("the fleet is full with %d vehicles", f.o.Vehicles))
			return
		}
		r = len(f.members)
		f.index[s.ID] = r
		f.members = append(f.members, &member{s: s})
	}
	m := f.members[r]
	f.answer(r, m)
	if !m.joined {
		if f.join(r, m); m.joined { // before a Tick may send it off without what it lacks
			m.lacks = f.provide(m)
		}
		return
	}
	m.lacks = f.provide(m)
	if reason := f.trouble(r, m, state); reason != "" || m.out != "" {
		f.setOut(r, m, reason)
		return
	}
	f.advance(r, m)
	f.arrive(r, m)
	f.release(r, m)
}

// trouble says why a vehicle cannot be driven, and notes the nodes that it reports as blocked.
func (f *Fleet) trouble(r int, m *member, state *State) string {
	switch state.OperatingMode {
	case "AUTOMATIC", "SEMIAUTOMATIC":
	default:
		return "its mode is " + state.OperatingMode
	}
	for _, e := range state.Errors {
		for _, ref := range e.ErrorReferences {
			if v := f.Vertex(ref.ReferenceValue); ref.ReferenceKey == "nodeId" && v >= 0 {
				if _, known := f.blocked[v]; !known {
					f.control.Block(v)
				}
				f.blocked[v] = f.master.o.Now().Add(f.o.BlockFor)
				if m.s.ahead(ref.ReferenceValue) {
					return e.ErrorType + " at node " + ref.ReferenceValue
				}
			}
		}
		if e.ErrorLevel != "WARNING" && !f.goesOn(e) {
			return e.ErrorType + ": " + e.ErrorDescription
		}
	}
	if reason := f.lies(r, m, state); reason != "" {
		return reason
	}
	if zone := f.barred(m); zone != "" {
		return "its way leads into zone " + zone + ", which is closed"
	}
	if m.s.dropped() {
		return "it dropped its order"
	}
	return ""
}

// goesOn tells whether an error is that of a vehicle which lost its leave of a zone and leaves it by itself.
func (f *Fleet) goesOn(e Error) bool {
	if e.ErrorType != errorReleaseLost {
		return false
	}
	for _, ref := range e.ErrorReferences {
		if i, known := f.ground.index[ref.ReferenceValue]; known && ref.ReferenceKey == "zoneId" {
			return f.ground.set.Zones[i].ReleaseLossBehavior != "STOP"
		}
	}
	return false
}

// join puts a vehicle onto the floor at the node it reports.
func (f *Fleet) join(r int, m *member) {
	v := f.Vertex(m.s.State.LastNodeID)
	if v < 0 {
		m.s.problem(fmt.Sprintf("it reports node %q, which is not of this floor", m.s.State.LastNodeID))
		return
	}
	if !m.s.Idle() { // of a master before this one
		if m.cancel == "" {
			m.cancel, _ = m.s.Act("cancelOrder")
		}
		return
	}
	if err := f.control.Join(r, agv.State{Vertex: v, Dir: agv.East}); err != nil {
		m.s.problem(err.Error())
		return
	}
	m.s.Forget()
	m.joined, m.sent, m.cancel, m.out = true, 0, "", ""
}

// advance tells the control which cells the vehicle has passed.
func (f *Fleet) advance(r int, m *member) {
	left := max(0, len(m.s.base)-1)
	for m.sent > left {
		for {
			f.steps = f.control.Released(r, f.steps[:0])
			if len(f.steps) == 0 {
				m.s.problem("it passed a node that was not released to it")
				m.sent = left
				return
			}
			moves := f.steps[0].Action == agv.Forward
			next, err := f.control.Done(r)
			if err != nil {
				m.s.problem(err.Error())
			}
			if next >= 0 && next != r && f.members[next].out == "" {
				defer f.release(next, f.members[next])
			}
			if moves {
				break
			}
		}
		m.sent--
	}
}

// tickBatch is how many vehicles are sent their orders before reports are taken in again.
const tickBatch = 16

// Tick plans on, gives missions, and sends what follows. It is to be called about once in the time that a cell takes.
func (f *Fleet) Tick(ctx context.Context) {
	f.master.Do(func() {
		now := f.master.o.Now()
		for v, until := range f.blocked {
			if now.After(until) {
				delete(f.blocked, v)
				f.control.Unblock(v)
			}
		}
		for r, m := range f.members {
			if m.joined {
				f.missing(r, m, now)
				f.answer(r, m)
				if m.lacks != "" && m.s.State != nil {
					m.lacks = f.provide(m)
				}
				f.assign(r, m)
				f.giveUp(r, m)
			}
		}
		f.control.Advance(ctx)
	})
	// What vehicles report meanwhile is taken in between: writing all orders takes longer than planning them.
	for from, n := 0, 0; from == 0 || from < n; from += tickBatch {
		f.master.Do(func() {
			n = len(f.members)
			for r := from; r < min(n, from+tickBatch); r++ {
				f.turn(r, f.members[r])
				f.release(r, f.members[r])
			}
		})
	}
	f.master.Resend()
}

// turn takes turns that come first off the plan: vehicles turn by themselves as the next edge asks for it.
func (f *Fleet) turn(r int, m *member) {
	for m.joined && m.out == "" {
		f.steps = f.control.Released(r, f.steps[:0])
		if len(f.steps) == 0 || f.steps[0].Action == agv.Forward {
			return
		}
		if _, err := f.control.Done(r); err != nil {
			m.s.problem(err.Error())
			return
		}
	}
}
