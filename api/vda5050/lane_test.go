package vda5050

import (
	"math"
	"slices"
	"strings"
	"testing"

	"quartermaster/warehouse/agv"
)

// A quarter of a circle is a rational curve of degree 2 (Piegl, Tiller 1997, section 7.3): all its places are as far from the
// middle. What version 3.0 lets out is filled in.
func TestTrajectoryIsACurve(t *testing.T) {
	t.Parallel()
	circle := Trajectory{Degree: 2, KnotVector: []float64{0, 0, 0, 1, 1, 1}, ControlPoints: []ControlPoint{{X: 1}, {X: 1, Y: 1, Weight: ref(math.Sqrt2 / 2)}, {Y: 1}}}
	if err := circle.Check(); err != nil {
		t.Fatal(err)
	}
	for _, p := range circle.samples() {
		if r := math.Hypot(p[0], p[1]); math.Abs(r-1) > 1e-12 {
			t.Errorf("%v is %g from the middle", p, r)
		}
	}
	line := straight(Position{}, Position{X: 2}, Position{X: 2, Y: 4})
	if err := line.Check(); err != nil {
		t.Fatal(err)
	}
	for u, want := range map[float64][2]float64{0: {0, 0}, 0.25: {1, 0}, 0.5: {2, 0}, 0.75: {2, 2}, 1: {2, 4}} {
		if x, y := line.At(u); math.Abs(x-want[0])+math.Abs(y-want[1]) > 1e-12 {
			t.Errorf("at %g of the line is %g, %g, want %v", u, x, y, want)
		}
	}
	points := []ControlPoint{{}, {X: 1}, {X: 2}}
	for want, wrong := range map[string]Trajectory{
		"0 control points":         {Degree: 1},
		"over the limit of 1000":   {Degree: 1, ControlPoints: make([]ControlPoint, 1001)},
		"4 knots for 3":            {Degree: 1, KnotVector: []float64{0, 0, 1, 1}, ControlPoints: points},
		"below the one before":     {Degree: 1, KnotVector: []float64{0, 0, 2, 1, 1}, ControlPoints: points},
		"not there degree + 1":     {Degree: 1, KnotVector: []float64{0, 0.1, 0.5, 1, 1}, ControlPoints: points},
		"more often than":          {Degree: 1, KnotVector: []float64{0, 0, 0.5, 0.5, 1, 1}, ControlPoints: append(points, ControlPoint{X: 3})},
		"weight is not above 0":    {Degree: 1, KnotVector: []float64{0, 0, 0.5, 1, 1}, ControlPoints: []ControlPoint{{}, {Weight: ref(0.0)}, {}}},
		"0 knots for 2 and degree": {Degree: 1, ControlPoints: points[:2]},
	} {
		want = strings.Replace(want, "0 knots for 2 and degree", "0 knots for 2 control points and degree 1", 1)
		want = strings.Replace(want, "4 knots for 3", "4 knots for 3 control points", 1)
		if err := wrong.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error that says %q", err, want)
		}
	}
}

// Lanes carry trajectories, corridors and actions to the vehicles whose factsheets take them, of both versions; leave of a
// corridor that asks for it is granted. Before that each vehicle is brought the map: one has it already, one has it not in
// force, one has another version, one has none.
func TestFleetSendsLanesAndMaps(t *testing.T) {
	t.Parallel()
	bend := &Trajectory{Degree: 2, ControlPoints: []ControlPoint{{X: 0.5, Y: 3.5}, {X: 1, Y: 3.7}, {X: 1.5, Y: 3.5}}}
	var lanes []Lane
	for v := int32(16); v < 23; v++ { // row 2, both ways
		for _, ends := range [][2]int32{{v, v + 1}, {v + 1, v}} {
			lanes = append(lanes, Lane{From: ends[0], To: ends[1], Trajectory: bend, Corridor: &Corridor{LeftWidth: 0.4, RightWidth: 0.4, ReleaseRequired: true, ReleaseLossBehavior: "RETURN"},
				MaximumSpeedMps: 0.7, Actions: []Action{{ActionType: "light", BlockingType: "SINGLE"}, {ActionType: "beep", BlockingType: "HARD"}}})
		}
	}
	had := [][]MapState{{{"floor", "2", setEnabled}}, {{"floor", "2", setDisabled}}, {{"floor", "1", setEnabled}, {"cellar", "1", setEnabled}}, {}}
	f := newFloorWith(t, 4, true, func(i int, o *VehicleOptions) {
		o.Maps = had[i]
		o.Trajectories, o.Corridors = i < 2, i < 2
	}, func(o *FleetOptions) {
		o.Lanes, o.Map = lanes, &Map{Version: "2", Link: "https://maps.example/floor-2", Hash: "abc", Replace: true}
	})
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 12 })
	with, without := 0, 0
	for i, id := range f.ids {
		f.session(i, func(s *Session) {
			if !slices.Contains(s.State.Maps, MapState{"floor", "2", setEnabled}) || slices.ContainsFunc(s.State.Maps, func(m MapState) bool { return m.MapID == "floor" && m.MapVersion != "2" }) {
				t.Errorf("vehicle %s has the maps %+v", id, s.State.Maps)
			}
		})
		f.mu.Lock()
		for _, o := range f.orders[id] {
			for k, e := range o.Edges {
				from, to := f.fleet.Vertex(o.Nodes[k].NodeID), f.fleet.Vertex(o.Nodes[k+1].NodeID)
				lane := from/8 == 2 && to/8 == 2
				if bent := e.Trajectory != nil && e.Corridor != nil && e.Corridor.ReleaseRequired == (i%2 == 1); bent != (lane && i < 2) {
					t.Errorf("vehicle %s: edge %s: trajectory %v, corridor %v", id, e.EdgeID, e.Trajectory, e.Corridor)
				}
				if !e.Released {
					continue
				}
				if lane {
					with++
				} else {
					without++
				}
				if lane != (len(e.Actions) == 2) || lane != (max(e.MaxSpeed, e.MaximumSpeed) == 0.7) {
					t.Errorf("vehicle %s: edge %+v", id, e)
				}
			}
		}
		f.mu.Unlock()
	}
	if with == 0 || without == 0 {
		t.Errorf("vehicles went %d lanes and %d other ways", with, without)
	}
	if c := f.fleet.master.Counts(); c.Invalid != 0 || f.invalid != 0 {
		t.Errorf("%+v, %d invalid", c, f.invalid)
	}
}

// A map that cannot be had keeps its vehicle from being driven, with the reason, and no other; so do actions that a factsheet
// has not, and zones more than it takes.
func TestFleetSaysWhatAVehicleLacks(t *testing.T) {
	t.Parallel()
	f := newFloorWith(t, 3, true, func(i int, o *VehicleOptions) {
		if o.Maps = []MapState{{"floor", "2", setEnabled}}; i == 0 {
			o.Maps = []MapState{}
		}
		if i == 2 {
			o.Skills = []ActionSkill{{ActionType: "drop", ActionScopes: []string{scopeNode}}}
		}
	}, func(o *FleetOptions) { o.Map = &Map{Version: "2", Link: "https://maps.example/none"} })
	f.vehicles[0].FailAction(actDownloadMap, 1000)
	f.until(t, "missions of the second, and reasons of the others", func() bool {
		f.errands.mu.Lock()
		defer f.errands.mu.Unlock()
		return f.errands.done[f.ids[1]] >= 10 && slices.Contains(f.errands.failed[f.ids[2]], "its factsheet has no action pick of scope NODE")
	})
	for _, p := range f.fleet.Places() {
		if want := map[bool]string{true: "its map: downloadMap failed: simulated failure"}[p.ID == f.ids[0]]; p.Lacks != want || p.Out != "" {
			t.Errorf("vehicle %s lacks %q, out %q, want %q", p.ID, p.Lacks, p.Out, want)
		}
	}
	if n := f.visits(0); len(n) > 0 {
		t.Errorf("the vehicle without a map was sent to %v", n)
	}
}

// An action that may be tried again is, once; then it is given up, and the mission ends with what the vehicle says of it.
func TestFleetRetriesActions(t *testing.T) {
	t.Parallel()
	f := newFloorWith(t, 1, false, func(_ int, o *VehicleOptions) { o.Version = V30 }, nil)
	f.fleet.give = retriable{f.errands}
	f.vehicles[0].FailAction("pick", 1)
	f.until(t, "a mission whose action failed once", func() bool { return f.errands.least(f.ids) >= 1 })
	f.vehicles[0].FailAction("pick", 2)
	failed := func() []string {
		f.errands.mu.Lock()
		defer f.errands.mu.Unlock()
		return f.errands.failed[f.ids[0]]
	}
	f.until(t, "a mission whose action failed twice", func() bool { return len(failed()) > 0 })
	if got := failed()[0]; got != "action pick failed: simulated failure" {
		t.Errorf("it failed because %q", got)
	}
}

type retriable struct{ *errands }

func (r retriable) Next(id ID, v int32) (Mission, bool) {
	m, ok := r.errands.Next(id, v)
	m.Actions = []Action{{ActionType: "pick", BlockingType: "HARD", Retriable: true}}
	return m, ok
}

// Cells beside a way are lent to one vehicle at a time, and to nobody while another is on them.
func TestCorridorCells(t *testing.T) {
	t.Parallel()
	g, err := agv.NewGraph(8, 6, make([]bool, 48))
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewFleet(nowhere{make(chan outgoing, 100)}, g, agv.PlainCost(g), newErrands(48), FleetOptions{Vehicles: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range []*Corridor{{}, {LeftWidth: 0.1}, {RightWidth: 0.9}, {LeftWidth: 0.5, RightWidth: 0.5}} {
		got := f.beside(17, 18, c)
		for _, v := range got {
			if x := v % 8; x < 1 || x > 2 {
				t.Errorf("corridor %+v of the way from cell 17 to 18 takes cell %d", *c, v)
			}
		}
		north, south := slices.Contains(got, 9), slices.Contains(got, 25)
		if north != (c.LeftWidth > 0) || south != (c.RightWidth > 0) {
			t.Errorf("corridor %+v takes %v", *c, got)
		}
	}
	if !f.control.Lend(0, []int32{9, 10}) || f.control.Lend(1, []int32{10}) || !f.control.Lend(0, []int32{9}) {
		t.Error("cells that are lent were lent again, or not to whom they are lent")
	}
	f.control.Return([]int32{9, 10})
	if err := f.control.Join(0, agv.State{Vertex: 9}); err != nil {
		t.Fatal(err)
	}
	if f.control.Lend(1, []int32{9}) || !f.control.Lend(1, []int32{10}) {
		t.Error("a cell was lent under another vehicle, or a free one was not")
	}
}
