package vda5050

import (
	"errors"
	"fmt"
	"strings"
)

// Refusal is why a message was not believed.
type Refusal string

// The refusals that are counted.
const (
	RefusedTopic   Refusal = "topic"   // of no vehicle, version or message that is known
	RefusedSize    Refusal = "size"    // over the limit
	RefusedJSON    Refusal = "json"    // not JSON
	RefusedSchema  Refusal = "schema"  // breaks the schema of its version
	RefusedVersion Refusal = "version" // the header's is not the topic's
	RefusedVehicle Refusal = "vehicle" // the header's is not the topic's
	RefusedFull    Refusal = "full"    // of a vehicle more than the master keeps
)

// refusal is an error that is counted.
type refusal struct {
	why Refusal
	error
}

func (r refusal) Unwrap() error { return r.error }

func refuse(why Refusal, format string, args ...any) error {
	return refusal{why, fmt.Errorf(format, args...)}
}

// heardMessage is a message that was read; what it has depends on its topic.
type heardMessage struct {
	state  *State
	online *Connection
	facts  *Factsheet
	shown  *Visualization
}

// read validates and reads a message, whose header must be that of its topic.
func read(v Version, id ID, topic string, payload []byte) (m heardMessage, err error) {
	var message any
	var h *Header
	switch topic {
	case TopicState:
		m.state = &State{}
		message, h = m.state, &m.state.Header
	case TopicConnection:
		m.online = &Connection{}
		message, h = m.online, &m.online.Header
	case TopicFactsheet:
		m.facts = &Factsheet{}
		message, h = m.facts, &m.facts.Header
	case TopicVisualization:
		m.shown = &Visualization{}
		message, h = m.shown, &m.shown.Header
	default:
		return m, refuse(RefusedTopic, "vda5050: topic %s is not told by vehicles", topic)
	}
	if err := unmarshal(v, topic, payload, message); err != nil {
		return m, err
	}
	if bare := topic == TopicVisualization && v == V21; bare && *h == (Header{HeaderID: h.HeaderID, Timestamp: h.Timestamp}) {
		return m, nil // in 2.1 it needs no header
	}
	if h.Manufacturer != id.Manufacturer || h.SerialNumber != id.Serial {
		return m, refuse(RefusedVehicle, "vda5050: %s on the topic of vehicle %s says that it is of %s/%s", topic, id, h.Manufacturer, h.SerialNumber)
	}
	if major, _, _ := strings.Cut(v.String(), "."); !strings.HasPrefix(h.Version, major+".") {
		return m, refuse(RefusedVersion, "vda5050: %s on a topic of version %s says that it is of version %q", topic, v, h.Version)
	}
	return m, nil
}

// receive takes in a message. Whatever it is, it stops nobody but its own vehicle.
func (m *Master) receive(topic string, payload []byte) {
	v, id, name, err := parseTopic(topic)
	var message heardMessage
	if err == nil {
		message, err = read(v, id, name, payload) // many at a time: what follows is done one by one
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Received++
	if id == (ID{}) {
		m.refused(err)
		return
	}
	s := m.sessions[id]
	if s == nil {
		if len(m.sessions) >= m.o.Vehicles {
			m.refused(refuse(RefusedFull, "vda5050: vehicle %s is one more than %d", id, m.o.Vehicles))
			return
		}
		s = &Session{ID: id, Version: v, m: m}
		m.sessions[id] = s
	}
	if err != nil {
		m.refused(err)
		s.broken++
		s.problem(err.Error())
		if s.broken >= m.o.SetAsideAfter {
			s.SetAside = fmt.Sprintf("%d broken messages in a row, the last: %v", s.broken, err)
		}
		return
	}
	m.take(s, v, message)
	s.broken, s.SetAside = 0, ""
}

// refused counts a message that is not believed.
func (m *Master) refused(err error) {
	m.counts.Invalid++
	why := RefusedTopic
	if r := (refusal{}); errors.As(err, &r) {
		why = r.why
	}
	if m.counts.Refused == nil {
		m.counts.Refused = map[Refusal]int{}
	}
	m.counts.Refused[why]++
}

func (m *Master) take(s *Session, v Version, message heardMessage) {
	switch {
	case message.state != nil:
		m.takeState(s, message.state)
	case message.online != nil:
		m.takeConnection(s, v, message.online)
	case message.facts != nil:
		s.Facts = message.facts
		m.events.Factsheet(s, s.Facts)
	case message.shown != nil:
		if s.Shown != nil && int32(message.shown.HeaderID-s.Shown.HeaderID) <= 0 {
			m.counts.Stale++
			return
		}
		s.Shown = message.shown
		m.events.Visualization(s, s.Shown)
	}
}

func (m *Master) takeState(s *Session, state *State) {
	if s.State != nil && int32(state.HeaderID-s.State.HeaderID) <= 0 {
		m.counts.Stale++
		return
	}
	s.State, s.HeardAt = state, m.o.Now()
	s.clock(state.Timestamp)
	if !s.Online {
		s.Online = true // its connection message was lost with a broker
		m.events.Online(s, true)
	}
	s.shown()
	m.cause = state.Timestamp
	m.events.State(s, state)
	m.cause = ""
}

func (m *Master) takeConnection(s *Session, v Version, c *Connection) {
	online := c.ConnectionState == "ONLINE"
	if online { // a vehicle that begins anew counts its messages anew
		s.Version, s.State, s.Shown = v, nil, nil
	}
	if online != s.Online {
		s.Online = online
		m.events.Online(s, online)
	}
}
