package cch

// Meeting is a node that both searches reached and the weight of the fastest way over it.
type Meeting struct {
	Rank   int32
	Weight Weight
}

// Meetings returns all nodes where the searches from the sources and from the targets meet, with the weights of the ways
// over them. The rules of Distance hold. A way over a meeting node is the fastest over some node, though not always over
// this one.
func (q *Search) Meetings(m *Metric, sources, targets []Seed) []Meeting {
	t := q.t
	s, depth := q.everywhere(m, sources, targets)
	if depth < 0 {
		return nil
	}
	q.fPath = t.rootPath(q.fPath, s)
	var all []Meeting
	for d := 0; d <= depth; d++ {
		if w := q.f.dist[d] + q.b.dist[d]; w < Unreached {
			all = append(all, Meeting{q.fPath[d], w})
		}
	}
	return all
}

// everywhere searches from both sides up to the root and returns the deepest source and the depth of the lowest common
// ancestor, -1 when there is none.
func (q *Search) everywhere(m *Metric, sources, targets []Seed) (s int32, depth int) {
	t := q.t
	q.trace(true)
	s, e := t.begin(&q.f, sources), t.begin(&q.b, targets)
	if s < 0 || e < 0 {
		return s, -1
	}
	t.climb(&q.f, m, false, s, -1, Unreached)
	t.climb(&q.b, m, true, e, -1, Unreached)
	return s, t.commonDepth(s, e)
}

// PathVia returns the fastest way from the sources to the targets that the searches find over a meeting node.
func (q *Search) PathVia(m *Metric, sources, targets []Seed, via int32) Path {
	_, depth := q.everywhere(m, sources, targets)
	at := int(q.t.Depth[via])
	if at > depth {
		return Path{Weight: Unreached}
	}
	return q.pathOver(m, sources, targets, q.f.dist[at]+q.b.dist[at], at)
}
