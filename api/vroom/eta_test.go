package vroom_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"quartermaster/api/vroom"
)

// A van too small for its given route of two jobs, worked out by hand: it must be 10 s early at the first or later still at
// the second, and its break is not in the steps.
const ordered = `{"vehicles":[{"id":1,"start_index":0,"end_index":0,"capacity":[2],"time_window":[0,1000],"max_tasks":1,"max_travel_time":39,
 "steps":[{"type":"start"},{"type":"job","id":2},{"type":"job","id":1},{"type":"delivery","id":5},{"type":"end"}],"breaks":[{"id":4,"time_windows":[[0,100]]}]}],
 "jobs":[{"id":1,"location_index":1,"delivery":[2],"time_windows":[[0,15]],"skills":[3]},{"id":2,"location_index":2,"delivery":[1],"service":5,"time_windows":[[30,60]]},
  {"id":8,"location_index":1}],
 "shipments":[{"amount":[0],"pickup":{"id":5,"location_index":1},"delivery":{"id":5,"location_index":1}}],
 "matrices":{"car":{"durations":[[0,10,20],[10,0,10],[20,10,0]]}},"options":{"c":true}}`

func chosen(t *testing.T, text string) vroom.Answer {
	t.Helper()
	r, err := vroom.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Problem()
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.ChooseETA()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Every cause of VROOM's plan mode is told where it arises, and what no step names is left out.
func TestChooseETATellsViolations(t *testing.T) {
	t.Parallel()
	a := chosen(t, ordered)
	var causes []string
	var sec int64
	for _, v := range a.Routes[0].Violations {
		causes = append(causes, v.Cause)
		if v.Duration != nil {
			sec += *v.Duration
		}
	}
	slices.Sort(causes)
	if want := "[delay lead_time load max_tasks max_travel_time missing_break precedence skills]"; fmt.Sprint(causes) != want || sec != 30 {
		t.Errorf("%v for %d s, want %s for 30", causes, sec, want)
	}
	if steps := a.Routes[0].Steps; len(steps) != 5 || len(steps[0].Violations) != 1 || steps[0].Violations[0].Cause != "load" || steps[1].ID == nil || *steps[1].ID != 2 {
		t.Errorf("steps %+v", a.Routes[0].Steps)
	}
	if len(a.Unassigned) != 2 || a.Unassigned[0].ID != 8 || a.Unassigned[1].Type != "pickup" {
		t.Errorf("unassigned %+v", a.Unassigned)
	}
}

// On random routes with several windows a stop the times chosen break windows by as little as any choice of whole seconds.
func TestChooseETAIsLeast(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		n := 1 + r.IntN(4)
		durations := make([][]int, n+1)
		for i := range durations {
			durations[i] = make([]int, n+1)
			for j := range durations[i] {
				if i != j {
					durations[i][j] = 1 + r.IntN(9)
				}
			}
		}
		jobs, steps, windows, service := []map[string]any{}, []map[string]any{}, make([][][2]int, n), make([]int, n)
		for i := range n {
			a := r.IntN(20)
			windows[i] = [][2]int{{a, a + r.IntN(5)}}
			if r.IntN(2) == 0 {
				b := windows[i][0][1] + 1 + r.IntN(15)
				windows[i] = append(windows[i], [2]int{b, b + r.IntN(5)})
			}
			service[i] = r.IntN(4)
			jobs = append(jobs, map[string]any{"id": i, "location_index": i + 1, "time_windows": windows[i], "service": service[i]})
			steps = append(steps, map[string]any{"type": "job", "id": i})
		}
		shift := [2]int{r.IntN(10), 20 + r.IntN(20)}
		text, _ := json.Marshal(map[string]any{"vehicles": []any{map[string]any{"id": 1, "start_index": 0, "end_index": 0, "time_window": shift, "steps": steps}},
			"jobs": jobs, "matrices": map[string]any{"car": map[string]any{"durations": durations}}})
		a := chosen(t, string(text))
		got := int64(0)
		for _, v := range a.Routes[0].Violations {
			got += *v.Duration
		}
		if want := leastBroken(durations, windows, service, shift); got != int64(want) {
			t.Errorf("seed %d: breaks %d s, the least is %d: %s", seed, got, want, text)
		}
	}
}

// leastBroken tries every second for every step.
func leastBroken(durations [][]int, windows [][][2]int, service []int, shift [2]int) int {
	const last = 120
	cost := make([]int, last+1) // per second of the start
	for t := range cost {
		cost[t] = max(0, shift[0]-t)
	}
	busy := 0
	for i := 0; i <= len(windows); i++ {
		leg, of := durations[i][0], [][2]int{{0, shift[1]}}
		if i < len(windows) {
			leg, of = durations[i][i+1], windows[i]
		}
		next := make([]int, last+1)
		for t := range next {
			next[t] = 1 << 30
			for from := 0; from+busy+leg <= t; from++ {
				broken := 1 << 30
				for _, w := range of {
					broken = min(broken, max(0, w[0]-t, t-w[1]))
				}
				next[t] = min(next[t], cost[from]+broken)
			}
		}
		cost = next
		if i < len(windows) {
			busy = service[i]
		}
	}
	return slices.Min(cost)
}
