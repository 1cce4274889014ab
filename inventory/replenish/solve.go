package replenish

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"
)

// Options bound the work; the zero value works.
type Options struct {
	Iterations int     // steps of the dual, 0 = 200
	Gap        float64 // relative gap at which to stop, 0 = 1e-4
	Progress   func(done float64)
}

// Solve orders for all lines together. A limit that is broken before anything is ordered is told in Reasons, and nothing more
// is ordered against it. It gives an error for what makes no sense and ctx's error when cancelled. The bound holds for orders
// among the tabulated quantities (all whole packs where there are at most maxOptions between minimum and level).
func Solve(ctx context.Context, p Problem, opt Options) (Plan, error) {
	if err := p.Validate(); err != nil {
		return Plan{}, err
	}
	if opt.Iterations < 0 || !(opt.Gap >= 0) {
		return Plan{}, errors.New("replenish: options may not be negative")
	}
	if opt.Iterations == 0 {
		opt.Iterations = 200
	}
	if opt.Gap == 0 {
		opt.Gap = 1e-4
	}
	s := newSearch(&p)
	if err := s.ascend(ctx, opt); err != nil {
		return Plan{}, err
	}
	return s.plan(), nil
}

// search holds all lines in flat arrays: options of line k at first[k]…first[k+1]−1.
type search struct {
	p        *Problem
	first    []int
	qty      []int64
	cost     []float64
	money    []float64 // per option
	limit    []float64 // rows: room of sites, dock of sites, budgets; +Inf = none
	price    []float64
	best     []float64
	dir      []float64
	used     []float64
	pick     []int32 // per line: the option chosen at the prices
	plans    []int32 // the best feasible choice
	total    float64
	bound    float64
	steps    int
	broken   []int // rows broken before any order
	brokenBy []float64
	n, m     int // sites, lines
}

func newSearch(p *Problem) *search {
	s := &search{p: p, n: len(p.Sites), m: len(p.Lines), total: math.Inf(1), bound: math.Inf(-1)}
	rows := 2*s.n + len(p.Suppliers)
	s.limit, s.price, s.best, s.dir, s.used = make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows)
	full := make([]float64, s.n)
	s.first = make([]int, s.m+1)
	var o options
	for k := range p.Lines {
		l := &p.Lines[k]
		full[l.Site] += l.Volume * float64(max(0, l.Position))
		tabulate(l, &o)
		s.qty, s.cost = append(s.qty, o.qty...), append(s.cost, o.cost...)
		for _, q := range o.qty {
			s.money = append(s.money, l.price(q)*float64(q))
		}
		s.first[k+1] = len(s.qty)
	}
	for i, site := range p.Sites {
		s.limit[i], s.limit[s.n+i] = math.Inf(1), math.Inf(1)
		if site.Volume > 0 {
			if s.limit[i] = site.Volume - full[i]; s.limit[i] < 0 {
				s.broken, s.brokenBy = append(s.broken, i), append(s.brokenBy, -s.limit[i])
				s.limit[i] = 0
			}
		}
		if site.Dock > 0 {
			s.limit[s.n+i] = site.Dock
		}
	}
	for i, x := range p.Suppliers {
		s.limit[2*s.n+i] = math.Inf(1)
		if x.Budget > 0 {
			s.limit[2*s.n+i] = x.Budget
		}
	}
	s.pick, s.plans = make([]int32, s.m), make([]int32, s.m)
	return s
}

// evaluate lets every line choose at the prices and gives the bound.
func (s *search) evaluate() float64 {
	clear(s.used)
	bound := 0.0
	for r, u := range s.price {
		if u > 0 {
			bound -= u * s.limit[r]
		}
	}
	for k := range s.m {
		l := &s.p.Lines[k]
		volume := l.Volume * (s.price[l.Site] + s.price[s.n+l.Site])
		money := s.price[2*s.n+l.Supplier]
		least, at := math.Inf(1), 0
		for o := s.first[k]; o < s.first[k+1]; o++ {
			if c := s.cost[o] + volume*float64(s.qty[o]) + money*s.money[o]; c < least {
				least, at = c, o
			}
		}
		bound += least
		s.pick[k] = int32(at - s.first[k])
		s.use(k, at, 1)
	}
	return bound
}

// use books an option of a line.
func (s *search) use(k, o int, sign float64) {
	l := &s.p.Lines[k]
	v := sign * l.Volume * float64(s.qty[o])
	s.used[l.Site] += v
	s.used[s.n+l.Site] += v
	s.used[2*s.n+l.Supplier] += sign * s.money[o]
}

// ascend raises the bound by damped subgradient steps scaled per limit, and repairs choices on the way.
func (s *search) ascend(ctx context.Context, opt Options) error {
	scale, still := 1.0, 0
	for it := range opt.Iterations {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		value := s.evaluate()
		s.steps++
		if value > s.bound {
			if value > s.bound+1e-6*math.Abs(value) {
				still = 0
			}
			s.bound = value
			copy(s.best, s.price)
		} else if still++; still >= 5 {
			scale, still = scale*0.7, 0
		}
		if !s.move(value, scale, it) {
			s.repair()
			break
		}
		if it%25 == 24 || it == 0 || it == opt.Iterations-1 {
			s.repair()
			if opt.Progress != nil {
				opt.Progress(float64(it+1) / float64(opt.Iterations))
			}
			if s.total-s.bound <= opt.Gap*s.total {
				break
			}
		}
	}
	copy(s.price, s.best)
	s.evaluate()
	s.repair()
	return nil
}

// move steps along the violations in shares of their limits; false means that all limits hold and none has a price.
func (s *search) move(value, scale float64, it int) bool {
	norm, any := 0.0, false
	for r, limit := range s.limit {
		if math.IsInf(limit, 1) {
			continue
		}
		g := (s.used[r] - limit) / math.Max(limit, 1e-9)
		if limit == 0 {
			g = s.used[r]
		}
		if s.used[r] > limit || s.price[r] > 0 {
			any = true
		}
		s.dir[r] = g + 0.6*s.dir[r]
		if s.price[r] > 0 || s.dir[r] > 0 {
			norm += s.dir[r] * s.dir[r]
		}
	}
	if !any || norm < 1e-18 {
		return false
	}
	target := s.total
	if math.IsInf(target, 1) {
		target = value * 1.05
	}
	length := scale * math.Max(target-value, 1e-5*math.Abs(target)) / norm
	if it == 0 {
		length = 0.02 * math.Abs(value) / norm
	}
	for r, limit := range s.limit {
		if math.IsInf(limit, 1) {
			continue
		}
		weight := math.Max(limit, 1e-9)
		if limit == 0 {
			weight = 1
		}
		s.price[r] = math.Max(0, s.price[r]+length*s.dir[r]/weight)
	}
	return true
}

// step is a change of one line's option.
type step struct {
	ratio    float64
	line, to int
}

// repair starts from the choices at the prices, takes back what costs least per unit of the limits it frees until all hold,
// then adds what saves most for as long as it fits.
func (s *search) repair() {
	over := func(l *Line) float64 { // the worst broken limit of a line, relative
		worst := 0.0
		for _, r := range [3]int{l.Site, s.n + l.Site, 2*s.n + l.Supplier} {
			if s.used[r] > s.limit[r]*(1+1e-12)+1e-9 {
				worst = math.Max(worst, s.used[r]-s.limit[r])
			}
		}
		return worst
	}
	for again := true; again; {
		again = false
		var steps []step
		for k := range s.m {
			l := &s.p.Lines[k]
			now := s.first[k] + int(s.pick[k])
			if s.qty[now] == 0 || over(l) == 0 {
				continue
			}
			at, ratio := -1, math.Inf(1)
			for o := s.first[k]; o < s.first[k+1]; o++ {
				if freed := s.weight(l, now) - s.weight(l, o); s.qty[o] < s.qty[now] && freed > 0 {
					if r := (s.cost[o] - s.cost[now]) / freed; r < ratio {
						at, ratio = o, r
					}
				}
			}
			if at >= 0 {
				steps = append(steps, step{ratio, k, at})
			}
		}
		sort.Slice(steps, func(a, b int) bool {
			return steps[a].ratio < steps[b].ratio || steps[a].ratio == steps[b].ratio && steps[a].line < steps[b].line
		})
		for _, x := range steps {
			if over(&s.p.Lines[x.line]) > 0 {
				s.change(x.line, x.to)
				again = true
			}
		}
	}
	s.refill()
	total := 0.0
	for k := range s.m {
		total += s.cost[s.first[k]+int(s.pick[k])]
	}
	if total < s.total {
		s.total = total
		copy(s.plans, s.pick)
	}
}

// weight is how much of all limits an option uses, in shares.
func (s *search) weight(l *Line, o int) float64 {
	w := 0.0
	v := l.Volume * float64(s.qty[o])
	for _, r := range [2]int{l.Site, s.n + l.Site} {
		if s.used[r] > s.limit[r] {
			w += v / math.Max(s.limit[r], 1e-9)
		}
	}
	if r := 2*s.n + l.Supplier; s.used[r] > s.limit[r] {
		w += s.money[o] / math.Max(s.limit[r], 1e-9)
	}
	return w
}

func (s *search) change(k, to int) {
	s.use(k, s.first[k]+int(s.pick[k]), -1)
	s.use(k, to, 1)
	s.pick[k] = int32(to - s.first[k])
}

// refill makes the changes that save cost and fit, greatest saving per priced use first.
func (s *search) refill() {
	var steps []step
	for k := range s.m {
		l := &s.p.Lines[k]
		now := s.first[k] + int(s.pick[k])
		at, ratio := -1, 0.0
		for o := s.first[k]; o < s.first[k+1]; o++ {
			saved := s.cost[now] - s.cost[o]
			if saved <= 1e-12 || !s.fits(k, l, now, o) {
				continue
			}
			used := 1e-9 + l.Volume*(s.price[l.Site]+s.price[s.n+l.Site])*float64(s.qty[o]-s.qty[now]) + s.price[2*s.n+l.Supplier]*(s.money[o]-s.money[now])
			if r := saved / math.Max(1e-9, used); r > ratio {
				at, ratio = o, r
			}
		}
		if at >= 0 {
			steps = append(steps, step{ratio, k, at})
		}
	}
	sort.Slice(steps, func(a, b int) bool {
		return steps[a].ratio > steps[b].ratio || steps[a].ratio == steps[b].ratio && steps[a].line < steps[b].line
	})
	for _, x := range steps {
		if s.fits(x.line, &s.p.Lines[x.line], s.first[x.line]+int(s.pick[x.line]), x.to) {
			s.change(x.line, x.to)
		}
	}
}

func (s *search) fits(_ int, l *Line, now, to int) bool {
	v := l.Volume * float64(s.qty[to]-s.qty[now])
	b := 2*s.n + l.Supplier
	return s.used[l.Site]+v <= s.limit[l.Site] && s.used[s.n+l.Site]+v <= s.limit[s.n+l.Site] && s.used[b]+s.money[to]-s.money[now] <= s.limit[b]
}

func (s *search) plan() Plan {
	p := Plan{Status: StatusFeasible, Qty: make([]int64, s.m), Cost: s.total, Bound: math.Min(s.bound, s.total), Iterations: s.steps,
		RoomPrice: s.best[:s.n:s.n], DockPrice: s.best[s.n : 2*s.n : 2*s.n], BudgetPrice: s.best[2*s.n:]}
	for k := range s.m {
		p.Qty[k] = s.qty[s.first[k]+int(s.plans[k])]
	}
	if p.Cost > 0 {
		p.Gap = (p.Cost - p.Bound) / p.Cost
	}
	if p.Gap < 1e-9 {
		p.Status = StatusOptimal
	}
	for x, i := range s.broken {
		p.Status = StatusInfeasible
		site := s.p.Sites[i]
		p.Reasons = append(p.Reasons, fmt.Sprintf("stock at site %q already takes %.3f more than its room of %.3f", site.ID, s.brokenBy[x], site.Volume))
		p.Relaxation = append(p.Relaxation, fmt.Sprintf("move or sell stock of %.3f at site %q, or give it as much more room", s.brokenBy[x], site.ID))
	}
	return p
}
