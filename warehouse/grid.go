package warehouse

import (
	"fmt"
	"strings"
)

// gridLetters are the letters of the readable form of a floor's cells, indexed by CellKind.
const gridLetters = ".#PIr"

// ParseGrid reads the cells of a floor from text, one line a row, one letter a cell: '.' free, '#' shelf or wall, 'P' pick
// station, 'I' induction, 'r' park of one robot. Blank lines before and after the grid and spaces around a row are left
// out. An error names the row and column, both from 1.
func ParseGrid(text string) (width, height int, kinds []CellKind, err error) {
	rows := strings.Split(strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), " \t\n"), "\n")
	for y, row := range rows {
		row = strings.TrimSpace(row)
		if y == 0 {
			width = len(row)
			if width == 0 {
				return 0, 0, nil, fmt.Errorf("warehouse: the grid is empty; give one line of %q letters a row", gridLetters)
			}
		}
		for x := range len(row) {
			kind := strings.IndexByte(gridLetters, row[x])
			if kind < 0 {
				return 0, 0, nil, fmt.Errorf("warehouse: grid row %d, column %d: %q is none of %q", y+1, x+1, row[x], gridLetters)
			}
			kinds = append(kinds, CellKind(kind))
		}
		if len(row) != width {
			return 0, 0, nil, fmt.Errorf("warehouse: grid row %d has %d columns but row 1 has %d; make all rows equally long", y+1, len(row), width)
		}
	}
	if len(kinds) > maxCells {
		return 0, 0, nil, fmt.Errorf("warehouse: the grid has %d cells, at most %d are taken", len(kinds), maxCells)
	}
	return width, len(rows), kinds, nil
}

// FormatGrid writes the cells of a floor in the form that ParseGrid reads, each row ended by a newline. The floor must
// hold Width × Height cells of known kinds.
func FormatGrid(f Floor) string {
	var b strings.Builder
	b.Grow((f.Width + 1) * f.Height)
	for y := range f.Height {
		for _, kind := range f.Kinds[y*f.Width : (y+1)*f.Width] {
			b.WriteByte(gridLetters[kind])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ParkRobots gives one robot to each park cell, row by row, named prefix1, prefix2, ….
func ParkRobots(f Floor, prefix string) []Robot {
	var robots []Robot
	for cell, kind := range f.Kinds {
		if kind == CellPark {
			robots = append(robots, Robot{ID: fmt.Sprintf("%s%d", prefix, len(robots)+1), Park: int32(cell)})
		}
	}
	return robots
}
