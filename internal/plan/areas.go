package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"quartermaster/routing/zone"
)

// maxAreaCells bounds the cells that a plan tells of: where its orders lie wider apart, cells are coarser.
const maxAreaCells = 1500

// AreaView is the map of a plan by H3 cells: what is asked for in each, and which site serves it and why.
type AreaView struct {
	Resolution int // of H3
	Cells      []AreaCell
}

// AreaCell is one cell in which orders lie.
type AreaCell struct {
	Cell       string // name of the H3 cell
	Orders     int    // asked for there
	Units      int64  // of all their lines
	ShortUnits int64  // that the plan serves not

	// SiteID is the site from which the way to the cell's doors takes least on the mean, TravelSec that mean, by street under
	// free flow; "" where no street leads to any of them. The cells of one site are its service area.
	SiteID    string
	TravelSec int64
	Served    []CellService // most parcels first
	Why       string
}

// CellService is what one site brings to a cell.
type CellService struct {
	SiteID    string
	Parcels   int
	TravelSec int64          // mean way to the parcels' doors under free flow
	Reasons   map[string]int // parcels by why this site serves them: nearest, split, hours, stock, needed
}

// areas tells which site serves which cell. It changes nothing in the plan: sites were chosen order by order, each by its own
// way on the street.
func (b *builder) areas(context.Context) error {
	if len(b.s.Orders) == 0 {
		return nil
	}
	points, units := make([]orb.Point, len(b.s.Orders)), make([]float64, len(b.s.Orders))
	for i, o := range b.s.Orders {
		points[i] = o.Point
		for _, l := range o.Lines {
			units[i] += float64(l.Qty)
		}
	}
	resolution, err := coarseness(points, maxAreaCells)
	if err != nil {
		return err
	}
	tallies, err := zone.ByCell(points, units, resolution)
	if err != nil {
		return err
	}
	names, err := zone.Cells(points, resolution)
	if err != nil {
		return err
	}
	view := &AreaView{Resolution: resolution, Cells: make([]AreaCell, len(tallies))}
	at := map[string]int{}
	for k, x := range tallies {
		at[x.Cell] = k
		view.Cells[k] = AreaCell{Cell: x.Cell, Orders: x.Count, Units: int64(x.Sum)}
	}
	cellOf := make([]int, len(names))
	for i, name := range names {
		cellOf[i] = at[name]
	}
	if err := b.nearestSites(view, cellOf); err != nil {
		return err
	}
	b.servedCells(view, cellOf)
	for k := range view.Cells {
		view.Cells[k].Why = b.whyCell(&view.Cells[k])
	}
	b.plan.Areas = view
	return nil
}

// nearestSites gives each cell the site with the least mean way to its doors.
func (b *builder) nearestSites(view *AreaView, cellOf []int) error {
	sites, cells := len(b.s.Sites), len(view.Cells)
	sum, count := make([]int64, sites*cells), make([]int64, sites*cells)
	for order, cell := range cellOf {
		for site := range sites {
			if _, sec, ok := b.way(site, order); ok {
				sum[site*cells+cell] += sec
				count[site*cells+cell]++
			}
		}
	}
	travel := make([]int32, sites*cells)
	for k := range travel {
		if travel[k] = -1; count[k] > 0 {
			travel[k] = int32(sum[k] / count[k])
		}
	}
	of, err := zone.Service(travel, sites, cells, make([]int, sites))
	if err != nil {
		return err
	}
	for cell, site := range of {
		if site >= 0 {
			view.Cells[cell].SiteID, view.Cells[cell].TravelSec = b.s.Sites[site].ID, int64(travel[site*cells+cell])
		}
	}
	return nil
}

// servedCells counts what is brought to each cell, by site and reason, and what is not.
func (b *builder) servedCells(view *AreaView, cellOf []int) {
	for _, x := range b.shipped {
		c := &view.Cells[cellOf[x.order]]
		k := slices.IndexFunc(c.Served, func(s CellService) bool { return s.SiteID == x.part.SiteID })
		if k < 0 {
			k = len(c.Served)
			c.Served = append(c.Served, CellService{SiteID: x.part.SiteID, Reasons: map[string]int{}})
		}
		_, sec, _ := b.way(b.siteIndex[x.part.SiteID], x.order)
		c.Served[k].Parcels++
		c.Served[k].TravelSec += sec
		c.Served[k].Reasons[x.whyCode]++
	}
	for order := range b.shorted {
		for _, u := range b.shorted[order] {
			for _, l := range u.Lines {
				view.Cells[cellOf[order]].ShortUnits += l.Qty
			}
		}
	}
	for k := range view.Cells {
		served := view.Cells[k].Served
		for i := range served {
			served[i].TravelSec /= int64(served[i].Parcels)
		}
		slices.SortFunc(served, func(x, y CellService) int {
			if x.Parcels != y.Parcels {
				return y.Parcels - x.Parcels
			}
			return b.siteIndex[x.SiteID] - b.siteIndex[y.SiteID]
		})
	}
}

// reasonWords say the codes of why a site serves an order, in the order in which they are told.
var reasonWords = []struct{ code, words string }{
	{siteNearest, "nearest to the door"},
	{siteStock, "a nearer site lacks stock"},
	{siteHours, "no vehicle of a nearer site within the hours"},
	{siteNeeded, "a nearer site's stock or hands are needed elsewhere"},
	{siteSplit, "one part of several"},
}

// whyCell is the cell for people: "Schaan is nearest, 7 min by street. Schaan brings 12 parcels (12 nearest to the door)."
func (b *builder) whyCell(c *AreaCell) string {
	name := func(site string) string { return b.s.Sites[b.siteIndex[site]].Name }
	var s strings.Builder
	if c.SiteID == "" {
		s.WriteString("no way leads there from any site")
	} else {
		fmt.Fprintf(&s, "%s is nearest, %d min", name(c.SiteID), (c.TravelSec+30)/60)
	}
	for _, x := range c.Served {
		var why []string
		for _, r := range reasonWords {
			if n := x.Reasons[r.code]; n > 0 {
				why = append(why, fmt.Sprintf("%d %s", n, r.words))
			}
		}
		fmt.Fprintf(&s, "; %s brings %d parcels: %s", name(x.SiteID), x.Parcels, strings.Join(why, ", "))
	}
	if c.ShortUnits > 0 {
		fmt.Fprintf(&s, "; %d of %d units are not served", c.ShortUnits, c.Units)
	}
	return s.String()
}
