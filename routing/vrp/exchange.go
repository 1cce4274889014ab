package vrp

import "math"

// exchange is one move of the local search: the run of a stops from place i of tour t changes places with the run of b
// stops from place j of tour s. With b = 0 it relocates a run (Or-opt between tours); with both runs reaching to the end
// it swaps tails (2-opt*). Within one tour see intra.
//
//	t: … i-1 [i … i+a-1] i+a …        s: … j-1 [j … j+b-1] j+b …
type exchange struct {
	t, s       int32
	i, a, j, b int
	turnA      bool // the run from t is driven the other way round in s
}

// run joins count stops of seq from place k, in order or turned.
func (d *data) run(seq []int32, k, count int, turned bool) segment {
	first, step := k, 1
	if turned {
		first, step = k+count-1, -1
	}
	s := d.node[seq[first]]
	for range count - 1 {
		first += step
		s = d.join(&s, &d.node[seq[first]])
	}
	return s
}

// gain evaluates the move without changing anything: the units it saves, and whether both tours stay feasible.
func (m *exchange) gain(pl *plan) (int64, bool) {
	d := pl.d
	t, s := &pl.tours[m.t], &pl.tours[m.s]
	if m.floor(pl) >= t.cost+s.cost {
		return 0, false
	}
	newS := d.run(t.seq, m.i, m.a, m.turnA)
	newS = d.join(&s.pre[m.j], &newS)
	newS = d.join(&newS, &s.suf[m.j+m.b])
	if !d.fits(m.s, &newS) {
		return 0, false
	}
	newT := t.pre[m.i]
	if m.b > 0 {
		back := d.run(s.seq, m.j, m.b, false)
		newT = d.join(&newT, &back)
	}
	newT = d.join(&newT, &t.suf[m.i+m.a])
	if !d.fits(m.t, &newT) {
		return 0, false
	}
	gain := t.cost + s.cost - d.cost(m.s, &newS)
	if len(t.seq)-m.a+m.b > 0 {
		gain -= d.cost(m.t, &newT)
	}
	return gain, true
}

// floor is the least that the two tours can cost after the move, see data.floor; most moves are ruled out by it.
func (m *exchange) floor(pl *plan) int64 {
	d := pl.d
	t, s := &pl.tours[m.t], &pl.tours[m.s]
	run := t.seq[m.i : m.i+m.a]
	if m.turnA {
		var back [maxRun]int32
		run = appendRun(back[:0], run, true)
	}
	newS := d.floor(m.s, s, run, m.j, m.j+m.b)
	if newS == math.MaxInt64 || len(t.seq)-m.a+m.b == 0 {
		return newS
	}
	newT := d.floor(m.t, t, s.seq[m.j:m.j+m.b], m.i, m.i+m.a)
	if newT == math.MaxInt64 {
		return newT
	}
	return newS + newT
}

// tailGain evaluates swapping the tails of tours t from i and s from j, whose vehicles share depot and shift.
func (m *exchange) tailGain(pl *plan) (int64, bool) {
	d := pl.d
	t, s := &pl.tours[m.t], &pl.tours[m.s]
	newT, newS := d.join(&t.pre[m.i], &s.suf[m.j]), d.join(&s.pre[m.j], &t.suf[m.i])
	if !d.fits(m.t, &newT) || !d.fits(m.s, &newS) {
		return 0, false
	}
	gain := t.cost + s.cost
	if m.i+m.b > 0 {
		gain -= d.cost(m.t, &newT)
	}
	if m.j+m.a > 0 {
		gain -= d.cost(m.s, &newS)
	}
	return gain, true
}

// apply carries the move out.
func (m *exchange) apply(pl *plan, buf *buffers) {
	t, s := &pl.tours[m.t], &pl.tours[m.s]
	buf.one = append(buf.one[:0], t.seq[:m.i]...)
	buf.one = append(buf.one, s.seq[m.j:m.j+m.b]...)
	buf.one = append(buf.one, t.seq[m.i+m.a:]...)
	buf.two = append(buf.two[:0], s.seq[:m.j]...)
	buf.two = appendRun(buf.two, t.seq[m.i:m.i+m.a], m.turnA)
	buf.two = append(buf.two, s.seq[m.j+m.b:]...)
	pl.setSeq(m.t, buf.one)
	pl.setSeq(m.s, buf.two)
}

func appendRun(to, run []int32, turned bool) []int32 {
	if !turned {
		return append(to, run...)
	}
	for k := len(run) - 1; k >= 0; k-- {
		to = append(to, run[k])
	}
	return to
}

// buffers are scratch sequences.
type buffers struct{ one, two []int32 }

// walk joins a whole sequence as a tour of vehicle v.
func (d *data) walk(v int32, seq []int32) segment {
	s := d.start[v]
	for _, i := range seq {
		s = d.join(&s, &d.node[i])
	}
	return d.join(&s, &d.end[v])
}
