package agv

import (
	"fmt"
)

// Directions of a robot that turns on the spot: a clockwise turn adds one.
const (
	East uint8 = iota
	South
	West
	North
)

// maxCells bounds a floor that this package plans on.
const maxCells = 1 << 24

// Graph is a grid floor as robots see it: its free cells are vertices 0…Len()−1 in row-major order.
type Graph struct {
	Width, Height int
	cell          []int32 // vertex → cell
	vertex        []int32 // cell → vertex, −1 = blocked
	// next[v*4+d] is the vertex one step ahead of v in direction d, −1 = none.
	next []int32
}

// NewGraph makes the graph of a grid of width × height cells, row-major, of which the blocked ones cannot be entered.
//
// An error names the size or the cell count that does not fit.
func NewGraph(width, height int, blocked []bool) (*Graph, error) {
	if width < 1 || height < 1 || width > maxCells/height {
		return nil, fmt.Errorf("agv: a floor of %d × %d cells; want 1 to %d cells", width, height, maxCells)
	}
	if len(blocked) != width*height {
		return nil, fmt.Errorf("agv: %d cells given for a floor of %d × %d", len(blocked), width, height)
	}
	g := &Graph{Width: width, Height: height, vertex: make([]int32, len(blocked))}
	for c, b := range blocked {
		g.vertex[c] = -1
		if !b {
			g.vertex[c] = int32(len(g.cell))
			g.cell = append(g.cell, int32(c))
		}
	}
	g.next = make([]int32, 4*len(g.cell))
	for v, c := range g.cell {
		x, y := int(c)%width, int(c)/width
		g.next[v*4+int(East)] = g.at(x+1, y)
		g.next[v*4+int(South)] = g.at(x, y+1)
		g.next[v*4+int(West)] = g.at(x-1, y)
		g.next[v*4+int(North)] = g.at(x, y-1)
	}
	return g, nil
}

func (g *Graph) at(x, y int) int32 {
	if x < 0 || y < 0 || x >= g.Width || y >= g.Height {
		return -1
	}
	return g.vertex[y*g.Width+x]
}

// Len is the number of vertices.
func (g *Graph) Len() int { return len(g.cell) }

// Vertex gives the vertex of a cell, −1 where it is blocked or outside.
func (g *Graph) Vertex(cell int) int32 {
	if cell < 0 || cell >= len(g.vertex) {
		return -1
	}
	return g.vertex[cell]
}

// Cell gives the cell of a vertex.
func (g *Graph) Cell(v int32) int32 { return g.cell[v] }

// Ahead gives the vertex one step from v in direction d, −1 where there is none.
func (g *Graph) Ahead(v int32, d uint8) int32 { return g.next[int(v)*4+int(d)] }

// Close takes the step from v in direction d away: a one-way lane is a step kept one way and closed the other.
func (g *Graph) Close(v int32, d uint8) { g.Redirect(v, d, -1) }

// Redirect lets the step from v in direction d lead to the vertex to, −1 = nowhere. A Planner must be told (Redraw).
func (g *Graph) Redirect(v int32, d uint8, to int32) { g.next[int(v)*4+int(d)] = to }
