package gbdt

import (
	"math"
	"slices"

	"quartermaster/internal/rng"
)

// unknownLeaf marks a row that was not drawn for a tree.
const unknownLeaf = math.MaxUint16

// growing is a node of the tree being grown.
type growing struct {
	lo, hi       int // its rows in idx
	sum          cell
	depth        int
	parent       int // −1 = root
	lower, upper float64
	raw          float64 // value before rate, after smoothing
	value        float64 // what it adds to a score, leaves alone
	hist         []cell
	best         split
	left, right  int // 0 = leaf
	column       int
	table        *[256]uint8 // by bin: 1 goes left
}

// builder is the tree being grown; its memory is used again for the next.
type builder struct {
	nodes  []growing
	values []float64
	tables []*[256]uint8
}

func (b *builder) table(i int) *[256]uint8 {
	for len(b.tables) <= i {
		b.tables = append(b.tables, new([256]uint8))
	}
	return b.tables[i]
}

// walk follows a row down to its leaf.
func (b *builder) walk(bins [][]uint8, row int) int {
	i := 0
	for b.nodes[i].left > 0 {
		n := &b.nodes[i]
		i = n.right - int(n.table[bins[n.column][row]])
	}
	return i
}

// grow grows one tree over the drawn rows and appends it to the model; false = the root found no split.
func (t *trainer) grow(tree int) bool {
	b := &t.tree
	b.nodes = append(b.nodes[:0], growing{hi: t.drawn, parent: -1, lower: math.Inf(-1), upper: math.Inf(1)})
	root := &b.nodes[0]
	for _, p := range t.parts {
		root.sum.add(p.sum)
	}
	s := t.searchOf(root)
	root.raw = s.weight(s.real(root.sum))
	root.hist = t.takeHist()
	t.look(tree, []pair{{parent: -1, small: 0, large: -1}})
	byLevel := t.cfg.MaxDepth > 0 && t.cfg.MaxDepth < 13 && t.cfg.MaxLeaves >= 1<<t.cfg.MaxDepth
	for leaves := 1; leaves < t.cfg.MaxLeaves; {
		batch := t.nextBatch(byLevel)
		if len(batch) == 0 {
			break
		}
		leaves += len(batch)
		t.part(batch)
		t.look(tree, t.children(batch, leaves))
	}
	for i := range b.nodes {
		t.giveHist(&b.nodes[i])
	}
	if len(b.nodes) == 1 {
		return false
	}
	t.finish()
	return true
}

// nextBatch names the leaves to split next: all that can where order does not matter, else the one that gains most.
func (t *trainer) nextBatch(byLevel bool) []int {
	var batch []int
	best := -1
	for i := range t.tree.nodes {
		n := &t.tree.nodes[i]
		if n.left > 0 || !(n.best.gain > t.cfg.MinGain) {
			continue
		}
		if byLevel {
			batch = append(batch, i)
		} else if best < 0 || n.best.gain > t.tree.nodes[best].best.gain {
			best = i
		}
	}
	if best >= 0 {
		batch = []int{best}
	}
	return batch
}

// piece is a run of a node's rows that one task parts; left of them stay in front.
type piece struct{ node, lo, hi, left int }

// part moves the rows of each node of the batch so that those that go left come first, keeping their order.
func (t *trainer) part(batch []int) {
	t.pieces, t.firstPiece = t.pieces[:0], t.firstPiece[:0]
	for _, i := range batch {
		n := &t.tree.nodes[i]
		n.column = n.best.column
		n.table = t.tree.table(i)
		t.fillTable(n)
		t.firstPiece = append(t.firstPiece, len(t.pieces))
		for lo := n.lo; lo < n.hi; lo += 2 * chunkRows {
			t.pieces = append(t.pieces, piece{node: i, lo: lo, hi: min(n.hi, lo+2*chunkRows)})
		}
	}
	t.firstPiece = append(t.firstPiece, len(t.pieces))
	t.pool.run(len(t.pieces), func(k int) {
		p := &t.pieces[k]
		n := &t.tree.nodes[p.node]
		p.left = partition(t.bins[n.column], n.table, t.idx[p.lo:p.hi], t.gh[p.lo:p.hi], t.moved[p.lo:p.hi], t.movedG[p.lo:p.hi])
	})
	t.pool.run(len(batch), func(k int) { t.join(t.pieces[t.firstPiece[k]:t.firstPiece[k+1]]) })
}

// join brings what goes left together, and what goes right behind it.
func (t *trainer) join(pieces []piece) {
	at := pieces[0].lo
	for _, p := range pieces {
		if at != p.lo {
			copy(t.idx[at:], t.idx[p.lo:p.lo+p.left])
			copy(t.gh[at:], t.gh[p.lo:p.lo+p.left])
		}
		at += p.left
	}
	for _, p := range pieces {
		right := p.hi - p.lo - p.left
		copy(t.idx[at:at+right], t.moved[p.lo:])
		copy(t.gh[at:at+right], t.movedG[p.lo:])
		at += right
	}
}

// partition keeps what goes left at the front of idx and gh and writes the rest to moved; it has no branch to guess.
func partition(bins []uint8, table *[256]uint8, idx []int32, gh []uint64, moved []int32, movedG []uint64) int {
	gh, moved, movedG = gh[:len(idx)], moved[:len(idx)], movedG[:len(idx)]
	left, right := 0, 0
	for i, r := range idx {
		w := gh[i]
		goes := int(table[bins[r]])
		moved[right], movedG[right] = r, w
		idx[left], gh[left] = r, w
		left += goes
		right += 1 - goes
	}
	return left
}

func (t *trainer) fillTable(n *growing) {
	c := &t.ds.columns[n.column]
	*n.table = [256]uint8{}
	for b := range c.width() {
		goes := b <= n.best.bin
		switch {
		case c.categorical:
			goes = n.best.set[b>>6]>>(b&63)&1 == 1
		case b == c.n:
			goes = n.best.missingLeft
		}
		if goes {
			n.table[b] = 1
		}
	}
}

// pair is two children whose splits are sought together: the one with fewer rows is counted, the other is what is left of
// the parent's histogram. The root comes as small without a parent.
type pair struct {
	parent, small, large int
	looks                [2]bool // whether small and large may be split again
}

// children hangs two leaves under each node of the batch and names those that may be split again.
func (t *trainer) children(batch []int, leaves int) []pair {
	var pairs []pair
	for _, i := range batch {
		n := &t.tree.nodes[i]
		s := t.searchOf(n)
		left, right := growing{sum: n.best.left}, growing{sum: n.sum.minus(n.best.left)}
		left.lo, left.hi = n.lo, n.lo+left.sum.rows()
		right.lo, right.hi = left.hi, n.hi
		wl, wr := s.weight(s.real(left.sum)), s.weight(s.real(right.sum))
		for _, c := range []*growing{&left, &right} {
			c.depth, c.parent, c.lower, c.upper = n.depth+1, i, n.lower, n.upper
			c.best = noSplit
		}
		if direction := t.direction(n.column); direction != 0 {
			mid := (wl + wr) / 2
			if direction > 0 {
				left.upper, right.lower = mid, mid
			} else {
				left.lower, right.upper = mid, mid
			}
		}
		left.raw, right.raw = t.smooth(wl, n.raw, &left), t.smooth(wr, n.raw, &right)
		n.left, n.right = len(t.tree.nodes), len(t.tree.nodes)+1
		p := pair{parent: i, small: n.left, large: n.right}
		if left.sum.rows() > right.sum.rows() {
			p.small, p.large = p.large, p.small
		}
		t.tree.nodes = append(t.tree.nodes, left, right)
		p.looks = [2]bool{t.mayPart(p.small, leaves), t.mayPart(p.large, leaves)}
		if p.looks[0] || p.looks[1] {
			pairs = append(pairs, p)
		} else {
			t.giveHist(&t.tree.nodes[i])
		}
	}
	return pairs
}

func (t *trainer) direction(column int) int8 {
	if t.cfg.Monotone == nil {
		return 0
	}
	return t.cfg.Monotone[column]
}

// smooth leans a value on the parent's where rows are few, within the bounds.
func (t *trainer) smooth(w, parent float64, n *growing) float64 {
	if s := t.cfg.Smooth; s > 0 {
		rows := float64(n.sum.rows())
		w = (w*rows + parent*s) / (rows + s)
	}
	return math.Max(n.lower, math.Min(n.upper, w))
}

func (t *trainer) mayPart(i, leaves int) bool {
	n := &t.tree.nodes[i]
	return leaves < t.cfg.MaxLeaves && n.sum.rows() >= 2*t.cfg.MinLeafRows && (t.cfg.MaxDepth == 0 || n.depth < t.cfg.MaxDepth)
}

// look counts histograms and seeks the best split of each node of the pairs, a group of columns a task.
func (t *trainer) look(tree int, pairs []pair) {
	groups := (len(t.columns) + columnGroup - 1) / columnGroup // of sizes that differ by one at most
	found := make([][2]split, len(pairs)*groups)
	allowed := make([][2][]bool, len(pairs))
	for k := range pairs {
		p := &pairs[k]
		if p.parent < 0 {
			p.looks[0] = true
		} else {
			t.tree.nodes[p.small].hist = t.takeHist()
			t.tree.nodes[p.large].hist = t.tree.nodes[p.parent].hist
			t.tree.nodes[p.parent].hist = nil
			allowed[k][1] = t.allowed(tree, p.large)
		}
		allowed[k][0] = t.allowed(tree, p.small)
	}
	t.pool.run(len(found), func(task int) {
		k, group := task/groups, task%groups
		p, first, last := pairs[k], group*len(t.columns)/groups, (group+1)*len(t.columns)/groups
		small := &t.tree.nodes[p.small]
		t.histograms(first, last, t.idx[small.lo:small.hi], t.gh[small.lo:small.hi], small.hist)
		found[task] = [2]split{noSplit, noSplit}
		if p.looks[0] {
			t.seek(small, first, last, allowed[k][0], &found[task][0])
		}
		if p.large >= 0 {
			large := &t.tree.nodes[p.large]
			subtract(large.hist[t.offset[first]:t.offset[last]], small.hist[t.offset[first]:t.offset[last]])
			if p.looks[1] {
				t.seek(large, first, last, allowed[k][1], &found[task][1])
			}
		}
	})
	for k, p := range pairs {
		for side, i := range []int{p.small, p.large} {
			if i < 0 {
				continue
			}
			n := &t.tree.nodes[i]
			n.best = noSplit
			for _, f := range found[k*groups : (k+1)*groups] {
				if f[side].better(&n.best) {
					n.best = f[side]
				}
			}
			if !(n.best.gain > t.cfg.MinGain) {
				t.giveHist(n)
			}
		}
	}
}

func (t *trainer) seek(n *growing, first, last int, allowed []bool, best *split) {
	s := t.searchOf(n)
	for j := first; j < last; j++ {
		f := t.columns[j]
		if allowed != nil && !allowed[f] {
			continue
		}
		hist := n.hist[t.offset[j]:t.offset[j+1]]
		if c := &t.ds.columns[f]; c.categorical {
			s.categories(f, hist, best)
		} else {
			s.number(f, c.n, t.direction(f), hist, best)
		}
	}
}

// allowed says which columns a node may split on, by the interaction sets and by the draw for this node; nil = all.
func (t *trainer) allowed(tree, node int) []bool {
	if t.cfg.Interactions == nil && t.cfg.ColumnShareNode >= 1 {
		return nil
	}
	ok := make([]bool, len(t.bins))
	for _, f := range t.columns {
		ok[f] = true
	}
	if t.cfg.Interactions != nil {
		t.allowSets(node, ok)
	}
	if t.cfg.ColumnShareNode < 1 {
		var open []int
		for f := range ok {
			if ok[f] {
				open = append(open, f)
			}
		}
		r := rng.New(t.cfg.Seed, "gbdt node", decimal(tree), decimal(node))
		r.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
		for _, f := range open[min(len(open), max(1, int(t.cfg.ColumnShareNode*float64(len(t.columns))+0.5))):] {
			ok[f] = false
		}
	}
	return ok
}

// allowSets closes the columns that share no set with all columns on the node's path.
func (t *trainer) allowSets(node int, ok []bool) {
	var path []int
	for i := t.tree.nodes[node].parent; i >= 0; i = t.tree.nodes[i].parent {
		path = append(path, t.tree.nodes[i].column)
	}
	open := make([]bool, len(ok))
	named := make([]bool, len(ok))
	for _, set := range t.cfg.Interactions {
		holds := true
		for _, f := range path {
			holds = holds && slices.Contains(set, f)
		}
		for _, f := range set {
			named[f] = true
			open[f] = open[f] || holds
		}
	}
	for f := range ok {
		alone := !named[f] && !slices.ContainsFunc(path, func(p int) bool { return p != f })
		ok[f] = ok[f] && (open[f] || alone)
	}
}

func (t *trainer) takeHist() []cell {
	if k := len(t.spare); k > 0 {
		h := t.spare[k-1]
		t.spare = t.spare[:k-1]
		return h
	}
	return make([]cell, t.cells)
}

func (t *trainer) giveHist(n *growing) {
	if n.hist != nil {
		t.spare = append(t.spare, n.hist)
		n.hist = nil
	}
}

// finish sets the leaves' values from the rows' own derivatives rather than the rounded ones, and writes the tree.
func (t *trainer) finish() {
	b := &t.tree
	b.values = append(b.values[:0], make([]float64, len(b.nodes))...)
	quantile, renews := t.cfg.Objective.(renewing)
	t.pool.run(len(b.nodes), func(i int) {
		n := &b.nodes[i]
		if n.left > 0 {
			return
		}
		rows := t.idx[n.lo:n.hi]
		var g, h float64
		for _, r := range rows {
			t.leafOf[r] = uint16(i)
			g += float64(t.grad[r])
			h += float64(t.hess[r])
		}
		s := search{cfg: &t.cfg, lower: n.lower, upper: n.upper}
		raw := s.weight(g, h)
		if renews {
			raw = t.residual(rows, quantile.residualQuantile())
		}
		raw = t.smooth(raw, b.nodes[n.parent].raw, n)
		n.value = raw * t.cfg.Rate
	})
	t.model.Trees = append(t.model.Trees, t.written())
}

func (t *trainer) residual(rows []int32, q float64) float64 {
	left := make([]float64, len(rows))
	weight := make([]float64, len(rows))
	order := make([]int32, len(rows))
	for i, r := range rows {
		left[i], weight[i], order[i] = t.y[r]-t.score[r], weightOf(t.weight, r), int32(i)
	}
	return weightedQuantile(left, weight, order, q)
}

// written turns the grown tree into the model's form.
func (t *trainer) written() Tree {
	tree := Tree{Nodes: make([]Node, len(t.tree.nodes))}
	for i := range t.tree.nodes {
		n := &t.tree.nodes[i]
		to := &tree.Nodes[i]
		*to = Node{Column: -1, Cover: float64(n.sum.rows()), Value: n.value}
		if n.left == 0 {
			continue
		}
		c := &t.ds.columns[n.column]
		to.Column, to.Left, to.Right, to.Gain, to.Value = n.column, n.left, n.right, n.best.gain, 0
		to.MissingLeft = n.best.missingLeft
		switch {
		case c.categorical:
			to.Categories = []int32{}
			for b, codes := range c.codes {
				if n.table[b] == 1 {
					to.Categories = append(to.Categories, codes...)
				}
			}
			slices.Sort(to.Categories)
		case n.best.bin < len(c.cuts):
			to.Threshold = c.cuts[n.best.bin]
		default:
			to.Threshold = math.MaxFloat64 // every number goes left, only what is missing goes right
		}
		if !c.missing && !c.categorical { // nothing was missing: go with the many
			to.MissingLeft = t.tree.nodes[n.left].sum.rows() >= t.tree.nodes[n.right].sum.rows()
		}
	}
	return tree
}
