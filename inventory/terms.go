package inventory

// Terms are what a supplier asks for beyond the packs and minimums of items. The zero value takes any order on any day.
type Terms struct {
	OrderDays  [7]bool // days of the week that take orders, Monday first; none set = every day
	ClosedDays []int   // days without orders, since 1970-01-01
	// MinOrderCents is the least value of one purchase order; BudgetCents the most that may be ordered on one day; 0 = none.
	MinOrderCents, BudgetCents int64
	Discounts                  []Discount // rising in Packs
}

// Discount is a share off the price of all units of an order line from a number of packs on.
type Discount struct {
	Packs    int64 // ≥ 1
	Permille int64 // off the unit cost, 1…999
}

// lookDays bounds how far ahead an order day is looked for.
const lookDays = 400

// Takes says whether orders are taken on a day, since 1970-01-01.
func (t *Terms) Takes(day int) bool {
	for _, closed := range t.ClosedDays {
		if closed == day {
			return false
		}
	}
	return t.OrderDays == [7]bool{} || t.OrderDays[((day+3)%7+7)%7] // 1970-01-01 was a Thursday
}

// Next is the first day from day on that takes orders; −1 where none does within a year.
func (t *Terms) Next(day int) int {
	for d := day; d < day+lookDays; d++ {
		if t.Takes(d) {
			return d
		}
	}
	return -1
}

// Gap is the longest wait, in days, between two order days of the week; 1 where every day takes orders.
func (t *Terms) Gap() int {
	longest, last := 1, -1
	for d := range 14 {
		if t.OrderDays == [7]bool{} || t.OrderDays[d%7] {
			if last >= 0 {
				longest = max(longest, d-last)
			}
			last = d
		}
	}
	return longest
}

// Off is the discount on an order of units in packs, in permille.
func (t *Terms) Off(units, pack int64) int64 {
	var off int64
	for _, d := range t.Discounts {
		if pack > 0 && units/pack >= d.Packs {
			off = d.Permille
		}
	}
	return off
}

// CostCents is what units of an item cost, rounded up to a cent.
func (t *Terms) CostCents(item *Item, units int64) int64 {
	whole := units * item.UnitCostCents
	off := t.Off(units, item.PackSize)
	return whole - whole/1000*off - whole%1000*off/1000
}

// Lane is a way on which stock moves between sites.
type Lane struct {
	FromSiteID, ToSiteID string
	Days                 int   // from shelf to shelf
	CentsPerM3           int64 // of volume moved
	CapacityCm3          int64 // a day; 0 = unlimited
}

// Lot is units of a position that expire together. Units of a position in no lot do not expire.
type Lot struct {
	ItemID, SiteID string
	Qty            int64
	ExpiresDay     int // first day, from the plan's origin, on which it may not be sold
}

// Expiring is how many units of lots will not be sold in time at a steady demand per day, the oldest sold first.
func Expiring(lots []Lot, perDay float64) int64 {
	order := append([]Lot(nil), lots...)
	for i := 1; i < len(order); i++ { // few lots, and stable
		for k := i; k > 0 && order[k].ExpiresDay < order[k-1].ExpiresDay; k-- {
			order[k], order[k-1] = order[k-1], order[k]
		}
	}
	sold, lost := 0.0, int64(0)
	for _, l := range order {
		could := perDay*float64(max(0, l.ExpiresDay)) - sold
		take := min(float64(l.Qty), max(0, could))
		sold += take
		lost += l.Qty - int64(take)
	}
	return lost
}
