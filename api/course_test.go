package api_test

import (
	"slices"
	"strings"
	"testing"

	"quartermaster/api"
)

// A course comes back as it was written, runs counted; what is no way of a robot is refused with its step.
func TestCourse(t *testing.T) {
	t.Parallel()
	cells := []int32{5, 6, 7, 7, 7, 7, 11, 10, 6, 6}
	moves, err := api.WriteCourse(4, cells)
	if err != nil || moves != "e2.3swn." {
		t.Fatalf("%q, %v", moves, err)
	}
	back, err := api.RobotCourse{StartCell: 5, Moves: moves}.Cells(4)
	if err != nil || !slices.Equal(back, cells) {
		t.Errorf("%v, %v", back, err)
	}
	for _, jump := range [][]int32{{0, 2}, {3, 4}, {4, 3}, {0, 5}} { // 3 and 4 are the ends of two rows
		if _, err := api.WriteCourse(4, jump); err == nil || !strings.Contains(err.Error(), "step 1") {
			t.Errorf("%v: %v", jump, err)
		}
	}
	for _, bad := range []string{"q", "e2x", "3", "e99999999999999999999", ".16777217"} {
		if _, err := (api.RobotCourse{RobotID: "R", Moves: bad}).Cells(4); err == nil || !strings.Contains(err.Error(), "robot R") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever comes as a course is read or refused, and what was read is written back to the same way.
func FuzzCourse(f *testing.F) {
	f.Add("e2.3swn.", int32(5))
	f.Fuzz(func(t *testing.T, moves string, start int32) {
		if len(moves) > 40 || strings.ContainsAny(moves, "0123456789") && len(moves) > 6 {
			return
		}
		cells, err := api.RobotCourse{StartCell: start, Moves: moves}.Cells(1 << 16)
		if err != nil || slices.Min(cells) < 1<<17 || slices.Max(cells) > 1<<30 {
			return
		}
		again, err := api.WriteCourse(1<<16, cells)
		if err != nil {
			return // a course that leaves its row
		}
		back, err := api.RobotCourse{StartCell: start, Moves: again}.Cells(1 << 16)
		if err != nil || !slices.Equal(back, cells) {
			t.Errorf("%q became %q", moves, again)
		}
	})
}
