package road

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/roadtest"
)

// realExtract is the OpenStreetMap extract that the program ships (© OpenStreetMap contributors, ODbL).
const realExtract = "../../internal/sample/data/liechtenstein.osm.pbf"

func readReal(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(realExtract)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// free is the van without losses at turns, which turns round anywhere: its fastest ways are those of a plain network.
func free() Profile {
	p := Van()
	p.Name, p.TurnSec, p.AcrossSec, p.UTurnSec, p.UTurns, p.FerryWaitSec = "free", 0, 0, 0, true, 0
	return p
}

// realNetwork returns the uncontracted network of the real extract and the graph made of it for a free vehicle, without
// turn restrictions.
func realNetwork(t testing.TB) (*network, *chains) {
	t.Helper()
	p := free()
	c := newCollector(&p)
	if err := scan(context.Background(), bytes.NewReader(readReal(t)), c); err != nil {
		t.Fatal(err)
	}
	n := c.network()
	n.keepLargest(&c.report)
	ch, err := build(context.Background(), n, p, nil, &c.report, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return n, ch
}

// mapNode and mapWay are the content of a small extract written by encode.
type mapNode struct {
	id   int64
	at   orb.Point
	tags []tag
}

type mapWay struct {
	refs []int64
	tags []tag
}

// mapRelation is a turn restriction; the ways of encode are numbered from 1.
type mapRelation struct {
	tags    []tag
	members []member
}

// encode writes an extract in the PBF format.
func encode(nodes []mapNode, ways []mapWay, relations ...mapRelation) []byte {
	tags := func(all []tag) (out []roadtest.Tag) {
		for _, t := range all {
			out = append(out, roadtest.Tag{Key: t.key, Value: t.value})
		}
		return out
	}
	var points []roadtest.Node
	for _, n := range nodes {
		points = append(points, roadtest.Node{ID: n.id, At: n.at, Tags: tags(n.tags)})
	}
	var lines []roadtest.Way
	for _, w := range ways {
		lines = append(lines, roadtest.Way{Refs: w.refs, Tags: tags(w.tags)})
	}
	var joined []roadtest.Relation
	for _, r := range relations {
		x := roadtest.Relation{Tags: tags(r.tags)}
		for _, m := range r.members {
			x.Members = append(x.Members, roadtest.Member{Kind: byte(m.kind), Ref: m.ref, Role: m.role})
		}
		joined = append(joined, x)
	}
	return roadtest.Encode(points, lines, joined...)
}

// town is a square of residential streets, about 1.1 km by 0.75 km, with a one-way main road through its middle from
// west to east and a lane to a gate. Points of the square: 1 2 3 / 4 5 6 / 7 8 9, north first; 10 beyond the gate.
//
//	1 --- 2 --- 3
//	|     |     |
//	4 →→→ 5 →→→ 6
//	|     |     |
//	7 --- 8 --- 9 --|gate|-- 10
func town() ([]mapNode, []mapWay) {
	var nodes []mapNode
	for row := range 3 {
		for col := range 3 {
			nodes = append(nodes, mapNode{id: int64(3*row + col + 1), at: orb.Point{9.50 + 0.005*float64(col), 47.02 - 0.005*float64(row)}})
		}
	}
	nodes = append(nodes, mapNode{id: 10, at: orb.Point{9.52, 47.01}},
		mapNode{id: 11, at: orb.Point{9.515, 47.01}, tags: []tag{{"barrier", "bollard"}}})
	street := func(name string, refs ...int64) mapWay {
		return mapWay{refs: refs, tags: []tag{{"highway", name}, {"maxspeed", "30"}}}
	}
	ways := []mapWay{street("residential", 1, 2, 3), street("residential", 7, 8, 9), street("residential", 1, 4, 7),
		street("residential", 2, 5, 8), street("residential", 3, 6, 9), street("residential", 9, 11, 10),
		{refs: []int64{4, 5, 6}, tags: []tag{{"highway", "primary"}, {"oneway", "yes"}, {"maxspeed", "50"}}}}
	return nodes, ways
}

func readTown(t testing.TB) (*Graph, Report) {
	t.Helper()
	g, report, err := Read(context.Background(), bytes.NewReader(encode(town())), Van())
	if err != nil {
		t.Fatal(err)
	}
	return g, report
}

func realReader(t testing.TB) *bytes.Reader {
	t.Helper()
	return bytes.NewReader(readReal(t))
}
