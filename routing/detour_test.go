package routing

import (
	"math/rand/v2"
	"testing"
)

// crooked draws travel that keeps no triangle inequality, with legs that do not exist, and stops with windows.
func crooked(random *rand.Rand, stops int) Problem {
	n := stops + 1
	m := Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}
	for k := range m.DurationSec {
		m.DurationSec[k] = 1 + random.Int32N(100)
		if random.IntN(5) == 0 {
			m.DurationSec[k] = Unreachable
		}
		if k%(n+1) == 0 {
			m.DurationSec[k] = 0
		}
		m.DistanceM[k] = m.DurationSec[k]
	}
	p := Problem{Matrix: m, Vehicles: []Vehicle{{ID: "v", MaxWeightG: 1, MaxVolumeCm3: 1, Shift: Window{EndSec: 160}}}}
	for i := range stops {
		p.Stops = append(p.Stops, Stop{ID: string(rune('a' + i)), Location: int32(i + 1), ServiceSec: random.Int64N(3), Window: Window{EndSec: 10 + random.Int64N(80)}})
	}
	return p
}

// reaches visits stops in order behind what was driven so far and marks those of every tour that is home in time.
func reaches(p *Problem, tour []int, at int32, clock int64, served []bool) {
	if sec, _, ok := p.Matrix.Leg(at, 0); ok && clock+sec <= p.Vehicles[0].Shift.EndSec {
		for _, i := range tour {
			served[i] = true
		}
	}
	for i := range p.Stops {
		s := &p.Stops[i]
		sec, _, ok := p.Matrix.Leg(at, s.Location)
		twice := false
		for _, j := range tour {
			twice = twice || i == j
		}
		if arrive := clock + sec; ok && !twice && arrive <= s.Window.EndSec {
			reaches(p, append(tour, i), s.Location, arrive+s.ServiceSec, served)
		}
	}
}

// In 400 drawn problems whose matrices break the triangle inequality no stop of any tour that can be driven is called unservable, and
// some of those stops cannot be reached in time straight from the depot.
func TestUnservableKnowsDetours(t *testing.T) {
	t.Parallel()
	over := 0
	for seed := range uint64(400) {
		p := crooked(rand.New(rand.NewPCG(seed, 21)), 5)
		served := make([]bool, len(p.Stops))
		reaches(&p, nil, 0, 0, served)
		for i, reason := range Unservable(p) {
			if served[i] && reason != "" {
				t.Errorf("seed %d: stop %d is on a tour that can be driven, yet: %s", seed, i, reason)
			}
			if served[i] && alone(&p, &p.Stops[i], &p.Vehicles[0], direct).text != "" {
				over++
			}
		}
	}
	if over == 0 {
		t.Error("no stop asks for a detour; the problems do not bite")
	}
}
