// These tests show that vehicles of both versions are driven over a real broker without a message that breaks its schema,
// and that what is broken, lost, stale or out of order stops nobody but its own vehicle.
package vda5050

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// errands sends vehicles to places at random and counts what comes of it.
type errands struct {
	mu      sync.Mutex
	random  *rand.Rand
	cells   int
	actions bool
	avoid   map[int32]bool // no goals
	done    map[ID]int
	failed  map[ID][]string
}

func newErrands(cells int) *errands {
	return &errands{random: rand.New(rand.NewPCG(1, 2)), cells: cells, done: map[ID]int{}, failed: map[ID][]string{}}
}

func (e *errands) Next(ID, int32) (Mission, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := Mission{Vertex: int32(e.random.IntN(e.cells))}
	for e.avoid[m.Vertex] {
		m.Vertex = int32(e.random.IntN(e.cells))
	}
	if e.actions && e.random.IntN(2) == 0 {
		m.Actions = []Action{{ActionType: "pick", BlockingType: "HARD"}}
	}
	return m, true
}

func (e *errands) Ended(id ID, _ Mission, reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if reason != "" {
		e.failed[id] = append(e.failed[id], reason)
		return
	}
	e.done[id]++
}

func (e *errands) least(ids []ID) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	least := 1 << 30
	for _, id := range ids {
		least = min(least, e.done[id])
	}
	return least
}

// floor is a fleet with a broker and vehicles of both versions by turns, which take some milliseconds a cell.
type floor struct {
	broker   *Broker
	fleet    *Fleet
	errands  *errands
	vehicles []*Vehicle
	ids      []ID
	mu       sync.Mutex
	invalid  int
	orders   map[ID][]*Order // that were valid
}

func newFloor(t *testing.T, vehicles int, actions bool) *floor {
	t.Helper()
	return newFloorWith(t, vehicles, actions, nil, nil)
}

// newFloorWith is a floor whose vehicles and fleet are a little different.
func newFloorWith(t *testing.T, vehicles int, actions bool, vehicle func(i int, o *VehicleOptions), fleet func(o *FleetOptions)) *floor {
	t.Helper()
	g, err := agv.NewGraph(8, 6, make([]bool, 48))
	if err != nil {
		t.Fatal(err)
	}
	f := &floor{errands: newErrands(48), orders: map[ID][]*Order{}}
	f.errands.actions = actions
	if f.broker, err = NewBroker("127.0.0.1:0", BrokerOptions{}); err != nil {
		t.Fatal(err)
	}
	fo := FleetOptions{Master: MasterOptions{ResendAfter: 200 * time.Millisecond}, Plan: execution.Options{StallAfter: 400}}
	if fleet != nil {
		fleet(&fo)
	}
	if f.fleet, err = NewFleet(f.broker, g, agv.PlainCost(g), f.errands, fo); err != nil {
		t.Fatal(err)
	}
	for i := range vehicles {
		id := ID{"test", fmt.Sprintf("v%d", i)}
		f.ids = append(f.ids, id)
		vo := VehicleOptions{Version: Version(i % 2), NodeTime: 4 * time.Millisecond, Spread: 8 * time.Millisecond, ActTime: 5 * time.Millisecond, StateTime: 300 * time.Millisecond, Seed: uint64(i)}
		if vehicle != nil {
			vehicle(i, &vo)
		}
		vo.Ordered = func(o *Order, valid bool) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if !valid {
				f.invalid++
				return
			}
			f.orders[id] = append(f.orders[id], o)
		}
		f.vehicles = append(f.vehicles, NewVehicle(f.broker.Address(), id, f.fleet.NodeID(int32(i*5)), vo))
	}
	t.Cleanup(func() {
		for _, v := range f.vehicles {
			v.Close()
		}
		f.fleet.Close()
		_ = f.broker.Close()
	})
	return f
}

// until ticks until something holds, or the test fails after a long time.
func (f *floor) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			for i := range f.ids {
				f.session(i, func(s *Session) {
					raw, _ := json.Marshal(s.State)
					t.Logf("vehicle %s, base %+v, unseen %v, state %s", s.ID, s.base, s.unseen, raw)
				})
			}
			t.Fatalf("%s has not come to hold; counts %+v, done %v, failed %d, places %+v", what, f.fleet.master.Counts(), f.errands.done, len(f.errands.failed), f.fleet.Places())
		}
		f.fleet.Tick(context.Background())
	}
}

func TestFleetOfBothVersions(t *testing.T) {
	f := newFloor(t, 6, true)
	f.until(t, "20 missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 20 })
	c := f.fleet.master.Counts()
	if c.Invalid != 0 || f.invalid != 0 {
		t.Errorf("%d messages to the master and %d to vehicles broke their schemas", c.Invalid, f.invalid)
	}
	for _, p := range f.fleet.Places() {
		if !p.Online || !p.Joined || p.Out != "" {
			t.Errorf("vehicle %+v", p)
		}
	}
}

func TestFleetOutlivesItsBroker(t *testing.T) {
	f := newFloor(t, 4, false)
	for round := range 3 {
		f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 5*(round+1) })
		address := f.broker.Address()
		if err := f.broker.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if f.broker, err = NewBroker(address, BrokerOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := f.fleet.master.Relink(f.broker); err != nil {
			t.Fatal(err)
		}
	}
	f.until(t, "missions of each vehicle after the last restart", func() bool { return f.errands.least(f.ids) >= 20 })
}

func TestFleetGoesOnWithoutWhoFails(t *testing.T) {
	f := newFloor(t, 4, false)
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 3 })
	f.vehicles[0].Fail("MOTOR_FAULT", "FATAL")
	f.vehicles[1].Mode("MANUAL", "")
	out := func(i int) string {
		for _, p := range f.fleet.Places() {
			if p.ID == f.ids[i] {
				return p.Out
			}
		}
		return ""
	}
	f.until(t, "that two are set aside", func() bool { return out(0) != "" && out(1) != "" })
	if !strings.Contains(out(0), "MOTOR_FAULT") || !strings.Contains(out(1), "MANUAL") {
		t.Errorf("reasons are %q and %q", out(0), out(1))
	}
	was := f.errands.least(f.ids[2:])
	f.until(t, "missions of the others", func() bool { return f.errands.least(f.ids[2:]) >= was+10 })
	f.vehicles[0].Repair()
	f.vehicles[1].Mode("AUTOMATIC", "")
	f.until(t, "missions of all again", func() bool { return out(0) == "" && out(1) == "" && f.errands.least(f.ids) >= was+15 })
}

func TestFleetDrivesAroundABlockedNode(t *testing.T) {
	f := newFloor(t, 2, false)
	for _, v := range f.vehicles {
		v.Block(f.fleet.NodeID(20))
	}
	f.until(t, "missions of each vehicle", func() bool { return f.errands.least(f.ids) >= 15 })
}

// recorder keeps what a master tells.
type recorder struct {
	states  []uint32
	online  []bool
	session *Session
}

func (r *recorder) Online(s *Session, online bool) { r.online, r.session = append(r.online, online), s }
func (r *recorder) State(s *Session, state *State) {
	r.states, r.session = append(r.states, state.HeaderID), s
}
func (r *recorder) Factsheet(*Session, *Factsheet)         {}
func (r *recorder) Visualization(*Session, *Visualization) {}

// nowhere is a link that keeps what is sent.
type nowhere struct{ sent chan outgoing }

func (n nowhere) Publish(topic string, payload []byte) error {
	n.sent <- outgoing{topic, payload}
	return nil
}
func (n nowhere) Subscribe(string, func(string, []byte)) error { return nil }
func (n nowhere) Close() error                                 { return nil }

func stateMessage(t *testing.T, header uint32, at time.Time, change func(*State)) []byte {
	t.Helper()
	id := ID{"m", "1"}
	s := State{Header: newHeader(V21, id, header, at), LastNodeID: "c0", OperatingMode: "AUTOMATIC", NodeStates: []NodeState{}, EdgeStates: []EdgeState{},
		ActionStates: []ActionState{}, Errors: []Error{}}
	s.fit(V21, 50)
	if change != nil {
		change(&s)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestMasterTakesNothingStaleOrBroken(t *testing.T) {
	var r recorder
	m := NewMaster(nowhere{make(chan outgoing, 100)}, &r, MasterOptions{})
	defer m.Close()
	const topic = "uagv/v2/m/1/state"
	now := time.Now()
	for _, n := range []uint32{1, 2, 2, 5, 3, 4, 6} {
		m.receive(topic, stateMessage(t, n, now, nil))
	}
	if got := fmt.Sprint(r.states); got != "[1 2 5 6]" {
		t.Errorf("states %s were taken, want [1 2 5 6]: neither repeated nor older ones", got)
	}
	if c := m.Counts(); c.Stale != 3 || c.Invalid != 0 {
		t.Errorf("counts %+v", c)
	}
	for _, raw := range [][]byte{nil, []byte("{"), []byte("[]"), []byte(`{"headerId":"x"}`), stateMessage(t, 7, now, func(s *State) { s.SerialNumber = "2" }),
		stateMessage(t, 7, now, func(s *State) { s.OperatingMode = "SLEEPING" }), make([]byte, maxMessageBytes+1)} {
		m.receive(topic, raw)
	}
	m.receive("uagv/v2/m", nil)
	m.receive("other/v9/m/1/state", nil)
	if c := m.Counts(); c.Invalid != 9 || len(r.states) != 4 {
		t.Errorf("counts %+v, %d states taken", c, len(r.states))
	}
	if r.session.SetAside == "" || !strings.Contains(strings.Join(r.session.Problems, "\n"), "not JSON") {
		t.Errorf("set aside: %q, problems %q", r.session.SetAside, r.session.Problems)
	}
	m.receive(topic, stateMessage(t, 8, now.Add(-time.Hour), nil))
	if r.session.SetAside != "" || !strings.Contains(r.session.Problems[len(r.session.Problems)-1], "clock is off by -1h") {
		t.Errorf("set aside %q, problems %q", r.session.SetAside, r.session.Problems)
	}
	m.receive(topic, stateMessage(t, 2147483660, now, nil)) // more than half the circle ahead is behind
	if len(r.states) != 5 {
		t.Errorf("%d states taken, want 5", len(r.states))
	}
}

// An order is a base and a horizon; updates begin with the last node of the base and never change it; what was lost is sent
// again from what the vehicle shows.
func TestSessionExtendsBaseAndHorizon(t *testing.T) {
	var r recorder
	now := time.Now()
	link := nowhere{make(chan outgoing, 100)}
	m := NewMaster(link, &r, MasterOptions{Now: func() time.Time { return now }})
	defer m.Close()
	m.receive("uagv/v2/m/1/state", stateMessage(t, 1, now, nil))
	take := func() string {
		var o Order
		x := <-link.sent
		if err := unmarshal(V21, TopicOrder, x.payload, &o); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%d:", o.OrderUpdateID)
		for _, n := range o.Nodes {
			mark := "?"
			if n.Released {
				mark = "!"
			}
			text += fmt.Sprintf(" %s%d%s", n.NodeID, n.SequenceID, mark)
		}
		return text
	}
	n := func(names string) (nodes []Node) {
		for _, c := range names {
			nodes = append(nodes, Node{NodeID: string(c)})
		}
		return nodes
	}
	s := r.session
	check := func(err error, want string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if got := take(); got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	}
	check(s.Begin(n("abc"), n("de")), "0: a0! b2! c4! d6? e8?")
	check(s.Extend(n("xy"), n("z")), "1: c4! x6! y8! z10?")
	check(s.Extend(n("q"), nil), "2: y8! q10!")
	// The vehicle shows the first update alone, at b; the second was lost.
	m.receive("uagv/v2/m/1/state", stateMessage(t, 2, now, func(st *State) {
		st.OrderID, st.LastNodeID, st.LastNodeSequenceID, st.OrderUpdateID = s.OrderID(), "b", 2, 0
		st.NodeStates = []NodeState{{"c", 4, true}, {"d", 6, false}}
	}))
	m.Resend()
	now = now.Add(3 * time.Second)
	m.Resend()
	check(nil, "2: c4! x6! y8! q10!")
	m.receive("uagv/v2/m/1/state", stateMessage(t, 3, now, func(st *State) {
		st.OrderID, st.LastNodeID, st.LastNodeSequenceID, st.OrderUpdateID = s.OrderID(), "q", 10, 2
	}))
	now = now.Add(3 * time.Second)
	m.Resend()
	if len(link.sent) != 0 || !s.Idle() {
		t.Errorf("%d messages wait, idle %v", len(link.sent), s.Idle())
	}
}

func TestBrokerKnowsItsUsers(t *testing.T) {
	b, err := NewBroker("127.0.0.1:0", BrokerOptions{Users: map[string]string{"agv": "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	connected := make(chan string, 2)
	for _, password := range []string{"secret", "guess"} {
		c := Dial("tcp://"+b.Address(), ClientOptions{ClientID: password, User: "agv", Password: password, Connected: func(*Client) { connected <- password }})
		defer c.Close()
	}
	if got := <-connected; got != "secret" {
		t.Errorf("connected with password %q", got)
	}
	select {
	case got := <-connected:
		t.Errorf("connected with password %q", got)
	case <-time.After(300 * time.Millisecond):
	}
}
