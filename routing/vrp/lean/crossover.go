package lean

import "math"

// orderCross makes the order of a child: a stretch of a at its place, drawn at random, and behind it the other stops in the order
// that b has them from there on (OX; Oliver, Smith, Holland, Genetic Algorithms and their Applications 2, 1987).
func (d *descent) orderCross(a, b, child []int32) []int32 {
	n := len(a)
	child = child[:n]
	for i := range d.seen {
		d.seen[i] = 0
	}
	from := d.intn(n)
	length := 1 + d.intn(n)
	at := from
	for range length {
		child[at] = a[at]
		d.seen[a[at]] = 1
		if at++; at == n {
			at = 0
		}
	}
	read := at
	for range n {
		c := b[read]
		if read++; read == n {
			read = 0
		}
		if d.seen[c] == 0 {
			child[at] = c
			if at++; at == n {
				at = 0
			}
		}
	}
	return child
}

// splitOver is the most that a route of a split may carry, as a share of the limit.
const splitOver = 1.5

// split cuts an order of all stops into the cheapest routes at the price of d and writes where they end (Split; Prins, Computers &
// Operations Research 31(12), 2004).
func (d *descent) split(order, ends []int32) []int32 {
	n := len(order)
	for i := 1; i <= n; i++ {
		d.label[i] = math.MaxInt64
	}
	most := int64(splitOver * float64(d.g.p.limit))
	home := d.row(0)
	for i := range n {
		load, far, last := int64(0), int64(home[order[i]]), order[i]
		for j := i; j < n; j++ {
			c := order[j]
			if load += int64(d.g.p.demand[c]); load > most {
				break
			}
			if j > i {
				far += int64(d.g.dist(last, c))
				last = c
			}
			if cost := d.label[i] + far + int64(home[c]) + d.penalty(load); cost < d.label[j+1] {
				d.label[j+1], d.from[j+1] = cost, int32(i)
			}
		}
	}
	ends = ends[:0]
	for at := int32(n); at > 0; at = d.from[at] {
		ends = append(ends, at)
	}
	for i, j := 0, len(ends)-1; i < j; i, j = i+1, j-1 {
		ends[i], ends[j] = ends[j], ends[i]
	}
	// More routes than a descent has room for come of ways that are cheaper than the direct one: the last ones become one.
	if most := len(d.tours) - 1; len(ends) > most {
		ends[most-1] = ends[len(ends)-1]
		ends = ends[:most]
	}
	return ends
}
