package command

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/routing/road"
)

// momentFlags say when streets are driven and what holds on them then.
type momentFlags struct {
	DepartAt   string `name:"depart-at" placeholder:"TIME" help:"When they are driven, such as 2026-11-24T08:30:00+01:00; default: now, where any of the following is given, else free flow."`
	Speeds     string `type:"existingfile" placeholder:"FILE" help:"Speeds by street and hour, as written by roads learn."`
	Conditions string `type:"existingfile" placeholder:"FILE" help:"What holds on the road: JSON as PUT /v1/road-conditions takes it."`
	Traffic    string `type:"existingfile" placeholder:"FILE" help:"Measured speeds: CSV lines from-node,to-node,km/h, as OSRM takes them."`
}

// apply gives the graph of the moment.
func (f momentFlags) apply(r *run, g *road.Graph) (*road.Graph, error) {
	if f == (momentFlags{}) {
		return g, nil
	}
	at := time.Now()
	if f.DepartAt != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, f.DepartAt); err != nil {
			return nil, usageError{fmt.Errorf("--depart-at is %q; give a time with its zone, as 2026-11-24T08:30:00+01:00", f.DepartAt)}
		}
	}
	_, offset := at.Zone()
	var pattern *road.Pattern
	if f.Speeds != "" {
		speeds, err := readSpeeds(f.Speeds)
		if err != nil {
			return nil, err
		}
		pattern = &speeds.Pattern(g, int64(offset)).Pattern
	}
	conditions, err := f.conditions(at)
	if err != nil {
		return nil, err
	}
	now, err := g.At(r.ctx, at.Unix(), pattern, conditions, max(r.cfg.Concurrency, 1))
	if err != nil {
		return nil, err
	}
	for _, id := range now.Moment().Idle {
		fmt.Fprintf(r.streams.Err, "condition %s lies on none of the streets\n", id)
	}
	return now, nil
}

func (f momentFlags) conditions(at time.Time) ([]road.Condition, error) {
	var all []road.Condition
	if f.Conditions != "" {
		data, err := os.ReadFile(f.Conditions)
		if err != nil {
			return nil, err
		}
		var batch api.RoadConditionBatch
		if err := json.Unmarshal(data, &batch); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Conditions, err)
		}
		stored, err := server.StoredConditions(batch)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Conditions, err)
		}
		for i := range stored {
			c, err := stored[i].Road()
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	if f.Traffic != "" {
		c, err := readTraffic(f.Traffic, at)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// readTraffic reads measured speeds; they hold at the moment asked for.
func readTraffic(path string, at time.Time) (road.Condition, error) {
	name := filepath.Base(path)
	c := road.Condition{ID: name, Kind: road.Congestion, Source: name, FromSec: at.Unix(), UntilSec: at.Unix() + 1}
	f, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.FieldsPerRecord = -1 // OSRM's files may have a rate as a fourth column
	for line := 1; ; line++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("%s: %w", path, err)
		}
		if len(row) < 3 {
			return c, fmt.Errorf("%s, line %d: want from-node,to-node,km/h", path, line)
		}
		from, errFrom := strconv.ParseInt(row[0], 10, 64)
		to, errTo := strconv.ParseInt(row[1], 10, 64)
		kmh, errKmh := strconv.ParseFloat(row[2], 64)
		if errFrom != nil || errTo != nil || errKmh != nil || !(kmh > 0) {
			return c, fmt.Errorf("%s, line %d: %v are not two point numbers and a speed above 0", path, line, row[:3])
		}
		c.Nodes, c.SpeedsKmh = append(c.Nodes, [2]int64{from, to}), append(c.SpeedsKmh, kmh)
	}
}

func readSpeeds(path string) (*road.Speeds, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	speeds, err := road.ReadSpeeds(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return speeds, nil
}
