package road

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/paulmach/orb"
)

// rules is the version of how this package reads streets; it changes whenever the same extract would give other answers.
const rules = 1

// Report says what Read found and what it left out.
type Report struct {
	Points, Ways  int     // in the extract
	Streets       int     // ways a vehicle of the profile may use
	MissingPoints int     // points of streets that the extract lacks or misplaces; their streets are interrupted there
	Barriers      int     // closed points met on streets; no way leads through them
	Islands       int     // parts cut off from the largest one in at least one direction, left out
	DroppedPoints int     // street points on islands
	DroppedM      float64 // metres of street on islands
	KeptM         float64 // metres of street kept
	Junctions     int     // after chains became edges
	Edges         int
	Shortcuts     int // added by the hierarchy
}

// Read reads an OpenStreetMap extract in PBF form and builds the graph for profile p. The error wraps ErrExtract and
// says at which byte when r is empty, damaged or cut short, and when the extract holds no street to drive on; it is ctx's
// own error when ctx ends first.
func Read(ctx context.Context, r io.Reader, p Profile) (*Graph, Report, error) {
	if err := p.validate(); err != nil {
		return nil, Report{}, err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %+v\n", rules, p)
	c := &collector{profile: &p, special: map[int64]point{}}
	if err := scan(ctx, io.TeeReader(r, sum), c); err != nil {
		return nil, c.report, err
	}
	n := c.network()
	if len(n.pieces) == 0 {
		return nil, c.report, fmt.Errorf("%w: no street a %s may use among %d ways; give an extract with roads", ErrExtract,
			p.Name, c.report.Ways)
	}
	n.keepLargest(&c.report)
	if len(n.pieces) == 0 {
		return nil, c.report, fmt.Errorf("%w: none of its %d streets leads anywhere and back; give a larger extract", ErrExtract,
			c.report.Streets)
	}
	chains, err := build(ctx, n, p)
	if err != nil {
		return nil, c.report, err
	}
	g := chains.g
	g.hash = hex.EncodeToString(sum.Sum(nil))
	c.report.Junctions, c.report.Edges, c.report.Shortcuts = g.junctions, g.Edges(), g.hierarchy.shortcuts
	return g, c.report, nil
}

// build makes the graph of a connected network.
func build(ctx context.Context, n *network, p Profile) (*chains, error) {
	c := contract(n)
	c.g.profile = p
	c.g.bound = orb.MultiPoint(n.at).Bound()
	c.g.chooseDoors()
	c.g.grid = newGrid(c.g)
	return c, c.g.buildHierarchy(ctx)
}
