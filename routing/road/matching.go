package road

import (
	"cmp"
	"math"
	"slices"
)

// pieces reads the likeliest sequences back and draws their ways.
func (m *Matcher) pieces(fixes []Fix) []Matching {
	var found []Matching
	for end := len(m.steps); end > 0; {
		begin := end - 1
		for begin > 0 && !m.steps[begin].start {
			begin--
		}
		if end-begin > 1 {
			found = append(found, m.piece(fixes, m.steps[begin:end]))
		}
		end = begin
	}
	slices.Reverse(found)
	return found
}

// piece draws one connected sequence of steps.
func (m *Matcher) piece(fixes []Fix, steps []step) Matching {
	last := steps[len(steps)-1].cands
	best := int32(0)
	for k := range last {
		if last[k].score > last[best].score {
			best = int32(k)
		}
	}
	out := Matching{First: steps[0].fix, Last: steps[len(steps)-1].fix, Confidence: confidence(last, best)}
	chosen := make([]*candidate, len(steps))
	for i, k := len(steps)-1, best; i >= 0; i-- {
		chosen[i] = &steps[i].cands[k]
		k = chosen[i].before
	}
	w := &weaving{m: m}
	for i, c := range chosen {
		if i == 0 {
			w.begin(c)
		} else {
			w.goTo(chosen[i-1], c, searchLimit(planeM(steps[i-1].at, steps[i].at)))
		}
	}
	out.Path = w.path(chosen[0])
	m.settle(&out, fixes, steps, w)
	return out
}

// confidence compares the likelihood of the best end with all ends on other streets.
func confidence(ends []candidate, best int32) float64 {
	sum := 0.0
	for k := range ends {
		if ends[k].d>>1 != ends[best].d>>1 {
			sum = max(sum, math.Exp(ends[k].score-ends[best].score))
		}
	}
	return 1 / (1 + sum)
}

// weaving joins the chosen places into one way.
type weaving struct {
	m      *Matcher
	edges  []int32 // directed, in the order driven
	at     []int32 // index into edges of each step
	cm     []int32 // centimetres from the start of the directed edge, never falling back on one edge
	starts []int64 // centimetres from the start of the first edge to the start of each
}

func (w *weaving) begin(c *candidate) {
	w.edges, w.starts = append(w.edges, c.d), append(w.starts, 0)
	w.at, w.cm = append(w.at, 0), append(w.cm, c.cm)
}

func (w *weaving) add(d int32) {
	last := len(w.edges) - 1
	w.starts = append(w.starts, w.starts[last]+int64(w.m.g.lengthCm(w.edges[last]>>1)))
	w.edges = append(w.edges, d)
}

// goTo lengthens the way from a to b.
func (w *weaving) goTo(a, b *candidate, limit int32) {
	m, g := w.m, w.m.g
	back := float64(a.cm-b.cm) < 100*backwardSigma*m.o.SigmaM
	if a.d == b.d && (b.cm >= a.cm || back) {
		w.at, w.cm = append(w.at, int32(len(w.edges)-1)), append(w.cm, max(b.cm, w.cm[len(w.cm)-1]))
		return
	}
	m.search(a, limit)
	best, end := int32(math.MaxInt32), int32(-1)
	look := func(state int32) {
		if m.stamp[state] == m.now && m.dist[state] < best {
			best, end = m.dist[state], state
		}
	}
	look(b.d)
	k, _ := slices.BinarySearch(g.copies, b.d)
	for ; k < len(g.copies) && g.copies[k] == b.d; k++ {
		look(int32(2*len(g.from) + k))
	}
	var chain []int32
	for s := end; s >= 0; s = m.from[s] {
		chain = append(chain, g.directed(s))
	}
	slices.Reverse(chain)
	for _, d := range chain {
		w.add(d)
	}
	w.at, w.cm = append(w.at, int32(len(w.edges)-1)), append(w.cm, b.cm)
}

// path draws the woven way with the times of now.
func (w *weaving) path(first *candidate) Path {
	g := w.m.g
	share := func(d, cm int32) float64 {
		f := fraction(float64(cm), float64(g.lengthCm(d>>1)))
		if d&1 == 1 {
			f = 1 - f
		}
		return f
	}
	var p Path
	total := weight(0)
	for k, d := range w.edges {
		begin, end := float64(d&1), float64(1-d&1)
		if k == 0 {
			begin = share(d, first.cm)
		}
		if k == len(w.edges)-1 {
			end = share(d, w.cm[len(w.cm)-1])
		}
		turn := int32(0)
		if k > 0 {
			turn = g.turnBetween(w.edges[k-1], d)
		}
		l := g.leg(d, begin, end, turn)
		total += weigh(l.TurnMs+max(l.DriveMs, 0), l.LengthCm)
		p.Legs = append(p.Legs, l)
		p.Geometry = g.stretch(p.Geometry, d, begin, end)
	}
	p.Geometry = tidy(p.Geometry)
	p.DurationSec, p.DistanceM, p.weight = seconds(total), metresOf(total), total
	return p
}

// turnBetween is the loss between two directed edges, 0 when the turn is only allowed after others.
func (g *streets) turnBetween(a, b int32) int32 {
	for k := g.turns.First[a]; k < g.turns.First[a+1]; k++ {
		if g.directed(g.turns.Head[k]) == b {
			return max(g.turnMs[k], 0)
		}
	}
	return 0
}

// settle puts every fix of the piece on the way: used ones where they were matched, others on the stretch between their
// neighbours, at the place nearest to them.
func (m *Matcher) settle(out *Matching, fixes []Fix, steps []step, w *weaving) {
	n := out.Last - out.First + 1
	out.Places, out.Used, out.AlongM = make([]Place, n), make([]bool, n), make([]float64, n)
	put := func(i int, k, cm int32) {
		d := w.edges[k]
		f := fraction(float64(cm), float64(m.g.lengthCm(d>>1)))
		if d&1 == 1 {
			f = 1 - f
		}
		p := m.g.place(d>>1, f)
		p.SnapM = planeM(fixes[i].Point, p.Point)
		out.Places[i-out.First], out.AlongM[i-out.First] = p, float64(w.starts[k]+int64(cm)-int64(w.cm[0]))/100
	}
	for s := range steps {
		put(steps[s].fix, w.at[s], w.cm[s])
		out.Used[steps[s].fix-out.First] = true
		if s+1 == len(steps) {
			break
		}
		for i := steps[s].fix + 1; i < steps[s+1].fix; i++ {
			k, cm := w.nearest(fixes[i], w.at[s], w.cm[s], w.at[s+1], w.cm[s+1])
			put(i, k, cm)
		}
	}
}

// nearest returns the place of the way between two of its places that lies nearest to a fix.
func (w *weaving) nearest(f Fix, k0, cm0, k1, cm1 int32) (k, cm int32) {
	g := w.m.g
	best := math.Inf(1)
	k, cm = k0, cm0
	for i := k0; i <= k1; i++ {
		d := w.edges[i]
		s := snapping{g: g, p: f.Point, lonScale: metresPerDegree * math.Cos(f.Point.Lat()*math.Pi/180), best: math.Inf(1)}
		for c := g.shapeFirst[d>>1]; c < g.shapeFirst[d>>1+1]-1; c++ {
			s.look(d>>1, c)
		}
		at := g.shapeCm[s.corner] + int32(s.t*float64(g.shapeCm[s.corner+1]-g.shapeCm[s.corner]))
		if d&1 == 1 {
			at = g.lengthCm(d>>1) - at
		}
		lo, hi := int32(0), g.lengthCm(d>>1)
		if i == k0 {
			lo = cm0
		}
		if i == k1 {
			hi = cm1
		}
		if at = min(max(at, lo), max(hi, lo)); s.best < best {
			best, k, cm = s.best, i, at
		}
	}
	return k, cm
}

// Passage is one edge that a matched trace drove from end to end.
type Passage struct {
	Directed int32
	EnterSec float64 // on the trace's clock
	DriveSec float64
	FreeSec  float64 // under free flow
}

// Passages returns the edges that a matched trace drove over wholly, with their times: those of its fixes, taken as evenly
// driven between one used fix and the next. Stops are part of them.
func (g *Graph) Passages(m *Matching, fixes []Fix) []Passage {
	var along, at []float64
	for i := range m.Places {
		if m.Used[i] && (len(along) == 0 || m.AlongM[i] > along[len(along)-1]) {
			along, at = append(along, m.AlongM[i]), append(at, fixes[m.First+i].TimeSec)
		}
	}
	if len(along) < 2 || at[0] == at[len(at)-1] {
		return nil
	}
	clock := func(x float64) float64 {
		k, _ := slices.BinarySearchFunc(along, x, cmp.Compare[float64])
		k = min(max(k, 1), len(along)-1)
		return at[k-1] + (at[k]-at[k-1])*(x-along[k-1])/(along[k]-along[k-1])
	}
	var out []Passage
	x := 0.0
	for k, l := range m.Path.Legs {
		next := x + float64(l.LengthCm)/100
		if k > 0 && k < len(m.Path.Legs)-1 && l.LengthCm > 0 && next <= along[len(along)-1] {
			enter := clock(x)
			if drive := clock(next) - enter; drive > 0 {
				out = append(out, Passage{l.Directed, enter, drive, float64(g.base.ms[l.Directed]+l.TurnMs) / 1000})
			}
		}
		x = next
	}
	return out
}
