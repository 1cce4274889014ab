package command

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/service"
)

// tenantsVerb keeps the businesses of an installation apart.
type tenantsVerb struct {
	Create tenantsCreateVerb `cmd:"" help:"Make a tenant."`
	List   tenantsListVerb   `cmd:"" help:"List tenants."`
}

func (tenantsVerb) Help() string {
	return `A tenant is one business. Its orders, facts, plans, jobs, tasks and keys are its own: nobody else sees that they are there. The verbs import, plan, simulate and demo work for the tenant main.

Examples:

    quartermaster tenants create acme --name "Acme Ltd"
    quartermaster keys create --tenant acme --role admin --name "Acme's administrator"`
}

type tenantsCreateVerb struct {
	ID   string `arg:"" help:"Small letters, digits and hyphens."`
	Name string `placeholder:"TEXT" help:"What people call it."`
}

func (v tenantsCreateVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		t, err := a.Store.SaveTenant(ctx, service.Tenant{ID: v.ID, Name: v.Name})
		if err == nil {
			err = noted(ctx, a, v.ID, "tenants create", "id="+v.ID)
		}
		if err != nil {
			return err
		}
		return r.printTenants([]service.Tenant{t})
	})
}

type tenantsListVerb struct{}

func (tenantsListVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		all, err := a.Store.Tenants(ctx)
		if err != nil {
			return err
		}
		return r.printTenants(all)
	})
}

func (r *run) printTenants(all []service.Tenant) error {
	if r.json {
		rows := make([]map[string]any, len(all))
		for i, t := range all {
			rows[i] = map[string]any{"id": t.ID, "name": t.Name, "created_at": time.UnixMicro(t.CreatedUs).UTC()}
		}
		return r.printJSON(rows)
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME")
	for _, x := range all {
		fmt.Fprintf(t, "%s\t%s\n", x.ID, x.Name)
	}
	return t.Flush()
}
