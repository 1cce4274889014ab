package road

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// The crossroads, 500 m arms, ways 1 to 4 from the middle to the north, east, south and west; way 5 joins north and east
// by a long way round.
//
//	  2───────5
//	  |       |
//	5-1-3 arms and the round ring
func crossroads() ([]mapNode, []mapWay) {
	at := []orb.Point{{9.5, 47}, {9.5, 47.005}, {9.507, 47}, {9.5, 46.995}, {9.493, 47}, {9.507, 47.005}}
	var nodes []mapNode
	for k, p := range at {
		nodes = append(nodes, mapNode{id: int64(k + 1), at: p})
	}
	street := func(refs ...int64) mapWay {
		return mapWay{refs: refs, tags: []tag{{"highway", "residential"}, {"maxspeed", "30"}}}
	}
	ring := street(2, 6, 3)
	ring.tags[0].value = "tertiary"
	return nodes, []mapWay{street(1, 2), street(1, 3), street(1, 4), street(1, 5), ring}
}

func rule(kind string, from, via, to int64) mapRelation {
	return mapRelation{tags: []tag{{"type", "restriction"}, {"restriction", kind}},
		members: []member{{memberWay, from, "from"}, {memberNode, via, "via"}, {memberWay, to, "to"}}}
}

func readMap(t testing.TB, p Profile, nodes []mapNode, ways []mapWay, rules ...mapRelation) (*Graph, Report) {
	t.Helper()
	g, r, err := Read(context.Background(), bytes.NewReader(encode(nodes, ways, rules...)), p)
	if err != nil {
		t.Fatal(err)
	}
	return g, r
}

// Restrictions over a point do what their kind says: the forbidden turn takes the way round, the mandatory one forbids the
// others, and of a contradiction the ban stands and is reported. North is way 1, east 2, south 3, west 4, the ring 5.
func TestRestrictionsOverAPoint(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	south, east, west := orb.Point{9.5, 46.997}, orb.Point{9.503, 47}, orb.Point{9.496, 47}
	travel := func(g *Graph, a, b orb.Point) int64 {
		_, metres, ok := g.Travel(must(t, g, a[0], a[1]), must(t, g, b[0], b[1]))
		if !ok {
			return -1
		}
		return metres
	}
	for name, c := range map[string]struct {
		rules     []mapRelation
		toEast    bool // the turn south → east is free
		toWest    bool
		contrary  int
		wantRules int
	}{
		"none":                {nil, true, true, 0, 0},
		"no turn":             {[]mapRelation{rule("no_right_turn", 3, 1, 2)}, false, true, 0, 1},
		"other way only":      {[]mapRelation{rule("no_left_turn", 2, 1, 3)}, true, true, 0, 1},
		"must go on":          {[]mapRelation{rule("only_straight_on", 3, 1, 1)}, false, false, 0, 1},
		"must turn":           {[]mapRelation{rule("only_right_turn", 3, 1, 2)}, true, false, 0, 1},
		"two duties":          {[]mapRelation{rule("only_right_turn", 3, 1, 2), rule("only_left_turn", 3, 1, 4)}, true, true, 0, 2},
		"duty and ban at war": {[]mapRelation{rule("only_right_turn", 3, 1, 2), rule("no_right_turn", 3, 1, 2)}, false, true, 1, 2},
	} {
		g, r := readMap(t, Van(), nodes, ways, c.rules...)
		if got := travel(g, south, east); (got < 700) != c.toEast {
			t.Errorf("%s: south to east takes %d m", name, got)
		}
		if got := travel(g, south, west); (got < 700) != c.toWest {
			t.Errorf("%s: south to west takes %d m", name, got)
		}
		if r.Contradictions != c.contrary || r.Restrictions != c.wantRules {
			t.Errorf("%s: report %+v", name, r)
		}
	}
	foot := Van()
	foot.BothWays = true
	if g, _ := readMap(t, foot, nodes, ways, rule("no_right_turn", 3, 1, 2)); travel(g, south, east) > 700 {
		t.Error("on foot the restriction does not count")
	}
	bus := rule("no_right_turn", 3, 1, 2)
	bus.tags = append(bus.tags, tag{"except", "psv;motorcar"})
	if g, _ := readMap(t, Van(), nodes, ways, bus); travel(g, south, east) > 700 {
		t.Error("cars are excepted")
	}
	broken := rule("no_right_turn", 3, 1, 2)
	broken.members = broken.members[:2]
	if _, r := readMap(t, Van(), nodes, ways, broken, rule("no_left_turn", 77, 1, 2)); r.BrokenRestrictions != 1 || r.IdleRestrictions != 1 {
		t.Errorf("report %+v", r)
	}
}

// A restriction over a way forbids the sequence and nothing else: from the south over the middle street into the north
// arm is closed, while both halves of it stay open to others.
func TestRestrictionOverAWay(t *testing.T) {
	t.Parallel()
	// South arm 1-2, middle 2-3, north arm 3-4; side streets 2-5 and 3-6, and a long way 5-7-4 round.
	at := []orb.Point{{9.5, 46.99}, {9.5, 47}, {9.5, 47.002}, {9.5, 47.01}, {9.51, 47}, {9.49, 47.002}, {9.51, 47.01}}
	var nodes []mapNode
	for k, p := range at {
		nodes = append(nodes, mapNode{id: int64(k + 1), at: p})
	}
	street := func(refs ...int64) mapWay {
		return mapWay{refs: refs, tags: []tag{{"highway", "residential"}, {"maxspeed", "30"}}}
	}
	ways := []mapWay{street(1, 2), street(2, 3), street(3, 4), street(2, 5), street(3, 6), street(5, 7, 4)}
	ban := mapRelation{tags: []tag{{"type", "restriction"}, {"restriction", "no_straight_on"}},
		members: []member{{memberWay, 1, "from"}, {memberWay, 2, "via"}, {memberWay, 3, "to"}}}
	duty := ban
	duty.tags = []tag{{"type", "restriction"}, {"restriction", "only_straight_on"}}
	south, middle, north, east, west := orb.Point{9.5, 46.995}, orb.Point{9.5, 47.001}, orb.Point{9.5, 47.006}, orb.Point{9.505, 47}, orb.Point{9.495, 47.002}
	metres := func(g *Graph, a, b orb.Point) int64 {
		_, m, _ := g.Travel(must(t, g, a[0], a[1]), must(t, g, b[0], b[1]))
		return m
	}
	g, r := readMap(t, Van(), nodes, ways, ban)
	if r.Restrictions != 1 || len(g.copies) != 1 {
		t.Fatalf("report %+v, %d copies", r, len(g.copies))
	}
	if m := metres(g, south, north); m < 2000 {
		t.Errorf("the forbidden sequence is driven: %d m", m)
	}
	for name, pair := range map[string][2]orb.Point{"east to north": {east, north}, "south to west": {south, west}, "middle to north": {middle, north},
		"south to middle": {south, middle}} {
		if m := metres(g, pair[0], pair[1]); m > 1300 {
			t.Errorf("%s takes %d m", name, m)
		}
	}
	g, _ = readMap(t, Van(), nodes, ways, duty)
	if m := metres(g, south, north); m > 1300 {
		t.Errorf("the mandatory sequence takes %d m", m)
	}
	for name, to := range map[string]orb.Point{"west": west, "east": east} {
		if m := metres(g, south, to); m < 1500 {
			t.Errorf("against the mandatory sequence to the %s: %d m", name, m)
		}
	}
	if m := metres(g, east, west); m > 1300 {
		t.Errorf("east to west is free, but takes %d m", m)
	}
}

// Turning costs time: across the traffic more than to the near side, straight on nearly nothing, and round only at the end.
func TestTurnCosts(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	p := Van()
	p.TurnSec, p.AcrossSec, p.UTurnSec = 100, 50, 500
	g, _ := readMap(t, p, nodes, ways)
	south := must(t, g, 9.5, 46.997)
	sec := func(lon, lat float64) int64 {
		s, m, _ := g.Travel(south, must(t, g, lon, lat))
		return s - m*3600/27000 // without driving
	}
	// Half of 100 s on a right angle, half of 50 s more across; a straight line costs 0.2 s at most.
	if s := sec(9.5, 47.003); s > 1 {
		t.Errorf("straight on: %d s", s)
	}
	if s := sec(9.503, 47); s < 48 || s > 52 {
		t.Errorf("right: %d s, want 50", s)
	}
	if s := sec(9.497, 47); s < 73 || s > 77 {
		t.Errorf("left: %d s, want 75", s)
	}
	p.LeftHand = true
	g, _ = readMap(t, p, nodes, ways)
	south = must(t, g, 9.5, 46.997)
	if s := sec(9.503, 47); s < 73 || s > 77 {
		t.Errorf("right where traffic keeps left: %d s, want 75", s)
	}
}

// The curb asks for the right side: the place across the street is reached by the way round.
func TestCurb(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, _ := readMap(t, Van(), nodes, ways)
	from := must(t, g, 9.5, 46.997)
	right, left := must(t, g, 9.503, 46.9999), must(t, g, 9.503, 47.0001)
	if right.Side == left.Side || right.Side == 0 || left.Side == 0 {
		t.Fatalf("sides %d and %d", right.Side, left.Side)
	}
	right.Curb, left.Curb = true, true
	_, near, _ := g.Travel(from, right)
	_, far, ok := g.Travel(from, left)
	if near > 700 || !ok || far < 1200 {
		t.Errorf("near side %d m, far side %d m", near, far)
	}
}

// randomGraph draws a small street map with restrictions over points and ways.
func randomGraph(t *rapid.T) (*Graph, bool) {
	b, err := NewBuilder(Van())
	if err != nil {
		t.Fatal(err)
	}
	count := rapid.IntRange(3, 10).Draw(t, "points")
	for v := range count {
		b.Node(int64(v+1), rapid.Float64Range(9, 9.02).Draw(t, "lon"), rapid.Float64Range(47, 47.02).Draw(t, "lat"))
	}
	ways := rapid.IntRange(3, 16).Draw(t, "ways")
	for w := range ways {
		refs := []int64{}
		for range rapid.IntRange(2, 4).Draw(t, "refs") {
			refs = append(refs, int64(rapid.IntRange(1, count).Draw(t, "ref")))
		}
		tags := []Tag{{"highway", "residential"}}
		if rapid.IntRange(0, 4).Draw(t, "oneway") == 0 {
			tags = append(tags, Tag{"oneway", "yes"})
		}
		b.Way(int64(w+1), refs, tags...)
	}
	way := rapid.Int64Range(1, int64(ways))
	for range rapid.IntRange(0, 8).Draw(t, "rules") {
		kind := rapid.SampledFrom([]string{"no_left_turn", "only_straight_on", "no_u_turn"}).Draw(t, "kind")
		via := member{memberNode, int64(rapid.IntRange(1, count).Draw(t, "via")), "via"}
		if rapid.Bool().Draw(t, "over a way") {
			via = member{memberWay, way.Draw(t, "via"), "via"}
		}
		b.c.relation(0, []member{{memberWay, way.Draw(t, "from"), "from"}, via, {memberWay, way.Draw(t, "to"), "to"}},
			[]tag{{"type", "restriction"}, {"restriction", kind}})
	}
	g, _, err := b.Build(context.Background(), Options{})
	return g, err == nil
}

// somePlaces draws places on the graph's streets.
func somePlaces(rng *rand.Rand, g *Graph, n int) []Place {
	var places []Place
	for len(places) < n {
		if e := rng.Int32N(int32(g.Edges())); g.open[e] != 0 {
			places = append(places, g.place(e, rng.Float64()))
		}
	}
	return places
}

// agreeWithPlain compares table, single queries and routes between all places with plain Dijkstra over states, and each
// route's legs with its sums.
func agreeWithPlain(t *rapidOrTest, g *Graph, places []Place) {
	table, err := g.Matrix(context.Background(), places, 2)
	if err != nil {
		t.fatal(err)
	}
	plain := NewPlain(g)
	for i, a := range places {
		ms, cm, err := plain.From(context.Background(), a, places)
		if err != nil {
			t.fatal(err)
		}
		for k, b := range places {
			gotMs, gotCm, ok := g.TravelMs(a, b)
			if ok != (ms[k] >= 0) || ok && (gotMs != ms[k] || gotCm != cm[k]) {
				t.fatal("place", i, a, "to", k, b, ": query", gotMs, gotCm, ok, "plain", ms[k], cm[k])
			}
			sec, metres, there := table.Leg(int32(i), int32(k))
			if i == k {
				continue // the matrix says 0 by contract
			}
			if there != ok || ok && (sec != (ms[k]+500)/1000 || metres != (cm[k]+50)/100) {
				t.fatal("place", i, a, "to", k, b, ": table", sec, metres, there, "plain", ms[k], cm[k])
			}
			p, found := g.Route(a, b)
			var sum weight
			for _, l := range p.Legs {
				sum += weigh(l.TurnMs+l.DriveMs, l.LengthCm)
			}
			if found != ok || ok && sum != weigh(int32(ms[k]), int32(cm[k])) {
				t.fatal("place", i, a, "to", k, b, ": legs", p.Legs, "plain", ms[k], cm[k])
			}
		}
	}
}

// On random small maps full of restrictions, every answer is that of plain Dijkstra over directions and turns.
func TestEqualsPlainOnRandomMaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, ok := randomGraph(t)
		if !ok {
			t.Skip("nothing is connected")
		}
		agreeWithPlain(&rapidOrTest{t.Fatal}, g, somePlaces(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), g, 8))
	})
}

// The same on the real extract with its restrictions and turn costs.
func TestEqualsPlainOnRealStreets(t *testing.T) {
	t.Parallel()
	g, r, err := Read(context.Background(), bytes.NewReader(readReal(t)), Van())
	if err != nil {
		t.Fatal(err)
	}
	if r.Restrictions == 0 {
		t.Errorf("report %+v: the extract has restrictions", r)
	}
	agreeWithPlain(&rapidOrTest{t.Fatal}, g, somePlaces(rand.New(rand.NewPCG(3, 3)), g, 40))
}

// All states of an edge lie on one way to the root, as the searches need it.
func TestStatesOfAnEdgeAreOneSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, ok := randomGraph(t)
		if !ok {
			t.Skip("nothing is connected")
		}
		for e := range int32(g.Edges()) {
			p := g.place(e, 0.5)
			s, err := g.spot(p)
			if err != nil || g.open[e] == 0 {
				continue
			}
			seeds := g.reaching(nil, &s)
			ranks := make([]int32, len(seeds))
			for i, x := range seeds {
				ranks[i] = x.Rank
			}
			low := slices.Min(ranks)
			for _, r := range ranks {
				if low < g.topology.Begin[r] {
					t.Fatalf("edge %d: states %v on several ways to the root", e, ranks)
				}
			}
		}
	})
}
