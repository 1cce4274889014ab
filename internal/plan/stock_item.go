package plan

import (
	"math"

	"quartermaster/inventory"
	"quartermaster/inventory/policy"
)

// ItemStudy is one line of a run looked at closely: what its rule costs and serves in a year, what other targets would, what
// becomes of it when an assumption is off, and where its stock goes.
type ItemStudy struct {
	Year        policy.Figures
	Targets     []float64
	Curve       []policy.Figures
	Sensitivity []policy.Shift
	Path        StockPath
	Reason      string // of the order proposed now
}

// serviceTargets are the points of the curve.
var serviceTargets = []float64{0.5, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999}

// assumptionShare is how far assumptions are moved: a fifth is a usual error of a forecast or of a lead time.
const assumptionShare = 0.2

// Item studies line k over some days. With service, the rule is the one for that promise instead.
func (s *StockStudy) Item(k int, service *inventory.Service, days int) (ItemStudy, error) {
	c := s.Catalogue
	l := c.Lines[k]
	if service != nil {
		l.Service = *service
	}
	if s.Demands != nil {
		l.Demand = s.Demands[k]
	}
	var supplier *Supplier
	for i := range c.Suppliers {
		if c.Suppliers[i].ID == c.Items[l.Item].SupplierID {
			supplier = &c.Suppliers[i]
		}
	}
	in := policy.Input{Item: c.Items[l.Item], Position: l.Position, Demand: l.Demand, Service: l.Service, Terms: supplier.Terms}
	params := policy.Params{ReviewDays: c.Review.ReviewDays, OrderCostCents: c.Review.OrderCostCents, HoldingRate: c.Review.HoldingRate}
	if service == nil {
		params.ShortageCents = s.Assortment.ShortageCents
	}
	out := ItemStudy{Targets: serviceTargets}
	rule := s.Policies[k]
	var err error
	if service != nil {
		if rule, err = policy.Decide(in, params); err != nil {
			return out, err
		}
	}
	if out.Year, err = policy.Year(in, rule, params); err != nil {
		return out, err
	}
	if out.Curve, err = policy.Curve(in, params, serviceTargets); err != nil {
		return out, err
	}
	if out.Sensitivity, err = policy.Sensitivity(in, rule, params, assumptionShare); err != nil {
		return out, err
	}
	var inbound []Inbound
	for _, x := range c.Inbound {
		if x.ItemID == l.Position.ItemID && x.SiteID == l.Position.SiteID {
			inbound = append(inbound, x)
		}
	}
	var qty int64
	for _, po := range s.Purchases {
		for _, x := range po.Lines {
			if x.ItemID == l.Position.ItemID && x.SiteID == l.Position.SiteID {
				qty, out.Reason = x.Qty, x.Reason
			}
		}
	}
	if service != nil { // the order of another promise was not cut by any limit
		qty, out.Reason = 0, ""
		if o, needed, err := policy.Replenish(in, params); err != nil {
			return out, err
		} else if needed && supplier.Terms.Takes(c.Day) {
			qty, out.Reason = o.Qty, o.Reason
		}
	}
	out.Path = ProjectStock(&l, rule, inbound, qty, int(math.Ceil(max(0, supplier.LeadTime.MeanDays))), &supplier.Terms, c.Day, days)
	return out, nil
}
