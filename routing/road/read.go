package road

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// rules is the version of how this package reads streets; it changes whenever the same extract would give other answers.
const rules = 2

// Report says what Read found and what it left out.
type Report struct {
	Points, Ways  int     // in the extract
	Streets       int     // ways a vehicle of the profile may use
	MissingPoints int     // points of streets that the extract lacks or misplaces; their streets are interrupted there
	Barriers      int     // closed points met on streets; no way leads through them
	Islands       int     // parts cut off from the largest one in at least one direction, left out
	DroppedPoints int     // street points on islands
	DroppedM      float64 // metres of street on islands and in traps
	KeptM         float64 // metres of street kept
	Traps         int     // streets' directions that turn restrictions cut off, left out

	Restrictions       int // turn restrictions obeyed
	IdleRestrictions   int // on streets the graph does not have
	BrokenRestrictions int // without the members or the kind that they need
	Contradictions     int // mandatory turns that are forbidden as well; the ban was obeyed

	Junctions int // after chains became edges
	Edges     int
	States    int // of the search: edges by direction, and copies for restrictions over several streets
	Turns     int
	Shortcuts int // arcs of the hierarchy beyond the turns
}

// Options steer the building of a graph.
type Options struct {
	Workers  int                                 // goroutines; at least one is used
	Progress func(done float64, sentence string) // nil = nobody listens
}

func (o Options) report(done float64, format string, args ...any) {
	if o.Progress != nil {
		o.Progress(done, fmt.Sprintf(format, args...))
	}
}

// Name returns the hash that the graph of an extract has for a profile, without building it.
func Name(r io.Reader, p Profile) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %+v\n", rules, p)
	if _, err := io.Copy(sum, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Read reads an OpenStreetMap extract in PBF form and builds the graph for profile p. The error wraps ErrExtract and
// says at which byte when r is empty, damaged or cut short, and when the extract holds no street to drive on; it is ctx's
// own error when ctx ends first.
func Read(ctx context.Context, r io.Reader, p Profile) (*Graph, Report, error) {
	return ReadWith(ctx, r, p, Options{})
}

// ReadWith is Read with options. The graph does not depend on them.
func ReadWith(ctx context.Context, r io.Reader, p Profile, o Options) (*Graph, Report, error) {
	b, err := NewBuilder(p)
	if err != nil {
		return nil, Report{}, err
	}
	o.report(0, "reading the extract")
	if err := scan(ctx, io.TeeReader(r, b.sum), b.c); err != nil {
		return nil, b.c.report, err
	}
	return b.Build(ctx, o)
}

// Builder makes a graph from streets that come from elsewhere than an extract, as a generator of test countries.
type Builder struct {
	c       *collector
	profile Profile
	sum     interface {
		io.Writer
		Sum([]byte) []byte
	}
}

// Tag is one key and value of a point or way, as in OpenStreetMap.
type Tag struct{ Key, Value string }

// NewBuilder begins a graph for profile p.
func NewBuilder(p Profile) (*Builder, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	b := &Builder{profile: p, sum: sha256.New()}
	b.c = newCollector(&b.profile)
	fmt.Fprintf(b.sum, "%d %+v\n", rules, p)
	return b, nil
}

func tagged(tags []Tag) []tag {
	out := make([]tag, len(tags))
	for i, t := range tags {
		out[i] = tag{t.Key, t.Value}
	}
	return out
}

// Node adds a point.
func (b *Builder) Node(id int64, lon, lat float64, tags ...Tag) {
	fmt.Fprintln(b.sum, "n", id, lon, lat, tags)
	b.c.node(id, lon, lat, tagged(tags))
}

// Way adds a way over points.
func (b *Builder) Way(id int64, refs []int64, tags ...Tag) {
	fmt.Fprintln(b.sum, "w", id, refs, tags)
	b.c.way(id, refs, tagged(tags))
}

// Restriction adds a turn restriction of a kind such as no_left_turn, from a way over a point to a way.
func (b *Builder) Restriction(kind string, from, viaNode, to int64) {
	fmt.Fprintln(b.sum, "r", kind, from, viaNode, to)
	b.c.relation(0, []member{{memberWay, from, "from"}, {memberNode, viaNode, "via"}, {memberWay, to, "to"}},
		[]tag{{"type", "restriction"}, {"restriction", kind}})
}

// Build makes the graph. The builder must not be used any more.
func (b *Builder) Build(ctx context.Context, o Options) (*Graph, Report, error) {
	c := b.c
	b.c = nil
	o.report(0.2, "linking %d streets", c.report.Streets)
	n := c.network()
	if len(n.pieces) == 0 {
		return nil, c.report, fmt.Errorf("%w: no street a %s may use among %d ways; give an extract with roads", ErrExtract,
			b.profile.Name, c.report.Ways)
	}
	n.keepLargest(&c.report)
	if len(n.pieces) == 0 {
		return nil, c.report, fmt.Errorf("%w: none of its %d streets leads anywhere and back; give a larger extract", ErrExtract,
			c.report.Streets)
	}
	chains, err := build(ctx, n, b.profile, c.restrictions, &c.report, o)
	if err != nil {
		return nil, c.report, err
	}
	s := chains.g
	s.root = hex.EncodeToString(b.sum.Sum(nil))
	r := &c.report
	r.Junctions, r.Edges, r.States, r.Turns = s.junctions, len(s.from), len(s.turns.First)-1, len(s.turns.Head)
	r.Shortcuts = s.topology.Slots() - r.Turns
	return &Graph{streets: s, hash: s.root, w: s.base}, *r, nil
}

// build makes the graph of a connected network.
func build(ctx context.Context, n *network, p Profile, restrictions []restriction, r *Report, o Options) (*chains, error) {
	c := contract(n)
	g := c.g
	g.profile, g.searches = p, newPool()
	g.bound = orb.MultiPoint(n.at).Bound()
	o.report(0.3, "finding the turns at %d junctions", g.junctions)
	out := newLeaving(g)
	expand(g, out, c.findBans(restrictions, out, r))
	g.closeTraps(r)
	g.chooseDoors()
	g.grid = newGrid(g)
	o.report(0.4, "dissecting %d streets", len(g.from))
	edges, err := cch.Dissect(ctx, g.dissectionMap(), o.Workers)
	if err != nil {
		return nil, err
	}
	o.report(0.8, "contracting %d directions and %d turns", len(g.turns.First)-1, len(g.turns.Head))
	if g.topology, err = cch.Build(ctx, g.turns, g.stateOrder(edges)); err != nil {
		return nil, err
	}
	if g.base, err = g.customise(ctx, g.freeFlow(), o.Workers); err != nil {
		return nil, err
	}
	o.report(1, "done")
	return c, nil
}

// stateOrder lists the states edge by edge.
func (g *streets) stateOrder(edges []int32) []int32 {
	order := make([]int32, 0, len(g.turns.First)-1)
	for _, e := range edges {
		order = append(order, 2*e, 2*e+1)
		if len(g.copies) > 0 {
			order = g.appendCopies(order, e)
		}
	}
	return order
}

// graph is the graph of some chains under free flow.
func (c *chains) graph() *Graph { return &Graph{streets: c.g, hash: c.g.root, w: c.g.base} }

// fraction guards against lengths of zero.
func fraction(cm, total float64) float64 { return math.Min(1, math.Max(0, cm/math.Max(total, 1))) }
