package road

// entry is a junction waiting in a queue. Ties are broken by the junction, so that every run settles in the same order.
type entry[K int64 | weight] struct {
	key K
	at  int32
}

func (a entry[K]) before(b entry[K]) bool { return a.key < b.key || a.key == b.key && a.at < b.at }

// queue is a heap with four children a node, shallower than a binary one and kinder to the cache (LaMarca, Ladner 1996).
type queue[K int64 | weight] []entry[K]

func (q *queue[K]) push(e entry[K]) {
	h := append(*q, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !e.before(h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	*q = h
}

func (q *queue[K]) pop() entry[K] {
	h := *q
	top, e := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	if len(h) == 0 {
		return top
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= len(h) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(h)); c++ {
			if h[c].before(h[least]) {
				least = c
			}
		}
		if !h[least].before(e) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
	return top
}
