package gbdt

// A row's derivatives travel as one word: 26 signed bits of gradient, 25 of second derivative, 13 of count. One addition
// adds all three, and sums of up to blockRows rows cannot run into each other, since each row brings at most 2^13−1.
//
//	63            38 37           13 12     0
//	┌───────────────┬───────────────┬────────┐
//	│ Σ gradient    │ Σ hessian     │ rows   │
//	└───────────────┴───────────────┴────────┘
const (
	blockRows   = 4096
	levels      = 1<<13 - 1
	hessShift   = 13
	gradShift   = 38
	hessMask    = 1<<25 - 1
	countMask   = 1<<13 - 1
	wideShift   = 24 // of the second derivative above the count in a cell
	wideMask    = 1<<wideShift - 1
	columnGroup = 4 // columns that one task counts at a time
)

// cell is a bin's sum over any number of rows: gradient, and second derivative above the count.
type cell struct {
	g  int64
	hn int64
}

func (c *cell) add(o cell) { c.g += o.g; c.hn += o.hn }

func (c cell) minus(o cell) cell { return cell{c.g - o.g, c.hn - o.hn} }

func (c cell) hess() int64 { return c.hn >> wideShift }

func (c cell) rows() int { return int(c.hn & wideMask) }

// pack rounds a row's scaled derivatives to whole levels, up or down by the chance u and v in [0, 1), which keeps sums
// true on average.
func pack(g, h, u, v float64) uint64 {
	qg := int64(g+u+levels+1) - (levels + 1) // floor: the sum is positive
	qg = max(-levels, min(levels, qg))
	qh := min(levels, int64(h+v))
	return uint64(qg<<gradShift + qh<<hessShift + 1)
}

func unpack(w uint64) cell {
	return cell{int64(w) >> gradShift, int64(w>>hessShift&hessMask)<<wideShift | int64(w&countMask)}
}

// count4 adds the rows of one block to four histograms at a time; the accumulators stay in the first cache.
func count4(a, b, c, d []uint8, idx []int32, gh []uint64, acc *[4][256]uint64) {
	gh = gh[:len(idx)]
	a0, a1, a2, a3 := &acc[0], &acc[1], &acc[2], &acc[3]
	for i, r := range idx {
		w := gh[i]
		a0[a[r]] += w
		a1[b[r]] += w
		a2[c[r]] += w
		a3[d[r]] += w
	}
}

func count3(a, b, c []uint8, idx []int32, gh []uint64, acc *[4][256]uint64) {
	gh = gh[:len(idx)]
	a0, a1, a2 := &acc[0], &acc[1], &acc[2]
	for i, r := range idx {
		w := gh[i]
		a0[a[r]] += w
		a1[b[r]] += w
		a2[c[r]] += w
	}
}

func count1(a []uint8, idx []int32, gh []uint64, acc *[256]uint64) {
	gh = gh[:len(idx)]
	for i, r := range idx {
		acc[a[r]] += gh[i]
	}
}

// histograms fills hist (cells of the given columns, at the offsets of the tree) from the rows of a node.
func (t *trainer) histograms(first, last int, idx []int32, gh []uint64, hist []cell) {
	var acc [4][256]uint64
	clear(hist[t.offset[first]:t.offset[last]])
	for lo := 0; lo < len(idx); lo += blockRows {
		hi := min(len(idx), lo+blockRows)
		switch c := t.columns[first:last]; len(c) {
		case columnGroup:
			count4(t.bins[c[0]], t.bins[c[1]], t.bins[c[2]], t.bins[c[3]], idx[lo:hi], gh[lo:hi], &acc)
		case columnGroup - 1:
			count3(t.bins[c[0]], t.bins[c[1]], t.bins[c[2]], idx[lo:hi], gh[lo:hi], &acc)
		default:
			for j := first; j < last; j++ {
				count1(t.bins[t.columns[j]], idx[lo:hi], gh[lo:hi], &acc[j-first])
			}
		}
		for j := first; j < last; j++ {
			flush(hist[t.offset[j]:t.offset[j+1]], &acc[j-first])
		}
	}
}

func flush(to []cell, acc *[256]uint64) {
	for b := range to {
		if w := acc[b&255]; w != 0 {
			to[b].add(unpack(w))
			acc[b&255] = 0
		}
	}
}

// subtract leaves in parent what is not in child.
func subtract(parent, child []cell) {
	child = child[:len(parent)]
	for i := range parent {
		parent[i] = parent[i].minus(child[i])
	}
}
