package policy

import (
	"errors"
	"math"

	"quartermaster/inventory"
)

const (
	bindingCycle = "cycle"
	bindingFill  = "fill rate"

	// serviceTol forgives what the incomplete gamma function and its inverse disagree by.
	serviceTol = 1e-9
	// maxUnits is the largest count that a float64 still holds exactly; nothing larger is a reorder point or a batch.
	maxUnits = 1 << 53
)

// FillRate is the share of units served from the shelf under reorder point r and batch q > 0: the inventory position is
// uniform over r…r+q when an order's units arrive, so 1 − (n(r) − n(r+q))/q (Axsäter 2015, §5.3; the second term corrects
// the double count of Silver, Pyke & Thomas 2017, §6.7, where one batch does not clear all backorders).
func FillRate(d *Distribution, r, q float64) float64 {
	return math.Min(1, math.Max(0, 1-(d.Loss(r)-d.Loss(r+q))/q))
}

// reorderPoint is the smallest whole r ≥ 0 that meets both targets, and which of them set it.
func reorderPoint(d *Distribution, s inventory.Service, q float64) (int64, string, error) {
	var r int64
	if s.Cycle > 0 {
		var err error
		if r, err = cyclePoint(d, s.Cycle); err != nil {
			return 0, "", err
		}
	}
	meets := func(r int64) bool { return FillRate(d, float64(r), q) >= s.FillRate-serviceTol }
	if s.FillRate == 0 || (s.Cycle > 0 && meets(r)) {
		return r, bindingCycle, nil
	}
	if meets(r) {
		return r, bindingFill, nil
	}
	below, step := r, int64(1)
	above := r + step
	for !meets(above) {
		if above > maxUnits/4 {
			return 0, "", errors.New("no stock level reaches the fill rate asked for; ask for less or check the spread of demand")
		}
		below, step = above, step*2
		above += step
	}
	for above-below > 1 {
		mid := below + (above-below)/2
		if meets(mid) {
			above = mid
		} else {
			below = mid
		}
	}
	return above, bindingFill, nil
}

func cyclePoint(d *Distribution, target float64) (int64, error) {
	x := d.Quantile(target)
	if !(x < maxUnits/4) {
		return 0, errors.New("no stock level reaches the cycle service asked for; ask for less or check the spread of demand")
	}
	r := int64(math.Ceil(x - serviceTol*math.Max(1, x)))
	for d.CDF(float64(r)) < target-serviceTol {
		r++
	}
	return r, nil
}
