// Package flow solves minimum-cost network flows and the duals of relaxed problems.
//
// Takes nodes with supplies and arcs with whole capacities and costs, or an oracle of a Lagrangian dual, and gives a
// cheapest flow with node prices that prove it, or multipliers with the bound they reach. Method: primal network simplex
// with strongly feasible trees and a candidate list (Cunningham 1976; Grigoriadis 1986; Király & Kovács 2012); the volume
// algorithm (Barahona & Anbil 2000). Never: it knows what flows; numbers that could overflow are refused.
package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Unlimited is the capacity of an arc that has none.
const Unlimited = math.MaxInt64

// Problem is a network with whole numbers. Arc a runs From[a] → To[a], carries 0…Capacity[a] units at Cost[a] each.
type Problem struct {
	Supply   []int64 // per node: what it gives (> 0) or needs (< 0); what is given in all may exceed what is needed in all
	From, To []int32
	Capacity []int64 // ≥ 0, or Unlimited
	Cost     []int64 // per unit, may be negative
}

// Status says what was found.
type Status string

const (
	StatusOptimal    Status = "optimal"
	StatusInfeasible Status = "infeasible" // Unmet says where and how much
	StatusUnbounded  Status = "unbounded"  // a circle of unlimited arcs earns without end
)

// Result is a flow with its proof.
type Result struct {
	Status Status
	Flow   []int64 // per arc
	Cost   int64
	// Price is the value of a unit at each node: Cost + Price[from] − Price[to] is ≥ 0 on arcs without flow, ≤ 0 on full arcs.
	Price []int64
	// Unmet is what each node lacks when infeasible; their sum is the least that any flow leaves unmet, and so the smallest
	// relaxation that would make the problem feasible.
	Unmet  []int64
	Pivots int
}

const (
	maxNodes = 1 << 26
	maxCost  = 1 << 36 // per unit; times the nodes still fits
	maxUnits = 1 << 53 // one supply or finite capacity
)

// Validate says what is wrong with p, naming the field and its place.
func (p *Problem) Validate() error {
	n, m := len(p.Supply), len(p.From)
	if n > maxNodes || m > math.MaxInt32/2 {
		return fmt.Errorf("flow: %d nodes and %d arcs are too many", n, m)
	}
	if len(p.To) != m || len(p.Capacity) != m || len(p.Cost) != m {
		return fmt.Errorf("flow: %d tails, %d heads, %d capacities and %d costs; want one of each per arc", m, len(p.To), len(p.Capacity), len(p.Cost))
	}
	var volume float64
	for i, s := range p.Supply {
		if s > maxUnits || s < -maxUnits {
			return fmt.Errorf("flow: supply of node %d is %d; it must lie in ±%d", i, s, int64(maxUnits))
		}
		volume += math.Abs(float64(s))
	}
	if volume > maxUnits {
		return fmt.Errorf("flow: supplies add up to %g units; the most is %d", volume, int64(maxUnits))
	}
	dearest := 0.0
	for a := range p.From {
		switch {
		case p.From[a] < 0 || p.To[a] < 0 || int(p.From[a]) >= n || int(p.To[a]) >= n:
			return fmt.Errorf("flow: arc %d runs from node %d to node %d of %d", a, p.From[a], p.To[a], n)
		case p.Capacity[a] < 0 || (p.Capacity[a] > maxUnits && p.Capacity[a] != Unlimited):
			return fmt.Errorf("flow: capacity of arc %d is %d; it must lie in 0…%d or be Unlimited", a, p.Capacity[a], int64(maxUnits))
		case p.Cost[a] > maxCost || p.Cost[a] < -maxCost:
			return fmt.Errorf("flow: cost of arc %d is %d; it must lie in ±%d", a, p.Cost[a], int64(maxCost))
		}
		dearest = max(dearest, math.Abs(float64(p.Cost[a])))
	}
	if dearest*float64(n+1)*4 > math.MaxInt64/4 {
		return fmt.Errorf("flow: %d nodes with costs up to %g overflow; scale the costs down", n, dearest)
	}
	return nil
}

// errOverflow is given where the cost of a flow does not fit.
var errOverflow = errors.New("flow: the cost of the flow does not fit 64 bits; scale costs or units down")

// Solve finds a cheapest flow that meets every need, using no more than each supply. It gives an error for a problem that
// makes no sense and ctx's error when cancelled. No work depends on time or chance.
func Solve(ctx context.Context, p Problem) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, err
	}
	s := newSimplex(&p)
	status, err := s.run(ctx)
	if err != nil {
		return Result{}, err
	}
	return s.result(status)
}
