package plan

import "sort"

// share divides total over the weights so that the parts are whole and sum to total exactly (largest remainder, Hamilton's
// method; ties go to the earlier). Where all weights are zero the parts are as equal as they can be. Total ≥ 0.
func share(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(weights) == 0 {
		return parts
	}
	var sum float64
	for _, w := range weights {
		sum += float64(w)
	}
	rest := make([]float64, len(weights))
	left := total
	for i, w := range weights {
		exact := float64(total) / float64(len(weights))
		if sum > 0 {
			exact = float64(total) * float64(w) / sum
		}
		parts[i] = int64(exact)
		rest[i] = exact - float64(parts[i])
		left -= parts[i]
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, c int) bool { return rest[order[a]] > rest[order[c]] })
	for i := 0; left > 0; i++ {
		parts[order[i%len(order)]]++
		left--
	}
	for i := len(order) - 1; left < 0; i = (i + len(order) - 1) % len(order) { // rounding up of a huge product
		if parts[order[i]] > 0 {
			parts[order[i]]--
			left++
		}
	}
	return parts
}
