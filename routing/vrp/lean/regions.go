package lean

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"quartermaster/internal/rng"
	"quartermaster/routing"
)

// Large plans are annealed region by region: routes near each other make a region, a small problem of its own whose data
// fit the processor's cache, and regions are searched side by side. Each round cuts the regions anew, so that every border
// lies inside a region soon (after Accorsi, Vigo, "Routing one million customers in a handful of minutes", Computers &
// Operations Research 164, 2024, and the decompositions of Santini, Schneider, Vidal, Vigo, INFORMS Journal on Computing
// 35(3), 2023).
const (
	regionalNodes  = 600 // more nodes than these are searched in regions
	regionStops    = 700 // most stops of a region of more than one route,
	regionRoutes   = 25  // or as many as so many routes of mean length hold: of few routes too little can be exchanged
	regionalRounds = 50
	regionNear     = 48   // near nodes kept of each
	regionWidth    = 32   // of which insertion tries so many
	regionHot      = 3.0  // first temperature, as a share of the mean leg between stops
	regionCold     = 0.01 // last temperature
)

// regionSearch is the plan of a large problem between rounds.
type regionSearch struct {
	p       *problem
	seed    uint64
	workers int
	most    int // stops of a region
	tours   [][]int32
	cost    int64
	steps   int // done so far, over all regions

	best     [][]int32
	bestCost int64
}

// regional anneals a large plan from its first one, in regions of so many stops at most.
func regional(ctx context.Context, first *links, most int, o Options) outcome {
	s := &regionSearch{p: first.p, seed: o.Seed, workers: max(o.Workers, 1), most: most, tours: first.tours(), cost: first.cost}
	s.best, s.bestCost = s.tours, s.cost
	begin := o.done(0)
	for round := 0; ctx.Err() == nil; round++ {
		done := o.done(s.steps)
		if done >= 1 {
			break
		}
		if o.Progress != nil {
			o.Progress(done, s.bestCost)
		}
		share := (1 - done) / float64(max(regionalRounds-round, 1))
		all, steps := float64(o.Iterations), float64(s.p.n) // of the whole run, of this round
		switch {
		case o.Spent == nil:
			steps = math.Ceil(share * all)
		case s.steps == 0:
			all = steps
		default:
			all = float64(s.steps) / max(done-begin, 1e-9)
			steps = all * share
		}
		hot := regionHot * affordable(all/float64(s.p.n))
		s.round(ctx, round, annealPart{hot: cooled(hot, done), cold: cooled(hot, min(1, done+share)), perStop: steps / float64(s.p.n-1),
			last: round >= regionalRounds-1}, o.Spent)
	}
	return outcome{s.best, s.bestCost, s.steps}
}

// cooled is the temperature after a part of the budget, as a share of the mean leg between stops.
func cooled(hot, done float64) float64 { return hot * math.Pow(regionCold/hot, done) }

// annealPart is what each region does in a round.
type annealPart struct {
	hot, cold float64 // shares of the mean leg
	perStop   float64 // steps for each stop
	last      bool
}

// region is a group of routes, before and after its search.
type region struct {
	tours [][]int32
	cost  int64
	steps int
}

func (s *regionSearch) round(ctx context.Context, round int, a annealPart, spent func() float64) {
	name := strconv.Itoa(round)
	list := s.cut(rng.New(s.seed, "vrp", "regions", name))
	stop := func() bool { return ctx.Err() != nil || spent != nil && spent() >= 1 }
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(s.workers, len(list)) {
		wait.Go(func() {
			local := make([]int32, s.p.n)
			for k := int(next.Add(1)) - 1; k < len(list); k = int(next.Add(1)) - 1 {
				list[k].search(s.p, local, a, rng.New(s.seed, "vrp", "region", name, strconv.Itoa(k)).Uint64(), stop)
			}
		})
	}
	wait.Wait()
	s.tours, s.cost = nil, 0
	for k := range list {
		s.tours = append(s.tours, list[k].tours...)
		s.cost += list[k].cost
		s.steps += list[k].steps
	}
	if s.cost < s.bestCost {
		s.best, s.bestCost = s.tours, s.cost
	}
}

// centre is the middle of a route.
type centre struct {
	x, y  float64
	key   float64
	route int
}

// cut divides the routes into regions: halved again and again across the wider side of a frame turned at random.
func (s *regionSearch) cut(random *rand.Rand) []region {
	turn := random.Float64() * math.Pi
	sin, cos := math.Sincos(turn)
	list := make([]centre, len(s.tours))
	for r, stops := range s.tours {
		var x, y float64
		for _, c := range stops {
			x, y = x+s.p.x[c], y+s.p.y[c]
		}
		x, y = x/float64(len(stops)), y/float64(len(stops))
		list[r] = centre{x: x*cos - y*sin, y: x*sin + y*cos, route: r}
	}
	return s.halve(list, random, nil)
}

func (s *regionSearch) halve(list []centre, random *rand.Rand, out []region) []region {
	stops := 0
	minX, maxX, minY, maxY := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, c := range list {
		stops += len(s.tours[c.route])
		minX, maxX, minY, maxY = min(minX, c.x), max(maxX, c.x), min(minY, c.y), max(maxY, c.y)
	}
	if stops <= s.most || len(list) < 2 {
		r := region{tours: make([][]int32, len(list))}
		for k, c := range list {
			r.tours[k] = s.tours[c.route]
		}
		return append(out, r)
	}
	for k := range list {
		list[k].key = list[k].x
		if maxY-minY > maxX-minX {
			list[k].key = list[k].y
		}
	}
	slices.SortFunc(list, func(a, b centre) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.route, b.route)) })
	// A cut somewhere between two and three fifths, so that cuts of later rounds lie elsewhere.
	want := int(float64(stops) * (0.4 + 0.2*random.Float64()))
	at, sum := 0, 0
	for at < len(list)-1 && (at == 0 || sum < want) {
		sum += len(s.tours[list[at].route])
		at++
	}
	out = s.halve(list[:at], random, out)
	return s.halve(list[at:], random, out)
}

// search anneals the region as a problem of its own. local is scratch, a zero for each node of p.
func (r *region) search(p *problem, local []int32, a annealPart, seed uint64, stop func() bool) {
	sub, ids := p.part(r.tours, local)
	l := newLinks(sub)
	k := int32(0)
	for _, stops := range r.tours {
		t, last := l.open(), int32(0)
		for range stops {
			k++
			l.link(k, last, t)
			last = k
		}
	}
	arc := l.meanInner()
	s := newSearch(l, seed, arc)
	s.track, s.tear.width = a.last, regionWidth
	r.steps = s.stretch(a.hot*arc, a.cold*arc, int(math.Ceil(a.perStop*float64(sub.n-1))), stop)
	if s.track {
		s.best.load(l)
	}
	r.cost = l.cost
	r.tours = l.tours()
	for _, stops := range r.tours {
		for k, c := range stops {
			stops[k] = ids[c]
		}
	}
}

// meanInner is the mean leg between two stops, at least 1.
func (l *links) meanInner() float64 {
	sum, legs := 0.0, 0
	for i := range l.knots {
		if k := &l.knots[i]; k.route >= 0 && k.next != 0 {
			sum += float64(k.dNext)
			legs++
		}
	}
	return max(1, sum/float64(max(legs, 1)))
}

// part is the problem of the stops of tours alone, numbered in the order they are driven, so that what lies together is
// read together. ids gives the nodes of p. local is scratch, a zero for each node of p, and is left so.
func (p *problem) part(tours [][]int32, local []int32) (sub *problem, ids []int32) {
	ids = append(ids, 0)
	for _, stops := range tours {
		for _, c := range stops {
			local[c] = int32(len(ids))
			ids = append(ids, c)
		}
	}
	n := len(ids)
	sub = &problem{n: n, x: make([]float64, n), y: make([]float64, n), whole: p.whole, demand: make([]int32, n), limit: p.limit,
		opening: p.opening, rows: make([]int32, n+1), near: make([]leg, 0, n*regionNear), home: make([]int32, n)}
	for k, c := range ids {
		sub.x[k], sub.y[k], sub.demand[k], sub.home[k] = p.x[c], p.y[c], p.demand[c], p.home[c]
		for _, v := range p.around(c) {
			if to := local[v.to]; to != 0 {
				sub.near = append(sub.near, leg{to, v.far})
			}
			if len(sub.near) == int(sub.rows[k])+regionNear {
				break
			}
		}
		sub.rows[k+1] = int32(len(sub.near))
	}
	sub.plane = routing.Plane{X: sub.x, Y: sub.y, Scale: p.plane.Scale, Rounding: p.plane.Rounding}
	for _, c := range ids {
		local[c] = 0
	}
	return sub, ids
}
