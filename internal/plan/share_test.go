package plan

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever the weights, the parts are not negative, sum to the total exactly, and none is further than one unit from its
// exact quota (the quota rule of the largest-remainder method).
func TestShareSumsAndKeepsQuota(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1e12).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e13), 1, 30).Draw(t, "weights")
		var sum, weightSum int64
		for _, w := range weights {
			weightSum += w
		}
		for i, part := range share(total, weights) {
			sum += part
			quota := float64(total) / float64(len(weights))
			if weightSum > 0 {
				quota = float64(total) * float64(weights[i]) / float64(weightSum)
			}
			// One unit and the rounding of a product near 1e25 divided again.
			if part < 0 || float64(part) > quota+1.01 || float64(part) < quota-1.01 {
				t.Fatalf("part %d of %v is %d, quota %.2f", i, weights, part, quota)
			}
		}
		if sum != total {
			t.Fatalf("parts sum to %d, want %d", sum, total)
		}
	})
}

// Worked by hand: 10 over
// 47:16:15:12:6:4 gives 5,2,1,1,1,0 (quotas 4.7 1.6 1.5 1.2 0.6 0.4: the largest remainders are .7, .6 and .6).
func TestShareLargestRemainder(t *testing.T) {
	t.Parallel()
	got := share(10, []int64{47, 16, 15, 12, 6, 4})
	want := []int64{5, 2, 1, 1, 1, 0}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("share = %v, want %v", got, want)
		}
	}
}
