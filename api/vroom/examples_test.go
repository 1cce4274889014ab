package vroom_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// VROOM's documentation (docs/example_1 to example_3 with their answers) gives these legs, in seconds, between the depot 0
// and the places of its tasks 1 to 6; the others are not published and are here the shortest ways over those that are.
var documented = map[[2]int]int{{0, 1}: 2328, {1, 2}: 890, {2, 5}: 1595, {5, 0}: 1752, {0, 6}: 2941, {6, 4}: 3816, {4, 3}: 1909, {3, 0}: 3480}

func documentedMatrix() string {
	var sec [7][7]int
	for i := range sec {
		for j := range sec {
			if i != j {
				sec[i][j] = 1e6
			}
			if leg, ok := documented[[2]int{i, j}]; ok {
				sec[i][j] = leg
			}
		}
	}
	for k := range sec {
		for i := range sec {
			for j := range sec {
				sec[i][j] = min(sec[i][j], sec[i][k]+sec[k][j])
			}
		}
	}
	var rows []string
	for i := range sec {
		var row []string
		for j := range sec {
			row = append(row, fmt.Sprint(sec[i][j]))
		}
		rows = append(rows, "["+strings.Join(row, ",")+"]")
	}
	return `"matrices":{"car":{"durations":[` + strings.Join(rows, ",") + `]}}`
}

// arrivals is the type, id and arrival of every step of a route.
func arrivals(route any) []string {
	var out []string
	for _, s := range route.(map[string]any)["steps"].([]any) {
		step := s.(map[string]any)
		line := fmt.Sprint(step["type"])
		if id, ok := step["id"]; ok {
			line += fmt.Sprintf(" %.0f", id)
		}
		out = append(out, fmt.Sprintf("%s %.0f", line, step["arrival"]))
	}
	return out
}

// Example 1: two vehicles with skills, windows and breaks, four jobs and a shipment. The answer of the documentation costs
// 6565 + 12146 and serves the same tasks in the same order; it departs as late as the windows let it or at once, as here.
func TestDocumentedExample1(t *testing.T) {
	t.Parallel()
	vehicle := func(id int) string {
		return fmt.Sprintf(`{"id":%d,"start_index":0,"end_index":0,"capacity":[4],"skills":[%d,14],"time_window":[28800,43200],
			"breaks":[{"id":%d,"service":300,"time_windows":[[36000,37800]]}]}`, id, id, id)
	}
	status, a := door(t, nil)("POST", `{"vehicles":[`+vehicle(1)+`,`+vehicle(2)+`],"jobs":[
		{"id":1,"service":300,"delivery":[1],"location_index":1,"skills":[1],"time_windows":[[32400,36000]]},
		{"id":2,"service":300,"delivery":[1],"location_index":2,"skills":[1]},
		{"id":5,"service":300,"delivery":[1],"location_index":5,"skills":[14]},
		{"id":6,"service":300,"delivery":[1],"location_index":6,"skills":[14]}],
		"shipments":[{"amount":[1],"skills":[2],"pickup":{"id":4,"service":300,"location_index":4},
			"delivery":{"id":3,"service":300,"location_index":3}}],`+documentedMatrix()+`}`)
	if status != 200 {
		t.Fatal(status, a)
	}
	sum := a["summary"].(map[string]any)
	for key, want := range map[string]float64{"cost": 18711, "duration": 18711, "routes": 2, "unassigned": 0, "service": 2100 + 300} {
		if sum[key] != want { // the documentation counts one break of the two, ours both
			t.Errorf("summary.%s is %v, want %v", key, sum[key], want)
		}
	}
	if got := fmt.Sprint(sum["delivery"], sum["pickup"]); len(a["unassigned"].([]any)) != 0 {
		t.Errorf("unassigned %v, amounts %s", a["unassigned"], got)
	}
	for k, want := range []string{"job 1 job 2 job 5", "job 6 pickup 4 delivery 3"} {
		var tasks []string
		for _, line := range arrivals(a["routes"].([]any)[k]) {
			if f := strings.Fields(line); len(f) == 3 && f[0] != "break" {
				tasks = append(tasks, f[0], f[1])
			}
		}
		if got := strings.Join(tasks, " "); got != want {
			t.Errorf("route %d serves %s, want %s", k, got, want)
		}
	}
}

// Example 2: two jobs on the documentation's own matrix; every step arrives as it says there.
func TestDocumentedExample2(t *testing.T) {
	t.Parallel()
	status, a := door(t, nil)("POST", `{"vehicles":[{"id":0,"start_index":0,"end_index":3}],
		"jobs":[{"id":1414,"location_index":1},{"id":1515,"location_index":2}],
		"matrices":{"car":{"durations":[[0,2104,197,1299],[2103,0,2255,3152],[197,2256,0,1102],[1299,3153,1102,0]]}}}`)
	if status != 200 || a["code"] != 0.0 {
		t.Fatal(status, a)
	}
	want := []string{"start 0", "job 1414 2104", "job 1515 4359", "end 5461"}
	if got := arrivals(a["routes"].([]any)[0]); !reflect.DeepEqual(got, want) || a["summary"].(map[string]any)["cost"] != 5461.0 {
		t.Errorf("steps %q at %v, want %q at 5461", got, a["summary"], want)
	}
}

// Example 3: given routes are timed. One is too heavy, one leaves 800 s before its window and is 1266 and 1446 s late.
func TestDocumentedExample3(t *testing.T) {
	t.Parallel()
	vehicle := func(id int, steps string) string {
		return fmt.Sprintf(`{"id":%d,"start_index":0,"end_index":0,"capacity":[4],"time_window":[1600416000,1600426800],"steps":[%s]}`, id, steps)
	}
	job := func(id, amount int, more string) string {
		return fmt.Sprintf(`{"id":%d,"service":300,"delivery":[%d],"location_index":%d%s}`, id, amount, id, more)
	}
	const early = `,"time_windows":[[1600416000,1600423200]]`
	status, a := door(t, nil)("POST", `{"options":{"c":true},"vehicles":[`+
		vehicle(1, `{"type":"start"},{"type":"job","id":1},{"type":"job","id":2},{"type":"job","id":5},{"type":"end"}`)+`,`+
		vehicle(2, `{"type":"start","service_after":1600415200},{"type":"job","id":6},{"type":"job","id":4},{"type":"job","id":3},{"type":"end"}`)+
		`],"jobs":[`+job(1, 2, "")+`,`+job(2, 2, "")+`,`+job(3, 1, early)+`,`+job(4, 1, early)+`,`+job(5, 3, "")+`,`+job(6, 1, early)+`],`+documentedMatrix()+`}`)
	if status != 200 {
		t.Fatal(status, a)
	}
	sum := a["summary"].(map[string]any)
	if sum["cost"] != 18711.0 || sum["service"] != 1800.0 {
		t.Errorf("summary %v", sum)
	}
	causes := map[string]any{}
	for _, v := range sum["violations"].([]any) {
		causes[v.(map[string]any)["cause"].(string)] = v.(map[string]any)["duration"]
	}
	if want := map[string]any{"lead_time": 800.0, "delay": 2712.0, "load": nil}; !reflect.DeepEqual(causes, want) {
		t.Errorf("violations %v, want %v", causes, want)
	}
	want := []string{"start 1600415200", "job 6 1600418141", "job 4 1600422257", "job 3 1600424466", "end 1600428246"}
	if got := arrivals(a["routes"].([]any)[1]); !reflect.DeepEqual(got, want) {
		t.Errorf("steps %q, want %q", got, want)
	}
}
