package command

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"quartermaster/api/vroom"
	"quartermaster/internal/app"
	"quartermaster/internal/vrplib"
	"quartermaster/routing"
	"quartermaster/routing/vrp"
)

// routeVerb plans one file of deliveries.
type routeVerb struct {
	File      string        `arg:"" placeholder:"FILE" help:"VROOM JSON, or an instance in the text of CVRPLIB/VRPLIB, Solomon, Li & Lim or Cordeau."`
	Budget    time.Duration `default:"5s" placeholder:"TIME" help:"Time to search; default ${default}."`
	Seed      uint64        `default:"1" help:"Of every random choice; default ${default}."`
	Workers   int           `default:"1" help:"Searches side by side; default ${default}."`
	Geometry  bool          `short:"g" help:"Draw each route of VROOM JSON as a polyline, where it is planned on streets."`
	ChooseETA bool          `name:"choose-eta" short:"c" help:"Keep the routes that VROOM JSON gives in its steps, choose their times and tell what they break."`
	GeoJSON   bool          `name:"geojson" help:"Print the routes as GeoJSON in the file's coordinates (instances only)."`
}

func (routeVerb) Help() string {
	return `Plans the deliveries of one file and prints the routes. VROOM JSON is answered in VROOM's JSON, with VROOM's exit codes, on its own matrices or on streets where it has none; an instance is answered with a table, with --json as one object, with --geojson as a collection of lines.

Examples:

    quartermaster route problem.json
    quartermaster route X-n101-k25.vrp --budget 10s
    quartermaster route C101.txt --geojson > routes.geojson`
}

func (v routeVerb) Run(r *run) error {
	if v.Budget <= 0 {
		return usageError{fmt.Errorf("route: --budget is %v; give more than 0", v.Budget)}
	}
	text, err := os.ReadFile(v.File)
	if err != nil {
		return usageError{fmt.Errorf("route: %w", err)}
	}
	if t := bytes.TrimSpace(text); len(t) > 0 && t[0] == '{' {
		return v.vroom(r, text)
	}
	start := time.Now()
	o := vrp.Options{Seed: v.Seed, Workers: v.Workers, Spent: func() float64 { return float64(time.Since(start)) / float64(v.Budget) }}
	inst, err := vrplib.Read(v.File, bytes.NewReader(text))
	if err != nil {
		return usageError{fmt.Errorf("route: %w", err)}
	}
	s, err := solveChecked(r, inst.Problem, o)
	if err != nil {
		return err
	}
	if v.GeoJSON {
		return r.printJSON(geoJSON(inst, s))
	}
	return printRoutes(r, inst, s)
}

func solveChecked(r *run, p routing.Problem, o vrp.Options) (routing.Solution, error) {
	s, err := vrp.Solve(r.ctx, p, o)
	if err != nil {
		return s, usageError{fmt.Errorf("route: %w", err)}
	}
	if err := routing.Check(p, s); err != nil {
		return s, fmt.Errorf("route: %w", err)
	}
	return s, nil
}

// vroom answers in VROOM's JSON, errors too, and ends with VROOM's codes.
func (v routeVerb) vroom(r *run, text []byte) error {
	answer, err := v.answer(r, text)
	var refused *vroom.Error
	if errors.As(err, &refused) {
		if err := r.printJSON(refused); err != nil {
			return err
		}
		return exitError{code: refused.Code}
	}
	if err != nil {
		return err
	}
	return r.printJSON(answer)
}

func (v routeVerb) answer(r *run, text []byte) (vroom.Answer, error) {
	request, err := vroom.Parse(text)
	if err != nil {
		return vroom.Answer{}, err
	}
	if err := request.Fits(vroom.MostLocations, vroom.MostVehicles); err != nil {
		return vroom.Answer{}, err
	}
	request.Options.Geometry = request.Options.Geometry || v.Geometry
	var streets vroom.Streets
	if len(request.Matrix)+len(request.Matrices) == 0 {
		file, err := graphFlags{Profile: "van"}.open(r)
		if err != nil {
			return vroom.Answer{}, err
		}
		defer file.Close()
		streets = app.VROOMStreets(file.Graph)
	}
	p, err := request.ProblemOn(r.ctx, streets)
	if err != nil {
		return vroom.Answer{}, err
	}
	if v.ChooseETA || request.Options.ChooseETA {
		return p.ChooseETA()
	}
	start := time.Now()
	o := vrp.Options{Seed: v.Seed, Workers: v.Workers, Spent: func() float64 { return float64(time.Since(start)) / float64(v.Budget) }}
	for _, w := range p.Start {
		o.Start = append(o.Start, vrp.Tour{Vehicle: w.Vehicle, Stops: w.Stops})
	}
	s, err := solveChecked(r, p.Problem, o)
	if err != nil {
		return vroom.Answer{}, err
	}
	return p.Answer(s), nil
}

func printRoutes(r *run, inst *vrplib.Instance, s routing.Solution) error {
	type part struct {
		What string  `json:"what"`
		Cost float64 `json:"cost"`
	}
	type route struct {
		Vehicle  string   `json:"vehicle"`
		Stops    []string `json:"stops"`
		Distance float64  `json:"distance"`
		Cost     float64  `json:"cost"`
		Why      []part   `json:"cost_parts"`
	}
	type left struct {
		Stop   string `json:"stop"`
		Reason string `json:"reason"`
	}
	out := struct {
		Instance   string  `json:"instance"`
		Status     string  `json:"status"`
		Cost       float64 `json:"cost"`
		Routes     []route `json:"routes"`
		Unassigned []left  `json:"unassigned"`
	}{Instance: inst.Name, Status: string(s.Status), Cost: inUnits(inst, s.CostCents), Routes: []route{}, Unassigned: []left{}}
	for k := range s.Routes {
		x := route{Vehicle: inst.Problem.Vehicles[s.Routes[k].Vehicle].ID, Distance: float64(s.Routes[k].DistanceM) / inst.Scale, Cost: inUnits(inst, s.Routes[k].CostCents)}
		parts, err := inst.Problem.CostParts(&s.Routes[k])
		if err != nil {
			return err
		}
		for _, p := range parts {
			x.Why = append(x.Why, part{p.What, inUnits(inst, p.Cents)})
		}
		for _, visit := range s.Routes[k].Visits {
			if visit.Kind == routing.KindStop {
				x.Stops = append(x.Stops, inst.Problem.Stops[visit.Stop].ID)
			} else {
				x.Stops = append(x.Stops, string(visit.Kind))
			}
		}
		out.Routes = append(out.Routes, x)
	}
	for _, u := range s.Unassigned {
		out.Unassigned = append(out.Unassigned, left{inst.Problem.Stops[u.Stop].ID, u.Reason})
	}
	if r.json {
		return r.printJSON(out)
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	for k, x := range out.Routes {
		fmt.Fprintf(t, "%d\t%s\t%.2f\t%v\n", k+1, x.Vehicle, x.Distance, x.Stops)
	}
	for _, u := range out.Unassigned {
		fmt.Fprintf(t, "left out\t%s\t\t%s\n", u.Stop, u.Reason)
	}
	fmt.Fprintf(t, "%s: %s, %d routes, cost %.2f\n", out.Instance, out.Status, len(out.Routes), out.Cost)
	return t.Flush()
}

// inUnits is a cost in the family's own terms: plain lengths where they are exact, else the whole numbers compared.
func inUnits(inst *vrplib.Instance, cents int64) float64 {
	if inst.Exact {
		return float64(cents) / inst.Scale
	}
	return float64(cents)
}

// geoJSON is the routes as lines from start over the stops to the end.
func geoJSON(inst *vrplib.Instance, s routing.Solution) any {
	type geometry struct {
		Type        string       `json:"type"`
		Coordinates [][2]float64 `json:"coordinates"`
	}
	type feature struct {
		Type       string         `json:"type"`
		Properties map[string]any `json:"properties"`
		Geometry   geometry       `json:"geometry"`
	}
	features := []feature{}
	for k := range s.Routes {
		r := &s.Routes[k]
		v := &inst.Problem.Vehicles[r.Vehicle]
		line := [][2]float64{}
		add := func(at int32) {
			if p := inst.Problem.Matrix.Plane; p != nil {
				line = append(line, [2]float64{p.X[at], p.Y[at]})
			}
		}
		if at, ok := v.StartAt(); ok {
			add(at)
		}
		for _, visit := range r.Visits {
			switch {
			case visit.Kind == routing.KindStop:
				add(inst.Problem.Stops[visit.Stop].Location)
			case visit.Location >= 0:
				add(visit.Location)
			}
		}
		if at, ok := v.EndAt(); ok {
			add(at)
		}
		features = append(features, feature{"Feature", map[string]any{"vehicle": v.ID, "cost": inUnits(inst, r.CostCents)}, geometry{"LineString", line}})
	}
	return struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{"FeatureCollection", features}
}
