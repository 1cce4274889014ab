package vda5050

import (
	"encoding/json"
	"math/rand/v2"
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
	Seed      uint64
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
	driving  bool
	acting   int // index of the action that runs, −1 = none
	paused   bool
	failure  *Error
	blocked  string // node that it cannot enter
	told     bool   // that it stands before it
	deadline time.Time
	reportAt time.Time
}

type arrived struct {
	topic   string
	payload []byte
}

// NewVehicle connects a vehicle that stands on a node to a broker.
func NewVehicle(address string, id ID, node string, o VehicleOptions) *Vehicle {
	for _, f := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&o.NodeTime, time.Second}, {&o.ActTime, 2 * time.Second}, {&o.StateTime, 30 * time.Second}} {
		if *f.value <= 0 {
			*f.value = f.standard
		}
	}
	v := &Vehicle{o: o, id: id, in: make(chan arrived, 64), do: make(chan func(), 16), ended: make(chan struct{}), acting: -1,
		random: rng.New(o.Seed, "vda5050", id.String()), headers: map[string]uint32{}, at: Node{NodeID: node, Released: true}}
	v.state = State{LastNodeID: node, OperatingMode: "AUTOMATIC", NodeStates: []NodeState{}, EdgeStates: []EdgeState{}, ActionStates: []ActionState{}, Errors: []Error{}}
	v.dial(address)
	go v.run()
	return v
}

func (v *Vehicle) dial(address string) {
	broken := "CONNECTIONBROKEN"
	if v.o.Version == V30 {
		broken = "CONNECTION_BROKEN"
	}
	will, _ := json.Marshal(Connection{newHeader(v.o.Version, v.id, 0, time.Now()), broken})
	v.client = Dial("tcp://"+address, ClientOptions{ClientID: v.id.String(), Will: &Will{v.o.Version.topic(v.id, TopicConnection), will}, Connected: func(c *Client) {
		for _, topic := range []string{TopicOrder, TopicInstantActions} {
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
		for v.work() {
		}
		if !time.Now().Before(v.reportAt) {
			v.report()
		}
		next := v.reportAt
		if !v.deadline.IsZero() && v.deadline.Before(next) {
			next = v.deadline
		}
		timer.Reset(max(0, time.Until(next)))
	}
}

// work begins or ends what is due, and tells whether there may be more.
func (v *Vehicle) work() bool {
	due := !v.deadline.IsZero() && !time.Now().Before(v.deadline)
	switch {
	case v.failure != nil || v.paused || (v.state.OperatingMode != "AUTOMATIC" && v.state.OperatingMode != "SEMIAUTOMATIC"):
		v.deadline = time.Time{}
		return false
	case v.acting >= 0:
		return v.act(due)
	case v.driving:
		if v.deadline.IsZero() { // it goes on after a stop
			v.deadline = time.Now().Add(v.o.NodeTime)
		}
		if due {
			v.pass()
		}
		return due
	}
	v.deadline = time.Time{}
	for _, a := range v.at.Actions {
		for i := range v.state.ActionStates {
			if s := &v.state.ActionStates[i]; s.ActionID == a.ActionID && s.ActionStatus == "WAITING" {
				s.ActionStatus, v.acting, v.deadline = "RUNNING", i, time.Now().Add(v.o.ActTime)
				v.report()
				return false
			}
		}
	}
	if len(v.ahead) == 0 || !v.ahead[0].Released {
		return false
	}
	if v.ahead[0].NodeID == v.blocked {
		if !v.told {
			v.told = true
			v.report()
		}
		return false
	}
	v.told = false
	v.driving, v.deadline = true, time.Now().Add(v.o.NodeTime+time.Duration(v.random.Int64N(int64(v.o.Spread)+1)))
	return false
}

func (v *Vehicle) act(due bool) bool {
	if v.deadline.IsZero() {
		v.deadline = time.Now().Add(v.o.ActTime)
	}
	if due {
		v.state.ActionStates[v.acting].ActionStatus, v.acting, v.deadline = "FINISHED", -1, time.Time{}
		v.report()
	}
	return due
}

func (v *Vehicle) pass() {
	v.at, v.ahead, v.driving, v.deadline = v.ahead[0], v.ahead[1:], false, time.Time{}
	v.state.LastNodeID, v.state.LastNodeSequenceID = v.at.NodeID, v.at.SequenceID
	v.report()
}

// report sends the vehicle's state.
func (v *Vehicle) report() {
	v.reportAt = time.Now().Add(v.o.StateTime)
	s := &v.state
	s.NodeStates, s.EdgeStates = s.NodeStates[:0], s.EdgeStates[:0]
	was := v.at
	released := 0
	for _, n := range v.ahead {
		s.NodeStates = append(s.NodeStates, NodeState{n.NodeID, n.SequenceID, n.Released})
		s.EdgeStates = append(s.EdgeStates, EdgeState{was.NodeID + ">" + n.NodeID, n.SequenceID - 1, n.Released})
		if n.Released {
			released++
		}
		was = n
	}
	s.Driving, s.Paused = v.driving && v.failure == nil && !v.paused, v.paused
	s.NewBaseRequest = released < 2 && released < len(v.ahead)
	s.DistanceSinceLastNode = 0
	if v.driving {
		s.DistanceSinceLastNode = 0.5
	}
	errors := s.Errors
	if len(v.ahead) > 0 && v.ahead[0].Released && v.ahead[0].NodeID == v.blocked && !v.driving {
		errors = append(errors[:len(errors):len(errors)], Error{ErrorType: "BLOCKED_ROUTE", ErrorLevel: "WARNING", ErrorReferences: []Reference{{"nodeId", v.blocked}}})
	}
	if v.failure != nil {
		errors = append(errors[:len(errors):len(errors)], *v.failure)
	}
	out := *s
	out.Errors = errors
	out.fit(v.o.Version, 80)
	out.Header = v.header(TopicState)
	if raw, err := marshal(v.o.Version, TopicState, &out); err == nil {
		_ = v.client.Publish(v.o.Version.topic(v.id, TopicState), raw) // what is lost is told by the next one
	}
	s.Errors = s.Errors[:0:0] // of orders refused: told once
}

func (v *Vehicle) refuse(errorType, level string, refs ...Reference) {
	v.state.Errors = append(v.state.Errors, Error{ErrorType: errorType, ErrorLevel: level, ErrorReferences: refs})
}
