package policy

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// JointItem is one item of a family that is ordered together.
type JointItem struct {
	OrderCost   float64 // of adding the item to an order, ≥ 0
	HoldingCost float64 // per unit and time, > 0
	DemandRate  float64 // per time, > 0
}

// JointPlan orders the family every BaseCycle, item i every Multiples[i] cycles.
type JointPlan struct {
	BaseCycle float64
	Multiples []int
	Qty       []float64
	Cost      float64 // per time
	Bound     float64 // no policy of this kind costs less; 0 where none was proved
}

func checkJoint(shared float64, items []JointItem) error {
	if len(items) == 0 || !(shared >= 0) || math.IsInf(shared, 0) {
		return fmt.Errorf("policy: joint orders need items and a shared order cost ≥ 0, got %d items and %g", len(items), shared)
	}
	total := shared
	for i, x := range items {
		if !(x.OrderCost >= 0) || math.IsInf(x.OrderCost, 0) {
			return fmt.Errorf("policy: item %d: order cost is %g", i, x.OrderCost)
		}
		if err := positive(fmt.Sprintf("item %d: holding cost", i), x.HoldingCost, fmt.Sprintf("item %d: demand rate", i), x.DemandRate); err != nil {
			return err
		}
		total += x.OrderCost
	}
	if total == 0 {
		return errors.New("policy: ordering costs nothing: order as often as you like")
	}
	return nil
}

// jointPlan gives the best base cycle for given multiples.
func jointPlan(shared float64, items []JointItem, multiples []int) JointPlan {
	orders, holding := shared, 0.0
	for i, x := range items {
		orders += x.OrderCost / float64(multiples[i])
		holding += x.HoldingCost * x.DemandRate * float64(multiples[i])
	}
	t := math.Sqrt(2 * orders / holding)
	p := JointPlan{BaseCycle: t, Multiples: multiples, Cost: orders/t + holding*t/2, Qty: make([]float64, len(items))}
	for i, x := range items {
		p.Qty[i] = x.DemandRate * t * float64(multiples[i])
	}
	return p
}

// JointSilver is the heuristic of Silver (1976): the item with the least order cost per holding and demand is in every order,
// the others at the nearest whole multiple.
func JointSilver(shared float64, items []JointItem) (JointPlan, error) {
	if err := checkJoint(shared, items); err != nil {
		return JointPlan{}, err
	}
	ratio := func(i int) float64 { return items[i].OrderCost / (items[i].HoldingCost * items[i].DemandRate) }
	first := 0
	for i := range items {
		if ratio(i) < ratio(first) {
			first = i
		}
	}
	lead := items[first]
	multiples := make([]int, len(items))
	for i := range items {
		multiples[i] = 1
		if base := shared + lead.OrderCost; i != first && base > 0 {
			multiples[i] = max(1, int(math.Round(math.Sqrt(ratio(i)*lead.HoldingCost*lead.DemandRate/base))))
		}
	}
	return jointPlan(shared, items, multiples), nil
}

// maxJointMultiple bounds how rarely an item may be ordered.
const maxJointMultiple = 10_000

// JointOptimal is the cheapest whole-multiple policy, exactly: for a base cycle T the best multiple of an item is the smallest
// m with m·(m+1) ≥ 2k/(h·d·T²), so multiples change only at known T; every stretch between two of them is searched
// (Goyal 1974; Wildeman, Frenk & Dekker 1997). With n items and R changes work is O(R·(n + log R)).
func JointOptimal(shared float64, items []JointItem) (JointPlan, error) {
	best, err := JointSilver(shared, items)
	if err != nil {
		return JointPlan{}, err
	}
	all := make([]int, len(items))
	for i := range all {
		all[i] = 1
	}
	whole := jointPlan(shared, items, all)
	if whole.Cost < best.Cost {
		best = whole
	}
	// No better cycle is longer than where all multiples are 1, or shorter than where the shared cost alone is too dear.
	longest, shortest := 0.0, shared/best.Cost
	for _, x := range items {
		longest = math.Max(longest, math.Sqrt(x.OrderCost/(x.HoldingCost*x.DemandRate)))
		if shared == 0 {
			shortest = math.Max(shortest, x.OrderCost/best.Cost/maxJointMultiple)
		}
	}
	type change struct {
		t    float64
		item int
		m    int
	}
	var changes []change
	for i, x := range items {
		for m := 1; m < maxJointMultiple; m++ {
			t := math.Sqrt(2 * x.OrderCost / (x.HoldingCost * x.DemandRate * float64(m) * float64(m+1)))
			if t <= shortest {
				break
			}
			changes = append(changes, change{t, i, m + 1})
		}
	}
	sort.SliceStable(changes, func(a, b int) bool { return changes[a].t > changes[b].t })
	multiples := append([]int(nil), all...)
	for _, c := range changes { // the base cycle falls past c.t
		multiples[c.item] = c.m
		if p := jointPlan(shared, items, multiples); p.Cost < best.Cost {
			p.Multiples = append([]int(nil), multiples...)
			best = p
		}
	}
	best.Bound = best.Cost
	return best, nil
}
