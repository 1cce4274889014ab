package vrp

import (
	"slices"

	"quartermaster/routing"
)

// relationsHold reports whether one tour keeps to the orders and sequences between its own stops.
func (m *model) relationsHold(seq []int32) bool {
	if m.bound == nil {
		return true
	}
	for _, c := range seq {
		if c == reload {
			continue
		}
		for _, r := range m.bound[c] {
			rel := &m.p.Relations[r]
			if rel.Kind == routing.RelationOrder && !inOrder(seq, rel.Stops) || rel.Kind == routing.RelationSequence && !inSequence(seq, rel.Stops) {
				return false
			}
		}
	}
	return true
}

// inOrder reports whether those of stops that are in seq come in the order of stops.
func inOrder(seq []int32, stops []int) bool {
	last := -1
	for _, s := range stops {
		at := slices.Index(seq, int32(s))
		if at < 0 {
			continue
		}
		if at < last {
			return false
		}
		last = at
	}
	return true
}

// inSequence is inOrder with nothing but absent members between two of them.
func inSequence(seq []int32, stops []int) bool {
	last := -1
	for _, s := range stops {
		at := slices.Index(seq, int32(s))
		if at < 0 {
			continue
		}
		if last >= 0 && at != last+1 {
			return false
		}
		last = at
	}
	return true
}

// mayJoin reports whether relations let stop c be on the tour in a slot (-1 = a new one).
func (pl *plan) mayJoin(c, slot int32) bool {
	for _, r := range pl.m.bound[c] {
		rel := &pl.m.p.Relations[r]
		for _, s := range rel.Stops {
			if int32(s) == c || pl.stands[s].slot < 0 {
				continue
			}
			if same := pl.stands[s].slot == slot; same == (rel.Kind == routing.RelationDifferentRoute) {
				return false
			}
		}
	}
	return true
}

// torn are the stops that must leave with c because they belong on one tour with it.
func (pl *plan) torn(c int32, also []int32) []int32 {
	if pl.m.bound == nil {
		return also
	}
	for _, r := range pl.m.bound[c] {
		rel := &pl.m.p.Relations[r]
		if rel.Kind == routing.RelationDifferentRoute {
			continue
		}
		for _, s := range rel.Stops {
			if int32(s) != c && pl.stands[s].slot >= 0 && !slices.Contains(also, int32(s)) {
				also = append(also, int32(s))
			}
		}
	}
	return also
}
