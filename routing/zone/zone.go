// Package zone turns points on the globe into H3 cells and groups them into delivery zones.
//
// Takes points (longitude, latitude in degrees) and gives cell names and zone numbers. Method: Uber's hexagonal
// hierarchical index H3 (Brodsky 2018) through its C library; zones by merging the smallest zone into its nearest
// neighbour until few enough are left. Never: an exported signature carries an H3 type, so that only this package knows
// the technology.
package zone

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// MaxResolution is the finest resolution of H3; cells there are about one square metre.
const MaxResolution = 15

// ErrInput marks points, resolutions or cell names that are none.
var ErrInput = errors.New("zone: bad input")

// Cell returns the name of the H3 cell of the given resolution (0 coarsest … 15 finest) that holds p.
func Cell(p orb.Point, res int) (string, error) {
	c, err := cell(p, res)
	if err != nil {
		return "", err
	}
	return c.String(), nil
}

// Cells returns the name of the cell of each point, in the order of points. An error names the first bad point.
func Cells(points []orb.Point, res int) ([]string, error) {
	names := make([]string, len(points))
	for i, p := range points {
		name, err := Cell(p, res)
		if err != nil {
			return nil, fmt.Errorf("point %d: %w", i, err)
		}
		names[i] = name
	}
	return names, nil
}

// Centre returns the middle of a cell.
func Centre(name string) (orb.Point, error) {
	c, err := parse(name)
	if err != nil {
		return orb.Point{}, err
	}
	at, err := c.LatLng()
	if err != nil {
		return orb.Point{}, fmt.Errorf("%w: cell %q has no centre: %w", ErrInput, name, err)
	}
	return orb.Point{at.Lng, at.Lat}, nil
}

func cell(p orb.Point, res int) (h3.Cell, error) {
	if res < 0 || res > MaxResolution {
		return 0, fmt.Errorf("%w: resolution %d; give 0…%d", ErrInput, res, MaxResolution)
	}
	// Written so that NaN fails too.
	if !(math.Abs(p.Lon()) <= 180) || !(math.Abs(p.Lat()) <= 90) {
		return 0, fmt.Errorf("%w: point (%v, %v) is not a longitude in -180…180 and a latitude in -90…90", ErrInput,
			p.Lon(), p.Lat())
	}
	c, err := h3.LatLngToCell(h3.NewLatLng(p.Lat(), p.Lon()), res)
	if err != nil {
		return 0, fmt.Errorf("%w: no cell of resolution %d for (%v, %v): %w", ErrInput, res, p.Lon(), p.Lat(), err)
	}
	return c, nil
}

func parse(name string) (h3.Cell, error) {
	c := h3.CellFromString(name)
	if !c.IsValid() {
		return 0, fmt.Errorf("%w: %q is not the name of an H3 cell", ErrInput, name)
	}
	return c, nil
}
