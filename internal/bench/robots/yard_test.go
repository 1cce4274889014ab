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
