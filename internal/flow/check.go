package flow

import "fmt"

// Check holds a result against its problem from the raw numbers: bounds, balance, cost, and by the prices that no cheaper
// flow exists (complementary slackness), so that an optimal result proves itself.
func Check(p Problem, r Result) error {
	if r.Status == StatusUnbounded {
		return nil
	}
	if len(r.Flow) != len(p.From) || len(r.Price) != len(p.Supply) {
		return fmt.Errorf("flow check: %d flows for %d arcs, %d prices for %d nodes", len(r.Flow), len(p.From), len(r.Price), len(p.Supply))
	}
	var cost, sum int64
	left := append([]int64(nil), p.Supply...)
	for i, v := range p.Supply {
		sum += v
		if r.Unmet != nil {
			left[i] += r.Unmet[i]
		}
	}
	for a, f := range r.Flow {
		if f < 0 || f > p.Capacity[a] {
			return fmt.Errorf("flow check: arc %d carries %d of 0…%d", a, f, p.Capacity[a])
		}
		left[p.From[a]] -= f
		left[p.To[a]] += f
		cost += f * p.Cost[a]
		reduced := p.Cost[a] + r.Price[p.From[a]] - r.Price[p.To[a]]
		if (reduced > 0 && f > 0) || (reduced < 0 && f < p.Capacity[a]) {
			return fmt.Errorf("flow check: arc %d carries %d of %d at reduced cost %d", a, f, p.Capacity[a], reduced)
		}
	}
	for i, v := range left {
		spare := p.Supply[i] > 0 && v <= p.Supply[i] && v >= 0 && sum > 0
		if v != 0 && !spare && !(v > 0 && r.Status == StatusInfeasible) {
			return fmt.Errorf("flow check: node %d is out of balance by %d", i, v)
		}
	}
	if cost != r.Cost {
		return fmt.Errorf("flow check: cost is %d, said %d", cost, r.Cost)
	}
	if (r.Status == StatusInfeasible) != (r.Unmet != nil) {
		return fmt.Errorf("flow check: %s with unmet needs %v", r.Status, r.Unmet)
	}
	return nil
}
