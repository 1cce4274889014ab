package server_test

import (
	"encoding/json"
	"slices"
	"testing"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/warehouse"
)

// driven stores a plan in which robot S-robot-1 carries batch 3 on its second day and goes home again.
func (h *house) driven() string {
	h.t.Helper()
	const open = 6*3600 + 24*3600
	p := plan.Plan{OriginDay: 15292, Days: 2, SiteDays: []plan.SiteDay{
		{SiteID: "S", Day: 0}, {SiteID: "T", Day: 0}, {SiteID: "S", Day: 1, Schedule: warehouse.Schedule{Tasks: []warehouse.Task{
			{ID: "pick", Kind: warehouse.TaskPick, Worker: "ann", StartSec: open, EndSec: open + 2},
			{ID: "move", Kind: warehouse.TaskMove, Worker: "S-robot-1", StartSec: open + 2, EndSec: open + 7, Path: []int32{8, 4, 0, 0, 0, 1}, Batch: 3, OrderIDs: []string{"A"}},
			{ID: "park", Kind: warehouse.TaskPark, Worker: "S-robot-1", StartSec: open + 9, EndSec: open + 12, Path: []int32{1, 0, 4, 8}, Batch: 3},
		}}},
	}}
	document, err := json.Marshal(p)
	if err != nil {
		h.t.Fatal(err)
	}
	id, err := h.store.SavePlan(h.t.Context(), tenant, service.PlanRecord{OriginDay: 15292, Days: 2, Document: document, Summary: []byte(`{}`)})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// A declared floor is drawn letter by letter, and a plan's robots stand at their parks until their tasks begin, wait where
// they end, and are told in the steps asked for.
func TestFloorMoves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused(t, h.ask("GET", "/v1/warehouses/S/floor", ""), 404, api.CodeNotFound)
	h.declare()
	picture := want[api.FloorPicture](t, h.ask("GET", "/v1/warehouses/S/floor", ""), 200)
	if picture.Width != 4 || picture.StepSec != 1 || !slices.Equal(picture.Rows, []string{"P..I", "....", "H..."}) {
		t.Errorf("floor %+v", picture)
	}
	refused(t, h.ask("GET", "/v1/warehouses/S/moves", ""), 404, api.CodeNotFound) // no plan yet
	id := h.driven()
	whole := want[api.FloorMoves](t, h.ask("GET", "/v1/warehouses/S/moves", ""), 200)
	if whole.PlanID != id || whole.TotalSteps != 12 || whole.Steps != 12 || whole.StartAt.String() != "2011-11-15 06:00:00 +0000 UTC" || len(whole.Robots) != 1 {
		t.Fatalf("moves %+v", whole)
	}
	r := whole.Robots[0]
	cells, err := r.Cells(4)
	if err != nil || r.Moves != ".2n2.2e.2ws2" || !slices.Equal(cells, []int32{8, 8, 8, 4, 0, 0, 0, 1, 1, 1, 0, 4, 8}) {
		t.Errorf("course %q over %v, %v", r.Moves, cells, err)
	}
	if len(r.Errands) != 2 || r.Errands[0].TaskID != "move" || r.Errands[0].FromStep != 2 || r.Errands[0].ToStep != 7 || r.Errands[0].GoalCell != 1 || r.Errands[0].Batch != 3 {
		t.Errorf("errands %+v", r.Errands)
	}
	part := want[api.FloorMoves](t, h.ask("GET", "/v1/warehouses/S/moves?date=2011-11-15&from_step=8&steps=3&plan="+id, ""), 200)
	if c := part.Robots[0]; part.Steps != 3 || c.StartCell != 1 || c.Moves != ".ws" || len(c.Errands) != 1 {
		t.Errorf("three steps %+v", part)
	}
	if idle := want[api.FloorMoves](t, h.ask("GET", "/v1/warehouses/S/moves?date=2011-11-14", ""), 200); idle.TotalSteps != 0 || idle.Robots[0].StartCell != 8 || idle.Robots[0].Moves != "" {
		t.Errorf("a day without moves %+v", idle)
	}
	if late := want[api.FloorMoves](t, h.ask("GET", "/v1/warehouses/S/moves?from_step=500", ""), 200); late.Steps != 0 || late.Robots[0].StartCell != 8 {
		t.Errorf("behind the end %+v", late)
	}
	refused(t, h.ask("GET", "/v1/warehouses/S/moves?date=2011-12-24", ""), 404, api.CodeNotFound)
	refused(t, h.ask("GET", "/v1/warehouses/S/moves?plan=none", ""), 404, api.CodeNotFound)
}

// Robots come page by page, and a plan that was made on another floor is no answer but a conflict that says so.
func TestFloorMovesPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := smallBusiness()
	for c := range 4 {
		s.Sites[0].Floor.Kinds[8+c] = warehouse.CellPark
	}
	s.Sites[0].Robots = warehouse.ParkRobots(s.Sites[0].Floor, "S-robot-")
	document, err := service.EncodeBusiness(s)
	if err == nil {
		_, err = h.store.SaveBusiness(t.Context(), tenant, document, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.driven()
	var seen []string
	for cursor := ""; ; {
		page := want[api.FloorMoves](t, h.ask("GET", "/v1/warehouses/S/moves?limit=3&cursor="+cursor, ""), 200)
		for _, r := range page.Robots {
			seen = append(seen, r.RobotID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if !slices.Equal(seen, []string{"S-robot-1", "S-robot-2", "S-robot-3", "S-robot-4"}) {
		t.Errorf("robots %v", seen)
	}
	s.Sites[0].Floor.Kinds, s.Sites[0].Floor.Height = s.Sites[0].Floor.Kinds[:8], 2
	if document, err = service.EncodeBusiness(s); err == nil {
		_, err = h.store.SaveBusiness(t.Context(), tenant, document, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	refused(t, h.ask("GET", "/v1/warehouses/S/moves", ""), 409, api.CodeConflict)
}

// A trial that would be too large is refused before it is queued.
func TestFloorTrialTooLarge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.ask("POST", "/v1/floor-trials", `{"robots":10000,"steps":3600}`)
	refused(t, a, 422, api.CodeInvalid)
	if p := want[api.Problem](t, a, 422); len(p.Errors) != 1 || p.Errors[0].Location != "body.steps" {
		t.Errorf("problem %+v", p)
	}
}

// A file says itself how fast its robots are and which zones it has.
func TestFloorTrialOfFileDrawsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, extra := range []string{`"slow_share":0.5`, `"draw_zones":true`} {
		a := h.ask("POST", "/v1/floor-trials", `{"file":"floor 1\ngrid\nP.I\n",`+extra+`}`)
		refused(t, a, 422, api.CodeInvalid)
	}
}
