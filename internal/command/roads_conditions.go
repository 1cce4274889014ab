package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/app"
	"quartermaster/internal/service"
)

// roadsConditionsVerb lists and stores what holds on the road.
type roadsConditionsVerb struct {
	File string `arg:"" optional:"" type:"existingfile" help:"JSON as PUT /v1/road-conditions takes it: these are stored first."`
	End  string `placeholder:"ID" help:"End this one at once."`
}

func (roadsConditionsVerb) Help() string {
	return `Lists the closures, incidents, measured speeds and weather of this installation that have not ended.

Example:

    quartermaster roads conditions closures.json`
}

func (v roadsConditionsVerb) Run(r *run) error {
	var batch api.RoadConditionBatch
	if v.File != "" {
		data, err := os.ReadFile(v.File)
		if err == nil {
			err = json.Unmarshal(data, &batch)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", v.File, err)
		}
	}
	stored, err := server.StoredConditions(batch)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	}
	a, err := app.Open(r.ctx, r.cfg, r.logger())
	if err != nil {
		return err
	}
	all, err := v.change(r, a, stored)
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	return printConditions(r, all)
}

func (v roadsConditionsVerb) change(r *run, a *app.App, stored []service.RoadCondition) ([]service.RoadCondition, error) {
	if err := a.Migrated(r.ctx); err != nil {
		return nil, err
	}
	if len(stored) > 0 {
		if _, err := a.Store.SaveRoadConditions(r.ctx, app.Tenant, stored); err != nil {
			return nil, err
		}
	}
	if v.End != "" {
		if err := a.Store.EndRoadCondition(r.ctx, app.Tenant, v.End); err != nil {
			return nil, err
		}
	}
	all, err := a.Store.RoadConditions(r.ctx, app.Tenant, service.RoadQuery{FromUs: time.Now().UnixMicro()})
	if err == nil {
		for _, c := range stored { // those of another time are shown too, as they were just stored
			if c.UntilUs <= time.Now().UnixMicro() {
				all = append(all, c)
			}
		}
	}
	return all, err
}

func printConditions(r *run, all []service.RoadCondition) error {
	if r.json {
		return r.printJSON(all)
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	at := func(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02 15:04") }
	for _, c := range all {
		what := c.Reason
		if what == "" {
			what = string(c.Kind)
		}
		fmt.Fprintf(t, "%s\t%s\t%s to %s\t%s\t%s\n", c.ID, c.Kind, at(c.FromUs), at(c.UntilUs), what, c.Source)
	}
	if len(all) == 0 {
		fmt.Fprintln(t, "nothing holds on the road")
	}
	return t.Flush()
}
