package robots

import (
	"context"
	"testing"
)

// A yard of robots that pause, fail, are carried away and come back goes on without collision, the same for the same seed.
func TestYardGoesOn(t *testing.T) {
	var was int
	for range 2 {
		blocked := make([]bool, 12*9)
		for c := range blocked {
			x, y := c%12, c/12
			blocked[c] = y%3 == 1 && x%4 != 0
		}
		y, err := newYard(12, 9, blocked, 7)
		if err != nil {
			t.Fatal(err)
		}
		for range 6000 {
			if err := y.step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if y.trouble != (trouble{}) || y.events == 0 || y.errands < 500 {
			t.Errorf("%+v, %d events, %d errands", y.trouble, y.events, y.errands)
		}
		if was != 0 && y.errands != was {
			t.Errorf("%d errands, and %d with the same seed", y.errands, was)
		}
		was = y.errands
	}
}

func TestKeepLargest(t *testing.T) {
	blocked := []bool{false, true, false, true, true, false}
	keepLargest(3, blocked)
	for c, want := range []bool{true, true, false, true, true, false} {
		if blocked[c] != want {
			t.Errorf("cell %d: blocked %v, want %v", c, blocked[c], want)
		}
	}
}

// Robots bound for a cell with one way in crowd before it and bar the way out of whoever is in there, while the floor changes all the
// time: the one that is longest on its errand gets in next, and nobody waits without end.
func TestPocketServesInTurn(t *testing.T) {
	t.Parallel()
	const width, height, pocket = 16, 12, 6*16 + 8
	blocked := make([]bool, width*height)
	blocked[pocket-1], blocked[pocket+1], blocked[pocket+width-1], blocked[pocket+width], blocked[pocket+width+1] = true, true, true, true, true
	y, err := newYard(width, height, blocked, 5)
	if err != nil {
		t.Fatal(err)
	}
	for v := range int32(y.g.Len()) {
		if y.g.Cell(v) == pocket {
			y.goals = append(y.goals, v)
		}
	}
	for range 20_000 {
		if err := y.step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if y.longest > 2500 || y.trouble != (trouble{}) {
		t.Errorf("an errand was open for %d steps, %+v", y.longest, y.trouble)
	}
}
