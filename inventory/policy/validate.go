package policy

import (
	"fmt"
	"math"

	"quartermaster/inventory"
)

// defaultHoldingRate is a common share of value a year: capital, space, insurance and decay.
const defaultHoldingRate = 0.25

func (p Params) withDefaults() (Params, error) {
	switch {
	case p.ReviewDays < 0:
		return p, fmt.Errorf("policy: review days are %d; they may not be negative", p.ReviewDays)
	case p.OrderCostCents < 0:
		return p, fmt.Errorf("policy: order cost is %d cents; it may not be negative", p.OrderCostCents)
	case !(p.HoldingRate >= 0) || math.IsInf(p.HoldingRate, 0):
		return p, fmt.Errorf("policy: holding rate is %g; it must be finite and not negative", p.HoldingRate)
	case !(p.ShortageCents >= 0) || math.IsInf(p.ShortageCents, 0):
		return p, fmt.Errorf("policy: price of a unit short is %g cents; it must be finite and not negative", p.ShortageCents)
	case p.MaxBatchDays < 0:
		return p, fmt.Errorf("policy: longest batch is %d days; it may not be negative", p.MaxBatchDays)
	case p.MaxCoverDays < 0:
		return p, fmt.Errorf("policy: longest cover is %d days; it may not be negative", p.MaxCoverDays)
	}
	if p.HoldingRate == 0 {
		p.HoldingRate = defaultHoldingRate
	}
	if p.MaxCoverDays == 0 {
		p.MaxCoverDays = 180
	}
	if p.MaxBatchDays == 0 {
		p.MaxBatchDays = 365
	}
	return p, nil
}

func fieldError(in *Input, field, wrong string) error {
	return fmt.Errorf("policy: item %q at site %q: %s: %s", in.Item.ID, in.Position.SiteID, field, wrong)
}

func validate(in *Input, params Params) error {
	for _, check := range []func(*Input) error{validateNames, validateItem, validateDemand, validatePosition} {
		if err := check(in); err != nil {
			return err
		}
	}
	if in.Service == (inventory.Service{}) && params.ShortageCents == 0 {
		return fieldError(in, "service", "neither a cycle service nor a fill rate is asked for")
	}
	return nil
}

func validateNames(in *Input) error {
	switch {
	case in.Position.ItemID != in.Item.ID:
		return fieldError(in, "position", fmt.Sprintf("belongs to item %q", in.Position.ItemID))
	case in.Demand.ItemID != in.Item.ID || in.Demand.SiteID != in.Position.SiteID:
		return fieldError(in, "demand", fmt.Sprintf("belongs to item %q at site %q", in.Demand.ItemID, in.Demand.SiteID))
	}
	return nil
}

func validateItem(in *Input) error {
	for _, f := range []struct {
		name  string
		value int64
		least int64
	}{
		{"unit cost", in.Item.UnitCostCents, 0},
		{"pack size", in.Item.PackSize, 1},
		{"minimum order", in.Item.MinOrderQty, 0},
	} {
		if f.value < f.least || f.value > maxUnits {
			return fieldError(in, f.name, fmt.Sprintf("is %d; it must lie in %d…%d", f.value, f.least, int64(maxUnits)))
		}
	}
	return nil
}

func validateDemand(in *Input) error {
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"mean demand per day", in.Demand.MeanPerDay},
		{"lead time in days", in.Demand.LeadDays},
		{"mean lead-time demand", in.Demand.LeadMean},
		{"standard deviation of lead-time demand", in.Demand.LeadSD},
	} {
		if !(f.value >= 0) || f.value > maxUnits {
			return fieldError(in, f.name, fmt.Sprintf("is %g; it must be finite and not negative", f.value))
		}
	}
	s := in.Service
	switch {
	case !(s.Cycle >= 0 && s.Cycle < 1):
		return fieldError(in, "cycle service", fmt.Sprintf("is %g; it must be at least 0 and below 1, for no stock covers every demand", s.Cycle))
	case !(s.FillRate >= 0 && s.FillRate < 1):
		return fieldError(in, "fill rate", fmt.Sprintf("is %g; it must be at least 0 and below 1, for no stock covers every demand", s.FillRate))
	}
	return nil
}

func validatePosition(in *Input) error {
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"on hand", in.Position.OnHand},
		{"on order", in.Position.OnOrder},
		{"backordered", in.Position.Backordered},
	} {
		if f.value < 0 || f.value > maxUnits/8 {
			return fieldError(in, f.name, fmt.Sprintf("is %d; it must lie in 0…%d", f.value, int64(maxUnits/8)))
		}
	}
	if in.OrderDay > math.MaxInt32 || in.OrderDay < math.MinInt32 || in.Demand.LeadDays > math.MaxInt32 {
		return fieldError(in, "order day", "day or lead time is too large to count")
	}
	return nil
}
