package agv

// maxSide bounds the cells that a robot takes in each direction.
const maxSide = 8

// Widen gives the cells that robots of side × side cells cannot stand on with their cell of least column and row: those where
// one of their cells would be blocked or off the floor.
func Widen(width, height int, blocked []bool, side int) []bool {
	wide := make([]bool, len(blocked))
	for c := range blocked {
		x, y := c%width, c/width
		wide[c] = x+side > width || y+side > height
		for i := 0; i < side*side && !wide[c]; i++ {
			wide[c] = blocked[(y+i/side)*width+x+i%side]
		}
	}
	return wide
}

// enterWide is enter for robots of several cells.
func (p *Planner) enterWide(r, who int32) {
	for t, v := range p.course(r, p.current[r]) {
		corner := int(p.g.cell[v])
		for i := range p.o.Side * p.o.Side {
			p.holds[(corner+i/p.o.Side*p.g.Width+i%p.o.Side)*p.stride+t+1] = who
		}
	}
}

// inWayWide is inWay for robots of several cells, two of which cannot change places in a step without being on one cell.
func (p *Planner) inWayWide(path []int32) int32 {
	found := int32(nobody)
	for t, v := range path {
		corner := int(p.g.cell[v])
		for i := range p.o.Side * p.o.Side {
			q := p.holds[(corner+i/p.o.Side*p.g.Width+i%p.o.Side)*p.stride+t+1]
			if q < 0 || q == found {
				continue
			}
			if found >= 0 {
				return several
			}
			found = q
		}
	}
	return found
}
