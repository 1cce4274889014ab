package vda5050

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"quartermaster/warehouse/agv"
)

// liar says what it is told to say over a real broker, in the name of vehicle test/v9 of version 2.1.
type liar struct {
	t *testing.T
	f *floor
	c *Client
	n uint32
	s State
}

var liarID = ID{"test", "v9"}

func newLiar(t *testing.T, f *floor) *liar {
	t.Helper()
	l := &liar{t: t, f: f}
	connected := make(chan bool, 1)
	will, err := json.Marshal(Connection{newHeader(V21, liarID, 1, time.Now()), "CONNECTIONBROKEN"})
	if err != nil {
		t.Fatal(err)
	}
	l.c = Dial("tcp://"+f.broker.Address(), ClientOptions{ClientID: "liar", Will: &Will{V21.topic(liarID, TopicConnection), will}, Connected: func(*Client) { connected <- true }})
	<-connected
	t.Cleanup(func() { _ = l.c.Close() })
	l.s = State{LastNodeID: f.fleet.NodeID(47), OperatingMode: "AUTOMATIC", NodeStates: []NodeState{}, EdgeStates: []EdgeState{}, ActionStates: []ActionState{}, Errors: []Error{}}
	l.s.fit(V21, 80)
	return l
}

// raw publishes bytes.
func (l *liar) raw(topic string, payload []byte) {
	l.t.Helper()
	if err := l.c.Publish(topic, payload); err != nil {
		l.t.Fatal(err)
	}
}

// state publishes a state with the next headerId and a change.
func (l *liar) state(change func(s *State)) []byte {
	l.t.Helper()
	s := l.s
	l.n++
	s.Header = newHeader(V21, liarID, l.n, time.Now())
	if change != nil {
		change(&s)
	}
	raw, err := json.Marshal(&s)
	if err != nil {
		l.t.Fatal(err)
	}
	l.raw(V21.topic(liarID, TopicState), raw)
	return raw
}

// place is what the fleet knows of the liar.
func (l *liar) place() Place {
	for _, p := range l.f.fleet.Places() {
		if p.ID == liarID {
			return p
		}
	}
	return Place{}
}

// problems are those of the liar's session, whether or not it joined.
func (l *liar) problems() string {
	for _, r := range l.f.fleet.master.Reports() {
		if r.ID == liarID {
			return strings.Join(append(r.Problems, r.SetAside), "\n")
		}
	}
	return ""
}

// Each message that is not to be believed is counted by its reason, over a real broker, and the other vehicles go on.
func TestBadMessagesAreCountedAndOthersGoOn(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 2, false)
	l := newLiar(t, f)
	state := V21.topic(liarID, TopicState)
	sound := func(change func(m map[string]any)) []byte {
		var m map[string]any
		l.n++
		s := l.s
		s.Header = newHeader(V21, liarID, l.n, time.Now())
		raw, err := json.Marshal(&s)
		if err == nil {
			err = json.Unmarshal(raw, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		change(m)
		if raw, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		return raw
	}
	set := func(key string, value any) []byte { return sound(func(m map[string]any) { m[key] = value }) }
	for name, c := range map[string]struct {
		topic   string
		payload []byte
		why     Refusal
	}{
		"nothing":                 {state, nil, RefusedJSON},
		"half a message":          {state, sound(func(map[string]any) {})[:40], RefusedJSON},
		"text behind":             {state, append(sound(func(map[string]any) {}), '}'), RefusedJSON},
		"deep":                    {state, bytes.Repeat([]byte("["), 20_000), RefusedJSON},
		"a list":                  {state, []byte("[]"), RefusedSchema},
		"a field less":            {state, sound(func(m map[string]any) { delete(m, "safetyState") }), RefusedSchema},
		"number as text":          {state, set("headerId", "1"), RefusedSchema},
		"number too great":        {state, set("headerId", 1e300), RefusedSchema},
		"list as null":            {state, set("nodeStates", nil), RefusedSchema},
		"time of a day not there": {state, set("timestamp", "2026-02-30T00:00:00Z"), RefusedSchema},
		"unknown mode":            {state, set("operatingMode", "SLEEPING"), RefusedSchema},
		"mode of 3.0":             {state, set("operatingMode", "INTERVENED"), RefusedSchema},
		"another vehicle's":       {state, set("serialNumber", "v0"), RefusedVehicle},
		"another version's":       {state, set("version", "3.0.0"), RefusedVersion},
		"no version's":            {state, set("version", "latest"), RefusedVersion},
		"3.0 on its topic":        {V30.topic(liarID, TopicState), sound(func(map[string]any) {}), RefusedSchema},
		"huge":                    {state, bytes.Repeat([]byte(" "), maxMessageBytes+1), RefusedSize},
		"connection unknown":      {V21.topic(liarID, TopicConnection), set("connectionState", "MAYBE"), RefusedSchema},
		"factsheet of nothing":    {V21.topic(liarID, TopicFactsheet), set("typeSpecification", map[string]any{}), RefusedSchema},
		"visualization":           {V30.topic(liarID, TopicVisualization), set("velocity", 3), RefusedSchema},
	} {
		before := f.fleet.master.Counts()
		l.raw(c.topic, c.payload)
		f.until(t, name, func() bool { return f.fleet.master.Counts().Invalid > before.Invalid })
		after := f.fleet.master.Counts()
		if n := after.Refused[c.why] - before.Refused[c.why]; n != 1 || after.Invalid != before.Invalid+1 {
			t.Errorf("%s: refused %v, before %v, want one more of %q; problems %s", name, after.Refused, before.Refused, c.why, l.problems())
		}
	}
	if !strings.Contains(l.problems(), "broken messages in a row") {
		t.Errorf("it is not set aside: %s", l.problems())
	}
	was := f.errands.least(f.ids)
	f.until(t, "missions of the others", func() bool { return f.errands.least(f.ids) >= was+5 })
	if f.invalid != 0 {
		t.Errorf("%d messages to vehicles broke their schema", f.invalid)
	}
}

// States that are repeated or older are dropped and counted; a clock that is off by hours is told and changes nothing; what a
// vehicle says of its place that cannot be sets it aside with the reason, frees no cell, and the others go on.
func TestLyingVehiclesAreSetAside(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 2, false)
	l := newLiar(t, f)
	first := l.state(nil)
	f.until(t, "that it joined", func() bool { return l.place().Joined })
	stale := f.fleet.master.Counts().Stale
	l.raw(V21.topic(liarID, TopicState), first)
	f.until(t, "a repeated state", func() bool { return f.fleet.master.Counts().Stale == stale+1 })
	l.state(func(s *State) { s.HeaderID = 1 << 30 })
	l.state(nil)
	f.until(t, "an older state", func() bool { return f.fleet.master.Counts().Stale == stale+2 })
	l.n = 1 << 30
	l.state(func(s *State) { s.Timestamp = "2026-01-01T00:00:00.000Z" })
	f.until(t, "a clock that is off", func() bool { return strings.Contains(l.problems(), "its clock is off by") })
	if out := l.place().Out; out != "" {
		t.Errorf("a clock sets it aside: %s", out)
	}
	for _, c := range []struct {
		lie  func(s *State, base []Node)
		want string
	}{
		{func(s *State, base []Node) { s.LastNodeID, s.LastNodeSequenceID = "c0", base[1].SequenceID }, `of its order is node "c0", it was sent node`},
		{func(s *State, base []Node) { s.LastNodeID, s.LastNodeSequenceID = base[1].NodeID, 98 }, "as number 98 of its order, which is not released to it"},
		{func(s *State, _ []Node) { s.OrderUpdateID = 77 }, "it shows update 77 of its order"},
		{func(s *State, _ []Node) {
			s.AGVPosition = &Pose{X: 100, Y: 3.5, MapID: "floor", PositionInitialized: ref(true)}
		}, "m from it"},
		{func(s *State, _ []Node) { s.NodeStates, s.EdgeStates, s.OrderID = []NodeState{}, []EdgeState{}, "" }, "it dropped its order"},
		{func(s *State, _ []Node) { s.Errors = []Error{{ErrorType: "CHAOS", ErrorLevel: "FATAL"}} }, "CHAOS"},
	} {
		var stood int32
		f.until(t, c.want, func() bool {
			var base []Node
			var o Order
			f.fleet.master.Do(func() {
				s := f.fleet.master.sessions[liarID]
				base, o = slices.Clone(s.base), s.order
			})
			if len(base) < 2 || l.place().Out != "" {
				l.state(nil) // it is well, and has no order
				return strings.Contains(l.problems(), c.want)
			}
			show := func(s *State) { // first it shows what it was sent
				s.OrderID, s.OrderUpdateID, s.LastNodeID, s.LastNodeSequenceID = o.OrderID, o.OrderUpdateID, base[0].NodeID, base[0].SequenceID
				s.NodeStates = []NodeState{{base[1].NodeID, base[1].SequenceID, true}}
				s.EdgeStates = []EdgeState{{EdgeID: edgeID(base[0].NodeID, base[1].NodeID), SequenceID: base[1].SequenceID - 1, Released: true}}
			}
			l.state(show)
			l.state(func(s *State) {
				show(s)
				c.lie(s, base)
			})
			stood, l.s.LastNodeID = f.fleet.Vertex(base[0].NodeID), base[0].NodeID
			return false
		})
		if l.place().Vertex != stood {
			t.Errorf("%s: it is taken to be on vertex %d, it was on %d", c.want, l.place().Vertex, stood)
		}
		was := f.errands.least(f.ids)
		f.until(t, "missions of the others", func() bool { return f.errands.least(f.ids) >= was+2 })
	}
}

// What a vehicle says of nodes, zones and requests that the floor has not is answered or told, and nothing follows from it.
func TestUnknownNodesZonesAndRequests(t *testing.T) {
	t.Parallel()
	f := newFloorWith(t, 2, false, func(i int, o *VehicleOptions) {
		if i == 1 {
			o.Zones = []ZoneType{ZoneRelease, ZoneReplanning}
		}
	}, func(o *FleetOptions) {
		o.Zones = []Zone{{ZoneID: "a", ZoneType: ZoneRelease, Vertices: box(0, 0, 1, 1), ReleaseLossBehavior: "STOP"}, {ZoneID: "b", ZoneType: ZoneReplanning, Vertices: box(7, 5, 8, 6)}}
	})
	l := newLiar(t, f)
	l.state(func(s *State) { s.LastNodeID = "moon" })
	f.until(t, "an unknown node", func() bool {
		return strings.Contains(l.problems(), `it reports node "moon", which is not of this floor`)
	})
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 3 })
	var set string
	f.session(1, func(s *Session) { set = s.State.ZoneSets[0].ZoneSetID })
	m := f.fleet.members[f.fleet.index[f.ids[1]]]
	curve := straight(Position{X: 7.5, Y: 5.5}, Position{X: 70.5, Y: 5.5})
	for name, c := range map[string]struct {
		zone *ZoneRequest
		edge *EdgeRequest
		want string
	}{
		"zone":        {&ZoneRequest{RequestType: askAccess, ZoneID: "z", ZoneSetID: set}, nil, "of zone z, which is not of the floor"},
		"set":         {&ZoneRequest{RequestType: askAccess, ZoneID: "a", ZoneSetID: "old"}, nil, "of zone set old, which is not in force"},
		"kind":        {&ZoneRequest{RequestType: askReplanning, ZoneID: "a", ZoneSetID: set}, nil, "for REPLANNING to a zone of type RELEASE"},
		"no way":      {&ZoneRequest{RequestType: askReplanning, ZoneID: "b", ZoneSetID: set}, nil, "without a trajectory"},
		"no curve":    {&ZoneRequest{RequestType: askReplanning, ZoneID: "b", ZoneSetID: set, Trajectory: &Trajectory{Degree: 3}}, nil, "that is no curve"},
		"out of here": {&ZoneRequest{RequestType: askReplanning, ZoneID: "b", ZoneSetID: set, Trajectory: curve}, nil, "where no cell is released to it"},
		"corridor":    {nil, &EdgeRequest{RequestType: askCorridor, EdgeID: "c0>c1", SequenceID: 1}, "for the corridor of edge c0>c1"},
	} {
		f.session(1, func(s *Session) {
			p := &permit{}
			if a := f.fleet.decide(f.fleet.index[f.ids[1]], m, request{id: name, zone: c.zone, edge: c.edge}, p); a != rejected || !slices.ContainsFunc(s.Problems, func(x string) bool { return strings.Contains(x, c.want) }) {
				t.Errorf("%s: %s, %q, want a problem that says %q", name, a, s.Problems, c.want)
			}
		})
	}
}

// drop closes a client's connection as a network does that fails.
func (b *Broker) drop(t *testing.T, client string) {
	t.Helper()
	c, ok := b.server.Clients.Get(client)
	if !ok {
		t.Fatalf("the broker has no client %s", client)
	}
	if err := c.Net.Conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// The will of a vehicle whose connection is lost is told; when it stays away its mission goes to another, its cells stay its
// own, and the others go on. When it comes back it is driven again.
func TestVehicleLostByItsWill(t *testing.T) {
	t.Parallel()
	f := newFloorWith(t, 3, false, nil, func(o *FleetOptions) { o.LostAfter, o.Plan.StallAfter = time.Second, 20 })
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 3 })
	f.broker.drop(t, f.ids[0].String())
	f.until(t, "missions of all after the connection was lost", func() bool { return f.errands.least(f.ids) >= 6 })
	l := newLiar(t, f)
	l.state(nil)
	f.until(t, "that it joined", func() bool { return l.place().Joined })
	f.broker.drop(t, "liar")
	f.until(t, "that it is given up", func() bool {
		return strings.Contains(l.place().Out, "its connection is broken, and nothing was heard of it for")
	})
	if p := l.place(); p.Online || p.Mission != "" || p.Vertex != 47 {
		t.Errorf("it is %+v", p)
	}
	was := f.errands.least(f.ids)
	f.until(t, "missions of the others", func() bool { return f.errands.least(f.ids) >= was+4 })
}

// releasedOrder is an update of order o of the liar in 3.0, all of whose nodes are released.
func releasedOrder(update, sequence uint32, names ...string) *Order {
	o := &Order{Header: newHeader(V30, liarID, update, time.Now()), OrderID: "o", OrderUpdateID: update, Edges: []Edge{}}
	for i, n := range names {
		at := sequence + 2*uint32(i)
		if i > 0 {
			o.Edges = append(o.Edges, Edge{EdgeID: edgeID(names[i-1], n), SequenceID: at - 1, Released: true, Actions: []Action{}})
		}
		o.Nodes = append(o.Nodes, Node{NodeID: n, SequenceID: at, Released: true, Actions: []Action{}})
	}
	return o
}

// Orders that break the rules are refused by the simulated vehicle as the protocol says, and it goes on with what it had.
func TestVehicleRefusesOrders(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(o *Order){
		"VALIDATION_FAILURE":       func(o *Order) { o.Nodes[0].SequenceID = 8 },
		"VALIDATION_FAILURE edges": func(o *Order) { o.Edges = nil },
		"OUTDATED_ORDER_UPDATE":    func(o *Order) { o.OrderUpdateID = 0 },
		"OTHER_ORDER_ACTIVE":       func(o *Order) { o.OrderID = "another" },
		"UNSUPPORTED_PARAMETER":    func(o *Order) { o.Edges[0].Trajectory = straight(Position{}, Position{X: 1}) },
		"UNKNOWN_MAP_ID":           func(o *Order) { o.Nodes[1].Position = &Position{MapID: "moon"} },
	} {
		var said []string
		b, err := NewBroker("127.0.0.1:0", BrokerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		heard := make(chan State, 100)
		if err := b.Subscribe(V30.topic(liarID, TopicState), func(_ string, payload []byte) {
			var s State
			if json.Unmarshal(payload, &s) == nil {
				heard <- s
			}
		}); err != nil {
			t.Fatal(err)
		}
		x := NewVehicle(b.Address(), liarID, "a", VehicleOptions{Version: V30, NodeTime: time.Hour, Maps: []MapState{{"floor", "1", setEnabled}}})
		<-heard
		send := func(o *Order) {
			raw, err := marshal(V30, TopicOrder, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Publish(V30.topic(liarID, TopicOrder), raw); err != nil {
				t.Fatal(err)
			}
		}
		send(releasedOrder(1, 0, "a", "b"))
		next := releasedOrder(2, 2, "b", "c")
		change(next)
		if strings.HasSuffix(want, "edges") {
			next.Edges = []Edge{}
		}
		send(next)
		var last State
		for end := time.After(10 * time.Second); len(said) == 0; {
			select {
			case last = <-heard:
				for _, e := range last.Errors {
					said = append(said, e.ErrorType)
				}
			case <-end:
				t.Fatalf("%s: no error was told", want)
			}
		}
		if name, _, _ := strings.Cut(want, " "); !slices.Equal(said, []string{name}) || last.OrderID != "o" || last.OrderUpdateID != 1 || len(last.NodeStates) != 1 {
			t.Errorf("%s: it says %v of order %s update %d, nodes %v", want, said, last.OrderID, last.OrderUpdateID, last.NodeStates)
		}
		x.Close()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Nothing that is said stops a fleet, whatever it is and on whatever topic.
func FuzzReceive(f *testing.F) {
	for key, raw := range specimens(f) {
		f.Add(key.v.topic(ID{"m", "1"}, key.topic), raw)
	}
	f.Add("uagv/v2/m", []byte("{}"))
	f.Fuzz(func(t *testing.T, topic string, raw []byte) {
		g, err := agv.NewGraph(2, 2, make([]bool, 4))
		if err != nil {
			t.Fatal(err)
		}
		fleet, err := NewFleet(nowhere{make(chan outgoing, 1000)}, g, agv.PlainCost(g), newErrands(4), FleetOptions{Vehicles: 2, Map: &Map{Version: "1"},
			Zones: []Zone{{ZoneID: "z1", ZoneType: ZoneReplanning, Vertices: box(0, 0, 1, 1)}}})
		if err != nil {
			t.Fatal(err)
		}
		defer fleet.Close()
		for range 2 {
			fleet.master.receive(topic, raw)
			fleet.Tick(t.Context())
		}
		if c := fleet.master.Counts(); c.Received != 2 || c.Invalid != 0 && c.Invalid != 2 {
			t.Errorf("counts %+v of the same message twice", c)
		}
	})
}

// What vehicles are told is read without fault, whatever it is.
func FuzzVehicleObeys(f *testing.F) {
	for key, raw := range specimens(f) {
		f.Add(uint8(key.v), key.topic, raw)
	}
	f.Fuzz(func(t *testing.T, version uint8, topic string, raw []byte) {
		v := idleVehicle(Version(version%2), "a")
		v.obey(arrived{v.o.Version.topic(v.id, topic), raw})
		for range 3 {
			v.expire()
			v.work()
		}
	})
}

// idleVehicle is a simulated vehicle that is not connected.
func idleVehicle(version Version, node string) *Vehicle {
	v := newVehicle(ID{"m", "1"}, node, VehicleOptions{Version: version, Zones: []ZoneType{ZoneRelease}})
	v.client = &Client{c: paho.NewClient(paho.NewClientOptions())}
	return v
}
