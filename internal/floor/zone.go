package floor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"quartermaster/warehouse/agv"
)

// ZoneKind is what holds within a zone.
type ZoneKind string

// The kinds of zones. Nobody enters one that is closed, and those within leave it.
const (
	Blocked ZoneKind = "blocked" // closed always, or at its times
	People  ZoneKind = "human"   // people work there: closed always, or at its times
	Limit   ZoneKind = "limit"   // takes Most robots at once
	Slow    ZoneKind = "slow"    // robots drive at Speed there at most
)

// Zone is a named area of a floor.
type Zone struct {
	Name  string
	Kind  ZoneKind
	Most  int     // robots within at once, of a limit
	Speed float64 // cells a step at most, of a slow zone
	// A zone that closes at times does so at step From and opens at step To, and again every Every steps; 0 = once. To 0 is a
	// zone without times.
	From, To, Every int
	Cells           []int32  // of the floor, ascending, or numbers of its nodes
	Rects           [][4]int // columns and rows of two corners, as given
	line            int
}

// Limits on zones. With the greatest number of steps sums of times stay small.
const (
	maxZones     = 1000
	maxZoneCells = 1 << 24
	maxZoneStep  = 1 << 30
)

// closes tells whether a zone is ever closed.
func (z *Zone) closes() bool { return z.Kind == Blocked || z.Kind == People }

// always tells whether a zone is never open.
func (z *Zone) always() bool { return z.closes() && z.To == 0 }

// ClosedAt tells whether a zone is closed in a step.
func (z *Zone) ClosedAt(step int) bool {
	switch {
	case !z.closes() || step < z.From:
		return z.always()
	case z.always():
		return true
	case z.Every > 0:
		return (step-z.From)%z.Every < z.To-z.From
	}
	return step < z.To
}

// zone reads NAME KIND [VALUE], the cells or nodes, and times:
//
//	Aisle4 limit 2 cells 5 3 8 9
//	Ramp   slow 0.5 cells 1 1 3 1 cells 1 2 1 2
//	Pack   human cells 2 2 6 4 from 100 to 160 every 600
//	Dock   blocked cells 9 9 9 12 from 30s to 90s
func (p *parser) zone(words []string) error {
	z := Zone{Name: words[0], line: p.line}
	if len(p.f.Zones) >= maxZones {
		return fmt.Errorf("more than %d zones", maxZones)
	}
	if err := p.zoneWords(&z, words[1:]); err != nil {
		return fmt.Errorf("zone %s: %w", z.Name, err)
	}
	p.f.Zones = append(p.f.Zones, z)
	return nil
}

func (p *parser) zoneWords(z *Zone, words []string) (err error) {
	if len(words) == 0 {
		return fmt.Errorf("it has no kind; want blocked, human, limit N or slow SPEED")
	}
	z.Kind = ZoneKind(words[0])
	words = words[1:]
	switch z.Kind {
	case Blocked, People:
	case Limit, Slow:
		if len(words) == 0 {
			return fmt.Errorf("%s: no number is given", z.Kind)
		}
		if z.Kind == Limit {
			z.Most, err = wholeFrom(words[0], 1, maxRobots)
		} else {
			z.Speed, err = between(words[0], 1.0/16, 1)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", z.Kind, err)
		}
		words = words[1:]
	default:
		return fmt.Errorf("%.40q is no kind of zone; want blocked, human, limit N or slow SPEED", string(z.Kind))
	}
	for len(words) > 0 {
		if words, err = p.zonePart(z, words); err != nil {
			return err
		}
	}
	return z.complete()
}

// zonePart reads one group of words.
func (p *parser) zonePart(z *Zone, words []string) (rest []string, err error) {
	word := words[0]
	switch word {
	case "cells":
		var r [4]int
		for i := range r {
			if i+1 >= len(words) {
				return nil, fmt.Errorf("cells: want COLUMN ROW COLUMN ROW, two corners")
			}
			if r[i], err = wholeFrom(words[i+1], 0, maxSide-1); err != nil {
				return nil, fmt.Errorf("cells: %w", err)
			}
		}
		z.Rects = append(z.Rects, [4]int{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])})
		return words[5:], nil
	case "nodes":
		n := 1
		for ; n < len(words) && words[n] != "from" && words[n] != "nodes"; n++ {
			at, known := p.node[words[n]]
			if !known {
				return nil, fmt.Errorf("nodes: %.40q is no node given before", words[n])
			}
			z.Cells = append(z.Cells, int32(at))
		}
		if n == 1 {
			return nil, fmt.Errorf("nodes: none is named")
		}
		return words[n:], nil
	case "from", "to", "every":
		if len(words) < 2 {
			return nil, fmt.Errorf("%s: no time is given; want steps, or seconds as in 90s", word)
		}
		at, err := p.steps(words[1], word == "from")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", word, err)
		}
		*map[string]*int{"from": &z.From, "to": &z.To, "every": &z.Every}[word] = at
		return words[2:], nil
	}
	return nil, fmt.Errorf("%.40q: want cells, nodes, from, to or every", word)
}

// complete says what times do not fit.
func (z *Zone) complete() error {
	timed := z.From != 0 || z.To != 0 || z.Every != 0
	switch {
	case timed && !z.closes():
		return fmt.Errorf("from, to and every: a %s zone holds at all times", z.Kind)
	case timed && z.To <= z.From:
		return fmt.Errorf("to: step %d is not after from, step %d", z.To, z.From)
	case z.Every != 0 && z.Every <= z.To-z.From:
		return fmt.Errorf("every: %d steps leave none open of the %d that it is closed for", z.Every, z.To-z.From)
	case len(z.Rects) == 0 && len(z.Cells) == 0:
		return fmt.Errorf("it has no cells; want cells COLUMN ROW COLUMN ROW, or nodes NAME …")
	}
	return nil
}

func wholeFrom(text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%.40q is no whole number from %d to %d", text, low, high)
	}
	return n, nil
}

// steps reads a time in steps, or in seconds with an s behind: a zone closes rather too early and opens too late.
func (p *parser) steps(text string, down bool) (int, error) {
	sec, is := strings.CutSuffix(text, "s")
	if !is {
		return wholeFrom(text, 0, maxZoneStep)
	}
	x, err := between(sec, 0, maxZoneStep)
	if err != nil {
		return 0, err
	}
	n := x / p.f.StepSec
	if n > maxZoneStep {
		return 0, fmt.Errorf("%s are more than %d steps", text, maxZoneStep)
	}
	if down {
		return int(math.Floor(n + 1e-9)), nil
	}
	return int(math.Ceil(n - 1e-9)), nil
}

// area lists a zone's cells.
func (f *Floor) area(z *Zone) error {
	if f.names != nil && len(z.Rects) > 0 {
		return fmt.Errorf("zone %s: cells: a floor of nodes has none; want nodes NAME …", z.Name)
	}
	total := 0
	for _, r := range z.Rects {
		if r[2] >= f.Width || r[3] >= f.Height {
			return fmt.Errorf("zone %s: cells: column %d, row %d is off the floor of %d × %d cells", z.Name, r[2], r[3], f.Width, f.Height)
		}
		if total += (r[2] - r[0] + 1) * (r[3] - r[1] + 1); total > maxZoneCells {
			return fmt.Errorf("zone %s: cells: more than %d", z.Name, maxZoneCells)
		}
		for y := r[1]; y <= r[3]; y++ {
			for x := r[0]; x <= r[2]; x++ {
				z.Cells = append(z.Cells, int32(y*f.Width+x))
			}
		}
	}
	slices.Sort(z.Cells)
	z.Cells = slices.Compact(z.Cells)
	return nil
}

// vertices lists those of a zone.
func (f *Floor) vertices(z *Zone) []int32 {
	var vs []int32
	for _, c := range z.Cells {
		if v := f.Graph.Vertex(int(c)); v >= 0 {
			vs = append(vs, v)
		}
	}
	return vs
}

// checkZones says what is wrong with zones: names given twice, no cell for robots, places that are never open, robots that
// begin where they may not be, ways out that are missing, limits that touch.
func (f *Floor) checkZones(add func(string, ...any)) {
	named := map[string]bool{}
	limitOf := make(map[int32]int, 64)
	for i := range f.Zones {
		z := &f.Zones[i]
		if named[z.Name] {
			add("%szone %s is given twice", z.where(), z.Name)
		}
		named[z.Name] = true
		if z.always() {
			f.checkClosed(z, add)
			continue
		}
		vs := f.vertices(z)
		if len(vs) == 0 {
			add("%szone %s has no cell that robots can enter", z.where(), z.Name)
			continue
		}
		if z.closes() {
			if v := f.shutIn(vs); v >= 0 {
				add("%szone %s: there is no way out of it from %s", z.where(), z.Name, f.Cell(v))
			}
			continue
		}
		if z.Kind == Limit {
			for _, v := range vs {
				if other, twice := limitOf[v]; twice {
					add("%szone %s: %s is within zone %s too, and both are limited", z.where(), z.Name, f.Cell(v), f.Zones[other].Name)
					break
				}
				limitOf[v] = i
			}
		}
	}
	f.checkLimits(limitOf, add)
	f.checkStarts(limitOf, add)
}

// where names the line of a zone that was read.
func (z *Zone) where() string {
	if z.line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: ", z.line)
}

// checkClosed names stations, inductions, chargers and homes that lie in a zone which is never open.
func (f *Floor) checkClosed(z *Zone, add func(string, ...any)) {
	for _, c := range z.Cells {
		if k := f.Kinds[c]; k == Station || k == Induct || k == Charger || k == Home {
			add("%szone %s: %s (%c) is within it, and it is never open", z.where(), z.Name, f.cellName(int(c)), k)
		}
	}
}

// shutIn is a vertex from which no way leads out of a set, −1 = none.
func (f *Floor) shutIn(vs []int32) int32 {
	out := exits(f.Graph, vs)
	for _, v := range vs {
		if out[v] < 0 {
			return v
		}
	}
	return -1
}

// exits gives for each vertex of a set the nearest vertex outside, −1 where no way leads there.
func exits(g *agv.Graph, vs []int32) map[int32]int32 {
	out := make(map[int32]int32, len(vs))
	for _, v := range vs {
		out[v] = -1
	}
	behind := map[int32][]int32{}
	var queue []int32
	for _, v := range vs {
		for d := range uint8(4) {
			to := g.Ahead(v, d)
			if to < 0 {
				continue
			}
			if _, within := out[to]; within {
				behind[to] = append(behind[to], v)
			} else if out[v] < 0 {
				out[v] = to
				queue = append(queue, v)
			}
		}
	}
	for head := 0; head < len(queue); head++ {
		for _, u := range behind[queue[head]] {
			if out[u] < 0 {
				out[u] = out[queue[head]]
				queue = append(queue, u)
			}
		}
	}
	return out
}

// checkLimits names limited zones that touch: a robot in one could wait for the other for ever.
func (f *Floor) checkLimits(limitOf map[int32]int, add func(string, ...any)) {
	told := map[[2]int]bool{}
	for i := range f.Zones {
		if f.Zones[i].Kind != Limit {
			continue
		}
		for _, v := range f.vertices(&f.Zones[i]) {
			for d := range uint8(4) {
				to := f.Graph.Ahead(v, d)
				j, is := limitOf[to]
				if to < 0 || !is || j == i || told[[2]int{min(i, j), max(i, j)}] {
					continue
				}
				told[[2]int{min(i, j), max(i, j)}] = true
				add("%szone %s touches zone %s at %s: robots within could wait for each other; leave a cell between zones that are limited",
					f.Zones[max(i, j)].where(), f.Zones[max(i, j)].Name, f.Zones[min(i, j)].Name, f.Cell(v))
			}
		}
	}
}

// checkStarts names robots that begin in zones which are closed at first, or full.
func (f *Floor) checkStarts(limitOf map[int32]int, add func(string, ...any)) {
	closed := map[int32]int{}
	for i := range f.Zones {
		if f.Zones[i].ClosedAt(0) {
			for _, v := range f.vertices(&f.Zones[i]) {
				closed[v] = i
			}
		}
	}
	within := make([]int, len(f.Zones))
	for _, r := range f.Robots {
		if i, is := closed[r.Vertex]; is {
			add("robot %s begins on %s within zone %s, which is closed then", r.ID, f.Cell(r.Vertex), f.Zones[i].Name)
		}
		if i, is := limitOf[r.Vertex]; is {
			if within[i]++; within[i] == f.Zones[i].Most+1 {
				add("robot %s begins on %s within zone %s as one more than the %d that it takes", r.ID, f.Cell(r.Vertex), f.Zones[i].Name, f.Zones[i].Most)
			}
		}
	}
}

// words lays a zone out as a line of a floor file.
func (z *Zone) words() string {
	s := z.Name + " " + string(z.Kind)
	switch z.Kind {
	case Limit:
		s += fmt.Sprintf(" %d", z.Most)
	case Slow:
		s += fmt.Sprintf(" %g", z.Speed)
	}
	for _, r := range z.Rects {
		s += fmt.Sprintf(" cells %d %d %d %d", r[0], r[1], r[2], r[3])
	}
	if z.To > 0 {
		s += fmt.Sprintf(" from %d to %d", z.From, z.To)
	}
	if z.Every > 0 {
		s += fmt.Sprintf(" every %d", z.Every)
	}
	return s
}
