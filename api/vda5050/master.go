package vda5050

import (
	"fmt"
	"maps"
	"sync"
	"time"
)

// Events are told by a Master, one at a time.
type Events interface {
	// Online tells that a vehicle's connection changed: true = it can be reached.
	Online(s *Session, online bool)
	// State tells what a vehicle reports. It is newer than all that were told before.
	State(s *Session, state *State)
	// Factsheet tells what a vehicle can do.
	Factsheet(s *Session, f *Factsheet)
	// Visualization tells where a vehicle is between two states. Nothing else follows from it.
	Visualization(s *Session, v *Visualization)
}

// MasterOptions steer a Master. The zero value works.
type MasterOptions struct {
	// ResendAfter is how long an order update may go without a state that shows it; default 2 s.
	ResendAfter time.Duration
	// LateClock is how far a vehicle's clock may be off before its session says so; default 10 s.
	LateClock time.Duration
	// SetAsideAfter is how many broken messages in a row set a vehicle aside; default 5. Vehicles bounds the sessions kept;
	// default 10,000.
	SetAsideAfter, Vehicles int
	// Sent is told of each order as it goes out, and of the timestamp of the state that it follows from, "" = none, for
	// measurements; nil = nobody is.
	Sent func(id ID, o *Order, cause string)
	Now  func() time.Time // default time.Now
}

func (o *MasterOptions) complete() {
	if o.ResendAfter <= 0 {
		o.ResendAfter = 2 * time.Second
	}
	if o.LateClock <= 0 {
		o.LateClock = 10 * time.Second
	}
	if o.SetAsideAfter <= 0 {
		o.SetAsideAfter = 5
	}
	if o.Vehicles <= 0 {
		o.Vehicles = 10_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Counts are what a Master saw.
type Counts struct {
	Received, Sent   int
	Invalid          int             // refused, whichever way they went
	Refused          map[Refusal]int // of the Invalid ones from vehicles, by the reason
	Stale            int             // states that were repeated or came after newer ones
	Resent, Overflow int             // orders sent again; messages that could not be queued and will be sent again
}

// Master keeps the sessions of all vehicles that speak on a link. Its methods may be called by any goroutine.
type Master struct {
	o      MasterOptions
	link   Link
	events Events
	out    chan outgoing
	ended  chan struct{}

	mu       sync.Mutex
	sessions map[ID]*Session
	counts   Counts
	cause    string // timestamp of the state that is taken in just now
}

type outgoing struct {
	topic   string
	payload []byte
}

// outbox bounds messages that wait for the link.
const outbox = 1 << 14

// NewMaster begins to listen on a link; call Listen again when the link has been connected anew and forgets.
func NewMaster(link Link, events Events, o MasterOptions) *Master {
	o.complete()
	m := &Master{o: o, link: link, events: events, out: make(chan outgoing, outbox), ended: make(chan struct{}), sessions: map[ID]*Session{}}
	go m.send()
	return m
}

// Listen subscribes to what vehicles tell.
func (m *Master) Listen(link Link) error {
	for _, v := range []Version{V21, V30} {
		for _, topic := range told {
			if err := link.Subscribe(v.root()+"/+/+/"+topic, m.receive); err != nil {
				return fmt.Errorf("vda5050: subscribe to %s of version %s: %w", topic, v, err)
			}
		}
	}
	return nil
}

// Relink takes another link, such as that to a broker that was started anew.
func (m *Master) Relink(link Link) error {
	m.mu.Lock()
	m.link = link
	m.mu.Unlock()
	return m.Listen(link)
}

// Close ends sending; the link stays open.
func (m *Master) Close() { close(m.ended) }

func (m *Master) send() {
	for {
		select {
		case <-m.ended:
			return
		case x := <-m.out:
			m.mu.Lock()
			link := m.link
			m.mu.Unlock()
			_ = link.Publish(x.topic, x.payload) // what is lost is sent again: no state will show it
		}
	}
}

// Counts tells what was seen so far.
func (m *Master) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.counts
	c.Refused = maps.Clone(c.Refused)
	return c
}

// Do runs f while no event is told, so that it may use sessions.
func (m *Master) Do(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// Resend sends again what no state has shown in time. It is to be called about once a second.
func (m *Master) Resend() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.o.Now()
	for _, s := range m.sessions {
		if s.unseen != nil && s.Online && now.Sub(s.sentAt) >= m.o.ResendAfter {
			m.counts.Resent++
			if err := s.again(); err != nil {
				s.problem(err.Error())
			}
		}
	}
}

func (m *Master) post(v Version, id ID, topic string, message any) error {
	raw, err := marshal(v, topic, message)
	if err != nil {
		m.counts.Invalid++
		return err
	}
	select {
	case m.out <- outgoing{v.topic(id, topic), raw}:
		m.counts.Sent++
	default:
		m.counts.Overflow++
	}
	return nil
}
