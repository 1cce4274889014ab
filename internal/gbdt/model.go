package gbdt

import (
	"fmt"
	"math"
	"slices"
)

// Model is a sum of trees above a constant score.
type Model struct {
	Objective   Objective
	Start       float64 // the score before the first tree
	Names       []string
	Categorical []bool
	Trees       []Tree

	nodes []packed
	roots []int32
	sets  [][]uint64
}

// Tree is a binary tree; node 0 is its root.
type Tree struct {
	Nodes []Node
}

// Node is a split or a leaf. A number goes left when it is below Threshold, a code when it is among Categories, and what is
// missing as MissingLeft says.
type Node struct {
	Column      int     // −1 = leaf
	Threshold   float64 // of a column of numbers
	Categories  []int32 // ascending; nil = a column of numbers
	MissingLeft bool
	Left, Right int
	Value       float64 // leaves: what it adds to the score
	Cover       float64 // rows (for imported models: second derivatives) that came here while learning
	Gain        float64 // splits: twice the loss it took away
}

// packed is a node as the walk wants it: the right child follows the left one.
type packed struct {
	at     float64 // threshold, or the value of a leaf
	column int32   // −1 = leaf
	left   int32
	set    int32 // −1 = a column of numbers
	// missing is 0 where what is missing goes left, else 1.
	missing int32
}

// pack lays the trees out for the walk.
func (m *Model) pack() {
	m.nodes, m.roots, m.sets = m.nodes[:0], m.roots[:0], m.sets[:0]
	for k := range m.Trees {
		nodes := m.Trees[k].Nodes
		m.roots = append(m.roots, int32(len(m.nodes)))
		m.nodes = append(m.nodes, packed{})
		type job struct{ from, to int }
		for queue := []job{{0, len(m.nodes) - 1}}; len(queue) > 0; queue = queue[1:] {
			n, to := &nodes[queue[0].from], queue[0].to
			if n.Column < 0 {
				m.nodes[to] = packed{at: n.Value, column: -1, set: -1}
				continue
			}
			p := packed{at: n.Threshold, column: int32(n.Column), left: int32(len(m.nodes)), set: -1}
			if !n.MissingLeft {
				p.missing = 1
			}
			if n.Categories != nil {
				p.set = int32(len(m.sets))
				m.sets = append(m.sets, bitset(n.Categories))
			}
			m.nodes[to] = p
			queue = append(queue, job{n.Left, len(m.nodes)}, job{n.Right, len(m.nodes) + 1})
			m.nodes = append(m.nodes, packed{}, packed{})
		}
	}
}

func bitset(codes []int32) []uint64 {
	var set []uint64
	for _, c := range codes {
		for int(c>>6) >= len(set) {
			set = append(set, 0)
		}
		set[c>>6] |= 1 << (c & 63)
	}
	return set
}

// Score is the model's score of one row, one number a column in the order of Names; it allocates nothing.
// O(trees · depth).
func (m *Model) Score(x []float64) float64 {
	s := m.Start
	for _, root := range m.roots {
		n := &m.nodes[root]
		for n.column >= 0 {
			n = &m.nodes[n.left+m.turn(n, x[n.column])]
		}
		s += n.at
	}
	return s
}

// turn is 0 for left and 1 for right.
func (m *Model) turn(n *packed, v float64) int32 {
	if n.set >= 0 {
		return m.turnSet(n, v)
	}
	if v < n.at {
		return 0
	}
	if v >= n.at {
		return 1
	}
	return n.missing
}

func (m *Model) turnSet(n *packed, v float64) int32 {
	if math.IsNaN(v) {
		return n.missing
	}
	set := m.sets[n.set]
	if v >= 0 && v < float64(64*len(set)) && set[int(v)>>6]>>(int(v)&63)&1 == 1 {
		return 0
	}
	return 1
}

// Predict is the response of one row: a probability for logistic, a mean for counts, the score itself otherwise.
func (m *Model) Predict(x []float64) float64 { return m.Objective.Response(m.Score(x)) }

// Scores fills dst with the scores of a table's rows.
func (m *Model) Scores(columns [][]float64, dst []float64) error {
	if len(columns) != len(m.Names) {
		return fmt.Errorf("gbdt: %d columns for a model of %d", len(columns), len(m.Names))
	}
	x := make([]float64, len(columns))
	for i := range dst {
		for f := range columns {
			x[f] = columns[f][i]
		}
		dst[i] = m.Score(x)
	}
	return nil
}

// Gains is the loss that the splits of each column took away, as shares of the whole.
func (m *Model) Gains() []float64 {
	gains := make([]float64, len(m.Names))
	total := 0.0
	for _, t := range m.Trees {
		for _, n := range t.Nodes {
			if n.Column >= 0 {
				gains[n.Column] += n.Gain
				total += n.Gain
			}
		}
	}
	for f := range gains {
		gains[f] /= math.Max(total, 1e-300)
	}
	return gains
}

// check holds a model that came from outside against what the walk relies on.
func (m *Model) check() error {
	if len(m.Names) == 0 || len(m.Names) > MaxColumns || len(m.Categorical) != len(m.Names) || len(m.Trees) > MaxTrees {
		return fmt.Errorf("%d names, %d marks for categories and %d trees make no model", len(m.Names), len(m.Categorical), len(m.Trees))
	}
	if math.IsNaN(m.Start) || math.IsInf(m.Start, 0) {
		return fmt.Errorf("the start %g is no finite number", m.Start)
	}
	for k, t := range m.Trees {
		seen := make([]bool, len(t.Nodes))
		for i, n := range t.Nodes {
			if n.Column < 0 {
				if n.Column != -1 || math.IsNaN(n.Value) || math.IsInf(n.Value, 0) {
					return fmt.Errorf("tree %d, node %d: leaf value %g", k, i, n.Value)
				}
				continue
			}
			if n.Column >= len(m.Names) || math.IsNaN(n.Threshold) || !slices.IsSorted(n.Categories) ||
				len(n.Categories) > 0 && (n.Categories[0] < 0 || n.Categories[len(n.Categories)-1] >= maxCode) {
				return fmt.Errorf("tree %d, node %d: column %d, threshold %g and categories make no split", k, i, n.Column, n.Threshold)
			}
			for _, c := range []int{n.Left, n.Right} {
				if c <= 0 || c >= len(t.Nodes) || seen[c] {
					return fmt.Errorf("tree %d, node %d: child %d is not there, or has two parents", k, i, c)
				}
				seen[c] = true
			}
		}
		if reached(t) != len(t.Nodes) {
			return fmt.Errorf("tree %d: not every node can be reached from its root", k)
		}
		for i, n := range t.Nodes {
			if !(n.Cover >= 0) || math.IsInf(n.Cover, 0) || !(n.Gain >= 0) && n.Column >= 0 {
				return fmt.Errorf("tree %d, node %d: cover %g and gain %g", k, i, n.Cover, n.Gain)
			}
		}
	}
	return nil
}

func reached(t Tree) int {
	if len(t.Nodes) == 0 {
		return -1
	}
	n := 0
	for stack := []int{0}; len(stack) > 0 && n <= len(t.Nodes); n++ {
		node := t.Nodes[stack[len(stack)-1]]
		stack = stack[:len(stack)-1]
		if node.Column >= 0 {
			stack = append(stack, node.Left, node.Right)
		}
	}
	return n
}

// Single is tree k of a model as a model of its own, starting from 0.
func Single(m *Model, k int) *Model {
	one := &Model{Objective: m.Objective, Names: m.Names, Categorical: m.Categorical, Trees: m.Trees[k : k+1]}
	one.pack()
	return one
}
