package network

import (
	"math"
	"slices"
)

// cover is the choice of sites that hold all demand at least cost, each at its price rho: an exact 0-1 knapsack turned round,
// depth first over the free sites by price per holds, pruned by its linear relaxation. That relaxation is what the Lagrangian
// bound would be worth without it; with sites of unlike capacities the exact choice lifts the bound well above it.
type cover struct {
	holds []float64 // what each site holds
	rho   []float64
	rank  []int // free sites that do not earn, by price per holds
	taken []bool
	keep  []bool
	best  float64
	nodes int
}

// coverNodes bounds one search; a longer one gives its linear bound.
const coverNodes = 2000

// order sorts the free sites by price per what they hold.
func (c *cover) order() {
	slices.SortFunc(c.rank, func(a, b int) int { return byKey(c.rho[a]*c.holds[b], c.rho[b]*c.holds[a], a, b) })
}

// linear is the least price of covering need from rank place k on, when the last site may be cut and one is left out; it gives
// +Inf where they do not hold it.
func (c *cover) linear(k int, need float64, without int) float64 {
	value := 0.0
	for _, i := range c.rank[k:] {
		if need <= 0 {
			return value
		}
		if i == without {
			continue
		}
		if c.holds[i] >= need {
			return value + c.rho[i]*need/c.holds[i]
		}
		value += c.rho[i]
		need -= c.holds[i]
	}
	if need > 0 {
		return math.Inf(1)
	}
	return value
}

// solve gives the least price of covering need and marks the sites in y. Where the search would take too long it gives the linear
// bound with the best sites found.
func (c *cover) solve(need float64, y []float64) float64 {
	c.taken = append(c.taken[:0], make([]bool, len(c.rank))...)
	c.keep = append(c.keep[:0], c.taken...)
	c.best, c.nodes = math.Inf(1), 0
	c.walk(0, need, 0)
	value := c.best
	if c.nodes > coverNodes {
		value = min(value, c.linear(0, need, -1))
	}
	for k, i := range c.rank {
		if c.keep[k] {
			y[i] = 1
		}
	}
	return value
}

func (c *cover) walk(k int, need, value float64) {
	if need <= 0 {
		if value < c.best {
			c.best = value
			copy(c.keep, c.taken)
		}
		return
	}
	if c.nodes++; c.nodes > coverNodes || k == len(c.rank) {
		return
	}
	if bound := value + c.linear(k, need, -1); bound >= c.best-1e-9*math.Abs(c.best) || math.IsInf(bound, 1) {
		return
	}
	i := c.rank[k]
	c.taken[k] = true
	c.walk(k+1, need-c.holds[i], value+c.rho[i])
	c.taken[k] = false
	c.walk(k+1, need, value)
}
