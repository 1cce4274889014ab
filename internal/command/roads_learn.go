package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"quartermaster/internal/app"
	"quartermaster/routing/road"
)

// roadsLearnVerb learns speeds from traces.
type roadsLearnVerb struct {
	graphFlags
	Traces  []string `arg:"" type:"existingfile" help:"CSV files with columns lon, lat and time in Unix seconds; one trace each."`
	Out     string   `placeholder:"FILE" help:"File of speeds; what it holds is kept and added to."`
	Install bool     `help:"Add the speeds to those of this installation, where plans, routes and matrices use them."`
	Zone    string   `default:"UTC" placeholder:"NAME" help:"Whose hours count, as Europe/Zurich; default ${default}."`
	Sigma   float64  `default:"10" placeholder:"METRES" help:"Standard deviation of the fixes; default ${default}."`
}

func (roadsLearnVerb) Help() string {
	return `Finds the streets of each trace and keeps how fast they were driven, by street and hour of the day. A street that was driven seldom keeps close to others of its class; stops are left out.

Example:

    quartermaster roads learn monday.csv tuesday.csv --out speeds.csv --zone Europe/Zurich
    quartermaster roads route 9.5209,47.1410 9.5137,47.2133 --speeds speeds.csv --depart-at 2026-11-24T08:30:00+01:00`
}

func (v roadsLearnVerb) Run(r *run) error {
	zone, err := time.LoadLocation(v.Zone)
	if err != nil || v.Out == "" && !v.Install {
		return usageError{errors.Join(err, errors.New("roads learn: say where the speeds go: --out FILE or --install"))}
	}
	file, err := v.open(r)
	if err != nil {
		return err
	}
	defer file.Close()
	speeds, taken := road.NewSpeeds(), 0
	m := file.Graph.Matcher()
	for _, path := range v.Traces {
		n, err := v.learn(r, m, file.Graph, path, zone, speeds)
		if err != nil {
			return err
		}
		taken += n
	}
	if err := v.keep(r, file.Graph.Profile().Name, speeds); err != nil {
		return err
	}
	learned := speeds.Pattern(file.Graph, 0)
	if r.json {
		return r.printJSON(map[string]any{"traces": len(v.Traces), "passages": taken, "streets": len(learned.Edge),
			"passage_sd": learned.PassageSD, "street_sd": learned.StreetSD, "hour_sd": learned.HourSD})
	}
	_, err = fmt.Fprintf(r.streams.Out, "%d passages of %d traces over %d streets; a passage differs by %.0f %%, a street from its class by %.0f %%, an hour from its street by %.0f %%\n",
		taken, len(v.Traces), len(learned.Edge), 100*learned.PassageSD, 100*learned.StreetSD, 100*learned.HourSD)
	return err
}

func (v roadsLearnVerb) learn(r *run, m *road.Matcher, g *road.Graph, path string, zone *time.Location, into *road.Speeds) (taken int, err error) {
	points, times, err := readPoints(path)
	if err != nil {
		return 0, err
	}
	if times == nil {
		return 0, fmt.Errorf("%s: its first line names no column time", path)
	}
	fixes := make([]road.Fix, len(points))
	for i := range points {
		fixes[i] = road.Fix{Point: points[i], TimeSec: times[i]}
	}
	found, err := m.Match(r.ctx, fixes, road.MatchOptions{SigmaM: v.Sigma})
	if errors.Is(err, road.ErrTrace) {
		return 0, infeasible(fmt.Errorf("%s: %w", path, err))
	}
	if err != nil {
		return 0, err
	}
	for i := range found {
		_, offset := time.Unix(int64(fixes[found[i].First].TimeSec), 0).In(zone).Zone()
		taken += into.Learn(g, g.Passages(&found[i], fixes), int64(offset))
	}
	return taken, nil
}

// keep adds speeds to the file and to the installation.
func (v roadsLearnVerb) keep(r *run, profile string, speeds *road.Speeds) error {
	if v.Install {
		a, err := app.Open(r.ctx, r.cfg, r.logger())
		if err != nil {
			return err
		}
		err = a.Migrated(r.ctx)
		if err == nil {
			err = a.Store.AddRoadSpeeds(r.ctx, app.Tenant, profile, speeds)
		}
		if err := errors.Join(err, a.Close()); err != nil {
			return err
		}
	}
	if v.Out == "" {
		return nil
	}
	if _, err := os.Stat(v.Out); err == nil {
		before, err := readSpeeds(v.Out)
		if err != nil {
			return err
		}
		before.Each(func(x road.Seen) { err = errors.Join(err, speeds.Add(x)) })
		if err != nil {
			return err
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(v.Out), ".speeds-*")
	if err != nil {
		return err
	}
	err = errors.Join(speeds.Write(tmp), tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), v.Out)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
