package agv

import (
	"fmt"

	"quartermaster/warehouse"
)

// LayoutOptions size a floor made by Layout. The zero value works.
type LayoutOptions struct {
	Width, Height int // cells, default 36 × 22, at least 9 × 8
	Stations      int // pick stations along the upper wall, default 4
	Inducts       int // inductions along the lower wall, default 3
	Robots        int // parks along the left and right wall, default 8
}

// Layout draws a small floor for a demo: pick stations above, inductions below, parks at the sides, two lanes all round,
// and between them racks of 4 × 2 cells with lanes two cells wide, so that two robots can always pass. It gives the fields
// Width, Height and Kinds of a warehouse.Floor; warehouse.ParkRobots makes its robots. The same options give the same floor.
//
// An error names the option that does not fit.
func Layout(o LayoutOptions) (width, height int, kinds []warehouse.CellKind, err error) {
	for _, field := range []struct {
		value    *int
		standard int
	}{{&o.Width, 36}, {&o.Height, 22}, {&o.Stations, 4}, {&o.Inducts, 3}, {&o.Robots, 8}} {
		if *field.value == 0 {
			*field.value = field.standard
		}
	}
	if o.Width < 9 || o.Height < 8 || o.Width > 1000 || o.Height > 1000 {
		return 0, 0, nil, fmt.Errorf("agv: a layout of Width %d × Height %d cells is not between 9 × 8 and 1000 × 1000", o.Width, o.Height)
	}
	if most := (o.Width - 2) / 2; o.Stations < 1 || o.Inducts < 1 || max(o.Stations, o.Inducts) > most {
		return 0, 0, nil, fmt.Errorf("agv: Stations %d and Inducts %d must be 1…%d on a floor %d cells wide", o.Stations, o.Inducts, most, o.Width)
	}
	if most := 2 * (o.Height - 2); o.Robots < 1 || o.Robots > most {
		return 0, 0, nil, fmt.Errorf("agv: Robots %d must be 1…%d on a floor %d cells high", o.Robots, most, o.Height)
	}
	kinds = make([]warehouse.CellKind, o.Width*o.Height)
	for cell := range kinds {
		x, y := cell%o.Width, cell/o.Width
		wall := x == 0 || y == 0 || x == o.Width-1 || y == o.Height-1
		// Racks leave the two cells beside each wall free and repeat every 6 columns and 4 rows.
		rack := x >= 3 && x < o.Width-3 && y >= 3 && y < o.Height-3 && (x-3)%6 < 4 && (y-3)%4 < 2
		if wall || rack {
			kinds[cell] = warehouse.CellShelf
		}
	}
	for i := range o.Stations {
		kinds[spread(i, o.Stations, o.Width)] = warehouse.CellPick
	}
	for i := range o.Inducts {
		kinds[(o.Height-1)*o.Width+spread(i, o.Inducts, o.Width)] = warehouse.CellInduct
	}
	left := (o.Robots + 1) / 2
	for i := range o.Robots {
		if i < left {
			kinds[spread(i, left, o.Height)*o.Width] = warehouse.CellPark
		} else {
			kinds[spread(i-left, o.Robots-left, o.Height)*o.Width+o.Width-1] = warehouse.CellPark
		}
	}
	return o.Width, o.Height, kinds, nil
}

// spread gives the i-th of n places spread evenly over 1…length−2.
func spread(i, n, length int) int { return 1 + (2*i+1)*(length-2)/(2*n) }
