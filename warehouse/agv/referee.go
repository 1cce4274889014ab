package agv

import "fmt"

// Referee says whether a step of all robots is allowed. It is written apart from the planner, on the grid's cells alone.
type Referee struct {
	width, height int
	blocked       []bool
	holder        []int32 // cell → robot + 1 after the step
	before        []int32 // cell → robot + 1 before it
}

// NewReferee makes a referee of a grid as NewGraph takes it.
func NewReferee(width, height int, blocked []bool) *Referee {
	return &Referee{width, height, blocked, make([]int32, len(blocked)), make([]int32, len(blocked))}
}

// Place is a robot's cell and direction.
type Place struct {
	Cell int32
	Dir  uint8
}

// Step moves the robots by their actions, or says what is not allowed: a step off the floor or into a blocked cell, two
// robots on one cell, two that change cells with one another. places are changed only where all is allowed.
func (e *Referee) Step(places []Place, actions []Action) error {
	clear(e.holder)
	clear(e.before)
	after := make([]Place, len(places))
	for r, p := range places {
		if e.before[p.Cell] != 0 {
			return fmt.Errorf("robots %d and %d are both on cell %d before the step", e.before[p.Cell]-1, r, p.Cell)
		}
		e.before[p.Cell] = int32(r) + 1
		to, err := e.move(p, actions[r])
		if err != nil {
			return fmt.Errorf("robot %d: %w", r, err)
		}
		if other := e.holder[to.Cell]; other != 0 {
			return fmt.Errorf("robots %d and %d both go to cell %d", other-1, r, to.Cell)
		}
		e.holder[to.Cell] = int32(r) + 1
		after[r] = to
	}
	for r, p := range places {
		other := e.before[after[r].Cell]
		if after[r].Cell != p.Cell && other != 0 && e.holder[p.Cell] == other {
			return fmt.Errorf("robots %d and %d change cells %d and %d", r, other-1, p.Cell, after[r].Cell)
		}
	}
	copy(places, after)
	return nil
}

func (e *Referee) move(p Place, a Action) (Place, error) {
	switch a {
	case Wait:
		return p, nil
	case TurnRight:
		p.Dir = (p.Dir + 1) % 4
		return p, nil
	case TurnLeft:
		p.Dir = (p.Dir + 3) % 4
		return p, nil
	case Forward:
	default:
		return p, fmt.Errorf("action %d is unknown", a)
	}
	x, y := int(p.Cell)%e.width, int(p.Cell)/e.width
	switch p.Dir {
	case East:
		x++
	case South:
		y++
	case West:
		x--
	default:
		y--
	}
	if x < 0 || y < 0 || x >= e.width || y >= e.height || e.blocked[y*e.width+x] {
		return p, fmt.Errorf("a step from cell %d in direction %d leaves the floor", p.Cell, p.Dir)
	}
	p.Cell = int32(y*e.width + x)
	return p, nil
}
