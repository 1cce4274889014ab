package vrp

import (
	"math"
	"slices"
)

// stretch is a run of visits by its time alone: the least duration, the time warp (seconds that clocks are put back to be on
// time, the price of being late in this search), and the first and last moment to begin with the least of both (Nagata,
// Bräysy, Dullaert, Computers & Operations Research 37, 2010; Vidal et al., Computers & Operations Research 40, 2013, eq. 1-5).
type stretch struct{ dur, warp, early, late int64 }

// join returns a, sec seconds of travel, b.
func (a *stretch) join(sec int64, b *stretch) stretch {
	delta := a.dur - a.warp + sec
	wait := max(b.early-delta-a.late, 0)
	warp := max(a.early+delta-b.late, 0)
	return stretch{a.dur + b.dur + sec + wait, a.warp + b.warp + warp, max(b.early-delta, a.early) - wait, min(b.late-delta, a.late) + warp}
}

// warpLoads is how many kinds of load the penalised search carries.
const warpLoads = 2

type warpLoad [warpLoads]int64

// warpKind is a kind of vehicle as the penalised search sees it.
type warpKind struct {
	rate, used, perSec int64 // units for a length, a vehicle, a second of duration
	caps               warpLoad
	start, end         int32 // rows of the tables
	begin, finish      stretch
	maxDur             int64
	count              int
	bit                uint64
	fellow             int // first kind that differs from it at most in capacity and in the stops that it may visit
}

// warpModel is a problem laid out for the penalised search: stops with windows and loads that fleets of several depots,
// capacities and rates serve, and that may be left out at a price. Backhauls stand behind by the lengths of legs.
type warpModel struct {
	m         *model
	n, places int // stops; rows of the tables: stops, then depots
	length    []int32
	into      []int32 // length with rows and columns exchanged
	sec       []int32
	visits    []stretch
	loads     []warpLoad
	prizes    []int64
	optional  []bool
	leaves    bool     // some stop is optional
	may       []uint64 // per stop: kinds that may visit it
	kinds     []warpKind
	near      [][]int32
	around    [][]int32 // by distance alone
	client    []int32   // stop of the model, by stop here
	timeless  bool      // no windows, no price or limit of duration
	alike     bool      // one rate for all kinds
	mirrored  bool      // legs are alike both ways
}

// Limits of the penalised search.
const (
	warpMost   = 1500
	warpKinds  = 64
	warpNear   = 24
	warpWide   = 40
	warpAround = 40
)

// newWarp lays out m, or returns nil where it asks for more than this search knows.
func newWarp(m *model) *warpModel {
	n := len(m.movers)
	if n > warpMost || m.pairs || m.bound != nil || m.released || m.p.BalanceCents > 0 || len(m.kinds) > warpKinds || m.dims > warpLoads {
		return nil
	}
	if !m.simple && (m.backhaul == nil || m.dims > 1) {
		return nil
	}
	w := &warpModel{m: m, n: n, client: m.chained(), timeless: !m.windowed, alike: true}
	if !w.addKinds() || !w.addStops() {
		return nil
	}
	w.addTables()
	w.addNear()
	return w
}

func (w *warpModel) addKinds() bool {
	m := w.m
	first := &m.kinds[0]
	for x := range m.kinds {
		k := &m.kinds[x]
		if k.deep || k.trips > 1 || len(k.fixed) > 0 || k.start < 0 || k.end < 0 || !k.quick || k.grid != first.grid || k.maxStops < w.n ||
			k.perM > 0 == (k.perDrive > 0) || (k.perM > 0) != (first.perM > 0) || len(k.asks) > 0 && &k.asks[0] != &first.asks[0] {
			return false
		}
		out := warpKind{rate: k.perM + k.perDrive, used: k.used, perSec: k.perSec, maxDur: k.maxDur, count: k.count, bit: 1 << x}
		copy(out.caps[:], k.caps)
		if m.backhaul != nil && !m.simple {
			out.caps[1] = out.caps[0]
		}
		w.alike = w.alike && out.rate == first.perM+first.perDrive
		w.timeless = w.timeless && !k.timed
		out.begin, out.finish = stretch{0, 0, k.openSec, k.closeSec}, stretch{0, 0, k.openSec, k.closeSec}
		w.kinds = append(w.kinds, out)
	}
	return true
}

// alike reports whether k and x cost the same for the same stops where those keep all rules.
func (k *warpKind) alike(x warpKind) bool {
	return k.rate == x.rate && k.used == x.used && k.perSec == x.perSec && k.start == x.start && k.end == x.end && k.begin == x.begin &&
		k.finish == x.finish && k.maxDur == x.maxDur
}

func (w *warpModel) addStops() bool {
	m := w.m
	asks := m.kinds[0].asks
	longest := int64(0)
	for _, c := range w.client {
		a := &asks[c]
		longest += a.service + m.kinds[0].longSec
		w.visits = append(w.visits, stretch{a.service, 0, a.open, a.close})
		var q warpLoad
		for d := range m.dims {
			q[d] = m.deliver[int(c)*m.dims+d]
		}
		if m.backhaul != nil && m.dims == 1 {
			q[1] = m.collect[c]
			if !m.simple && (m.backhaul[c] && q[0] > 0 || !m.backhaul[c] && q[1] > 0) {
				return false
			}
		}
		var mask uint64
		for x := range m.kinds {
			if ok := m.kinds[x].ok; ok == nil || ok[c] {
				mask |= 1 << x
			}
		}
		w.loads, w.may, w.prizes = append(w.loads, q), append(w.may, mask), append(w.prizes, m.prices[c])
		w.optional = append(w.optional, m.optional && (m.p.Stops[c].PrizeCents > 0 || m.prices[c] < m.dearest()))
	}
	w.leaves = slices.Contains(w.optional, true)
	for x := range m.kinds {
		w.timeless = w.timeless && m.kinds[x].closeSec-m.kinds[x].openSec >= longest
	}
	return true
}

// addTables copies travel between stops and depots; what backhauls forbid becomes a leg far too long.
func (w *warpModel) addTables() {
	m := w.m
	g := m.kinds[0].grid
	at := make([]int32, 0, w.n+2*len(w.kinds))
	for _, c := range w.client {
		at = append(at, m.loc[c])
	}
	rowOf := func(place int32) int32 { // of a depot, which kinds share
		for row := w.n; row < len(at); row++ {
			if at[row] == place {
				return int32(row)
			}
		}
		at = append(at, place)
		return int32(len(at) - 1)
	}
	for x := range w.kinds {
		w.kinds[x].start, w.kinds[x].end = rowOf(m.kinds[x].start), rowOf(m.kinds[x].end)
	}
	w.places = len(at)
	w.length, w.sec = make([]int32, w.places*w.places), make([]int32, w.places*w.places)
	far := int32(min(20*g.longM+20, 1<<27))
	byTime := m.kinds[0].perDrive > 0
	if byTime {
		far = int32(min(20*g.longSec+20, 1<<27))
	}
	w.mirrored = true
	same := true
	for i, l := range at {
		for j, to := range at {
			row := int(l)*g.places + int(to)
			w.sec[i*w.places+j] = g.cells[row]
			w.length[i*w.places+j] = g.metres[row]
			if byTime {
				w.length[i*w.places+j] = g.cells[row]
			}
			same = same && w.length[i*w.places+j] == w.sec[i*w.places+j]
			if m.backhaul != nil && j < w.n && (i >= w.n && m.backhaul[w.client[j]] || i < w.n && m.backhaul[w.client[i]] && !m.backhaul[w.client[j]]) {
				w.length[i*w.places+j] = far
			}
			if j < i && w.length[i*w.places+j] != w.length[j*w.places+i] {
				w.mirrored = false
			}
		}
	}
	w.into = turned(w.length, w.places)
	for x := range w.kinds {
		w.kinds[x].fellow = slices.IndexFunc(w.kinds, w.kinds[x].alike)
	}
	if same && m.backhaul == nil {
		w.sec = w.length // one table is read faster than two
	}
}

func (w *warpModel) addNear() {
	m := w.m
	index := w.index()
	most := warpNear
	if w.leaves { // many near ones are left out
		most = warpWide
	}
	for _, c := range w.client {
		var near []int32
		for _, v := range m.near[int(c)*m.reach:][:m.reach] {
			if j := index[v.stop]; w.may[index[c]]&w.may[j] != 0 && len(near) < most {
				near = append(near, j)
			}
		}
		w.near = append(w.near, near)
		var around []int32
		for _, v := range m.around[int(c)*m.reach:][:min(m.reach, warpAround)] {
			around = append(around, index[v])
		}
		w.around = append(w.around, around)
	}
}

// chained is the stops to be planned in the order of a walk from each to the nearest one left, so that near ones stand near each other
// in tables, which the moves of one stop then read from few places.
func (m *model) chained() []int32 {
	taken := make([]bool, m.n)
	out := make([]int32, 0, len(m.movers))
	for _, c := range m.movers {
		for c >= 0 && !taken[c] {
			taken[c] = true
			out = append(out, c)
			next := int32(-1)
			for _, v := range m.around[int(c)*m.reach : int(c+1)*m.reach] {
				if !taken[v] {
					next = v
					break
				}
			}
			c = next
		}
	}
	return out
}

// index is, for each stop of the model, the stop here; -1 = none.
func (w *warpModel) index() []int32 {
	index := make([]int32, w.m.n)
	for i := range index {
		index[i] = -1
	}
	for i, c := range w.client {
		index[c] = int32(i)
	}
	return index
}

// slots is how many vehicles of each kind the search may use, from those that a plan uses.
func (w *warpModel) slots(used []int, limit int) []int {
	all := 0
	for _, u := range used {
		all += u
	}
	out := make([]int, len(w.kinds))
	for x := range w.kinds {
		out[x] = min(w.kinds[x].count, used[x]+2+all/4)
		if len(w.kinds) == 1 {
			out[x] = min(out[x], limit)
		}
	}
	return out
}

// meanLeg is the mean length of the legs from stops to their nearest ones, and what it takes.
func (w *warpModel) meanLeg() (length, sec float64) {
	legs := 0.0
	for i := range w.n {
		for _, j := range w.near[i][:min(4, len(w.near[i]))] {
			length += math.Min(float64(w.length[i*w.places+int(j)]), float64(w.length[int(j)*w.places+i]))
			sec += float64(w.sec[i*w.places+int(j)])
			legs++
		}
	}
	return length/max(legs, 1) + 1, sec/max(legs, 1) + 1
}

// tours are routes in the words of Options.Start.
func (w *warpModel) tours(routes [][]int32, kinds []int32) []routeOf {
	out := make([]routeOf, 0, len(routes))
	for r, seq := range routes {
		if len(seq) > 0 {
			t := routeOf{kind: kinds[r]}
			for _, c := range seq {
				t.seq = append(t.seq, w.client[c])
			}
			out = append(out, t)
		}
	}
	return out
}

// routeOf is the stops that one vehicle of a kind visits.
type routeOf struct {
	kind int32
	seq  []int32
}
