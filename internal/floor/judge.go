package floor

import (
	"fmt"
	"math"
	"slices"
)

// judge watches a trial from outside. It knows the floor as it was given, its robots and zones, and sees where each robot is
// after a step and to which vertex it is under way; a robot under way is on both.
type judge struct {
	f     *Floor
	steps []int32   // as given, [v*4+d]
	zones [][]int32 // vertex → the zones that it lies in; nil without zones
	slow  []float64 // vertex → speed at most
	at    []int32
	to    []int32 // −1 = not under way
	begun []int   // step in which robot r set out
	on    []int32 // vertex → robot + 1
	shut  []int   // zone → step since which it is closed, −1 = open

	collisions, faults int
	told               []string // the first faults
	within             []int    // zone → robots within now
	most               []int    // zone → robots within at most
	cleared            []int    // zone → steps from when it closed until nobody was within, at most
}

// maxTold bounds the faults that are told in words.
const maxTold = 5

func newJudge(f *Floor, steps []int32) *judge {
	n := f.Graph.Len()
	j := &judge{f: f, steps: steps, at: make([]int32, len(f.Robots)), to: make([]int32, len(f.Robots)), begun: make([]int, len(f.Robots)),
		on: make([]int32, n), within: make([]int, len(f.Zones)), most: make([]int, len(f.Zones)), cleared: make([]int, len(f.Zones))}
	for r := range f.Robots {
		j.at[r], j.to[r] = f.Robots[r].Vertex, -1
	}
	for i := range f.Zones {
		j.shut = append(j.shut, -1)
		if j.zones == nil {
			j.zones, j.slow = make([][]int32, n), make([]float64, n)
			for v := range j.slow {
				j.slow[v] = 1
			}
		}
		for _, c := range f.Zones[i].Cells {
			v := f.Graph.Vertex(int(c))
			if v < 0 {
				continue
			}
			j.zones[v] = append(j.zones[v], int32(i))
			if f.Zones[i].Kind == Slow {
				j.slow[v] = min(j.slow[v], f.Zones[i].Speed)
			}
		}
	}
	return j
}

func (j *judge) fault(format string, args ...any) {
	if j.faults++; len(j.told) < maxTold {
		j.told = append(j.told, fmt.Sprintf(format, args...))
	}
}

// see judges a step, at whose end robots are on some vertices and under way to others.
func (j *judge) see(now int, at, to []int32) {
	clear(j.on)
	clear(j.within)
	j.times(now)
	for r := range at {
		j.move(now, r, at[r], to[r])
		for k, v := range [2]int32{at[r], to[r]} {
			if v < 0 || (k == 1 && v == at[r]) {
				continue
			}
			if j.on[v] != 0 {
				j.collisions++
			}
			j.on[v] = int32(r) + 1
		}
		j.count(at[r], to[r])
	}
	copy(j.at, at)
	copy(j.to, to)
	for i, n := range j.within {
		z := &j.f.Zones[i]
		j.most[i] = max(j.most[i], n)
		if z.Kind == Limit && n > z.Most {
			j.fault("step %d: %d robots are within zone %s, which takes %d", now, n, z.Name, z.Most)
		}
		if n > 0 && j.shut[i] >= 0 {
			j.cleared[i] = max(j.cleared[i], now-j.shut[i]+1)
		}
	}
}

// times says which zones are closed in a step.
func (j *judge) times(now int) {
	for i := range j.f.Zones {
		z := &j.f.Zones[i]
		if z.Kind != People && z.Kind != Blocked {
			continue
		}
		t := now - z.From
		if z.Every > 0 && t >= 0 {
			t %= z.Every
		}
		closed := z.To == 0 || (t >= 0 && t < z.To-z.From)
		switch {
		case !closed:
			j.shut[i] = -1
		case j.shut[i] < 0:
			j.shut[i] = now
		}
	}
}

// count counts a robot in the zones of the vertices that it is on.
func (j *judge) count(at, to int32) {
	if j.zones == nil {
		return
	}
	for _, i := range j.zones[at] {
		j.within[i]++
	}
	if to < 0 || to == at {
		return
	}
	for _, i := range j.zones[to] {
		if !slices.Contains(j.zones[at], i) {
			j.within[i]++
		}
	}
}

// move judges what robot r did in a step.
func (j *judge) move(now, r int, at, to int32) {
	was, under := j.at[r], j.to[r]
	if at == was && to == under {
		return
	}
	id := j.f.Robots[r].ID
	if under < 0 {
		j.begun[r] = now
		if to >= 0 {
			j.setOut(now, id, was, to)
		} else {
			j.setOut(now, id, was, at)
		}
	}
	switch {
	case at != was && under >= 0 && at != under:
		j.fault("step %d: robot %s was under way to %s and is on %s", now, id, j.f.Cell(under), j.f.Cell(at))
	case at == was && under >= 0:
		j.fault("step %d: robot %s turned back between %s and %s", now, id, j.f.Cell(was), j.f.Cell(under))
	case at != was:
		speed := j.f.Robots[r].Speed
		if j.slow != nil {
			speed = min(speed, j.slow[was], j.slow[at])
		}
		if takes := int(math.Ceil(1/speed - 1e-6)); now-j.begun[r]+1 < takes {
			j.fault("step %d: robot %s took %d steps from %s to %s, and %d are the fewest allowed", now, id, now-j.begun[r]+1, j.f.Cell(was), j.f.Cell(at), takes)
		}
	}
}

// setOut judges where a robot sets out to.
func (j *judge) setOut(now int, id string, from, to int32) {
	if !slices.Contains(j.steps[from*4:from*4+4], to) {
		j.fault("step %d: robot %s goes from %s to %s, where no step leads", now, id, j.f.Cell(from), j.f.Cell(to))
	}
	if j.zones == nil {
		return
	}
	for _, i := range j.zones[to] {
		if j.shut[i] >= 0 && !slices.Contains(j.zones[from], i) {
			j.fault("step %d: robot %s enters zone %s, which is closed, at %s", now, id, j.f.Zones[i].Name, j.f.Cell(to))
		}
	}
}
