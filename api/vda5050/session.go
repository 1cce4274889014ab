package vda5050

import (
	"fmt"
	"slices"
	"time"
)

// Session is what a master knows of one vehicle. It is used within Events and Master.Do.
type Session struct {
	ID       ID
	Version  Version
	Online   bool
	State    *State // the last one, nil = none yet
	Facts    *Factsheet
	HeardAt  time.Time
	Shown    *Visualization // the last one, nil = none yet
	SetAside string         // why nothing is sent to it, "" = it is not set aside
	Problems []string       // the last ones, newest last
	Skew     time.Duration

	m         *Master
	broken    int               // messages in a row
	headers   map[string]uint32 // by topic
	order     Order             // the last one sent; its released nodes are the base that may be extended
	base      []Node            // of the order, from the last node that the vehicle has passed on
	doubt     string            // what its last state shows that cannot be
	unseen    *Order            // an order or update that no state has shown yet
	sentAt    time.Time
	resends   int // of unseen
	nextOrder int
	nextAct   int
}

// maxProblems bounds what is kept of a vehicle's problems.
const maxProblems = 20

func (s *Session) problem(text string) {
	if len(text) > 500 {
		text = text[:500]
	}
	s.Problems = append(s.Problems, text)
	if len(s.Problems) > maxProblems {
		s.Problems = slices.Delete(s.Problems, 0, len(s.Problems)-maxProblems)
	}
}

// clock notes how far the vehicle's clock is off. What is new is told by headerId, never by clocks.
func (s *Session) clock(timestamp string) {
	at, err := time.Parse(time.RFC3339, timestamp)
	if err != nil {
		return
	}
	was := s.Skew
	s.Skew = s.m.o.Now().Sub(at)
	if s.Skew.Abs() > s.m.o.LateClock && was.Abs() <= s.m.o.LateClock {
		s.problem(fmt.Sprintf("its clock is off by %s", -s.Skew.Round(time.Second)))
	}
}

// OrderID is the order that the vehicle is on, "" = none.
func (s *Session) OrderID() string { return s.order.OrderID }

// LastBase is the last node that the vehicle has been released to.
func (s *Session) LastBase() (Node, bool) {
	if len(s.base) == 0 {
		return Node{}, false
	}
	return s.base[len(s.base)-1], true
}

// Idle tells whether the vehicle has shown that it has nothing more to do: all nodes passed, all actions ended.
func (s *Session) Idle() bool {
	if s.State == nil || s.unseen != nil || len(s.State.NodeStates) > 0 || len(s.State.EdgeStates) > 0 {
		return false
	}
	return !slices.ContainsFunc(s.State.ActionStates, func(a ActionState) bool { return !a.ended() })
}

// find is how far an action of the vehicle is, nil = its last state does not show it.
func (s *Session) find(id string) *ActionState {
	if id == "" || s.State == nil {
		return nil
	}
	for _, list := range [][]ActionState{s.State.ActionStates, s.State.Instant(), s.State.ZoneActionStates} {
		for i := range list {
			if list[i].ActionID == id {
				return &list[i]
			}
		}
	}
	return nil
}

// status is how far an action of the vehicle is, "" = its last state does not show it.
func (s *Session) status(id string) string {
	if a := s.find(id); a != nil {
		return a.ActionStatus
	}
	return ""
}

// ahead tells whether the vehicle has been released to a node that it has not passed.
func (s *Session) ahead(node string) bool {
	for i, n := range s.base {
		if i > 0 && n.NodeID == node {
			return true
		}
	}
	return false
}

// dropped tells whether the vehicle does not know of nodes that it had shown it would go to: it was started anew, or a person
// took its order away.
func (s *Session) dropped() bool {
	return s.unseen == nil && len(s.base) > 1 && (s.State.OrderID != s.order.OrderID || len(s.State.NodeStates) == 0)
}

// Begin sends a new order to an idle vehicle: it stands at the first of base, and goes on to the others. Of horizon it
// learns what is planned behind.
func (s *Session) Begin(base, horizon []Node) error {
	s.nextOrder++
	s.order = Order{OrderID: fmt.Sprintf("%s-%s-%d", s.ID.Serial, s.m.o.Now().UTC().Format("20060102T150405"), s.nextOrder)}
	s.base, s.resends = nil, 0
	return s.route(base, horizon)
}

// Extend sends an order update: base behind the last node released before, and a new horizon. The base never changes.
func (s *Session) Extend(base, horizon []Node) error {
	last, ok := s.LastBase()
	if !ok {
		return fmt.Errorf("vda5050: vehicle %s has no order to extend", s.ID)
	}
	s.order.OrderUpdateID++
	return s.route(append([]Node{last}, base...), horizon)
}

// route numbers the nodes, joins them by edges and sends them. The first one is where the vehicle stands or the last of the
// base, whose number it keeps.
func (s *Session) route(base, horizon []Node) error {
	sequence := base[0].SequenceID
	if len(s.base) == 0 {
		sequence = 0
	}
	o := Order{OrderID: s.order.OrderID, OrderUpdateID: s.order.OrderUpdateID, Edges: []Edge{}}
	if facts := s.Facts; facts != nil && facts.OrderNodes() > 0 {
		horizon = horizon[:max(0, min(len(horizon), facts.OrderNodes()-len(base)))]
	}
	for i, n := range slices.Concat(base, horizon) {
		n.SequenceID, n.Released = sequence+2*uint32(i), i < len(base)
		if n.Actions == nil {
			n.Actions = []Action{}
		}
		if i > 0 {
			was := o.Nodes[i-1]
			o.Edges = append(o.Edges, s.edge(was, n))
		}
		o.Nodes = append(o.Nodes, n)
	}
	if len(s.base) == 0 {
		s.base = append(s.base, o.Nodes[0])
	}
	s.base = append(s.base, o.Nodes[1:len(base)]...)
	s.order = o
	return s.transmit(&o)
}

// edge is the edge between two nodes of an order in the words of the vehicle's version.
func (s *Session) edge(from, to Node) Edge {
	e := to.by
	e.EdgeID, e.SequenceID, e.Released = edgeID(from.NodeID, to.NodeID), to.SequenceID-1, to.Released
	if e.Actions == nil {
		e.Actions = []Action{}
	}
	if s.Version == V21 {
		e.StartNodeID, e.EndNodeID, e.MaxSpeed, e.MaximumSpeed = from.NodeID, to.NodeID, e.MaximumSpeed, 0
		if e.Corridor != nil {
			e.Corridor = &Corridor{LeftWidth: e.Corridor.LeftWidth, RightWidth: e.Corridor.RightWidth}
		}
	}
	return e
}

func edgeID(from, to string) string { return from + ">" + to }

// again sends what no state has shown: from the last node that the vehicle knows to be released, so that it fits whatever
// was lost in between.
func (s *Session) again() error {
	s.resends++
	known := s.base[0].SequenceID
	if s.State != nil && s.State.OrderID == s.order.OrderID {
		for _, n := range s.State.NodeStates {
			if n.Released {
				known = max(known, n.SequenceID)
			}
		}
	}
	from := 0
	for from < len(s.base)-1 && s.base[from].SequenceID < known {
		from++
	}
	base := slices.Clone(s.base[from:])
	s.base = s.base[:from+1]
	return s.route(base, nil)
}

func (s *Session) transmit(o *Order) error {
	now := s.m.o.Now()
	o.Header = s.header(TopicOrder)
	s.unseen, s.sentAt = o, now
	if s.m.o.Sent != nil {
		s.m.o.Sent(s.ID, o, s.m.cause)
	}
	return s.m.post(s.Version, s.ID, TopicOrder, o)
}

// Act sends an instant action and gives its id, by which states tell how far it is.
func (s *Session) Act(actionType string, parameters ...Parameter) (string, error) {
	s.nextAct++
	id := fmt.Sprintf("%s-i%d", s.ID.Serial, s.nextAct)
	blocking := "HARD"
	if s.Version == V30 {
		blocking = "NONE"
	}
	return id, s.m.post(s.Version, s.ID, TopicInstantActions, &InstantActions{Header: s.header(TopicInstantActions),
		Actions: []Action{{ActionType: actionType, ActionID: id, BlockingType: blocking, Parameters: parameters}}})
}

// header begins the next message of a topic.
func (s *Session) header(topic string) Header {
	if s.headers == nil {
		s.headers = map[string]uint32{}
	}
	s.headers[topic]++
	return newHeader(s.Version, s.ID, s.headers[topic], s.m.o.Now())
}

// Bring sends a vehicle of 3.0 a zone set. It is in force once the vehicle was told so by enableZoneSet.
func (s *Session) Bring(set *ZoneSet) error {
	return s.m.post(s.Version, s.ID, TopicZoneSet, &ZoneSetMessage{s.header(TopicZoneSet), *set})
}

// Respond answers requests of a vehicle of 3.0.
func (s *Session) Respond(responses []Response) error {
	return s.m.post(s.Version, s.ID, TopicResponses, &Responses{s.header(TopicResponses), responses})
}

// Forget drops what the vehicle was sent: it has been cancelled.
func (s *Session) Forget() {
	s.order, s.base, s.unseen = Order{}, nil, nil
}
