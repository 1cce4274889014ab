package business

import (
	"fmt"
	"strings"

	"quartermaster/warehouse"
)

var cellLetters = map[rune]warehouse.CellKind{
	'.': warehouse.CellFree, '#': warehouse.CellShelf, 'P': warehouse.CellPick, 'I': warehouse.CellInduct, 'R': warehouse.CellPark,
}

func (f *Floor) check(c *checker, at string) {
	c.want(len(f.Grid) > 0, at+".grid", "there is none")
	for y, row := range f.Grid {
		c.want(len(row) == len(f.Grid[0]), fmt.Sprintf("%s.grid[%d]", at, y), "has %d cells, the first row has %d", len(row), len(f.Grid[0]))
		for x, letter := range row {
			_, known := cellLetters[letter]
			c.want(known, fmt.Sprintf("%s.grid[%d]", at, y), "cell %d is %q, none of . # P I R", x+1, letter)
		}
	}
	c.whole(int64(f.Aisles), 1, 10_000, at+".aisles")
	c.whole(int64(f.SlotsPerAisle), 1, 10_000, at+".slots_per_aisle")
	c.whole(int64(f.Chutes), 1, 10_000, at+".chutes")
	if len(c.problems) > 0 {
		return // what follows needs a grid and sizes that are right in themselves
	}
	// The warehouse's own rules, robots' ways included, so that a plan does not fail later on what is wrong here.
	site := Site{ID: f.ID, Pickers: 1, Robots: strings.Count(strings.Join(f.Grid, ""), "R"), Shift: Hours{"00:00", "24:00"}}
	floor, robots := f.build(&site)
	err := warehouse.ValidateFloor(floor)
	if err == nil {
		err = warehouse.ValidateRobots(floor, robots)
	}
	c.want(err == nil, at, "%v", err)
}

// build makes the floor of one site, and its robots in the parks in reading order.
func (f *Floor) build(s *Site) (warehouse.Floor, []warehouse.Robot) {
	out := warehouse.Floor{
		SiteID: s.ID, Width: len(f.Grid[0]), Height: len(f.Grid), Kinds: make([]warehouse.CellKind, 0, len(f.Grid)*len(f.Grid[0])),
		Aisles: f.Aisles, SlotsPerAisle: f.SlotsPerAisle, SlotPitchCm: f.SlotPitchCm, AislePitchCm: f.AislePitchCm,
		Chutes: f.Chutes, StepSec: f.StepSec, Turning: f.Turning, Pickers: s.Pickers, PickSpeedCmPerSec: f.WalkCmPerSec, PickSec: f.PickSec,
		SetupSec: f.SetupSec, PackSec: f.PackSec, SortSec: f.SortSec, FeedSec: f.FeedSec, LoadSec: f.LoadSec, UnloadSec: f.UnloadSec,
		CartOrders: f.Cart.Orders, CartLines: f.Cart.Lines, CartWeightG: int64(f.Cart.WeightKg * 1000), CartVolumeCm3: int64(f.Cart.VolumeL * 1000),
		OpenSec: s.Shift.From.Sec(), CloseSec: s.Shift.To.Sec(),
	}
	var robots []warehouse.Robot
	for _, row := range f.Grid {
		for _, letter := range row {
			if letter == 'R' && len(robots) < s.Robots {
				robots = append(robots, warehouse.Robot{ID: fmt.Sprintf("%s-robot-%d", s.ID, len(robots)+1), Park: int32(len(out.Kinds))})
			}
			out.Kinds = append(out.Kinds, cellLetters[letter])
		}
	}
	return out, robots
}
