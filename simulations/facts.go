package simulations

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"quartermaster/internal/plan"
	"quartermaster/inventory"
	"quartermaster/routing"
)

func (c *SiteClosed) edit(e *editor, at string) {
	i, known := e.site(c.Site, at+".site")
	if !known || e.closed[i] {
		return
	}
	e.closed[i] = true
	if !e.want(slices.Contains(e.closed, false), at+".site", "%q is the last open site; no order could be served", c.Site) {
		e.closed[i] = false
		return
	}
	e.writeSites()
	e.out.Sites[i].OrdersPerDay, e.out.Sites[i].Vehicles = 0, nil // its robots stand where they are: nothing is packed
	e.out.Positions = slices.DeleteFunc(slices.Clone(e.out.Positions), func(p inventory.Position) bool { return p.SiteID == c.Site })
	e.out.Inbound = slices.DeleteFunc(slices.Clone(e.out.Inbound), func(x plan.Inbound) bool { return x.SiteID == c.Site })
}

// handOn gives the closed sites' shares of demand to the open ones, in proportion to theirs; where those have none, in
// equal parts.
func (e *editor) handOn() {
	e.out.SiteShare = e.area
	if !slices.Contains(e.closed, true) {
		return
	}
	shares := make([][]float64, len(e.area))
	for i, row := range e.area {
		shares[i] = make([]float64, len(row))
		open, sum := 0, 0.0
		for j, x := range row {
			if !e.closed[j] {
				open++
				sum += x
			}
		}
		for j, x := range row {
			switch {
			case e.closed[j]:
			case sum > 0:
				shares[i][j] = min(1, x/sum)
			default:
				shares[i][j] = 1 / float64(open)
			}
		}
	}
	e.out.SiteShare = shares
}

func (c *LeadTime) edit(e *editor, at string) {
	if c.Supplier != "" {
		if _, known := e.suppliers[c.Supplier]; !e.want(known, at+".supplier", "supplier %q is unknown", c.Supplier) {
			return
		}
	}
	e.writeSuppliers()
	for i := range e.out.Suppliers {
		x := &e.out.Suppliers[i]
		switch {
		case c.Supplier != "" && c.Supplier != x.ID:
		case c.Factor != 0:
			x.LeadTime.MeanDays *= c.Factor
			x.LeadTime.SDDays *= c.Factor
		default:
			x.LeadTime.MeanDays = c.Days
		}
		e.want(x.LeadTime.MeanDays <= 730 && x.LeadTime.SDDays <= 365, at, "supplier %s would need %g ± %g days, more than can be planned with",
			x.ID, x.LeadTime.MeanDays, x.LeadTime.SDDays)
	}
}

func (c *SiteCapacity) edit(e *editor, at string) {
	if c.Site != "" {
		if _, known := e.site(c.Site, at+".site"); !known {
			return
		}
	}
	e.writeSites()
	for i := range e.out.Sites {
		if x := &e.out.Sites[i]; c.Site == "" || c.Site == x.ID {
			x.OrdersPerDay = times64(x.OrdersPerDay, c.Factor)
		}
	}
}

func (c *Fleet) edit(e *editor, at string) {
	i, known := e.site(c.Site, at+".site")
	if !known {
		return
	}
	fleet := slices.Clone(e.out.Sites[i].Vehicles)
	if c.Add > 0 {
		fleet = e.addVehicles(c, i, fleet, at)
	} else {
		have := 0
		for _, v := range fleet {
			if vehicleType(c.Site, v.ID) == c.Vehicle {
				have++
			}
		}
		if !e.want(have >= c.Remove, at+".remove", "%d %s are to go, %d are there", c.Remove, c.Vehicle, have) {
			return
		}
		gone := 0
		for k := len(fleet) - 1; gone < c.Remove; k-- {
			if vehicleType(c.Site, fleet[k].ID) == c.Vehicle {
				fleet = slices.Delete(fleet, k, k+1)
				gone++
			}
		}
	}
	e.writeSites()
	e.out.Sites[i].Vehicles = fleet
}

// addVehicles appends copies of a vehicle of the type: of one at the same site, else of the first at any.
func (e *editor) addVehicles(c *Fleet, site int, fleet []routing.Vehicle, at string) []routing.Vehicle {
	var like *routing.Vehicle
	taken := map[string]bool{}
	types := map[string]bool{}
	for j := range e.base.Sites {
		x := &e.base.Sites[(site+j)%len(e.base.Sites)] // the site itself first
		for k := range x.Vehicles {
			t := vehicleType(x.ID, x.Vehicles[k].ID)
			types[t] = true
			if t == c.Vehicle && like == nil {
				like = &x.Vehicles[k]
			}
		}
	}
	known := make([]string, 0, len(types))
	for t := range types {
		known = append(known, t)
	}
	slices.Sort(known)
	if !e.want(like != nil, at+".vehicle", "there is no vehicle of type %q to copy; known are %s", c.Vehicle, strings.Join(known, ", ")) {
		return fleet
	}
	for _, v := range fleet {
		taken[v.ID] = true
	}
	for n, added := 1, 0; added < c.Add; n++ {
		v := *like
		if v.ID = fmt.Sprintf("%s-%s-%d", c.Site, c.Vehicle, n); !taken[v.ID] {
			fleet = append(fleet, v)
			added++
		}
	}
	return fleet
}

// vehicleType is a vehicle's id without its site before it and the number behind it.
func vehicleType(siteID, id string) string {
	kind := strings.TrimPrefix(id, siteID+"-")
	kind = strings.TrimRight(strings.TrimRight(kind, "0123456789"), "-")
	if kind == "" {
		return id
	}
	return kind
}

func (c *Price) edit(e *editor, at string) {
	items := e.chosen(c.Items, at+".items")
	e.writeItems()
	for _, i := range items {
		x := &e.out.Items[i]
		if c.CostFactor != 0 {
			x.UnitCostCents = price(x.UnitCostCents, c.CostFactor)
		}
		if c.PriceFactor != 0 {
			x.PriceCents = price(x.PriceCents, c.PriceFactor)
		}
	}
}

// price keeps what costs something from becoming free by rounding.
func price(cents int64, factor float64) int64 {
	if cents == 0 {
		return 0
	}
	return max(1, times64(cents, factor))
}

// times64 is the rounded product, at most what a plan can count with.
func times64(x int64, factor float64) int64 {
	return int64(min(math.Round(float64(x)*factor), 1<<53))
}

func (c *Service) edit(e *editor, _ string) {
	if c.Cycle != nil {
		e.out.Service.Cycle = *c.Cycle
	}
	if c.FillRate != nil {
		e.out.Service.FillRate = *c.FillRate
	}
}

func (c *Cutoff) edit(e *editor, _ string) {
	e.out.Calendar.CutoffSec, _ = c.seconds() // it was checked
}

func (c *Review) edit(e *editor, _ string) { e.out.Review.ReviewDays = c.Days }
