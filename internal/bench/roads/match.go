package roads

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/routing/road"
)

// Matching is the bench of map matching.
func Matching() bench.Bench {
	return bench.Bench{
		Name:    "roads-match",
		Summary: "map matching: traces driven on the graph, one fix a second, each off by a normal error of 10 m to the north and 10 m to the east",
		Data:    "an OpenStreetMap extract (.osm.pbf) or a folder of them; default: the one that ships. Instances are EXTRACT/PROFILE; without --only the profiles van and bicycle",
		Figures: []bench.Figure{
			{Key: "right_pct", Meaning: "% of the length driven that was matched to the right street and direction, less what was matched but not driven; all instances together"},
			{Key: "points_per_s", Meaning: "fixes matched a second, one core; all instances together"},
		},
		Run: runMatching,
	}
}

// tracesPerInstance are 200 drives of some minutes each.
const tracesPerInstance = 200

func runMatching(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	chosen := opts
	if opts.Only == "" {
		chosen.Only = "*/[vb]*" // van and bicycle
	}
	list, err := instances(chosen)
	if err != nil {
		return bench.Outcome{}, err
	}
	var all tally
	out := bench.Outcome{}
	for i, x := range list {
		opts.Report(float64(i)/float64(len(list)), x.name)
		g, _, err := x.build(ctx, opts.Workers)
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", x.name, err)
		}
		t, err := matchAll(ctx, g, rng.New(opts.Seed, "roads-match", x.name))
		if err != nil {
			return bench.Outcome{}, fmt.Errorf("%s: %w", x.name, err)
		}
		all.add(t)
		out.Rows = append(out.Rows, bench.Row{Instance: x.name, Cells: cells(map[string]float64{"right_pct": t.right(), "points_per_s": t.speed(),
			"points": float64(t.points), "km": t.driven / 1000, "missed_km": t.missed / 1000, "added_km": t.added / 1000})})
	}
	out.Figures = map[string]float64{"right_pct": all.right(), "points_per_s": all.speed()}
	return out, nil
}

// tally adds up what was driven and what was found.
type tally struct {
	driven, missed, added float64 // metres
	points                int
	took                  time.Duration
}

func (t *tally) add(o tally) {
	t.driven, t.missed, t.added = t.driven+o.driven, t.missed+o.missed, t.added+o.added
	t.points, t.took = t.points+o.points, t.took+o.took
}

func (t *tally) right() float64 { return 100 * (1 - (t.missed+t.added)/math.Max(t.driven, 1)) }
func (t *tally) speed() float64 { return float64(t.points) / math.Max(t.took.Seconds(), 1e-9) }

func matchAll(ctx context.Context, g *road.Graph, r *rand.Rand) (tally, error) {
	var t tally
	m := g.Matcher()
	for range tracesPerInstance {
		p, ok := g.Route(g.RandomPlace(r), g.RandomPlace(r))
		if !ok {
			continue
		}
		fixes := Drive(g, p, 1, 10, r)
		if len(fixes) < 2 {
			continue
		}
		start := time.Now()
		found, err := m.Match(ctx, fixes, road.MatchOptions{SigmaM: 10})
		t.took += time.Since(start)
		t.points += len(fixes)
		if err != nil && ctx.Err() != nil {
			return t, err
		}
		t.compare(p, found)
	}
	return t, nil
}

// compare measures, edge by edge and direction, how much of the length driven was found and how much was found beside it.
func (t *tally) compare(p road.Path, found []road.Matching) {
	left := map[int32]float64{} // driven and not found yet
	for _, l := range p.Legs {
		left[l.Directed] += float64(l.LengthCm) / 100
		t.driven += float64(l.LengthCm) / 100
	}
	for _, m := range found {
		for _, l := range m.Path.Legs {
			metres := float64(l.LengthCm) / 100
			hit := min(metres, left[l.Directed])
			left[l.Directed] -= hit
			t.added += metres - hit
		}
	}
	for _, metres := range left {
		t.missed += metres
	}
}

// Drive gives the fixes of driving along a path: one every stepSec, each off by a normal error of noiseM to the north and to
// the east. Every leg is driven evenly, with its turn waited for before it.
func Drive(g *road.Graph, p road.Path, stepSec, noiseM float64, r *rand.Rand) []road.Fix {
	var fixes []road.Fix
	clock, next := 0.0, 0.0
	for _, l := range p.Legs {
		turn, drive := float64(l.TurnMs)/1000, float64(l.DriveMs)/1000
		for ; next <= clock+turn+drive; next += stepSec {
			share := 0.0
			if drive > 0 {
				share = math.Max(0, next-clock-turn) / drive
			}
			at := g.Point(l.Edge(), l.Begin+share*(l.End-l.Begin))
			fixes = append(fixes, road.Fix{Point: off(at, noiseM, r), TimeSec: next})
		}
		clock += turn + drive
	}
	return fixes
}

func off(p orb.Point, noiseM float64, r *rand.Rand) orb.Point {
	const metresPerDegree = 111_195
	lat := p[1] + noiseM*r.NormFloat64()/metresPerDegree
	return orb.Point{p[0] + noiseM*r.NormFloat64()/(metresPerDegree*math.Cos(p[1]*math.Pi/180)), lat}
}
