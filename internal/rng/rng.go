// Package rng turns one seed into any number of independent named random streams.
//
// Takes a seed and a path of names and gives a PCG generator (O'Neill 2014, math/rand/v2). Method: the path is hashed
// with FNV-1a over length-prefixed names, then mixed with the seed by SplitMix64 (Steele, Lea, Flood 2014, fig. 15), so
// that a stream depends on its own name alone and never on which streams were asked for before it. Never: for secrets.
package rng

import (
	"hash/fnv"
	"math/rand/v2"
)

// New returns the stream named by path under seed. The same seed and path give the same stream on every machine.
func New(seed uint64, path ...string) *rand.Rand {
	h := fnv.New64a()
	var size [8]byte
	for _, name := range path {
		n := uint64(len(name))
		for i := range size {
			size[i] = byte(n >> (8 * i))
		}
		_, _ = h.Write(size[:]) // a hash never fails to write
		_, _ = h.Write([]byte(name))
	}
	a := splitMix64(seed ^ splitMix64(h.Sum64()))
	return rand.New(rand.NewPCG(a, splitMix64(a)))
}

func splitMix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}
