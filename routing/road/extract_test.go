package road

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"os"
	"testing"

	"github.com/paulmach/orb"
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

func (r mapRelation) encode(id int, strings *stringTable) []byte {
	var keys, vals, roles, refs, kinds []byte
	for _, t := range r.tags {
		keys, vals = binary.AppendUvarint(keys, strings.of(t.key)), binary.AppendUvarint(vals, strings.of(t.value))
	}
	prev := int64(0)
	for _, m := range r.members {
		roles, kinds = binary.AppendUvarint(roles, strings.of(m.role)), append(kinds, byte(m.kind))
		refs = zigzag(refs, m.ref-prev)
		prev = m.ref
	}
	out := binary.AppendUvarint([]byte{1 << 3}, uint64(id))
	return field2(field2(field2(field2(field2(out, 2, keys), 3, vals), 8, roles), 9, refs), 10, kinds)
}

// encode writes an extract in the PBF format: a header block and one block of dense nodes and ways.
func encode(nodes []mapNode, ways []mapWay, relations ...mapRelation) []byte {
	header := field2(nil, 4, []byte("OsmSchema-V0.6"))
	out := blob(nil, "OSMHeader", field2(header, 4, []byte("DenseNodes")))
	strings := &stringTable{index: map[string]uint64{"": 0}, all: field2(nil, 1, nil)}
	var ids, lats, lons, kv []byte
	var last [3]int64
	for _, n := range nodes {
		now := [3]int64{n.id, degreesToPBF(n.at.Lat()), degreesToPBF(n.at.Lon())}
		ids, lats, lons = zigzag(ids, now[0]-last[0]), zigzag(lats, now[1]-last[1]), zigzag(lons, now[2]-last[2])
		last = now
		for _, t := range n.tags {
			kv = binary.AppendUvarint(binary.AppendUvarint(kv, strings.of(t.key)), strings.of(t.value))
		}
		kv = append(kv, 0)
	}
	dense := field2(field2(field2(field2(nil, 1, ids), 8, lats), 9, lons), 10, kv)
	group := field2(nil, 2, dense)
	for k, w := range ways {
		var keys, vals, refs []byte
		for _, t := range w.tags {
			keys, vals = binary.AppendUvarint(keys, strings.of(t.key)), binary.AppendUvarint(vals, strings.of(t.value))
		}
		prev := int64(0)
		for _, r := range w.refs {
			refs = zigzag(refs, r-prev)
			prev = r
		}
		way := binary.AppendUvarint([]byte{1 << 3}, uint64(k+1))
		group = field2(group, 3, field2(field2(field2(way, 2, keys), 3, vals), 8, refs))
	}
	for k, r := range relations {
		group = field2(group, 4, r.encode(k+1, strings))
	}
	return blob(out, "OSMData", field2(field2(nil, 1, strings.all), 2, group))
}

func degreesToPBF(d float64) int64 {
	if d < 0 {
		return int64(d*1e7 - 0.5)
	}
	return int64(d*1e7 + 0.5)
}

type stringTable struct {
	index map[string]uint64
	all   []byte
}

func (s *stringTable) of(text string) uint64 {
	k, ok := s.index[text]
	if !ok {
		k = uint64(len(s.index))
		s.index[text] = k
		s.all = field2(s.all, 1, []byte(text))
	}
	return k
}

func zigzag(to []byte, v int64) []byte { return binary.AppendUvarint(to, uint64(v<<1)^uint64(v>>63)) }

func field2(to []byte, number int, content []byte) []byte {
	to = binary.AppendUvarint(to, uint64(number<<3|2))
	return append(binary.AppendUvarint(to, uint64(len(content))), content...)
}

func blob(to []byte, kind string, content []byte) []byte {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(content) // a buffer never fails
	_ = z.Close()
	body := binary.AppendUvarint([]byte{2 << 3}, uint64(len(content)))
	body = field2(body, 3, packed.Bytes())
	header := field2(nil, 1, []byte(kind))
	header = binary.AppendUvarint(append(header, 3<<3), uint64(len(body)))
	to = binary.BigEndian.AppendUint32(to, uint32(len(header)))
	return append(append(to, header...), body...)
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
