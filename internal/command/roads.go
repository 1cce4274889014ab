package command

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"quartermaster/api/osrm"
	"quartermaster/internal/roads"
	"quartermaster/internal/sample"
	"quartermaster/routing"
	"quartermaster/routing/road"
)

// roadsVerb asks the road engine.
type roadsVerb struct {
	Build      roadsBuildVerb      `cmd:"" help:"Build the graph file of an OpenStreetMap extract for a profile."`
	Route      roadsRouteVerb      `cmd:"" help:"Find the fastest way between places, with instructions."`
	Table      roadsTableVerb      `cmd:"" help:"Write the times and distances between the places of a file, row by row."`
	Match      roadsMatchVerb      `cmd:"" help:"Find the streets that a GPS trace was driven on."`
	Learn      roadsLearnVerb      `cmd:"" help:"Learn how fast streets are driven, by hour, from GPS traces."`
	Conditions roadsConditionsVerb `cmd:"" help:"List or store what holds on the road: closures, incidents, measured speeds, weather."`
	Serve      roadsServeVerb      `cmd:"" help:"Serve routes, tables and matches over OSRM's HTTP API."`
}

// graphFlags say which graph a verb asks.
type graphFlags struct {
	Graph   string `placeholder:"FILE" help:"Graph file made by roads build; default: that of --streets, built once and kept in the home folder."`
	Profile string `default:"van" placeholder:"NAME" help:"van, car, truck, truck_hazmat, bicycle, foot, or a profile file that ends in .yaml; default ${default}."`
}

// open gives the graph and a function that closes it.
func (f graphFlags) open(r *run) (*roads.File, error) {
	if f.Graph != "" {
		return roads.Open(f.Graph)
	}
	p, err := roads.Profile(f.Profile)
	if err != nil {
		return nil, usageError{err}
	}
	name, data := sample.StreetsName, sample.Streets()
	if r.cfg.Streets != "" {
		if data, err = os.ReadFile(r.cfg.Streets); err != nil {
			return nil, err
		}
		name = r.cfg.Streets
	}
	progress := r.progress("streets")
	file, note, err := roads.Load(r.ctx, data, p, filepath.Join(r.cfg.Home, "roads"), road.Options{Workers: max(r.cfg.Concurrency, 1), Progress: progress.report})
	progress.end()
	if note != "" {
		fmt.Fprintln(r.streams.Err, note)
	}
	if err != nil {
		return nil, fmt.Errorf("read the streets of %s: %w", name, err)
	}
	return file, nil
}

type roadsBuildVerb struct {
	Extract string `arg:"" type:"existingfile" help:"OpenStreetMap extract, .osm.pbf."`
	Out     string `arg:"" help:"Graph file to write."`
	Profile string `default:"van" placeholder:"NAME" help:"Whose streets: a shipped profile's name, or a file that ends in .yaml; default ${default}."`
	Workers int    `default:"2" placeholder:"N" help:"Goroutines; default ${default}."`
}

func (roadsBuildVerb) Help() string {
	return `Reads the extract, keeps the streets that the profile's vehicle may use and the largest part of them that hangs together, orders and contracts them, and writes one file that is mapped into memory when it is used. What was left out is told.

Example:

    quartermaster roads build liechtenstein.osm.pbf van.roads --profile van`
}

func (v roadsBuildVerb) Run(r *run) error {
	p, err := roads.Profile(v.Profile)
	if err != nil {
		return usageError{err}
	}
	progress := r.progress("streets")
	report, err := roads.Build(r.ctx, v.Extract, p, v.Out, road.Options{Workers: v.Workers, Progress: progress.report})
	progress.end()
	if err != nil {
		return err
	}
	if r.json {
		return r.printJSON(report)
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "streets\t%d ways with %.0f km\n", report.Streets, report.KeptM/1000)
	fmt.Fprintf(t, "left out\t%.1f km on %d islands and in %d traps of turn restrictions; %d barriers\n", report.DroppedM/1000, report.Islands, report.Traps, report.Barriers)
	fmt.Fprintf(t, "restrictions\t%d obeyed, %d on other streets, %d broken, %d contradictions\n", report.Restrictions, report.IdleRestrictions,
		report.BrokenRestrictions, report.Contradictions)
	fmt.Fprintf(t, "graph\t%d junctions, %d edges, %d turns, %d shortcuts\n", report.Junctions, report.Edges, report.Turns, report.Shortcuts)
	fmt.Fprintf(t, "file\t%s\n", v.Out)
	return t.Flush()
}

type roadsRouteVerb struct {
	graphFlags
	momentFlags
	Places       []string `arg:"" help:"LONGITUDE,LATITUDE of two places or more."`
	Alternatives int      `default:"0" placeholder:"N" help:"Up to so many other ways between two places; default none."`
}

func (roadsRouteVerb) Help() string {
	return `Example:

    quartermaster roads route 9.5209,47.1410 9.5137,47.2133`
}

func (v roadsRouteVerb) Run(r *run) error {
	if len(v.Places) < 2 {
		return usageError{errors.New("roads route: give two places or more, as 9.5209,47.1410 9.5137,47.2133")}
	}
	file, err := v.open(r)
	if err != nil {
		return err
	}
	defer file.Close()
	g, err := v.apply(r, file.Graph)
	if err != nil {
		return err
	}
	places := make([]road.Place, len(v.Places))
	for i, text := range v.Places {
		if places[i], err = snapText(g, text); err != nil {
			return err
		}
	}
	var ways []road.Path
	if v.Alternatives > 0 && len(places) == 2 {
		ways = g.Alternatives(places[0], places[1], v.Alternatives)
	} else {
		for i := 1; i < len(places); i++ {
			p, ok := g.Route(places[i-1], places[i])
			if !ok {
				return v.noWay(g, places, i)
			}
			ways = append(ways, p)
		}
	}
	if len(ways) == 0 {
		return v.noWay(g, places, 1)
	}
	if err := r.printWays(g, ways); err != nil || r.json || g.Moment() == nil {
		return err
	}
	for i := 1; i < len(places); i++ { // what holds on the road does to the way
		e, _ := g.Explain(places[i-1], places[i])
		for _, c := range e.Causes {
			fmt.Fprintln(r.streams.Out, c.Sentence)
		}
	}
	return nil
}

// snapText reads LONGITUDE,LATITUDE and puts it on a street.
func snapText(g *road.Graph, text string) (road.Place, error) {
	lon, lat, _ := strings.Cut(text, ",")
	x, errX := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if errX != nil || errY != nil {
		return road.Place{}, usageError{fmt.Errorf("%q is not LONGITUDE,LATITUDE", text)}
	}
	p := [2]float64{x, y}
	place, ok := g.Snap(p)
	if !ok {
		return place, infeasible(fmt.Errorf("%s: %s", text, g.SnapProblem(p)))
	}
	return place, nil
}

type wayWords struct {
	DurationSec int64       `json:"duration_sec"`
	DistanceM   int64       `json:"distance_m"`
	Geometry    any         `json:"geometry"` // [[longitude, latitude], …]
	Steps       []stepWords `json:"steps"`
}

type stepWords struct {
	Do        string  `json:"do"`
	Modifier  string  `json:"modifier,omitempty"`
	Exit      int     `json:"exit,omitempty"`
	Street    string  `json:"street,omitempty"`
	DistanceM float64 `json:"distance_m"`
	Sec       float64 `json:"sec"`
}

func (r *run) printWays(g *road.Graph, ways []road.Path) error {
	var all []wayWords
	for _, p := range ways {
		w := wayWords{DurationSec: p.DurationSec, DistanceM: p.DistanceM, Geometry: p.Geometry}
		for _, s := range g.Steps(p.Legs) {
			x := stepWords{Do: string(s.Maneuver), Modifier: s.Modifier, Exit: s.Exit, Street: s.Name}
			if x.Street == "" {
				x.Street = s.Ref
			}
			for _, l := range s.Legs {
				x.DistanceM += float64(l.LengthCm) / 100
				x.Sec += float64(l.DriveMs+l.TurnMs) / 1000
			}
			w.Steps = append(w.Steps, x)
		}
		all = append(all, w)
	}
	if r.json {
		return r.printJSON(all)
	}
	for _, w := range all {
		fmt.Fprintf(r.streams.Out, "%.1f km, %s\n", float64(w.DistanceM)/1000, time.Duration(w.DurationSec)*time.Second)
		t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
		for _, s := range w.Steps {
			fmt.Fprintf(t, "  %s %s\t%s\t%.0f m\t%.0f s\n", s.Do, s.Modifier, s.Street, s.DistanceM, s.Sec)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.streams.Out, "Streets: © OpenStreetMap contributors, ODbL 1.0")
	return nil
}

// noWay says that no way leads to place i from the one before, and what on the road keeps it, if anything does.
func (v roadsRouteVerb) noWay(g *road.Graph, places []road.Place, i int) error {
	words := fmt.Sprintf("no way leads from %s to %s", v.Places[i-1], v.Places[i])
	if e, ok := g.Explain(places[i-1], places[i]); ok {
		for _, c := range e.Causes {
			words += ", " + strings.TrimPrefix(c.Sentence, "no way: ")
		}
		words += fmt.Sprintf("; under free flow it takes %s", time.Duration(e.FreeSec)*time.Second)
	}
	return infeasible(errors.New(words))
}

type roadsTableVerb struct {
	graphFlags
	momentFlags
	Places  string `arg:"" type:"existingfile" help:"CSV file with columns lon and lat."`
	Targets string `placeholder:"FILE" help:"CSV file with the places to go to; default: the same as from."`
	Workers int    `default:"2" placeholder:"N" help:"Goroutines; default ${default}."`
}

func (roadsTableVerb) Help() string {
	return `Writes one line a pair: from, to (places in the files, from 0), seconds, metres; empty where no way leads. Tables of any size are streamed, in the order in which sources are done.

Example:

    quartermaster roads table stops.csv > table.csv`
}

func (v roadsTableVerb) Run(r *run) error {
	file, err := v.open(r)
	if err != nil {
		return err
	}
	defer file.Close()
	g, err := v.apply(r, file.Graph)
	if err != nil {
		return err
	}
	from, err := readPlaces(g, v.Places)
	if err != nil {
		return err
	}
	to := from
	if v.Targets != "" {
		if to, err = readPlaces(g, v.Targets); err != nil {
			return err
		}
	}
	out := csv.NewWriter(r.streams.Out)
	if err := out.Write([]string{"from", "to", "duration_sec", "distance_m"}); err != nil {
		return err
	}
	err = g.Stream(r.ctx, from, to, v.Workers, func(source int, sec, metres []int32) error {
		for k := range sec {
			line := []string{strconv.Itoa(source), strconv.Itoa(k), "", ""}
			if sec[k] != routing.Unreachable {
				line[2], line[3] = strconv.Itoa(int(sec[k])), strconv.Itoa(int(metres[k]))
			}
			if err := out.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
	out.Flush()
	return errors.Join(err, out.Error())
}

// readPoints reads a CSV file with columns lon and lat, and time where there is one.
func readPoints(path string) (points [][2]float64, times []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	in := csv.NewReader(f)
	head, err := in.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	lon, okLon := column["lon"]
	lat, okLat := column["lat"]
	at, timed := column["time"]
	if !okLon || !okLat {
		return nil, nil, fmt.Errorf("%s: its first line names no columns lon and lat", path)
	}
	for row := 2; ; row++ {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			return points, times, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		x, errX := strconv.ParseFloat(line[lon], 64)
		y, errY := strconv.ParseFloat(line[lat], 64)
		if errX != nil || errY != nil {
			return nil, nil, fmt.Errorf("%s, line %d: %q, %q are not longitude and latitude", path, row, line[lon], line[lat])
		}
		points = append(points, [2]float64{x, y})
		if timed {
			t, err := strconv.ParseFloat(line[at], 64)
			if err != nil {
				return nil, nil, fmt.Errorf("%s, line %d: time %q is not a number of seconds", path, row, line[at])
			}
			times = append(times, t)
		}
	}
}

func readPlaces(g *road.Graph, path string) ([]road.Place, error) {
	points, _, err := readPoints(path)
	if err != nil {
		return nil, err
	}
	places := make([]road.Place, len(points))
	for i, p := range points {
		place, ok := g.Snap(p)
		if !ok {
			return nil, infeasible(fmt.Errorf("%s, line %d: %s", path, i+2, g.SnapProblem(p)))
		}
		places[i] = place
	}
	return places, nil
}

type roadsMatchVerb struct {
	graphFlags
	Trace string  `arg:"" type:"existingfile" help:"CSV file with columns lon, lat and, in seconds, time."`
	Sigma float64 `default:"10" placeholder:"METRES" help:"Standard deviation of the fixes; default ${default}."`
}

func (roadsMatchVerb) Help() string {
	return `Example:

    quartermaster roads match trace.csv --json`
}

func (v roadsMatchVerb) Run(r *run) error {
	file, err := v.open(r)
	if err != nil {
		return err
	}
	defer file.Close()
	points, times, err := readPoints(v.Trace)
	if err != nil {
		return err
	}
	fixes := make([]road.Fix, len(points))
	for i := range points {
		fixes[i].Point = points[i]
		if times != nil {
			fixes[i].TimeSec = times[i]
		}
	}
	found, err := file.Graph.Match(r.ctx, fixes, road.MatchOptions{SigmaM: v.Sigma})
	if errors.Is(err, road.ErrTrace) {
		return infeasible(err)
	}
	if err != nil {
		return err
	}
	var ways []road.Path
	for _, m := range found {
		ways = append(ways, m.Path)
	}
	return r.printWays(file.Graph, ways)
}

type roadsServeVerb struct {
	graphFlags
	momentFlags
	Address string `default:"127.0.0.1:5000" placeholder:"HOST:PORT" help:"Where to listen; default ${default}."`
}

func (roadsServeVerb) Help() string {
	return `Serves /route, /table, /nearest, /match and /trip as OSRM does, for the profile's name, and "driving" as another name for it.

Example:

    quartermaster roads serve --profile car
    curl 'http://127.0.0.1:5000/route/v1/driving/9.5209,47.1410;9.5137,47.2133?steps=true'`
}

func (v roadsServeVerb) Run(r *run) error {
	file, err := v.open(r)
	if err != nil {
		return err
	}
	defer file.Close()
	g, err := v.apply(r, file.Graph)
	if err != nil {
		return err
	}
	name := g.Profile().Name
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, Handler: osrm.New(func(profile string) (*road.Graph, bool) {
		return g, profile == name || profile == "driving"
	}, osrm.Limits{})}
	listener, err := (&net.ListenConfig{}).Listen(r.ctx, "tcp", v.Address)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.streams.Err, "OSRM's API for %s answers at http://%s; Ctrl-C ends\n", name, listener.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-r.ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), r.cfg.Drain+time.Second)
	defer cancel()
	return server.Shutdown(ctx)
}
