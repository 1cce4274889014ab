package forecast

import (
	"hash/fnv"
	"math"
)

// Hash names the facts of a series: its id, first day and values (FNV-1a, 64 bits). Every NaN counts as the same one and
// −0 as 0. A stored forecast whose hash differs from its series' is stale.
func Hash(s Series) uint64 {
	h := fnv.New64a()
	var word [8]byte
	put := func(n uint64) {
		for i := range word {
			word[i] = byte(n >> (8 * i))
		}
		_, _ = h.Write(word[:]) // a hash never fails to write
	}
	put(uint64(len(s.ID)))
	_, _ = h.Write([]byte(s.ID))
	put(uint64(int64(s.StartDay)))
	for _, v := range s.Values {
		switch {
		case math.IsNaN(v):
			put(0x7ff8000000000001)
		case v == 0:
			put(0)
		default:
			put(math.Float64bits(v))
		}
	}
	return h.Sum64()
}
