package vroom

import (
	"cmp"
	"context"
	"math"
	"slices"

	"quartermaster/routing"
)

// Streets measures ways between points of longitude and latitude.
type Streets interface {
	// Profile is whose streets they are, such as van.
	Profile() string
	// Table gives travel between all points; an error names one that lies on no street.
	Table(ctx context.Context, points [][2]float64) (routing.Matrix, error)
	// Way is the line of the fastest way from one point to another, both included.
	Way(from, to [2]float64) [][2]float64
}

// mostPlaces is the most places between which travel is measured for one request.
const mostPlaces = 5000

// measure gives every place an index of its own and fills the matrix from the streets.
func (p *Plan) measure(ctx context.Context, streets Streets) error {
	r := p.request
	ps := places{at: map[[2]float64]int32{}}
	if err := ps.tasks(r); err != nil {
		return err
	}
	profiles := map[string]bool{}
	for i := range r.Vehicles {
		if err := ps.ends(&r.Vehicles[i]); err != nil {
			return err
		}
		name := cmp.Or(r.Vehicles[i].Profile, "car")
		if name != "car" && name != streets.Profile() {
			return refuse("Invalid profile: %s.", name)
		}
		profiles[name] = true
	}
	if len(ps.points) > mostPlaces {
		return &Error{CodeTooLarge, "Too many different locations to measure ways between."}
	}
	table, err := streets.Table(ctx, ps.points)
	if err != nil {
		return &Error{CodeRouting, err.Error()}
	}
	m := Matrix{Durations: rows(table.DurationSec, table.N), Distances: rows(table.DistanceM, table.N)}
	r.Matrices = map[string]Matrix{}
	for name := range profiles {
		r.Matrices[name] = m
	}
	p.streets = streets
	return nil
}

// places are the different places of a request, in the order in which they are first named.
type places struct {
	points [][2]float64
	at     map[[2]float64]int32
}

// index finds a place or takes it in; the place of a vehicle without an end has none.
func (ps *places) index(where *[2]float64) (*int32, error) {
	if where == nil {
		return nil, nil //nolint:nilnil // see above
	}
	if !(math.Abs(where[0]) <= 180) || !(math.Abs(where[1]) <= 90) {
		return nil, refuse("Invalid coordinates: [%v, %v].", where[0], where[1])
	}
	k, ok := ps.at[*where]
	if !ok {
		k = int32(len(ps.points))
		ps.at[*where] = k
		ps.points = append(ps.points, *where)
	}
	return &k, nil
}

func (ps *places) tasks(r *Request) error {
	for i := range r.Jobs {
		if err := ps.task(&r.Jobs[i].Task); err != nil {
			return err
		}
	}
	for i := range r.Shipments {
		if err := ps.task(&r.Shipments[i].Pickup); err != nil {
			return err
		}
		if err := ps.task(&r.Shipments[i].Delivery); err != nil {
			return err
		}
	}
	return nil
}

func (ps *places) task(t *Task) (err error) {
	if t.Location == nil {
		return refuse("Missing location.")
	}
	t.LocationIndex, err = ps.index(t.Location)
	return err
}

func (ps *places) ends(v *Vehicle) (err error) {
	if v.StartIndex, err = ps.index(v.Start); err == nil {
		v.EndIndex, err = ps.index(v.End)
	}
	return err
}

func rows(cells []int32, n int) [][]uint32 {
	out := make([][]uint32, n)
	for i := range out {
		out[i] = make([]uint32, n)
		for j := range n {
			out[i][j] = uint32(cells[i*n+j])
		}
	}
	return out
}

// shown is a place as it is echoed: without the index where that is ours.
func (p *Plan) shown(at Place) Place {
	if p.streets != nil {
		at.LocationIndex = nil
	}
	return at
}

// conceal takes our own indices out of a route and draws its line where that was asked for.
func (p *Plan) conceal(r *Route) {
	var line [][2]float64
	for k := range r.Steps {
		s := &r.Steps[k]
		s.Place = p.shown(s.Place)
		if s.Location == nil || !p.request.Options.Geometry {
			continue
		}
		if len(line) == 0 {
			line = append(line, *s.Location)
			continue
		}
		line = append(line, p.streets.Way(line[len(line)-1], *s.Location)...)
		line = append(line, *s.Location)
	}
	if p.request.Options.Geometry {
		r.Geometry = routing.EncodePolyline(slices.Compact(line), 1e5)
	}
}
