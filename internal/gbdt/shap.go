package gbdt

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Explainer says how much each column moved a prediction: Shapley values of the game in which absent columns are averaged
// over the rows seen while learning, along the tree (TreeSHAP, "tree path dependent": Lundberg, Erion, Lee, 2018,
// arXiv 1802.03888). Each leaf is a product game over the distinct columns of its path, so that its values are those of a
// polynomial. They depend on the row only through the turns it takes at the splits above the leaf; for a bough of few splits
// with those above it, the sums over its leaves are tabled beforehand for all turns (after Yang, 2021, "Fast TreeSHAP v2",
// who tables single leaves). It may be used by several goroutines at once.
type Explainer struct {
	m      *Model
	sets   Model // the category sets of tabled splits
	bias   float64
	tabled []tabledTree
	slow   []int // trees that are too wide or too deep for tables
	tables []float64
}

// A tree of more splits or a deeper one is not tabled; a bough takes in at most boughSplits where it can.
const (
	mostSplits  = 64
	boughSplits = 7
	mostTurns   = 8
)

type tabledTree struct {
	splits []packed
	boughs []bough
}

// bough finds its line of the table from the turns at its splits.
type bough struct {
	at      int
	splits  []uint8 // bits of the tree's decisions
	columns []int32 // of a line, in order
}

// Explainer prepares the tables. O(leaves · 2^8 · depth²).
func (m *Model) Explainer() *Explainer {
	e := &Explainer{m: m, bias: m.Start}
	for k := range m.Trees {
		e.bias += expected(m.Trees[k].Nodes, 0)
		if !e.table(k) {
			e.slow = append(e.slow, k)
		}
	}
	return e
}

// Bias is the mean score over the rows seen while learning; with a row's values it adds up to the row's score.
func (e *Explainer) Bias() float64 { return e.bias }

func expected(nodes []Node, i int) float64 {
	n := &nodes[i]
	if n.Column < 0 {
		return n.Value
	}
	l, r := ratios(nodes, n)
	return l*expected(nodes, n.Left) + r*expected(nodes, n.Right)
}

// ratios are the shares of a split's rows that went to either side.
func ratios(nodes []Node, n *Node) (left, right float64) {
	l, r := nodes[n.Left].Cover, nodes[n.Right].Cover
	if l+r <= 0 {
		return 0.5, 0.5
	}
	// The children's covers, not the node's own: imported models state each in single precision.
	return l / (l + r), r / (l + r)
}

// step is a distinct column on a path: whether the row follows it (o), and the share of rows that did (z).
type step struct {
	column int32
	o, z   float64
}

// turned is a split on the way to a leaf and the side that leads there.
type turned struct {
	node, side int
}

// table lays out one tree, or says that it is too large.
func (e *Explainer) table(k int) bool {
	nodes := e.m.Trees[k].Nodes
	bit := make([]uint8, len(nodes))
	var tree tabledTree
	for i := range nodes {
		if nodes[i].Column < 0 {
			continue
		}
		if len(tree.splits) == mostSplits {
			return false
		}
		bit[i] = uint8(len(tree.splits))
		tree.splits = append(tree.splits, e.split(&nodes[i]))
	}
	below := make([]int, len(nodes))
	if countSplits(nodes, 0, 0, below) > mostTurns {
		return false
	}
	var walk func(i int, path []turned)
	walk = func(i int, path []turned) {
		n := &nodes[i]
		if n.Column < 0 || len(path)+below[i] <= boughSplits {
			tree.boughs = append(tree.boughs, e.bough(nodes, i, path, bit))
			return
		}
		walk(n.Left, append(path[:len(path):len(path)], turned{i, 0}))
		walk(n.Right, append(path[:len(path):len(path)], turned{i, 1}))
	}
	walk(0, nil)
	e.tabled = append(e.tabled, tree)
	return true
}

// countSplits sets below to the number of splits at and under each node and gives the depth of the deepest leaf.
func countSplits(nodes []Node, i, depth int, below []int) int {
	n := &nodes[i]
	if n.Column < 0 {
		return depth
	}
	deepest := max(countSplits(nodes, n.Left, depth+1, below), countSplits(nodes, n.Right, depth+1, below))
	below[i] = 1 + below[n.Left] + below[n.Right]
	return deepest
}

// bough tables the leaves at and under node i for all turns at the splits on their ways.
func (e *Explainer) bough(nodes []Node, i int, path []turned, bit []uint8) bough {
	b := bough{at: len(e.tables)}
	var leaves [][]turned
	var ends []int
	place := map[int]int{} // split → bit of the line's number
	column := map[int32]int{}
	var walk func(i int, path []turned)
	walk = func(i int, path []turned) {
		n := &nodes[i]
		if n.Column >= 0 {
			walk(n.Left, append(path[:len(path):len(path)], turned{i, 0}))
			walk(n.Right, append(path[:len(path):len(path)], turned{i, 1}))
			return
		}
		leaves, ends = append(leaves, path), append(ends, i)
		for _, t := range path {
			if _, known := place[t.node]; !known {
				place[t.node] = len(b.splits)
				b.splits = append(b.splits, bit[t.node])
			}
			if f := int32(nodes[t.node].Column); !slices.Contains(b.columns, f) {
				column[f] = len(b.columns)
				b.columns = append(b.columns, f)
			}
		}
	}
	walk(i, path)
	for line := range 1 << len(b.splits) {
		e.tables = append(e.tables, make([]float64, len(b.columns))...)
		out := e.tables[len(e.tables)-len(b.columns):]
		for k, leaf := range leaves {
			steps := stepsOf(nodes, leaf, func(node int) int { return line >> place[node] & 1 })
			shapley(steps, nodes[ends[k]].Value, out, func(j int) int { return column[steps[j].column] })
		}
	}
	return b
}

// stepsOf gathers the distinct columns of a path for a row that turns as told.
func stepsOf(nodes []Node, path []turned, turn func(node int) int) []step {
	steps := make([]step, 0, len(path))
	for _, t := range path {
		n := &nodes[t.node]
		j := position(steps, int32(n.Column))
		if j == len(steps) {
			steps = append(steps, step{int32(n.Column), 1, 1})
		}
		l, r := ratios(nodes, n)
		steps[j].z *= []float64{l, r}[t.side]
		if turn(t.node) != t.side {
			steps[j].o = 0
		}
	}
	return steps
}

// split is a node as turn wants it.
func (e *Explainer) split(n *Node) packed {
	p := packed{at: n.Threshold, column: int32(n.Column), set: -1}
	if !n.MissingLeft {
		p.missing = 1
	}
	if n.Categories != nil {
		p.set = int32(len(e.sets.sets))
		e.sets.sets = append(e.sets.sets, bitset(n.Categories))
	}
	return p
}

func position(steps []step, column int32) int {
	for j := range steps {
		if steps[j].column == column {
			return j
		}
	}
	return len(steps)
}

// shapley adds the values of one leaf's game to phi. The worth of a set S of present columns is value·Π_S o·Π_rest z; with
// the polynomial Π(z+o·t), the weight of all sets of s others is its t^s coefficient without one's own factor.
func shapley(steps []step, value float64, phi []float64, at func(j int) int) {
	d := len(steps)
	var memory [2][16]float64
	c, q := memory[0][:], memory[1][:]
	if d+1 > len(c) {
		c, q = make([]float64, d+1), make([]float64, d+1)
	}
	product(steps, c)
	for j := range steps {
		o, z := steps[j].o, steps[j].z
		if o == z {
			continue
		}
		divide(c[:d+1], o, z, q)
		sum, weight := 0.0, 1/float64(d)
		for s := range d { // weight = s!(d−1−s)!/d!
			sum += weight * q[s]
			if s+1 < d {
				weight *= float64(s+1) / float64(d-1-s)
			}
		}
		phi[at(j)] += value * (o - z) * sum
	}
}

// product sets c to the coefficients of Π(z+o·t).
func product(steps []step, c []float64) {
	c[0] = 1
	for k, s := range steps {
		c[k+1] = 0
		for i := k + 1; i > 0; i-- {
			c[i] = c[i]*s.z + c[i-1]*s.o
		}
		c[0] *= s.z
	}
}

// divide sets q to c / (z+o·t); o is 0 or 1.
func divide(c []float64, o, z float64, q []float64) {
	d := len(c) - 1
	if o == 0 {
		for i := range d {
			q[i] = c[i] / z
		}
		return
	}
	above := 0.0
	for i := d - 1; i >= 0; i-- {
		above = c[i+1] - z*above
		q[i] = above
	}
}

// Explain adds nothing up: it sets phi, one number a column, to the row's values. It allocates only for trees deeper than
// tables reach. O(leaves · depth).
func (e *Explainer) Explain(x, phi []float64) {
	clear(phi)
	for k := range e.tabled {
		e.addTabled(&e.tabled[k], x, phi)
	}
	for _, k := range e.slow {
		e.addSlow(k, x, phi)
	}
}

// ExplainRows explains rows lo…hi−1 of a table into phi, row after row, tree by tree so that the tables stay in the cache.
func (e *Explainer) ExplainRows(columns [][]float64, lo, hi int, phi []float64) error {
	f := len(columns)
	if f != len(e.m.Names) || len(phi) != (hi-lo)*f {
		return fmt.Errorf("gbdt: explain %d columns into %d numbers for %d rows of a model of %d columns", f, len(phi), hi-lo, len(e.m.Names))
	}
	clear(phi)
	const block = 256
	x := make([]float64, block*f)
	for from := lo; from < hi; from += block {
		n := min(block, hi-from)
		for i := range n {
			for j := range columns {
				x[i*f+j] = columns[j][from+i]
			}
		}
		out := phi[(from-lo)*f:]
		for k := range e.tabled {
			for i := range n {
				e.addTabled(&e.tabled[k], x[i*f:(i+1)*f], out[i*f:(i+1)*f])
			}
		}
		for _, k := range e.slow {
			for i := range n {
				e.addSlow(k, x[i*f:(i+1)*f], out[i*f:(i+1)*f])
			}
		}
	}
	return nil
}

func (e *Explainer) addTabled(t *tabledTree, x, phi []float64) {
	var decisions uint64
	for k := range t.splits {
		n := &t.splits[k]
		if n.set >= 0 {
			decisions |= uint64(e.sets.turnSet(n, x[n.column])) << (k & 63)
			continue
		}
		v, turn := x[n.column], uint64(0)
		if v >= n.at { // two conditional moves: which way a row goes cannot be guessed
			turn = 1
		}
		if v != v {
			turn = uint64(n.missing)
		}
		decisions |= turn << (k & 63)
	}
	for k := range t.boughs {
		b := &t.boughs[k]
		line := 0
		for j, bit := range b.splits {
			line |= int(decisions>>(bit&63)&1) << (j & 63)
		}
		d := len(b.columns)
		row := e.tables[b.at+line*d:][:d]
		for j, f := range b.columns {
			phi[f] += row[j]
		}
	}
}

// addSlow walks the whole tree, keeping the path's distinct columns.
func (e *Explainer) addSlow(k int, x, phi []float64) {
	e.eachLeaf(k, x, func(steps []step, value float64) {
		shapley(steps, value, phi, func(j int) int { return int(steps[j].column) })
	})
}

func (e *Explainer) eachLeaf(k int, x []float64, leaf func(steps []step, value float64)) {
	nodes := e.m.Trees[k].Nodes
	var walk func(i int, steps []step)
	walk = func(i int, steps []step) {
		n := &nodes[i]
		if n.Column < 0 {
			leaf(steps, n.Value)
			return
		}
		turn := nodeTurn(n, x[n.Column])
		l, r := ratios(nodes, n)
		j := position(steps, int32(n.Column))
		if j == len(steps) {
			steps = append(steps, step{int32(n.Column), 1, 1})
		}
		was := steps[j]
		for side, child := range []int{n.Left, n.Right} {
			steps[j].z = was.z * []float64{l, r}[side]
			if side != turn {
				steps[j].o = 0
			}
			walk(child, steps)
			steps[j] = was
		}
	}
	walk(0, make([]step, 0, 32))
}

// nodeTurn is 0 for left and 1 for right.
func nodeTurn(n *Node, v float64) int {
	left := v < n.Threshold
	switch {
	case math.IsNaN(v):
		left = n.MissingLeft
	case n.Categories != nil:
		_, left = slices.BinarySearchFunc(n.Categories, v, func(c int32, v float64) int { return cmp.Compare(float64(c), math.Trunc(v)) })
	}
	if left {
		return 0
	}
	return 1
}

// Interactions sets out, columns × columns row by row, to the Shapley interaction values of a row: what two columns do only
// together, half on either side of the diagonal, and on it what a column does alone. Each line adds up to the column's own
// value (Lundberg et al. 2018, section 4). O(leaves · depth³).
func (e *Explainer) Interactions(x, out []float64) {
	f := len(e.m.Names)
	clear(out)
	for k := range e.m.Trees {
		e.eachLeaf(k, x, func(steps []step, value float64) { interact(steps, value, out, f) })
	}
	phi := make([]float64, f)
	e.Explain(x, phi)
	for i := range f {
		for j := range f {
			if j != i {
				phi[i] -= out[i*f+j]
			}
		}
		out[i*f+i] = phi[i]
	}
}

func interact(steps []step, value float64, out []float64, f int) {
	d := len(steps)
	if d < 2 {
		return
	}
	c, q, p := make([]float64, d+1), make([]float64, d+1), make([]float64, d+1)
	product(steps, c)
	for i := range steps {
		a := steps[i]
		if a.o == a.z {
			continue
		}
		divide(c, a.o, a.z, q)
		for j := i + 1; j < d; j++ {
			b := steps[j]
			if b.o == b.z {
				continue
			}
			divide(q[:d], b.o, b.z, p)
			sum, weight := 0.0, 0.5/float64(d-1)
			for s := range d - 1 { // weight = s!(d−2−s)! / 2(d−1)!
				sum += weight * p[s]
				if s+2 < d {
					weight *= float64(s+1) / float64(d-2-s)
				}
			}
			v := value * (a.o - a.z) * (b.o - b.z) * sum
			out[int(a.column)*f+int(b.column)] += v
			out[int(b.column)*f+int(a.column)] += v
		}
	}
}
