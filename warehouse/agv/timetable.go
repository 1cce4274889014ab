package agv

import "math/bits"

// timetable says who is on which vertex at which step up to a horizon, and finds a vertex's free times by bits.
type timetable struct {
	horizon, words int
	taken          []uint64 // [v*words+t/64]: bit t%64; steps beyond the horizon count as taken
	holder         []int32  // [v*(horizon+1)+t]: the robot, −1 = none
}

func newTimetable(cells, horizon int) *timetable {
	tt := &timetable{horizon: horizon, words: (horizon+1)/64 + 1}
	tt.taken, tt.holder = make([]uint64, cells*tt.words), make([]int32, cells*(horizon+1))
	for i := range tt.holder {
		tt.holder[i] = -1
	}
	last := (horizon + 1) / 64
	for v := range cells {
		tt.taken[v*tt.words+last] = ^uint64(0) << ((horizon + 1) % 64)
	}
	return tt
}

// at tells who is on v after t steps, −1 = nobody.
func (tt *timetable) at(v int32, t int) int32 { return tt.holder[int(v)*(tt.horizon+1)+t] }

// put enters a robot's path; it stays on its last vertex.
func (tt *timetable) put(r int32, path []int32) {
	for t, v := range path {
		tt.holder[int(v)*(tt.horizon+1)+t] = r
		tt.taken[int(v)*tt.words+t>>6] |= 1 << (t & 63)
	}
	tt.rest(path, r)
}

// lift takes a path out.
func (tt *timetable) lift(path []int32) {
	for t, v := range path {
		tt.holder[int(v)*(tt.horizon+1)+t] = -1
		tt.taken[int(v)*tt.words+t>>6] &^= 1 << (t & 63)
	}
	tt.rest(path, -1)
}

// rest enters, or with −1 takes out, who stays at a path's end from there to the horizon.
func (tt *timetable) rest(path []int32, r int32) {
	v, from := int(path[len(path)-1]), len(path)
	stay := tt.holder[v*(tt.horizon+1)+min(from, tt.horizon+1) : (v+1)*(tt.horizon+1)]
	for t := range stay {
		stay[t] = r
	}
	words := tt.taken[v*tt.words : (v+1)*tt.words]
	for w := from >> 6; w < len(words); w++ {
		mask := ^uint64(0)
		if w == from>>6 {
			mask <<= from & 63
		}
		if r >= 0 {
			words[w] |= mask
			continue
		}
		if w == tt.words-1 {
			mask &^= ^uint64(0) << ((tt.horizon + 1) % 64)
		}
		words[w] &^= mask
	}
}

// nextFree is the first step from t on at which v is free; beyond the horizon where there is none.
func (tt *timetable) nextFree(v int32, t int) int {
	words := tt.taken[int(v)*tt.words : (int(v)+1)*tt.words]
	w := t >> 6
	x := ^words[w] >> (t & 63) << (t & 63)
	for x == 0 {
		if w++; w == len(words) {
			return tt.horizon + 1
		}
		x = ^words[w]
	}
	return w<<6 + bits.TrailingZeros64(x)
}

// freeUntil is the last step of the free time that v has at t.
func (tt *timetable) freeUntil(v int32, t int) int {
	words := tt.taken[int(v)*tt.words : (int(v)+1)*tt.words]
	w := t >> 6
	x := words[w] >> (t & 63) << (t & 63)
	for x == 0 { // ends: the step beyond the horizon counts as taken
		w++
		x = words[w]
	}
	return w<<6 + bits.TrailingZeros64(x) - 1
}
