package road

import (
	"container/heap"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// The twin searches by plain Dijkstra on the network as it is drawn, with the places hung in as vertices of their own. It
// knows nothing of edges, chains, shortcuts or buckets.
type twin struct {
	n   *network
	out [][]twinArc
	of  map[int]int32 // shape point for which a piece was taken, so that twins among the pieces are told apart
}

type twinArc struct {
	to     int32
	ms, cm int64
}

type twinItem struct {
	ms, cm int64
	at     int32
}

type twinHeap []twinItem

func (h twinHeap) Len() int { return len(h) }
func (h twinHeap) Less(i, j int) bool {
	return h[i].ms < h[j].ms || h[i].ms == h[j].ms && h[i].cm < h[j].cm
}
func (h twinHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *twinHeap) Push(x any)   { *h = append(*h, x.(twinItem)) }
func (h *twinHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// hang splits the piece on which each place lies. Places on one piece also see each other.
func newTwin(t *rapidOrTest, n *network, ch *chains, places []Place) *twin {
	w := &twin{n: n, out: make([][]twinArc, len(n.at)+len(places)), of: map[int]int32{}}
	link := func(u, v int32, ms, cm int64) { w.out[u] = append(w.out[u], twinArc{v, ms, cm}) }
	for _, p := range n.pieces {
		if p.fwdMs != noDrive {
			link(p.u, p.v, int64(p.fwdMs), int64(p.cm))
		}
		if p.bwdMs != noDrive {
			link(p.v, p.u, int64(p.bwdMs), int64(p.cm))
		}
	}
	type hung struct {
		piece        int
		share        float64 // of the piece, from u
		cm, fwd, bwd int64   // from u; bwd is the time back to u
		id           int32
	}
	var all []hung
	for i, p := range places {
		k, share := ch.g.locate(p)
		u, v := ch.vertices[k], ch.vertices[k+1]
		piece, turned := w.pieceBetween(t, u, v, ch, int32(k), p.Edge)
		q := n.pieces[piece]
		part := func(x int32) int64 { return int64(math.Round(share * float64(max(x, 0)))) }
		h := hung{piece: piece, share: share, cm: part(q.cm), fwd: part(q.fwdMs), bwd: part(q.bwdMs), id: int32(len(n.at) + i)}
		if turned { // the shape runs v → u of the piece: measure from the other end
			h.share = 1 - share
			h.cm, h.fwd, h.bwd = int64(q.cm)-h.cm, int64(q.fwdMs)-h.fwd, int64(q.bwdMs)-h.bwd
		}
		if q.fwdMs != noDrive {
			link(q.u, h.id, h.fwd, h.cm)
			link(h.id, q.v, int64(q.fwdMs)-h.fwd, int64(q.cm)-h.cm)
		}
		if q.bwdMs != noDrive {
			link(h.id, q.u, h.bwd, h.cm)
			link(q.v, h.id, int64(q.bwdMs)-h.bwd, int64(q.cm)-h.cm)
		}
		for _, o := range all {
			if o.piece != piece {
				continue
			}
			if o.share == h.share { // one and the same place
				link(o.id, h.id, 0, 0)
				link(h.id, o.id, 0, 0)
				continue
			}
			a, b := o, h // a nearer to u
			if a.share > b.share {
				a, b = b, a
			}
			if q.fwdMs != noDrive {
				link(a.id, b.id, b.fwd-a.fwd, b.cm-a.cm)
			}
			if q.bwdMs != noDrive {
				link(b.id, a.id, b.bwd-a.bwd, b.cm-a.cm)
			}
		}
		all = append(all, h)
	}
	return w
}

// rapidOrTest is what both kinds of tests offer for failing.
type rapidOrTest struct{ fatal func(args ...any) }

// pieceBetween finds a piece that carries shape point k of an edge: one of the same ends, length and times.
func (w *twin) pieceBetween(t *rapidOrTest, u, v int32, ch *chains, k, edge int32) (int, bool) {
	g := ch.g
	cm, fwd, bwd := g.shapeCm[k+1]-g.shapeCm[k], g.shapeFwdMs[k+1]-g.shapeFwdMs[k], g.shapeBwdMs[k+1]-g.shapeBwdMs[k]
	for i, p := range w.n.pieces {
		if taken, ok := w.of[i]; ok && taken != k {
			continue
		}
		if p.u == u && p.v == v && p.cm == cm && max(p.fwdMs, 0) == fwd && max(p.bwdMs, 0) == bwd &&
			(p.fwdMs == noDrive) == !g.opened(2*edge) && (p.bwdMs == noDrive) == !g.opened(2*edge+1) {
			w.of[i] = k
			return i, false
		}
		if p.u == v && p.v == u && p.cm == cm && max(p.bwdMs, 0) == fwd && max(p.fwdMs, 0) == bwd &&
			(p.bwdMs == noDrive) == !g.opened(2*edge) && (p.fwdMs == noDrive) == !g.opened(2*edge+1) {
			w.of[i] = k
			return i, true
		}
	}
	t.fatal("shape of edge", edge, "lies on no piece of the network")
	return 0, false
}

// from returns the least time, and the least length at that time, to every vertex and place.
func (w *twin) from(place int) []twinItem {
	best := make([]twinItem, len(w.out))
	for i := range best {
		best[i] = twinItem{ms: math.MaxInt64}
	}
	h := &twinHeap{{at: int32(len(w.n.at) + place)}}
	for h.Len() > 0 {
		x := heap.Pop(h).(twinItem)
		if b := best[x.at]; b.ms < x.ms || b.ms == x.ms && b.cm <= x.cm {
			continue
		}
		best[x.at] = x
		for _, a := range w.out[x.at] {
			heap.Push(h, twinItem{x.ms + a.ms, x.cm + a.cm, a.to})
		}
	}
	return best[len(w.n.at):]
}

// compare asks the graph and the twin for all pairs of places.
func compare(t *rapidOrTest, n *network, ch *chains, places []Place) {
	table, err := ch.graph().Matrix(context.Background(), places, 2)
	if err != nil {
		t.fatal(err)
	}
	w := newTwin(t, n, ch, places)
	for i := range places {
		for k, want := range w.from(i) {
			sec, metres := (want.ms+500)/1000, (want.cm+50)/100
			if i == k {
				sec, metres = 0, 0
			}
			gotSec, gotM, ok := table.Leg(int32(i), int32(k))
			if !ok || gotSec != sec || gotM != metres {
				t.fatal("place", i, places[i], "to", k, places[k], ": got", gotSec, "s", gotM, "m, plain Dijkstra gives", sec, "s", metres, "m")
			}
		}
	}
}

// On the real extract, for a vehicle that turns freely, the hierarchy over directions and turns gives for every pair of 90 places, some of them on the same
// edge, exactly the seconds and metres of plain Dijkstra on the uncontracted network.
func TestMatrixEqualsDijkstraOnRealStreets(t *testing.T) {
	t.Parallel()
	n, ch := realNetwork(t)
	rng := rand.New(rand.NewPCG(1, 1))
	var places []Place
	for len(places) < 60 {
		places = append(places, ch.graph().RandomPlace(rng))
	}
	for e := range int32(10) {
		for range 3 {
			places = append(places, ch.g.place(e*31, rng.Float64()))
		}
	}
	compare(&rapidOrTest{t.Fatal}, n, ch, places)
}

// The same on random small networks full of one-ways, loops, parallel streets and zero times.
func TestMatrixEqualsDijkstraOnRandomNetworks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		if len(n.pieces) == 0 {
			t.Skip("nothing is connected")
		}
		ch, err := build(context.Background(), n, free(), nil, &Report{}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var places []Place
		for range 12 {
			e := rapid.Int32Range(0, int32(len(ch.g.from)-1)).Draw(t, "edge")
			places = append(places, ch.g.place(e, float64(rapid.IntRange(0, 1000).Draw(t, "fraction"))/1000))
		}
		compare(&rapidOrTest{t.Fatal}, n, ch, places)
	})
}

func drawNetwork(t *rapid.T) *network {
	n := &network{attrs: []attr{{class: Unclassified}, {class: Residential}}}
	count := rapid.IntRange(2, 14).Draw(t, "vertices")
	for range count {
		n.at = append(n.at, orb.Point{rapid.Float64Range(9, 9.1).Draw(t, "lon"), rapid.Float64Range(47, 47.1).Draw(t, "lat")})
	}
	n.id, n.keep = make([]int64, count), make([]bool, count)
	for range rapid.IntRange(1, 30).Draw(t, "pieces") {
		p := piece{u: rapid.Int32Range(0, int32(count-1)).Draw(t, "u"), v: rapid.Int32Range(0, int32(count-1)).Draw(t, "v"),
			cm: rapid.Int32Range(1, 50).Draw(t, "cm") * 1000, attr: rapid.Int32Range(0, 1).Draw(t, "class")}
		if p.u == p.v {
			continue
		}
		p.fwdMs, p.bwdMs = rapid.Int32Range(-1, 9).Draw(t, "fwd")*700, rapid.Int32Range(-1, 9).Draw(t, "bwd")*700
		p.fwdMs, p.bwdMs = max(p.fwdMs, noDrive), max(p.bwdMs, noDrive)
		if p.fwdMs == noDrive && p.bwdMs == noDrive {
			continue
		}
		n.pieces = append(n.pieces, p)
	}
	n.keepLargest(&Report{})
	return n
}
