// Package roads measures the road engine: how right its answers are and how fast.
//
// Takes OpenStreetMap extracts, or draws a country, and gives the figures of the benches roads and roads-match. Method:
// every answer is compared with plain Dijkstra over directions and turns, under free flow and after a hundred rounds of
// random weights; times are of one core unless a row says otherwise. Never: it builds nothing that the program itself does
// not build in the same way.
package roads

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/internal/roads"
	"quartermaster/internal/sample"
	"quartermaster/routing"
	"quartermaster/routing/road"
)

// All lists the benches of this package.
func All() []bench.Bench { return []bench.Bench{Roads(), Matching()} }

// Roads is the bench of the graph: build, queries, tables, new weights.
func Roads() bench.Bench {
	return bench.Bench{
		Name:    "roads",
		Summary: "street graphs of every extract and profile: answers against plain Dijkstra, before and after 100 rounds of new weights, and their speed",
		Data: "an OpenStreetMap extract (.osm.pbf) or a folder of them; default: the one that ships. Instances are EXTRACT/PROFILE; " +
			"--only 'synthetic*' draws a country of 5 million street points instead, --only synthetic-300k one of 300,000",
		Figures: []bench.Figure{
			{Key: "mismatches", Meaning: "answers that differ from plain Dijkstra's, all instances together"},
			{Key: "pairs", Meaning: "pairs compared, all instances together"},
			{Key: "query_us", Meaning: "µs a query for seconds and metres between random places, one core; the slowest instance"},
			{Key: "cell_us", Meaning: "µs a cell of a matrix of 1,000 × 1,000 random places, one core; the slowest instance"},
			{Key: "build_s", Meaning: "seconds from the extract to a graph that answers, order included; the slowest instance"},
			{Key: "customize_s", Meaning: "seconds to take in new weights for all streets; the slowest instance"},
			{Key: "partial_s", Meaning: "seconds to take in new weights for 1 % of the directed streets; the slowest instance"},
			{Key: "peak_mb", Meaning: "largest memory of the process so far, MiB"},
		},
		Run: runRoads,
	}
}

// instance is one graph to measure.
type instance struct {
	name  string
	large bool // too large for plain searches over all of it by the thousand
	build func(ctx context.Context, workers int) (*road.Graph, road.Report, error)
}

var countrySize = regexp.MustCompile(`^synthetic-(\d+)([km])$`)

// instances lists the graphs that are asked for.
func instances(opts bench.Options) ([]instance, error) {
	if strings.HasPrefix(opts.Only, "synthetic") {
		name := "synthetic-5m"
		if countrySize.MatchString(opts.Only) {
			name = opts.Only
		}
		if ok, _ := path.Match(opts.Only, name); !ok {
			return nil, fmt.Errorf("%w: --only %s; a country is synthetic-5m, or any size as in synthetic-300k", bench.ErrUsage, opts.Only)
		}
		return []instance{countryInstance(name, opts.Seed)}, nil
	}
	files, err := extracts(opts.Data)
	if err != nil {
		return nil, err
	}
	var all []instance
	for _, f := range files {
		for _, name := range roads.ProfileNames() {
			if label := f.name + "/" + name; opts.Selected(label) || opts.Selected(f.name) {
				all = append(all, instance{name: label, build: func(ctx context.Context, workers int) (*road.Graph, road.Report, error) {
					p, err := roads.Profile(name)
					if err != nil {
						return nil, road.Report{}, err
					}
					return road.ReadWith(ctx, bytes.NewReader(f.data), p, road.Options{Workers: workers})
				}})
			}
		}
	}
	return all, nil
}

func countryInstance(name string, seed uint64) instance {
	m := countrySize.FindStringSubmatch(name)
	n, _ := strconv.Atoi(m[1]) // digits
	n *= map[string]int{"k": 1000, "m": 1_000_000}[m[2]]
	return instance{name: name, large: true, build: func(ctx context.Context, workers int) (*road.Graph, road.Report, error) {
		return buildCountry(ctx, n, road.Van(), seed, road.Options{Workers: workers})
	}}
}

type extract struct {
	name string
	data []byte
}

func extracts(data string) ([]extract, error) {
	if data == "" {
		return []extract{{strings.TrimSuffix(sample.StreetsName, ".osm.pbf"), sample.Streets()}}, nil
	}
	files := []string{data}
	if info, err := os.Stat(data); err != nil {
		return nil, err
	} else if info.IsDir() {
		files, err = filepath.Glob(filepath.Join(data, "*.osm.pbf"))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("%w: %s holds no .osm.pbf file", bench.ErrUsage, data)
		}
	}
	sort.Strings(files)
	var all []extract
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		all = append(all, extract{strings.TrimSuffix(filepath.Base(f), ".osm.pbf"), content})
	}
	return all, nil
}

func runRoads(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	list, err := instances(opts)
	if err != nil {
		return bench.Outcome{}, err
	}
	out := bench.Outcome{Figures: map[string]float64{}}
	for i, x := range list {
		opts.Report(float64(i)/float64(len(list)), x.name)
		row, err := measure(ctx, x, opts)
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", x.name, err)
		}
		out.Rows = append(out.Rows, bench.Row{Instance: x.name, Cells: cells(row)})
		for _, key := range []string{"mismatches", "pairs"} {
			out.Figures[key] += row[key]
		}
		for _, key := range []string{"query_us", "cell_us", "build_s", "customize_s", "partial_s"} {
			out.Figures[key] = max(out.Figures[key], row[key])
		}
	}
	out.Figures["peak_mb"] = bench.PeakMB()
	return out, nil
}

// cells lists figures by name.
func cells(row map[string]float64) []bench.Cell {
	var all []bench.Cell
	for _, key := range slices.Sorted(maps.Keys(row)) {
		all = append(all, bench.Cell{Key: key, Value: row[key]})
	}
	return all
}

// measure builds one instance and takes all its figures.
func measure(ctx context.Context, x instance, opts bench.Options) (map[string]float64, error) {
	start := time.Now()
	g, report, err := x.build(ctx, opts.Workers)
	if err != nil {
		return nil, err
	}
	row := map[string]float64{"build_s": time.Since(start).Seconds(), "points": float64(g.Points()), "junctions": float64(report.Junctions),
		"states": float64(report.States), "turns": float64(report.Turns), "shortcuts": float64(report.Shortcuts)}
	r := rng.New(opts.Seed, "roads", x.name)
	m := &measuring{g: g, r: r, opts: opts, row: row, large: x.large}
	for _, step := range []func(context.Context) error{m.queries, m.table, m.check, m.partial, m.full, m.streamed, m.updates, m.rounds, m.check} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	row["peak_mb"] = bench.PeakMB()
	return row, nil
}

type measuring struct {
	g     *road.Graph
	r     *rand.Rand
	opts  bench.Options
	row   map[string]float64
	large bool
}

func (m *measuring) places(n int) []road.Place {
	places := make([]road.Place, n)
	for i := range places {
		places[i] = m.g.RandomPlace(m.r)
	}
	return places
}

// queries times 10,000 random pairs.
func (m *measuring) queries(context.Context) error {
	const n = 10_000
	from, to := m.places(n), m.places(n)
	for i := range 500 { // workspaces and caches
		m.g.Travel(from[i], to[i])
	}
	start := time.Now()
	for i := range n {
		m.g.Travel(from[i], to[i])
	}
	m.row["query_us"] = float64(time.Since(start).Nanoseconds()) / 1000 / n
	return nil
}

// table times a matrix of 1,000 × 1,000.
func (m *measuring) table(ctx context.Context) error {
	const n = 1000
	from, to := m.places(n), m.places(n)
	start := time.Now()
	if _, err := m.g.Table(ctx, from, to, 1); err != nil {
		return err
	}
	m.row["cell_us"] = float64(time.Since(start).Nanoseconds()) / 1000 / (n * n)
	return nil
}

// check compares 10,000 pairs, as single queries and as one table, with plain Dijkstra; fewer sources on a large graph.
func (m *measuring) check(ctx context.Context) error {
	sources, targets := 100, 100
	if m.large {
		sources, targets = 4, 2500
	}
	return m.compare(ctx, sources, targets)
}

func (m *measuring) compare(ctx context.Context, sources, targets int) error {
	from, to := m.places(sources), m.places(targets)
	table, err := m.g.Table(ctx, from, to, 1)
	if err != nil {
		return err
	}
	plain := road.NewPlain(m.g)
	for i, a := range from {
		ms, cm, err := plain.From(ctx, a, to)
		if err != nil {
			return err
		}
		for k, b := range to {
			m.row["pairs"]++
			gotMs, gotCm, ok := m.g.TravelMs(a, b)
			same := ok == (ms[k] >= 0) && (!ok || gotMs == ms[k] && gotCm == cm[k])
			sec, metres := table.DurationSec[i*targets+k], table.DistanceM[i*targets+k]
			if ok {
				same = same && int64(sec) == (ms[k]+500)/1000 && int64(metres) == (cm[k]+50)/100
			} else {
				same = same && sec == routing.Unreachable && metres == routing.Unreachable
			}
			if !same {
				m.row["mismatches"]++
			}
		}
	}
	if _, ok := m.row["mismatches"]; !ok {
		m.row["mismatches"] = 0
	}
	return nil
}

// shake draws new times for n directed streets: a hundredth of them closed, the others between a third and twenty times as
// long. Streets come in runs of neighbours by number, as incidents and jams do.
func (m *measuring) shake(ms []int32, n int) {
	const run = 50
	for n > 0 {
		at := m.r.IntN(len(ms))
		for k := at; k < min(at+run, len(ms)) && n > 0; k++ {
			n--
			if m.r.IntN(100) == 0 {
				ms[k] = -1
			} else if ms[k] >= 0 {
				ms[k] = int32(math.Max(1, float64(ms[k])*math.Exp(m.r.Float64()*4-1)))
			}
		}
	}
}

// partial times new weights for 1 % of the directed streets.
func (m *measuring) partial(ctx context.Context) error {
	ms := m.g.Times()
	m.shake(ms, len(ms)/100)
	start := time.Now()
	if _, err := m.g.WithTimes(ctx, ms, false, m.opts.Workers); err != nil {
		return err
	}
	m.row["partial_s"] = time.Since(start).Seconds()
	return nil
}

// full times new weights for all streets.
func (m *measuring) full(ctx context.Context) error {
	ms := m.g.Times()
	m.shake(ms, len(ms))
	start := time.Now()
	if _, err := m.g.WithTimes(ctx, ms, true, m.opts.Workers); err != nil {
		return err
	}
	m.row["customize_s"] = time.Since(start).Seconds()
	return nil
}

// rounds gives 1 % of the streets new weights, a hundred times over on small graphs, and compares some pairs after each.
func (m *measuring) rounds(ctx context.Context) error {
	count := 100
	if m.large {
		count = 2
	}
	free := m.g.Times()
	for range count {
		ms := m.g.Times()
		for d := range ms {
			// Closures do not pile up until nothing is left: a street opens again in the next round.
			if ms[d] < 0 {
				ms[d] = free[d]
			}
		}
		m.shake(ms, len(ms)/100)
		next, err := m.g.WithTimes(ctx, ms, false, m.opts.Workers)
		if err != nil {
			return err
		}
		m.g = next
		if !m.large {
			if err := m.compare(ctx, 1, 20); err != nil {
				return err
			}
		}
	}
	return nil
}
