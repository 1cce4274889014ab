package plan

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing/zone"
)

// The areas of a plan say what a count of its orders by cell says, and the nearest site of a cell with one order is the one
// from which the street takes least.
func TestAreasAreByStreet(t *testing.T) {
	t.Parallel()
	s := shop(t, 4)
	p := build(t, s, Options{RoutingIterations: 50})
	byCell := map[string][]Order{}
	for _, o := range s.Orders {
		name, err := zone.Cell(o.Point, p.Areas.Resolution)
		if err != nil {
			t.Fatal(err)
		}
		byCell[name] = append(byCell[name], o)
	}
	if p.Areas.Resolution != finestCell || len(p.Areas.Cells) != len(byCell) {
		t.Fatalf("%d cells of resolution %d, the orders lie in %d", len(p.Areas.Cells), p.Areas.Resolution, len(byCell))
	}
	alone := 0
	for _, c := range p.Areas.Cells {
		orders := byCell[c.Cell]
		if len(orders) != 1 {
			continue
		}
		alone++
		best, at := int64(1<<40), ""
		door, ok := s.Roads.Snap(orders[0].Point)
		for _, site := range s.Sites {
			from, _ := s.Roads.Snap(orb.Point{site.Lon, site.Lat})
			if way, found := s.Roads.Route(from, door); ok && found && way.DurationSec < best {
				best, at = way.DurationSec, site.ID
			}
		}
		if c.SiteID != at || c.TravelSec-best > 1 || best-c.TravelSec > 1 {
			t.Errorf("cell %s: %s in %d s, a route says %s in %d s", c.Cell, c.SiteID, c.TravelSec, at, best)
		}
	}
	if alone < 10 {
		t.Fatalf("only %d cells hold one order", alone)
	}
}

// Where the nearest site has nothing on its shelves, others serve its area, and the cells say why.
func TestAreasSayWhy(t *testing.T) {
	t.Parallel()
	s := shop(t, 4)
	for i := range s.Positions {
		if s.Positions[i].SiteID == "s1" {
			s.Positions[i].OnHand = 0
		}
	}
	p := build(t, s, Options{RoutingIterations: 50})
	mine, lacks := 0, 0
	for _, c := range p.Areas.Cells {
		if c.SiteID != "s1" {
			continue
		}
		mine++
		for _, x := range c.Served {
			if x.SiteID == "s1" {
				t.Errorf("cell %s is served from an empty site", c.Cell)
			}
			lacks += x.Reasons[siteStock]
		}
		if !strings.HasPrefix(c.Why, "Site s1 is nearest, ") {
			t.Errorf("cell %s: %s", c.Cell, c.Why)
		}
	}
	if mine == 0 || lacks == 0 {
		t.Errorf("%d cells are nearest to the empty site, %d parcels come from elsewhere for its lack of stock", mine, lacks)
	}
}
