package vrp

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// member is one plan of the population: routes by slot, some empty, and what they cost.
type member struct {
	routes     [][]int32
	kinds      []int32
	plain      int64 // without penalties
	late       int64 // seconds late and too long
	over       warpLoad
	feasible   bool
	succ, pred []int32
	fitness    float64
	order      []*member // the others, the most alike first
	apart      []float64
}

// Sizes of the population (Vidal, Computers & Operations Research 140, 2022), of which large problems take less: their plans
// take long to make.
const (
	crowdLeast = 25
	crowdGrow  = 40
	crowdElite = 4
	crowdClose = 5
)

// crowd is the two populations of hybrid genetic search, plans that hold and plans that do not.
type crowd struct {
	s           *warpState
	rng         *rand.Rand
	good, bad   []*member
	best        *member
	least, grow int
	holds       []bool // of the last plans: whether they held, in load and in time
	inTime      []bool
	made        int
}

func newCrowd(s *warpState, rng *rand.Rand) *crowd {
	c := &crowd{s: s, rng: rng, least: crowdLeast, grow: crowdGrow}
	if s.w.n > 300 {
		c.least, c.grow = 12, 20
	}
	return c
}

// export is the plan of s as a member.
func (s *warpState) export() *member {
	w := s.w
	x := &member{routes: make([][]int32, len(s.kind)), kinds: slices.Clone(s.kind), succ: make([]int32, w.n), pred: make([]int32, w.n)}
	for i := range w.n {
		x.succ[i], x.pred[i] = -2, -2
		if s.route[i] < 0 {
			x.plain += w.prizes[i]
		}
	}
	for r := range s.kind {
		if s.size[r] == 0 {
			continue
		}
		k := &w.kinds[s.kind[r]]
		x.plain += k.used + s.length[r]*k.rate + k.perSec*s.whole[r].dur
		x.late += s.whole[r].warp + max(0, s.whole[r].dur-k.maxDur)
		for d := range warpLoads {
			x.over[d] += max(0, s.load[r][d]-k.caps[d])
		}
		before := int32(-1)
		for i := s.next[s.begin(int32(r))]; s.stop(i); i = s.next[i] {
			x.routes[r] = append(x.routes[r], i)
			x.pred[i] = before
			if before >= 0 {
				x.succ[before] = i
			}
			before = i
		}
		x.succ[before] = -1
	}
	x.feasible = x.late == 0 && x.over == warpLoad{}
	return x
}

func (c *crowd) cost(x *member) int64 {
	cost := x.plain + x.late*c.s.lateCost
	for d, q := range x.over {
		cost += q * c.s.overCost[d]
	}
	return cost
}

// differ is the share of broken pairs between two plans.
func differ(a, b *member) float64 {
	n := 0
	for i := range a.succ {
		if a.succ[i] != b.succ[i] && a.succ[i] != b.pred[i] {
			n++
		}
		if a.pred[i] == -1 && b.pred[i] != -1 && b.succ[i] != -1 {
			n++
		}
	}
	return float64(n) / float64(len(a.succ))
}

// add takes the plan of the local search into the population, and lets the least fit go where it has grown too large.
func (c *crowd) add(x *member) {
	pool := &c.bad
	if x.feasible {
		pool = &c.good
	}
	for _, y := range *pool {
		d := differ(x, y)
		x.meet(y, d)
		y.meet(x, d)
	}
	*pool = append(*pool, x)
	if x.feasible && (c.best == nil || x.plain < c.best.plain) {
		c.best = x
	}
	if len(*pool) > c.least+c.grow {
		for len(*pool) > c.least {
			c.cull(pool)
		}
	}
}

func (x *member) meet(y *member, d float64) {
	at, _ := slices.BinarySearch(x.apart, d)
	x.apart, x.order = slices.Insert(x.apart, at, d), slices.Insert(x.order, at, y)
}

func (x *member) part(y *member) {
	if at := slices.Index(x.order, y); at >= 0 {
		x.apart, x.order = slices.Delete(x.apart, at, at+1), slices.Delete(x.order, at, at+1)
	}
}

func (x *member) distance() float64 {
	sum, n := 0.0, min(crowdClose, len(x.apart))
	for _, d := range x.apart[:n] {
		sum += d
	}
	return sum / float64(max(n, 1))
}

// rank sets the fitness of a population's members: rank by cost and by distance to others (Vidal et al. 2012, eq. 4).
func (c *crowd) rank(pool []*member) {
	slices.SortStableFunc(pool, func(a, b *member) int { return cmp.Compare(c.cost(a), c.cost(b)) })
	byDistance := slices.Clone(pool)
	slices.SortStableFunc(byDistance, func(a, b *member) int { return cmp.Compare(b.distance(), a.distance()) })
	n := float64(max(1, len(pool)-1))
	share := max(0, 1-float64(crowdElite)/float64(len(pool)))
	for k, x := range pool {
		x.fitness = float64(k) / n
	}
	for k, x := range byDistance {
		x.fitness += share * float64(k) / n
	}
}

// cull takes the worst member out: a copy of another where there is one.
func (c *crowd) cull(pool *[]*member) {
	c.rank(*pool)
	worst, double := 0, false
	for k, x := range *pool {
		if k == 0 {
			continue
		}
		twin := len(x.apart) > 0 && x.apart[0] < 1e-9
		if worst == 0 || twin && !double || twin == double && x.fitness >= (*pool)[worst].fitness {
			worst, double = k, twin
		}
	}
	gone := (*pool)[worst]
	*pool = slices.Delete(*pool, worst, worst+1)
	for _, x := range *pool {
		x.part(gone)
	}
}

// Adaptation of penalties: after so many plans, to have that share of them feasible.
const (
	warpEvery = 50
	warpShare = 0.3
)

// note keeps count of plans that hold and adapts the penalties.
func (c *crowd) note(x *member) {
	c.holds, c.inTime = append(c.holds, x.over == warpLoad{}), append(c.inTime, x.late == 0)
	if c.made++; c.made%warpEvery != 0 {
		return
	}
	share := func(of []bool) float64 {
		n := 0
		for _, ok := range of[len(of)-warpEvery:] {
			if ok {
				n++
			}
		}
		return float64(n) / warpEvery
	}
	factor := func(share float64) float64 {
		switch {
		case share == 0:
			return 2
		case share < warpShare-0.05:
			return 1.25
		case share > warpShare+0.05:
			return 0.85
		}
		return 1
	}
	c.s.raise(factor(share(c.inTime)), factor(share(c.holds)))
	c.holds, c.inTime = c.holds[:0], c.inTime[:0]
}

// parent draws the fitter of two members.
func (c *crowd) parent() *member {
	draw := func() *member {
		k := c.rng.IntN(len(c.good) + len(c.bad))
		if k < len(c.good) {
			return c.good[k]
		}
		return c.bad[k-len(c.good)]
	}
	a, b := draw(), draw()
	if b.fitness < a.fitness {
		return b
	}
	return a
}

// parents draws two members that differ.
func (c *crowd) parents() (a, b *member) {
	c.rank(c.good)
	c.rank(c.bad)
	a = c.parent()
	for range 10 {
		if b = c.parent(); b != a && differ(a, b) > 0 {
			break
		}
	}
	return a, b
}
