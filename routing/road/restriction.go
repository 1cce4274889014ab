package road

import (
	"encoding/binary"
	"slices"
	"strings"
)

// restriction is one turn restriction of the map: coming from way from over via, to may not, or must, be taken next.
type restriction struct {
	only     bool
	turn     bool // no_u_turn and its like: from and to may be one way
	from, to []int64
	viaNode  int64
	viaWays  []int64
}

// relation takes the turn restrictions that concern the profile's vehicle. Those on foot turn as they please. Conditional
// ones are left out: they hold at some hours only.
func (c *collector) relation(_ int64, members []member, tags []tag) {
	value, except, typed := "", "", false
	for _, t := range tags {
		switch {
		case t.key == "type":
			typed = t.value == "restriction" || strings.HasPrefix(t.value, "restriction:")
		case t.key == "restriction":
			if value == "" {
				value = t.value
			}
		case t.key == "except":
			except = t.value
		case strings.HasPrefix(t.key, "restriction:") && !strings.HasSuffix(t.key, ":conditional"):
			if slices.Contains(c.profile.Access, strings.TrimPrefix(t.key, "restriction:")) {
				value = t.value
			}
		}
	}
	if !typed || value == "" || c.profile.BothWays {
		return
	}
	for _, key := range strings.Split(except, ";") {
		if slices.Contains(c.profile.Access, strings.TrimSpace(key)) {
			return
		}
	}
	r := restriction{only: strings.HasPrefix(value, "only_"), turn: strings.HasSuffix(value, "u_turn")}
	if !r.only && !strings.HasPrefix(value, "no_") {
		c.report.BrokenRestrictions++
		return
	}
	for _, m := range members {
		switch {
		case m.kind == memberWay && m.role == "from":
			r.from = append(r.from, m.ref)
		case m.kind == memberWay && m.role == "to":
			r.to = append(r.to, m.ref)
		case m.kind == memberWay && m.role == "via":
			r.viaWays = append(r.viaWays, m.ref)
		case m.kind == memberNode && m.role == "via" && r.viaNode == 0:
			r.viaNode = m.ref
		}
	}
	if len(r.from) == 0 || len(r.to) == 0 || (r.viaNode != 0) == (len(r.viaWays) > 0) || len(r.viaWays) > maxViaWays {
		c.report.BrokenRestrictions++
		return
	}
	c.restrictions = append(c.restrictions, r)
}

const (
	maxViaWays  = 10
	maxViaEdges = 60
)

// bans are the forbidden sequences of directed edges, by their key.
type bans struct {
	pair  map[[2]int32]bool // of two
	long  map[string]bool   // of three or more
	trail map[string]int32  // each true beginning, of two or more, of a long one: its place in trails
	list  [][]int32         // the trails
	only  map[int32][]int32 // mandatory continuations of a directed edge
	no    [][]int32         // all no_ sequences
	must  [][]int32         // all only_ sequences
}

func trailKey(seq []int32) string {
	b := make([]byte, 0, 4*len(seq))
	for _, d := range seq {
		b = binary.LittleEndian.AppendUint32(b, uint32(d))
	}
	return string(b)
}

// findBans turns the map's restrictions into forbidden sequences. A mandatory turn that is also forbidden cannot be obeyed:
// the ban stands, the obligation goes, and the report counts it.
func (c *chains) findBans(restrictions []restriction, out *leaving, report *Report) *bans {
	b := &bans{pair: map[[2]int32]bool{}, long: map[string]bool{}, trail: map[string]int32{}, only: map[int32][]int32{}}
	junction := map[int64]int32{}
	for v, id := range c.n.id {
		if c.n.keep[v] && c.junction[v] >= 0 {
			junction[id] = c.junction[v]
		}
	}
	for _, r := range restrictions {
		found := c.sequences(r, junction, out)
		if len(found) == 0 {
			report.IdleRestrictions++ // it stands on a street that the graph does not have
			continue
		}
		report.Restrictions++
		if r.only {
			b.must = append(b.must, found...)
		} else {
			b.no = append(b.no, found...)
		}
	}
	for _, seq := range b.no {
		b.ban(seq)
	}
	for _, seq := range b.must {
		if b.banned(seq) {
			report.Contradictions++
			continue
		}
		b.oblige(c.g, seq, out)
	}
	for from, allowed := range b.only {
		for _, x := range out.of(c.g.head(from)) {
			if !slices.Contains(allowed, x) {
				b.pair[[2]int32{from, x}] = true
			}
		}
	}
	return b
}

func (b *bans) ban(seq []int32) {
	if len(seq) == 2 {
		b.pair[[2]int32{seq[0], seq[1]}] = true
		return
	}
	b.long[trailKey(seq)] = true
	for n := 2; n < len(seq); n++ {
		key := trailKey(seq[:n])
		if _, ok := b.trail[key]; !ok {
			b.trail[key] = int32(len(b.list))
			b.list = append(b.list, slices.Clone(seq[:n]))
		}
	}
}

// banned says whether any part of a sequence is forbidden.
func (b *bans) banned(seq []int32) bool {
	for i := range seq {
		for k := i + 2; k <= len(seq); k++ {
			if part := seq[i:k]; len(part) == 2 && b.pair[[2]int32{part[0], part[1]}] || len(part) > 2 && b.long[trailKey(part)] {
				return true
			}
		}
	}
	return false
}

// oblige forbids all ways off a mandatory sequence.
func (b *bans) oblige(g *streets, seq []int32, out *leaving) {
	b.only[seq[0]] = append(b.only[seq[0]], seq[1])
	for n := 2; n < len(seq); n++ {
		for _, x := range out.of(g.head(seq[n-1])) {
			if x != seq[n] {
				b.ban(append(slices.Clone(seq[:n]), x))
			}
		}
	}
}

// next returns where the history of directed edges goes on when x follows: -1 when that is forbidden, else the trail that
// is then to be remembered, or -2 for none.
func (b *bans) next(history []int32, x int32) int32 {
	seq := append(slices.Clone(history), x)
	remember := int32(-2)
	for i := 0; i+2 <= len(seq); i++ {
		part := seq[i:]
		if len(part) == 2 && b.pair[[2]int32{part[0], part[1]}] || len(part) > 2 && b.long[trailKey(part)] {
			return -1
		}
		if t, ok := b.trail[trailKey(part)]; ok && remember == -2 {
			remember = t
		}
	}
	return remember
}

// sequences finds the directed edges of a restriction: all ways from its from over its via to its to.
func (c *chains) sequences(r restriction, junction map[int64]int32, out *leaving) [][]int32 {
	g := c.g
	if r.viaNode != 0 {
		j, ok := junction[r.viaNode]
		if !ok {
			return nil
		}
		var found [][]int32
		for _, in := range c.arriving(j, r.from, out) {
			for _, x := range c.departing(j, r.to, out) {
				back := x == in^1
				// On one and the same way only turning round is meant; between two, it never is.
				if sameWays := overlap(r.from, r.to); sameWays && r.turn != back || !sameWays && back {
					continue
				}
				found = append(found, []int32{in, x})
			}
		}
		return found
	}
	var found [][]int32
	for _, j := range junctionsOf(junction) {
		for _, in := range c.arriving(j, r.from, out) {
			for _, mid := range c.along(j, in, r.viaWays, out) {
				for _, x := range c.departing(g.head(mid[len(mid)-1]), r.to, out) {
					if x != mid[len(mid)-1]^1 {
						found = append(found, append(append([]int32{in}, mid...), x))
					}
				}
			}
		}
	}
	return found
}

func junctionsOf(m map[int64]int32) []int32 {
	var all []int32
	for _, j := range m {
		all = append(all, j)
	}
	slices.Sort(all)
	return all
}

func overlap(a, b []int64) bool {
	return slices.ContainsFunc(a, func(x int64) bool { return slices.Contains(b, x) })
}

// wayAtTail returns the way on which a directed edge begins.
func (c *chains) wayAtTail(d int32) int64 {
	if d&1 == 0 {
		return c.firstWay[d>>1]
	}
	return c.lastWay[d>>1]
}

func (c *chains) departing(j int32, ways []int64, out *leaving) []int32 {
	var found []int32
	for _, d := range out.of(j) {
		if slices.Contains(ways, c.wayAtTail(d)) {
			found = append(found, d)
		}
	}
	return found
}

func (c *chains) arriving(j int32, ways []int64, out *leaving) []int32 {
	var found []int32
	for _, d := range out.all(j) {
		if c.g.opened(d^1) && slices.Contains(ways, c.wayAtTail(d)) {
			found = append(found, d^1)
		}
	}
	return found
}

// along follows the via ways, in their order, from junction j to the end of the last one, without turning round. A long
// way may be made of several edges; the walk ends at a junction where the way does.
func (c *chains) along(j, in int32, ways []int64, out *leaving) [][]int32 {
	var found [][]int32
	var walk func(at, last int32, k int, path []int32)
	walk = func(at, last int32, k int, path []int32) {
		if len(path) > maxViaEdges {
			return
		}
		went := false
		for _, d := range out.of(at) {
			if d == last^1 || slices.Contains(path, d) {
				continue
			}
			switch way := c.wayAtTail(d); {
			case way == ways[k]:
				went = true
				walk(c.g.head(d), d, k, append(slices.Clone(path), d))
			case k+1 < len(ways) && way == ways[k+1] && len(path) > 0:
				went = true
				walk(c.g.head(d), d, k+1, append(slices.Clone(path), d))
			}
		}
		if !went && k == len(ways)-1 && len(path) > 0 {
			found = append(found, path)
		}
	}
	walk(j, in, 0, nil)
	return found
}
