// Package echelon decides where in a supply network safety stock stands, and how much.
//
// Takes stages with lead times, holding costs, demand spread and promised service times, the arcs between them, and gives
// a service time per stage with its stock and cost, a proved lower bound, or the levels of a serial line or of spare parts.
// Method: guaranteed service by dynamic programming on trees (Graves & Willems 2000), on other networks by sequential
// reweighted message passing for the bound (Kolmogorov 2006) with branching, and by exact tree moves for the plan; serial
// lines by Clark & Scarf (1960); spare parts by METRIC (Sherbrooke 1968) and VARI-METRIC (Graves 1985).
// Never: it forecasts nothing and places no order; lead times are whole periods and certain under guaranteed service.
package echelon

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Unbounded as a MaxServiceTime says that a stage has promised nothing to anyone outside.
const Unbounded = -1

// MaxPeriods is the longest lead, promised or cumulative time that a problem may have, in periods.
const MaxPeriods = 20_000

// Stage is one place and form of a thing: a part, an assembly, a product at a site.
type Stage struct {
	ID string
	// LeadTime is the time from having all inputs to being able to serve, whole periods ≥ 0.
	LeadTime int
	// HoldingCost is the cost of one unit held for the planning time, ≥ 0.
	HoldingCost float64
	// Spread is the demand bound: over τ periods demand exceeds its mean by at most Spread·√τ units, ≥ 0; see PoolSpread.
	Spread float64
	// SupplierTime is the service time that outside suppliers promise to this stage, whole periods ≥ 0.
	SupplierTime int
	// MaxServiceTime is the longest service time that customers outside were promised, whole periods; Unbounded = none.
	MaxServiceTime int
}

// Arc says that stage To is fed by stage From; both are indexes of stages.
type Arc struct{ From, To int }

// Network is the guaranteed-service problem.
type Network struct {
	Stages []Stage
	Arcs   []Arc
}

// Status says how far a placement is proved.
type Status string

const (
	StatusOptimal    Status = "optimal"    // cost equals the bound within Options.Gap
	StatusFeasible   Status = "feasible"   // valid, gap reported
	StatusInfeasible Status = "infeasible" // Reasons say why, Relaxation what would mend it
)

// Placement is a service time for each stage.
type Placement struct {
	Status       Status
	ServiceTimes []int     // S: what each stage promises to those it feeds, periods
	InboundTimes []int     // SI: the longest promise that each stage waits for
	NetTimes     []int     // SI + LeadTime − S: the periods that stock must cover
	Stock        []float64 // Spread·√net, units of safety stock
	Cost         float64   // Σ HoldingCost·Stock
	Bound        float64   // no placement costs less
	Gap          float64   // (Cost − Bound)/Cost, 0 where Cost is 0
	ZeroCost     float64   // the cost if every stage served at once, for comparison
	Prices       [][]float64
	Iterations   int // passes of message passing
	Nodes        int // branches examined
	Reasons      []string
	Relaxation   []string
}

// Validate says what is wrong with a network, naming the stage and the field. Cycles are not errors: see Place.
func (w *Network) Validate() error {
	for i, s := range w.Stages {
		bad := func(field string, value any, want string) error {
			return fmt.Errorf("echelon: stage %d (%q): %s is %v, want %s", i, s.ID, field, value, want)
		}
		switch {
		case s.LeadTime < 0 || s.LeadTime > MaxPeriods:
			return bad("lead time", s.LeadTime, fmt.Sprintf("0…%d periods", MaxPeriods))
		case s.SupplierTime < 0 || s.SupplierTime > MaxPeriods:
			return bad("supplier time", s.SupplierTime, fmt.Sprintf("0…%d periods", MaxPeriods))
		case s.MaxServiceTime < Unbounded || s.MaxServiceTime > MaxPeriods:
			return bad("longest service time", s.MaxServiceTime, fmt.Sprintf("0…%d periods, or %d for none", MaxPeriods, Unbounded))
		case !(s.HoldingCost >= 0) || s.HoldingCost > 1e15:
			return bad("holding cost", s.HoldingCost, "0…1e15")
		case !(s.Spread >= 0) || s.Spread > 1e12:
			return bad("demand spread", s.Spread, "0…1e12")
		}
	}
	for a, arc := range w.Arcs {
		if arc.From < 0 || arc.To < 0 || arc.From >= len(w.Stages) || arc.To >= len(w.Stages) {
			return fmt.Errorf("echelon: arc %d runs from stage %d to stage %d; there are %d stages", a, arc.From, arc.To, len(w.Stages))
		}
	}
	return nil
}

// Exposure is the spread of demand from outside that covers a share of periods: safety factor × standard deviation for normal
// demand; 0 where no more than half is asked for.
func Exposure(sd, service float64) float64 {
	return sd * math.Max(0, distuv.UnitNormal.Quantile(service))
}

// PoolSpread gives each stage the spread of all demand that it can reach: √(Σ spread²) over the stages downstream of it and
// itself, each counted once. external is the spread of the demand from outside at each stage (safety factor × standard
// deviation), ≥ 0. Independent demands pool so (Graves & Willems 2000, §2). Cycles are followed once.
func PoolSpread(arcs []Arc, external []float64) []float64 {
	n := len(external)
	into := make([][]int, n)
	for _, a := range arcs {
		into[a.To] = append(into[a.To], a.From)
	}
	pooled := make([]float64, n)
	seen := make([]int, n)
	var stack []int
	for d, e := range external {
		if e == 0 {
			continue
		}
		stack = append(stack[:0], d)
		seen[d] = d + 1
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			pooled[i] += e * e
			for _, j := range into[i] {
				if seen[j] != d+1 {
					seen[j] = d + 1
					stack = append(stack, j)
				}
			}
		}
	}
	for i := range pooled {
		pooled[i] = math.Sqrt(pooled[i])
	}
	return pooled
}
