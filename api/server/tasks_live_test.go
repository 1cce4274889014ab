package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"quartermaster/api"
)

// A stream gives tasks as they may be done, one at a time: the next comes when the one before has ended, and no other gets it.
func TestWorkStream(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.planned()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.http.URL+floor+"/task-leases/events?kinds=pick,move&lease_sec=60", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := h.http.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	next := func() (task api.LeasedTask) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				event := struct {
					Type string
					Data *api.LeasedTask
				}{Data: &task}
				if err := json.Unmarshal([]byte(data), &event); err != nil || event.Type != "quartermaster.task.leased" {
					t.Fatalf("event %s: %v", data, err)
				}
				return task
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return task
	}
	pick := next()
	if pick.TaskID != "pick/1" || pick.LeaseID == "" {
		t.Fatalf("first came %+v", pick)
	}
	want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/complete", proof(plan, pick)), 200)
	if move := next(); move.TaskID != "move/1" {
		t.Fatalf("then came %+v", move)
	}
	if got := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks; len(got) != 0 {
		t.Errorf("another was given %+v", got)
	}
	refused(t, h.ask("GET", floor+"/task-leases/events?max=0", ""), 422, api.CodeInvalid)
	refused(t, h.ask("GET", floor+"/task-leases/events?lease_sec=soon", ""), 422, api.CodeInvalid)
}

// Priority, progress and exceptions are heard over HTTP, and what a code needs is asked for by name.
func TestLiveTasks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.planned()
	changed := want[api.Task](t, h.ask("POST", floor+"/tasks/pick%2F1/change", fmt.Sprintf(`{"plan_id":%q,"priority":7,"zone":"aisle-2"}`, plan)), 200)
	if changed.Priority != 7 || changed.Zone != "aisle-2" {
		t.Errorf("changed to %+v", changed)
	}
	refused(t, h.ask("POST", floor+"/tasks/pick%2F1/change", fmt.Sprintf(`{"plan_id":%q}`, plan)), 422, api.CodeInvalid)
	refused(t, h.ask("POST", floor+"/tasks/none/change", fmt.Sprintf(`{"plan_id":%q,"priority":7}`, plan)), 404, api.CodeNotFound)
	pick := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", `{"zones":["aisle-2"]}`), 200).Tasks[0]
	under := fmt.Sprintf(`{"plan_id":%q,"lease_id":%q,`, plan, pick.LeaseID)
	want[api.TaskReceipt](t, h.ask("POST", floor+"/tasks/pick%2F1/progress", under+`"percent":40}`), 200)
	refused(t, h.ask("POST", floor+"/tasks/pick%2F1/progress", under+`"percent":140}`), 422, api.CodeInvalid)
	refused(t, h.ask("POST", floor+"/tasks/pick%2F1/exception", under+`"code":"short_pick"}`), 422, api.CodeInvalid)
	refused(t, h.ask("POST", floor+"/tasks/pick%2F1/exception", under+`"code":"fire"}`), 422, api.CodeInvalid)
	if all := want[api.TaskList](t, h.ask("GET", floor+"/tasks", ""), 200).Items; all[0].Progress != 40 {
		t.Errorf("listed %+v", all)
	}
	out := want[api.TaskOutcome](t, h.ask("POST", floor+"/tasks/pick%2F1/exception", under+`"code":"robot_failure","note":"flat battery"}`), 200)
	if out.State != "open" {
		t.Errorf("a failed robot gives %+v", out)
	}
	again := want[api.LeaseResponse](t, h.ask("POST", floor+"/task-leases", ""), 200).Tasks[0]
	if again.TaskID != "pick/1" || again.Worker != "" {
		t.Errorf("given again as %+v", again)
	}
}
