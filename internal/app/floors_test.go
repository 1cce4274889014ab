package app

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"quartermaster/api"
)

// A floor is drawn and driven: every robot's course leads over cells that it may enter, no two robots are on one cell, and the
// same request gives the same answer.
func TestDriveFloor(t *testing.T) {
	t.Parallel()
	q := api.FloorTrialRequest{Kind: "sortation", Width: 30, Height: 20, Robots: 40, Steps: 60, Delay: 0.1}
	got, err := driveFloor(context.Background(), q, nil)
	if err != nil || got.Collisions != 0 || got.Errands == 0 || len(got.Moves.Robots) != 40 || len(got.Floor.Rows) != 20 {
		t.Fatalf("%d errands, %d robots, %v", got.Errands, len(got.Moves.Robots), err)
	}
	on := map[[2]int32]string{}
	for _, c := range got.Moves.Robots {
		cells, err := c.Cells(got.Floor.Width)
		if err != nil || len(cells) != q.Steps+1 {
			t.Fatalf("%d cells, %v", len(cells), err)
		}
		for step, cell := range cells {
			if strings.IndexByte("#Sx", got.Floor.Rows[cell/30][cell%30]) >= 0 {
				t.Fatalf("robot %s is in a wall at step %d", c.RobotID, step)
			}
			at := [2]int32{int32(step), cell}
			if other, taken := on[at]; taken {
				t.Fatalf("robots %s and %s are on cell %d at step %d", other, c.RobotID, cell, step)
			}
			on[at] = c.RobotID
		}
	}
	if again, err := driveFloor(context.Background(), q, nil); err != nil || !reflect.DeepEqual(got, again) {
		t.Errorf("asked again, another answer: %v", err)
	}
}

// What cannot be tried is refused with its reason.
func TestDriveFloorRefuses(t *testing.T) {
	t.Parallel()
	for text, q := range map[string]api.FloorTrialRequest{
		"line 5":             {File: "floor 1\ngrid\n####\n#PI#\n##\n"},
		"nodes and edges":    {File: "floor 1\ngraph\nnode a 0 0 P\nnode b 1 0 I\nedge a b\n"},
		"free cells":         {Robots: 5000},
		"limit of 6000000":   {Width: 400, Height: 400, Steps: 3600, Robots: 9000},
		"cannot be reached ": {File: "floor 1\ngrid\n#####\n#P#I#\n#####\nrobots\nR1 1 1 north\n"},
	} {
		if _, err := driveFloor(context.Background(), q, nil); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("want %q, got %v", text, err)
		}
	}
}
