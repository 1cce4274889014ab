package agv

// intervals finds one robot's way among the others' by safe-interval path planning (SIPP; Phillips and Likhachev 2011): A*
// whose nodes are the free times of vertices, of which each is entered as early as can be. Staying at the goal costs
// nothing, so a free time may be entered later at less cost, and keeps several labels where none is better in both.
type intervals struct {
	m      *meeting
	tt     *timetable
	labels []label
	head   []int32  // vertex → its first label, of those of this search
	stamp  []uint32 // vertex → search that set head
	search uint32
	bucket [][]int32 // cost + distance − bound → labels, of which the last put is looked at first
	work   int       // labels made, over all searches
	turn   uint8     // the direction tried first
}

type label struct {
	v, arrive, until int32 // the vertex, and the free time's steps that are left
	cost             int32
	parent, next     int32 // next is the vertex's label before this one
	beaten           bool
}

func newIntervals(m *meeting, tt *timetable) *intervals {
	return &intervals{m: m, tt: tt, head: make([]int32, m.g.Len()), stamp: make([]uint32, m.g.Len())}
}

// find appends to path the way of r, which is not in the timetable, that loses least, and tells what it loses; false where
// none loses most or less.
func (s *intervals) find(r int32, most int32, path []int32) ([]int32, bool) {
	start, goal := s.m.starts[r], s.m.goals[r]
	dist := s.m.dist[int(r)*s.m.g.Len() : (int(r)+1)*s.m.g.Len()]
	bound := int32(dist[start])
	s.search++
	s.labels = s.labels[:0]
	for f := range s.bucket {
		s.bucket[f] = s.bucket[f][:0]
	}
	if bound > most || s.tt.nextFree(start, 0) != 0 {
		return path, false
	}
	s.offer(label{v: start, until: int32(s.tt.freeUntil(start, 0)), parent: -1}, goal, 0)
	for f := 0; f < len(s.bucket); f++ {
		for len(s.bucket[f]) > 0 {
			last := len(s.bucket[f]) - 1
			k := s.bucket[f][last]
			s.bucket[f] = s.bucket[f][:last]
			l := s.labels[k]
			if l.beaten {
				continue
			}
			if l.v == goal && int(l.until) == s.tt.horizon {
				return s.walkBack(k, path), true
			}
			s.expand(k, &l, goal, dist, bound, most)
		}
	}
	return path, false
}

// expand offers the free times of the neighbours that can be entered from a label's.
func (s *intervals) expand(k int32, l *label, goal int32, dist []uint16, bound, most int32) {
	for i := range uint8(4) {
		u := s.m.g.Ahead(l.v, (i+s.turn)&3)
		if u < 0 {
			continue
		}
		left := int32(dist[u])
		if l.cost+1+left > most {
			continue
		}
		latest := int(l.until) + 1
		for t := s.tt.nextFree(u, int(l.arrive)+1); t <= min(latest, s.tt.horizon); {
			until := s.tt.freeUntil(u, t)
			cost := l.cost + int32(t) - l.arrive
			if l.v == goal {
				cost = l.cost + 1
				// Staying was free: as late as can be is as cheap, and leaves less to wait.
				if late := min(latest, until); late > t && (late < latest || s.clear(l.v, u, late)) {
					s.offer(label{v: u, arrive: int32(late), until: int32(until), cost: cost, parent: k}, goal, int(cost+left-bound))
				}
			}
			if cost+left > most {
				break
			}
			if t < latest || s.clear(l.v, u, t) {
				s.offer(label{v: u, arrive: int32(t), until: int32(until), cost: cost, parent: k}, goal, int(cost+left-bound))
			}
			if until >= s.tt.horizon {
				break
			}
			t = s.tt.nextFree(u, until+1)
		}
	}
}

// clear tells whether nobody comes from u to v while one goes from v to u, to be there at t: only where v is taken from t on
// can that be.
func (s *intervals) clear(v, u int32, t int) bool {
	q := s.tt.at(v, t)
	return q < 0 || s.tt.at(u, t-1) != q
}

// offer keeps a label unless another of its free time is as good: no later, and no dearer after waiting.
func (s *intervals) offer(l label, goal int32, f int) {
	if s.stamp[l.v] != s.search {
		s.stamp[l.v], s.head[l.v] = s.search, -1
	}
	wait := int32(1)
	if l.v == goal {
		wait = 0
	}
	for k := s.head[l.v]; k >= 0; k = s.labels[k].next {
		o := &s.labels[k]
		if o.until != l.until || o.beaten {
			continue
		}
		if o.arrive <= l.arrive && o.cost+wait*(l.arrive-o.arrive) <= l.cost {
			return
		}
		if l.arrive <= o.arrive && l.cost+wait*(o.arrive-l.arrive) <= o.cost {
			o.beaten = true
		}
	}
	l.next = s.head[l.v]
	k := int32(len(s.labels))
	s.head[l.v] = k
	s.labels = append(s.labels, l)
	s.work++
	for len(s.bucket) <= f {
		s.bucket = append(s.bucket, nil)
	}
	s.bucket[f] = append(s.bucket[f], k)
}

// walkBack appends the way that led to a label.
func (s *intervals) walkBack(k int32, path []int32) []int32 {
	n := int(s.labels[k].arrive) + 1
	base := len(path)
	for range n {
		path = append(path, 0)
	}
	end := n
	for ; k >= 0; k = s.labels[k].parent {
		l := &s.labels[k]
		for t := int(l.arrive); t < end; t++ {
			path[base+t] = l.v
		}
		end = int(l.arrive)
	}
	return path
}
