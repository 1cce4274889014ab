package command

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/service"
)

// keysVerb keeps the API keys of a tenant.
type keysVerb struct {
	Create keysCreateVerb `cmd:"" help:"Make a key and print it, this once."`
	List   keysListVerb   `cmd:"" help:"List keys, without the keys themselves."`
	Rotate keysRotateVerb `cmd:"" help:"Make the successor of a key; the old one goes on for a while."`
	Revoke keysRevokeVerb `cmd:"" help:"End a key now."`
}

func (keysVerb) Help() string {
	return `Works on the store directly, also beside a running service. A running service believes a key that it has just seen for 5 seconds more.

Examples:

    quartermaster keys create --role admin --name "first administrator"
    quartermaster keys create --role order-system --name "web shop" --expires 2160h
    quartermaster keys rotate 4k2jq7y6m3xa --overlap 48h
    quartermaster keys revoke 4k2jq7y6m3xa`
}

// keyOwner is the tenant that a verb about keys is for.
type keyOwner struct {
	Tenant string `default:"main" placeholder:"ID" help:"Whose keys; default ${default}."`
}

type keysCreateVerb struct {
	keyOwner
	Name    string        `required:"" placeholder:"TEXT" help:"What the key is for."`
	Role    string        `placeholder:"ROLE" help:"viewer, planner, order-system, warehouse or admin."`
	Scope   []string      `placeholder:"SCOPE" help:"A scope beside those of the role, such as metrics:read; may be given again."`
	Expires time.Duration `placeholder:"TIME" help:"How long it lives, such as 2160h; default: for ever."`
}

func (v keysCreateVerb) Run(r *run) error {
	n := service.NewKey{Name: v.Name, Role: service.AccessRole(v.Role), Life: v.Expires}
	for _, s := range v.Scope {
		n.Scopes = append(n.Scopes, service.Scope(s))
	}
	return r.beside(func(ctx context.Context, a *app.App) error {
		k, secret, err := a.Access.CreateKey(ctx, v.Tenant, operator(), n)
		if err == nil {
			err = noted(ctx, a, v.Tenant, "keys create", "id="+k.ID)
		}
		return r.printNewKey(k, secret, err)
	})
}

type keysListVerb struct{ keyOwner }

func (v keysListVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		keys, err := a.Store.Keys(ctx, v.Tenant)
		if err != nil {
			return err
		}
		return r.printKeys(keys)
	})
}

type keysRotateVerb struct {
	keyOwner
	ID      string        `arg:"" help:"The visible part of the key, between qm_ and the next _."`
	Overlap time.Duration `default:"24h" placeholder:"TIME" help:"How long the old key goes on; default ${default}."`
}

func (v keysRotateVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		k, secret, err := a.Access.RotateKey(ctx, v.Tenant, operator(), v.ID, v.Overlap)
		if err == nil {
			err = noted(ctx, a, v.Tenant, "keys rotate", "id="+v.ID)
		}
		return r.printNewKey(k, secret, err)
	})
}

type keysRevokeVerb struct {
	keyOwner
	ID string `arg:"" help:"The visible part of the key, between qm_ and the next _."`
}

func (v keysRevokeVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		k, err := a.Access.RevokeKey(ctx, v.Tenant, v.ID)
		if err == nil {
			err = noted(ctx, a, v.Tenant, "keys revoke", "id="+v.ID)
		}
		if err != nil {
			return err
		}
		return r.printKeys([]service.APIKey{k})
	})
}

// beside opens the store for a verb that may run beside the service.
func (r *run) beside(do func(ctx context.Context, a *app.App) error) error {
	a, err := app.OpenBeside(r.ctx, r.cfg, r.logger())
	if err != nil {
		return err
	}
	return errors.Join(do(r.ctx, a), a.Close())
}

// noted writes into the journal what the command line did, once it has done it.
func noted(ctx context.Context, a *app.App, tenant, action, target string) error {
	return a.Store.AppendAudit(ctx, []service.AuditEntry{{Tenant: tenant, AtUs: time.Now().UnixMicro(), Actor: operator(), Action: action, Target: target}})
}

// operator names who sits at the command line, for the record.
func operator() string {
	if u, err := user.Current(); err == nil {
		return "command line, " + u.Username
	}
	return "command line"
}

func (r *run) printNewKey(k service.APIKey, secret string, err error) error {
	if err != nil {
		return err
	}
	if r.json {
		row := keyRow(k)
		row["key"] = secret
		return r.printJSON(row)
	}
	fmt.Fprintf(r.streams.Err, "key %s for %s of tenant %s; it cannot be shown again:\n", k.ID, k.Name, k.Tenant)
	_, err = fmt.Fprintln(r.streams.Out, secret)
	return err
}

func keyRow(k service.APIKey) map[string]any {
	row := map[string]any{"id": k.ID, "tenant": k.Tenant, "name": k.Name, "role": k.Role, "scopes": k.Scopes, "created_by": k.CreatedBy,
		"created_at": time.UnixMicro(k.CreatedUs).UTC(), "valid": k.Valid(time.Now().UnixMicro())}
	for name, us := range map[string]int64{"expires_at": k.ExpiresUs, "revoked_at": k.RevokedUs, "last_used_at": k.LastUsedUs} {
		if us > 0 {
			row[name] = time.UnixMicro(us).UTC()
		}
	}
	if k.ReplacedBy != "" {
		row["replaced_by"] = k.ReplacedBy
	}
	return row
}

func (r *run) printKeys(keys []service.APIKey) error {
	if r.json {
		rows := make([]map[string]any, len(keys))
		for i, k := range keys {
			rows[i] = keyRow(k)
		}
		return r.printJSON(rows)
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tROLE OR SCOPES\tSTATE\tEXPIRES\tLAST USED")
	day := func(us int64) string {
		if us == 0 {
			return "never"
		}
		return time.UnixMicro(us).UTC().Format("2006-01-02 15:04")
	}
	for _, k := range keys {
		rights := string(k.Role)
		if rights == "" {
			scopes := make([]string, len(k.Scopes))
			for i, s := range k.Scopes {
				scopes[i] = string(s)
			}
			rights = strings.Join(scopes, " ")
		}
		state := "valid"
		switch {
		case k.RevokedUs > 0:
			state = "revoked"
		case !k.Valid(time.Now().UnixMicro()):
			state = "expired"
		case k.ReplacedBy != "":
			state = "replaced by " + k.ReplacedBy
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, rights, state, day(k.ExpiresUs), day(k.LastUsedUs))
	}
	return t.Flush()
}
