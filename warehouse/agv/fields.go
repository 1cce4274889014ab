package agv

import (
	"cmp"
	"slices"
	"sync"
)

// fields caches the distances to goals in use, the least recently used ones going first when maxBytes is full.
type fields struct {
	g      *Graph
	slot   []int32 // vertex → index of its field, −1 = not there
	all    []field
	goal   []int32
	usedAt []int64
	reach  []int32 // distance up to which a field is complete, −1 = not at all
	most   int     // fields held at most
	sweeps []*sweeper
	mender *mender // nil until steps change

	redrawnAt int64   // when steps changed last
	missing   []int32 // goals to sweep
	short     []trip  // trips that no field reaches yet
	from      []int32 // of missing[i]: from[ends[i-1]:ends[i]]
	ends      []int32
}

// trip is a way whose distance is asked for; from −1 asks for those of all vertices.
type trip struct{ goal, from int32 }

func newFields(g *Graph, cost []uint8, freeTurns bool, maxBytes, workers int) *fields {
	f := &fields{g: g, slot: make([]int32, g.Len()), most: max(64, maxBytes/max(1, 4*g.Len()))}
	for i := range f.slot {
		f.slot[i] = -1
	}
	behind := behindOf(g)
	for range max(1, workers) {
		s := newSweeper(g, cost, behind)
		s.free = freeTurns
		f.sweeps = append(f.sweeps, s)
	}
	return f
}

// of gives the field of a goal that need has provided.
func (f *fields) of(goal int32) field { return f.all[f.slot[goal]] }

// need provides the distances of trips and of what is around their beginnings; goals asked for at the same now stay. Fields do
// not depend on who computes them, so any number of goroutines gives the same.
func (f *fields) need(trips []trip, now int64) {
	f.missing, f.short = f.missing[:0], f.short[:0]
	for _, t := range trips {
		s := f.slot[t.goal]
		if s >= 0 {
			f.usedAt[s] = now
			if f.reaches(s, t.from) {
				continue
			}
		}
		f.short = append(f.short, t)
	}
	if len(f.short) == 0 {
		return
	}
	slices.SortFunc(f.short, func(a, b trip) int { return cmp.Or(cmp.Compare(a.goal, b.goal), cmp.Compare(a.from, b.from)) })
	f.gather()
	slots := f.places(now)
	var wait sync.WaitGroup
	for w, s := range f.sweeps {
		if w >= len(slots) {
			break
		}
		wait.Go(func() {
			for i := w; i < len(slots); i += len(f.sweeps) {
				begin := int32(0)
				if i > 0 {
					begin = f.ends[i-1]
				}
				f.reach[slots[i]] = s.sweep(f.missing[i], f.all[slots[i]], f.from[begin:f.ends[i]])
			}
		})
	}
	wait.Wait()
}

// redraw takes over that steps [v*4+d] of the graph were closed or opened, or cost something else. Fields that cannot be mended
// are swept when they are needed.
func (f *fields) redraw(steps []int32, now int64) {
	f.redrawnAt = now
	behind := behindOf(f.g)
	for _, s := range f.sweeps {
		s.behind = behind
	}
	if f.mender == nil {
		f.mender = newMender(f.sweeps[0])
	}
	for s, goal := range f.goal {
		if goal < 0 || f.reach[s] < 0 {
			continue
		}
		if f.sweeps[0].free || !f.mender.mend(goal, f.all[s], f.reach[s], steps) {
			f.reach[s] = -1
		}
	}
}

// reaches tells whether the field of slot s knows the surroundings of a vertex, −1 = of all.
func (f *fields) reaches(s, from int32) bool {
	if f.reach[s] == farAway {
		return true
	}
	return from >= 0 && int32(f.all[s][from]>>16)+marginCost/2 <= f.reach[s]
}

// gather turns the sorted short trips into goals and what each is asked for: nothing, that is all, where a vertex is not named,
// a field fell short before or floors are small.
func (f *fields) gather() {
	f.from, f.ends = f.from[:0], f.ends[:0]
	for i := 0; i < len(f.short); {
		goal, begin, whole := f.short[i].goal, len(f.from), f.g.Len() <= wholeCells || f.slot[f.short[i].goal] >= 0
		for ; i < len(f.short) && f.short[i].goal == goal; i++ {
			whole = whole || f.short[i].from < 0
			f.from = append(f.from, f.short[i].from)
		}
		if whole {
			f.from = f.from[:begin]
		}
		f.missing = append(f.missing, goal)
		f.ends = append(f.ends, int32(len(f.from)))
	}
}

// places gives each missing goal its slot.
func (f *fields) places(now int64) []int32 {
	fresh := 0
	for _, v := range f.missing {
		if f.slot[v] < 0 {
			fresh++
		}
	}
	room := f.room(fresh, now)
	slots := make([]int32, len(f.missing))
	for i, v := range f.missing {
		if f.slot[v] < 0 {
			f.slot[v], room = room[0], room[1:]
		}
		slots[i] = f.slot[v]
		f.goal[slots[i]], f.usedAt[slots[i]] = v, now
	}
	return slots
}

// room gives n slots, of which those in use at now are none: new ones while they may be, then the longest unused ones.
func (f *fields) room(n int, now int64) []int32 {
	var slots []int32
	for len(slots) < n && len(f.all) < f.most {
		slots = append(slots, f.grow(now))
	}
	if len(slots) == n {
		return slots
	}
	var old []int32
	for s, used := range f.usedAt {
		if used < now && f.goal[s] >= 0 {
			old = append(old, int32(s))
		}
	}
	slices.SortFunc(old, func(a, b int32) int {
		if f.usedAt[a] != f.usedAt[b] {
			return int(f.usedAt[a] - f.usedAt[b])
		}
		return int(a - b)
	})
	for _, s := range old[:min(len(old), n-len(slots))] {
		f.slot[f.goal[s]] = -1
		slots = append(slots, s)
	}
	for len(slots) < n { // more goals in use than maxBytes holds: exceed it rather than forget a goal in use
		slots = append(slots, f.grow(now))
	}
	return slots
}

// grow adds a slot.
func (f *fields) grow(now int64) int32 {
	f.all = append(f.all, make(field, f.g.Len()))
	f.goal, f.usedAt, f.reach = append(f.goal, -1), append(f.usedAt, now), append(f.reach, -1)
	return int32(len(f.all) - 1)
}
