package rng

import "testing"

// A stream depends on its own seed and path and on nothing else: asking for others first does not move it.
func TestStreamsAreNamed(t *testing.T) {
	want := New(7, "stock", "85123A").Uint64()
	_ = New(7, "stock", "22423").Uint64()
	if got := New(7, "stock", "85123A").Uint64(); got != want {
		t.Fatalf("same seed and path gave %d, then %d", want, got)
	}
}

// Neighbouring seeds, neighbouring names, and the same letters split differently are different streams.
func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for name, r := range map[string]uint64{
		"seed 1": New(1, "a").Uint64(), "seed 2": New(2, "a").Uint64(), "other name": New(1, "b").Uint64(),
		"ab,c": New(1, "ab", "c").Uint64(), "a,bc": New(1, "a", "bc").Uint64(), "abc": New(1, "abc").Uint64(),
	} {
		if other, ok := seen[r]; ok {
			t.Errorf("%s and %s start alike", name, other)
		}
		seen[r] = name
	}
}

// SplitMix64 with state 0 gives the first value of the published reference sequence (Vigna, splitmix64.c, seed 0).
func TestSplitMixReference(t *testing.T) {
	if got := splitMix64(0); got != 0xe220a8397b1dcdaf {
		t.Fatalf("splitMix64(0) = %#x, want 0xe220a8397b1dcdaf", got)
	}
}
