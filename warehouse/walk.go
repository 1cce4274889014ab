package warehouse

// A picker walks a block of parallel aisles between two cross aisles. The depot, where tours start and end, lies in the
// front cross aisle before aisle 0.
//
//	back   ──┬────┬────┬──   y = AisleLengthCm
//	         │    │    │     slot position p at y = (p+1)·SlotPitchCm
//	front  ──D────┴────┴──   y = 0
//	        x=0  AislePitchCm …

// SlotCm is the way in centimetres from the front cross aisle to a slot position.
func (f *Floor) SlotCm(pos int) int64 { return int64(pos+1) * f.SlotPitchCm }

// AisleLengthCm is the way in centimetres from the front to the back cross aisle.
func (f *Floor) AisleLengthCm() int64 { return int64(f.SlotsPerAisle+1) * f.SlotPitchCm }

// WalkCm is the shortest walk in centimetres between two slots.
func (f *Floor) WalkCm(a, b Slot) int64 {
	ya, yb := f.SlotCm(a.Pos), f.SlotCm(b.Pos)
	if a.Aisle == b.Aisle {
		return max(ya-yb, yb-ya)
	}
	across := int64(max(a.Aisle-b.Aisle, b.Aisle-a.Aisle)) * f.AislePitchCm
	return across + min(ya+yb, 2*f.AisleLengthCm()-ya-yb)
}

// DepotWalkCm is the shortest walk in centimetres between the depot and a slot.
func (f *Floor) DepotWalkCm(s Slot) int64 {
	return int64(s.Aisle)*f.AislePitchCm + f.SlotCm(s.Pos)
}

// TourSec is the least time in seconds for a tour of distanceCm with the given number of grasps.
func (f *Floor) TourSec(distanceCm int64, grasps int) int64 {
	walkSec := (distanceCm + f.PickSpeedCmPerSec - 1) / f.PickSpeedCmPerSec
	return f.SetupSec + walkSec + f.PickSec*int64(grasps)
}

// CartOrderLimit is the number of orders that one cart takes.
func (f *Floor) CartOrderLimit() int {
	if f.CartOrders == 0 {
		return DefaultCartOrders
	}
	return f.CartOrders
}
