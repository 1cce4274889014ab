package agv

import "slices"

// span is a stay of a robot on a cell, both steps included.
type span struct{ from, to, robot int32 }

const forever = int32(1 << 30)

// reservations holds the stays on each cell, by time; they never overlap. Parks are not held: only their own robot comes.
type reservations struct {
	spans [][]span
}

// free gives the k-th time without reservation on a cell: before its k-th span. It may be empty (to < from).
func free(spans []span, k int) (from, to int32) {
	from, to = -forever, forever
	if k > 0 {
		from = spans[k-1].to + 1
	}
	if k < len(spans) {
		to = spans[k].from - 1
	}
	return from, to
}

// firstEndingFrom gives the index of the first span that ends at step t or later.
func firstEndingFrom(spans []span, t int32) int {
	low, high := 0, len(spans)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if spans[mid].to < t {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// robotAt gives the robot on a cell at step t, −1 if none.
func (r *reservations) robotAt(cell, t int32) int32 {
	spans := r.spans[cell]
	if k := firstEndingFrom(spans, t); k < len(spans) && spans[k].from <= t {
		return spans[k].robot
	}
	return -1
}

// add reserves a stay. It may continue an earlier stay of the same robot, which is then lengthened.
func (r *reservations) add(cell int32, s span) {
	spans := r.spans[cell]
	k := firstEndingFrom(spans, s.from-1)
	if k < len(spans) && spans[k].robot == s.robot && spans[k].to == s.from-1 {
		spans[k].to = s.to
		return
	}
	k = firstEndingFrom(spans, s.from)
	r.spans[cell] = slices.Insert(spans, k, s)
}

// remove takes back the robot's stay on a cell that holds at step t, from t on.
func (r *reservations) remove(cell, t int32) {
	spans := r.spans[cell]
	k := firstEndingFrom(spans, t)
	if spans[k].from < t {
		spans[k].to = t - 1
		return
	}
	r.spans[cell] = slices.Delete(spans, k, k+1)
}

// forget drops all stays that end before step t.
func (r *reservations) forget(t int32) {
	for cell, spans := range r.spans {
		if len(spans) > 0 && spans[0].to < t {
			r.spans[cell] = slices.Delete(spans, 0, firstEndingFrom(spans, t))
		}
	}
}

// stays calls fn for each stay of a path that starts at step start, leaving out steps before from.
func stays(path []int32, start, from int32, fn func(cell, first, last int32)) {
	for i := max(0, int(from-start)); i < len(path); {
		j := i
		for j+1 < len(path) && path[j+1] == path[i] {
			j++
		}
		fn(path[i], start+int32(i), start+int32(j))
		i = j + 1
	}
}
