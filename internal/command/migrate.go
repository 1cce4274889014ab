package command

import (
	"fmt"

	"quartermaster/internal/app"
)

// migrateVerb brings the store's tables up to date.
type migrateVerb struct{}

func (migrateVerb) Help() string {
	return `Run it once before the first start on PostgreSQL and after each update of the program. Several runs at the same time do no harm. A SQLite file is brought up to date by every start.

Example:

    quartermaster migrate --store postgres://quartermaster@db/quartermaster`
}

func (migrateVerb) Run(r *run) error {
	a, err := app.Open(r.ctx, r.cfg, r.logger())
	if err != nil {
		return err
	}
	defer a.Close()
	steps, err := a.Migrate(r.ctx)
	if err != nil {
		return err
	}
	if r.json {
		return r.printJSON(map[string]any{"store": a.Store.Name(), "steps": steps})
	}
	_, err = fmt.Fprintf(r.streams.Out, "%s: up to date, %d steps taken now\n", a.Store.Name(), steps)
	return err
}
