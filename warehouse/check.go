package warehouse

import (
	"cmp"
	"fmt"
	"slices"
)

// Check recomputes from the raw floor, robots and orders whether a schedule can be carried out as written, and names the
// first thing that cannot. It shares no code with the solvers but the walks and times that Floor defines.
//
//   - tasks come by StartSec, then ID; ids are unique; all lie within opening time, but ways home may end later;
//   - what a task depends on has ended when it starts, and a move depends on the pick of its batch, a sort on all moves of
//     its order;
//   - every line of a served order is picked exactly once, from its slot, by pickers who make one tour at a time, no
//     faster than they walk and grasp, with no more on the cart than it takes;
//   - every robot is somewhere at every step: at its own park or on a path of single steps over cells that it may enter;
//     no two robots are on one cell or swap cells; each batch is loaded at a station and unloaded at an induction;
//   - every parcel has one chute, all of one zone the same; the sorter is fed no faster than FeedSec;
//   - ReadySec and Late agree with the tasks, and each order is in ReadySec or in Late with LateSec −1. An order that is
//     late with −1 may have been picked in part, never more than asked for.
func Check(floor Floor, robots []Robot, orders []Order, schedule Schedule) error {
	if err := ValidateFloor(floor); err != nil {
		return err
	}
	if err := ValidateRobots(floor, robots); err != nil {
		return err
	}
	if err := ValidateOrders(floor, orders); err != nil {
		return err
	}
	c := checker{floor: &floor, schedule: &schedule, orders: make(map[string]*Order, len(orders)), byID: make(map[string]*Task, len(schedule.Tasks))}
	for i := range orders {
		c.orders[orders[i].ID] = &orders[i]
	}
	for _, check := range []func() error{
		c.checkTasks, c.checkLate,
		func() error { return c.checkPicks(orders) },
		func() error { return c.checkRobots(robots) },
		c.checkSorts,
		func() error { return c.checkOrders(orders) },
	} {
		if err := check(); err != nil {
			return fmt.Errorf("warehouse: schedule of site %s: %w", floor.SiteID, err)
		}
	}
	return nil
}

type checker struct {
	floor    *Floor
	schedule *Schedule
	orders   map[string]*Order
	byID     map[string]*Task
	late     map[string]int64 // order → LateSec
	picks    map[int]*Task    // batch → its tour
	moves    map[int]*Task    // batch → its move
	batches  map[string][]int // order → batches that hold something of it
	sorts    map[string]*Task // order → its sort
}

// checkTasks checks what all kinds of tasks have in common.
func (c *checker) checkTasks() error {
	if c.schedule.SiteID != c.floor.SiteID {
		return fmt.Errorf("SiteID is %q", c.schedule.SiteID)
	}
	tasks := c.schedule.Tasks
	for i := range tasks {
		t := &tasks[i]
		if t.ID == "" || c.byID[t.ID] != nil {
			return fmt.Errorf("Tasks[%d].ID %q is empty or given twice", i, t.ID)
		}
		c.byID[t.ID] = t
		if i > 0 && cmp.Or(cmp.Compare(tasks[i-1].StartSec, t.StartSec), cmp.Compare(tasks[i-1].ID, t.ID)) > 0 {
			return fmt.Errorf("task %s does not come by StartSec, then ID", t.ID)
		}
		if t.Worker == "" {
			return fmt.Errorf("task %s has no worker", t.ID)
		}
		if t.StartSec < c.floor.OpenSec || t.EndSec < t.StartSec || (t.EndSec > c.floor.CloseSec && t.Kind != TaskPark) {
			return fmt.Errorf("task %s from %d to %d is not within opening time %d…%d", t.ID, t.StartSec, t.EndSec, c.floor.OpenSec, c.floor.CloseSec)
		}
		for _, id := range t.OrderIDs {
			if c.orders[id] == nil {
				return fmt.Errorf("task %s is for order %q, which is unknown", t.ID, id)
			}
		}
	}
	for i := range tasks {
		for _, id := range tasks[i].DependsOn {
			if before := c.byID[id]; before == nil || before.EndSec > tasks[i].StartSec {
				return fmt.Errorf("task %s starts at %d but depends on %s, which has not ended by then", tasks[i].ID, tasks[i].StartSec, id)
			}
		}
	}
	return nil
}

// checkLate checks the list of late orders by itself.
func (c *checker) checkLate() error {
	c.late = make(map[string]int64, len(c.schedule.Late))
	for _, l := range c.schedule.Late {
		if c.orders[l.OrderID] == nil {
			return fmt.Errorf("late order %q is unknown", l.OrderID)
		}
		if _, twice := c.late[l.OrderID]; twice {
			return fmt.Errorf("order %s is late twice", l.OrderID)
		}
		if l.Reason == "" || l.LateSec == 0 || l.LateSec < -1 {
			return fmt.Errorf("late order %s has LateSec %d and reason %q", l.OrderID, l.LateSec, l.Reason)
		}
		c.late[l.OrderID] = l.LateSec
	}
	return nil
}

// checkSorts checks the sort tasks: chutes, times, order of feeding, and that all goods have come.
func (c *checker) checkSorts() error {
	c.sorts = make(map[string]*Task)
	chuteOf := make(map[string]int)
	fedSec, fed := int64(0), false
	for i := range c.schedule.Tasks { // by StartSec
		t := &c.schedule.Tasks[i]
		if t.Kind != TaskSort {
			continue
		}
		if len(t.OrderIDs) != 1 || c.sorts[t.OrderIDs[0]] != nil {
			return fmt.Errorf("sort task %s must be for one order that has no other: %v", t.ID, t.OrderIDs)
		}
		o := c.orders[t.OrderIDs[0]]
		c.sorts[o.ID] = t
		if t.Chute < 1 || t.Chute > c.floor.Chutes {
			return fmt.Errorf("sort task %s has chute %d of %d", t.ID, t.Chute, c.floor.Chutes)
		}
		if chute, seen := chuteOf[o.Zone]; seen && chute != t.Chute {
			return fmt.Errorf("sort task %s puts a parcel of zone %q into chute %d, another is in chute %d", t.ID, o.Zone, t.Chute, chute)
		}
		chuteOf[o.Zone] = t.Chute
		if t.EndSec-t.StartSec < c.floor.PackSec+c.floor.SortSec {
			return fmt.Errorf("sort task %s takes %d s, packing and sorting need %d s", t.ID, t.EndSec-t.StartSec, c.floor.PackSec+c.floor.SortSec)
		}
		if fed && t.StartSec-fedSec < c.floor.FeedSec {
			return fmt.Errorf("sort task %s starts %d s after the parcel before it, FeedSec is %d", t.ID, t.StartSec-fedSec, c.floor.FeedSec)
		}
		fedSec, fed = t.StartSec, true
		if !slices.Contains(c.batches[o.ID], t.Batch) || t.Wave != c.picks[t.Batch].Wave {
			return fmt.Errorf("sort task %s names batch %d of wave %d; order %s lies in batches %v", t.ID, t.Batch, t.Wave, o.ID, c.batches[o.ID])
		}
		for _, b := range c.batches[o.ID] {
			move := c.moves[b]
			if move == nil || !slices.Contains(t.DependsOn, move.ID) {
				return fmt.Errorf("sort task %s of order %s does not depend on the move of its batch %d", t.ID, o.ID, b)
			}
		}
	}
	return nil
}

// checkOrders checks that ReadySec and Late say of every order what the tasks say.
func (c *checker) checkOrders(orders []Order) error {
	if len(c.schedule.ReadySec) != len(c.sorts) {
		return fmt.Errorf("ReadySec has %d orders but %d are sorted", len(c.schedule.ReadySec), len(c.sorts))
	}
	for i := range orders {
		o := &orders[i]
		sort := c.sorts[o.ID]
		lateSec, late := c.late[o.ID]
		if sort == nil {
			if lateSec != -1 {
				return fmt.Errorf("order %s is not sorted, so it must be late with LateSec −1", o.ID)
			}
			continue
		}
		if ready, ok := c.schedule.ReadySec[o.ID]; !ok || ready != sort.EndSec {
			return fmt.Errorf("order %s has ReadySec %d but its sort task %s ends at %d", o.ID, ready, sort.ID, sort.EndSec)
		}
		if over := sort.EndSec - o.DueSec; (over > 0 && lateSec != over) || (over <= 0 && late) {
			return fmt.Errorf("order %s is ready at %d and due at %d, but LateSec is %d", o.ID, sort.EndSec, o.DueSec, lateSec)
		}
	}
	return nil
}
