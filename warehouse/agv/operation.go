package agv

// Action is what a robot does in one step.
type Action uint8

// The actions of a robot that turns on the spot.
const (
	Forward Action = iota
	TurnRight
	TurnLeft
	Wait
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

// operations is the set of all courses of depth actions that differ in the cells they pass or the direction they end in.
// Of courses that do not differ, the one that acts first stands for all.
type operations struct {
	depth   int
	actions []Action // [op*depth+t]
	inherit []uint8  // op → the op that is left of it after its first action, with a wait behind
	wait    uint8    // the op of waits alone
	// The courses as a tree, so that common beginnings are walked once: node 0 is the root; kids[n*4+a] is −1 for none.
	kids []int16
	leaf []int16 // node → op, −1 = not a course's end
}

// newOperations enumerates the courses of depth actions. They are 4^depth before those alike are dropped.
func newOperations(depth int) *operations {
	o := &operations{depth: depth}
	known := map[string]uint8{}
	total := 1 << (2 * depth)
	canonical := make([]uint8, total)
	course := make([]Action, depth)
	for code := range total {
		for t := range course {
			course[t] = Action(code >> (2 * (depth - 1 - t)) & 3)
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
			code = code<<2 | int(o.actions[op*depth+t])
		}
		o.inherit[op] = canonical[code<<2|int(Wait)]
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
		if a == Forward {
			switch d {
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
	grow := func() int16 {
		o.kids = append(o.kids, -1, -1, -1, -1)
		o.leaf = append(o.leaf, -1)
		return int16(len(o.leaf) - 1)
	}
	grow()
	for op := range o.inherit {
		n := int16(0)
		for t := range o.depth {
			a := o.actions[op*o.depth+t]
			if o.kids[int(n)*4+int(a)] < 0 {
				kid := grow()
				o.kids[int(n)*4+int(a)] = kid
			}
			n = o.kids[int(n)*4+int(a)]
		}
		o.leaf[n] = int16(op)
	}
}
