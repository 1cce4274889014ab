package stock

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/inventory/echelon"
)

// Echelon is the bench of guaranteed-service placement on real and generated chains.
func Echelon() bench.Bench {
	return bench.Bench{
		Name:    "inventory-gsm",
		Summary: "Place safety stock in chains from files and in generated trees and networks, with a proved bound each.",
		Data:    "folder with NN_stages.csv, NN_arcs.csv and perhaps reference.csv; empty = generated chains alone",
		Figures: []bench.Figure{
			{Key: "solved", Meaning: "chains with a feasible placement, a bound, and nothing worse than the reference"},
			{Key: "total", Meaning: "chains"},
			{Key: "mean_gap_pct", Meaning: "mean of (cost − own bound)/cost, %"},
			{Key: "max_seconds", Meaning: "wall time of the slowest chain"},
		},
		Run: runEchelon,
	}
}

// chain is one instance with what is known of it.
type chain struct {
	name       string
	net        echelon.Network
	known, low float64 // best cost and bound of the reference; NaN = none
	proved     bool
}

func runEchelon(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	chains, err := readChains(o.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	chains = append(chains, generatedChains(o.Seed)...)
	out := bench.Outcome{Figures: map[string]float64{"solved": 0, "total": 0, "mean_gap_pct": 0, "max_seconds": 0}}
	gaps := 0.0
	for i, c := range chains {
		if !o.Selected(c.name) {
			continue
		}
		start := time.Now()
		p, err := echelon.Place(ctx, c.net, echelon.Options{Seed: o.Seed})
		if err != nil {
			return out, fmt.Errorf("%s: %w", c.name, err)
		}
		seconds := time.Since(start).Seconds()
		verdict := "solved"
		if err := echelon.Check(c.net, p); err != nil {
			verdict = err.Error()
		} else if why := c.against(p); why != "" {
			verdict = why
		}
		out.Figures["total"]++
		if verdict == "solved" {
			out.Figures["solved"]++
		}
		gaps += 100 * p.Gap
		out.Figures["max_seconds"] = math.Max(out.Figures["max_seconds"], seconds)
		out.Rows = append(out.Rows, bench.Row{Instance: c.name}.With("stages", len(c.net.Stages)).With("arcs", len(c.net.Arcs)).
			With("seconds", seconds).With("cost", p.Cost).With("bound", p.Bound).With("gap_pct", 100*p.Gap).
			With("status", string(p.Status)).With("saved_pct", 100*(1-p.Cost/p.ZeroCost)).With("verdict", verdict))
		o.Report(float64(i+1)/float64(len(chains)), c.name)
	}
	if n := out.Figures["total"]; n > 0 {
		out.Figures["mean_gap_pct"] = gaps / n
	}
	return out, nil
}

// against says in what a placement falls short of the reference, or breaks it.
func (c *chain) against(p echelon.Placement) string {
	switch {
	case !math.IsNaN(c.low) && p.Cost < c.low*(1-1e-6):
		return fmt.Sprintf("cost %g lies below the reference's bound %g", p.Cost, c.low)
	case !math.IsNaN(c.known) && p.Cost > c.known*(1+1e-6):
		return fmt.Sprintf("cost %g lies above the reference's %g", p.Cost, c.known)
	case !math.IsNaN(c.known) && c.proved && p.Bound > c.known*(1+1e-6):
		return fmt.Sprintf("bound %g lies above the proved optimum %g", p.Bound, c.known)
	}
	return ""
}

func readChains(dir string) ([]chain, error) {
	if dir == "" {
		return nil, nil
	}
	if sub := filepath.Join(dir, "willems2008"); exists(sub) {
		dir = sub
	}
	files, err := filepath.Glob(filepath.Join(dir, "*_stages.csv"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w: %s holds no NN_stages.csv", bench.ErrUsage, dir)
	}
	known := map[string]map[string]string{}
	if file := filepath.Join(dir, "reference.csv"); exists(file) {
		rows, err := readTable(file)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			known[r["chain"]] = r
		}
	}
	var chains []chain
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), "_stages.csv")
		c, err := readChain(dir, id)
		if err != nil {
			return nil, err
		}
		if row, ok := known[strings.TrimLeft(id, "0")]; ok {
			c.proved = row["status"] == "optimal"
			if c.known, err = number(row, "best_known_cost", math.NaN()); err != nil {
				return nil, err
			}
			if c.low, err = number(row, "lower_bound", math.NaN()); err != nil {
				return nil, err
			}
		}
		chains = append(chains, c)
	}
	return chains, nil
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// readChain reads one chain by the rules of the data's README: whole times, cumulative cost as holding cost, pooled spread.
func readChain(dir, id string) (chain, error) {
	c := chain{name: "chain-" + id, known: math.NaN(), low: math.NaN()}
	rows, err := readTable(filepath.Join(dir, id+"_stages.csv"))
	if err != nil {
		return c, err
	}
	at := map[string]int{}
	external, added := make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		var v [6]float64
		for k, f := range []struct {
			name  string
			empty float64
		}{{"stageTime", 0}, {"maxServiceTime", 0}, {"serviceLevel", 0.95}, {"stdDevDemand", 0}, {"stageCost", 0}, {"avgDemand", math.NaN()}} {
			if v[k], err = number(r, f.name, f.empty); err != nil {
				return c, fmt.Errorf("%s_stages.csv row %d: %w", id, i+2, err)
			}
		}
		s := echelon.Stage{ID: r["Stage Name"], LeadTime: int(math.Floor(v[0] + 0.5)), MaxServiceTime: echelon.Unbounded}
		if !math.IsNaN(v[5]) {
			s.MaxServiceTime = int(math.Floor(v[1] + 0.5))
			external[i] = distuv.UnitNormal.Quantile(v[2]) * v[3]
		}
		at[s.ID], added[i] = i, v[4]
		c.net.Stages = append(c.net.Stages, s)
	}
	arcs, err := readTable(filepath.Join(dir, id+"_arcs.csv"))
	if err != nil {
		return c, err
	}
	for i, r := range arcs {
		from, ok := at[r["sourceStage"]]
		to, ok2 := at[r["destinationStage"]]
		if !ok || !ok2 {
			return c, fmt.Errorf("%s_arcs.csv row %d: stage %q or %q is unknown", id, i+2, r["sourceStage"], r["destinationStage"])
		}
		c.net.Arcs = append(c.net.Arcs, echelon.Arc{From: from, To: to})
	}
	finish(&c.net, external, added, 1)
	return c, nil
}

// finish pools the spread and sums the cost that each stage has taken in, times a rate.
func finish(w *echelon.Network, external, added []float64, rate float64) {
	for i, s := range echelon.PoolSpread(w.Arcs, external) {
		w.Stages[i].Spread = s
	}
	into := make([][]int, len(w.Stages))
	for _, a := range w.Arcs {
		into[a.To] = append(into[a.To], a.From)
	}
	total := make([]float64, len(w.Stages))
	done := make([]uint8, len(w.Stages))
	var sum func(i int) float64
	sum = func(i int) float64 {
		if done[i] == 0 {
			done[i] = 1 // a cycle adds nothing; Place names it
			total[i] = added[i]
			for _, j := range into[i] {
				total[i] += sum(j)
			}
		}
		return total[i]
	}
	for i := range w.Stages {
		w.Stages[i].HoldingCost = rate * sum(i)
	}
}

func generatedChains(seed uint64) []chain {
	none := chain{known: math.NaN(), low: math.NaN()}
	var chains []chain
	for _, n := range []int{500, 5000} {
		c := none
		c.name, c.net = fmt.Sprintf("tree-%d", n), randomTree(n, seed)
		chains = append(chains, c)
	}
	for k := range 2 {
		c := none
		c.name, c.net = fmt.Sprintf("network-2000-16000-%d", k+1), randomTiers(2000, 16000, seed+uint64(k))
		chains = append(chains, c)
	}
	return chains
}

// randomTree hangs each stage on an earlier one, in either direction.
func randomTree(n int, seed uint64) echelon.Network {
	r := rng.New(seed, "gsm", "tree")
	w := echelon.Network{}
	feeds := make([]bool, n)
	external, added := make([]float64, n), make([]float64, n)
	for i := range n {
		w.Stages = append(w.Stages, echelon.Stage{ID: fmt.Sprint("s", i), LeadTime: r.IntN(11), MaxServiceTime: echelon.Unbounded})
		added[i] = 0.1 + 10*r.Float64()
		if i > 0 {
			a := echelon.Arc{From: r.IntN(i), To: i}
			if r.IntN(2) == 0 {
				a = echelon.Arc{From: i, To: a.From}
			}
			w.Arcs = append(w.Arcs, a)
			feeds[a.From] = true
		}
	}
	for i := range n {
		if !feeds[i] {
			external[i] = 1.645 * (1 + 20*r.Float64())
			w.Stages[i].MaxServiceTime = r.IntN(6)
		}
	}
	finish(&w, external, added, 1)
	return w
}

// randomTiers is a chain of eight tiers (parts, subassemblies, …, retailers) as the large ones of Willems (2008) are: each stage
// feeds stages of the next tiers, most of them of the very next.
func randomTiers(n, arcs int, seed uint64) echelon.Network {
	r := rng.New(seed, "gsm", "tiers")
	const tiers = 8
	w := echelon.Network{}
	external, added := make([]float64, n), make([]float64, n)
	for i := range n {
		lead := 1 + r.IntN(6)
		if i < n/tiers {
			lead = 5 + r.IntN(25) // parts from outside take longest
		}
		w.Stages = append(w.Stages, echelon.Stage{ID: fmt.Sprint("s", i), LeadTime: lead, MaxServiceTime: echelon.Unbounded})
		added[i] = math.Exp(3 * r.Float64())
	}
	tier := func(i int) int { return i * tiers / n }
	pick := func(t int) int { return (t*n+tiers-1)/tiers + r.IntN(n/tiers) }
	seen := map[echelon.Arc]bool{}
	join := func(from, to int) {
		if a := (echelon.Arc{From: from, To: to}); to < n && !seen[a] {
			seen[a] = true
			w.Arcs = append(w.Arcs, a)
		}
	}
	for i := range n {
		if t := tier(i); t+1 < tiers {
			join(i, pick(t+1))
		}
	}
	for len(w.Arcs) < arcs {
		i := r.IntN(n)
		if t := tier(i); t+1 < tiers {
			join(i, pick(min(tiers-1, t+1+r.IntN(5)/4)))
		}
	}
	for i := range n {
		if tier(i) == tiers-1 {
			external[i] = 1.645 * math.Exp(4*r.Float64())
			w.Stages[i].MaxServiceTime = r.IntN(4)
		}
	}
	finish(&w, external, added, 0.25)
	return w
}

// solveEchelonCase solves the worked examples of several stages.
func solveEchelonCase(ctx context.Context, c workedCase) (answer, error) {
	var in struct {
		HoldingRate float64 `json:"holding_rate"`
		Arcs        [][2]any
		Nodes       []caseNode
	}
	if err := json.Unmarshal(c.Input, &in); err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, n := range in.Nodes {
		at[fmt.Sprint(n.ID)] = i
	}
	var arcs []echelon.Arc
	for _, a := range in.Arcs {
		arcs = append(arcs, echelon.Arc{From: at[fmt.Sprint(a[0])], To: at[fmt.Sprint(a[1])]})
	}
	if c.Model == "ssm_serial" {
		return solveSerialCase(ctx, in.Nodes, arcs)
	}
	w := echelon.Network{Arcs: arcs}
	external, added := make([]float64, len(in.Nodes)), make([]float64, len(in.Nodes))
	factor := 1.0
	for i, n := range in.Nodes {
		s := echelon.Stage{ID: fmt.Sprint(n.ID), LeadTime: n.ProcessingTime, HoldingCost: n.HoldingCost, SupplierTime: whole(n.Inbound, 0),
			MaxServiceTime: whole(n.Outbound, echelon.Unbounded)}
		external[i] = real(n.DemandSD)
		if c.Model == "gsm_network" {
			s.MaxServiceTime = whole(n.MaxService, echelon.Unbounded)
			external[i] *= real(n.Z)
			added[i] = n.CostAdded
		} else {
			factor = n.BoundFactor
		}
		w.Stages = append(w.Stages, s)
	}
	if c.Model == "gsm_network" {
		finish(&w, external, added, in.HoldingRate)
	} else {
		for i, s := range echelon.PoolSpread(arcs, external) {
			w.Stages[i].Spread = factor * s
		}
	}
	p, err := echelon.Place(ctx, w, echelon.Options{})
	if err != nil {
		return nil, err
	}
	if err := echelon.Check(w, p); err != nil {
		return nil, err
	}
	times := map[string]any{}
	for i, s := range p.ServiceTimes {
		times[fmt.Sprint(in.Nodes[i].ID)] = float64(s)
	}
	return answer{"cost": p.Cost, "lower_bound": p.Bound, "service_times": times}, nil
}

// caseNode is a stage in the words of the file.
type caseNode struct {
	ID             any
	ProcessingTime int      `json:"processing_time"`
	HoldingCost    float64  `json:"holding_cost"`
	Inbound        *float64 `json:"external_inbound_service_time"`
	Outbound       *float64 `json:"external_outbound_service_time"`
	MaxService     *float64 `json:"max_service_time"`
	BoundFactor    float64  `json:"demand_bound_constant"`
	DemandSD       *float64 `json:"demand_sd"`
	Z              *float64 `json:"z"`
	CostAdded      float64  `json:"stage_cost_added"`
	EchelonHolding float64  `json:"echelon_holding_cost"`
	LeadTime       float64  `json:"lead_time"`
	StockoutCost   float64  `json:"stockout_cost"`
	Demand         *struct {
		Type string
		Mean float64
		SD   float64
	}
}

func whole(v *float64, none int) int {
	if v == nil {
		return none
	}
	return int(*v)
}

func real(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// solveSerialCase orders the line from the customer up.
func solveSerialCase(ctx context.Context, nodes []caseNode, arcs []echelon.Arc) (answer, error) {
	feeds := map[int]int{}
	for _, a := range arcs {
		feeds[a.To] = a.From
	}
	var line echelon.Serial
	at := -1
	for i, n := range nodes {
		if n.Demand != nil {
			at = i
			line.StockoutCost, line.Mean, line.SD, line.Poisson = n.StockoutCost, n.Demand.Mean, n.Demand.SD, n.Demand.Type == "P"
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("no stage with demand: %w", errUnknownModel)
	}
	var order []int
	for ok := true; ok && len(order) <= len(nodes); at, ok = feeds[at] {
		order = append(order, at)
		line.Stages = append(line.Stages, echelon.SerialStage{ID: fmt.Sprint(nodes[at].ID), LeadTime: nodes[at].LeadTime, EchelonHolding: nodes[at].EchelonHolding})
	}
	plan, err := echelon.PlaceSerial(ctx, line)
	if err != nil {
		return nil, err
	}
	levels := map[string]any{}
	for j, i := range order {
		levels[fmt.Sprint(nodes[i].ID)] = plan.Levels[j]
	}
	return answer{"cost": plan.Cost, "echelon_base_stock": levels}, nil
}
