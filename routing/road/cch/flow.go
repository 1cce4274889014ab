package cch

// flow finds least cuts in an undirected graph with edges of capacity one, by augmenting along layers (Dinic 1970).
type flow struct {
	first []int32 // by vertex
	to    []int32 // far end
	edge  []int32 // 2·edge, +1 when seen from its second end
	used  []int8  // by edge: +1 carries from first to second end, -1 back

	level, next []int32
	role        []int8 // +1 source, -1 sink
	queue       []int32
	path        []int32 // places in to and edge
}

func newFlow(d *dissector, vertices int, edges []int32) *flow {
	f := &flow{first: make([]int32, vertices+1), to: make([]int32, 2*len(edges)), edge: make([]int32, 2*len(edges)),
		used: make([]int8, len(edges)), level: make([]int32, vertices), next: make([]int32, vertices), role: make([]int8, vertices),
		queue: make([]int32, 0, vertices)}
	for _, e := range edges {
		f.first[d.local[d.m.From[e]]+1]++
		f.first[d.local[d.m.To[e]]+1]++
	}
	for v := range vertices {
		f.first[v+1] += f.first[v]
	}
	fill := f.next
	copy(fill, f.first)
	for k, e := range edges {
		a, b := d.local[d.m.From[e]], d.local[d.m.To[e]]
		f.to[fill[a]], f.edge[fill[a]] = b, int32(2*k)
		fill[a]++
		f.to[fill[b]], f.edge[fill[b]] = a, int32(2*k+1)
		fill[b]++
	}
	return f
}

// free says whether more can flow over edge as seen from one of its ends.
func (f *flow) free(edge int32) bool {
	u := f.used[edge>>1]
	if edge&1 == 0 {
		return u < 1
	}
	return u > -1
}

func (f *flow) push(edge int32) {
	if edge&1 == 0 {
		f.used[edge>>1]++
	} else {
		f.used[edge>>1]--
	}
}

// run lets flow from sources to sinks until no more passes, or more than limit does; it returns how much.
func (f *flow) run(sources, sinks []int32, limit int) int {
	clear(f.used)
	clear(f.role)
	for _, v := range sources {
		f.role[v] = 1
	}
	for _, v := range sinks {
		f.role[v] = -1
	}
	total := 0
	for f.layers(sources) {
		copy(f.next, f.first)
		for _, s := range sources {
			for f.augment(s) {
				if total++; total > limit {
					return total
				}
			}
		}
	}
	return total
}

// layers numbers the vertices by their distance from the sources, as far as the nearest sink; false when none is reached.
func (f *flow) layers(sources []int32) bool {
	for v := range f.level {
		f.level[v] = -1
	}
	q := f.queue[:0]
	for _, s := range sources {
		f.level[s] = 0
		q = append(q, s)
	}
	last := int32(1<<31 - 1)
	for i := 0; i < len(q); i++ {
		v := q[i]
		if f.level[v] >= last {
			break
		}
		for k := f.first[v]; k < f.first[v+1]; k++ {
			w := f.to[k]
			if f.level[w] >= 0 || !f.free(f.edge[k]) {
				continue
			}
			f.level[w] = f.level[v] + 1
			if f.role[w] < 0 {
				last = f.level[w]
			}
			q = append(q, w)
		}
	}
	f.queue = q
	return last < 1<<31-1
}

// augment sends one unit from s along growing layers.
func (f *flow) augment(s int32) bool {
	path := f.path[:0]
	v := s
	for {
		if f.role[v] < 0 {
			for _, k := range path {
				f.push(f.edge[k])
			}
			f.path = path
			return true
		}
		step := false
		for f.next[v] < f.first[v+1] {
			k := f.next[v]
			if w := f.to[k]; f.level[w] == f.level[v]+1 && f.free(f.edge[k]) {
				path = append(path, k)
				v, step = w, true
				break
			}
			f.next[v]++
		}
		if step {
			continue
		}
		if len(path) == 0 {
			f.path = path
			return false
		}
		path = path[:len(path)-1]
		v = s
		if len(path) > 0 {
			v = f.to[path[len(path)-1]]
		}
		f.next[v]++ // that edge is a dead end in this layering
	}
}

// balanced returns the better balanced of the two least cuts that a finished run leaves, next to the sources and next to
// the sinks, and the size of its smaller side.
func (f *flow) balanced(vertices int) (side []bool, small int) {
	// The last layering reached exactly the sources' side.
	near := 0
	for _, l := range f.level {
		if l >= 0 {
			near++
		}
	}
	toSink, far := f.reachSinks()
	side = make([]bool, vertices)
	if min(near, vertices-near) >= min(far, vertices-far) {
		for v, l := range f.level {
			side[v] = l >= 0
		}
		return side, min(near, vertices-near)
	}
	for v, is := range toSink {
		side[v] = !is
	}
	return side, min(far, vertices-far)
}

// reachSinks returns from where a sink could still be reached.
func (f *flow) reachSinks() (reach []bool, count int) {
	reach = make([]bool, len(f.level))
	q := f.queue[:0]
	for v, r := range f.role {
		if r < 0 {
			reach[v] = true
			q = append(q, int32(v))
		}
	}
	for i := 0; i < len(q); i++ {
		v := q[i]
		for k := f.first[v]; k < f.first[v+1]; k++ {
			if w := f.to[k]; !reach[w] && f.free(f.edge[k]^1) {
				reach[w] = true
				q = append(q, w)
			}
		}
	}
	f.queue = q
	return reach, len(q)
}
