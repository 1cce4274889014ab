package floor

import (
	"fmt"
	"math"
	"slices"
)

// MakeOptions size a floor that Make draws. The zero value makes a small fulfilment floor.
type MakeOptions struct {
	Sortation     bool    // chutes in a field instead of racks
	Width, Height int     // cells, default 40 × 24; at least 12 × 10
	Stations      int     // default a fourth of the width; as many inductions on a fulfilment floor
	Robots        int     // default a tenth of the cells that they can enter
	SlowShare     float64 // of the robots, that drive at half speed; 0 to 1
	Zones         bool    // draw one of each kind
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
	if o.SlowShare < 0 || o.SlowShare > 1 || math.IsNaN(o.SlowShare) {
		return nil, fmt.Errorf("floor: a share of %g slow robots is not from 0 to 1", o.SlowShare)
	}
	if err := f.man(o.Robots); err != nil {
		return nil, err
	}
	f.slowDown(o.SlowShare)
	if o.Zones {
		return f, f.drawZones()
	}
	return f, nil
}

// slowDown gives a share of the robots, spread evenly, half of the speed.
func (f *Floor) slowDown(share float64) {
	n := int(math.Round(share * float64(len(f.Robots))))
	if n > 0 {
		f.Types = append(f.Types, RobotType{"slow", 0.5})
	}
	for i := range n {
		r := &f.Robots[i*len(f.Robots)/n]
		r.Type, r.Speed = "slow", 0.5
	}
}

// drawZones draws a slow lane before the stations, a place in the middle that takes few robots, one at the right below where
// people work 100 steps of 600, and one at the left that is closed for 100 steps once.
func (f *Floor) drawZones() error {
	w, h := f.Width, f.Height
	x, y := w/2, h/2
	f.Zones = []Zone{
		{Name: "Lane", Kind: Slow, Speed: 0.5, Rects: [][4]int{{1, 2, w - 2, 2}}},
		{Name: "Middle", Kind: Limit, Most: 2 + w/20, Rects: [][4]int{{x - w/8, y - h/8, x + w/8, y + h/8}}},
		{Name: "Packing", Kind: People, From: 100, To: 200, Every: 600, Rects: [][4]int{{w - 2 - w/4, h - 3, w - 2, h - 2}}},
		{Name: "Cleaning", Kind: Blocked, From: 250, To: 350, Rects: [][4]int{{2, h/2 - 1, 2, h/2 + 1}}},
	}
	for i := range f.Zones {
		if err := f.area(&f.Zones[i]); err != nil {
			return err
		}
	}
	f.leaveLimits()
	return nil
}

// leaveLimits moves robots to other free cells that begin as one too many within a limited zone.
func (f *Floor) leaveLimits() {
	taken, zoned := map[int32]bool{}, map[int32]bool{}
	for _, r := range f.Robots {
		taken[r.Vertex] = true
	}
	for i := range f.Zones {
		for _, v := range f.vertices(&f.Zones[i]) {
			zoned[v] = true
		}
	}
	free := f.Of(Free)
	for i := range f.Zones {
		if f.Zones[i].Kind != Limit {
			continue
		}
		within := map[int32]bool{}
		for _, v := range f.vertices(&f.Zones[i]) {
			within[v] = true
		}
		n := 0
		for r := range f.Robots {
			at := f.Robots[r].Vertex
			if !within[at] {
				continue
			}
			if n++; n <= f.Zones[i].Most {
				continue
			}
			if k := slices.IndexFunc(free, func(v int32) bool { return !taken[v] && !zoned[v] }); k >= 0 {
				taken[free[k]], f.Robots[r].Vertex = true, free[k]
			}
		}
	}
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
