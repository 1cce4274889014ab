package simulations

import (
	"context"
	"hash/fnv"
	"math"
	"slices"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
)

func (c *Demand) edit(e *editor, at string) {
	items := e.chosen(c.Items, at+".items")
	site := -1
	if c.SiteArea != "" {
		var known bool
		if site, known = e.site(c.SiteArea, at+".site_area"); !known {
			return
		}
	}
	if e.demand == nil {
		e.demand = make([]float64, len(e.base.Items))
		for i := range e.demand {
			e.demand[i] = 1
		}
	}
	if site >= 0 {
		e.area = slices.Clone(e.area)
	}
	for _, i := range items {
		if site < 0 {
			e.demand[i] *= c.Factor
		} else if i < len(e.area) {
			e.demand[i] *= e.shiftArea(i, site, c.Factor)
		}
	}
	if c.Orders {
		e.scaleOrders(items, site, c.Factor)
	}
}

// shiftArea lets one item's demand in one site's area grow by factor and gives the factor of the item's whole demand.
func (e *editor) shiftArea(item, site int, factor float64) float64 {
	row := slices.Clone(e.area[item])
	whole := 1 + (factor-1)*row[site]
	for j := range row {
		if j == site {
			row[j] *= factor
		}
		row[j] /= whole
	}
	e.area[item] = row
	return whole
}

// lineRef names one order line.
type lineRef struct{ order, line int }

// scaleOrders multiplies the quantities of the chosen items, in one site's area (-1 = everywhere). Order lines that do not
// change stay shared with the base.
func (e *editor) scaleOrders(items []int, site int, factor float64) {
	wanted := make(map[string]int, len(items))
	for k, i := range items {
		wanted[e.base.Items[i].ID] = k
	}
	byItem := make([][]lineRef, len(items))
	orders := slices.Clone(e.out.Orders)
	for o := range orders {
		if site >= 0 && e.nearest(&orders[o]) != site {
			continue
		}
		changed := false
		for l, line := range orders[o].Lines {
			if k, ok := wanted[line.ItemID]; ok {
				byItem[k] = append(byItem[k], lineRef{o, l})
				changed = true
			}
		}
		if changed {
			orders[o].Lines = slices.Clone(orders[o].Lines)
		}
	}
	for _, refs := range byItem {
		scaleLines(orders, refs, factor)
	}
	e.out.Orders = dropEmpty(orders)
}

// scaleLines multiplies the quantities of one item's lines: their sum is the rounded product, divided by largest remainder
// (Hamilton's method). Of equal remainders, a hash of the order's id decides, so that no day is favoured.
func scaleLines(orders []plan.Order, refs []lineRef, factor float64) {
	var sum, given int64
	rest := make([]float64, len(refs))
	draw := make([]uint64, len(refs))
	for k, r := range refs {
		o := &orders[r.order]
		exact := factor * float64(o.Lines[r.line].Qty)
		sum += o.Lines[r.line].Qty
		o.Lines[r.line].Qty = int64(exact)
		given += int64(exact)
		rest[k] = exact - math.Floor(exact)
		h := fnv.New64a()
		_, _ = h.Write([]byte(o.ID)) // a hash never fails to write
		draw[k] = h.Sum64()
	}
	order := make([]int, len(refs))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rest[a] > rest[b] || rest[a] == rest[b] && draw[a] < draw[b]:
			return -1
		case rest[a] == rest[b] && draw[a] == draw[b]:
			return 0
		}
		return 1
	})
	left := int64(math.Round(factor*float64(sum))) - given
	for k := 0; k < len(order) && left > 0; k, left = k+1, left-1 {
		r := refs[order[k]]
		orders[r.order].Lines[r.line].Qty++
	}
}

func dropEmpty(orders []plan.Order) []plan.Order {
	out := orders[:0] // orders is our own copy
	for _, o := range orders {
		if slices.ContainsFunc(o.Lines, func(l plan.OrderLine) bool { return l.Qty == 0 }) {
			o.Lines = slices.DeleteFunc(o.Lines, func(l plan.OrderLine) bool { return l.Qty == 0 })
		}
		if len(o.Lines) > 0 {
			out = append(out, o)
		}
	}
	return out
}

// nearest is the site that an order's consignee is nearest to as the crow flies, longitudes narrowed to the latitude: the
// rule by which the shares of demand were counted. Of equally near sites the first counts; closed ones keep their area.
func (e *editor) nearest(o *plan.Order) int {
	best, bestSquare := 0, math.Inf(1)
	narrow := math.Cos(o.Point[1] * math.Pi / 180)
	for i := range e.base.Sites {
		dx, dy := (e.base.Sites[i].Lon-o.Point[0])*narrow, e.base.Sites[i].Lat-o.Point[1]
		if square := dx*dx + dy*dy; square < bestSquare {
			best, bestSquare = i, square
		}
	}
	return best
}

// forecasts brings the forecasts in line with changed lead times and demand.
func (e *editor) forecasts(ctx context.Context, workers int) error {
	if len(e.base.Forecasts) == 0 && e.demand == nil {
		return nil // the corridor makes them, from the branch
	}
	tasks := e.out.ForecastTasks()
	before := e.base.ForecastTasks()
	var stale []int
	var again []plan.ForecastTask
	for i := range tasks {
		if len(e.base.Forecasts) == 0 || tasks[i].Lead != before[i].Lead {
			stale = append(stale, i)
			again = append(again, tasks[i])
		}
	}
	if len(stale) > 0 {
		made, err := plan.ForecastItems(ctx, again, e.out.Review.HorizonDays, plan.PooledWeek(e.out.Sales), plan.Options{Workers: workers})
		if err != nil {
			return err
		}
		out := make([]plan.ItemForecast, len(tasks))
		copy(out, e.base.Forecasts)
		for k, i := range stale {
			made[k].Tested = out[i].Tested // backtests do not depend on the lead time
			out[i] = made[k]
		}
		e.out.Forecasts = out
	}
	e.scaleForecasts()
	return nil
}

func (e *editor) scaleForecasts() {
	if e.demand == nil {
		return
	}
	out := slices.Clone(e.out.Forecasts)
	for i, factor := range e.demand {
		if factor != 1 {
			out[i].Forecast = scaled(out[i].Forecast, factor)
		}
	}
	e.out.Forecasts = out
}

// scaled multiplies a forecast's units; its shape stays.
func scaled(f forecast.Forecast, factor float64) forecast.Forecast {
	f.Mean = times(f.Mean, factor)
	rows := make([][]float64, len(f.Quantiles))
	for i, row := range f.Quantiles {
		rows[i] = times(row, factor)
	}
	f.Quantiles = rows
	if f.LeadTime != nil {
		lead := *f.LeadTime
		lead.Mean *= factor
		lead.SD *= factor
		lead.Quantiles = times(lead.Quantiles, factor)
		f.LeadTime = &lead
	}
	return f
}

func times(x []float64, factor float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * factor
	}
	return out
}
