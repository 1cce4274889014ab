package history

import "slices"

// purchaseKey is what a cancellation and the purchase it takes back have in common.
type purchaseKey struct {
	customer, item int32
	price          int64
}

// matchCancellations applies rules 4 and 5: cancellations in the order of time take their units back from purchases.
func (c *cleaner) matchCancellations() {
	cancels, wanted := c.cancellations()
	purchases := c.purchasesOf(wanted)
	for _, row := range cancels {
		need := -int64(c.Qty[row]) // as 64 bits: the smallest int32 has no positive twin
		took := int64(0)
		if !c.unknown[c.Customer[row]] {
			took = c.takeBack(purchases[c.keyOf(row)], c.Placed[row], need)
		}
		c.cancelledUnits += took
		c.unmatchedUnits += need - took
		switch took {
		case need:
			c.fate[row] = MatchedCancellation
		case 0:
			c.fate[row] = UnmatchedCancellation
		default:
			c.fate[row] = PartMatchedCancellation
		}
	}
}

func (c *cleaner) keyOf(row int32) purchaseKey {
	return purchaseKey{c.Customer[row], c.item[c.Code[row]], c.Price[row]}
}

// cancellations lists cancelling rows by time, and the purchases they may want.
func (c *cleaner) cancellations() ([]int32, map[purchaseKey]bool) {
	var rows []int32
	wanted := map[purchaseKey]bool{}
	for row, fate := range c.fate {
		if fate == UnmatchedCancellation {
			rows = append(rows, int32(row))
			if !c.unknown[c.Customer[row]] {
				wanted[c.keyOf(int32(row))] = true
			}
		}
	}
	slices.SortStableFunc(rows, c.byTime)
	return rows, wanted
}

// purchasesOf lists the kept purchases under each wanted key, by time.
func (c *cleaner) purchasesOf(wanted map[purchaseKey]bool) map[purchaseKey][]int32 {
	customers := make([]bool, len(c.Customers)) // most customers never cancel: they cost one look instead of a hash
	for key := range wanted {
		customers[key.customer] = true
	}
	found := make(map[purchaseKey][]int32, len(wanted))
	for row, fate := range c.fate {
		if fate != Kept || !customers[c.Customer[row]] {
			continue
		}
		if key := c.keyOf(int32(row)); wanted[key] {
			found[key] = append(found[key], int32(row))
		}
	}
	for _, rows := range found {
		slices.SortStableFunc(rows, c.byTime)
	}
	return found
}

func (c *cleaner) byTime(a, b int32) int {
	switch pa, pb := c.Placed[a], c.Placed[b]; {
	case pa < pb:
		return -1
	case pa > pb:
		return 1
	}
	return 0
}

// takeBack takes up to need units from purchases made no later than at, and returns how many it got: from the latest
// that has enough alone, else from the latest backwards.
func (c *cleaner) takeBack(purchases []int32, at, need int64) int64 {
	end, _ := slices.BinarySearchFunc(purchases, at+1, func(row int32, t int64) int {
		if c.Placed[row] < t {
			return -1
		}
		return 1
	})
	for i := end - 1; i >= 0; i-- {
		if int64(c.left[purchases[i]]) >= need {
			c.take(purchases[i], need)
			return need
		}
	}
	took := int64(0)
	for i := end - 1; i >= 0 && took < need; i-- {
		part := min(need-took, int64(c.left[purchases[i]]))
		c.take(purchases[i], part)
		took += part
	}
	return took
}

func (c *cleaner) take(row int32, units int64) {
	c.left[row] -= int32(units)
	if c.left[row] == 0 {
		c.fate[row] = Cancelled
	}
}
