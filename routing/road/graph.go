// Package road turns an OpenStreetMap extract into a street graph and answers travel questions on it.
//
// Takes a PBF stream and a vehicle profile and gives places on streets, matrices of the fastest ways in seconds and
// metres, single ways with geometry and instructions, areas within reach, and traces matched to streets, all under
// weights that change while it runs. Method: chains of street points become edges between junctions; a state of the
// search is an edge driven one way, an arc a turn with its cost, forbidden turns left out, and customisable contraction
// hierarchies over the states (package cch) find the fastest ways, the shorter of two equally fast ones. Never: it opens
// no files and reads no clock; conditional restrictions and opening hours are not read.
//
// Inside, time is counted in milliseconds and length in centimetres; answers are whole seconds and whole metres, rounded
// half up at the very end. All data is © OpenStreetMap contributors (ODbL) and answers drawn from it must say so.
package road

import (
	"sync"

	"github.com/paulmach/orb"

	"quartermaster/routing/road/cch"
)

// Graph is the street network of one extract for one profile, under one set of weights. It is never changed after it was
// returned and may be used by any number of goroutines; At returns another one with other weights that shares the rest.
type Graph struct {
	*streets
	hash   string
	w      *weights
	moment *Moment // nil under free flow
}

// streets is the part of a graph that does not depend on weights.
//
// Edge e runs from junction from[e] to junction to[e]; its shape points are shapeFirst[e] … shapeFirst[e+1]-1. A directed
// edge is 2e, driven forward, or 2e+1, driven backward. A state is a directed edge, or a copy of one that remembers from
// where it was entered, as restrictions over several streets need it:
//
//	state s < 2·edges: directed edge s          state s ≥ 2·edges: directed edge copies[s - 2·edges], in rising order
type streets struct {
	profile Profile
	bound   orb.Bound
	base    *weights // free flow
	root    string   // hash under free flow

	junctions  int
	from, to   []int32
	attr       []int32 // index into attrClass and its like
	open       []uint8
	shapeFirst []int32
	shape      []orb.Point
	shapeNode  []int64 // OpenStreetMap's number of each shape point
	shapeCm    []int32 // centimetres from the start of the edge to each shape point
	shapeFwdMs []int32 // milliseconds from the start of the edge to each shape point, driving forward
	shapeBwdMs []int32 // milliseconds from each shape point back to the start of the edge, driving backward

	attrClass         []Class
	attrFlag          []uint8
	attrName, attrRef []int32 // index into names
	nameEnd           []int32 // end of each name in nameBytes; name 0 is ""
	nameBytes         []byte
	copies            []int32
	turns             cch.Graph // arcs between states
	turnMs            []int32   // lost on each turn; noTurn where it is not allowed
	topology          *cch.Topology
	doors             []int32 // edges on which consignees may live
	doorEndCm         []int64 // running sum of their lengths
	grid              grid
	searches          *sync.Pool
}

const (
	openForward  = uint8(1)
	openBackward = uint8(2)

	flagRound = uint8(1)
	flagRamp  = uint8(2)

	noTurn = int32(-1)
)

func (g *streets) setAttrs(attrs []attr) {
	index := map[string]int32{"": 0}
	g.nameEnd = []int32{0}
	name := func(s string) int32 {
		k, ok := index[s]
		if !ok {
			k = int32(len(g.nameEnd))
			index[s] = k
			g.nameBytes = append(g.nameBytes, s...)
			g.nameEnd = append(g.nameEnd, int32(len(g.nameBytes)))
		}
		return k
	}
	for _, a := range attrs {
		flag := uint8(0)
		if a.round {
			flag |= flagRound
		}
		if a.ramp {
			flag |= flagRamp
		}
		g.attrClass, g.attrFlag = append(g.attrClass, a.class), append(g.attrFlag, flag)
		g.attrName, g.attrRef = append(g.attrName, name(a.name)), append(g.attrRef, name(a.ref))
	}
}

func (g *streets) text(k int32) string {
	if k == 0 {
		return ""
	}
	return string(g.nameBytes[g.nameEnd[k-1]:g.nameEnd[k]])
}

func (g *streets) class(e int32) Class        { return g.attrClass[g.attr[e]] }
func (g *streets) flag(e int32, f uint8) bool { return g.attrFlag[g.attr[e]]&f != 0 }

// opened says whether a directed edge may be driven.
func (g *streets) opened(d int32) bool { return g.open[d>>1]&(openForward<<(d&1)) != 0 }

// tail and head are the junctions where a directed edge begins and ends.
func (g *streets) tail(d int32) int32 {
	if d&1 == 0 {
		return g.from[d>>1]
	}
	return g.to[d>>1]
}

func (g *streets) head(d int32) int32 { return g.tail(d ^ 1) }

// directed returns the directed edge of a state.
func (g *streets) directed(state int32) int32 {
	if n := int32(2 * len(g.from)); state >= n {
		return g.copies[state-n]
	}
	return state
}

func (g *streets) lengthCm(e int32) int32 { return g.shapeCm[g.shapeFirst[e+1]-1] }

// Hash names the street data and the weights: SHA-256 over the bytes of the extract, the profile, the version of this
// package's rules and, away from free flow, the weights, in hexadecimal. Two graphs with the same hash give the same answers.
func (g *Graph) Hash() string { return g.hash }

// BaseHash is the hash of the same streets under free flow.
func (g *Graph) BaseHash() string { return g.root }

// Bound returns the smallest box around all streets of the graph.
func (g *Graph) Bound() orb.Bound { return g.bound }

// Profile returns the profile the graph was read with.
func (g *Graph) Profile() Profile { return g.profile }

// Junctions returns how many junctions (and dead ends) the graph has.
func (g *Graph) Junctions() int { return g.junctions }

// Edges returns how many edges, street pieces between two junctions, the graph has.
func (g *Graph) Edges() int { return len(g.from) }

// Points returns how many street points, bends included, the graph is drawn with, those of junctions once an edge.
func (g *Graph) Points() int { return len(g.shape) }

// States returns how many states the search has: directed edges, and copies of them for restrictions over several streets.
func (g *Graph) States() int { return 2*len(g.from) + len(g.copies) }
