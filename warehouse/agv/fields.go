package agv

import (
	"slices"
	"sync"
)

// fields caches the distances to goals in use, the least recently used ones going first when maxBytes is full.
type fields struct {
	g       *Graph
	slot    []int32 // vertex → index of its field, −1 = not there
	all     []field
	goal    []int32
	usedAt  []int64
	most    int // fields held at most
	sweeps  []*sweeper
	missing []int32
}

func newFields(g *Graph, cost []uint8, maxBytes, workers int) *fields {
	f := &fields{g: g, slot: make([]int32, g.Len()), most: max(64, maxBytes/max(1, 4*g.Len()))}
	for i := range f.slot {
		f.slot[i] = -1
	}
	behind := behindOf(g)
	for range max(1, workers) {
		f.sweeps = append(f.sweeps, newSweeper(g, cost, behind))
	}
	return f
}

// of gives the field of a goal that need has provided.
func (f *fields) of(goal int32) field { return f.all[f.slot[goal]] }

// need provides the fields of goals; those asked for at the same now stay. Fields do not depend on who computes them, so
// any number of goroutines gives the same.
func (f *fields) need(goals []int32, now int64) {
	f.missing = f.missing[:0]
	for _, v := range goals {
		if s := f.slot[v]; s >= 0 {
			f.usedAt[s] = now
		} else if s == -1 {
			f.slot[v] = -2 // asked for
			f.missing = append(f.missing, v)
		}
	}
	if len(f.missing) == 0 {
		return
	}
	slots := f.room(len(f.missing), now)
	for i, v := range f.missing {
		f.slot[v], f.goal[slots[i]], f.usedAt[slots[i]] = slots[i], v, now
	}
	var wait sync.WaitGroup
	for w, s := range f.sweeps {
		if w >= len(slots) {
			break
		}
		wait.Go(func() {
			for i := w; i < len(slots); i += len(f.sweeps) {
				s.sweep(f.missing[i], f.all[slots[i]])
			}
		})
	}
	wait.Wait()
}

// room gives n slots, of which those in use at now are none: new ones while they may be, then the longest unused ones.
func (f *fields) room(n int, now int64) []int32 {
	var slots []int32
	for len(slots) < n && len(f.all) < f.most {
		slots = append(slots, int32(len(f.all)))
		f.all = append(f.all, make(field, f.g.Len()))
		f.goal = append(f.goal, -1)
		f.usedAt = append(f.usedAt, now)
	}
	if len(slots) == n {
		return slots
	}
	var old []int32
	for s, used := range f.usedAt {
		if used < now {
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
		slots = append(slots, int32(len(f.all)))
		f.all = append(f.all, make(field, f.g.Len()))
		f.goal = append(f.goal, -1)
		f.usedAt = append(f.usedAt, now)
	}
	return slots
}
