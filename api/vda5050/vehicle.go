package vda5050

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"time"

	"quartermaster/internal/rng"
)

// VehicleOptions steer a simulated Vehicle. The zero value works.
type VehicleOptions struct {
	Version   Version
	NodeTime  time.Duration // to drive an edge; default 1 s, and up to Spread more
	Spread    time.Duration
	ActTime   time.Duration // for one action; default 2 s
	StateTime time.Duration // between states when nothing happens; default 30 s
	// VisualizeTime is between messages that show where it is; 0 = it sends none.
	VisualizeTime time.Duration
	PitchM        float64 // metres between nodes, by which it knows the zones that it drives into; default 1
	Seed          uint64
	// Maps that it has at first; nil = it tells of none and needs none. Zones are the types that it keeps to, of 3.0 alone.
	Maps  []MapState
	Zones []ZoneType
	// Skills are the actions of its factsheet; nil = it names none and does all.
	Skills []ActionSkill
	// Trajectories and Corridors say that it takes them; with Corridors it asks for each that asks it to ask.
	Trajectories, Corridors bool
	// Ordered is told of each order that arrives, and whether it was valid, from the vehicle's goroutine; nil = nobody.
	Ordered func(o *Order, valid bool)
}

// Vehicle is a simulated vehicle: it connects, reports and obeys as the protocol says, and keeps time badly.
type Vehicle struct {
	o       VehicleOptions
	id      ID
	client  *Client
	in      chan arrived
	do      chan func()
	ended   chan struct{}
	random  *rand.Rand
	headers map[string]uint32

	state    State
	ahead    []Node // nodes to pass, released ones first
	at       Node
	edge     *Edge // that it is on, nil = it is on a node
	driving  bool
	acts     []doing
	fails    map[string]int // action type → how often it is yet to fail
	paused   bool
	failure  *Error
	blocked  string // node that it cannot enter
	told     bool   // that it stands before it
	deadline time.Time
	reportAt time.Time
	showAt   time.Time
	zones    zoning
}

type arrived struct {
	topic   string
	payload []byte
}

// NewVehicle connects a vehicle that stands on a node to a broker.
func NewVehicle(address string, id ID, node string, o VehicleOptions) *Vehicle {
	v := newVehicle(id, node, o)
	v.dial(address)
	go v.run()
	return v
}

func newVehicle(id ID, node string, o VehicleOptions) *Vehicle {
	for _, f := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&o.NodeTime, time.Second}, {&o.ActTime, 2 * time.Second}, {&o.StateTime, 30 * time.Second}} {
		if *f.value <= 0 {
			*f.value = f.standard
		}
	}
	if o.PitchM <= 0 {
		o.PitchM = 1
	}
	v := &Vehicle{o: o, id: id, in: make(chan arrived, 64), do: make(chan func(), 16), ended: make(chan struct{}), fails: map[string]int{},
		random: rng.New(o.Seed, "vda5050", id.String()), headers: map[string]uint32{}, at: Node{NodeID: node, Released: true}, zones: newZoning()}
	v.state = State{LastNodeID: node, OperatingMode: "AUTOMATIC", NodeStates: []NodeState{}, EdgeStates: []EdgeState{}, ActionStates: []ActionState{}, Errors: []Error{},
		Maps: slices.Clone(o.Maps)}
	if len(o.Zones) > 0 {
		v.state.ZoneSets = []ZoneSetState{}
	}
	return v
}

func (v *Vehicle) dial(address string) {
	broken := "CONNECTIONBROKEN"
	if v.o.Version == V30 {
		broken = "CONNECTION_BROKEN"
	}
	will, _ := json.Marshal(Connection{newHeader(v.o.Version, v.id, 0, time.Now()), broken})
	v.client = Dial("tcp://"+address, ClientOptions{ClientID: v.id.String(), Will: &Will{v.o.Version.topic(v.id, TopicConnection), will}, Connected: func(c *Client) {
		for _, topic := range v.o.Version.heard() {
			_ = c.Subscribe(v.o.Version.topic(v.id, topic), func(topic string, payload []byte) {
				select {
				case v.in <- arrived{topic, payload}:
				case <-v.ended:
				}
			})
		}
		v.later(func() {
			v.connection("ONLINE")
			v.report()
		})
	}})
}

func (v *Vehicle) later(f func()) {
	select {
	case v.do <- f:
	case <-v.ended:
	}
}

func (v *Vehicle) connection(state string) {
	if raw, err := marshal(v.o.Version, TopicConnection, &Connection{v.header(TopicConnection), state}); err == nil {
		v.client.Retain(v.o.Version.topic(v.id, TopicConnection), raw)
	}
}

func (v *Vehicle) header(topic string) Header {
	v.headers[topic]++
	return newHeader(v.o.Version, v.id, v.headers[topic], time.Now())
}

// Close takes the vehicle off duty.
func (v *Vehicle) Close() {
	v.later(func() { v.connection("OFFLINE") })
	v.later(func() { close(v.ended) })
	<-v.ended
	_ = v.client.Close()
}

// Fail makes the vehicle stop with an error until Repair.
func (v *Vehicle) Fail(errorType, level string) {
	v.later(func() {
		v.failure = &Error{ErrorType: errorType, ErrorLevel: level, ErrorDescription: "simulated"}
		v.report()
	})
}

// Block makes the vehicle stop before a node and report that it cannot enter it; "" opens it again.
func (v *Vehicle) Block(node string) { v.later(func() { v.blocked = node }) }

// Mode changes the operating mode; a person may have put the vehicle on another node meanwhile, "" = not so.
func (v *Vehicle) Mode(mode, node string) {
	v.later(func() {
		v.state.OperatingMode = mode
		if mode != "AUTOMATIC" && mode != "SEMIAUTOMATIC" {
			v.clear("FAILED")
		}
		if node != "" {
			v.at = Node{NodeID: node, SequenceID: v.at.SequenceID, Released: true}
			v.state.LastNodeID = node
		}
		v.report()
	})
}

// Repair ends what Fail began.
func (v *Vehicle) Repair() {
	v.later(func() {
		v.failure = nil
		v.report()
	})
}

// FailAction makes the next times that the vehicle does actions of a type fail.
func (v *Vehicle) FailAction(actionType string, times int) {
	v.later(func() { v.fails[actionType] = times })
}

func (v *Vehicle) run() {
	timer := time.NewTimer(v.o.StateTime)
	defer timer.Stop()
	for {
		select {
		case <-v.ended:
			return
		case f := <-v.do:
			f()
		case m := <-v.in:
			v.obey(m)
		case <-timer.C:
		}
		v.expire()
		for v.work() {
		}
		if !time.Now().Before(v.reportAt) {
			v.report()
		}
		v.show()
		timer.Reset(max(0, time.Until(v.next())))
	}
}

// next is when something is due.
func (v *Vehicle) next() time.Time {
	next := v.reportAt
	sooner := func(at time.Time) {
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	sooner(v.deadline)
	sooner(v.showAt)
	for _, a := range v.acts {
		sooner(a.until)
	}
	for _, at := range v.zones.expiry {
		sooner(at)
	}
	return next
}

// show tells where the vehicle is between two states.
func (v *Vehicle) show() {
	p := v.at.Position
	if v.o.VisualizeTime <= 0 || p == nil || time.Now().Before(v.showAt) {
		return
	}
	v.showAt = time.Now().Add(v.o.VisualizeTime)
	m := Visualization{Header: v.header(TopicVisualization), ReferenceStateHeaderID: v.headers[TopicState]}
	pose, yes := &Pose{X: p.X, Y: p.Y, MapID: p.MapID}, true
	if v.o.Version == V30 {
		pose.Localized, m.MobileRobotPosition = &yes, pose
	} else {
		pose.PositionInitialized, m.AGVPosition = &yes, pose
	}
	if v.driving {
		m.Velocity = &Velocity{Vx: 1}
	}
	if raw, err := marshal(v.o.Version, TopicVisualization, &m); err == nil {
		_ = v.client.Publish(v.o.Version.topic(v.id, TopicVisualization), raw) // what is lost is told by the next one
	}
}

// report sends the vehicle's state.
func (v *Vehicle) report() {
	v.reportAt = time.Now().Add(v.o.StateTime)
	s := &v.state
	s.NodeStates, s.EdgeStates = s.NodeStates[:0], s.EdgeStates[:0]
	released := 0
	for _, n := range v.ahead {
		s.NodeStates = append(s.NodeStates, NodeState{n.NodeID, n.SequenceID, n.Released})
		s.EdgeStates = append(s.EdgeStates, EdgeState{n.by.EdgeID, n.by.SequenceID, n.Released, n.by.Trajectory})
		if n.Released {
			released++
		}
	}
	s.Driving, s.Paused = v.driving && v.failure == nil && !v.paused, v.paused
	s.NewBaseRequest = released < 2 && released < len(v.ahead)
	s.DistanceSinceLastNode = 0
	if v.driving {
		s.DistanceSinceLastNode = 0.5
	}
	out := *s
	out.Errors = v.wrong()
	out.fit(v.o.Version, 80)
	out.Header = v.header(TopicState)
	if raw, err := marshal(v.o.Version, TopicState, &out); err == nil {
		_ = v.client.Publish(v.o.Version.topic(v.id, TopicState), raw) // what is lost is told by the next one
	}
	s.Errors = s.Errors[:0:0] // of orders refused: told once
}

// wrong are the errors of a state: those told once, and those that last.
func (v *Vehicle) wrong() []Error {
	errors := slices.Clone(v.state.Errors)
	if len(v.ahead) > 0 && v.ahead[0].Released && v.ahead[0].NodeID == v.blocked && v.edge == nil {
		errors = append(errors, Error{ErrorType: "BLOCKED_ROUTE", ErrorLevel: "WARNING", ErrorReferences: []Reference{{"nodeId", v.blocked}}})
	}
	if v.failure != nil {
		errors = append(errors, *v.failure)
	}
	if v.zones.lost != "" {
		errors = append(errors, Error{ErrorType: errorReleaseLost, ErrorLevel: "CRITICAL", ErrorReferences: []Reference{{"zoneId", v.zones.lost}}})
	}
	return errors
}

func (v *Vehicle) refuse(errorType, level string, refs ...Reference) {
	v.state.Errors = append(v.state.Errors, Error{ErrorType: errorType, ErrorLevel: level, ErrorReferences: refs})
}
