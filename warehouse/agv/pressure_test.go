package agv

import (
	"math"
	"math/rand/v2"
	"testing"
)

// How full the surroundings of a cell are equals counting its neighbours one by one, on floors with walls, at their edges too.
func TestAroundIsAsCounted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		width, height := 3+random.IntN(30), 3+random.IntN(30)
		blocked := make([]bool, width*height)
		for i := range blocked {
			blocked[i] = random.IntN(4) == 0
		}
		blocked[0] = false
		g, err := NewGraph(width, height, blocked)
		if err != nil {
			t.Fatal(err)
		}
		robots := make(map[int32]bool)
		var state []State
		var all []int32
		for v := range int32(g.Len()) {
			if random.IntN(2) == 0 {
				robots[v] = true
				all = append(all, int32(len(state)))
				state = append(state, State{Vertex: v})
			}
		}
		p := newPressure(g, len(state))
		p.look(all, state)
		for v := range int32(g.Len()) {
			var free, taken float64
			for u := range int32(g.Len()) {
				a, b := int(g.Cell(v)), int(g.Cell(u))
				if abs(a%width-b%width) <= pressureHalf && abs(a/width-b/width) <= pressureHalf {
					free++
					if robots[u] {
						taken++
					}
				}
			}
			if got := p.around(v); math.Abs(got-taken/free) > 1e-12 {
				t.Fatalf("%d × %d, vertex %d: %g of its surroundings are taken, want %g", width, height, v, got, taken/free)
			}
		}
	}
}

// A robot that would enter a full place from one with room is put last; one that leaves it is not.
func TestHoldAtThePerimeter(t *testing.T) {
	const width, height = 40, 13
	g, err := NewGraph(width, height, make([]bool, width*height))
	if err != nil {
		t.Fatal(err)
	}
	var state []State
	var errand []Errand
	for y := range height { // the right quarter is full, and all there want out
		for x := 30; x < width; x++ {
			state = append(state, State{Vertex: g.Vertex(y*width + x), Dir: West})
			errand = append(errand, Errand{Goal: g.Vertex(y * width), Next: -1})
		}
	}
	in := len(state)
	state = append(state, State{Vertex: g.Vertex(6*width + 26), Dir: East})
	errand = append(errand, Errand{Goal: g.Vertex(6*width + 37), Next: -1})
	p, err := NewPlanner(g, PlainCost(g), len(state), PlannerOptions{Refinements: -1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	p.Tick(t.Context(), state, errand, make([]Action, len(state)))
	if !p.pressure.held[in] || p.order[len(state)-1] != int32(in) {
		t.Errorf("the robot that enters is held: %v, and the last is %d of %d", p.pressure.held[in], p.order[len(state)-1], in)
	}
	for r := range in {
		if p.pressure.held[r] {
			t.Fatalf("robot %d leaves the full place and is held", r)
		}
	}
}

func abs(x int) int { return max(x, -x) }
