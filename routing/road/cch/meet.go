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
	s := t.climb(&q.f, &t.Up, m.Up, sources)
	e := t.climb(&q.b, &t.Down, m.Down, targets)
	if s < 0 || e < 0 {
		return nil
	}
	depth := t.common(s, e)
	if depth < 0 {
		return nil
	}
	q.fPath = t.rootPath(q.fPath, s)
	var all []Meeting
	for d := 0; d <= depth; d++ {
		if w := q.f[d] + q.b[d]; w < Unreached {
			all = append(all, Meeting{q.fPath[d], w})
		}
	}
	return all
}

// PathVia returns the fastest way from the sources to the targets that the searches find over a meeting node.
func (q *Search) PathVia(m *Metric, sources, targets []Seed, via int32) Path {
	return q.path(m, sources, targets, int(q.t.Depth[via]))
}
