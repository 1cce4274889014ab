package vda5050

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// permit is what the master has said to a request of a vehicle.
type permit struct {
	answer string // GRANTED, QUEUED, REVOKED, REJECTED
	at     time.Time
	until  time.Time // of a GRANTED one
	lent   []int32   // vertices beside its way, for a corridor
	out    bool      // it is to leave a closed zone by its own way
}

// maxRequests bounds the requests of one vehicle that are looked at.
const maxRequests = 64

// request is one of a vehicle's, of either kind.
type request struct {
	id, status string
	zone       *ZoneRequest
	edge       *EdgeRequest
}

func (s *State) requests() []request {
	var all []request
	for i := range s.ZoneRequests {
		z := &s.ZoneRequests[i]
		all = append(all, request{id: z.RequestID, status: z.RequestStatus, zone: z})
	}
	for i := range s.EdgeRequests {
		e := &s.EdgeRequests[i]
		all = append(all, request{id: e.RequestID, status: e.RequestStatus, edge: e})
	}
	return all
}

// answer tells a vehicle of 3.0 what becomes of its requests. What the vehicle has not shown in time is said again, and leave
// that is still in use is made longer before it runs out.
func (f *Fleet) answer(r int, m *member) {
	if m.s.State == nil {
		return // it begins anew
	}
	all := m.s.State.requests()
	f.settle(m, all)
	if len(all) == 0 {
		return
	}
	if len(all) > maxRequests {
		m.s.problem(fmt.Sprintf("it has %d requests at a time; those over %d are not looked at", len(all), maxRequests))
		all = all[:maxRequests]
	}
	now := f.master.o.Now()
	var responses []Response
	for _, q := range all {
		if q.status == revoked || q.status == expired {
			continue // what was lent stays so until the request is gone
		}
		p := m.permits[q.id]
		if p == nil {
			p = &permit{}
			m.permits[q.id] = p
		}
		if a := f.decide(r, m, q, p); f.tell(p, q, a, now) {
			responses = append(responses, f.response(p, q, now))
		}
	}
	if len(responses) > 0 {
		if err := m.s.Respond(responses); err != nil {
			m.s.problem(err.Error())
		}
	}
}

// settle forgets requests that a vehicle has no more, and takes back what was lent for them.
func (f *Fleet) settle(m *member, all []request) {
	if m.permits == nil {
		m.permits = map[string]*permit{}
	}
	for id, p := range m.permits {
		if !slices.ContainsFunc(all, func(q request) bool { return q.id == id }) {
			f.control.Return(p.lent)
			delete(m.permits, id)
		}
	}
}

// tell tells whether an answer is to be sent: it is another than before, the vehicle has not shown it in time, or what was
// granted is about to run out.
func (f *Fleet) tell(p *permit, q request, answer string, now time.Time) bool {
	was := p.answer
	p.answer = answer
	switch {
	case was != answer:
		return true
	case answer == granted && p.until.Sub(now) < f.o.Lease/2:
		return true
	case answer == granted && q.status == granted, answer == queued:
		return false
	}
	return now.Sub(p.at) >= f.master.o.ResendAfter
}

func (f *Fleet) response(p *permit, q request, now time.Time) Response {
	p.at = now
	a := Response{RequestID: q.id, GrantType: p.answer}
	if p.answer == granted {
		p.until = now.Add(f.o.Lease)
		a.LeaseExpiry = p.until.UTC().Format(clockLayout)
	}
	return a
}

// decide says what becomes of a request.
func (f *Fleet) decide(r int, m *member, q request, p *permit) string {
	if q.edge != nil {
		return f.decideCorridor(r, m, q.edge, p)
	}
	if m.zones == nil || q.zone.ZoneSetID != m.zones.ZoneSetID {
		return f.deny(m, q, p, "of zone set "+q.zone.ZoneSetID+", which is not in force")
	}
	i, known := f.ground.index[q.zone.ZoneID]
	if !known {
		return f.deny(m, q, p, "of zone "+q.zone.ZoneID+", which is not of the floor")
	}
	z := &f.ground.set.Zones[i]
	switch {
	case q.zone.RequestType == askAccess && z.ZoneType == ZoneRelease:
		return f.decideAccess(m, i, z, p)
	case q.zone.RequestType == askReplanning && z.ZoneType == ZoneReplanning:
		return f.decideWay(r, m, q, p)
	}
	return f.deny(m, q, p, fmt.Sprintf("for %s to a zone of type %s", q.zone.RequestType, z.ZoneType))
}

// deny rejects a request, and notes why at the first time.
func (f *Fleet) deny(m *member, q request, p *permit, reason string) string {
	if p.answer != rejected {
		m.s.problem("request " + q.id + " is rejected: it is " + reason)
	}
	return rejected
}

// decideAccess grants entry of an open zone to a vehicle whose base leads into it or that is in it: cells are released to one
// vehicle at a time, and leave is given no later and to nobody else, so that none waits for another in a ring. Of a closed zone
// it is taken, and granted only to one that asks from within, as one does that came in while its order was cancelled: it is to
// get out, unless the zone says that who has no leave stops.
func (f *Fleet) decideAccess(m *member, i int, z *Zone, p *permit) string {
	v := f.Vertex(m.s.State.LastNodeID)
	within := v >= 0 && f.ground.has(i, v)
	if f.closedZone(z) {
		switch {
		case p.answer == granted && !p.out, p.answer == revoked:
			return revoked
		case within && z.ReleaseLossBehavior != "STOP" && f.barred(m) == "":
			p.out = true
			return granted
		}
		return queued
	}
	if within {
		return granted
	}
	for _, n := range m.s.base {
		if v := f.Vertex(n.NodeID); v >= 0 && f.ground.has(i, v) {
			return granted
		}
	}
	return queued
}

// decideWay grants a way all of whose cells are the vehicle's own for now.
func (f *Fleet) decideWay(r int, m *member, q request, p *permit) string {
	if p.answer == granted {
		return granted // what is released to a vehicle stays its own; what lies behind it need not
	}
	if q.zone.Trajectory == nil {
		return f.deny(m, q, p, "without a trajectory")
	}
	t := *q.zone.Trajectory
	t.complete()
	if err := t.Check(); err != nil {
		return f.deny(m, q, p, "of a trajectory that is no curve: "+err.Error())
	}
	for _, place := range t.samples() {
		if v := vertexAt(f.g, f.o.PitchM, place[0], place[1]); v < 0 || f.control.Holder(v) != int32(r) {
			return f.deny(m, q, p, fmt.Sprintf("of a way by %.2f m, %.2f m, where no cell is released to it", place[0], place[1]))
		}
	}
	return granted
}

// decideCorridor grants the use of a corridor of the vehicle's base whose cells nobody else holds; they are its own until the
// request is gone.
func (f *Fleet) decideCorridor(r int, m *member, q *EdgeRequest, p *permit) string {
	if p.answer == granted {
		return granted
	}
	for i := 1; i < len(m.s.base); i++ {
		from, n := m.s.base[i-1], m.s.base[i]
		if n.SequenceID != q.SequenceID+1 || edgeID(from.NodeID, n.NodeID) != q.EdgeID || n.by.Corridor == nil {
			continue
		}
		beside := f.beside(f.Vertex(from.NodeID), f.Vertex(n.NodeID), n.by.Corridor)
		if !f.control.Lend(r, beside) {
			return queued
		}
		p.lent = beside
		return granted
	}
	return f.deny(m, request{id: q.RequestID}, p, "for the corridor of edge "+q.EdgeID+", which is not released to it with one")
}

// beside are the vertices that a corridor reaches into beside those of its edge, by the vehicle's cell around each place in it.
func (f *Fleet) beside(from, to int32, c *Corridor) (vs []int32) {
	a, b := centre(f.g, f.o.PitchM, from), centre(f.g, f.o.PitchM, to)
	length := math.Hypot(b.X-a.X, b.Y-a.Y)
	left := Point{-(b.Y - a.Y) / length, (b.X - a.X) / length}
	for v := range int32(f.g.Len()) {
		p := centre(f.g, f.o.PitchM, v)
		along := (p.X-a.X)*left.Y - (p.Y-a.Y)*left.X
		aside := (p.X-a.X)*left.X + (p.Y-a.Y)*left.Y
		near := along > -f.o.PitchM+edgeSlack && along < length+f.o.PitchM-edgeSlack
		wide := aside < c.LeftWidth+f.o.PitchM-edgeSlack && aside > -c.RightWidth-f.o.PitchM+edgeSlack
		if near && wide && v != from && v != to {
			vs = append(vs, v)
		}
	}
	return vs
}
