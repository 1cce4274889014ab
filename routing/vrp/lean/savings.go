package lean

import (
	"cmp"
	"slices"
)

// saving is what joining i and j in one route saves over two ways home.
type saving struct{ gain, i, j int32 }

// savings builds a first plan by merging routes at their ends in falling order of savings (Clarke, Wright, Operations
// Research 12(4), 1964), counted between near nodes only.
func (l *links) savings() {
	p := l.p
	var list []saving
	for i := int32(1); int(i) < p.n; i++ {
		for _, v := range p.around(i) {
			if gain := p.home[i] + p.home[v.to] - v.far; gain > 0 && (i < v.to || !p.isNear(v.to, i)) {
				list = append(list, saving{gain, i, v.to})
			}
		}
	}
	slices.SortFunc(list, func(a, b saving) int {
		return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	chains := newChains(p)
	for _, s := range list {
		chains.merge(s.i, s.j)
	}
	for i := int32(1); int(i) < p.n; i++ {
		if chains.beside[i][0] == 0 && l.knots[i].route < 0 {
			r, last := l.open(), int32(0)
			for c, from := i, int32(0); c != 0; {
				l.insert(c, last, r)
				last = c
				next := chains.beside[c][0]
				if next == from {
					next = chains.beside[c][1]
				}
				from, c = c, next
			}
		}
	}
	l.log = l.log[:0]
}

func (p *problem) isNear(i, j int32) bool {
	for _, v := range p.around(i) {
		if v.to == j {
			return true
		}
	}
	return false
}

// chains are routes in the making: nodes with up to two neighbours, the free side first, and a union by load.
type chains struct {
	p      *problem
	beside [][2]int32
	root   []int32
	load   []int64
}

func newChains(p *problem) *chains {
	c := &chains{p: p, beside: make([][2]int32, p.n), root: make([]int32, p.n), load: make([]int64, p.n)}
	for i := range c.root {
		c.root[i] = int32(i)
		c.load[i] = int64(p.demand[i])
	}
	return c
}

func (c *chains) find(i int32) int32 {
	for c.root[i] != i {
		c.root[i] = c.root[c.root[i]]
		i = c.root[i]
	}
	return i
}

func (c *chains) merge(i, j int32) {
	if c.beside[i][0] != 0 || c.beside[j][0] != 0 {
		return // an inner node
	}
	a, b := c.find(i), c.find(j)
	if a == b || c.load[a]+c.load[b] > c.p.limit {
		return
	}
	c.root[b] = a
	c.load[a] += c.load[b]
	c.attach(i, j)
	c.attach(j, i)
}

// attach keeps the free side first: a node alone has both free, an end one.
func (c *chains) attach(i, j int32) {
	if c.beside[i][1] == 0 {
		c.beside[i][1] = j
	} else {
		c.beside[i][0] = j
	}
}
