package warehouse

import (
	"fmt"
	"math/bits"
	"slices"
)

// wanted is what an order asks for of one item at one slot.
type wanted struct {
	orderID, itemID string
	slot            Slot
}

type amount struct{ qty, weightG, volumeCm3 int64 }

// checkPicks checks the tours: what is picked, by whom, and how fast.
func (c *checker) checkPicks(orders []Order) error {
	asked := make(map[wanted]amount)
	for i := range orders {
		for _, l := range orders[i].Lines {
			a := asked[wanted{orders[i].ID, l.ItemID, l.Slot}]
			asked[wanted{orders[i].ID, l.ItemID, l.Slot}] = amount{a.qty + l.Qty, a.weightG + l.WeightG, a.volumeCm3 + l.VolumeCm3}
		}
	}
	picked := make(map[wanted]int64, len(asked))
	busyUntil := make(map[string]int64)
	c.picks, c.batches = make(map[int]*Task), make(map[string][]int)
	for i := range c.schedule.Tasks { // by StartSec
		t := &c.schedule.Tasks[i]
		if t.Kind != TaskPick {
			continue
		}
		if t.Batch < 1 || t.Wave < 1 || c.picks[t.Batch] != nil {
			return fmt.Errorf("pick task %s: batch %d is picked twice, or it or wave %d is below 1", t.ID, t.Batch, t.Wave)
		}
		c.picks[t.Batch] = t
		if until, seen := busyUntil[t.Worker]; seen && until > t.StartSec {
			return fmt.Errorf("pick task %s starts at %d but %s is on another tour until %d", t.ID, t.StartSec, t.Worker, until)
		}
		busyUntil[t.Worker] = t.EndSec
		if len(busyUntil) > c.floor.Pickers {
			return fmt.Errorf("pick task %s: %s is one picker more than the %d of the site", t.ID, t.Worker, c.floor.Pickers)
		}
		if err := c.checkTour(t); err != nil {
			return err
		}
		if err := c.checkCart(t, asked, picked); err != nil {
			return err
		}
	}
	for i := range orders {
		for _, l := range orders[i].Lines {
			key := wanted{orders[i].ID, l.ItemID, l.Slot}
			if got, want := picked[key], asked[key].qty; got > want || (got < want && c.late[orders[i].ID] != -1) {
				return fmt.Errorf("order %s: %d of %d units of item %s are picked", orders[i].ID, got, want, l.ItemID)
			}
		}
	}
	return nil
}

// checkTour checks a tour's walk and time.
func (c *checker) checkTour(t *Task) error {
	if len(t.Stops) == 0 {
		return fmt.Errorf("pick task %s has no stops", t.ID)
	}
	f := c.floor
	for _, s := range t.Stops { // before any walk is measured
		if s.Slot.Aisle < 0 || s.Slot.Aisle >= f.Aisles || s.Slot.Pos < 0 || s.Slot.Pos >= f.SlotsPerAisle {
			return fmt.Errorf("pick task %s stops at aisle %d, position %d, which is no slot", t.ID, s.Slot.Aisle, s.Slot.Pos)
		}
	}
	walk := f.DepotWalkCm(t.Stops[0].Slot) + f.DepotWalkCm(t.Stops[len(t.Stops)-1].Slot)
	for i := 1; i < len(t.Stops); i++ {
		walk += f.WalkCm(t.Stops[i-1].Slot, t.Stops[i].Slot)
	}
	if walk != t.DistanceCm {
		return fmt.Errorf("pick task %s: DistanceCm is %d but its stops are a walk of %d cm", t.ID, t.DistanceCm, walk)
	}
	if least := f.TourSec(walk, len(t.Stops)); t.EndSec-t.StartSec < least {
		return fmt.Errorf("pick task %s takes %d s, its walk and %d grasps need %d s", t.ID, t.EndSec-t.StartSec, len(t.Stops), least)
	}
	return nil
}

// checkCart checks what lies on the cart after a tour, and notes it in picked and batches.
func (c *checker) checkCart(t *Task, asked map[wanted]amount, picked map[wanted]int64) error {
	var weightG, volumeCm3 int64
	var ids []string
	for _, s := range t.Stops {
		key := wanted{s.OrderID, s.ItemID, s.Slot}
		want, ok := asked[key]
		if !ok || s.Qty < 1 || s.Qty > want.qty {
			return fmt.Errorf("pick task %s picks %d of item %s at aisle %d, position %d for order %q, which asks for %d there",
				t.ID, s.Qty, s.ItemID, s.Slot.Aisle, s.Slot.Pos, s.OrderID, want.qty)
		}
		picked[key] += s.Qty
		weightG += roundedShare(want.weightG, s.Qty, want.qty)
		volumeCm3 += roundedShare(want.volumeCm3, s.Qty, want.qty)
		ids = append(ids, s.OrderID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if listed := slices.Sorted(slices.Values(t.OrderIDs)); !slices.Equal(ids, listed) {
		return fmt.Errorf("pick task %s lists orders %v but stops for %v", t.ID, listed, ids)
	}
	for _, id := range ids {
		c.batches[id] = append(c.batches[id], t.Batch)
		if release := c.orders[id].ReleaseSec; t.StartSec < release {
			return fmt.Errorf("pick task %s starts at %d, before its order %s is released at %d", t.ID, t.StartSec, id, release)
		}
	}
	f := c.floor
	if len(ids) > f.CartOrderLimit() || over(int64(len(t.Stops)), int64(f.CartLines)) || over(weightG, f.CartWeightG) || over(volumeCm3, f.CartVolumeCm3) {
		return fmt.Errorf("pick task %s has %d orders, %d grasps, %d g, %d cm³: more than a cart takes", t.ID, len(ids), len(t.Stops), weightG, volumeCm3)
	}
	return nil
}

// over says whether a value is above a limit, where 0 is none.
func over(value, limit int64) bool { return limit > 0 && value > limit }

// roundedShare is qty of whole units' amount, rounded up, with 128 bits between: lines of one item add up.
func roundedShare(amount, qty, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(qty))
	share, rest := bits.Div64(hi, lo, uint64(whole))
	if rest > 0 {
		share++
	}
	return int64(share)
}
