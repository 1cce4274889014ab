package agv

// mendShare is the part of a floor's states, one in so many, up to which a field is mended when steps change; where more
// lose their way a sweep is cheaper.
const mendShare = 16

// mender brings fields up to date where a few steps were closed or opened, or cost something else: states whose cheapest way is gone are found in the
// order of their distance, and get new ones from those around that kept theirs. Method: dynamic shortest paths (Ramalingam,
// Reps 1996, J. Algorithms 21(2)). O(a log a) for a states that change.
type mender struct {
	s     *sweeper // whose distances are room for those unpacked
	goal  int32
	f     field
	reach int

	round   uint32
	stamp   []uint32 // vertex → round in which it was unpacked last
	touched []int32  // vertices unpacked in this round
	torn    []int32  // states that lost their way
	heap    []uint64 // distance and state
}

func newMender(s *sweeper) *mender { return &mender{s: s, stamp: make([]uint32, s.g.Len())} }

// mend corrects the distances f to goal, which are complete up to reach, after steps [v*4+d] of the graph changed. It gives
// false, and f as it was, where that is better left to a sweep.
func (m *mender) mend(goal int32, f field, reach int32, steps []int32) bool {
	m.goal, m.f, m.reach = goal, f, int(reach)
	m.round++
	m.touched, m.torn = m.touched[:0], m.torn[:0]
	if !m.tear(steps) {
		return false
	}
	m.renew(steps)
	for _, v := range m.touched {
		m.s.packOne(f, v, uint16(m.reach))
	}
	return true
}

// at is the distance of a state, farAway where it is not known.
func (m *mender) at(state int32) int {
	v := state >> 2
	if m.stamp[v] != m.round {
		m.stamp[v] = m.round
		m.touched = append(m.touched, v)
		known := m.f[v]>>16 != farAway
		for d := range uint8(4) {
			m.s.dist[v*4+int32(d)] = farAway
			if far := m.f.from(v, d); known && int(far) <= m.reach {
				m.s.dist[v*4+int32(d)] = uint16(far)
			}
		}
	}
	return int(m.s.dist[state])
}

// tear finds the states that lost their cheapest way. What keeps a state is nearer than it, so its own fate is known first.
func (m *mender) tear(steps []int32) bool {
	m.heap = m.heap[:0]
	for _, x := range steps {
		m.push(m.at(x), x)
	}
	for len(m.heap) > 0 {
		now, x := m.pop()
		if m.at(x) != now || now == farAway || x>>2 == m.goal || m.onward(x) <= now {
			continue
		}
		m.s.dist[x] = farAway
		m.torn = append(m.torn, x)
		if len(m.torn) > len(m.s.dist)/mendShare {
			return false
		}
		m.before(x, func(y int32, cost int) {
			if m.at(y) == now+cost {
				m.push(now+cost, y)
			}
		})
	}
	return true
}

// renew gives torn states, those that begin a step that changed, and all that gain by them, their distances.
func (m *mender) renew(steps []int32) {
	limit := min(m.reach, farAway-65)
	for _, list := range [2][]int32{m.torn, steps} {
		for _, x := range list {
			if far := m.onward(x); far < m.at(x) && far <= limit {
				m.s.dist[x] = uint16(far)
				m.push(far, x)
			}
		}
	}
	for len(m.heap) > 0 {
		now, x := m.pop()
		if m.at(x) != now {
			continue
		}
		m.before(x, func(y int32, cost int) {
			if far := now + cost; far < m.at(y) && far <= limit {
				m.s.dist[y] = uint16(far)
				m.push(far, y)
			}
		})
	}
}

// onward is the least distance of a state by way of what it can do.
func (m *mender) onward(x int32) int {
	far := stepCost + min(m.at(x&^3|(x+1)&3), m.at(x&^3|(x+3)&3))
	if to := m.s.g.next[x]; to >= 0 {
		far = min(far, int(m.s.cost[x])+m.at(to*4+x&3))
	}
	return far
}

// before calls for each state that leads to x in one action, with its cost.
func (m *mender) before(x int32, call func(y int32, cost int)) {
	call(x&^3|(x+1)&3, stepCost)
	call(x&^3|(x+3)&3, stepCost)
	if from := m.s.behind[x]; from >= 0 {
		y := from*4 + x&3
		call(y, int(m.s.cost[y]))
	}
}

func (m *mender) push(far int, state int32) {
	m.heap = append(m.heap, uint64(far)<<32|uint64(state))
	for i := len(m.heap) - 1; i > 0 && m.heap[i] < m.heap[(i-1)/2]; i = (i - 1) / 2 {
		m.heap[i], m.heap[(i-1)/2] = m.heap[(i-1)/2], m.heap[i]
	}
}

func (m *mender) pop() (far int, state int32) {
	top, last := m.heap[0], len(m.heap)-1
	m.heap[0] = m.heap[last]
	m.heap = m.heap[:last]
	for i, kid := 0, 1; kid < last; i, kid = kid, 2*kid+1 {
		if kid+1 < last && m.heap[kid+1] < m.heap[kid] {
			kid++
		}
		if m.heap[i] <= m.heap[kid] {
			break
		}
		m.heap[i], m.heap[kid] = m.heap[kid], m.heap[i]
	}
	return int(top >> 32), int32(uint32(top))
}
