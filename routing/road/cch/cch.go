// Package cch finds shortest ways in large, sparse graphs whose weights change often, by customisable contraction
// hierarchies.
//
// Takes a directed graph and an order of its nodes, once, and any number of weightings of its arcs, each taken in within
// seconds, whole or in part; gives distances one to one, one to all and many to many, and the arcs of ways. Method:
// nested dissection by inertial flow (Schild, Sommer 2015), customisable contraction hierarchies (Dibbelt, Strasser,
// Wagner, "Customizable Contraction Hierarchies", ACM JEA 21, 2016) with arcs kept per direction (Buchhold, Wagner,
// Zeitz, Zündorf, "Customizable Contraction Hierarchies with Turn Costs", ATMOS 2020), elimination tree queries without a
// queue. Never: it knows streets, units or files, and it starts no search without a bound on what it touches.
//
// Nodes are renumbered by rank, the postorder of the elimination tree. All upward neighbours of a node are its ancestors,
// so that a neighbour is named by its depth below the root alone, in 16 bits, and the distances of a search upwards are a
// short array indexed by depth:
//
//	depth 0      r          F[0]
//	      1      a          F[1]      the root path of s is s … a r; every way from s to t
//	      2     / \         F[2]      passes a common ancestor, so
//	      3    s   t        F[3]      dist(s,t) = min over depths d of common ancestors of F[d] + B[d]
package cch

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"
)

// Weight is the cost of an arc or a way. Callers may pack two costs into one, the more important in the upper half, as
// long as no sum of a way carries from the lower half or reaches Unreached.
type Weight = uint64

// Unreached is above every weight of a way; arcs of this weight cannot be used, and ways as heavy are not found. The sum of
// two such does not wrap around.
const Unreached Weight = 1 << 62

// ErrInput marks a graph or an order that is none.
var ErrInput = errors.New("cch: bad input")

// MaxDepth is the largest height of an elimination tree that depths of 16 bits can name.
const MaxDepth = 1 << 16

// Graph is a directed graph: the arcs that leave node v are First[v] … First[v+1]-1, arc a leads to Head[a]. No two arcs
// share both ends; an arc from a node to itself is on no fastest way and only its weight is kept.
type Graph struct {
	First []int32
	Head  []int32
}

// Nodes is the number of nodes.
func (g Graph) Nodes() int { return len(g.First) - 1 }

func (g Graph) validate(order []int32) error {
	n := g.Nodes()
	if n < 0 || len(order) != n || g.First[0] != 0 || int(g.First[n]) != len(g.Head) {
		return fmt.Errorf("%w: %d nodes, %d in the order, %d arcs", ErrInput, n, len(order), len(g.Head))
	}
	seen := make([]bool, n)
	for _, v := range order {
		if v < 0 || int(v) >= n || seen[v] {
			return fmt.Errorf("%w: the order names node %d twice, or there is none", ErrInput, v)
		}
		seen[v] = true
	}
	for v := range n {
		if g.First[v] > g.First[v+1] {
			return fmt.Errorf("%w: arcs of node %d end before they begin", ErrInput, v)
		}
	}
	for a, w := range g.Head {
		if w < 0 || int(w) >= n {
			return fmt.Errorf("%w: arc %d leads to node %d of %d", ErrInput, a, w, n)
		}
	}
	return nil
}

// Topology is the part of a hierarchy that does not depend on weights. It is never changed after Build and may be used by
// any number of goroutines.
//
// An up slot is an arc from a node to an ancestor, a down slot one from an ancestor to the node. Slots lie by the rank of
// the lower end and, within, by the depth of the upper end, the root first.
type Topology struct {
	Rank   []int32 // by node
	Node   []int32 // by rank
	Parent []int32 // by rank, -1 at a root
	Depth  []uint16
	Size   []int32 // slots of the subtree below and with a rank; see tasks
	Begin  []int32 // least rank of the subtree; it spans Begin[v] … v

	Up, Down Side

	Tail, Head []int32 // ranks of the ends of each arc of the graph

	crownOnce sync.Once
	crown     *crown
}

// Side holds the slots of one direction.
type Side struct {
	First []int32  // by rank, len nodes+1
	Depth []uint16 // of the upper end
	Arc   []int32  // of the graph, -1 where only shorter pieces join

	// Lower lists, for the upper end u, the slots that lead to (up) or from (down) it, by their lower end.
	LowerFirst []int32
	LowerNode  []int32
	LowerSlot  []int32
}

// Slots is the number of arcs of the hierarchy, both directions together.
func (t *Topology) Slots() int { return len(t.Up.Depth) + len(t.Down.Depth) }

// Bytes is the memory that the topology takes.
func (t *Topology) Bytes() int64 {
	total := int64(0)
	for _, s := range [][]int32{t.Rank, t.Node, t.Parent, t.Size, t.Begin, t.Tail, t.Head, t.Up.First, t.Up.Arc, t.Up.LowerFirst,
		t.Up.LowerNode, t.Up.LowerSlot, t.Down.First, t.Down.Arc, t.Down.LowerFirst, t.Down.LowerNode, t.Down.LowerSlot} {
		total += int64(len(s)) * int64(unsafe.Sizeof(int32(0)))
	}
	return total + 2*int64(len(t.Depth)+len(t.Up.Depth)+len(t.Down.Depth))
}
