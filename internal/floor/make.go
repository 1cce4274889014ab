package floor

import "fmt"

// MakeOptions size a floor that Make draws. The zero value makes a small fulfilment floor.
type MakeOptions struct {
	Sortation     bool // chutes in a field instead of racks
	Width, Height int  // cells, default 40 × 24; at least 12 × 10
	Stations      int  // default a fourth of the width; as many inductions on a fulfilment floor
	Robots        int  // default a tenth of the cells that they can enter
}

// Make draws a floor: stations along the upper wall, inductions along the lower one, chargers at the left, and between them
// racks of four by two cells with aisles two cells wide (fulfilment), or single chutes with lanes all round (sortation),
// whose neighbours are where goods are taken off. The same options give the same floor.
//
// An error names the option that does not fit.
func Make(o MakeOptions) (*Floor, error) {
	for _, x := range []struct {
		value    *int
		standard int
	}{{&o.Width, 40}, {&o.Height, 24}} {
		if *x.value == 0 {
			*x.value = x.standard
		}
	}
	if o.Width < 12 || o.Height < 10 || o.Width > maxSide || o.Height > maxSide {
		return nil, fmt.Errorf("floor: %d × %d cells are not between 12 × 10 and %d × %d", o.Width, o.Height, maxSide, maxSide)
	}
	if o.Stations == 0 {
		o.Stations = o.Width / 4
	}
	if o.Stations < 1 || o.Stations > (o.Width-2)/2 {
		return nil, fmt.Errorf("floor: %d stations, want 1 to %d on a floor %d cells wide", o.Stations, (o.Width-2)/2, o.Width)
	}
	f := &Floor{Name: "fulfilment", CellM: 1, StepSec: 1, Width: o.Width, Height: o.Height, Kinds: make([]Kind, o.Width*o.Height)}
	inside := rack
	if o.Sortation {
		f.Name, inside = "sortation", chute
	}
	for c := range f.Kinds {
		x, y := c%o.Width, c/o.Width
		switch {
		case x == 0 || y == 0 || x == o.Width-1 || y == o.Height-1:
			f.Kinds[c] = Wall
		case x < 3 || y < 3 || x >= o.Width-3 || y >= o.Height-3:
			f.Kinds[c] = Free
		default:
			f.Kinds[c] = inside(x-3, y-3)
		}
	}
	for i := range o.Stations {
		x := 1 + (2*i+1)*(o.Width-2)/(2*o.Stations)
		f.Kinds[o.Width+x] = Station
		f.Kinds[(o.Height-2)*o.Width+x] = Induct
	}
	for i := range max(1, o.Height/8) {
		f.Kinds[(4+4*i)%(o.Height-4)*o.Width+o.Width+1] = Charger
	}
	if err := f.build(); err != nil {
		return nil, err
	}
	return f, f.man(o.Robots)
}

// rack is the cell of racks four cells long and two deep.
func rack(x, y int) Kind {
	if x%6 < 4 && y%4 < 2 {
		return Shelf
	}
	return Free
}

// chute is the cell of single chutes, each with the place to its left where goods are taken off.
func chute(x, y int) Kind {
	switch {
	case x%4 == 2 && y%3 == 1:
		return Shelf
	case x%4 == 1 && y%3 == 1:
		return Induct
	}
	return Free
}

// man puts robots on free cells, spread evenly.
func (f *Floor) man(n int) error {
	free := f.Of(Free)
	if n == 0 {
		n = f.Graph.Len() / 10
	}
	if n < 1 || n > len(free) {
		return fmt.Errorf("floor: %d robots, want 1 to %d, the free cells", n, len(free))
	}
	for i := range n {
		f.Robots = append(f.Robots, Robot{ID: fmt.Sprintf("R%d", i+1), Vertex: free[i*len(free)/n], Speed: 1, Charge: 100})
	}
	return nil
}
