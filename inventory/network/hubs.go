package network

import (
	"context"
	"fmt"
	"math"
)

// HubProblem is a hub-and-spoke network: flow between all pairs of nodes goes over one or two hubs, between hubs at a discount.
type HubProblem struct {
	Flow  [][]float64 // [from][to], ≥ 0
	Cost  [][]float64 // of a unit between two nodes, ≥ 0
	Fixed []float64   // of a hub at a node; nil = none
	Hubs  int         // how many; ≥ 1
	// Collect, Transfer and Distribute are factors of the cost before, between and behind hubs.
	Collect, Transfer, Distribute float64
}

// HubChoice is where hubs stand and the way of each pair.
type HubChoice struct {
	Status Status
	Hubs   []int
	Via    [][][2]int // [from][to]: first and last hub
	Cost   float64
	Bound  float64
	Gap    float64
	Tried  int // sets of hubs evaluated
}

// Validate says what is wrong with p.
func (p *HubProblem) Validate() error {
	n := len(p.Flow)
	if n == 0 || n > 1000 || len(p.Cost) != n || (p.Fixed != nil && len(p.Fixed) != n) || p.Hubs < 1 || p.Hubs > n {
		return fmt.Errorf("network: %d hubs among %d nodes with %d rows of costs and %d fixed costs", p.Hubs, n, len(p.Cost), len(p.Fixed))
	}
	for _, f := range []float64{p.Collect, p.Transfer, p.Distribute} {
		if !(f >= 0) || f > 1e6 {
			return fmt.Errorf("network: factors %g, %g and %g of collecting, transfer and distributing", p.Collect, p.Transfer, p.Distribute)
		}
	}
	for i := range n {
		if len(p.Flow[i]) != n || len(p.Cost[i]) != n || (p.Fixed != nil && !(p.Fixed[i] >= 0 && p.Fixed[i] < 1e15)) {
			return fmt.Errorf("network: node %d has %d flows and %d costs for %d nodes", i, len(p.Flow[i]), len(p.Cost[i]), n)
		}
		for j := range n {
			if !(p.Flow[i][j] >= 0) || p.Flow[i][j] > 1e12 || !(p.Cost[i][j] >= 0) || p.Cost[i][j] > 1e12 {
				return fmt.Errorf("network: from node %d to node %d: flow %g at cost %g", i, j, p.Flow[i][j], p.Cost[i][j])
			}
		}
	}
	return nil
}

// mostHubSets is how many sets are tried all, which proves the best.
const mostHubSets = 20_000

// SolveHubs places hubs, each pair free to use any (multiple allocation, O'Kelly 1987; Campbell 1994). Few sets are all tried, which
// proves the best; else sets are improved by exchanges from a greedy start, against the bound of all nodes being hubs.
func SolveHubs(ctx context.Context, p HubProblem) (HubChoice, error) {
	if err := p.Validate(); err != nil {
		return HubChoice{}, err
	}
	n := len(p.Flow)
	s := hubSearch{p: &p, best: HubChoice{Status: StatusFeasible, Cost: math.Inf(1)}, near: make([]float64, n*n)}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	s.bound = s.cost(all)
	if p.Fixed != nil {
		for _, f := range p.Fixed {
			s.bound -= f
		}
		s.bound += cheapest(p.Fixed, p.Hubs)
	}
	sets := 1.0
	for k := range p.Hubs {
		sets *= float64(n-k) / float64(k+1)
	}
	if sets <= mostHubSets {
		if err := s.every(ctx, nil, 0); err != nil {
			return HubChoice{}, err
		}
		s.bound = s.best.Cost
	} else if err := s.exchange(ctx); err != nil {
		return HubChoice{}, err
	}
	return s.answer(), nil
}

func cheapest(fixed []float64, n int) float64 {
	list := append([]float64(nil), fixed...)
	sum := 0.0
	for range n {
		at := 0
		for i, f := range list {
			if f < list[at] {
				at = i
			}
		}
		sum += list[at]
		list[at] = math.Inf(1)
	}
	return sum
}

type hubSearch struct {
	p     *HubProblem
	best  HubChoice
	bound float64
	near  []float64 // [hub index*n + node]: cheapest way from a hub over another to a node
}

// cost serves every pair at least cost over a set of hubs: first the best way from each hub to each node, then the best first hub.
func (s *hubSearch) cost(hubs []int) float64 {
	p, n := s.p, len(s.p.Flow)
	sum := 0.0
	for a, h := range hubs {
		if p.Fixed != nil {
			sum += p.Fixed[h]
		}
		for j := range n {
			least := math.Inf(1)
			for _, g := range hubs {
				least = math.Min(least, p.Transfer*p.Cost[h][g]+p.Distribute*p.Cost[g][j])
			}
			s.near[a*n+j] = least
		}
	}
	for i := range n {
		for j := range n {
			if p.Flow[i][j] == 0 {
				continue
			}
			least := math.Inf(1)
			for a, h := range hubs {
				least = math.Min(least, p.Collect*p.Cost[i][h]+s.near[a*n+j])
			}
			sum += p.Flow[i][j] * least
		}
	}
	s.best.Tried++
	return sum
}

func (s *hubSearch) offer(hubs []int) bool {
	if c := s.cost(hubs); c < s.best.Cost-1e-12*math.Abs(c) {
		s.best.Cost, s.best.Hubs = c, append([]int(nil), hubs...)
		return true
	}
	return false
}

// every tries all sets that go on from hubs with nodes from first on.
func (s *hubSearch) every(ctx context.Context, hubs []int, first int) error {
	if len(hubs) == s.p.Hubs {
		s.offer(hubs)
		return ctx.Err()
	}
	for i := first; i < len(s.p.Flow); i++ {
		if err := s.every(ctx, append(hubs, i), i+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *hubSearch) exchange(ctx context.Context) error {
	var hubs []int
	for range s.p.Hubs { // greedy
		at, least := -1, math.Inf(1)
		for i := range s.p.Flow {
			if !has(hubs, i) {
				if c := s.cost(append(hubs, i)); c < least {
					at, least = i, c
				}
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		hubs = append(hubs, at)
	}
	s.offer(hubs)
	for better := true; better; {
		better = false
		for k := range hubs {
			for i := range s.p.Flow {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if old := hubs[k]; !has(hubs, i) {
					if hubs[k] = i; s.offer(hubs) {
						better = true
					} else {
						hubs[k] = old
					}
				}
			}
		}
	}
	return nil
}

func has(list []int, x int) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}

func (s *hubSearch) answer() HubChoice {
	c, p, n := s.best, s.p, len(s.p.Flow)
	sortInts(c.Hubs)
	c.Via = make([][][2]int, n)
	for i := range n {
		c.Via[i] = make([][2]int, n)
		for j := range n {
			least := math.Inf(1)
			for _, h := range c.Hubs {
				for _, g := range c.Hubs {
					if v := p.Collect*p.Cost[i][h] + p.Transfer*p.Cost[h][g] + p.Distribute*p.Cost[g][j]; v < least {
						least, c.Via[i][j] = v, [2]int{h, g}
					}
				}
			}
		}
	}
	c.Bound = math.Min(s.bound, c.Cost)
	if c.Cost > 0 {
		c.Gap = (c.Cost - c.Bound) / c.Cost
	}
	if c.Gap < 1e-9 {
		c.Status = StatusOptimal
	}
	return c
}

func sortInts(list []int) {
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && list[k] < list[k-1]; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
}
