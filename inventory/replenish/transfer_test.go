package replenish

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Random small problems: every plan passes its check, and no single further unit could be moved at a gain; without limits that
// bind, the saving equals the best of all ways to move (units one by one, tried exhaustively).
func TestTransferAgainstAllWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits := rapid.Bool().Draw(t, "limits")
		m := drawMoves(t, limits)
		p, err := Transfer(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckMoves(m, p); err != nil {
			t.Fatal(err)
		}
		if limits {
			return
		}
		for item := range m.Volume {
			want := bestMoves(m, item)
			got := 0.0
			for _, v := range p.Moves {
				if v.Item == item {
					got += v.Saving
				}
			}
			if math.Abs(got-want) > 2e-3*math.Max(1, want) { // gains are whole 1/4096
				t.Fatalf("item %d saves %g, best is %g\n%+v\n%+v", item, got, want, m, p)
			}
		}
	})
}

func drawMoves(t *rapid.T, limits bool) Moves {
	m := Moves{Volume: []float64{1, 2.5}, Dock: make([]float64, 3)}
	for item := range m.Volume {
		for site := range m.Dock {
			value := float64(rapid.IntRange(0, 20).Draw(t, "value"))
			if q := rapid.Int64Range(1, 3).Draw(t, "qty"); rapid.Bool().Draw(t, "spare") {
				m.Supply = append(m.Supply, Supply{item, site, q, value})
			} else {
				m.Need = append(m.Need, Need{item, site, q, value})
			}
		}
	}
	for a := range m.Dock {
		for b := range m.Dock {
			if a == b || rapid.IntRange(0, 3).Draw(t, "no lane") == 0 {
				continue
			}
			l := Lane{From: a, To: b, Cost: float64(rapid.IntRange(0, 9).Draw(t, "cost"))}
			if limits {
				l.Capacity = float64(rapid.IntRange(0, 4).Draw(t, "capacity"))
			}
			m.Lanes = append(m.Lanes, l)
		}
	}
	if limits {
		m.Dock[0] = float64(rapid.IntRange(0, 3).Draw(t, "dock"))
	}
	return m
}

// bestMoves tries every way to send the units of one item.
func bestMoves(m Moves, item int) float64 {
	left, lack, value := map[int]int64{}, map[int]int64{}, map[int]float64{}
	for _, s := range m.Supply {
		if s.Item == item {
			left[s.Site], value[s.Site] = s.Qty, s.Value
		}
	}
	for _, s := range m.Need {
		if s.Item == item {
			lack[s.Site], value[s.Site] = s.Qty, s.Value
		}
	}
	var try func(lane int) float64
	try = func(lane int) float64 {
		if lane == len(m.Lanes) {
			return 0
		}
		l := m.Lanes[lane]
		best := try(lane + 1)
		gain := value[l.From] + value[l.To] - l.Cost*m.Volume[item]
		for q := int64(1); q <= min(left[l.From], lack[l.To]); q++ {
			left[l.From] -= q
			lack[l.To] -= q
			best = math.Max(best, gain*float64(q)+try(lane+1))
			left[l.From] += q
			lack[l.To] += q
		}
		return best
	}
	return try(0)
}

// A lane that holds half of what would pay gets the dearer item's units, and the bound says how far from best that can be.
func TestTransferSharesALane(t *testing.T) {
	t.Parallel()
	m := Moves{Volume: []float64{1, 1}, Dock: []float64{0, 0}, Lanes: []Lane{{From: 0, To: 1, Cost: 1, Capacity: 10}},
		Supply: []Supply{{0, 0, 10, 1}, {1, 0, 10, 1}}, Need: []Need{{0, 1, 10, 5}, {1, 1, 10, 9}}}
	p, err := Transfer(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckMoves(m, p); err != nil {
		t.Fatal(err)
	}
	if len(p.Moves) != 1 || p.Moves[0].Item != 1 || p.Moves[0].Qty != 10 || p.Saving != 90 || p.Bound > 92 {
		t.Fatalf("%+v", p)
	}
}
