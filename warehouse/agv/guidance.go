package agv

import (
	"quartermaster/internal/rng"
)

// PlainCost makes every step cost the same.
func PlainCost(g *Graph) []uint8 {
	cost := make([]uint8, len(g.next))
	for i := range cost {
		cost[i] = stepCost
	}
	return cost
}

// GuideOptions steer Guide. The zero value works.
type GuideOptions struct {
	// Robots that will be on the floor: fuller floors need stricter lanes. Default: half of the free cells.
	Robots int
	// Trips sent through the floor; default one a free cell, 3,000 at least.
	Trips int
	// Goals that trips go between, with repetitions as often as they are gone for; default: all cells alike.
	Goals []int32
	Seed  uint64
}

// What a step costs more, in steps: crossing × the share of the traffic that comes against it, and crowd × how much busier
// than the mean the cell ahead is. Measured best on floors with room and on crowded ones.
const (
	crossing, crossingCrowded = 4.0, 16.0
	crowd                     = 1.0
	maxGuided                 = 20 * stepCost
)

// Guide makes steps dearer that run against the traffic or into crowded cells, so that lanes form by themselves and robots
// rarely meet head-on. Method: incremental traffic assignment: trips between random goals are sent one after another
// along their cheapest ways, and each makes the steps against it dearer for the later ones. After the idea of guidance
// graphs (Zhang, Jiang, Bhatt, Nikolaidis, Li 2024, arXiv 2402.01446) and traffic flow costs (Chen, Harabor, Li, Stuckey
// 2024, arXiv 2308.11234). O(Trips × cells).
func Guide(g *Graph, o GuideOptions) []uint8 {
	if o.Trips <= 0 {
		o.Trips = max(3000, g.Len())
	}
	if o.Robots <= 0 {
		o.Robots = g.Len() / 2
	}
	t := newTraffic(g, float64(o.Robots) > crowdedShare*float64(g.Len()))
	random := rng.New(o.Seed, "agv", "guidance")
	pick := func() int32 {
		if len(o.Goals) > 0 {
			return o.Goals[random.IntN(len(o.Goals))]
		}
		return int32(random.IntN(g.Len()))
	}
	// Trips to one goal share its distances: on large floors more of them, since a sweep costs more there.
	share := 1 + g.Len()/800
	f := make(field, g.Len())
	for sent := 0; sent < o.Trips; sent += share {
		to := pick()
		t.sweeper.sweep(to, f, nil)
		for range share {
			t.send(State{pick(), uint8(random.IntN(4))}, to, f)
		}
		t.price()
	}
	return t.cost
}

// traffic counts trips and prices steps by them.
type traffic struct {
	g       *Graph
	sweeper *sweeper
	cost    []uint8
	flow    []float64 // [v*4+d]: trips that took the step
	into    []float64 // vertex → trips that entered it
	total   float64
	against float64
}

func newTraffic(g *Graph, crowded bool) *traffic {
	t := &traffic{g: g, cost: PlainCost(g), flow: make([]float64, len(g.next)), into: make([]float64, g.Len()), against: crossing}
	if crowded {
		t.against = crossingCrowded
	}
	t.sweeper = newSweeper(g, t.cost, behindOf(g))
	return t
}

// send moves one trip to its goal along the cheapest way.
func (t *traffic) send(at State, to int32, f field) {
	if f[at.Vertex]>>16 == farAway {
		return // no way there
	}
	for at.Vertex != to {
		step := at.Vertex*4 + int32(at.Dir)
		ahead := t.g.next[step]
		best, action := f.from(at.Vertex, Turned(at.Dir, TurnRight)), TurnRight
		if c := f.from(at.Vertex, Turned(at.Dir, TurnLeft)); c < best {
			best, action = c, TurnLeft
		}
		if ahead >= 0 && int32(t.cost[step])+f.from(ahead, at.Dir) <= stepCost+best {
			t.flow[step]++
			t.into[ahead]++
			t.total++
			at.Vertex = ahead
			continue
		}
		at.Dir = Turned(at.Dir, action)
	}
}

// price sets every step's cost by the traffic so far.
func (t *traffic) price() {
	mean := t.total / float64(t.g.Len())
	for step, ahead := range t.g.next {
		if ahead < 0 {
			continue
		}
		opposite := t.flow[int(ahead)*4+(step+2)&3]
		c := 1 + t.against*opposite/(t.flow[step]+opposite+mean/4+1) + crowd*t.into[ahead]/(mean+1)
		t.cost[step] = uint8(min(stepCost*c, maxGuided))
	}
}
