package stock

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"quartermaster/internal/bench"
	"quartermaster/inventory/network"
)

// Network is the bench of location problems from files.
func Network() bench.Bench {
	return bench.Bench{
		Name:    "network",
		Summary: "Choose sites in location problems (capacitated, single-source, p-median) with a proved bound each.",
		Data:    "folder with cflp_orlib/, sscflp/, pmedian_orlib/ and perhaps optima.csv",
		Figures: []bench.Figure{
			{Key: "optimal", Meaning: "instances proved optimal, at no more than the best known cost"},
			{Key: "total", Meaning: "instances"},
			{Key: "mean_gap_pct", Meaning: "mean of (cost − own bound)/cost, %"},
			{Key: "max_gap_pct", Meaning: "largest of them, %"},
			{Key: "max_seconds", Meaning: "wall time of the slowest instance"},
		},
		Run: runNetwork,
	}
}

// located is one instance: a file, what stands for the word capacity in it, and the best known cost (NaN = none).
type located struct {
	name, file string
	capacity   float64
	ignore     bool
	known      float64
}

func runNetwork(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	if o.Data == "" {
		return bench.Outcome{}, errNoData("network", "a folder of location instances")
	}
	list, err := listLocated(o.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	out := bench.Outcome{Figures: map[string]float64{"optimal": 0, "total": 0, "mean_gap_pct": 0, "max_gap_pct": 0, "max_seconds": 0}}
	gaps := 0.0
	for k, x := range list {
		if !o.Selected(x.name) {
			continue
		}
		p, err := readLocated(filepath.Join(o.Data, x.file), x)
		if err != nil {
			return out, fmt.Errorf("%s: %w", x.file, err)
		}
		start := time.Now()
		c, err := network.Solve(ctx, p, network.Options{Seed: o.Seed})
		if err != nil {
			return out, fmt.Errorf("%s: %w", x.name, err)
		}
		seconds := time.Since(start).Seconds()
		verdict := verdictOf(p, c, x.known)
		if verdict == "optimal" {
			out.Figures["optimal"]++
		}
		out.Figures["total"]++
		gaps += 100 * c.Gap
		out.Figures["max_gap_pct"] = math.Max(out.Figures["max_gap_pct"], 100*c.Gap)
		out.Figures["max_seconds"] = math.Max(out.Figures["max_seconds"], seconds)
		out.Rows = append(out.Rows, bench.Row{Instance: x.name}.With("sites", len(p.Sites)).With("customers", len(p.Customers)).
			With("seconds", seconds).With("cost", c.Cost).With("bound", c.Bound).With("gap_pct", 100*c.Gap).
			With("known", x.known).With("nodes", c.Nodes).With("verdict", verdict))
		o.Report(float64(k+1)/float64(len(list)), x.name)
	}
	if n := out.Figures["total"]; n > 0 {
		out.Figures["mean_gap_pct"] = gaps / n
	}
	return out, nil
}

// verdictOf says how a choice stands against its Check, its bound and the best known cost.
func verdictOf(p network.Problem, c network.Choice, known float64) string {
	if err := network.Check(p, c); err != nil {
		return err.Error()
	}
	switch {
	case c.Status != network.StatusOptimal && c.Status != network.StatusFeasible:
		return string(c.Status)
	case !math.IsNaN(known) && c.Bound > known*(1+2e-6):
		return fmt.Sprintf("bound lies above the known %g", known)
	case c.Status != network.StatusOptimal && c.Cost > known*(1+2e-6):
		return fmt.Sprintf("%.3f %% above the known %g", 100*(c.Cost/known-1), known)
	case c.Status != network.StatusOptimal:
		return "best known, not proved"
	}
	return "optimal"
}

func listLocated(dir string) ([]located, error) {
	if file := filepath.Join(dir, "optima.csv"); exists(file) {
		rows, err := readTable(file)
		if err != nil {
			return nil, err
		}
		var list []located
		for i, r := range rows {
			x := located{file: r["file"], name: strings.TrimSuffix(filepath.Base(r["file"]), ".txt")}
			if x.known, err = number(r, "optimal_value", math.NaN()); err != nil {
				return nil, fmt.Errorf("optima.csv row %d: %w", i+2, err)
			}
			if word, ok := strings.CutPrefix(r["note"], "replace the word capacity by "); ok {
				if x.capacity, err = strconv.ParseFloat(word, 64); err != nil {
					return nil, fmt.Errorf("optima.csv row %d: %w", i+2, err)
				}
				x.name += "-" + word
			}
			if strings.HasPrefix(r["problem"], "UFLP") {
				x.ignore = true
				x.name += "-uncapacitated"
			}
			list = append(list, x)
		}
		return list, nil
	}
	var list []located
	for _, sub := range []string{"cflp_orlib", "pmedian_orlib", "sscflp"} {
		files, err := filepath.Glob(filepath.Join(dir, sub, "*.txt"))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			list = append(list, located{name: strings.TrimSuffix(filepath.Base(f), ".txt"), file: sub + "/" + filepath.Base(f), known: math.NaN()})
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: %s holds no instance", bench.ErrUsage, dir)
	}
	return list, nil
}

// words reads numbers one after another; the first error stays.
type words struct {
	list []string
	at   int
	word float64 // what stands for "capacity"
	err  error
}

func (w *words) next() float64 {
	if w.err != nil {
		return 0
	}
	if w.at >= len(w.list) {
		w.err = fmt.Errorf("ends after %d numbers", w.at)
		return 0
	}
	s := w.list[w.at]
	w.at++
	if s == "capacity" && w.word > 0 {
		return w.word
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		w.err = fmt.Errorf("number %d: %w", w.at, err)
	}
	return v
}

func (w *words) count(most int) int {
	v := w.next()
	if w.err == nil && (v < 1 || v > float64(most) || v != math.Trunc(v)) {
		w.err = fmt.Errorf("number %d is %g, want a count up to %d", w.at, v, most)
	}
	if w.err != nil {
		return 0
	}
	return int(v)
}

// readLocated reads an instance by the format of its folder.
func readLocated(path string, x located) (network.Problem, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return network.Problem{}, err
	}
	w := &words{list: strings.Fields(string(raw)), word: x.capacity}
	if x.ignore && w.word == 0 {
		w.word = 1
	}
	var p network.Problem
	switch filepath.Base(filepath.Dir(path)) {
	case "pmedian_orlib":
		p = readMedian(w)
	case "sscflp":
		p = readSingle(w)
	default:
		p = readShared(w)
	}
	if x.ignore {
		for i := range p.Sites {
			p.Sites[i].Capacity = 0
		}
	}
	return p, w.err
}

const mostPlaces = 10_000

func blank(n, m int) network.Problem {
	p := network.Problem{Sites: make([]network.Site, n), Customers: make([]network.Customer, m), Cost: make([][]float64, n)}
	for i := range p.Cost {
		p.Sites[i].ID, p.Cost[i] = fmt.Sprint("site ", i+1), make([]float64, m)
	}
	for j := range p.Customers {
		p.Customers[j].ID = fmt.Sprint("customer ", j+1)
	}
	return p
}

func readShared(w *words) network.Problem {
	n, m := w.count(mostPlaces), w.count(mostPlaces)
	p := blank(n, m)
	for i := range n {
		p.Sites[i].Capacity, p.Sites[i].FixedCost = w.next(), w.next()
	}
	for j := range m {
		p.Customers[j].Demand = w.next()
		for i := range n {
			p.Cost[i][j] = w.next()
		}
	}
	return p
}

func readSingle(w *words) network.Problem {
	n, m := w.count(mostPlaces), w.count(mostPlaces)
	p := blank(n, m)
	p.SingleSource = true
	for i := range n {
		p.Sites[i].Capacity = w.next()
	}
	for i := range n {
		p.Sites[i].FixedCost = w.next()
	}
	for j := range m {
		p.Customers[j].Demand = w.next()
	}
	for j := range m {
		for i := range n {
			p.Cost[i][j] = w.next()
		}
	}
	return p
}

// readMedian reads a graph; costs are its shortest paths. A repeated edge's last length counts.
func readMedian(w *words) network.Problem {
	n, edges := w.count(2000), w.count(10_000_000)
	open := w.count(2000)
	p := blank(n, n)
	p.Open = open
	for i := range n {
		for j := range n {
			p.Cost[i][j] = math.Inf(1)
		}
		p.Cost[i][i] = 0
		p.Customers[i].Demand = 1
	}
	for range edges {
		a, b, length := w.count(n), w.count(n), w.next()
		if w.err != nil {
			return p
		}
		p.Cost[a-1][b-1], p.Cost[b-1][a-1] = length, length
	}
	for k := range n {
		for i := range n {
			through := p.Cost[i][k]
			if math.IsInf(through, 1) {
				continue
			}
			for j, c := range p.Cost[k] {
				p.Cost[i][j] = math.Min(p.Cost[i][j], through+c)
			}
		}
	}
	return p
}
