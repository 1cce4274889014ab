package business

import (
	"math"

	"github.com/paulmach/orb"
)

// siteShares gives each item's share of demand that arises nearest each site: order lines before the plan, counted by the
// site nearest to their consignee as the crow flies, drawn towards the share of all lines by ShrinkLines (a Dirichlet
// prior of that weight), so that an item with few lines is not said to be asked for in one place alone. Lines, not
// units: one wholesale order would outweigh a year.
func (d *drawer) siteShares() [][]float64 {
	sites := len(d.b.Sites)
	counts := make([]float64, len(d.known)*sites)
	all := make([]float64, sites)
	nearest := map[string]int{}
	for i := range d.books.Orders {
		o := &d.books.Orders[i]
		if o.Day() >= d.req.StartDay {
			break // by time
		}
		who := consignee(o)
		site, ok := nearest[who]
		if !ok {
			site = d.nearestSite(d.pointOf(who))
			nearest[who] = site
		}
		for _, l := range o.Lines {
			if item := d.index[l.Item]; item >= 0 {
				counts[int(item)*sites+site]++
				all[site]++
			}
		}
	}
	total := 0.0
	for _, n := range all {
		total += n
	}
	for s := range all {
		if total > 0 {
			all[s] /= total
		} else {
			all[s] = 1 / float64(sites)
		}
	}
	return shrink(counts, all, d.b.SiteShare.ShrinkLines)
}

// shrink gives (count + weight · common share) / (sum of counts + weight), row by row.
func shrink(counts, common []float64, weight float64) [][]float64 {
	sites := len(common)
	out := make([][]float64, len(counts)/sites)
	flat := make([]float64, len(counts))
	for i := range out {
		row := counts[i*sites : (i+1)*sites]
		sum := weight
		for _, n := range row {
			sum += n
		}
		out[i] = flat[i*sites : (i+1)*sites : (i+1)*sites]
		for s, n := range row {
			out[i][s] = (n + weight*common[s]) / sum
		}
	}
	return out
}

// nearestSite is by straight line on the map with longitudes narrowed to the latitude: over a country's width good enough
// to say who is nearer, and it needs no street. Of equally near sites the first declared counts.
func (d *drawer) nearestSite(p orb.Point) int {
	best, bestSquare := 0, math.Inf(1)
	narrow := math.Cos(p[1] * math.Pi / 180)
	for i := range d.b.Sites {
		dx, dy := (d.b.Sites[i].Lon-p[0])*narrow, d.b.Sites[i].Lat-p[1]
		if square := dx*dx + dy*dy; square < bestSquare {
			best, bestSquare = i, square
		}
	}
	return best
}
