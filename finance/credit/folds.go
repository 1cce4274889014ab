package credit

import "quartermaster/internal/rng"

// dealFolds deals cases to folds at random by class, so that each fold has its share of bads.
func dealFolds(y []float64, folds int, seed uint64) []int {
	of := make([]int, len(y))
	next := [2]int{}
	for _, i := range rng.New(seed, "credit folds").Perm(len(y)) {
		class := int(y[i])
		of[i] = next[class] % folds
		next[class]++
	}
	return of
}

// split parts the cases into those outside fold k and those in it.
func split(folds []int, k int) (rows, rest []int) {
	for i, f := range folds {
		if f == k {
			rest = append(rest, i)
		} else {
			rows = append(rows, i)
		}
	}
	return rows, rest
}
