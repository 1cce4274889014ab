package stock

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"quartermaster/internal/bench"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, name string) bench.Bench {
	t.Helper()
	b, err := bench.Find(All(), name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func options(data, only string) bench.Options {
	return bench.Options{Data: data, Only: only, Budget: time.Second, Seed: 1, Workers: 1}
}

// TestCasesCountRightAndWrong shows that a right recorded value passes and a wrong one does not.
func TestCasesCountRightAndWrong(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "cases.json", `[
		{"id": "A", "model": "economic_order_quantity", "input": {"fixed_cost": 8, "holding_cost": 0.225, "demand_rate": 1300}, "expected": {"Q": 304.04678, "cost": 68.410525}, "rel_tol": 1e-6},
		{"id": "B", "model": "economic_order_quantity", "input": {"fixed_cost": 8, "holding_cost": 0.225, "demand_rate": 1300}, "expected": {"Q": 305}, "rel_tol": 1e-6},
		{"id": "C", "model": "poisson_loss", "input": {"x": 5, "mean": 7}, "expected": {"n": 2.2926001, "n_bar": 0.2926001}, "rel_tol": 1e-6},
		{"id": "D", "model": "of no kind", "input": {}, "expected": {"n": 1}, "rel_tol": 1}]`)
	r, err := bench.Execute(context.Background(), find(t, "inventory"), options(dir, ""))
	if err != nil || r.Figures["passed"] != 2 || r.Figures["total"] != 4 {
		t.Fatal(r.Figures, err)
	}
}

// TestChainFiles shows that a chain is read by the rules of its data and held against its reference: two parts and an assembly
// whose cheapest placement keeps all stock with the parts' customer.
func TestChainFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "07_stages.csv", "Stage Name,stageCost,avgDemand,stdDevDemand,maxServiceTime,serviceLevel,stageTime\na,5,,,,,4\nb,7,,,,,9\nc,1,10,2,0,0.95,0\n")
	write(t, dir, "07_arcs.csv", "sourceStage,destinationStage\na,c\nb,c\n")
	write(t, dir, "reference.csv", "chain,status,best_known_cost,lower_bound\n7,optimal,102.0,100\n")
	r, err := bench.Execute(context.Background(), find(t, "inventory-gsm"), options(dir, "chain-*"))
	if err != nil || r.Figures["total"] != 1 {
		t.Fatal(r, err)
	}
	// z·sd = 3.2897; stock at the parts: 5·√4 + 7·√9 = 31 times it = 101.98.
	if r.Figures["solved"] != 1 || r.Figures["mean_gap_pct"] > 1e-9 {
		t.Fatalf("%v %+v", r.Figures, r.Rows)
	}
}

// TestFlowShapes shows that a generated network is solved and proved.
func TestFlowShapes(t *testing.T) {
	r, err := bench.Execute(context.Background(), find(t, "flow"), options("", "transport*"))
	if err != nil || len(r.Rows) != 1 || r.Figures["arcs"] != 100_000 {
		t.Fatal(r, err)
	}
}
