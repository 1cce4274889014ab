package forecasting

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"quartermaster/forecast"
	"quartermaster/forecast/hierarchy"
	"quartermaster/forecast/naive"
	"quartermaster/internal/bench"
)

// VN1 is the bench of short histories: thirteen weeks ahead from thirteen weeks.
func VN1() bench.Bench {
	return bench.Bench{
		Name:    "forecast-vn1",
		Summary: "Forecast phase 2 of the VN1 competition from phase 1 alone: 13 weeks from 13 weeks.",
		Data:    "folder with vn1_phase1_sales and vn1_phase2_sales (CSV, also gzipped): Client, Warehouse, Product, then a column a week",
		Figures: []bench.Figure{{Key: "score", Meaning: "(Σ|error| + |Σ error|) / Σ sales"}},
		Run:     runVN1,
	}
}

type wide struct {
	keys   [][]string
	values [][]float64
}

func readWide(path string, keys int) (*wide, error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	w := &wide{}
	for row, cells := range t.rows {
		values := make([]float64, len(cells)-keys)
		for i, c := range cells[keys:] {
			if values[i], err = number(c); err != nil {
				return nil, fmt.Errorf("%w: %s, row %d, %s: %w", bench.ErrUsage, t.path, row+2, t.head[keys+i], err)
			}
		}
		w.keys, w.values = append(w.keys, cells[:keys]), append(w.values, values)
	}
	return w, nil
}

func runVN1(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	past, err := readWide(filepath.Join(o.Data, "vn1_phase1_sales"), 3)
	if err != nil {
		return bench.Outcome{}, err
	}
	future, err := readWide(filepath.Join(o.Data, "vn1_phase2_sales"), 3)
	if err != nil {
		return bench.Outcome{}, err
	}
	came := map[string][]float64{}
	for i, key := range future.keys {
		came[strings.Join(key, "/")] = future.values[i]
	}
	means, err := levelled(ctx, past)
	if err != nil {
		return bench.Outcome{}, err
	}
	type sums struct{ abs, err, sales float64 }
	total, clients := sums{}, map[string]*sums{}
	for i, key := range past.keys {
		if !o.Selected(strings.Join(key, "/")) {
			continue
		}
		c := clients[key[0]]
		if c == nil {
			c = &sums{}
			clients[key[0]] = c
		}
		for _, y := range came[strings.Join(key, "/")] {
			for _, s := range []*sums{&total, c} {
				s.abs += math.Abs(means[i] - y)
				s.err += means[i] - y
				s.sales += y
			}
		}
	}
	out := bench.Outcome{Figures: map[string]float64{"score": (total.abs + math.Abs(total.err)) / max(total.sales, 1e-9)}}
	for _, name := range sortedKeys(clients) {
		c := clients[name]
		out.Rows = append(out.Rows, bench.Row{Instance: "client " + name}.With("sales", c.sales).
			With("wape", c.abs/max(c.sales, 1e-9)).With("bias", c.err/max(c.sales, 1e-9)))
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// levelled forecasts a panel too short for any trial: every node of product, client's warehouse and client by its last value, averaged
// level by level over the products' means. Clients are separate businesses: they have no level above them.
func levelled(ctx context.Context, w *wide) ([]float64, error) {
	tree := &hierarchy.Tree{Bottom: len(w.values), Levels: make([]int, len(w.values))}
	for level, parts := range []int{2, 1} {
		where := map[string]int{}
		for b, key := range w.keys {
			name := strings.Join(key[:parts], "/")
			at, ok := where[name]
			if !ok {
				at = len(tree.Sums)
				where[name] = at
				tree.Sums, tree.Levels = append(tree.Sums, nil), append(tree.Levels, level+1)
			}
			tree.Sums[at] = append(tree.Sums[at], b)
		}
	}
	base, shares := make([]float64, tree.Nodes()), make([]float64, tree.Bottom)
	for b, y := range w.values {
		f, err := naive.Last{}.Fit(&forecast.Regular{Values: y}, 1)
		if err != nil {
			return nil, err
		}
		base[b] = f.Mean[0]
		for _, v := range y {
			shares[b] += v / float64(len(y))
		}
	}
	tree.Aggregate(base) // the last value of a sum is the sum of the last values
	out, err := tree.LevelConditional(base, shares)
	if err != nil {
		return nil, err
	}
	return out[:tree.Bottom], ctx.Err()
}
