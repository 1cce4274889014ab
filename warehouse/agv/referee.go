package agv

import "fmt"

// Referee says whether a step of all robots is allowed. It is written apart from the planner, on the grid's cells alone.
type Referee struct {
	Side          int // cells that a robot takes in each direction from its own, which has the least column and row; 0 is 1
	Rules         Rules
	resting       []int // robot → steps that it must still wait
	width, height int
	blocked       []bool
	holder        []int32 // cell → robot + 1 after the step
	before        []int32 // cell → robot + 1 before it
}

// NewReferee makes a referee of a grid as NewGraph takes it.
func NewReferee(width, height int, blocked []bool) *Referee {
	return &Referee{Side: 1, width: width, height: height, blocked: blocked, holder: make([]int32, len(blocked)), before: make([]int32, len(blocked))}
}

// Place is a robot's cell and direction.
type Place struct {
	Cell int32
	Dir  uint8
}

// Step moves the robots by their actions, or says what is not allowed: a step off the floor or into a blocked cell, two
// robots on one cell, two that change cells with one another, and what Rules forbid. places are changed only where all is allowed.
func (e *Referee) Step(places []Place, actions []Action) error {
	clear(e.holder)
	clear(e.before)
	after := make([]Place, len(places))
	for r, p := range places {
		if other, cell := e.cover(e.before, p.Cell, r); other >= 0 {
			return fmt.Errorf("robots %d and %d are both on cell %d before the step", other, r, cell)
		}
		to, err := e.move(p, actions[r])
		if err != nil {
			return fmt.Errorf("robot %d: %w", r, err)
		}
		if other, cell := e.cover(e.holder, to.Cell, r); other >= 0 {
			return fmt.Errorf("robots %d and %d both go to cell %d", other, r, cell)
		}
		after[r] = to
	}
	for r, p := range places {
		other := e.before[after[r].Cell]
		if after[r].Cell != p.Cell && other != 0 && other != int32(r)+1 && e.holder[p.Cell] == other {
			return fmt.Errorf("robots %d and %d change cells %d and %d", r, other-1, p.Cell, after[r].Cell)
		}
	}
	if err := e.judge(places, after, actions); err != nil {
		return err
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
	}
	if a > StepNorth {
		return p, fmt.Errorf("action %d is unknown", a)
	}
	x, y := int(p.Cell)%e.width, int(p.Cell)/e.width
	d := p.Dir
	if a >= StepEast {
		d = uint8(a - StepEast)
	}
	switch d {
	case East:
		x++
	case South:
		y++
	case West:
		x--
	default:
		y--
	}
	if !e.fits(x, y) {
		return p, fmt.Errorf("a step from cell %d in direction %d leaves the floor", p.Cell, d)
	}
	p.Cell = int32(y*e.width + x)
	return p, nil
}

// fits tells whether a robot can stand with its cell in column x and row y.
func (e *Referee) fits(x, y int) bool {
	side := max(1, e.Side)
	if x < 0 || y < 0 || x+side > e.width || y+side > e.height {
		return false
	}
	for dy := range side {
		for dx := range side {
			if e.blocked[(y+dy)*e.width+x+dx] {
				return false
			}
		}
	}
	return true
}

// cover enters a robot on its cells, or tells the robot that has one of them, else −1.
func (e *Referee) cover(on []int32, at int32, robot int) (other, cell int32) {
	for dy := range int32(max(1, e.Side)) {
		for dx := range int32(max(1, e.Side)) {
			c := at + dy*int32(e.width) + dx
			if on[c] != 0 {
				return on[c] - 1, c
			}
			on[c] = int32(robot) + 1
		}
	}
	return -1, 0
}
