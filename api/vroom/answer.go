package vroom

import "quartermaster/routing"

// Answer is the output object.
type Answer struct {
	Code       int          `json:"code"`
	Summary    Totals       `json:"summary"`
	Unassigned []Unassigned `json:"unassigned"`
	Routes     []Route      `json:"routes"`
}

// Totals are the figures that a summary and a route share.
type Totals struct {
	Cost           int64           `json:"cost"`
	Routes         *int            `json:"routes,omitempty"`
	Unassigned     *int            `json:"unassigned,omitempty"`
	Delivery       []int64         `json:"delivery,omitempty"`
	Amount         []int64         `json:"amount,omitempty"`
	Pickup         []int64         `json:"pickup,omitempty"`
	Setup          int64           `json:"setup"`
	Service        int64           `json:"service"`
	Duration       int64           `json:"duration"`
	WaitingTime    int64           `json:"waiting_time"`
	Priority       int64           `json:"priority"`
	Distance       *int64          `json:"distance,omitempty"`
	Violations     []Violation     `json:"violations"`
	ComputingTimes *ComputingTimes `json:"computing_times,omitempty"`
	EmissionsG     int64           `json:"emissions"` // ours: grams of CO2e
}

// ComputingTimes are milliseconds of reading and measuring, and of planning.
type ComputingTimes struct {
	Loading int64 `json:"loading"`
	Solving int64 `json:"solving"`
	Routing int64 `json:"routing"`
}

// Violation is a rule that a given route breaks; Duration in seconds where it is one of time.
type Violation struct {
	Cause    string `json:"cause"`
	Duration *int64 `json:"duration,omitempty"`
}

// Unassigned is a task on no route, with our reason.
type Unassigned struct {
	Place
	ID          uint64 `json:"id"`
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
	Reason      string `json:"reason"`
}

// Route is one vehicle's.
type Route struct {
	Vehicle     uint64 `json:"vehicle"`
	Description string `json:"description,omitempty"`
	Totals
	Steps    []Step           `json:"steps"`
	Costs    map[string]int64 `json:"costs,omitempty"`    // ours: what the cost is made of
	Geometry string           `json:"geometry,omitempty"` // polyline, where asked for and streets are loaded
}

// Step is one event of a route.
type Step struct {
	Place
	Type        string      `json:"type"`
	ID          *uint64     `json:"id,omitempty"`
	Job         *uint64     `json:"job,omitempty"` // old name of id
	Description string      `json:"description,omitempty"`
	Setup       int64       `json:"setup"`
	Service     int64       `json:"service"`
	WaitingTime int64       `json:"waiting_time"`
	Load        []int64     `json:"load,omitempty"`
	Arrival     int64       `json:"arrival"`
	Duration    int64       `json:"duration"`
	Distance    *int64      `json:"distance,omitempty"`
	Violations  []Violation `json:"violations"`
}

// Answer writes a solution in VROOM's words.
func (p *Plan) Answer(s routing.Solution) Answer {
	a := Answer{Routes: []Route{}, Unassigned: []Unassigned{}}
	routes, left := len(s.Routes), len(s.Unassigned)
	a.Summary = Totals{Routes: &routes, Unassigned: &left, Violations: []Violation{}, Delivery: make([]int64, p.dims), Pickup: make([]int64, p.dims)}
	total := &a.Summary
	if p.metres {
		total.Distance = new(int64)
	}
	for k := range s.Routes {
		r := p.route(&s.Routes[k])
		total.Cost += r.Cost
		total.Setup += r.Setup
		total.Service += r.Service
		total.Duration += r.Duration
		total.WaitingTime += r.WaitingTime
		total.Priority += r.Priority
		total.EmissionsG += r.EmissionsG
		if p.metres {
			*total.Distance += *r.Distance
		}
		for x := range p.dims {
			total.Delivery[x] += r.Delivery[x]
			total.Pickup[x] += r.Pickup[x]
		}
		a.Routes = append(a.Routes, r)
	}
	total.Amount = total.Delivery
	for _, u := range s.Unassigned {
		t := &p.tasks[u.Stop]
		a.Unassigned = append(a.Unassigned, Unassigned{Place: p.shown(t.Place), ID: t.ID, Type: t.kind, Description: t.Description, Reason: u.Reason})
	}
	return a
}

// walk follows a route and keeps what the steps state.
type walk struct {
	p                   *Plan
	r                   *Route
	load                []int64
	clock, drive, metre int64
	at                  int32
}

func (p *Plan) route(from *routing.Route) Route {
	v := &p.request.Vehicles[from.Vehicle]
	x := &p.Problem.Vehicles[from.Vehicle]
	r := Route{Vehicle: v.ID, Description: v.Description}
	r.Violations, r.Cost, r.EmissionsG = []Violation{}, from.CostCents, from.CO2eG
	r.Delivery, r.Pickup = make([]int64, p.dims), make([]int64, p.dims)
	w := walk{p: p, r: &r, load: make([]int64, p.dims), clock: from.DepartSec, at: -1}
	p.collectAmounts(from, &w)
	if at, ok := x.StartAt(); ok {
		w.at = at
		w.step(Step{Type: "start", Place: Place{v.Start, v.StartIndex}, Arrival: w.clock})
	}
	for k := range from.Visits {
		w.visit(v, x, &from.Visits[k])
	}
	if at, ok := x.EndAt(); ok {
		w.travel(x, at)
		w.step(Step{Type: "end", Place: Place{v.End, v.EndIndex}, Arrival: from.ReturnSec})
	}
	r.Duration = from.DriveSec
	r.Amount = r.Delivery
	if p.metres {
		r.Distance = &from.DistanceM
	}
	if parts, err := p.Problem.CostParts(from); err == nil { // a given route may break rules and is not taken apart
		r.Costs = map[string]int64{}
		for _, part := range parts {
			r.Costs[part.What] = part.Cents
		}
	}
	if p.streets != nil {
		p.conceal(&r)
	}
	return r
}

// collectAmounts sums what the route delivers and picks up, and puts on board what jobs have delivered.
func (p *Plan) collectAmounts(from *routing.Route, w *walk) {
	for k := range from.Visits {
		if from.Visits[k].Kind != routing.KindStop {
			continue
		}
		t := &p.tasks[from.Visits[k].Stop]
		w.r.Priority += int64(p.Problem.Stops[from.Visits[k].Stop].Priority)
		for x, q := range t.deliver {
			w.r.Delivery[x] += q
			if t.kind == "job" {
				w.load[x] += q
			} else {
				w.r.Pickup[x] += q
			}
		}
		for x, q := range t.collect {
			w.r.Pickup[x] += q
		}
	}
}

func (w *walk) travel(x *routing.Vehicle, to int32) {
	if w.at >= 0 {
		sec, metres, _ := w.p.Problem.Travel(x).Leg(w.at, to)
		w.drive += sec
		w.metre += metres
	}
	w.at = to
}

func (w *walk) step(s Step) {
	s.Duration, s.Violations = w.drive, []Violation{}
	if w.p.dims > 0 {
		s.Load = append([]int64{}, w.load...)
	}
	if w.p.metres {
		metre := w.metre
		s.Distance = &metre
	}
	w.r.Steps = append(w.r.Steps, s)
}

func (w *walk) visit(v *Vehicle, x *routing.Vehicle, visit *routing.Visit) {
	s := Step{Arrival: visit.ArrivalSec, WaitingTime: visit.StartSec - visit.ArrivalSec, Type: string(visit.Kind)}
	w.r.WaitingTime += s.WaitingTime
	if visit.Kind == routing.KindBreak {
		id := x.Breaks[visit.Break].ID
		for i := range v.Breaks {
			if b := &v.Breaks[i]; id == idText(b.ID) {
				s.ID, s.Description, s.Service = &b.ID, b.Description, int64(b.Service)
			}
		}
		w.r.Service += s.Service
		w.step(s)
		return
	}
	i := visit.Stop
	t := &w.p.tasks[i]
	stop := &w.p.Problem.Stops[i]
	service, setup := stop.ServiceAt(x)
	if w.at == stop.Location {
		setup = 0
	}
	w.travel(x, stop.Location)
	s.Type, s.ID, s.Description, s.Place, s.Service, s.Setup = t.kind, &t.ID, t.Description, t.Place, service, setup
	if t.kind == "job" {
		s.Job = &t.ID
	}
	w.r.Service += service
	w.r.Setup += setup
	w.handle(i, t)
	w.step(s)
}

// handle moves the amounts of a task.
func (w *walk) handle(i int, t *task) {
	switch t.kind {
	case "pickup":
		for x, q := range w.p.tasks[i+1].deliver {
			w.load[x] += q
		}
	default:
		for x, q := range t.deliver {
			w.load[x] -= q
		}
		for x, q := range t.collect {
			w.load[x] += q
		}
	}
}
