// Package roadtest writes small OpenStreetMap extracts for tests.
//
// Takes points, ways and relations and gives the bytes of an extract in the PBF format. Method: a header block, and one block
// of dense nodes, ways and relations (wiki.openstreetmap.org, "PBF Format"). Never: it is no part of the program.
package roadtest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// Tag is a key and a value.
type Tag struct{ Key, Value string }

// Node is a point of the map.
type Node struct {
	ID   int64
	At   orb.Point
	Tags []Tag
}

// Way is a line over points. The ways of an extract are numbered from 1.
type Way struct {
	Refs []int64
	Tags []Tag
}

// Kinds of members.
const (
	MemberNode byte = 0
	MemberWay  byte = 1
)

// Member is a part of a relation.
type Member struct {
	Kind byte
	Ref  int64
	Role string
}

// Relation joins members, such as those of a turn restriction.
type Relation struct {
	Tags    []Tag
	Members []Member
}

// Restriction is a turn restriction of a kind such as no_left_turn, from a way over a point to a way.
func Restriction(kind string, from, via, to int64) Relation {
	return Relation{Tags: []Tag{{"type", "restriction"}, {"restriction", kind}},
		Members: []Member{{MemberWay, from, "from"}, {MemberNode, via, "via"}, {MemberWay, to, "to"}}}
}

// Encode writes an extract.
func Encode(nodes []Node, ways []Way, relations ...Relation) []byte {
	header := Field(nil, 4, []byte("OsmSchema-V0.6"))
	out := Blob(nil, "OSMHeader", Field(header, 4, []byte("DenseNodes")))
	table := &texts{index: map[string]uint64{"": 0}, all: Field(nil, 1, nil)}
	group := Field(nil, 2, table.dense(nodes))
	for k, w := range ways {
		keys, vals := table.tags(w.Tags)
		var refs []byte
		prev := int64(0)
		for _, r := range w.Refs {
			refs = zigzag(refs, r-prev)
			prev = r
		}
		way := binary.AppendUvarint([]byte{1 << 3}, uint64(k+1))
		group = Field(group, 3, Field(Field(Field(way, 2, keys), 3, vals), 8, refs))
	}
	for k, r := range relations {
		group = Field(group, 4, table.relation(k+1, r))
	}
	return Blob(out, "OSMData", Field(Field(nil, 1, table.all), 2, group))
}

// texts is the block's table of strings.
type texts struct {
	index map[string]uint64
	all   []byte
}

func (s *texts) of(text string) uint64 {
	k, ok := s.index[text]
	if !ok {
		k = uint64(len(s.index))
		s.index[text] = k
		s.all = Field(s.all, 1, []byte(text))
	}
	return k
}

func (s *texts) tags(tags []Tag) (keys, vals []byte) {
	for _, t := range tags {
		keys, vals = binary.AppendUvarint(keys, s.of(t.Key)), binary.AppendUvarint(vals, s.of(t.Value))
	}
	return keys, vals
}

func (s *texts) dense(nodes []Node) []byte {
	var ids, lats, lons, kv []byte
	var last [3]int64
	for _, n := range nodes {
		now := [3]int64{n.ID, int64(math.Round(n.At.Lat() * 1e7)), int64(math.Round(n.At.Lon() * 1e7))}
		ids, lats, lons = zigzag(ids, now[0]-last[0]), zigzag(lats, now[1]-last[1]), zigzag(lons, now[2]-last[2])
		last = now
		for _, t := range n.Tags {
			kv = binary.AppendUvarint(binary.AppendUvarint(kv, s.of(t.Key)), s.of(t.Value))
		}
		kv = append(kv, 0)
	}
	return Field(Field(Field(Field(nil, 1, ids), 8, lats), 9, lons), 10, kv)
}

func (s *texts) relation(id int, r Relation) []byte {
	keys, vals := s.tags(r.Tags)
	var roles, refs, kinds []byte
	prev := int64(0)
	for _, m := range r.Members {
		roles, kinds = binary.AppendUvarint(roles, s.of(m.Role)), append(kinds, m.Kind)
		refs = zigzag(refs, m.Ref-prev)
		prev = m.Ref
	}
	out := binary.AppendUvarint([]byte{1 << 3}, uint64(id))
	return Field(Field(Field(Field(Field(out, 2, keys), 3, vals), 8, roles), 9, refs), 10, kinds)
}

func zigzag(to []byte, v int64) []byte { return binary.AppendUvarint(to, uint64(v<<1)^uint64(v>>63)) }

// Field appends a field of bytes to a message.
func Field(to []byte, number int, content []byte) []byte {
	to = binary.AppendUvarint(to, uint64(number<<3|2))
	return append(binary.AppendUvarint(to, uint64(len(content))), content...)
}

// Blob appends a block of a kind, packed, to a file.
func Blob(to []byte, kind string, content []byte) []byte {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(content) // a buffer never fails
	_ = z.Close()
	body := binary.AppendUvarint([]byte{2 << 3}, uint64(len(content)))
	body = Field(body, 3, packed.Bytes())
	header := Field(nil, 1, []byte(kind))
	header = binary.AppendUvarint(append(header, 3<<3), uint64(len(body)))
	to = binary.BigEndian.AppendUint32(to, uint32(len(header)))
	return append(append(to, header...), body...)
}
