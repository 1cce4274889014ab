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

// sweep fills f with the distances to goal. O(states + largest distance).
func (s *sweeper) sweep(goal int32, f field) {
	for i := range s.dist {
		s.dist[i] = farAway
	}
	pending := 0
	for d := range int32(4) {
		s.dist[goal*4+d] = 0
		s.buckets[0] = append(s.buckets[0], goal*4+d)
		pending++
	}
	relax := func(state int32, cost int) {
		if cost < int(s.dist[state]) && cost < farAway-64 {
			s.dist[state] = uint16(cost)
			s.buckets[cost&255] = append(s.buckets[cost&255], state)
			pending++
		}
	}
	for now := 0; pending > 0; now++ {
		// A step or turn costs at least one unit, so a bucket does not grow while it is emptied.
		bucket := s.buckets[now&255]
		pending -= len(bucket)
		for _, state := range bucket {
			if int(s.dist[state]) != now {
				continue
			}
			relax(state&^3|(state+1)&3, now+stepCost)
			relax(state&^3|(state+3)&3, now+stepCost)
			if from := s.behind[state]; from >= 0 {
				before := from*4 + state&3
				relax(before, now+int(s.cost[before]))
			}
		}
		s.buckets[now&255] = bucket[:0]
	}
	s.pack(f)
}

func (s *sweeper) pack(f field) {
	for v := range f {
		d := s.dist[v*4 : v*4+4 : v*4+4]
		least := min(d[0], d[1], d[2], d[3])
		f[v] = uint32(least)<<16 | uint32(d[0]-least)&15 | uint32(d[1]-least)&15<<4 | uint32(d[2]-least)&15<<8 | uint32(d[3]-least)&15<<12
	}
}
