package cch

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// world is a small directed graph with weights and an order to contract it in.
type world struct {
	g       Graph
	order   []int32
	weights []Weight
}

// graphOf packs arcs, given as tail and head, and returns for each packed arc its tail.
func graphOf(n int, arcs map[[2]int32]bool) (Graph, []int32) {
	var list [][2]int32
	for a := range arcs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b [2]int32) int { return slices.Compare(a[:], b[:]) })
	g := Graph{First: make([]int32, n+1)}
	var tails []int32
	for _, a := range list {
		g.First[a[0]+1]++
		g.Head = append(g.Head, a[1])
		tails = append(tails, a[0])
	}
	for v := range n {
		g.First[v+1] += g.First[v]
	}
	return g, tails
}

func draw(t *rapid.T) world {
	n := rapid.IntRange(1, 20).Draw(t, "nodes")
	arcs := map[[2]int32]bool{}
	for range rapid.IntRange(0, 60).Draw(t, "arcs") {
		a := [2]int32{rapid.Int32Range(0, int32(n-1)).Draw(t, "tail"), rapid.Int32Range(0, int32(n-1)).Draw(t, "head")}
		if a[0] != a[1] {
			arcs[a] = true
		}
	}
	w := world{}
	w.g, _ = graphOf(n, arcs)
	for v := range int32(n) {
		w.order = append(w.order, v)
	}
	w.order = rapid.Permutation(w.order).Draw(t, "order")
	w.weights = drawWeights(t, len(w.g.Head))
	return w
}

func drawWeights(t *rapid.T, n int) []Weight {
	ws := make([]Weight, n)
	for a := range ws {
		if ws[a] = Weight(rapid.IntRange(0, 9).Draw(t, "weight")); ws[a] == 9 {
			ws[a] = Unreached
		}
	}
	return ws
}

type item struct {
	w  Weight
	at int32
}
type items []item

func (h items) Len() int           { return len(h) }
func (h items) Less(i, j int) bool { return h[i].w < h[j].w }
func (h items) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *items) Push(x any)        { *h = append(*h, x.(item)) }
func (h *items) Pop() any          { x := (*h)[len(*h)-1]; *h = (*h)[:len(*h)-1]; return x }

// dijkstra is the dumb twin.
func dijkstra(g Graph, ws []Weight, from int32) []Weight {
	dist := make([]Weight, g.Nodes())
	for v := range dist {
		dist[v] = Unreached
	}
	h := &items{{0, from}}
	for h.Len() > 0 {
		x := heap.Pop(h).(item)
		if x.w >= dist[x.at] {
			continue
		}
		dist[x.at] = x.w
		for a := g.First[x.at]; a < g.First[x.at+1]; a++ {
			if x.w+ws[a] < Unreached {
				heap.Push(h, item{x.w + ws[a], g.Head[a]})
			}
		}
	}
	return dist
}

// agree compares one-to-one, one-to-all, many-to-many and paths of a metric with Dijkstra's for all pairs.
func agree(t *rapid.T, w world, top *Topology, m *Metric, ws []Weight) {
	n := w.g.Nodes()
	q := NewSearch(top)
	points := Points{First: []int32{0}}
	for v := range n {
		points.Seeds = append(points.Seeds, Seed{top.Rank[v], 0})
		points.First = append(points.First, int32(v+1))
	}
	table := make([][]Weight, n)
	if err := top.Table(context.Background(), m, points, points, 1, func(s int, row []Weight) { table[s] = slices.Clone(row) }); err != nil {
		t.Fatal(err)
	}
	for s := range int32(n) {
		want := dijkstra(w.g, ws, s)
		all := make([]Weight, n)
		for v := range all {
			all[v] = Unreached
		}
		q.All(m, points.of(int(s)), Unreached, func(r int32, x Weight) { all[top.Node[r]] = x })
		if !slices.Equal(all, want) || !slices.Equal(table[s], want) {
			t.Fatalf("from %d: one to all %v, table %v, Dijkstra %v", s, all, table[s], want)
		}
		for e := range int32(n) {
			from, to := points.of(int(s)), points.of(int(e))
			if d := q.Distance(m, from, to, 0); d != want[e] {
				t.Fatalf("%d → %d: %d, Dijkstra %d", s, e, d, want[e])
			}
			for _, guess := range []Weight{1, want[e] / 2, want[e], want[e] + 1, 2 * want[e]} {
				if d := q.Distance(m, from, to, guess); d != want[e] {
					t.Fatalf("%d → %d with the guess %d: %d, Dijkstra %d", s, e, guess, d, want[e])
				}
			}
			p := q.Path(m, from, to, want[e]+1)
			sum, at := Weight(0), top.Rank[s]
			for _, a := range p.Arcs {
				if top.Tail[a] != at {
					t.Fatalf("%d → %d: arcs %v do not join", s, e, p.Arcs)
				}
				sum, at = sum+ws[a], top.Head[a]
			}
			if p.Weight != want[e] || want[e] < Unreached && (sum != want[e] || at != top.Rank[e]) {
				t.Fatalf("%d → %d: path %+v weighs %d, Dijkstra %d", s, e, p, sum, want[e])
			}
		}
	}
}

// On random graphs in random orders, all queries give what Dijkstra gives, after a customisation and after updates.
func TestEqualsDijkstra(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		top, err := Build(context.Background(), w.g, w.order)
		if err != nil {
			t.Fatal(err)
		}
		m, err := top.Customise(context.Background(), w.weights, 1)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, w, top, m, w.weights)
		if len(w.weights) == 0 {
			return
		}
		ws := slices.Clone(w.weights)
		var changed []int32
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			a := rapid.IntRange(0, len(ws)-1).Draw(t, "arc")
			ws[a] = drawWeights(t, 1)[0]
			changed = append(changed, int32(a))
		}
		updated, err := top.Update(context.Background(), m, ws, changed, 1)
		if err != nil {
			t.Fatal(err)
		}
		full, err := top.Customise(context.Background(), ws, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !sameWeights(updated, full) {
			t.Fatal("an update differs from a full customisation")
		}
		agree(t, w, top, updated, ws)
	})
}

// sameWeights compares metrics but for what is laid out for searches, which an update does not prune.
func sameWeights(a, b *Metric) bool {
	return slices.Equal(a.Arc, b.Arc) && slices.Equal(a.Up, b.Up) && slices.Equal(a.Down, b.Down)
}

// Several seeds on one way to the root are one search; seeds on different ways are refused, not answered wrongly.
func TestSeeds(t *testing.T) {
	t.Parallel()
	// A path 0 → 1 → 2 → 3 contracted from its ends, so that all lie on one way to the root; 4 is alone.
	g, _ := graphOf(5, map[[2]int32]bool{{0, 1}: true, {1, 2}: true, {2, 3}: true})
	top, err := Build(context.Background(), g, []int32{0, 1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	m, err := top.Customise(context.Background(), []Weight{5, 7, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	q := NewSearch(top)
	from, to := []Seed{{top.Rank[0], 3}, {top.Rank[1], 9}}, []Seed{{top.Rank[3], 10}, {top.Rank[2], 12}}
	if d := q.Distance(m, from, to, 0); d != 3+5+7+1+10 {
		t.Errorf("distance %d, want 26", d)
	}
	if p := q.Path(m, from, to, 0); p.Source != top.Rank[0] || p.Target != top.Rank[3] || !slices.Equal(p.Arcs, []int32{0, 1, 2}) {
		t.Errorf("path %+v", p)
	}
	if d := q.Distance(m, []Seed{{top.Rank[0], 0}, {top.Rank[4], 0}}, to, 0); d != Unreached {
		t.Errorf("seeds on two ways: %d", d)
	}
	if d := q.Distance(m, nil, to, 0); d != Unreached {
		t.Errorf("no seeds: %d", d)
	}
}

// grid is a map of side × side crossings with some streets missing, its edges both ways as nodes, and the turns as arcs.
func grid(side int, rng *rand.Rand) (Map, Graph) {
	var m Map
	for y := range side {
		for x := range side {
			m.X, m.Y = append(m.X, float64(x)+0.3*rng.Float64()), append(m.Y, float64(y)+0.3*rng.Float64())
		}
	}
	add := func(a, b int) {
		if rng.IntN(8) > 0 {
			m.From, m.To = append(m.From, int32(a)), append(m.To, int32(b))
		}
	}
	for y := range side {
		for x := range side {
			if x+1 < side {
				add(y*side+x, y*side+x+1)
			}
			if y+1 < side {
				add(y*side+x, (y+1)*side+x)
			}
		}
	}
	leaving := make([][]int32, side*side)
	for e := range int32(len(m.From)) {
		leaving[m.From[e]] = append(leaving[m.From[e]], 2*e)
		leaving[m.To[e]] = append(leaving[m.To[e]], 2*e+1)
	}
	arcs := map[[2]int32]bool{}
	for e := range int32(len(m.From)) {
		for _, next := range leaving[m.To[e]] {
			arcs[[2]int32{2 * e, next}] = true
		}
		for _, next := range leaving[m.From[e]] {
			arcs[[2]int32{2*e + 1, next}] = true
		}
	}
	g, _ := graphOf(2*len(m.From), arcs)
	return m, g
}

func gridOrder(t *testing.T, m Map, workers int) []int32 {
	t.Helper()
	edges, err := Dissect(context.Background(), m, workers)
	if err != nil {
		t.Fatal(err)
	}
	var order []int32
	for _, e := range edges {
		order = append(order, 2*e, 2*e+1)
	}
	return order
}

// On a dissected grid: order, metric and table are the same for any number of goroutines, the tree stays as low as
// dissection promises, and random pairs equal Dijkstra, after many updates too.
func TestGrid(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	m, g := grid(60, rng)
	order := gridOrder(t, m, 1)
	if other := gridOrder(t, m, 4); !slices.Equal(order, other) {
		t.Fatal("the order depends on the number of goroutines")
	}
	top, err := Build(ctx, g, order)
	if err != nil {
		t.Fatal(err)
	}
	// Cuts of at most 60 edges, halving in size every second level: 2·60·(1+1)·(1+½+…) = 480 directions, plus slack.
	if height := slices.Max(top.Depth); height > 500 {
		t.Errorf("the elimination tree is %d high", height)
	}
	ws := make([]Weight, len(g.Head))
	for a := range ws {
		ws[a] = Weight(1 + rng.IntN(1000))
	}
	metric, err := top.Customise(ctx, ws, 1)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		next := slices.Clone(ws)
		var changed []int32
		for range 50 * (1 + round) {
			a := int32(rng.IntN(len(ws)))
			next[a] = Weight(1 + rng.IntN(3000))
			changed = append(changed, a)
		}
		if metric, err = top.Update(ctx, metric, next, changed, 3); err != nil {
			t.Fatal(err)
		}
		ws = next
	}
	for _, workers := range []int{1, 2, 5} {
		if full, err := top.Customise(ctx, ws, workers); err != nil || !sameWeights(full, metric) {
			t.Fatalf("full customisation by %d goroutines differs (%v)", workers, err)
		}
	}
	q := NewSearch(top)
	for range 20 {
		s := int32(rng.IntN(g.Nodes()))
		want := dijkstra(g, ws, s)
		for range 50 {
			e := int32(rng.IntN(g.Nodes()))
			for _, guess := range []Weight{0, want[e], want[e] + want[e]/10 + 1} {
				if d := q.Distance(metric, []Seed{{top.Rank[s], 0}}, []Seed{{top.Rank[e], 0}}, guess); d != want[e] {
					t.Fatalf("%d → %d with the guess %d: %d, Dijkstra %d", s, e, guess, d, want[e])
				}
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g := Graph{First: []int32{0, 1, 1}, Head: []int32{1}}
	for name, c := range map[string]struct {
		g     Graph
		order []int32
	}{
		"short order":   {g, []int32{0}},
		"double":        {g, []int32{0, 0}},
		"outside":       {g, []int32{0, 2}},
		"head outside":  {Graph{[]int32{0, 1, 1}, []int32{7}}, []int32{0, 1}},
		"arcs missing":  {Graph{[]int32{0, 2, 2}, []int32{1}}, []int32{0, 1}},
		"arcs backward": {Graph{[]int32{0, 2, 1}, []int32{1}}, []int32{0, 1}},
	} {
		if _, err := Build(ctx, c.g, c.order); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	top, err := Build(ctx, g, []int32{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := top.Customise(ctx, nil, 1); !errors.Is(err, ErrInput) {
		t.Errorf("no weights: %v", err)
	}
	m, err := top.Customise(ctx, []Weight{1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := top.Update(ctx, m, []Weight{1}, []int32{3}, 1); !errors.Is(err, ErrInput) {
		t.Errorf("arc outside: %v", err)
	}
	// A path of 70,000 nodes contracted from one end is as high as it is long.
	long := Graph{First: []int32{0}}
	var order []int32
	for v := range int32(70_000) {
		if v > 0 {
			long.Head = append(long.Head, v-1)
		}
		long.First = append(long.First, int32(len(long.Head)))
		order = append(order, v)
	}
	if _, err := Build(ctx, long, order); !errors.Is(err, ErrInput) {
		t.Errorf("a tree too high: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Dissect(ended, Map{}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
}
