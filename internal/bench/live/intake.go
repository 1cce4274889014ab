package live

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/service"
)

// Import is the bench of taking over a shop: files in, cleaned facts committed to a fresh SQLite file.
func Import() bench.Bench {
	return bench.Bench{
		Name:    "import",
		Summary: "Import a shop's order lines: read, clean, place consignees, commit to SQLite.",
		Data:    "folder or file of order lines (CSV, NDJSON, Parquet); empty = the sample",
		Figures: []bench.Figure{
			{Key: "rows", Meaning: "order lines read"},
			{Key: "set_aside", Meaning: "order lines set aside, each with a reason"},
			{Key: "seconds", Meaning: "wall time from opening the files to the last commit"},
			{Key: "read_seconds", Meaning: "of it reading and cleaning"},
			{Key: "orders", Meaning: "orders stored"},
			{Key: "items", Meaning: "items with a sales history"},
		},
		Run: runImport,
	}
}

func runImport(ctx context.Context, o bench.Options) (bench.Outcome, error) {
	sources, err := orderSources(o.Data)
	if err != nil {
		return bench.Outcome{}, err
	}
	shop := app.Shop{Orders: sources, Seed: o.Seed, Workers: o.Workers, Progress: o.Progress}
	streets, err := shop.ReadStreets(ctx)
	if err != nil {
		return bench.Outcome{}, err
	}
	var out bench.Outcome
	err = inFolder(func(dir string) error {
		db, err := place{store: "sqlite://" + filepath.Join(dir, "import.db")}.openStore(ctx)
		if err != nil {
			return err
		}
		defer db.Close()
		start := time.Now()
		facts, err := shop.Read(ctx, streets)
		if err != nil {
			return err
		}
		read := time.Since(start)
		o.Report(0.8, fmt.Sprintf("storing %d orders", len(facts.Facts.Orders)))
		importing := service.Importing{Facts: db}
		if _, err := importing.Save(ctx, "bench-import", facts); err != nil {
			return err
		}
		out = importOutcome(facts, time.Since(start), read, o.Selected)
		return nil
	})
	return out, err
}

func importOutcome(t service.Takeover, whole, read time.Duration, selected func(instance string) bool) bench.Outcome {
	r := t.Books.Report
	out := bench.Outcome{Figures: map[string]float64{
		"rows": float64(r.Rows), "set_aside": float64(r.Rows - r.Kept), "seconds": whole.Seconds(), "read_seconds": read.Seconds(),
		"orders": float64(r.Orders), "items": float64(r.Items),
	}}
	for _, x := range r.SetAside {
		if name := "set aside: " + x.Code; selected(name) {
			out.Rows = append(out.Rows, bench.Row{Instance: name}.With("rows", x.Rows).With("why", x.Sentence))
		}
	}
	return out
}
