package road

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/osm"
	"github.com/paulmach/osm/osmpbf"

	"quartermaster/routing/road/roadtest"
)

// tape writes down everything a stream holds.
type tape struct{ lines []string }

func (s *tape) node(id int64, lon, lat float64, tags []tag) {
	s.lines = append(s.lines, fmt.Sprintf("node %d %.7f %.7f %v", id, lon, lat, tags))
}

func (s *tape) way(id int64, refs []int64, tags []tag) {
	s.lines = append(s.lines, fmt.Sprintf("way %d %v %v", id, refs, tags))
}

func (s *tape) relation(id int64, members []member, tags []tag) {
	s.lines = append(s.lines, fmt.Sprintf("relation %d %v %v", id, members, tags))
}

// The block reader sees in the real extract exactly the nodes, ways and relations that the public reader paulmach/osm sees.
func TestScanEqualsPublicReader(t *testing.T) {
	t.Parallel()
	data := readReal(t)
	var got tape
	if err := scan(context.Background(), bytes.NewReader(data), &got); err != nil {
		t.Fatal(err)
	}
	scanner := osmpbf.New(context.Background(), bytes.NewReader(data), 1)
	defer scanner.Close()
	k := 0
	for ; scanner.Scan(); k++ {
		var want tape
		switch o := scanner.Object().(type) {
		case *osm.Node:
			want.node(int64(o.ID), o.Lon, o.Lat, plainTags(o.Tags))
		case *osm.Way:
			var refs []int64
			for _, n := range o.Nodes {
				refs = append(refs, int64(n.ID))
			}
			want.way(int64(o.ID), refs, plainTags(o.Tags))
		case *osm.Relation:
			var members []member
			for _, m := range o.Members {
				kind := map[osm.Type]memberKind{osm.TypeNode: memberNode, osm.TypeWay: memberWay, osm.TypeRelation: memberRelation}[m.Type]
				members = append(members, member{kind, m.Ref, m.Role})
			}
			want.relation(int64(o.ID), members, plainTags(o.Tags))
		}
		if k >= len(got.lines) || got.lines[k] != want.lines[0] {
			t.Fatalf("object %d: got %q, want %q", k, got.lines[min(k, len(got.lines)-1)], want.lines[0])
		}
	}
	if scanner.Err() != nil || k != len(got.lines) || k < 100_000 {
		t.Fatalf("read %d objects, the public reader %d (%v)", len(got.lines), k, scanner.Err())
	}
}

func plainTags(tags osm.Tags) []tag {
	var out []tag
	for _, t := range tags {
		out = append(out, tag{t.Key, t.Value})
	}
	return out
}

// The town becomes the graph drawn above it: three of its four corners are bends, the one-way kept, and
// the lane behind the bollard cut off and reported.
func TestReadTown(t *testing.T) {
	t.Parallel()
	g, r := readTown(t)
	// 1, 3 and 7 are bends; 2 4 5 6 8 9 and the near side of the bollard are junctions.
	if g.Junctions() != 7 || g.Edges() != 10 {
		t.Errorf("%d junctions and %d edges, want 7 and 10", g.Junctions(), g.Edges())
	}
	if r.Barriers != 1 || r.Streets != 7 || r.Islands != 1 || math.Abs(r.DroppedM-379.3) > 1 {
		t.Errorf("report %+v", r)
	}
	west, east := must(t, g, 9.5001, 47.015), must(t, g, 9.5099, 47.015)
	if p, _ := g.Route(west, east); p.DistanceM > 760 {
		t.Errorf("eastwards the main road is free, yet the way takes %d m", p.DistanceM)
	}
	if p, _ := g.Route(east, west); p.DistanceM < 1500 {
		t.Errorf("westwards the main road is closed, yet the way takes %d m", p.DistanceM)
	}
}

func must(t *testing.T, g *Graph, lon, lat float64) Place {
	t.Helper()
	p, ok := g.Snap(orb.Point{lon, lat})
	if !ok {
		t.Fatalf("no street near (%v, %v): %v m", lon, lat, p.SnapM)
	}
	return p
}

// On one piece of one-way street, going forward takes the piece, and going back takes the way round.
func TestSameEdgeOneWay(t *testing.T) {
	t.Parallel()
	g, _ := readTown(t)
	a, b := must(t, g, 9.501, 47.015), must(t, g, 9.503, 47.015)
	if a.Edge != b.Edge {
		t.Fatal("the two places lie on different edges")
	}
	m, err := g.Matrix(context.Background(), []Place{a, b, a}, 1)
	if err != nil {
		t.Fatal(err)
	}
	// 0.002° of longitude at 47.015° N are 151.6 m; at 90 % of 50 km/h they take 12.1 s.
	if sec, metres, _ := m.Leg(0, 1); sec != 12 || metres != 152 {
		t.Errorf("forward: %d s, %d m; want 12 s, 152 m", sec, metres)
	}
	if _, metres, _ := m.Leg(1, 0); metres < 1700 {
		t.Errorf("back: %d m, against the one-way", metres)
	}
	if sec, metres, _ := m.Leg(0, 2); sec != 0 || metres != 0 {
		t.Errorf("to the same place: %d s, %d m", sec, metres)
	}
}

// Damaged, cut, empty and foreign files are refused with ErrExtract and the place of the damage, and never crash.
func TestReadRefusesDamage(t *testing.T) {
	t.Parallel()
	whole := encode(town())
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 0x10
	nodes, _ := town()
	footway := []mapWay{{refs: []int64{1, 2}, tags: []tag{{"highway", "footway"}}}}
	oneWay := []mapWay{{refs: []int64{1, 2}, tags: []tag{{"highway", "residential"}, {"oneway", "yes"}}}}
	for name, c := range map[string]struct {
		data []byte
		say  string
	}{
		"empty":            {nil, "empty"},
		"cut in a block":   {whole[:len(whole)-5], "cut short"},
		"cut in a header":  {whole[:2], "cut short"},
		"not PBF":          {[]byte("<?xml version='1.0'?><osm></osm>"), "not a PBF"},
		"built graph":      {[]byte(fileMagic + "and more"), "by --graph"},
		"flipped bit":      {flipped, "damaged"},
		"no header block":  {whole[bytes.LastIndex(whole, []byte("OSMData"))-6:], "instead of OSMHeader"},
		"no streets":       {encode(nodes, footway), "no street a van may use"},
		"no way back":      {encode(nodes, oneWay), "leads anywhere and back"},
		"index off table":  {badIndex(), "does not parse"},
		"history required": {roadtest.Blob(nil, "OSMHeader", roadtest.Field(nil, 4, []byte("HistoricalInformation"))), "HistoricalInformation"},
	} {
		_, _, err := Read(context.Background(), bytes.NewReader(c.data), Van())
		if !errors.Is(err, ErrExtract) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want ErrExtract saying %q", name, err, c.say)
		}
	}
}

// badIndex is an extract whose way names a key that its string table lacks.
func badIndex() []byte {
	way := roadtest.Field(roadtest.Field([]byte{1 << 3, 1}, 2, []byte{99}), 3, []byte{99})
	data := roadtest.Field(roadtest.Field(nil, 1, roadtest.Field(nil, 1, []byte("x"))), 2, roadtest.Field(nil, 3, way))
	return roadtest.Blob(roadtest.Blob(nil, "OSMHeader", nil), "OSMData", data)
}

// Every cut of a small extract is an error or, between two blocks, an extract without streets; never a graph.
func TestReadEveryCut(t *testing.T) {
	t.Parallel()
	whole := encode(town())
	for k := range whole {
		if g, _, err := Read(context.Background(), bytes.NewReader(whole[:k]), Van()); !errors.Is(err, ErrExtract) || g != nil {
			t.Fatalf("cut after %d of %d bytes: %v", k, len(whole), err)
		}
	}
}

func TestReadStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Read(ctx, bytes.NewReader(encode(town())), Van()); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	bad := Van()
	bad.SpeedKmh[Primary] = math.NaN()
	if _, _, err := Read(context.Background(), bytes.NewReader(encode(town())), bad); err == nil || !strings.Contains(err.Error(), "primary") {
		t.Errorf("with a profile without speed: %v", err)
	}
}

// The hash names the bytes and the profile, and reading twice gives the same graph, array by array.
func TestReadIsRepeatable(t *testing.T) {
	t.Parallel()
	data := encode(town())
	a, _ := readTown(t)
	b, _ := readTown(t)
	a.searches, b.searches = nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Error("two readings of one extract differ")
	}
	slow := Van()
	slow.MaxKmh = 60
	c, _, err := Read(context.Background(), bytes.NewReader(data), slow)
	if err != nil || c.Hash() == a.Hash() || len(a.Hash()) != 64 {
		t.Errorf("hash %q for the van, %q for a slower one (%v)", a.Hash(), c.Hash(), err)
	}
}

// A table is the same for any number of workers.
func TestWorkersDoNotMatter(t *testing.T) {
	t.Parallel()
	_, ch := realNetwork(t)
	rng := rand.New(rand.NewPCG(3, 4))
	var from, to []Place
	for range 40 {
		from, to = append(from, ch.graph().RandomPlace(rng)), append(to, ch.graph().RandomPlace(rng))
	}
	g := ch.graph()
	want, err := g.Table(context.Background(), from, to[:25], 1)
	if err != nil || want.Sources != 40 || want.Targets != 25 {
		t.Fatal(want.Sources, want.Targets, err)
	}
	for _, workers := range []int{0, 2, 7} {
		if got, err := g.Table(context.Background(), from, to[:25], workers); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers give another table (%v)", workers, err)
		}
	}
	if empty, err := g.Table(context.Background(), nil, to, 3); err != nil || len(empty.DurationSec) != 0 {
		t.Errorf("no sources: %v, %v", empty, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{})
	f.Add(encode(town()))
	f.Add(badIndex())
	f.Add(roadtest.Blob(roadtest.Blob(nil, "OSMHeader", nil), "OSMData", roadtest.Field(nil, 2, roadtest.Field(nil, 1, []byte{8, 2}))))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, _, err := Read(context.Background(), bytes.NewReader(data), Van())
		if (g == nil) == (err == nil) {
			t.Fatalf("graph %v, error %v", g, err)
		}
	})
}

// The unpacked content of a block is fuzzed too, since a damaged zlib stream hides it from FuzzRead.
func FuzzBlock(f *testing.F) {
	f.Add([]byte{})
	f.Add(roadtest.Field(nil, 2, roadtest.Field(nil, 3, roadtest.Field([]byte{1 << 3, 1}, 8, []byte{2, 2}))))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := Van()
		c := newCollector(&p)
		b := block{to: c}
		if err := b.read("OSMData", data, false); err == nil {
			n := c.network()
			n.keepLargest(&c.report)
		}
	})
}
