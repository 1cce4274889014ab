package command

import (
	"fmt"

	"quartermaster/internal/app"
)

// migrateVerb brings the store's tables up to date.
type migrateVerb struct {
	AppRole string `placeholder:"ROLE" env:"QUARTERMASTER_APP_ROLE" help:"Role of the service on PostgreSQL, which owns nothing: it is granted what the service needs and no more."`
	Finish  bool   `help:"Say that no older program works on these tables any more: from their next start on, processes write what older ones cannot read."`
}

func (migrateVerb) Help() string {
	return `Run it once before the first start on PostgreSQL and after each update of the program. Several runs at the same time do no harm. On PostgreSQL it also puts row-level security on every table, which keeps tenants apart even where the program would err; for that to hold, run the service as a role that is no superuser and owns no table, and name it with --app-role. A SQLite file is brought up to date by every start.

While older processes still run on the same tables, newer ones write only what those can read. When the last older one is gone, run it once with --finish: an older program that is started then refuses to work, and large inputs, results and plans are kept apart, once for each content. New tables and SQLite files need no such word.

Example:

    quartermaster migrate --store postgres://owner@db/quartermaster --app-role quartermaster_service`
}

func (v migrateVerb) Run(r *run) error {
	a, err := app.Open(r.ctx, r.cfg, r.logger())
	if err != nil {
		return err
	}
	defer a.Close()
	steps, err := a.Migrate(r.ctx)
	if err != nil {
		return err
	}
	if v.AppRole != "" {
		if err := a.Store.GrantTo(r.ctx, v.AppRole); err != nil {
			return err
		}
	}
	if v.Finish {
		if err := a.Store.LeaveBehind(r.ctx); err != nil {
			return err
		}
	}
	if r.json {
		return r.printJSON(map[string]any{"store": a.Store.Name(), "steps": steps})
	}
	_, err = fmt.Fprintf(r.streams.Out, "%s: up to date, %d steps taken now\n", a.Store.Name(), steps)
	return err
}
