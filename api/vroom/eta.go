package vroom

import (
	"cmp"
	"maps"
	"slices"

	"quartermaster/routing"
)

// Given is one vehicle's route as the request orders it.
type given struct {
	vehicle int
	steps   []moment
}

// moment is one step of a given route with what it asks for in time.
type moment struct {
	stop, rest int // index of the task, or of the vehicle's break; the other is -1, both for start and end
	windows    []routing.Window
	at         *uint32 // service_at, service_after, service_before
	after      *uint32
	before     *uint32
	offset     int64 // seconds from the start of the route where nobody waits
	travel     int64 // from the step before
	busy       int64 // setup and service
	start      int64 // chosen
}

// ChooseETA answers the request's own routes, VROOM's plan mode: no order is changed, rules may be broken and are told as
// violations, and the times of service are those with the least lead time and delay in all, among these with the least
// waiting. An error is an *Error in VROOM's terms.
func (p *Plan) ChooseETA() (Answer, error) {
	var s routing.Solution
	on := make([]bool, len(p.tasks))
	var routes []given
	for k := range p.request.Vehicles {
		if len(p.request.Vehicles[k].Steps) == 0 {
			continue
		}
		g, err := p.given(k, on)
		if err != nil {
			return Answer{}, err
		}
		g.choose()
		routes = append(routes, g)
		s.Routes = append(s.Routes, p.drive(&g))
	}
	for i := range p.tasks {
		if !on[i] {
			s.Unassigned = append(s.Unassigned, routing.Unassigned{Stop: i, Reason: "not-planned: no vehicle's steps name it"})
		}
	}
	a := p.Answer(s)
	var all []Violation
	for k := range a.Routes {
		p.violate(&a.Routes[k], &routes[k])
		all = append(all, a.Routes[k].Violations...)
	}
	a.Summary.Violations = merged(all)
	return a, nil
}

// mostSteps bounds a given route: choosing times takes time by its square.
const mostSteps = 1000

// given lays out the steps of vehicle k.
func (p *Plan) given(k int, on []bool) (given, error) {
	v, x := &p.request.Vehicles[k], &p.Problem.Vehicles[k]
	g := given{vehicle: k}
	if len(v.Steps) > mostSteps {
		return g, refuse("Too many steps for vehicle %d: %d; at most %d.", v.ID, len(v.Steps), mostSteps)
	}
	at := int32(-1)
	if from, ok := x.StartAt(); ok {
		at = from
	}
	g.steps = append(g.steps, moment{stop: -1, rest: -1, windows: []routing.Window{{StartSec: x.Shift.StartSec, EndSec: forever}}})
	end := moment{stop: -1, rest: -1, windows: []routing.Window{{StartSec: 0, EndSec: x.Shift.EndSec}}}
	for n := range v.Steps {
		s := &v.Steps[n]
		m := moment{stop: -1, rest: -1, at: s.ServiceAt, after: s.ServiceAfter, before: s.ServiceBefore}
		switch s.Type {
		case "start", "end":
			bound := &end
			if s.Type == "start" {
				bound = &g.steps[0]
			}
			bound.at, bound.after, bound.before = s.ServiceAt, s.ServiceAfter, s.ServiceBefore
			continue
		case "break":
			m.rest = slices.IndexFunc(x.Breaks, func(b routing.Break) bool { return b.ID == idText(s.ID) })
			if m.rest < 0 {
				return g, refuse("Invalid break id %d in steps for vehicle %d.", s.ID, v.ID)
			}
			m.windows, m.busy = x.Breaks[m.rest].Windows, x.Breaks[m.rest].ServiceSec
		default:
			m.stop = slices.IndexFunc(p.tasks, func(t task) bool { return t.kind == s.Type && t.ID == s.ID })
			if m.stop < 0 {
				return g, refuse("Invalid %s id %d in steps for vehicle %d.", s.Type, s.ID, v.ID)
			}
			if on[m.stop] {
				return g, refuse("Duplicate %s id in steps: %d.", s.Type, s.ID)
			}
			on[m.stop] = true
			stop := &p.Problem.Stops[m.stop]
			m.windows = append([]routing.Window{stop.Window}, stop.More...)
			service, setup := stop.ServiceAt(x)
			if at == stop.Location {
				setup = 0
			}
			m.busy, m.travel = service+setup, p.legSec(x, at, stop.Location)
			at = stop.Location
		}
		g.steps = append(g.steps, m)
	}
	if to, ok := x.EndAt(); ok {
		end.travel = p.legSec(x, at, to)
	}
	g.steps = append(g.steps, end)
	for n := 1; n < len(g.steps); n++ {
		g.steps[n].offset = g.steps[n-1].offset + g.steps[n-1].busy + g.steps[n].travel
	}
	return g, nil
}

func (p *Plan) legSec(x *routing.Vehicle, from, to int32) int64 {
	if from < 0 {
		return 0
	}
	sec, _, ok := p.Problem.Travel(x).Leg(from, to)
	if !ok {
		return 0
	}
	return sec
}

// worth is what a choice of times costs: seconds that windows are broken by, then seconds of waiting.
type worth struct{ broken, waiting int64 }

func (a worth) plus(b worth) worth { return worth{a.broken + b.broken, a.waiting + b.waiting} }

func (a worth) compare(b worth) int {
	return cmp.Or(cmp.Compare(a.broken, b.broken), cmp.Compare(a.waiting, b.waiting))
}

// insist is how much more the request's own times weigh than windows.
const insist = 1_000_000

// broken is how much beginning at a time breaks.
func (m *moment) broken(t int64) int64 {
	sum := forever
	for _, w := range m.windows {
		sum = min(sum, max(0, w.StartSec-t, t-w.EndSec))
	}
	if m.at != nil {
		sum += insist * max(int64(*m.at)-t, t-int64(*m.at))
	}
	if m.after != nil {
		sum += insist * max(0, int64(*m.after)-t)
	}
	if m.before != nil {
		sum += insist * max(0, t-int64(*m.before))
	}
	return sum
}

// choose sets the starts. Counted from each step's offset they only rise, and some best choice begins each step at an end
// of a window of some step, so that a table over those ends holds the optimum.
func (g *given) choose() {
	ends := g.ends()
	table := make([]worth, len(ends))
	from := make([][]int32, len(g.steps)) // [step][end]: end that the step before begins at
	for n := range g.steps {
		m := &g.steps[n]
		from[n] = make([]int32, len(ends))
		best, at := table[0], int32(0)
		for e, u := range ends {
			if n > 0 && table[e].compare(best) < 0 {
				best, at = table[e], int32(e)
			}
			own := worth{broken: m.broken(u + m.offset)}
			if n == 0 {
				own.waiting = -u
			}
			if n == len(g.steps)-1 {
				own.waiting += u
			}
			if n == 0 {
				table[e] = own
				continue
			}
			from[n][e] = at
			table[e] = best.plus(own)
		}
	}
	at := int32(0)
	for e := range ends {
		if table[e].compare(table[at]) < 0 {
			at = int32(e)
		}
	}
	for n := len(g.steps) - 1; n >= 0; n-- {
		g.steps[n].start = ends[at] + g.steps[n].offset
		at = from[n][at]
	}
}

// ends are the ends of all windows, each counted from its step's offset; none lies before 0.
func (g *given) ends() []int64 {
	ends := []int64{0}
	for n := range g.steps {
		m := &g.steps[n]
		add := func(t int64) {
			if t < forever && t > m.offset {
				ends = append(ends, t-m.offset)
			}
		}
		for _, w := range m.windows {
			add(w.StartSec)
			add(w.EndSec)
		}
		for _, t := range []*uint32{m.at, m.after, m.before} {
			if t != nil {
				add(int64(*t))
			}
		}
	}
	slices.Sort(ends)
	return slices.Compact(ends)
}

// drive writes the route with its chosen times.
func (p *Plan) drive(g *given) routing.Route {
	x := &p.Problem.Vehicles[g.vehicle]
	r := routing.Route{Vehicle: g.vehicle, DepartSec: g.steps[0].start, ReturnSec: g.steps[len(g.steps)-1].start}
	var spent routing.Spent
	at := int32(-1)
	if from, ok := x.StartAt(); ok {
		at = from
	}
	leg := func(to int32) {
		if at >= 0 {
			travel := p.Problem.Travel(x)
			sec, metres, ok := travel.Leg(at, to)
			if ok {
				spent.DriveSec += sec
				spent.DistanceM += metres
				spent.LegCents += travel.LegCostCents(at, to)
			}
		}
		at = to
	}
	for n := 1; n < len(g.steps)-1; n++ {
		m, last := &g.steps[n], &g.steps[n-1]
		v := routing.Visit{Stop: m.stop, ArrivalSec: last.start + last.busy + m.travel, StartSec: m.start, DepartSec: m.start + m.busy}
		if m.rest >= 0 {
			v.Kind, v.Break, v.Location = routing.KindBreak, m.rest, -1
		} else {
			leg(p.Problem.Stops[m.stop].Location)
			spent.TaskSec += m.busy
		}
		r.Visits = append(r.Visits, v)
	}
	if to, ok := x.EndAt(); ok {
		leg(to)
	}
	spent.DurationSec = r.ReturnSec - r.DepartSec
	r.DistanceM, r.DriveSec, r.CostCents = spent.DistanceM, spent.DriveSec, p.Problem.CostCents(x, spent)
	return r
}

// violate notes at each step, and for the route, what it breaks.
func (p *Plan) violate(r *Route, g *given) {
	v, x := &p.request.Vehicles[g.vehicle], &p.Problem.Vehicles[g.vehicle]
	steps := r.Steps
	if x.OpenStart { // no step says that the route starts
		steps = append([]Step{{}}, steps...)
	}
	picked := map[int]int{} // task → step
	var all []Violation
	tasks := 0
	for n := range g.steps {
		if n >= len(steps) {
			break
		}
		m, s := &g.steps[n], &steps[n]
		found := append(m.late(), p.breaks(m, x, s, picked)...)
		if m.stop >= 0 && p.tasks[m.stop].kind == "pickup" {
			picked[m.stop] = n
		}
		if m.stop >= 0 {
			tasks++
		}
		if len(found) > 0 {
			s.Violations = found
			all = append(all, found...)
		}
	}
	for _, n := range slices.Sorted(maps.Values(picked)) { // picked up and never delivered
		steps[n].Violations = append(steps[n].Violations, Violation{Cause: "precedence"})
		all = append(all, Violation{Cause: "precedence"})
	}
	if x.OpenStart {
		copy(r.Steps, steps[1:])
	}
	add := func(cause string, broken bool) {
		if broken {
			all = append(all, Violation{Cause: cause})
		}
	}
	add("missing_break", slices.ContainsFunc(x.Breaks, func(b routing.Break) bool {
		return !slices.ContainsFunc(g.steps, func(m moment) bool { return m.rest >= 0 && x.Breaks[m.rest].ID == b.ID })
	}))
	add("max_tasks", v.MaxTasks > 0 && tasks > v.MaxTasks)
	add("max_travel_time", v.MaxTravelTime > 0 && r.Duration > v.MaxTravelTime)
	add("max_distance", v.MaxDistance > 0 && r.Distance != nil && *r.Distance > v.MaxDistance)
	r.Violations = merged(all)
}

// late are the violations of time.
func (m *moment) late() []Violation {
	early, late := forever, forever
	for _, w := range m.windows {
		if e, l := max(0, w.StartSec-m.start), max(0, m.start-w.EndSec); e+l < early+late {
			early, late = e, l
		}
	}
	var out []Violation
	if early > 0 && early < forever {
		out = append(out, Violation{"lead_time", &early})
	}
	if late > 0 && late < forever {
		out = append(out, Violation{"delay", &late})
	}
	return out
}

// breaks are the violations of a step that are not of time.
func (p *Plan) breaks(m *moment, x *routing.Vehicle, s *Step, picked map[int]int) []Violation {
	var out []Violation
	over := func(most []int64) bool {
		for d, q := range s.Load {
			if d < len(most) && q > most[d] {
				return true
			}
		}
		return false
	}
	if over(x.Extra) {
		out = append(out, Violation{Cause: "load"})
	}
	if m.rest >= 0 {
		if most := x.Breaks[m.rest].MaxLoad; len(most) > 2 && over(most[2:]) {
			out = append(out, Violation{Cause: "max_load"})
		}
		return out
	}
	if m.stop < 0 {
		return out
	}
	if slices.ContainsFunc(p.Problem.Stops[m.stop].Skills, func(k int) bool { return !slices.Contains(x.Skills, k) }) {
		out = append(out, Violation{Cause: "skills"})
	}
	if p.tasks[m.stop].kind == "delivery" { // its pickup is the task before it
		if _, ok := picked[m.stop-1]; !ok {
			out = append(out, Violation{Cause: "precedence"})
		}
		delete(picked, m.stop-1)
	}
	return out
}

// merged adds up violations of one cause.
func merged(all []Violation) []Violation {
	out := []Violation{}
	for _, v := range all {
		k := slices.IndexFunc(out, func(o Violation) bool { return o.Cause == v.Cause })
		if k < 0 {
			if v.Duration != nil {
				d := *v.Duration
				v.Duration = &d
			}
			out = append(out, v)
		} else if v.Duration != nil {
			*out[k].Duration += *v.Duration
		}
	}
	return out
}
