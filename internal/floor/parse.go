package floor

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"quartermaster/warehouse/agv"
)

// Limits on what a floor file may hold.
const (
	maxFileBytes = 64 << 20
	maxSide      = 8192
	maxRobots    = 100_000
	maxNodes     = 1 << 20
)

// parser reads a floor file line by line.
type parser struct {
	f       *Floor
	file    string
	line    int
	section string
	node    map[string]int
	x, y    []float64
	edges   []edge
	robots  []robotLine
	types   map[string]float64 // speeds
}

type edge struct {
	from, to int
	oneWay   bool
	line     int
}

type robotLine struct {
	words []string
	line  int
}

// Parse reads a floor file; file names it in errors.
//
//	floor 1
//	name Small floor
//	cell_m 1.2
//	step_s 1
//	grid
//	#######
//	#P...I#
//	#.SSS>#
//	#H...C#
//	#######
//	types
//	forklift speed 0.25
//	zones
//	Aisle limit 2 cells 1 2 1 3
//	Corner slow 0.5 cells 4 3 5 3
//	Lunch human cells 3 1 3 1 from 100 to 160 every 600
//	robots
//	R1 1 3 north speed 0.5 charge 80
//	R2 2 3 type forklift
//
// In a grid # is a wall, S a shelf, x a place of people, P a station where goods are put on robots, I one where they are
// taken off, C a charger, H a home, > < ^ v one-way lanes, and . free; columns and rows count from 0. Instead of grid, graph
// has lines "node NAME X Y [KIND]" and "edge NAME NAME [oneway]" in metres, where a node has one edge in each of the four
// directions at most. Robots are named with column and row, or with their node. A robot takes the whole steps that its speed asks
// for: at 0.4 cells a step an action takes three. Zones are named with their kind (blocked, human, limit N or slow SPEED), with
// rectangles of cells or nodes, and human and blocked ones with the steps, or seconds as in 90s, at which they are closed.
//
// An error names the file, the line, and the cell.
func Parse(file string, data []byte) (*Floor, error) {
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("%s: %d bytes are over the limit of %d", file, len(data), maxFileBytes)
	}
	p := &parser{f: &Floor{CellM: 1, StepSec: 1}, file: file, node: map[string]int{}, types: map[string]float64{}}
	for line := range bytes.Lines(data) {
		p.line++
		if err := p.take(strings.TrimRight(string(line), " \t\r\n")); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, p.line, err)
		}
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	return p.f, nil
}

func (p *parser) take(line string) error {
	words := strings.Fields(line)
	if p.line == 1 {
		if len(words) != 2 || words[0] != "floor" || words[1] != "1" {
			return fmt.Errorf("%.40q: a floor file begins with the line: floor 1", line)
		}
		return nil
	}
	if len(words) == 0 || strings.HasPrefix(words[0], "//") {
		return nil
	}
	switch words[0] {
	case "grid", "graph", "robots", "types", "zones":
		if len(words) == 1 && ((words[0] != "grid" && words[0] != "graph") || (len(p.f.Kinds) == 0 && p.section == "")) {
			p.section = words[0]
			return nil
		}
	}
	switch p.section {
	case "grid":
		return p.row(line)
	case "graph":
		return p.graphLine(words)
	case "robots":
		if len(p.robots) >= maxRobots {
			return fmt.Errorf("more than %d robots", maxRobots)
		}
		p.robots = append(p.robots, robotLine{words, p.line})
		return nil
	case "types":
		return p.robotType(words)
	case "zones":
		return p.zone(words)
	}
	return p.head(words, line)
}

func (p *parser) head(words []string, line string) (err error) {
	value := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), words[0]))
	switch words[0] {
	case "name":
		p.f.Name = value
	case "cell_m":
		p.f.CellM, err = between(value, 0.01, 1000)
	case "step_s":
		p.f.StepSec, err = between(value, 0.001, 86_400)
	default:
		return fmt.Errorf("%.40q: want name, cell_m, step_s, grid, graph, types, zones or robots", words[0])
	}
	if err != nil {
		return fmt.Errorf("%s: %w", words[0], err)
	}
	return nil
}

func between(text string, low, high float64) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || x < low || x > high {
		return 0, fmt.Errorf("%.40q is no number from %g to %g", text, low, high)
	}
	return x, nil
}

func (p *parser) row(line string) error {
	f := p.f
	if f.Height == 0 {
		f.Width = len(line)
	}
	if len(line) != f.Width {
		return fmt.Errorf("row %d has %d cells, the rows before have %d", f.Height, len(line), f.Width)
	}
	if f.Width > maxSide || f.Height >= maxSide {
		return fmt.Errorf("the floor is larger than %d × %d cells", maxSide, maxSide)
	}
	for x := range len(line) {
		k := Kind(line[x])
		if !strings.ContainsRune(".#SxPICH<>^v", rune(k)) {
			return fmt.Errorf("column %d, row %d: %q is no kind of cell; want one of . # S x P I C H < > ^ v", x, f.Height, line[x])
		}
		f.Kinds = append(f.Kinds, k)
	}
	f.Height++
	return nil
}

func (p *parser) graphLine(words []string) error {
	switch {
	case words[0] == "node" && (len(words) == 4 || len(words) == 5):
		if _, twice := p.node[words[1]]; twice {
			return fmt.Errorf("node %s is given twice", words[1])
		}
		if len(p.x) >= maxNodes {
			return fmt.Errorf("more than %d nodes", maxNodes)
		}
		k := Free
		if len(words) == 5 {
			k = Kind(words[4][0])
			if len(words[4]) != 1 || !strings.ContainsRune(".PICHx", rune(k)) {
				return fmt.Errorf("node %s: %q is no kind of node; want one of . P I C H x", words[1], words[4])
			}
		}
		x, errX := between(words[2], -1e6, 1e6)
		y, errY := between(words[3], -1e6, 1e6)
		if errX != nil || errY != nil {
			return fmt.Errorf("node %s: %q, %q are no place in metres", words[1], words[2], words[3])
		}
		p.node[words[1]] = len(p.x)
		p.x, p.y = append(p.x, x), append(p.y, y)
		p.f.names, p.f.Kinds = append(p.f.names, words[1]), append(p.f.Kinds, k)
	case words[0] == "edge" && (len(words) == 3 || (len(words) == 4 && words[3] == "oneway")):
		a, okA := p.node[words[1]]
		b, okB := p.node[words[2]]
		if !okA || !okB || a == b {
			return fmt.Errorf("edge %s %s does not join two nodes given before", words[1], words[2])
		}
		p.edges = append(p.edges, edge{a, b, len(words) == 4, p.line})
	default:
		return fmt.Errorf("%.60q: want node NAME X Y [KIND] or edge NAME NAME [oneway]", strings.Join(words, " "))
	}
	return nil
}

func (p *parser) finish() error {
	if len(p.f.Kinds) == 0 {
		return fmt.Errorf("%s: no cell is given: after a line grid or graph", p.file)
	}
	for i := range p.f.Zones {
		if err := p.f.area(&p.f.Zones[i]); err != nil {
			return fmt.Errorf("%s: line %d: %w", p.file, p.f.Zones[i].line, err)
		}
	}
	var err error
	if p.f.names != nil {
		err = p.join()
	} else {
		err = p.f.build()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.file, err)
	}
	for _, r := range p.robots {
		if err := p.robot(r.words); err != nil {
			return fmt.Errorf("%s: line %d: robot %s: %w", p.file, r.line, r.words[0], err)
		}
	}
	return nil
}

// join makes the graph of nodes and edges: each edge leaves its nodes in the nearest of the four directions.
func (p *parser) join() error {
	n := len(p.x)
	blocked := make([]bool, n)
	for i, k := range p.f.Kinds {
		blocked[i] = k.blocked()
	}
	p.f.block(blocked)
	g, err := agv.NewGraph(n, 1, blocked)
	if err != nil {
		return err
	}
	for v := range int32(g.Len()) {
		for d := range uint8(4) {
			g.Close(v, d)
		}
	}
	p.f.Graph = g
	link := func(a, b, line int) error {
		v, u := g.Vertex(a), g.Vertex(b)
		if v < 0 || u < 0 {
			return nil // people's
		}
		dx, dy := p.x[b]-p.x[a], p.y[b]-p.y[a]
		d := agv.East
		switch {
		case math.Abs(dx) >= math.Abs(dy) && dx < 0:
			d = agv.West
		case math.Abs(dx) < math.Abs(dy) && dy > 0:
			d = agv.North
		case math.Abs(dx) < math.Abs(dy):
			d = agv.South
		}
		if g.Ahead(v, d) >= 0 {
			return fmt.Errorf("line %d: node %s has two edges in one direction, to %s and %s", line, p.f.names[a], p.f.names[g.Cell(g.Ahead(v, d))], p.f.names[b])
		}
		g.Redirect(v, d, u)
		return nil
	}
	for _, e := range p.edges {
		if err := link(e.from, e.to, e.line); err != nil {
			return err
		}
		if !e.oneWay {
			if err := link(e.to, e.from, e.line); err != nil {
				return err
			}
		}
	}
	return nil
}

// robot reads NAME and its place, then its direction, type, speed and charge.
func (p *parser) robot(words []string) error {
	r := Robot{ID: words[0], Speed: 1, Charge: 100}
	words = words[1:]
	cell, taken := -1, 2
	if p.f.names != nil {
		taken = 1
	}
	if len(words) < taken {
		return fmt.Errorf("it has no place")
	}
	if p.f.names != nil {
		if at, known := p.node[words[0]]; known {
			cell = at
		}
	} else {
		x, errX := strconv.Atoi(words[0])
		y, errY := strconv.Atoi(words[1])
		if errX == nil && errY == nil && x >= 0 && y >= 0 && x < p.f.Width && y < p.f.Height {
			cell = y*p.f.Width + x
		}
	}
	place := strings.Join(words[:taken], " ")
	if cell < 0 {
		return fmt.Errorf("%q is off the floor", place)
	}
	if r.Vertex = p.f.Graph.Vertex(cell); r.Vertex < 0 {
		return fmt.Errorf("%q is blocked (%s)", place, p.f.why(cell))
	}
	if err := r.rest(words[taken:], p.types); err != nil {
		return err
	}
	p.f.Robots = append(p.f.Robots, r)
	return nil
}

// why tells what blocks a cell.
func (f *Floor) why(cell int) string {
	for i := range f.Zones {
		if f.Zones[i].always() && slices.Contains(f.Zones[i].Cells, int32(cell)) {
			return "zone " + f.Zones[i].Name
		}
	}
	return string(f.Kinds[cell])
}

// robotType reads NAME speed X.
func (p *parser) robotType(words []string) error {
	if len(words) != 3 || words[1] != "speed" {
		return fmt.Errorf("type %s: want NAME speed X", words[0])
	}
	if _, twice := p.types[words[0]]; twice {
		return fmt.Errorf("type %s is given twice", words[0])
	}
	speed, err := between(words[2], 0.01, 1)
	if err != nil {
		return fmt.Errorf("type %s: speed: %w", words[0], err)
	}
	p.types[words[0]] = speed
	p.f.Types = append(p.f.Types, RobotType{words[0], speed})
	return nil
}

func (r *Robot) rest(words []string, types map[string]float64) (err error) {
	directions := map[string]uint8{"east": agv.East, "south": agv.South, "west": agv.West, "north": agv.North}
	for len(words) > 0 {
		d, is := directions[words[0]]
		switch {
		case is:
			r.Dir = d
			words = words[1:]
			continue
		case len(words) > 1 && words[0] == "speed":
			r.Speed, err = between(words[1], 0.01, 1)
		case len(words) > 1 && words[0] == "charge":
			r.Charge, err = between(words[1], 0, 100)
		case len(words) > 1 && words[0] == "type":
			speed, known := types[words[1]]
			if !known {
				return fmt.Errorf("type: %.40q is not among the types", words[1])
			}
			r.Type, r.Speed = words[1], speed
		default:
			return fmt.Errorf("%.40q: want a direction, type NAME, speed X or charge X", words[0])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", words[0], err)
		}
		words = words[2:]
	}
	return nil
}
