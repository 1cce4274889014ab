package road

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func box(west, south, east, north float64) orb.Polygon {
	return orb.Polygon{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}
}

func closure(id string, area orb.Polygon) Condition {
	return Condition{ID: id, Kind: Closure, Source: "police", Reason: "closure", FromSec: 100, UntilSec: 200, Area: area, Closed: true}
}

func at(t testing.TB, g *Graph, sec int64, conditions ...Condition) *Graph {
	t.Helper()
	now, err := g.At(context.Background(), sec, nil, conditions, 1)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// A drawn closure holds from its begin until before its end: the way goes round it, says so, and comes back; the graph
// given stays as it was.
func TestClosureComesAndGoes(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, _ := readMap(t, Van(), nodes, ways)
	north, east := must(t, g, 9.5, 46.998), must(t, g, 9.502, 47.005)
	middle := closure("c1", box(9.4999, 47.0005, 9.5001, 47.001))
	free, _, _ := g.Travel(north, east)
	for sec, closed := range map[int64]bool{99: false, 100: true, 199: true, 200: false} {
		now := at(t, g, sec, middle)
		got, _, ok := now.Travel(north, east)
		if !ok || (got > free) != closed {
			t.Errorf("at %d: %d s, free flow %d s", sec, got, free)
		}
		if (now.Hash() != g.Hash()) != closed || now.BaseHash() != g.Hash() {
			t.Errorf("at %d: hash %s", sec, now.Hash())
		}
		e, ok := now.Explain(north, east)
		if !ok || e.NowSec != got || e.FreeSec != free || (len(e.Causes) == 1) != closed {
			t.Fatalf("at %d: %+v", sec, e)
		}
		if closed && (!e.Causes[0].Detour || e.Causes[0].DelaySec != got-free || !strings.HasSuffix(e.Causes[0].Sentence, "min: closure on a residential street (police)")) {
			t.Errorf("at %d: %+v", sec, e.Causes)
		}
		back := at(t, now, 300, middle)
		if back.Hash() != g.Hash() {
			t.Errorf("after its end the graph is not the free one")
		}
	}
	if again, _, _ := g.Travel(north, east); again != free {
		t.Error("the graph given was changed")
	}
}

// Closing all streets round a place cuts it off: no way, and the reason; never a wrong distance.
func TestClosureCutsOff(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, _ := readMap(t, Van(), nodes, ways)
	depot, east := must(t, g, 9.5, 46.996), must(t, g, 9.503, 47)
	now := at(t, g, 150, closure("c1", box(9.49, 46.994, 9.51, 46.998)))
	if _, _, ok := now.Travel(depot, east); ok {
		t.Error("there is a way out of a closed street")
	}
	if _, ok := now.Route(east, depot); ok {
		t.Error("there is a way into a closed street")
	}
	m, err := now.Matrix(context.Background(), []Place{depot, east}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := m.Leg(0, 1); ok {
		t.Error("the matrix has a way out of a closed street")
	}
	e, ok := now.Explain(depot, east)
	if !ok || e.Reachable || len(e.Causes) != 1 || !strings.HasPrefix(e.Causes[0].Sentence, "no way: closure") {
		t.Errorf("%+v", e)
	}
}

// Slower, delayed and measured streets take the time they should; of one kind the slowest counts, kinds multiply.
func TestConditionsAddUp(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, _ := readMap(t, Van(), nodes, ways)
	a, b := must(t, g, 9.5, 47.001), must(t, g, 9.5, 47.004)
	free, _, _ := g.TravelMs(a, b)
	d := 2 * a.Edge
	on := func(kind Kind, id string, f func(c *Condition)) Condition {
		c := Condition{ID: id, Kind: kind, FromSec: 0, UntilSec: 10, Edges: []int32{d}}
		f(&c)
		return c
	}
	half := func(c *Condition) { c.SpeedFactor = 0.5 }
	for name, c := range map[string]struct {
		conditions []Condition
		want       int64
	}{
		"half speed":       {[]Condition{on(Congestion, "a", half)}, 2 * free},
		"twice the same":   {[]Condition{on(Congestion, "a", half), on(Congestion, "b", half)}, 2 * free},
		"two kinds":        {[]Condition{on(Congestion, "a", half), on(Weather, "b", half)}, 4 * free},
		"measured, 13.5":   {[]Condition{on(Congestion, "a", func(c *Condition) { c.SpeedKmh = 13.5 })}, 2 * free},
		"the other way":    {[]Condition{{ID: "a", Kind: Incident, UntilSec: 10, Edges: []int32{d ^ 1}, SpeedFactor: 0.5}}, free},
		"by point numbers": {[]Condition{{ID: "a", Kind: Incident, UntilSec: 10, Nodes: [][2]int64{{1, 2}}, SpeedFactor: 0.5}}, 2 * free},
		"against them":     {[]Condition{{ID: "a", Kind: Incident, UntilSec: 10, Nodes: [][2]int64{{2, 1}}, SpeedFactor: 0.5}}, free},
		"weather by middle": {[]Condition{{ID: "a", Kind: Weather, UntilSec: 10, Area: box(9.499, 47.002, 9.501, 47.003),
			SpeedFactor: Sky{SnowMmH: 2}.SpeedFactor()}}, int64(float64(free) / 0.775)},
		"weather elsewhere": {[]Condition{{ID: "a", Kind: Weather, UntilSec: 10, Area: box(9.499, 47.003, 9.501, 47.006), SpeedFactor: 0.5}}, free},
	} {
		now := at(t, g, 5, c.conditions...)
		if got, _, _ := now.TravelMs(a, b); got < c.want-3 || got > c.want+3 {
			t.Errorf("%s: %d ms, want %d", name, got, c.want)
		}
	}
	idle := at(t, g, 5, Condition{ID: "x", Kind: Closure, UntilSec: 10, Closed: true, Area: box(1, 1, 2, 2)})
	if !slices.Equal(idle.Moment().Idle, []string{"x"}) {
		t.Errorf("a closure in the sea: %+v", idle.Moment())
	}
}

func TestConditionsAreChecked(t *testing.T) {
	t.Parallel()
	good := Condition{ID: "a", Kind: Congestion, UntilSec: 10, Edges: []int32{0}, SpeedFactor: 0.5}
	for say, change := range map[string]func(c *Condition){
		"no id":            func(c *Condition) { c.ID = "" },
		"kind is":          func(c *Condition) { c.Kind = "rumour" },
		"not after":        func(c *Condition) { c.UntilSec = 0 },
		"lies nowhere":     func(c *Condition) { c.Edges = nil },
		"speed factor":     func(c *Condition) { c.SpeedFactor = -1 },
		"speed is":         func(c *Condition) { c.SpeedKmh = -5 },
		"delay is":         func(c *Condition) { c.DelaySec = -1 },
		"no effect":        func(c *Condition) { c.SpeedFactor = 0 },
		"does not close":   func(c *Condition) { c.Kind = Closure },
		"not closed or":    func(c *Condition) { c.Area = orb.Polygon{{{0, 0}, {1, 1}, {0, 0}}} },
		"not a longitude":  func(c *Condition) { c.Area = box(500, 0, 600, 1) },
		"speed 1 is":       func(c *Condition) { c.Nodes, c.SpeedsKmh = [][2]int64{{1, 2}, {2, 3}}, []float64{30, math.Inf(1)} },
		"corner (1, +Inf)": func(c *Condition) { c.Area = box(0, 0, 1, math.Inf(1)) },
		"crosses itself":   func(c *Condition) { c.Area = Area([][2]float64{{0, 0}, {1, 1}, {1, 0}, {0, 1}}) },
	} {
		c := good
		change(&c)
		if err := c.Check(); !errors.Is(err, ErrCondition) || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", say, err)
		}
	}
}

// A ring is said to cross itself exactly where two of its sides have a point in common that is an end of neither, as looking
// at all pairs finds; one that touches itself at a corner does not.
func TestSelfCrossing(t *testing.T) {
	t.Parallel()
	touching := Area([][2]float64{{0, 0}, {1, 0}, {2, 1}, {3, 0}, {3, 2}, {2, 1}, {1, 2}, {0, 2}})
	if a, b, found := selfCrossing(touching[0]); found {
		t.Errorf("sides %d and %d of a ring that touches itself", a, b)
	}
	r := rand.New(rand.NewPCG(2, 3))
	crossed := 0
	for range 2000 {
		corners := make([][2]float64, 3+r.IntN(5))
		for k := range corners {
			corners[k] = [2]float64{float64(r.IntN(8)), float64(r.IntN(8))}
		}
		ring := Area(corners)[0]
		if len(ring) < 4 {
			continue
		}
		all := false
		for k := 1; k < len(ring); k++ {
			for o := 1; o < k; o++ {
				all = all || divides(ring[k-1], ring[k], ring[o-1], ring[o]) && divides(ring[o-1], ring[o], ring[k-1], ring[k])
			}
		}
		if _, _, found := selfCrossing(ring); found != all {
			t.Fatalf("%v: %v, all pairs say %v", ring, found, all)
		}
		if all {
			crossed++
		}
	}
	if crossed < 200 || crossed > 1800 {
		t.Errorf("%d of 2000 rings cross themselves", crossed)
	}
}

// After round upon round of random speeds and closures on a random map, each worked into the graph of the round before,
// every answer is that of plain Dijkstra under those weights.
func TestRoundsEqualPlain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, ok := randomGraph(t)
		if !ok {
			t.Skip("nothing is connected")
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		places := somePlaces(rng, g, 5)
		for range 3 {
			var conditions []Condition
			for k := range rng.IntN(6) {
				c := Condition{ID: fmt.Sprint(k), Kind: Incident, UntilSec: 10, Edges: []int32{rng.Int32N(int32(2 * g.Edges()))}}
				if c.SpeedFactor = 0.1 + 2*rng.Float64(); rng.IntN(3) == 0 {
					c.Closed = true
				}
				conditions = append(conditions, c)
			}
			var err error
			if g, err = g.At(context.Background(), 5, nil, conditions, 1); err != nil {
				t.Fatal(err)
			}
			agreeWithPlain(&rapidOrTest{t.Fatal}, g, places)
		}
	})
}

// A pattern slows streets at its hours, edge by edge or by class, on the street's own clock.
func TestPattern(t *testing.T) {
	t.Parallel()
	g, _, err := Read(context.Background(), bytes.NewReader(encode(crossroads())), Van())
	if err != nil {
		t.Fatal(err)
	}
	a, b := must(t, g, 9.5, 47.001), must(t, g, 9.5, 47.004)
	free, _, _ := g.TravelMs(a, b)
	p := &Pattern{OffsetSec: 3600}
	p.Class[Residential][8] = 0.5
	var row [Hours]float32
	for h := range row {
		row[h] = 1
	}
	row[9] = 0.25
	p.Edge, p.Factor = []int32{2 * a.Edge}, [][Hours]float32{row}
	if err := p.Check(g); err != nil {
		t.Fatal(err)
	}
	for hour, factor := range map[int64]int64{7: 1, 8: 4, 6: 1} { // 8 o'clock in UTC is 9 on the street
		now, err := g.At(context.Background(), hour*3600, p, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, _ := now.TravelMs(a, b); got < factor*free-3 || got > factor*free+3 {
			t.Errorf("at %d UTC: %d ms, want %d", hour, got, factor*free)
		}
		if got, _, _ := now.TravelMs(b, a); hour == 7 && (got < 2*free-3 || got > 2*free+3) {
			t.Errorf("by class: %d ms, want %d", got, 2*free)
		}
	}
	p.Factor[0][3] = 0
	if p.Check(g) == nil {
		t.Error("a factor of 0 passed")
	}
}
