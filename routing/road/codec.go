package road

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"unsafe"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// A graph file is a page of header and the arrays of the graph as they lie in memory, so that a mapped file is a graph
// without reading:
//
//	0   magic, 8 bytes        16  length of the header, 8 bytes       then the arrays, each at a multiple of 64,
//	8   byte order, 4 bytes   24  CRC-32C of the header, 4 bytes      with their lengths and CRC-32C in the header
//	12  version, 4 bytes      32  header, JSON
const (
	fileMagic   = "QMROADS\n"
	fileVersion = 2
	fileOrder   = 0x01020304
	fileAlign   = 64
	maxHeader   = 1 << 20
)

// ErrFile marks a graph file that is no such file, damaged, cut short, or of another version; it must be built anew.
var ErrFile = errors.New("road: unusable graph file")

// fileHeader describes a graph file.
type fileHeader struct {
	Rules     int        `json:"rules"`
	Hash      string     `json:"hash"`
	Profile   Profile    `json:"profile"`
	Bound     [4]float64 `json:"bound"`
	Junctions int        `json:"junctions"`
	Grid      fileGrid   `json:"grid"`
	Sections  []section  `json:"sections"`
	Report    Report     `json:"report"`
}

type fileGrid struct {
	Low              [2]float64 `json:"low"`
	LonStep, LatStep float64
	Columns, Rows    int
}

type section struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"`
	Bytes  int64  `json:"bytes"`
	CRC    uint32 `json:"crc"`
}

// array is one array of a graph: its bytes, and how to set it from bytes.
type array struct {
	name string
	get  func() []byte
	set  func([]byte) bool
}

// arrayOf ties a slice to its bytes. Its elements hold no pointers.
func arrayOf[T int32 | int64 | uint8 | uint16 | uint64 | Class | orb.Point](name string, s *[]T) array {
	size := int(unsafe.Sizeof(*new(T)))
	return array{name: name,
		get: func() []byte {
			if len(*s) == 0 {
				return nil
			}
			return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(*s))), len(*s)*size)
		},
		set: func(b []byte) bool {
			if len(b)%size != 0 {
				return false
			}
			if len(b) == 0 {
				*s = nil
				return true
			}
			*s = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/size)
			return uintptr(unsafe.Pointer(unsafe.SliceData(b)))%unsafe.Alignof(*new(T)) == 0
		},
	}
}

// arrays lists all arrays of a graph in the order of the file.
func (g *streets) arrays() []array {
	t := g.topology
	all := []array{
		arrayOf("from", &g.from), arrayOf("to", &g.to), arrayOf("attr", &g.attr), arrayOf("open", &g.open),
		arrayOf("shape_first", &g.shapeFirst), arrayOf("shape", &g.shape), arrayOf("shape_node", &g.shapeNode),
		arrayOf("shape_cm", &g.shapeCm), arrayOf("shape_fwd_ms", &g.shapeFwdMs), arrayOf("shape_bwd_ms", &g.shapeBwdMs),
		arrayOf("attr_class", &g.attrClass), arrayOf("attr_flag", &g.attrFlag), arrayOf("attr_name", &g.attrName),
		arrayOf("attr_ref", &g.attrRef), arrayOf("name_end", &g.nameEnd), arrayOf("name_bytes", &g.nameBytes),
		arrayOf("copies", &g.copies), arrayOf("turns_first", &g.turns.First), arrayOf("turns_head", &g.turns.Head),
		arrayOf("turn_ms", &g.turnMs), arrayOf("doors", &g.doors), arrayOf("door_end_cm", &g.doorEndCm),
		arrayOf("grid_first", &g.grid.first), arrayOf("grid_edge", &g.grid.edge), arrayOf("grid_corner", &g.grid.corner),
		arrayOf("rank", &t.Rank), arrayOf("node", &t.Node), arrayOf("parent", &t.Parent), arrayOf("depth", &t.Depth),
		arrayOf("size", &t.Size), arrayOf("begin", &t.Begin), arrayOf("tail", &t.Tail), arrayOf("head", &t.Head),
		arrayOf("ms", &g.base.ms), arrayOf("w_arc", &g.base.metric.Arc), arrayOf("w_up", &g.base.metric.Up),
		arrayOf("w_down", &g.base.metric.Down),
	}
	for _, side := range []struct {
		name string
		s    *cch.Side
	}{{"up", &t.Up}, {"down", &t.Down}} {
		all = append(all, arrayOf(side.name+"_first", &side.s.First), arrayOf(side.name+"_depth", &side.s.Depth),
			arrayOf(side.name+"_arc", &side.s.Arc), arrayOf(side.name+"_lower_first", &side.s.LowerFirst),
			arrayOf(side.name+"_lower_node", &side.s.LowerNode), arrayOf(side.name+"_lower_slot", &side.s.LowerSlot))
	}
	return all
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Write writes the graph, under free flow, as a file that Open reads. report is kept with it.
func (g *Graph) Write(w io.Writer, report Report) error {
	h := fileHeader{Rules: rules, Hash: g.root, Profile: g.profile, Junctions: g.junctions, Report: report,
		Bound: [4]float64{g.bound.Min[0], g.bound.Min[1], g.bound.Max[0], g.bound.Max[1]},
		Grid:  fileGrid{g.grid.low, g.grid.lonStep, g.grid.latStep, g.grid.columns, g.grid.rows}}
	arrays := g.arrays()
	offset := int64(0)
	for _, a := range arrays {
		b := a.get()
		h.Sections = append(h.Sections, section{a.name, offset, int64(len(b)), crc32.Checksum(b, castagnoli)})
		offset += padded(int64(len(b)))
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	head := append([]byte(fileMagic), make([]byte, 24)...)
	binary.NativeEndian.PutUint32(head[8:], fileOrder)
	binary.LittleEndian.PutUint32(head[12:], fileVersion)
	binary.LittleEndian.PutUint64(head[16:], uint64(len(text)))
	binary.LittleEndian.PutUint32(head[24:], crc32.Checksum(text, castagnoli))
	head = append(head, text...)
	head = append(head, make([]byte, padded(int64(len(head)))-int64(len(head)))...)
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, a := range arrays {
		b := a.get()
		if _, err := w.Write(b); err != nil {
			return err
		}
		if _, err := w.Write(make([]byte, padded(int64(len(b)))-int64(len(b)))); err != nil {
			return err
		}
	}
	return nil
}

func padded(n int64) int64 { return (n + fileAlign - 1) / fileAlign * fileAlign }

// Open returns the graph in a graph file's bytes, which must not change while the graph is used. The error wraps ErrFile
// and says what is wrong with the file.
func Open(data []byte) (*Graph, Report, error) {
	h, body, err := openHeader(data)
	if err != nil {
		return nil, Report{}, err
	}
	g := &streets{profile: h.Profile, root: h.Hash, junctions: h.Junctions, topology: &cch.Topology{}, searches: newPool(),
		base:  &weights{metric: &cch.Metric{}},
		bound: orb.Bound{Min: orb.Point{h.Bound[0], h.Bound[1]}, Max: orb.Point{h.Bound[2], h.Bound[3]}}}
	g.grid.low, g.grid.lonStep, g.grid.latStep = h.Grid.Low, h.Grid.LonStep, h.Grid.LatStep
	g.grid.columns, g.grid.rows = h.Grid.Columns, h.Grid.Rows
	arrays := g.arrays()
	if len(arrays) != len(h.Sections) {
		return nil, Report{}, fmt.Errorf("%w: it has %d arrays, not %d", ErrFile, len(h.Sections), len(arrays))
	}
	for i, a := range arrays {
		s := h.Sections[i]
		if s.Name != a.name || s.Offset < 0 || s.Bytes < 0 || s.Offset%fileAlign != 0 || s.Offset > int64(len(body)) ||
			s.Bytes > int64(len(body))-s.Offset {
			return nil, Report{}, fmt.Errorf("%w: its array %s is missing or cut short", ErrFile, a.name)
		}
		b := body[s.Offset : s.Offset+s.Bytes : s.Offset+s.Bytes]
		if crc32.Checksum(b, castagnoli) != s.CRC || !a.set(b) {
			return nil, Report{}, fmt.Errorf("%w: its array %s is damaged", ErrFile, a.name)
		}
	}
	if last := h.Sections[len(h.Sections)-1]; int64(len(body)) != last.Offset+padded(last.Bytes) {
		return nil, Report{}, fmt.Errorf("%w: its length is not what its header says", ErrFile)
	}
	if err := g.fits(); err != nil {
		return nil, Report{}, err
	}
	if err := g.topology.Prune(context.Background(), g.base.metric, 1); err != nil {
		return nil, Report{}, err
	}
	g.paced(g.base)
	return &Graph{streets: g, hash: g.root, w: g.base}, h.Report, nil
}

func openHeader(data []byte) (h fileHeader, body []byte, err error) {
	bad := func(format string, args ...any) (fileHeader, []byte, error) {
		return fileHeader{}, nil, fmt.Errorf("%w: %s", ErrFile, fmt.Sprintf(format, args...))
	}
	if kind, _, _, err := readBlob(bytes.NewReader(data)); err == nil && kind == headerBlob {
		return bad("it is an OpenStreetMap extract, which --streets takes")
	}
	if len(data) < 32 || string(data[:8]) != fileMagic {
		return bad("it does not begin as one")
	}
	if v := binary.LittleEndian.Uint32(data[12:]); v != fileVersion || binary.NativeEndian.Uint32(data[8:]) != fileOrder {
		return bad("it is of version %d or of another kind of machine; this program reads version %d", v, fileVersion)
	}
	n := binary.LittleEndian.Uint64(data[16:])
	if n > maxHeader || 32+n > uint64(len(data)) {
		return bad("it is cut short")
	}
	text := data[32 : 32+n]
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(data[24:]) {
		return bad("its header is damaged")
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return bad("its header does not parse: %v", err)
	}
	if h.Rules != rules {
		return bad("it was built by rules %d of reading streets; this program has %d", h.Rules, rules)
	}
	if err := h.Profile.Validate(); err != nil {
		return bad("%v", err)
	}
	return h, data[min(padded(int64(32+n)), int64(len(data))):], nil
}

// fits checks that the arrays have the lengths that belong together.
func (g *streets) fits() error {
	t := g.topology
	e, states, arcs := len(g.from), len(t.Rank), len(g.turns.Head)
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"to", len(g.to), e}, {"attr", len(g.attr), e}, {"open", len(g.open), e}, {"shape_first", len(g.shapeFirst), e + 1},
		{"shape_node", len(g.shapeNode), len(g.shape)}, {"shape_cm", len(g.shapeCm), len(g.shape)},
		{"shape_fwd_ms", len(g.shapeFwdMs), len(g.shape)}, {"shape_bwd_ms", len(g.shapeBwdMs), len(g.shape)},
		{"states", states, 2*e + len(g.copies)}, {"turns_first", len(g.turns.First), states + 1}, {"turn_ms", len(g.turnMs), arcs},
		{"node", len(t.Node), states}, {"parent", len(t.Parent), states}, {"depth", len(t.Depth), states}, {"begin", len(t.Begin), states},
		{"size", len(t.Size), states}, {"tail", len(t.Tail), arcs}, {"head", len(t.Head), arcs}, {"ms", len(g.base.ms), 2 * e},
		{"w_arc", len(g.base.metric.Arc), arcs}, {"w_up", len(g.base.metric.Up), len(t.Up.Depth)},
		{"w_down", len(g.base.metric.Down), len(t.Down.Depth)}, {"up_first", len(t.Up.First), states + 1},
		{"down_first", len(t.Down.First), states + 1}, {"grid", len(g.grid.first), g.grid.columns*g.grid.rows + 1},
		{"doors", len(g.doors), len(g.doorEndCm)},
	} {
		if c.got != c.want || e == 0 {
			return fmt.Errorf("%w: its array %s has %d entries, not %d", ErrFile, c.name, c.got, c.want)
		}
	}
	return nil
}
