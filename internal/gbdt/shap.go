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
// polynomial; for paths of few columns they are tabled beforehand for all that a row can do (Yang, 2021, "Fast TreeSHAP
// v2"). It may be used by several goroutines at once.
type Explainer struct {
	m      *Model
	sets   Model // the category sets of tabled splits
	bias   float64
	tabled []tabledTree
	slow   []int // trees that are too wide or too deep for tables
	tables []float64
}

// Widest and deepest trees that are tabled; a table has d·2^d numbers for a leaf with d columns.
const (
	mostSplits  = 64
	mostColumns = 7
)

type tabledTree struct {
	splits []packed
	leaves []tabledLeaf
}

// tabledLeaf finds its row of the table from the bits of the tree's decisions: column j of the path is followed where
// (decisions ^ want[j]) & mask[j] is 0.
type tabledLeaf struct {
	d          int
	at         int
	columns    [mostColumns]int32
	mask, want [mostColumns]uint64
}

// Explainer prepares the tables. O(leaves · 2^d · d²) for paths of d distinct columns.
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

// table lays out one tree, or says that it is too large.
func (e *Explainer) table(k int) bool {
	nodes := e.m.Trees[k].Nodes
	order := map[int]int{} // node → bit
	var tree tabledTree
	for i := range nodes {
		if nodes[i].Column >= 0 {
			order[i] = len(order)
		}
	}
	if len(order) > mostSplits {
		return false
	}
	from, tables := len(e.tables), e.tables
	tree.splits = make([]packed, len(order))
	ok := true
	var steps []step
	var leaf tabledLeaf
	var walk func(i int)
	walk = func(i int) {
		n := &nodes[i]
		if n.Column < 0 {
			leaf.d = len(steps)
			if ok = ok && leaf.d <= mostColumns; ok {
				leaf.at = len(e.tables)
				e.tables = appendTable(e.tables, steps, n.Value)
				for j, s := range steps {
					leaf.columns[j] = s.column
				}
				tree.leaves = append(tree.leaves, leaf)
			}
			return
		}
		bit := order[i]
		tree.splits[bit] = e.split(n)
		l, r := ratios(nodes, n)
		for side, child := range []int{n.Left, n.Right} {
			before, steps0 := leaf, steps
			j := position(steps, int32(n.Column))
			steps = append([]step(nil), steps...)
			if j == len(steps) {
				steps = append(steps, step{int32(n.Column), 1, 1})
			}
			steps[j].z *= []float64{l, r}[side]
			if j < mostColumns {
				leaf.mask[j] |= 1 << bit
				leaf.want[j] |= uint64(side) << bit
			}
			walk(child)
			leaf, steps = before, steps0
		}
	}
	walk(0)
	if !ok {
		e.tables = tables[:from]
		return false
	}
	e.tabled = append(e.tabled, tree)
	return true
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

// appendTable adds, for each set of followed columns, the values of the leaf's game.
func appendTable(table []float64, steps []step, value float64) []float64 {
	d := len(steps)
	at := append([]step(nil), steps...)
	for set := range 1 << d {
		for j := range at {
			at[j].o = float64(set >> j & 1)
		}
		table = append(table, make([]float64, d)...)
		shapley(at, value, table[len(table)-d:], func(j int) int { return j })
	}
	return table
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
	const block = 64
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
		decisions |= uint64(e.sets.turn(n, x[n.column])) << (k & 63)
	}
	for k := range t.leaves {
		leaf := &t.leaves[k]
		followed, d := 0, leaf.d
		for j := range d {
			miss := (decisions ^ leaf.want[j]) & leaf.mask[j]
			followed |= int((miss-1)&^miss>>63) << j // 1 where miss is 0
		}
		row := e.tables[leaf.at+followed*d:][:d]
		for j, v := range row {
			phi[leaf.columns[j]] += v
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
