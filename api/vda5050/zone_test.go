package vda5050

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/warehouse/agv"
)

func ref[T any](x T) *T { return &x }

// box is the outline of a rectangle.
func box(x0, y0, x1, y1 float64) []Point { return []Point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} }

// Zones close and price the steps that they name and no others. The floor is 4 × 3 cells of 2 m, row 0 in the north.
func TestZonesMeanCells(t *testing.T) {
	t.Parallel()
	g, err := agv.NewGraph(4, 3, make([]bool, 12))
	if err != nil {
		t.Fatal(err)
	}
	ground := newTerrain(g, 2, agv.PlainCost(g))
	middle := box(2, 2, 4, 4) // cell 5
	for name, c := range map[string]struct {
		zone   Zone
		closed string // steps, vertex and direction
		cells  string
	}{
		"blocked, drawn along the cell":   {Zone{ZoneType: ZoneBlocked, Vertices: middle}, "1S 4E 6W 9N", "[5]"},
		"blocked, a corner of four":       {Zone{ZoneType: ZoneBlocked, Vertices: box(3.9, 3.9, 4.1, 4.1)}, "0E 3W 4E 7W 9N 10N", "[1 2 5 6]"},
		"blocked, within a cell":          {Zone{ZoneType: ZoneBlocked, Vertices: box(2.5, 2.5, 3, 3)}, "1S 4E 6W 9N", "[5]"},
		"open release":                    {Zone{ZoneType: ZoneRelease, Vertices: middle}, "", "[5]"},
		"closed release":                  {Zone{ZoneID: "shut", ZoneType: ZoneRelease, Vertices: middle}, "1S 4E 6W 9N", "[5]"},
		"directed east, strict":           {Zone{ZoneType: ZoneDirected, Vertices: middle, Direction: ref(0.0), DirectedLimitation: limitStrict}, "1S 5S 5W 5N 6W 9N", "[5]"},
		"directed north, restricted":      {Zone{ZoneType: ZoneDirected, Vertices: middle, Direction: ref(math.Pi / 2), DirectedLimitation: limitRestricted}, "1S 5S", "[5]"},
		"directed, soft":                  {Zone{ZoneType: ZoneDirected, Vertices: middle, Direction: ref(0.0), DirectedLimitation: limitSoft}, "", "[5]"},
		"bidirected north and south":      {Zone{ZoneType: ZoneBidirected, Vertices: middle, Direction: ref(-math.Pi / 2), BidirectedLimitation: limitRestricted}, "4E 5E 5W 6W", "[5]"},
		"penalty, not over the centre":    {Zone{ZoneType: ZonePenalty, Vertices: box(2, 2, 2.9, 2.9), PenaltyFactor: ref(1.0)}, "", "[]"},
		"a triangle that misses a corner": {Zone{ZoneType: ZoneBlocked, Vertices: []Point{{0, 0}, {3.9, 0}, {0, 3.9}}}, "0S 5S 5W 10W", "[4 8 9]"},
	} {
		if c.zone.ZoneID == "" {
			c.zone.ZoneID = "z"
		}
		b := ground.survey(&ZoneSet{Zones: []Zone{c.zone}}, map[string]bool{"shut": true})
		var closed []string
		for i, is := range b.closed {
			if is {
				closed = append(closed, fmt.Sprintf("%d%c", i/4, "ESWN"[i%4]))
			}
		}
		if got := strings.Join(closed, " "); got != c.closed || fmt.Sprint(b.cells[0]) != c.cells {
			t.Errorf("%s: closes %q of cells %v, want %q of %s", name, got, b.cells[0], c.closed, c.cells)
		}
	}
}

// Of zones that overlap the most restrictive holds (table 8 of 3.0.0): the highest penalty, the lowest priority and speed.
func TestZonesPrice(t *testing.T) {
	t.Parallel()
	g, err := agv.NewGraph(3, 1, make([]bool, 3))
	if err != nil {
		t.Fatal(err)
	}
	ground := newTerrain(g, 1, []uint8{6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6})
	all := box(0, 0, 1, 1)
	for name, c := range map[string]struct {
		zones []Zone
		cost  uint8
		speed float64
	}{
		"none":      {nil, 6, 0},
		"penalties": {[]Zone{{ZoneType: ZonePenalty, Vertices: all, PenaltyFactor: ref(0.1)}, {ZoneType: ZonePenalty, Vertices: all, PenaltyFactor: ref(0.5)}}, 33, 0},
		"the worst": {[]Zone{{ZoneType: ZonePenalty, Vertices: all, PenaltyFactor: ref(1.0)}}, 60, 0},
		"priority":  {[]Zone{{ZoneType: ZonePriority, Vertices: all, PriorityFactor: ref(1.0)}}, 3, 0},
		"low":       {[]Zone{{ZoneType: ZonePriority, Vertices: all, PriorityFactor: ref(1.0)}, {ZoneType: ZonePriority, Vertices: all, PriorityFactor: ref(0.0)}}, 6, 0},
		"both":      {[]Zone{{ZoneType: ZonePriority, Vertices: all, PriorityFactor: ref(1.0)}, {ZoneType: ZonePenalty, Vertices: all, PenaltyFactor: ref(0.5)}}, 33, 0},
		"speeds":    {[]Zone{{ZoneType: ZoneSpeedLimit, Vertices: all, MaximumSpeed: ref(1.5)}, {ZoneType: ZoneSpeedLimit, Vertices: all, MaximumSpeed: ref(0.5)}}, 6, 0.5},
	} {
		b := ground.survey(&ZoneSet{Zones: c.zones}, nil)
		if got := b.cost[1*4+int(agv.West)]; got != c.cost || b.speed[0] != c.speed || b.cost[1*4+int(agv.East)] != 6 || b.speed[1] != 0 {
			t.Errorf("%s: a step into the zone costs %d at %g m/s, want %d at %g", name, got, b.speed[0], c.cost, c.speed)
		}
	}
}

func TestZonesThatAreWrong(t *testing.T) {
	t.Parallel()
	area := box(0, 0, 1, 1)
	for want, zones := range map[string][]Zone{
		"no zoneId":                   {{ZoneType: ZoneBlocked, Vertices: area}},
		"2 vertices, want 3":          {{ZoneID: "a", ZoneType: ZoneBlocked, Vertices: area[:2]}},
		"vertex 1 is no place":        {{ZoneID: "a", ZoneType: ZoneBlocked, Vertices: []Point{{}, {X: math.NaN()}, {}}}},
		"none of 3.0":                 {{ZoneID: "a", ZoneType: "HUMAN", Vertices: area}},
		"another has its zoneId":      {{ZoneID: "a", ZoneType: ZoneBlocked, Vertices: area}, {ZoneID: "a", ZoneType: ZoneBlocked, Vertices: area}},
		"releaseLossBehavior is \"\"": {{ZoneID: "a", ZoneType: ZoneRelease, Vertices: area}},
		"maximumSpeed is not above 0": {{ZoneID: "a", ZoneType: ZoneSpeedLimit, Vertices: area, MaximumSpeed: ref(0.0)}},
		"lacks entryActions":          {{ZoneID: "a", ZoneType: ZoneAction, Vertices: area}},
		"blockingType of action beep": {{ZoneID: "a", ZoneType: ZoneAction, Vertices: area, EntryActions: []ZoneDoing{{ActionType: "beep"}}, DuringActions: []ZoneDoing{}, ExitActions: []ZoneDoing{}}},
		"priorityFactor is not":       {{ZoneID: "a", ZoneType: ZonePriority, Vertices: area, PriorityFactor: ref(1.1)}},
		"penaltyFactor is not":        {{ZoneID: "a", ZoneType: ZonePenalty, Vertices: area}},
		"no direction":                {{ZoneID: "a", ZoneType: ZoneDirected, Vertices: area}},
		"bidirectedLimitation is":     {{ZoneID: "a", ZoneType: ZoneBidirected, Vertices: area, Direction: ref(0.0), BidirectedLimitation: limitStrict}},
		"over the limit of 1000":      make([]Zone, maxZones+1),
	} {
		if err := checkZones(zones); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error that says %q", err, want)
		}
	}
}

// yard is a floor of 8 × 6 cells with a zone of each kind. Its vehicles are, by turns, of 2.1, of 3.0 that keeps to zones, of
// 2.1, and of 3.0 that knows no zones.
func yard(t *testing.T, lease time.Duration) *floor {
	t.Helper()
	zones := []Zone{
		{ZoneID: "pit", ZoneType: ZoneBlocked, Vertices: box(3, 2, 5, 4)},
		{ZoneID: "people", ZoneType: ZoneRelease, Vertices: box(0, 0, 2, 2), ReleaseLossBehavior: "CONTINUE"},
		{ZoneID: "slow", ZoneType: ZoneSpeedLimit, Vertices: box(6, 0, 8, 2), MaximumSpeed: ref(0.3)},
		{ZoneID: "door", ZoneType: ZoneAction, Vertices: box(0, 4, 2, 6), EntryActions: []ZoneDoing{{ActionType: "beep", BlockingType: "HARD"}},
			DuringActions: []ZoneDoing{{ActionType: "light", BlockingType: "NONE"}}, ExitActions: []ZoneDoing{{ActionType: "hush", BlockingType: "SOFT"}}},
		{ZoneID: "one way", ZoneType: ZoneDirected, Vertices: box(3, 5, 5, 6), Direction: ref(0.0), DirectedLimitation: limitRestricted},
		{ZoneID: "free", ZoneType: ZoneReplanning, Vertices: box(6, 4, 8, 6)},
		{ZoneID: "lines", ZoneType: ZoneLineGuided, Vertices: box(5, 2, 6, 4)},
	}
	types := []ZoneType{ZoneBlocked, ZoneRelease, ZoneSpeedLimit, ZoneAction, ZoneDirected, ZoneReplanning}
	f := newFloorWith(t, 4, false, func(i int, o *VehicleOptions) {
		if i == 1 {
			o.Zones = types
		}
	}, func(o *FleetOptions) { o.Zones, o.Lease, o.Plan.Patience = zones, lease, 400 })
	f.errands.mu.Lock()
	f.errands.avoid = map[int32]bool{19: true, 20: true, 27: true, 28: true} // the pit
	f.errands.mu.Unlock()
	return f
}

// visits are the released nodes of all orders of a vehicle so far.
func (f *floor) visits(i int) map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := map[string]int{}
	for _, o := range f.orders[f.ids[i]] {
		for _, n := range o.Nodes[1:] {
			if n.Released {
				seen[n.NodeID]++
			}
		}
	}
	return seen
}

// session runs look on a vehicle's session.
func (f *floor) session(i int, look func(s *Session)) {
	f.fleet.master.Do(func() { look(f.fleet.master.sessions[f.ids[i]]) })
}

// Vehicles of all kinds drive by the same zones: nobody is sent where it is blocked or against a direction; who keeps to zones
// is brought them, asks and is granted; for the others the limits and actions are in their orders.
func TestFleetKeepsToZones(t *testing.T) {
	t.Parallel()
	f := yard(t, 150*time.Millisecond)
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 12 })
	slow, doings := 0, map[string]int{}
	pit, against := []string{"c19", "c20", "c27", "c28"}, []string{"c4>c3", "c5>c4", "c3>c2"}
	for i, id := range f.ids {
		seen := f.visits(i)
		if slices.ContainsFunc(pit, func(n string) bool { return seen[n] > 0 }) {
			t.Errorf("vehicle %s was sent into the pit: %v", id, seen)
		}
		f.mu.Lock()
		own := map[string]int{}
		for _, o := range f.orders[id] {
			for _, e := range o.Edges {
				if e.Released && slices.Contains(against, e.EdgeID) {
					t.Errorf("vehicle %s was sent the wrong way: %s", id, e.EdgeID)
				}
				if limit := max(e.MaxSpeed, e.MaximumSpeed); limit == 0.3 && (e.MaxSpeed > 0) == (i%2 == 0) {
					slow++
				} else if limit != 0 {
					t.Errorf("vehicle %s: edge %+v", id, e)
				}
				for _, a := range e.Actions {
					own[a.ActionType]++
				}
			}
			for _, n := range o.Nodes {
				for _, a := range n.Actions {
					own[a.ActionType]++
				}
			}
		}
		f.mu.Unlock()
		if keeps := i == 1; keeps && len(own) > 0 {
			t.Errorf("vehicle %s keeps to zones itself and was sent their actions %v", id, own)
		}
		for a, n := range own {
			doings[a] += n
		}
	}
	if slow == 0 || doings["beep"] == 0 || doings["light"] == 0 || doings["hush"] == 0 {
		t.Errorf("%d edges were limited, and actions of zones sent: %v", slow, doings)
	}
	f.session(1, func(s *Session) {
		if len(s.State.ZoneSets) != 1 || s.State.ZoneSets[0].ZoneSetStatus != setEnabled {
			t.Errorf("zone sets %+v", s.State.ZoneSets)
		}
		done := map[string]bool{}
		for _, a := range s.State.ZoneActionStates {
			done[a.ActionType] = done[a.ActionType] || a.ActionStatus == statusFinished
		}
		if len(s.State.ZoneActionStates) > 0 && !done["beep"] {
			t.Errorf("zone actions %+v", s.State.ZoneActionStates)
		}
	})
	if c := f.fleet.master.Counts(); c.Invalid != 0 || f.invalid != 0 {
		t.Errorf("%+v, %d invalid", c, f.invalid)
	}
}

// A zone that is closed is left and not entered any more, by vehicles of both versions, and leave is taken; when it is opened
// again, they drive there again. Zones that are replaced are brought anew.
func TestFleetClosesAZone(t *testing.T) {
	t.Parallel()
	f := yard(t, time.Minute)
	people := []string{"c32", "c33", "c40", "c41"}
	in := func() (n int) {
		for i := range f.ids {
			for _, c := range people {
				n += f.visits(i)[c]
			}
		}
		return n
	}
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 3 && in() > 4 })
	if err := f.fleet.CloseZone("people"); err != nil {
		t.Fatal(err)
	}
	outside := func() bool {
		for _, p := range f.fleet.Places() {
			if slices.Contains(people, f.fleet.NodeID(p.Vertex)) {
				return false
			}
		}
		return true
	}
	f.until(t, "that all have left", outside)
	was, done := in(), f.errands.least(f.ids)
	f.until(t, "more missions elsewhere", func() bool { return f.errands.least(f.ids) >= done+3 })
	if n := in(); n > was+len(f.ids) || !outside() { // an update that was under way
		t.Errorf("the closed zone was entered: %d visits ordered before, %d after", was, n)
	}
	if err := f.fleet.OpenZone("people"); err != nil {
		t.Fatal(err)
	}
	f.until(t, "that it is entered again", func() bool { return in() > was+6 })
	if err := f.fleet.CloseZone("pit"); err == nil || !strings.Contains(err.Error(), "none of the floor's RELEASE zones") {
		t.Errorf("closed a zone that is blocked anyhow: %v", err)
	}
	if err := f.fleet.SetZones([]Zone{{ZoneID: "pit", ZoneType: ZoneBlocked}}); err == nil {
		t.Error("a zone without an outline is in force")
	}
	if err := f.fleet.SetZones([]Zone{{ZoneID: "pit", ZoneType: ZoneBlocked, Vertices: box(3, 2, 4, 3)}}); err != nil {
		t.Fatal(err)
	}
	f.until(t, "the new zones alone", func() (only bool) {
		f.session(1, func(s *Session) {
			only = s.State != nil && len(s.State.ZoneSets) == 1 && s.State.ZoneSets[0].ZoneSetID == f.fleet.ground.set.ZoneSetID && s.State.ZoneSets[0].ZoneSetStatus == setEnabled
		})
		return only
	})
	was = f.visits(0)["c20"] + f.visits(2)["c20"]
	f.until(t, "missions where the pit was", func() bool { return f.visits(0)["c20"]+f.visits(2)["c20"] > was })
}

// A vehicle that came into a zone while its order was cancelled, because the zone was closed, asks anew for leave from within:
// it is let out. Who stands outside waits, as does who asked before the zone was closed and whose leave was taken.
func TestFleetLetsOutOfAClosedZone(t *testing.T) {
	t.Parallel()
	f := yard(t, time.Minute)
	if err := f.fleet.CloseZone("people"); err != nil {
		t.Fatal(err)
	}
	base := func(cells ...string) (nodes []Node) {
		for _, c := range cells {
			nodes = append(nodes, Node{NodeID: c})
		}
		return nodes
	}
	for name, c := range map[string]struct {
		way  []Node
		was  permit
		stop bool
		want string
	}{
		"within":           {way: base("c41", "c33", "c25"), want: granted},
		"granted to leave": {way: base("c33", "c25"), was: permit{answer: granted, out: true}, want: granted},
		"leave taken":      {way: base("c33", "c25"), was: permit{answer: granted}, want: revoked},
		"was taken":        {way: base("c33", "c25"), was: permit{answer: revoked}, want: revoked},
		"outside":          {way: base("c25", "c33"), want: queued},
		"out and in again": {way: base("c33", "c25", "c33"), want: queued},
		"stops":            {way: base("c41", "c33", "c25"), stop: true, want: queued},
	} {
		i := f.fleet.ground.index["people"]
		z := f.fleet.ground.set.Zones[i]
		if c.stop {
			z.ReleaseLossBehavior = "STOP"
		}
		m := &member{s: &Session{State: &State{LastNodeID: c.way[0].NodeID}, base: c.way}}
		if got := f.fleet.decideAccess(m, i, &z, &c.was); got != c.want {
			t.Errorf("%s: the answer is %s, want %s", name, got, c.want)
		}
	}
}
