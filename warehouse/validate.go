package warehouse

import (
	"fmt"
	"slices"
)

// Limits on what a floor and its orders may hold, so that products of these numbers stay far from overflow.
const (
	maxCells  = 1 << 22
	maxSlots  = 1 << 22
	maxPitch  = 100_000              // cm
	maxSec    = 1_000_000_000        // about 30 years, on either side of the origin
	maxSteps  = 1 << 27              // robot steps in one day
	maxAmount = int64(1_000_000_000) // units, grams or cubic centimetres of one line
)

// ValidateFloor says what is wrong with a floor: the field and, for the grid, the cell's column and row (from 0).
func ValidateFloor(f Floor) error {
	if err := validateRacks(f); err != nil {
		return err
	}
	if err := validateTimes(f); err != nil {
		return err
	}
	return validateKinds(f)
}

func validateRacks(f Floor) error {
	if f.Aisles < 1 || f.SlotsPerAisle < 1 || f.Aisles > maxSlots/f.SlotsPerAisle {
		return fmt.Errorf("warehouse: floor %s: Aisles %d × SlotsPerAisle %d must be between 1 and %d", f.SiteID, f.Aisles, f.SlotsPerAisle, maxSlots)
	}
	for _, field := range []struct {
		name      string
		value     int64
		low, high int64
	}{
		{"SlotPitchCm", f.SlotPitchCm, 1, maxPitch},
		{"AislePitchCm", f.AislePitchCm, 1, maxPitch},
		{"Chutes", int64(f.Chutes), 1, maxSlots},
		{"Pickers", int64(f.Pickers), 1, 100_000},
		{"PickSpeedCmPerSec", f.PickSpeedCmPerSec, 1, maxPitch},
		{"CartOrders", int64(f.CartOrders), 0, maxAmount},
		{"CartLines", int64(f.CartLines), 0, maxAmount},
		{"CartWeightG", f.CartWeightG, 0, maxAmount},
		{"CartVolumeCm3", f.CartVolumeCm3, 0, maxAmount},
	} {
		if field.value < field.low || field.value > field.high {
			return fmt.Errorf("warehouse: floor %s: %s is %d, must be %d…%d", f.SiteID, field.name, field.value, field.low, field.high)
		}
	}
	return nil
}

func validateTimes(f Floor) error {
	const day = 86_400
	for _, field := range []struct {
		name       string
		value, low int64
	}{
		{"StepSec", f.StepSec, 1}, {"PickSec", f.PickSec, 0}, {"SetupSec", f.SetupSec, 0}, {"PackSec", f.PackSec, 0},
		{"SortSec", f.SortSec, 0}, {"FeedSec", f.FeedSec, 0}, {"LoadSec", f.LoadSec, 0}, {"UnloadSec", f.UnloadSec, 0},
	} {
		if field.value < field.low || field.value > day {
			return fmt.Errorf("warehouse: floor %s: %s is %d, must be %d…%d", f.SiteID, field.name, field.value, field.low, day)
		}
	}
	if f.OpenSec < -maxSec || f.CloseSec > maxSec || f.CloseSec <= f.OpenSec {
		return fmt.Errorf("warehouse: floor %s: CloseSec %d must be after OpenSec %d, both within ±%d", f.SiteID, f.CloseSec, f.OpenSec, maxSec)
	}
	if steps := (f.CloseSec - f.OpenSec) / f.StepSec; steps > maxSteps {
		return fmt.Errorf("warehouse: floor %s: StepSec %d makes %d robot steps from OpenSec to CloseSec, at most %d are taken", f.SiteID, f.StepSec, steps, maxSteps)
	}
	return nil
}

func validateKinds(f Floor) error {
	if f.Width < 1 || f.Height < 1 || f.Width > maxCells/f.Height {
		return fmt.Errorf("warehouse: floor %s: Width %d × Height %d must be between 1 and %d cells", f.SiteID, f.Width, f.Height, maxCells)
	}
	if len(f.Kinds) != f.Width*f.Height {
		return fmt.Errorf("warehouse: floor %s: Kinds holds %d cells but Width %d × Height %d is %d", f.SiteID, len(f.Kinds), f.Width, f.Height, f.Width*f.Height)
	}
	stations, inducts := 0, 0
	for cell, kind := range f.Kinds {
		switch kind {
		case CellFree, CellShelf, CellPark:
		case CellPick:
			stations++
		case CellInduct:
			inducts++
		default:
			return fmt.Errorf("warehouse: floor %s: cell %s has the unknown kind %d", f.SiteID, f.cellText(int32(cell)), kind)
		}
	}
	if stations == 0 || inducts == 0 {
		return fmt.Errorf("warehouse: floor %s: Kinds has %d pick stations and %d inductions; robots need at least one of each", f.SiteID, stations, inducts)
	}
	return nil
}

// cellText names a cell for people.
func (f *Floor) cellText(cell int32) string {
	return fmt.Sprintf("(column %d, row %d)", int(cell)%f.Width, int(cell)/f.Width)
}

// ValidateRobots says what is wrong with the robots of a valid floor. Each must have a park cell of its own from which it
// reaches every pick station and induction without crossing another park; on such a floor robots planned one after the
// other always find a way (Čáp, Novák, Kleiner, Selecký 2015, well-formed infrastructures).
func ValidateRobots(f Floor, robots []Robot) error {
	if len(robots) == 0 {
		return fmt.Errorf("warehouse: floor %s: Robots is empty; give at least one", f.SiteID)
	}
	ids := make(map[string]bool, len(robots))
	owner := make(map[int32]string, len(robots))
	reach := make([]bool, len(f.Kinds))
	queue := make([]int32, 0, len(f.Kinds))
	for i, r := range robots {
		if r.ID == "" || ids[r.ID] {
			return fmt.Errorf("warehouse: floor %s: Robots[%d].ID %q is empty or given twice", f.SiteID, i, r.ID)
		}
		ids[r.ID] = true
		if r.Park < 0 || int(r.Park) >= len(f.Kinds) {
			return fmt.Errorf("warehouse: floor %s: Robots[%d] (%s).Park %d is not a cell of the %d × %d grid", f.SiteID, i, r.ID, r.Park, f.Width, f.Height)
		}
		if f.Kinds[r.Park] != CellPark {
			return fmt.Errorf("warehouse: floor %s: Robots[%d] (%s).Park %s is no park cell", f.SiteID, i, r.ID, f.cellText(r.Park))
		}
		if other, taken := owner[r.Park]; taken {
			return fmt.Errorf("warehouse: floor %s: robots %s and %s share the park cell %s; give each its own", f.SiteID, other, r.ID, f.cellText(r.Park))
		}
		owner[r.Park] = r.ID
		queue = f.reachFrom(r.Park, reach, queue)
		for cell, kind := range f.Kinds {
			if (kind == CellPick || kind == CellInduct) && !reach[cell] {
				return fmt.Errorf("warehouse: floor %s: robot %s cannot reach the %s at %s from its park %s without crossing another park",
					f.SiteID, r.ID, kindText[kind], f.cellText(int32(cell)), f.cellText(r.Park))
			}
		}
	}
	if f.Turning {
		return f.validateDocks(reach, queue)
	}
	return nil
}

// validateDocks says which pick station or induction of a floor with robots that turn is apart from the others but for parks,
// which such robots do not pass through.
func (f *Floor) validateDocks(reach []bool, queue []int32) error {
	isDock := func(k CellKind) bool { return k == CellPick || k == CellInduct }
	first := int32(slices.IndexFunc(f.Kinds, isDock))
	f.reachFrom(first, reach, queue)
	for cell, kind := range f.Kinds {
		if isDock(kind) && !reach[cell] {
			return fmt.Errorf("warehouse: floor %s: there is no way from %s to the %s at %s without crossing a park; give robots that turn one",
				f.SiteID, f.cellText(first), kindText[kind], f.cellText(int32(cell)))
		}
	}
	return nil
}

var kindText = [...]string{CellFree: "free cell", CellShelf: "shelf", CellPick: "pick station", CellInduct: "induction", CellPark: "park"}

// reachFrom marks the cells that a robot parked at start can enter; queue is scratch and returned for the next call.
func (f *Floor) reachFrom(start int32, reach []bool, queue []int32) []int32 {
	clear(reach)
	reach[start] = true
	queue = append(queue[:0], start)
	for head := 0; head < len(queue); head++ {
		for _, next := range f.Neighbours(queue[head]) {
			if next >= 0 && !reach[next] && f.Kinds[next] != CellShelf && f.Kinds[next] != CellPark {
				reach[next] = true
				queue = append(queue, next)
			}
		}
	}
	return queue
}

// Neighbours gives the cells above, left, right and below; −1 where the grid ends.
func (f *Floor) Neighbours(cell int32) [4]int32 {
	w := int32(f.Width)
	n := [4]int32{cell - w, cell - 1, cell + 1, cell + w}
	if x := cell % w; x == 0 {
		n[1] = -1
	}
	if cell%w == w-1 {
		n[2] = -1
	}
	if n[3] >= int32(len(f.Kinds)) {
		n[3] = -1
	}
	if n[0] < 0 {
		n[0] = -1
	}
	return n
}

// ValidateOrders says what is wrong with the orders of a valid floor: which order, which line, which field.
func ValidateOrders(f Floor, orders []Order) error {
	ids := make(map[string]bool, len(orders))
	for i := range orders {
		o := &orders[i]
		if o.ID == "" || ids[o.ID] {
			return fmt.Errorf("warehouse: floor %s: Orders[%d].ID %q is empty or given twice", f.SiteID, i, o.ID)
		}
		ids[o.ID] = true
		if min(o.ReleaseSec, o.DueSec) < -maxSec || max(o.ReleaseSec, o.DueSec) > maxSec {
			return fmt.Errorf("warehouse: order %s: ReleaseSec %d and DueSec %d must be within ±%d", o.ID, o.ReleaseSec, o.DueSec, maxSec)
		}
		if len(o.Lines) == 0 {
			return fmt.Errorf("warehouse: order %s: Lines is empty; leave out orders with nothing to pick", o.ID)
		}
		for j := range o.Lines {
			if err := validateLine(f, &o.Lines[j]); err != nil {
				return fmt.Errorf("warehouse: order %s: Lines[%d]: %w", o.ID, j, err)
			}
		}
	}
	return nil
}

func validateLine(f Floor, l *Line) error {
	if l.Slot.Aisle < 0 || l.Slot.Aisle >= f.Aisles || l.Slot.Pos < 0 || l.Slot.Pos >= f.SlotsPerAisle {
		return fmt.Errorf("Slot of item %s is aisle %d, position %d; the racks have aisles 0…%d and positions 0…%d",
			l.ItemID, l.Slot.Aisle, l.Slot.Pos, f.Aisles-1, f.SlotsPerAisle-1)
	}
	if l.Qty < 1 || l.Qty > maxAmount {
		return fmt.Errorf("field Qty of item %s is %d, must be 1…%d", l.ItemID, l.Qty, maxAmount)
	}
	if l.WeightG < 0 || l.WeightG > maxAmount || l.VolumeCm3 < 0 || l.VolumeCm3 > maxAmount {
		return fmt.Errorf("WeightG %d and VolumeCm3 %d of item %s must be 0…%d", l.WeightG, l.VolumeCm3, l.ItemID, maxAmount)
	}
	return nil
}
