package command

import (
	"context"
	"fmt"

	"quartermaster/internal/app"
)

// personalVerb looks after personal data.
type personalVerb struct {
	Erase  personalEraseVerb  `cmd:"" help:"Forget a customer."`
	Rewrap personalRewrapVerb `cmd:"" help:"Put all customers' keys and webhooks' secrets under the encryption key in force."`
}

func (personalVerb) Help() string {
	return `Names, addresses, phones and mail addresses lie encrypted in the store, under one key for each customer, itself under the installation's key in QUARTERMASTER_ENCRYPTION_KEY. Forgetting a customer throws its key away. The secrets that sign what webhooks are sent lie under the installation's key too; those that were stored before there was one are sealed by rewrap.

To change the installation's key, put the new one in front, run rewrap, then take the old one away:

    export QUARTERMASTER_ENCRYPTION_KEY=2027:$(openssl rand -base64 32),$QUARTERMASTER_ENCRYPTION_KEY
    quartermaster personal rewrap`
}

type personalEraseVerb struct {
	Customer string `arg:"" help:"Customer id, as in orders."`
	Tenant   string `default:"main" placeholder:"ID" help:"Whose customer; default ${default}."`
}

func (v personalEraseVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		e, err := a.Personal.Erase(ctx, v.Tenant, v.Customer)
		if err != nil {
			return err
		}
		if err := noted(ctx, a, v.Tenant, "personal erase", fmt.Sprintf("orders=%d consignees=%d", e.Orders, e.Consignees)); err != nil {
			return err
		}
		if r.json {
			return r.printJSON(map[string]any{"consignees": e.Consignees, "orders": e.Orders})
		}
		_, err = fmt.Fprintf(r.streams.Out, "forgotten: %d consignees; %d orders no longer say whose they were, and where only to about a kilometre\n", e.Consignees, e.Orders)
		return err
	})
}

type personalRewrapVerb struct{}

func (personalRewrapVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		tenants, err := a.Store.Tenants(ctx)
		if err != nil {
			return err
		}
		keys, hooks := 0, 0
		for _, t := range tenants {
			n, err := a.Personal.Rewrap(ctx, t.ID)
			keys += n
			if err != nil {
				return err
			}
			m, err := a.Webhooks.Reseal(ctx, t.ID)
			hooks += m
			if err != nil {
				return err
			}
			if n+m > 0 {
				if err := noted(ctx, a, t.ID, "personal rewrap", fmt.Sprintf("keys=%d webhooks=%d", n, m)); err != nil {
					return err
				}
			}
		}
		if r.json {
			return r.printJSON(map[string]any{"keys": keys, "webhooks": hooks})
		}
		_, err = fmt.Fprintf(r.streams.Out, "%d customers' keys and the secrets of %d webhooks are under the new key now; no personal data was encrypted anew\n", keys, hooks)
		return err
	})
}
