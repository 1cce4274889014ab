package command

import (
	"errors"
	"fmt"
	"os"

	"quartermaster/internal/app"
	"quartermaster/internal/intake"
)

// importVerb takes over a shop's order lines.
type importVerb struct {
	Files    []string `arg:"" optional:"" help:"Order lines: files or folders of CSV, NDJSON or Parquet. None = the sample."`
	Business string   `placeholder:"FILE" help:"Declaration of sites, vehicles, suppliers and rules (YAML); default: the sample's."`
	BadRows  int      `default:"0" placeholder:"N" help:"Unreadable rows tolerated before the import is refused; default ${default}."`
	Seed     uint64   `default:"1" help:"Of everything the files do not say, such as where customers live; default ${default}."`
}

func (importVerb) Help() string {
	return `Reads order lines (invoice, stock code, description, quantity, time, price, customer, country; the usual names of these columns are known), drops doubles, matches cancellations to what they cancel, sets aside what is no product, and stores orders, items and daily sales. Everything is stored or nothing is. The same files are imported once; after other files they are taken over again, for the last import is the business.

Examples:

    quartermaster import orders-2024.csv orders-2025.csv --business my-business.yaml
    quartermaster import exports/ --json`
}

func (v importVerb) Run(r *run) error {
	shop := app.Shop{Seed: v.Seed, MaxBadRows: v.BadRows}
	if len(v.Files) > 0 {
		var err error
		if shop.Orders, err = intake.Expand(v.Files...); err != nil {
			return usageError{err}
		}
	}
	if v.Business != "" {
		if _, err := os.Stat(v.Business); err != nil {
			return usageError{fmt.Errorf("import: --business: %w", err)}
		}
		shop.Business = intake.Source{Name: v.Business, Path: v.Business}
	}
	if r.cfg.Streets != "" && !app.Straight(r.cfg.Streets) { // consignees are drawn on streets all the same
		shop.Streets = intake.Source{Name: r.cfg.Streets, Path: r.cfg.Streets}
	}
	bar := r.progress("import")
	shop.Progress = bar.report
	imported, err := v.take(r, shop)
	bar.end()
	if err != nil {
		return err
	}
	return r.print(importView(imported))
}

func (v importVerb) take(r *run, shop app.Shop) (imported app.Imported, err error) {
	a, err := app.Open(r.ctx, r.cfg, r.logger())
	if err != nil {
		return app.Imported{}, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Migrated(r.ctx); err != nil {
		return app.Imported{}, err
	}
	streets, err := shop.ReadStreets(r.ctx)
	if err != nil {
		return app.Imported{}, err
	}
	return a.Import(r.ctx, shop, streets)
}
