package vroom_test

import (
	"errors"
	"strings"
	"testing"

	"quartermaster/api/vroom"
	"quartermaster/routing"
	"quartermaster/routing/vrp"
)

// Two jobs, a shipment and a van with a break, worked out by hand: the van goes 0 → 1 → 2 → 3 → 0, each leg 10 s but the
// last, 25 s.
const small = `{"vehicles":[{"id":7,"start_index":0,"end_index":0,"capacity":[4],"skills":[1],"time_window":[0,1000],
 "breaks":[{"id":1,"time_windows":[[5,500]],"service":5}],"ignored":true}],
 "jobs":[{"id":1,"location_index":1,"delivery":[2],"service":3,"skills":[1]},{"id":9,"location_index":1,"skills":[2]}],
 "shipments":[{"amount":[2],"pickup":{"id":1,"location_index":2},"delivery":{"id":1,"location_index":3}}],
 "matrices":{"car":{"durations":[[0,10,20,25],[10,0,10,20],[20,10,0,10],[25,20,10,0]]}}}`

func TestSolvesASmallRequest(t *testing.T) {
	t.Parallel()
	r, err := vroom.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Problem()
	if err != nil {
		t.Fatal(err)
	}
	s, err := vrp.Solve(t.Context(), p.Problem, vrp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p.Problem, s); err != nil {
		t.Fatal(err)
	}
	a := p.Answer(s)
	if a.Summary.Cost != 55 || a.Summary.Duration != 55 || len(a.Routes) != 1 || len(a.Routes[0].Steps) != 6 || a.Summary.Service != 8 {
		t.Errorf("%+v", a)
	}
	if len(a.Unassigned) != 1 || a.Unassigned[0].ID != 9 || !strings.HasPrefix(a.Unassigned[0].Reason, routing.ReasonSkill) {
		t.Errorf("unassigned %+v", a.Unassigned)
	}
	if got := a.Routes[0].Costs; len(got) != 1 || got["driving"] != 55 {
		t.Errorf("costs %v, want 55 for driving", got)
	}
	if got := a.Routes[0].Steps[0].Load[0]; got != 2 {
		t.Errorf("leaves with %d on board, the job's 2", got)
	}
}

// VROOM's own words and codes for wrong input.
func TestErrorsInVROOMsWords(t *testing.T) {
	t.Parallel()
	for want, edit := range map[string][2]string{
		"Duplicate job id: 1.":                       {`"id":9`, `"id":1`},
		"No start or end specified for vehicle 7.":   {`"start_index":0,"end_index":0,`, ``},
		"Inconsistent delivery length: 2 instead of": {`"delivery":[2]`, `"delivery":[2,1]`},
		"Missing location index.":                    {`"id":1,"location_index":1,`, `"id":1,`},
		"Invalid profile: bike.":                     {`"id":7,`, `"id":7,"profile":"bike",`},
		"Invalid speed factor: 6":                    {`"id":7,`, `"id":7,"speed_factor":6,`},
		"No matrices given":                          {`"matrices"`, `"nothing"`},
	} {
		r, err := vroom.Parse([]byte(strings.Replace(small, edit[0], edit[1], 1)))
		if err == nil {
			_, err = r.Problem()
		}
		var e *vroom.Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Text, want) || e.Code != vroom.CodeInput && e.Code != vroom.CodeRouting {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Whatever bytes come, the answer is a plan that holds or an error, never a panic.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(small))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := vroom.Parse(text)
		if err != nil {
			return
		}
		p, err := r.Problem()
		if err != nil || len(p.Problem.Stops) > 20 || len(p.Problem.Vehicles) > 20 {
			return
		}
		s, err := vrp.Solve(t.Context(), p.Problem, vrp.Options{Iterations: 5})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p.Problem, s); err != nil {
			t.Fatal(err)
		}
		_ = p.Answer(s)
	})
}
