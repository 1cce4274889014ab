package vrp

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/routing"
)

// Joining the stops of a tour in any bracketing gives one and the same segment, and it says of the tour what driving it
// second by second says: whether it is on time, how long it takes at best, and when it may leave for that.
func TestJoinEqualsDriving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "stops")
		p := town(uint64(rapid.IntRange(0, 50).Draw(t, "town")), n, 1)
		for k := range p.Matrix.DurationSec {
			p.Matrix.DurationSec[k] = int32(rapid.IntRange(0, 9).Draw(t, "sec"))
		}
		p.Vehicles[0].Shift = routing.Window{EndSec: 60}
		for i := range p.Stops {
			s := &p.Stops[i]
			s.ServiceSec, s.ReadySec = int64(rapid.IntRange(0, 4).Draw(t, "service")), int64(rapid.IntRange(0, 30).Draw(t, "ready"))
			s.Window.StartSec = int64(rapid.IntRange(0, 40).Draw(t, "open"))
			s.Window.EndSec = s.Window.StartSec + int64(rapid.IntRange(0, 20).Draw(t, "width"))
		}
		d := newData(context.Background(), &p, Options{}, make([]bool, n))
		parts := []segment{d.start[0]}
		tour := make([]int, n)
		for i := range n {
			parts = append(parts, d.node[i])
			tour[i] = i
		}
		parts = append(parts, d.end[0])
		left := parts[0]
		for k := 1; k < len(parts); k++ {
			left = d.join(&left, &parts[k])
		}
		for len(parts) > 1 {
			k := rapid.IntRange(0, len(parts)-2).Draw(t, "bracket")
			parts[k] = d.join(&parts[k], &parts[k+1])
			parts = append(parts[:k+1], parts[k+2:]...)
		}
		if parts[0] != left {
			t.Fatalf("brackets matter: %+v, %+v", parts[0], left)
		}
		compareWithDriving(t, p, tour, &left)
	})
}

func compareWithDriving(t *rapid.T, p routing.Problem, tour []int, s *segment) {
	c := &p.Vehicles[0]
	c.FixedCostCents, c.CostCentsPerKm, c.CostCentsPerHour = 0, 0, 3600 // a cent a second
	x := exhaustive{p: p}
	least, latest := never, int64(-1) // least duration; of the departures with the earliest return, the latest
	home := never
	for depart := c.Shift.StartSec; depart <= c.Shift.EndSec; depart++ {
		took := x.drive(0, tour, depart)
		if took == never {
			continue
		}
		least = min(least, took)
		if back := depart + took; back <= home {
			home, latest = back, depart
		}
	}
	if s.onTime() != (least < never) {
		t.Fatalf("on time %v; the least time found by driving is %d", s.onTime(), least)
	}
	if s.onTime() && (s.durSec != least || s.departSec() != latest) {
		t.Fatalf("%d s leaving at %d; driving takes %d leaving at %d", s.durSec, s.departSec(), least, latest)
	}
}
