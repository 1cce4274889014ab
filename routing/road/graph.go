// Package road turns an OpenStreetMap extract into a street graph and answers travel questions on it.
//
// Takes a PBF stream and a vehicle profile and gives places on streets, matrices of the fastest ways in seconds and
// metres, and single ways with their geometry. Method: chains of street points become junction-to-junction edges, and a
// contraction hierarchy (Geisberger, Sanders, Schultes, Delling 2012) with bucket many-to-many search (Knopp et al. 2007)
// finds the fastest ways, the shorter of two equally fast ones. Never: it opens no files, and it does not know turn
// restrictions, ferries, time-of-day speeds or heights and weights yet.
//
// Inside, time is counted in milliseconds and length in centimetres; answers are whole seconds and whole metres, rounded
// half up at the very end. All data is © OpenStreetMap contributors (ODbL) and answers drawn from it must say so.
package road

import (
	"github.com/paulmach/orb"
)

// Graph is the street network of one extract for one profile: the largest part in which every street can be reached
// from every other. It is never changed after Read and may be used by any number of goroutines.
type Graph struct {
	profile Profile
	hash    string
	bound   orb.Bound

	junctions int
	// Edge e runs from junction from[e] to junction to[e]; its shape points are shapeFirst[e] … shapeFirst[e+1]-1.
	from, to   []int32
	class      []Class
	forward    []bool // may be driven from → to
	backward   []bool // may be driven to → from
	shapeFirst []int32
	shape      []orb.Point
	shapeCm    []int32 // centimetres from the start of the edge to each shape point
	shapeFwdMs []int32 // milliseconds from the start of the edge to each shape point, driving forward
	shapeBwdMs []int32 // milliseconds from each shape point back to the start of the edge, driving backward

	doors     []int32 // edges on which consignees may live
	doorEndCm []int64 // running sum of their lengths

	hierarchy hierarchy
	grid      grid
}

// Place is a point on a street of one Graph: the position at Fraction of the length of edge Edge.
type Place struct {
	Edge     int32
	Fraction float64   // 0 = start of the edge … 1 = its end
	Point    orb.Point // the position itself, on the street
	SnapM    float64   // metres between the point asked for and Point; 0 when it was drawn on the street
}

// Hash names the street data: SHA-256 over the bytes of the extract, the profile and the version of this package's
// rules, in hexadecimal. Two graphs with the same hash give the same answers.
func (g *Graph) Hash() string { return g.hash }

// Bound returns the smallest box around all streets of the graph.
func (g *Graph) Bound() orb.Bound { return g.bound }

// Profile returns the profile the graph was read with.
func (g *Graph) Profile() Profile { return g.profile }

// Junctions returns how many junctions (and dead ends) the graph has.
func (g *Graph) Junctions() int { return g.junctions }

// Edges returns how many edges, street pieces between two junctions, the graph has.
func (g *Graph) Edges() int { return len(g.from) }
