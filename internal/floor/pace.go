package floor

import (
	"math"

	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// slowestPlanned bounds the steps that the planner takes an action for; slower robots are later than planned, and safe.
const slowestPlanned = 16

// prepare looks at the floor as it is given: its steps, what lies in zones, and where it is slow.
func (t *trial) prepare() {
	f := t.f
	n := f.Graph.Len()
	t.gate, t.zoned, t.taken = newGate(f), make([]bool, n), make([]bool, n)
	t.at, t.to = make([]int32, len(f.Robots)), make([]int32, len(f.Robots))
	for v := range int32(n) {
		for d := range uint8(4) {
			t.steps4 = append(t.steps4, f.Graph.Ahead(v, d))
		}
	}
	for i := range f.Zones {
		for _, v := range f.vertices(&f.Zones[i]) {
			t.zoned[v] = true
			if f.Zones[i].Kind != Slow {
				continue
			}
			if t.slow == nil {
				t.slow = make([]float64, n)
				for u := range t.slow {
					t.slow[u] = 1
				}
			}
			t.slow[v] = min(t.slow[v], f.Zones[i].Speed)
		}
	}
	t.judge = newJudge(f, t.steps4)
}

// rules says what the control has to know of speeds and of zones that are limited, and makes slow steps dearer.
func (t *trial) rules(cost []uint8) execution.Options {
	f, o := t.f, execution.Options{Seed: t.o.Seed}
	pace := func(speed float64) uint8 { return uint8(min(slowestPlanned, math.Ceil(1/speed-1e-6))) }
	for r := range f.Robots {
		if k := pace(f.Robots[r].Speed); k > 1 {
			if o.Pace == nil {
				o.Pace = ones(len(f.Robots))
			}
			o.Pace[r] = k
		}
	}
	if t.slow != nil {
		o.Slow = ones(len(t.steps4))
		for i, to := range t.steps4 {
			if to >= 0 {
				o.Slow[i] = pace(min(t.slow[i>>2], t.slow[to]))
			}
		}
		agv.Slower(cost, o.Slow)
	}
	for i := range f.Zones {
		if f.Zones[i].Kind != Limit {
			continue
		}
		if o.Zone == nil {
			o.Zone = make([]int32, f.Graph.Len())
			for v := range o.Zone {
				o.Zone[v] = -1
			}
		}
		for _, v := range f.vertices(&f.Zones[i]) {
			o.Zone[v] = int32(len(o.Most))
		}
		o.Most = append(o.Most, f.Zones[i].Most)
	}
	return o
}

func ones(n int) []uint8 {
	list := make([]uint8, n)
	for i := range list {
		list[i] = 1
	}
	return list
}
