package zone

import (
	"fmt"
	"slices"
)

// maxSteps keeps a request for neighbours below about 30,000 cells.
const maxSteps = 100

// Neighbours returns the names of all cells at most steps cells away from the named one, itself included, sorted by
// name. Steps range over 0…100.
func Neighbours(name string, steps int) ([]string, error) {
	c, err := parse(name)
	if err != nil {
		return nil, err
	}
	if steps < 0 || steps > maxSteps {
		return nil, fmt.Errorf("%w: %d steps; give 0…%d", ErrInput, steps, maxSteps)
	}
	disk, err := c.GridDisk(steps)
	if err != nil {
		return nil, fmt.Errorf("%w: no neighbours of cell %q: %w", ErrInput, name, err)
	}
	names := make([]string, len(disk))
	for i, d := range disk {
		names[i] = d.String()
	}
	slices.Sort(names)
	return names, nil
}
