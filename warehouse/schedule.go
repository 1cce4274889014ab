package warehouse

import (
	"cmp"
	"fmt"
	"slices"
)

// NewSchedule joins the tasks of one site and day into the answer: it puts them in order, counts robot steps, reads off
// when each parcel lies in its chute, and adds the orders that come after their due time to late (the orders that the
// steps before gave up, LateSec −1). Only the first reason for an order is kept.
func NewSchedule(f Floor, orders []Order, seed uint64, tasks []Task, late []Late) Schedule {
	s := Schedule{SiteID: f.SiteID, Tasks: slices.Clone(tasks), ReadySec: make(map[string]int64, len(orders)), Seed: seed}
	slices.SortFunc(s.Tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.StartSec, b.StartSec), cmp.Compare(a.ID, b.ID))
	})
	started := make(map[string]int64, len(orders)) // order → start of its first tour
	for i := range s.Tasks {
		t := &s.Tasks[i]
		switch t.Kind {
		case TaskPick:
			for _, id := range t.OrderIDs {
				if _, seen := started[id]; !seen {
					started[id] = t.StartSec
				}
			}
		case TaskMove, TaskPark:
			s.Steps += len(t.Path) - 1
		case TaskSort:
			s.ReadySec[t.OrderIDs[0]] = t.EndSec
		}
	}
	given := make(map[string]bool, len(late))
	for _, l := range late {
		if !given[l.OrderID] {
			given[l.OrderID] = true
			s.Late = append(s.Late, l)
		}
	}
	for i := range orders {
		o := &orders[i]
		if ready, ok := s.ReadySec[o.ID]; ok && ready > o.DueSec {
			s.Late = append(s.Late, Late{OrderID: o.ID, LateSec: ready - o.DueSec, Reason: lateReason(f, o, started[o.ID], ready)})
		}
	}
	slices.SortStableFunc(s.Late, func(a, b Late) int { return cmp.Compare(a.OrderID, b.OrderID) })
	return s
}

// lateReason says where the time went: before the order could start, waiting for a picker, or in the work itself.
func lateReason(f Floor, o *Order, startSec, readySec int64) string {
	earliest := max(o.ReleaseSec, f.OpenSec)
	switch {
	case earliest >= o.DueSec:
		return fmt.Sprintf("it could not start before %s but was due at %s", ClockText(earliest), ClockText(o.DueSec))
	case startSec-earliest >= readySec-o.DueSec:
		return fmt.Sprintf("it waited for a picker until %s and lies in its chute at %s, due %s", ClockText(startSec), ClockText(readySec), ClockText(o.DueSec))
	default:
		return fmt.Sprintf("picking, carrying and sorting take until %s, due %s", ClockText(readySec), ClockText(o.DueSec))
	}
}

// ClockText writes a second of the plan for people: "day 0 17:45".
func ClockText(sec int64) string {
	const day = 86_400
	d := sec / day
	if sec%day < 0 {
		d--
	}
	sec -= d * day
	return fmt.Sprintf("day %d %02d:%02d", d, sec/3600, sec/60%60)
}
