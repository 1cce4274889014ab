package picking

import (
	"cmp"
	"fmt"
	"slices"

	"quartermaster/warehouse"
)

// Slot gives each of n items, the most asked-for first, a slot: the i-th item lies in the i-th slot of the result, and
// slots come by their walk from the depot, so that what moves fast lies near (full-turnover storage by the cube-per-order
// rule with items of equal size: Heskett 1963). Where there are more items than slot positions, each position takes
// equally many, rounded up, on its sides and levels.
//
// An error names the floor's field or n.
func Slot(floor warehouse.Floor, n int) ([]warehouse.Slot, error) {
	if err := warehouse.ValidateFloor(floor); err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, fmt.Errorf("picking: cannot slot %d items; give none or more", n)
	}
	positions := make([]warehouse.Slot, 0, floor.Aisles*floor.SlotsPerAisle)
	for a := range floor.Aisles {
		for s := range floor.SlotsPerAisle {
			positions = append(positions, warehouse.Slot{Aisle: a, Pos: s})
		}
	}
	slices.SortStableFunc(positions, func(a, b warehouse.Slot) int {
		return cmp.Compare(floor.DepotWalkCm(a), floor.DepotWalkCm(b))
	})
	perPosition := (n + len(positions) - 1) / len(positions)
	slots := make([]warehouse.Slot, n)
	for i := range slots {
		slots[i] = positions[i/perPosition]
	}
	return slots, nil
}
