package agv

// stepCost is the cost of one unhindered step or turn. Guidance makes steps dearer or cheaper around it; a cell's four
// directions differ by two turns at most, which four bits hold.
const stepCost = 6

// farAway is the distance of a state that does not reach the goal.
const farAway = 1<<16 - 1

// field holds what is left to go to one goal from each vertex and direction, packed: the least over the four directions in
// the high 16 bits, and what each direction costs more in four bits each.
type field []uint32

// from gives the cost from vertex v facing d, in units of stepCost a step.
func (f field) from(v int32, d uint8) int32 {
	x := f[v]
	return int32(x>>16) + int32(x>>(4*d)&15)
}

// sweeper computes fields by Dial's bucket queue on states (vertex, direction), backwards from the goal. One a goroutine.
type sweeper struct {
	g       *Graph
	cost    []uint8 // [v*4+d]: of the step ahead
	dist    []uint16
	buckets [256][]int32
	behind  []int32 // [v*4+d]: the vertex that reaches v by a step in direction d, −1 = none
	free    bool    // turns cost nothing: robots need none
}

func newSweeper(g *Graph, cost []uint8, behind []int32) *sweeper {
	return &sweeper{g: g, cost: cost, dist: make([]uint16, 4*g.Len()), behind: behind}
}

// behindOf inverts the steps of a graph.
func behindOf(g *Graph) []int32 {
	behind := make([]int32, len(g.next))
	for i := range behind {
		behind[i] = -1
	}
	for i, to := range g.next {
		if to >= 0 {
			behind[int(to)*4+i&3] = int32(i >> 2)
		}
	}
	return behind
}

// A field on a floor of more than wholeCells vertices is swept only as far as it is asked for and marginCost beyond, which is
// swept anew when less than half of that is left.
const (
	wholeCells = 8192
	marginCost = 48 * stepCost
)

// sweep fills f with the distances to goal. Where from names vertices, it may end once these are reached and marginCost more;
// it tells up to which distance f is complete, farAway = everywhere. O(states + largest distance).
func (s *sweeper) sweep(goal int32, f field, from []int32) (reach int32) {
	for i := range s.dist {
		s.dist[i] = farAway
	}
	for d := range int32(4) {
		s.dist[goal*4+d] = 0
		s.buckets[0] = append(s.buckets[0], goal*4+d)
	}
	pending, until := 4, farAway
	for now := 0; pending > 0 && now <= until; now++ {
		// A step or turn costs at least one unit, so a bucket does not grow while it is emptied.
		bucket := s.buckets[now&255]
		if s.free {
			pending += s.settleFree(bucket, now) - len(bucket)
		} else {
			pending += s.settle(bucket, now) - len(bucket)
		}
		s.buckets[now&255] = bucket[:0]
		for until == farAway && len(from) > 0 && int(s.least(from[len(from)-1])) <= now {
			if from = from[:len(from)-1]; len(from) == 0 {
				until = min(now+marginCost, farAway-1)
			}
		}
	}
	for i := range s.buckets {
		s.buckets[i] = s.buckets[i][:0]
	}
	if pending > 0 {
		s.pack(f, uint16(until))
		return int32(until)
	}
	s.pack(f, farAway)
	return farAway
}

// settle relaxes what comes before the states of a bucket and tells how many it put into others.
func (s *sweeper) settle(bucket []int32, now int) (put int) {
	dist, turned := s.dist, uint16(min(now+stepCost, farAway)) // of those near farAway none is put
	for _, state := range bucket {
		if int(dist[state]) != now || now+stepCost >= farAway-64 {
			continue
		}
		for _, before := range [2]int32{state&^3 | (state+1)&3, state&^3 | (state+3)&3} {
			if turned < dist[before] {
				dist[before] = turned
				s.buckets[turned&255] = append(s.buckets[turned&255], before)
				put++
			}
		}
		if from := s.behind[state]; from >= 0 {
			before := from*4 + state&3
			if cost := now + int(s.cost[before]); cost < int(dist[before]) && cost < farAway-64 {
				dist[before] = uint16(cost)
				s.buckets[cost&255] = append(s.buckets[cost&255], before)
				put++
			}
		}
	}
	return put
}

// settleFree is settle for robots that need no turns: a vertex is reached in all directions at once.
func (s *sweeper) settleFree(bucket []int32, now int) (put int) {
	for _, state := range bucket {
		if int(s.dist[state]) != now || now >= farAway-512 {
			continue
		}
		for d := range int32(4) {
			s.dist[state&^3|d] = uint16(now)
		}
		for d := range int32(4) {
			from := s.behind[state&^3|d]
			if from < 0 {
				continue
			}
			before := from*4 + d
			if cost := now + int(s.cost[before]); cost < int(s.least(from)) {
				s.dist[before] = uint16(cost)
				s.buckets[cost&255] = append(s.buckets[cost&255], before)
				put++
			}
		}
	}
	return put
}

// least is the distance of a vertex so far.
func (s *sweeper) least(v int32) uint16 {
	d := s.dist[v*4 : v*4+4]
	return min(d[0], d[1], d[2], d[3])
}

// pack writes the distances up to reach; what is farther counts as not reached.
func (s *sweeper) pack(f field, reach uint16) {
	for v := range int32(len(f)) {
		s.packOne(f, v, reach)
	}
}

func (s *sweeper) packOne(f field, v int32, reach uint16) {
	const twoTurns = 2 * stepCost // the most that a direction costs more; those not swept yet count so
	d := s.dist[v*4 : v*4+4 : v*4+4]
	least := min(d[0], d[1], d[2], d[3])
	if least > reach || least == farAway {
		f[v] = farAway << 16
		return
	}
	f[v] = uint32(least) << 16
	for i, x := range d {
		f[v] |= uint32(min(x-least, twoTurns)) << (4 * i)
	}
}
