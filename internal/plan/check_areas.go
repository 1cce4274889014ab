package plan

import (
	"fmt"

	"quartermaster/routing/zone"
)

// areas: each order and each parcel stands in the cell in which its door lies, with the site that brings it.
func (c *checker) areas() error {
	view := c.p.Areas
	if view == nil {
		if len(c.s.Orders) > 0 {
			return fmt.Errorf("no service areas are told")
		}
		return nil
	}
	cell := map[string]string{}
	orders, short, parcels := map[string]int{}, map[string]int64{}, map[[2]string]int{}
	for _, o := range c.s.Orders {
		name, err := zone.Cell(o.Point, view.Resolution)
		if err != nil {
			return err
		}
		cell[o.ID] = name
		orders[name]++
	}
	for _, u := range c.p.Unserved {
		for _, l := range u.Lines {
			short[cell[u.OrderID]] += l.Qty
		}
	}
	for _, pr := range c.p.Promises {
		for _, part := range pr.Parts {
			parcels[[2]string{cell[pr.OrderID], part.SiteID}]++
		}
	}
	for _, x := range view.Cells {
		if orders[x.Cell] != x.Orders || short[x.Cell] != x.ShortUnits {
			return fmt.Errorf("cell %s: %d orders lie there and %d units are not served, it tells of %d and %d", x.Cell, orders[x.Cell], short[x.Cell], x.Orders, x.ShortUnits)
		}
		delete(orders, x.Cell)
		for _, s := range x.Served {
			reasons := 0
			for _, n := range s.Reasons {
				reasons += n
			}
			key := [2]string{x.Cell, s.SiteID}
			if parcels[key] != s.Parcels || reasons != s.Parcels {
				return fmt.Errorf("cell %s: site %s brings %d parcels, it tells of %d with %d reasons", x.Cell, s.SiteID, parcels[key], s.Parcels, reasons)
			}
			delete(parcels, key)
		}
	}
	if len(orders)+len(parcels) > 0 {
		return fmt.Errorf("the service areas leave out %d cells with orders and %d with parcels", len(orders), len(parcels))
	}
	return nil
}
