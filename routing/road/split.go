package road

// Split cuts a path at distances from its start, in metres and not falling, into one more piece than there are cuts. The
// pieces join: each begins where the one before ends, and legs, times and lengths add up to those of the path.
func (g *Graph) Split(p Path, atM []float64) []Path {
	c := &cutting{g: g, p: p}
	c.begin = p.Legs[0].Begin
	c.turnMs = p.Legs[0].TurnMs
	out := make([]Path, 0, len(atM)+1)
	for _, at := range atM {
		for c.leg < len(p.Legs)-1 && at > c.passedM+c.lengthM() {
			c.finish()
		}
		out = append(out, c.cut(at))
	}
	for c.leg < len(p.Legs)-1 {
		c.finish()
	}
	c.add(p.Legs[c.leg].End)
	return append(out, c.take())
}

// cutting is a walk along a path.
type cutting struct {
	g       *Graph
	p       Path
	leg     int     // the walk stands on it
	begin   float64 // at this fraction of the leg's edge
	turnMs  int32   // not told yet
	passedM float64 // legs behind the walk
	piece   Path
}

func (c *cutting) lengthM() float64 { return float64(c.p.Legs[c.leg].LengthCm) / 100 }

// add tells the stretch of the leg from where the walk stands to a fraction of the edge.
func (c *cutting) add(end float64) {
	d := c.p.Legs[c.leg].Directed
	l := c.g.leg(d, c.begin, end, c.turnMs)
	c.piece.Legs = append(c.piece.Legs, l)
	c.piece.weight += weigh(l.TurnMs+max(l.DriveMs, 0), l.LengthCm)
	c.piece.Geometry = c.g.stretch(c.piece.Geometry, d, c.begin, end)
	c.begin, c.turnMs = end, 0
}

// finish walks to the end of the leg.
func (c *cutting) finish() {
	c.add(c.p.Legs[c.leg].End)
	c.passedM += c.lengthM()
	c.leg++
	c.begin, c.turnMs = c.p.Legs[c.leg].Begin, c.p.Legs[c.leg].TurnMs
}

// cut walks on to a distance on the leg and ends the piece there.
func (c *cutting) cut(at float64) Path {
	l := c.p.Legs[c.leg]
	end := l.Begin
	if length := c.lengthM(); length > 0 {
		end += min(max((at-c.passedM)/length, 0), 1) * (l.End - l.Begin)
	}
	if l.Backward() {
		end = min(end, c.begin)
	} else {
		end = max(end, c.begin)
	}
	c.add(end)
	return c.take()
}

func (c *cutting) take() Path {
	p := c.piece
	p.Geometry = tidy(p.Geometry)
	p.DurationSec, p.DistanceM = seconds(p.weight), metresOf(p.weight)
	c.piece = Path{}
	return p
}
