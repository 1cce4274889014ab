package vrp

// scanPairs tries the tours near either stop of a pair, then all.
func (b *builder) scanPairs(c, mate int32) {
	pl, m := b.pl, b.m
	b.openings(c, mate)
	b.newRound()
	test := func(s int32) {
		if s < 0 || b.asked[s] == b.round<<1 || pl.tours[s] == nil {
			return
		}
		b.asked[s] = b.round << 1
		if t := pl.tours[s]; b.may(c, t) && b.may(mate, t) {
			b.pairOn(t, c, mate)
		}
	}
	if len(pl.tours) > 12 {
		width := min(m.reach, 40)
		for k := range width {
			test(pl.stands[m.near[int(c)*m.reach+k].stop].slot)
			test(pl.stands[m.near[int(mate)*m.reach+k].stop].slot)
		}
		if b.found.slot >= 0 {
			return
		}
	}
	for s := range pl.tours {
		test(int32(s))
	}
}

// detour is the legs between a place of a tour and a stop of a pair: from the place to it, and from it to the next place.
type detour struct {
	inSec, outSec int64
	in, out       int64 // cost
}

// detours measures the legs between places low…high of t and stop a, which stand together in memory.
func (k *kind) detours(into []detour, t *tour, a *ask, low, high int32) []detour {
	into = grow(into, len(t.seq)+1)
	for p := low; p <= high; p++ {
		d := &into[p]
		d.inSec, d.in = k.legTo(t.marks[p].at, a.loc)
		d.outSec, d.out = k.leg(a.loc, t.marks[p+1].at)
	}
	return into
}

// between are the places of t behind which stop a can be on time at all, from low on: those left before it closes, and those
// whose next place waits until it is open.
func (a *ask) between(t *tour, low int32) (int32, int32) {
	n := int32(len(t.seq))
	for low <= n && t.marks[low+1].late < a.open+a.service {
		low++
	}
	high := low - 1
	for high < n && t.marks[high+1].leave <= a.close {
		high++
	}
	return low, high
}

// pairOn tests pickup c and delivery mate on t, in constant time for each two places.
func (b *builder) pairOn(t *tour, c, mate int32) {
	m := b.m
	k := &m.kinds[t.kind]
	first, then := &k.asks[c], &k.asks[mate]
	n := int32(len(t.seq))
	opening, from := int64(0), int32(0)
	if n == 0 {
		opening = k.used
	} else {
		from = int32(len(k.fixed))
	}
	from, until := first.between(t, from)
	behind, last := then.between(t, from)
	until = min(until, last)
	if from > until {
		return
	}
	sd, straight := k.leg(first.loc, then.loc)
	b.toFirst, b.toThen = k.detours(b.toFirst, t, first, from, until), k.detours(b.toThen, t, then, behind, last)
	for p := from; p <= until; p++ {
		here := &b.toFirst[p]
		arrive := max(t.marks[p].leave+here.inSec, first.open)
		if arrive > first.close || n > 0 && !b.lifts(k, t, c, p) || b.skip() {
			continue
		}
		leaves := arrive + first.service
		if p >= behind { // delivered straight away
			there := &b.toThen[p]
			begin := max(leaves+sd, then.open)
			if delta := opening + here.in + straight + there.out - t.marks[p].ahead; delta < b.found.delta && begin <= then.close &&
				begin+then.service+there.outSec <= t.marks[p+1].late {
				b.keepPair(k, t, c, mate, p, p, delta)
			}
		}
		if base := opening + here.in + here.out - t.marks[p].ahead; base < b.found.delta {
			b.mateBehind(k, t, c, mate, p, behind, leaves+here.outSec, base)
		}
	}
}

// mateBehind tests the mate behind all later places that are not before from, where c stands behind place p, the tour goes on
// at clock and that costs base.
func (b *builder) mateBehind(k *kind, t *tour, c, mate, p, from int32, clock, base int64) {
	then := &k.asks[mate]
	n := int32(len(t.seq))
	for q := p + 1; q <= n; q++ {
		i := t.seq[q-1]
		if clock > t.marks[q].late || i == reload || n > 0 && !b.lifts(k, t, c, q) {
			return
		}
		a := &k.asks[i]
		clock = max(clock, a.open) + a.service
		if clock > then.close {
			return
		}
		there := &b.toThen[q]
		if delta := base + there.in + there.out - t.marks[q].ahead; q >= from && delta < b.found.delta {
			begin := max(clock+there.inSec, then.open)
			if begin <= then.close && begin+then.service+there.outSec <= t.marks[q+1].late {
				b.keepPair(k, t, c, mate, p, q, delta)
			}
		}
		clock += int64(t.marks[q].sec)
	}
}

// lifts reports whether what c takes up fits on board behind place p.
func (b *builder) lifts(k *kind, t *tour, c, p int32) bool {
	d := b.m.dims
	for x := range d {
		if t.on[int(p)*d+x]+b.m.delta[int(c)*d+x] > k.caps[x] {
			return false
		}
	}
	return true
}

func (b *builder) keepPair(k *kind, t *tour, c, mate, p, q int32, delta int64) {
	if k.deep || k.timed {
		b.trial.kind = t.kind
		b.trial.seq = splicePair(b.trial.seq, t.seq, c, mate, p, q)
		b.trial.slot = -1
		if !b.m.derive(&b.trial, t, b.pl.stands) {
			return
		}
		delta = b.trial.cost - t.cost
	}
	if delta < b.found.delta {
		b.found = seat{delta: delta, slot: t.slot, kind: t.kind, p: p, q: q}
	}
}

func splicePair(into, seq []int32, c, mate, p, q int32) []int32 {
	into = append(into[:0], seq[:p]...)
	into = append(into, c)
	into = append(into, seq[p:q]...)
	into = append(into, mate)
	return append(into, seq[q:]...)
}
