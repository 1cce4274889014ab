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

// Zones and speeds of a floor, drawn or given, are told with it, and how each zone did.
func TestDriveFloorWithZones(t *testing.T) {
	t.Parallel()
	got, err := driveFloor(context.Background(), api.FloorTrialRequest{Steps: 300, SlowShare: 0.5, DrawZones: true}, nil)
	if err != nil || got.Collisions != 0 || got.RuleFaults != 0 || got.FlatRobots != 0 || len(got.Floor.Zones) != 4 || len(got.Zones) != 4 || got.PutOffErrands == 0 {
		t.Errorf("%+v, zones %+v, %v", got.Floor.Zones, got.Zones, err)
	}
	if slow := got.Moves.Robots[0]; slow.Type != "slow" || slow.Speed != 0.5 {
		t.Errorf("robot %+v", slow)
	}
	file := "floor 1\ngrid\nP....I\n......\nzones\nA human cells 3 0 3 0 from 2 to 20 every 50\nB limit 1 cells 1 1 1 1\nrobots\nR 0 1 speed 0.5\n"
	if got, err = driveFloor(context.Background(), api.FloorTrialRequest{File: file, Steps: 50}, nil); err != nil {
		t.Fatal(err)
	}
	want := []api.FloorZone{{Name: "A", Kind: "human", FromStep: 2, ToStep: 20, EverySteps: 50, Areas: []api.FloorArea{{FromColumn: 3, ToColumn: 3}}},
		{Name: "B", Kind: "limit", MostRobots: 1, Areas: []api.FloorArea{{FromColumn: 1, FromRow: 1, ToColumn: 1, ToRow: 1}}}}
	if !reflect.DeepEqual(got.Floor.Zones, want) {
		t.Errorf("zones %+v, want %+v", got.Floor.Zones, want)
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
		"zone Z: cells":      {File: "floor 1\ngrid\nP..I\nzones\nZ human cells 0 0 9 9\n"},
		"cannot be reached ": {File: "floor 1\ngrid\n#####\n#P#I#\n#####\nrobots\nR1 1 1 north\n"},
	} {
		if _, err := driveFloor(context.Background(), q, nil); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("want %q, got %v", text, err)
		}
	}
}
