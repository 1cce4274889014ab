package vroom

import (
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/routing"
)

// task is what a stop of the problem stands for.
type task struct {
	kind string // job, pickup, delivery
	*Task
	deliver, collect []int64
}

// Plan is a request laid out for the solver.
type Plan struct {
	Problem routing.Problem
	Start   []Warm
	request *Request
	tasks   []task
	dims    int
	known   map[string]int // profile and speed → 0 = Problem.Matrix, k = Profiles[k-1]
	places  int
	metres  bool
	streets Streets // where travel comes from them
}

// Warm is a route that the request gives to begin with.
type Warm struct {
	Vehicle int
	Stops   []int
}

const forever = int64(1e11)

// Problem turns the request into the solver's words. An error is an *Error in VROOM's terms.
func (r *Request) Problem() (*Plan, error) { return r.ProblemOn(context.Background(), nil) }

// ProblemOn is Problem with streets to measure travel on where the request has no matrices; nil = there are none.
func (r *Request) ProblemOn(ctx context.Context, streets Streets) (*Plan, error) {
	p := &Plan{request: r, known: map[string]int{}}
	if len(r.Matrix) > 0 && len(r.Matrices) == 0 {
		r.Matrices = map[string]Matrix{"car": {Durations: r.Matrix}}
	}
	if len(r.Matrices) == 0 {
		if streets == nil {
			return nil, &Error{CodeRouting, "No matrices given, and no streets are loaded here: add matrices with durations."}
		}
		if err := p.measure(ctx, streets); err != nil {
			return nil, err
		}
	}
	for _, step := range []func() error{p.amounts, p.limits, p.addTasks, p.addVehicles, p.adopt} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if err := routing.Validate(p.Problem); err != nil {
		return nil, refuse("%s", err)
	}
	return p, nil
}

// amounts tells how many kinds of amounts there are and that all agree.
func (p *Plan) amounts() error {
	same := func(what string, a []int64) error {
		if len(a) == 0 {
			return nil
		}
		if p.dims == 0 {
			p.dims = len(a)
		}
		if len(a) != p.dims {
			return refuse("Inconsistent %s length: %d instead of %d.", what, len(a), p.dims)
		}
		for _, q := range a {
			if q < 0 {
				return refuse("Invalid %s: %d.", what, q)
			}
		}
		return nil
	}
	for i := range p.request.Vehicles {
		if err := same("capacity", p.request.Vehicles[i].Capacity); err != nil {
			return err
		}
	}
	for i := range p.request.Jobs {
		j := &p.request.Jobs[i]
		if len(j.Delivery) == 0 {
			j.Delivery = j.Amount
		}
		if err := same("delivery", j.Delivery); err != nil {
			return err
		}
		if err := same("pickup", j.Pickup); err != nil {
			return err
		}
	}
	for i := range p.request.Shipments {
		if err := same("amount", p.request.Shipments[i].Amount); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) addTasks() error {
	seen := map[string]bool{}
	add := func(t task, skills []int, priority int) error {
		id := fmt.Sprint(t.kind, " ", t.ID)
		if seen[id] {
			return refuse("Duplicate %s id: %d.", t.kind, t.ID)
		}
		seen[id] = true
		if t.LocationIndex == nil {
			return refuse("Missing location index.")
		}
		if priority < 0 || priority > 100 {
			return refuse("Invalid priority value for %s %d.", t.kind, t.ID)
		}
		s := routing.Stop{ID: id, Location: *t.LocationIndex, ServiceSec: int64(t.Service)}
		s.SetupSec, s.ServiceSecByType, s.SetupSecByType = int64(t.Setup), t.ServicePerType, t.SetupPerType
		s.Skills, s.Priority, s.Extra = skills, priority, t.deliver
		if slices.ContainsFunc(t.collect, func(q int64) bool { return q > 0 }) {
			s.Collect = append([]int64{0, 0}, t.collect...)
		}
		windows, err := windowsOf(t.TimeWindows, fmt.Sprintf("%s %d", t.kind, t.ID))
		if err != nil {
			return err
		}
		s.Window, s.More = windows[0], windows[1:]
		p.tasks = append(p.tasks, t)
		p.Problem.Stops = append(p.Problem.Stops, s)
		return nil
	}
	for i := range p.request.Jobs {
		j := &p.request.Jobs[i]
		if err := add(task{"job", &j.Task, j.Delivery, j.Pickup}, j.Skills, j.Priority); err != nil {
			return err
		}
	}
	for i := range p.request.Shipments {
		s := &p.request.Shipments[i]
		if err := add(task{"pickup", &s.Pickup, nil, nil}, s.Skills, s.Priority); err != nil {
			return err
		}
		if err := add(task{"delivery", &s.Delivery, s.Amount, nil}, s.Skills, s.Priority); err != nil {
			return err
		}
		n := len(p.tasks)
		p.Problem.Pairs = append(p.Problem.Pairs, routing.Pair{Pickup: n - 2, Delivery: n - 1})
	}
	return nil
}

func windowsOf(given [][2]uint32, what string) ([]routing.Window, error) {
	if len(given) == 0 {
		return []routing.Window{{EndSec: forever}}, nil
	}
	var out []routing.Window
	for k, w := range given {
		if w[1] < w[0] {
			return nil, refuse("Invalid time window: [%d, %d] for %s.", w[0], w[1], what)
		}
		if k > 0 && w[0] <= given[k-1][1] {
			return nil, refuse("Unsorted or overlapping time-windows for %s.", what)
		}
		out = append(out, routing.Window{StartSec: int64(w[0]), EndSec: int64(w[1])})
	}
	return out, nil
}

func (p *Plan) addVehicles() error {
	seen := map[uint64]bool{}
	for i := range p.request.Vehicles {
		v := &p.request.Vehicles[i]
		if seen[v.ID] {
			return refuse("Duplicate vehicle id: %d.", v.ID)
		}
		seen[v.ID] = true
		x := routing.Vehicle{ID: fmt.Sprint("vehicle ", v.ID), MaxWeightG: 1, MaxVolumeCm3: 1, Shift: routing.Window{EndSec: forever},
			FixedCostCents: v.Costs.Fixed, CostCentsPerKm: v.Costs.PerKm}
		if v.StartIndex == nil && v.EndIndex == nil {
			return refuse("No start or end specified for vehicle %d.", v.ID)
		}
		x.OpenStart, x.OpenEnd = v.StartIndex == nil, v.EndIndex == nil
		if v.StartIndex != nil {
			x.Depot = *v.StartIndex
		} else {
			x.Depot = *v.EndIndex
		}
		if v.EndIndex != nil {
			x.EndsElsewhere, x.End = true, *v.EndIndex
		}
		if v.TimeWindow != nil {
			x.Shift = routing.Window{StartSec: int64(v.TimeWindow[0]), EndSec: int64(v.TimeWindow[1])}
		}
		x.Extra = make([]int64, p.dims)
		copy(x.Extra, v.Capacity)
		x.Type, x.Skills, x.MaxStops, x.MaxDriveSec, x.MaxDistanceM = v.Type, v.Skills, v.MaxTasks, v.MaxTravelTime, v.MaxDistance
		x.CostCentsPerTaskHour = v.Costs.PerTaskHour
		if err := p.addBreaks(v, &x); err != nil {
			return err
		}
		if err := p.profile(v, &x); err != nil {
			return err
		}
		p.Problem.Vehicles = append(p.Problem.Vehicles, x)
	}
	return nil
}

func (p *Plan) addBreaks(v *Vehicle, x *routing.Vehicle) error {
	for _, b := range v.Breaks {
		windows, err := windowsOf(b.TimeWindows, fmt.Sprintf("break %d", b.ID))
		if err != nil {
			return err
		}
		r := routing.Break{ID: fmt.Sprint(b.ID), Windows: windows, ServiceSec: int64(b.Service)}
		if len(b.MaxLoad) > 0 {
			if len(b.MaxLoad) != p.dims {
				return refuse("Inconsistent max_load length: %d instead of %d.", len(b.MaxLoad), p.dims)
			}
			r.MaxLoad = append([]int64{1, 1}, b.MaxLoad...)
		}
		x.Breaks = append(x.Breaks, r)
	}
	slices.SortStableFunc(x.Breaks, func(a, b routing.Break) int { return int(a.Windows[0].StartSec - b.Windows[0].StartSec) })
	return nil
}

// profile finds or makes the travel of a vehicle: its profile's, faster by its speed factor.
func (p *Plan) profile(v *Vehicle, x *routing.Vehicle) error {
	name := v.Profile
	if name == "" {
		name = "car"
	}
	factor := 1.0
	if v.SpeedFactor != nil {
		factor = math.Round(*v.SpeedFactor*100) / 100
	}
	if !(factor > 0) || factor > 5 {
		return refuse("Invalid speed factor: %v", factor)
	}
	m, ok := p.request.Matrices[name]
	if !ok || len(m.Durations) == 0 {
		return refuse("Invalid profile: %s.", name)
	}
	x.CostCentsPerDriveHour = 3600
	if v.Costs.PerHour != nil {
		x.CostCentsPerDriveHour = *v.Costs.PerHour
	}
	if len(m.Costs) > 0 {
		if v.Costs.PerHour != nil && *v.Costs.PerHour != 3600 {
			return refuse("Custom costs are incompatible with using a per_hour value.")
		}
		x.CostCentsPerDriveHour = 0
	}
	id := fmt.Sprint(name, " ", factor)
	at, ok := p.known[id]
	if !ok {
		t, err := p.travel(m, factor)
		if err != nil {
			return err
		}
		at = len(p.known)
		p.known[id] = at
		if at == 0 {
			p.Problem.Matrix = t
		} else {
			p.Problem.Profiles = append(p.Problem.Profiles, t)
		}
	}
	x.Profile = at
	return nil
}

func (p *Plan) travel(m Matrix, factor float64) (routing.Matrix, error) {
	n := len(m.Durations)
	if p.places == 0 {
		p.places = n
	}
	out := routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}
	if len(m.Costs) > 0 {
		out.CostCents = make([]int32, n*n)
	}
	p.metres = p.metres || len(m.Distances) > 0
	for _, t := range []struct {
		what  string
		table [][]uint32
	}{{"durations", m.Durations}, {"distances", m.Distances}, {"costs", m.Costs}} {
		if len(t.table) > 0 && len(t.table) != p.places {
			return out, refuse("Unexpected matrix size: %s has %d lines instead of %d.", t.what, len(t.table), p.places)
		}
		for i, row := range t.table {
			if len(row) != n {
				return out, refuse("Unexpected matrix line length: %s[%d] has %d entries instead of %d.", t.what, i, len(row), n)
			}
		}
	}
	cell := func(table [][]uint32, i, j int, by float64) int32 {
		if len(table) == 0 {
			return 0
		}
		v := math.Round(float64(table[i][j]) / by)
		if v > 1e9 {
			return routing.Unreachable
		}
		return int32(v)
	}
	for i := range n {
		for j := range n {
			k := i*n + j
			out.DurationSec[k], out.DistanceM[k] = cell(m.Durations, i, j, factor), cell(m.Distances, i, j, 1)
			if out.CostCents != nil {
				out.CostCents[k] = min(cell(m.Costs, i, j, 1), 1e9)
			}
		}
	}
	return out, nil
}

// adopt reads the routes given to begin with.
func (p *Plan) adopt() error {
	at := map[string]int{}
	for i, t := range p.tasks {
		at[fmt.Sprint(t.kind, " ", t.ID)] = i
	}
	for k := range p.request.Vehicles {
		v := &p.request.Vehicles[k]
		w := Warm{Vehicle: k}
		for _, s := range v.Steps {
			if s.Type != "job" && s.Type != "pickup" && s.Type != "delivery" {
				continue
			}
			i, ok := at[fmt.Sprint(s.Type, " ", s.ID)]
			if !ok {
				return refuse("Invalid %s id %d in steps for vehicle %d.", s.Type, s.ID, v.ID)
			}
			w.Stops = append(w.Stops, i)
		}
		if len(w.Stops) > 0 {
			p.Start = append(p.Start, w)
		}
	}
	return nil
}

func idText(id uint64) string { return fmt.Sprint(id) }
