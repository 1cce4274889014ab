package vroom_test

import (
	"strings"
	"testing"
)

// Each kind of bad input is answered with 400 and a sentence that names the client's own field and whose it is.
func TestBadInputIsNamedInTheClientsWords(t *testing.T) {
	t.Parallel()
	ask := door(t, nil)
	const job = `"id":1,"location_index":1,`
	for want, edit := range map[string][2]string{
		"durations[1] has 3 entries instead of 4":              {`[10,0,10,20]`, `[10,0,10]`},
		"distances has 1 lines instead of 4":                   {`"durations"`, `"distances":[[0]],"durations"`},
		"Invalid time window: [50, 20] for job 1.":             {job, job + `"time_windows":[[50,20]],`},
		"Unsorted or overlapping time-windows for job 1.":      {job, job + `"time_windows":[[0,20],[10,30]],`},
		"Invalid time window: [50, 20] for vehicle 7.":         {`[0,1000]`, `[50,20]`},
		"Invalid time window: [50, 20] for break 1.":           {`[[5,500]]`, `[[50,20]]`},
		"Inconsistent delivery length: 1 instead of 2.":        {`"capacity":[4]`, `"capacity":[4,4]`},
		"location_index exceeding matrix size: 9 for job 1":    {`"id":1,"location_index":1`, `"id":1,"location_index":9`},
		"location_index exceeding matrix size: -1 for job 1":   {`"id":1,"location_index":1`, `"id":1,"location_index":-1`},
		"location_index exceeding matrix size: 8 for pickup 1": {`"location_index":2`, `"location_index":8`},
		"start_index exceeding matrix size: 9 for vehicle 7":   {`"start_index":0`, `"start_index":9`},
		"end_index exceeding matrix size: 9 for vehicle 7":     {`"end_index":0`, `"end_index":9`},
		"Duplicate job id: 1.":                                 {`"id":9`, `"id":1`},
		"Invalid delivery for job 1: 9223372036854775807":      {`"delivery":[2]`, `"delivery":[9223372036854775807]`},
		"Invalid delivery: -2.":                                {`"delivery":[2]`, `"delivery":[-2]`},
		"Invalid capacity for vehicle 7: 2000000000000":        {`"capacity":[4]`, `"capacity":[2000000000000]`},
		"Invalid priority value for job 1.":                    {job, job + `"priority":101,`},
		"Invalid setup_per_type.x for job 1: -4":               {job, job + `"setup_per_type":{"x":-4},`},
		"Invalid costs.fixed for vehicle 7: -5":                {`"skills":[1],"time_window"`, `"costs":{"fixed":-5},"skills":[1],"time_window"`},
		"Invalid costs.per_km for vehicle 7: 2000000000":       {`"skills":[1],"time_window"`, `"costs":{"per_km":2000000000},"skills":[1],"time_window"`},
		"Invalid max_tasks for vehicle 7: -5":                  {`"id":7,`, `"id":7,"max_tasks":-5,`},
		"Invalid max_travel_time for vehicle 7: -5":            {`"id":7,`, `"id":7,"max_travel_time":-5,`},
		"Invalid max_distance for vehicle 7: -5":               {`"id":7,`, `"id":7,"max_distance":-5,`},
		"Invalid max_load for break 1 of vehicle 7: -1":        {`"service":5}`, `"service":5,"max_load":[-1]}`},
		"Invalid jobs.service: number -3.":                     {`"service":3`, `"service":-3`},
		"Invalid jobs.id: string.":                             {`"id":1,"location_index":1`, `"id":"a","location_index":1`},
		"Invalid job id 77 in steps for vehicle 7.":            {`"id":7,`, `"id":7,"steps":[{"type":"job","id":77}],`},
	} {
		body := strings.Replace(small, edit[0], edit[1], 1)
		if body == small {
			t.Fatalf("%q changes nothing", edit[0])
		}
		status, a := ask("POST", body)
		if text, _ := a["error"].(string); status != 400 || !strings.Contains(text, want) {
			t.Errorf("want 400 and %q, got %d %v", want, status, a)
		}
	}
}

// What is odd, but can be planned around, is planned: a matrix that breaks the triangle, a place that nobody can reach, a
// load that no vehicle carries. What is left out says why.
func TestOddInputIsPlannedAround(t *testing.T) {
	t.Parallel()
	ask := door(t, nil)
	for reason, edit := range map[string][2]string{
		"":            {`[0,10,20,25]`, `[0,900,20,25]`},
		"unreachable": {`[[0,10,20,25],[10,0,10,20],[20,10,0,10],[25,20,10,0]]`, `[[0,4294967295,20,25],[4294967295,0,4294967295,4294967295],[20,4294967295,0,10],[25,4294967295,10,0]]`},
		"capacity":    {`"delivery":[2]`, `"delivery":[9]`},
		"shift":       {`"service":3`, `"service":4294967295`},
	} {
		status, a := ask("POST", strings.Replace(small, edit[0], edit[1], 1))
		if status != 200 {
			t.Fatal(status, a)
		}
		left := map[float64]string{}
		for _, u := range a["unassigned"].([]any) {
			left[u.(map[string]any)["id"].(float64)], _ = u.(map[string]any)["reason"].(string)
		}
		if why, out := left[1]; out != (reason != "") || !strings.Contains(why, reason) {
			t.Errorf("want job 1 left out for %q: %v", reason, left)
		}
	}
}
