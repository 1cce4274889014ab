package gbdt

import (
	"context"
	"math"

	"quartermaster/internal/rng"
)

// chunkRows is how many rows a task takes at a time: few, so that some thousand rows are shared out evenly.
const chunkRows = 1024

// trainer holds all that learning needs; rows are numbered 0…n−1 among those that are learned from.
type trainer struct {
	cfg   Config
	ds    *Dataset
	pool  *pool
	model *Model

	n          int
	y, weight  []float64
	score      []float64
	grad, hess []float32
	bins       [][]uint8 // a column

	valid judge

	columns    []int // of the tree being grown
	offset     []int // of each column's cells
	drawn      int   // rows of this tree
	idx, moved []int32
	gh, movedG []uint64
	leafOf     []uint16
	invG, invH float64
	parts      []chunk
	pieces     []piece // of the nodes being parted
	firstPiece []int   // of each node
	spare      [][]cell
	cells      int // of a histogram of all columns
	tree       builder
}

// chunk is what the rows of one chunk add up to.
type chunk struct {
	g, h  float32 // the largest derivatives
	drawn int     // its rows in the tree
	first int     // of them, in idx
	sum   cell    // of them
}

// judge holds the rows that decide when to stop.
type judge struct {
	rows             []int32
	score, y, weight []float64
	bins             [][]uint8
	best             float64
	bestTrees        int
}

func newTrainer(ds *Dataset, target Target, cfg Config) *trainer {
	if cfg.Rows == nil {
		cfg.Rows = without(ds.Rows, cfg.ValidRows)
	}
	start := cfg.Objective.Start(target.Y, target.Weight, cfg.Rows)
	if cfg.Offset != nil {
		start = 0
	}
	n := len(cfg.Rows)
	t := &trainer{
		cfg: cfg, ds: ds, pool: newPool(cfg.Workers), n: n,
		y: pick(target.Y, cfg.Rows), weight: pick(target.Weight, cfg.Rows),
		score: startScores(start, cfg.Offset, cfg.Rows), grad: make([]float32, n), hess: make([]float32, n),
		bins: ds.binsOf(cfg.Rows), idx: make([]int32, n), moved: make([]int32, n),
		gh: make([]uint64, n), movedG: make([]uint64, n), leafOf: make([]uint16, n),
		model: &Model{Objective: cfg.Objective, Start: start, Names: ds.Names, Categorical: ds.categorical()},
	}
	t.valid = judge{
		rows: cfg.ValidRows, score: startScores(start, cfg.Offset, cfg.ValidRows), y: pick(target.Y, cfg.ValidRows),
		weight: pick(target.Weight, cfg.ValidRows), bins: ds.binsOf(cfg.ValidRows), best: math.Inf(1),
	}
	t.parts = make([]chunk, t.chunks())
	for i := range ds.columns {
		t.cells += ds.columns[i].width()
	}
	return t
}

func without(n int, leave []int32) []int32 {
	rows := make([]int32, 0, n-len(leave))
	for r := range int32(n) {
		if len(leave) > 0 && leave[0] == r {
			leave = leave[1:]
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

func pick(from []float64, rows []int32) []float64 {
	if from == nil {
		return nil
	}
	to := make([]float64, len(rows))
	for i, r := range rows {
		to[i] = from[r]
	}
	return to
}

func startScores(start float64, offset []float64, rows []int32) []float64 {
	s := pick(offset, rows)
	if s == nil {
		s = make([]float64, len(rows))
	}
	for i := range s {
		s[i] += start
	}
	return s
}

func (ds *Dataset) binsOf(rows []int32) [][]uint8 {
	bins := make([][]uint8, len(ds.columns))
	for f := range ds.columns {
		from := ds.columns[f].bins
		if len(rows) == ds.Rows {
			bins[f] = from
			continue
		}
		bins[f] = make([]uint8, len(rows))
		for i, r := range rows {
			bins[f][i] = from[r]
		}
	}
	return bins
}

func (ds *Dataset) categorical() []bool {
	marks := make([]bool, len(ds.columns))
	for f := range ds.columns {
		marks[f] = ds.columns[f].categorical
	}
	return marks
}

// boost adds trees until there are enough, none helps, or the judge has seen no better one for long.
func (t *trainer) boost(ctx context.Context) error {
	if t.n == 0 {
		return nil
	}
	t.gradients()
	for i := range t.cfg.Trees {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.draw(i)
		grown := t.grow(i)
		if !grown && t.cfg.RowShare == 1 && t.cfg.ColumnShare == 1 && t.cfg.ColumnShareNode == 1 {
			break // the next tree would see the same and find nothing either
		}
		if grown {
			t.addTree()
			t.gradients()
		}
		loss := t.judgeTree(grown)
		if t.cfg.Progress != nil {
			t.cfg.Progress(i+1, loss)
		}
		if t.cfg.EarlyStop > 0 && len(t.model.Trees)-t.valid.bestTrees >= t.cfg.EarlyStop {
			break
		}
	}
	if t.cfg.EarlyStop > 0 {
		t.model.Trees = t.model.Trees[:t.valid.bestTrees]
	}
	t.model.pack()
	return nil
}

func (t *trainer) chunks() int { return (t.n + chunkRows - 1) / chunkRows }

func (t *trainer) gradients() {
	t.pool.run(t.chunks(), func(k int) {
		lo, hi := k*chunkRows, min(t.n, (k+1)*chunkRows)
		t.cfg.Objective.Gradients(t.score, t.y, lo, hi, t.grad, t.hess)
		if t.weight != nil {
			for i := lo; i < hi; i++ {
				w := float32(t.weight[i])
				t.grad[i] *= w
				t.hess[i] *= w
			}
		}
		var g, h float32
		for i, d := range t.grad[lo:hi] {
			g = max(g, d, -d)
			h = max(h, t.hess[lo+i])
		}
		t.parts[k].g, t.parts[k].h = g, h
	})
	var g, h float32
	for _, p := range t.parts {
		g, h = max(g, p.g), max(h, p.h)
	}
	t.invG, t.invH = math.Max(float64(g), 1e-30)/levels, math.Max(float64(h), 1e-30)/levels
}

// draw chooses the tree's columns and rows and rounds the rows' derivatives. The chance of a row depends on seed, tree and
// row alone.
func (t *trainer) draw(tree int) {
	t.drawColumns(tree)
	key := rng.New(t.cfg.Seed, "gbdt rows", decimal(tree)).Uint64()
	share := uint64(t.cfg.RowShare * (1 << 24))
	scaleG, scaleH := 1/t.invG, 1/t.invH
	t.pool.run(t.chunks(), func(k int) {
		lo, hi := k*chunkRows, min(t.n, (k+1)*chunkRows)
		var sum cell
		o := lo
		for i := lo; i < hi; i++ {
			x := mix(uint64(i)*0x9e3779b97f4a7c15 ^ key)
			if x>>40 >= share {
				continue
			}
			u, v := float64(x&0xfffff)*(1.0/(1<<20)), float64(x>>20&0xfffff)*(1.0/(1<<20))
			w := pack(float64(t.grad[i])*scaleG, float64(t.hess[i])*scaleH, u, v)
			t.moved[o], t.movedG[o] = int32(i), w
			sum.add(unpack(w))
			o++
		}
		t.parts[k].drawn, t.parts[k].sum = o-lo, sum
	})
	t.drawn = 0
	for k := range t.parts {
		p := &t.parts[k]
		p.first = t.drawn
		t.drawn += p.drawn
	}
	t.pool.run(t.chunks(), func(k int) {
		p := &t.parts[k]
		copy(t.idx[p.first:p.first+p.drawn], t.moved[k*chunkRows:])
		copy(t.gh[p.first:p.first+p.drawn], t.movedG[k*chunkRows:])
	})
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

func (t *trainer) drawColumns(tree int) {
	t.columns = t.columns[:0]
	want := max(1, int(t.cfg.ColumnShare*float64(len(t.bins))+0.5))
	if want >= len(t.bins) {
		for f := range t.bins {
			t.columns = append(t.columns, f)
		}
	} else {
		r := rng.New(t.cfg.Seed, "gbdt columns", decimal(tree))
		for f := range t.bins { // Knuth 1998, vol. 2, algorithm S: ascending and of the exact number
			if r.IntN(len(t.bins)-f) < want-len(t.columns) {
				t.columns = append(t.columns, f)
			}
		}
	}
	t.offset = append(t.offset[:0], 0)
	for _, f := range t.columns {
		t.offset = append(t.offset, t.offset[len(t.offset)-1]+t.ds.columns[f].width())
	}
}

func decimal(i int) string {
	if i == 0 {
		return "0"
	}
	var b [20]byte
	k := len(b)
	for ; i > 0; i /= 10 {
		k--
		b[k] = byte('0' + i%10)
	}
	return string(b[k:])
}

// addTree gives every row the value of its leaf: drawn rows know theirs, the others walk.
func (t *trainer) addTree() {
	tree := &t.tree
	for i := range tree.nodes {
		tree.values[i] = tree.nodes[i].value
	}
	if t.drawn == t.n {
		t.pool.run(t.chunks(), func(k int) {
			lo, hi := k*chunkRows, min(t.n, (k+1)*chunkRows)
			for i := lo; i < hi; i++ {
				t.score[i] += tree.values[t.leafOf[i]]
			}
		})
		return
	}
	t.pool.run(t.chunks(), func(k int) {
		lo, hi := k*chunkRows, min(t.n, (k+1)*chunkRows)
		for i := lo; i < hi; i++ {
			leaf := int(t.leafOf[i])
			if leaf == unknownLeaf {
				leaf = tree.walk(t.bins, i)
			}
			t.leafOf[i] = unknownLeaf
			t.score[i] += tree.values[leaf]
		}
	})
}

// judgeTree keeps the valid rows' scores up to date and remembers the best number of trees.
func (t *trainer) judgeTree(grown bool) float64 {
	v := &t.valid
	if len(v.rows) == 0 {
		return math.NaN()
	}
	sum, weight := 0.0, 0.0
	for i := range v.score {
		if grown {
			v.score[i] += t.tree.values[t.tree.walk(v.bins, i)]
		}
		w := 1.0
		if v.weight != nil {
			w = v.weight[i]
		}
		sum += w * t.cfg.Objective.Loss(v.score[i], v.y[i])
		weight += w
	}
	loss := sum / math.Max(weight, 1e-300)
	if loss < v.best {
		v.best, v.bestTrees = loss, len(t.model.Trees)
	}
	return loss
}
