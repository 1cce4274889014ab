package vda5050

import (
	"fmt"
	"math"
	"time"
)

// shown takes in that a state shows the order that was sent, and which nodes of it were passed. What cannot be is kept as a
// doubt, and nothing follows from it: cells are freed only by nodes that the vehicle was released to.
func (s *Session) shown() {
	s.doubt = ""
	if s.State.OrderID != s.order.OrderID || len(s.base) == 0 {
		return
	}
	if s.State.OrderUpdateID > s.order.OrderUpdateID {
		s.doubt = fmt.Sprintf("it shows update %d of its order, the last that was sent is %d", s.State.OrderUpdateID, s.order.OrderUpdateID)
		return
	}
	at := -1
	for i, n := range s.base {
		if n.SequenceID == s.State.LastNodeSequenceID {
			at = i
		}
	}
	switch {
	case at < 0:
		s.doubt = fmt.Sprintf("it says that it passed node %q as number %d of its order, which is not released to it, or was passed before", s.State.LastNodeID, s.State.LastNodeSequenceID)
		return
	case s.base[at].NodeID != s.State.LastNodeID:
		s.doubt = fmt.Sprintf("it says that number %d of its order is node %q, it was sent node %q", s.State.LastNodeSequenceID, s.State.LastNodeID, s.base[at].NodeID)
		return
	}
	if s.unseen != nil && s.State.OrderUpdateID >= s.unseen.OrderUpdateID {
		s.unseen, s.resends = nil, 0
	}
	s.base = s.base[at:]
}

// farCells is how many cells a vehicle that stands may be from the node that it says it is on.
const farCells = 2

// mostResends is how often an order is sent that no state shows, before its vehicle is taken not to hear or to heed it.
const mostResends = 20

// lies says what a vehicle reports that cannot be, "" = nothing.
func (f *Fleet) lies(r int, m *member, state *State) string {
	v := f.Vertex(state.LastNodeID)
	if p := state.Pose(); p != nil && v >= 0 && p.MapID == f.o.MapID && !state.Driving {
		c := centre(f.g, f.o.PitchM, v)
		if d := math.Hypot(p.X-c.X, p.Y-c.Y); d > farCells*f.o.PitchM {
			return fmt.Sprintf("it says that it stands on node %s, and that it is %.1f m from it", state.LastNodeID, d)
		}
	}
	if m.out != "" {
		return "" // it may have been put elsewhere meanwhile
	}
	if at := f.control.At(r).Vertex; m.s.order.OrderID == "" && v != at {
		return fmt.Sprintf("it says that it is on node %q, it was on node %s and was not sent on", state.LastNodeID, f.NodeID(at))
	}
	if m.s.resends > mostResends && m.s.doubt == "" {
		return fmt.Sprintf("its states show nothing of its order, which was sent to it %d times", m.s.resends)
	}
	return m.s.doubt
}

// missing gives up the mission of a vehicle of which nothing was heard for long. What was released to it stays its own, and
// others plan around it; what it does when it comes back is cancelled.
func (f *Fleet) missing(r int, m *member, now time.Time) {
	if m.out != "" || now.Sub(m.s.HeardAt) < f.o.LostAfter {
		return
	}
	m.out = fmt.Sprintf("nothing was heard of it for %s", now.Sub(m.s.HeardAt).Round(time.Second))
	if !m.s.Online {
		m.out = "its connection is broken, and " + m.out
	}
	m.s.problem("set aside: " + m.out)
	if m.busy {
		m.busy = false
		f.control.Hold(r, false)
		f.give.Ended(m.s.ID, m.mission, m.out)
	}
}
