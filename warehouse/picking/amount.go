package picking

import "math/bits"

// shareUp is part/whole of amount, rounded up; 0 ≤ part ≤ whole, whole > 0.
func shareUp(amount, part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(part))
	q, r := bits.Div64(hi, lo, uint64(whole))
	if r > 0 {
		q++
	}
	return int64(q)
}

// mulDivDown is a·b/c rounded down; b ≤ c, c > 0.
func mulDivDown(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(q)
}
