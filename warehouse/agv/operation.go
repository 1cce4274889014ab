package agv

import "slices"

// Action is what a robot does in one step.
type Action uint8

// The actions of a robot: the first four of one that turns on the spot, Wait and the last four of one that moves in any
// direction without turning.
const (
	Forward Action = iota
	TurnRight
	TurnLeft
	Wait
	StepEast
	StepSouth
	StepWest
	StepNorth
)

// turning and turnless are what the two kinds of robots can do.
var (
	turning  = []Action{Forward, TurnRight, TurnLeft, Wait}
	turnless = []Action{StepEast, StepSouth, StepWest, StepNorth, Wait}
)

// Turned is the direction after an action.
func Turned(d uint8, a Action) uint8 {
	switch a {
	case TurnRight:
		return (d + 1) & 3
	case TurnLeft:
		return (d + 3) & 3
	}
	return d
}

// Heading is the direction in which an action moves a robot that faces d; moves is false where it stays.
func Heading(d uint8, a Action) (to uint8, moves bool) {
	switch {
	case a == Forward:
		return d, true
	case a >= StepEast && a <= StepNorth:
		return uint8(a - StepEast), true
	}
	return d, false
}

// operations is the set of all courses of depth actions that differ in the cells they pass or the direction they end in.
// Of courses that do not differ, the one that acts first stands for all.
type operations struct {
	depth   int
	acts    []Action // what a robot can do in a step
	actions []Action // [op*depth+t]
	inherit []uint8  // op → the op that is left of it after its first action, with a wait behind
	wait    uint8    // the op of waits alone
	// The courses as a tree, so that common beginnings are walked once: node 0 is the root; kids[n*len(acts)+i] is what acts[i] leads to, −1
	// for none.
	kids []int16
	leaf []int16 // node → op, −1 = not a course's end
}

// newOperations enumerates the courses of depth of the actions acts, the last of which is Wait. They are len(acts)^depth before
// those alike are dropped.
func newOperations(depth int, acts []Action) *operations {
	o := &operations{depth: depth, acts: acts}
	known := map[string]uint8{}
	total := 1
	for range depth {
		total *= len(acts)
	}
	canonical := make([]uint8, total)
	course := make([]Action, depth)
	for code := range total {
		for t, rest := depth-1, code; t >= 0; t-- {
			course[t] = acts[rest%len(acts)]
			rest /= len(acts)
		}
		trace := traceOf(course)
		op, ok := known[trace]
		if !ok {
			op = uint8(len(known))
			known[trace] = op
			o.actions = append(o.actions, course...)
		}
		canonical[code] = op
	}
	o.inherit = make([]uint8, len(known))
	for op := range o.inherit {
		code := 0
		for t := 1; t < depth; t++ {
			code = code*len(acts) + slices.Index(acts, o.actions[op*depth+t])
		}
		o.inherit[op] = canonical[code*len(acts)+len(acts)-1]
	}
	o.wait = canonical[total-1]
	o.plant()
	return o
}

// traceOf tells two courses apart: relative cells passed, and the last direction.
func traceOf(course []Action) string {
	var x, y int
	d := East
	trace := make([]byte, 0, 2*len(course)+1)
	for _, a := range course {
		if to, moves := Heading(d, a); moves {
			switch to {
			case East:
				x++
			case South:
				y++
			case West:
				x--
			case North:
				y--
			}
		}
		d = Turned(d, a)
		trace = append(trace, byte(x), byte(y))
	}
	return string(append(trace, d))
}

// plant builds the tree of courses.
func (o *operations) plant() {
	width := len(o.acts)
	grow := func() int16 {
		for range width {
			o.kids = append(o.kids, -1)
		}
		o.leaf = append(o.leaf, -1)
		return int16(len(o.leaf) - 1)
	}
	grow()
	for op := range o.inherit {
		n := 0
		for t := range o.depth {
			at := n*width + slices.Index(o.acts, o.actions[op*o.depth+t])
			if o.kids[at] < 0 {
				kid := grow()
				o.kids[at] = kid
			}
			n = int(o.kids[at])
		}
		o.leaf[n] = int16(op)
	}
}
