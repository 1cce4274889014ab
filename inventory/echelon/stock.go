package echelon

import "math"

// largeStep is the number of pairs of times from which on the concavity of the stock cost pays for the longer way.
const largeStep = 1 << 15

// throughWait gives for each promise s, counted from sLo, the cheapest inbound time si ≥ s − lead, counted from siLo:
//
//	dst[s−sLo] = min over si of in[si−siLo] + cost[si+lead−s]
//
// cost is concave and rising, so that over any rectangle of times the best si falls as s rises (inverse Monge). Plain scans
// take O(S·SI) steps, the divided way O(S·log² S + SI·log SI).
func throughWait(dst, in []float64, sLo, siLo, lead int, cost []float64) {
	if len(dst)*len(in) >= largeStep {
		for i := range dst {
			dst[i] = math.Inf(1)
		}
		t := transform{dst: dst, in: in, offset: siLo + lead - sLo, cost: cost}
		t.triangle(0, len(dst), len(in))
		return
	}
	for k := range dst {
		lo := max(0, sLo+k-lead-siLo)
		if lo >= len(in) {
			dst[k] = math.Inf(1)
			continue
		}
		row := in[lo:]
		stock := cost[siLo+lo+lead-sLo-k:][:len(row)]
		least := math.Inf(1)
		for x, c := range row {
			if c += stock[x]; c < least {
				least = c
			}
		}
		dst[k] = least
	}
}

// throughPromise gives for each inbound time si, counted from siLo, the cheapest promise s ≤ si + lead, counted from sLo:
//
//	dst[si−siLo] = min over s of out[s−sLo] + cost[si+lead−s]
//
// It is throughWait with both axes turned round; scratch holds at least len(dst)+len(out) numbers.
func throughPromise(dst, out []float64, siLo, sLo, lead int, cost, scratch []float64) {
	turned, in := scratch[:len(dst)], scratch[len(dst):len(dst)+len(out)]
	for k, v := range out {
		in[len(out)-1-k] = v
	}
	throughWait(turned, in, -(siLo + len(dst) - 1), -(sLo + len(out) - 1), lead, cost)
	for k := range dst {
		dst[k] = turned[len(dst)-1-k]
	}
}

// transform is one step: row r may use columns c with c ≥ r − offset, at in[c] + cost[c+offset−r].
type transform struct {
	dst, in []float64
	offset  int
	cost    []float64
}

// triangle covers rows first…last−1 and the columns before end that they may use.
func (t *transform) triangle(first, last, end int) {
	if first >= last {
		return
	}
	if last-first == 1 {
		t.rectangle(first, last, max(0, first-t.offset), end)
		return
	}
	whole := max(0, last-1-t.offset) // from here on every row may use the column
	t.rectangle(first, last, min(whole, end), end)
	mid := (first + last) / 2
	t.triangle(first, mid, min(whole, end))
	t.triangle(mid, last, min(whole, end))
}

// rectangle covers rows first…last−1 and columns lo…hi−1, all of which they may use: the best column falls with the row.
func (t *transform) rectangle(first, last, lo, hi int) {
	if first >= last || lo >= hi {
		return
	}
	mid := (first + last) / 2
	row := t.in[lo:hi]
	stock := t.cost[lo+t.offset-mid:][:len(row)]
	least, at := math.Inf(1), 0
	for x, c := range row {
		if c += stock[x]; c < least {
			least, at = c, x
		}
	}
	t.dst[mid] = min(t.dst[mid], least)
	t.rectangle(first, mid, lo+at, hi)
	t.rectangle(mid+1, last, lo, lo+at+1)
}
