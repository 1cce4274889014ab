package command

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"quartermaster/internal/app"
)

// auditVerb shows the journal of who did what.
type auditVerb struct {
	List   auditListVerb   `cmd:"" help:"Show entries, newest first."`
	Verify auditVerifyVerb `cmd:"" help:"Follow the whole chain of hashes."`
}

func (auditVerb) Help() string {
	return `The journal holds every request that may change something, every look at personal data, and what the command line did to access. Each entry holds the hash of the one before, so that none can be changed or taken out unseen.

Examples:

    quartermaster audit list --limit 20
    quartermaster audit verify --json`
}

type auditListVerb struct {
	Tenant string `default:"main" placeholder:"ID" help:"Whose journal; default ${default}."`
	Before int64  `placeholder:"N" help:"Only entries before this number."`
	Limit  int    `default:"50" placeholder:"N" help:"How many at most; default ${default}."`
}

func (v auditListVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		entries, err := a.Store.Audit(ctx, v.Tenant, v.Before, v.Limit)
		if err != nil {
			return err
		}
		if r.json {
			rows := make([]map[string]any, len(entries))
			for i, e := range entries {
				rows[i] = map[string]any{"seq": e.Seq, "at": time.UnixMicro(e.AtUs).UTC(), "actor": e.Actor, "action": e.Action, "target": e.Target,
					"status": e.Status, "remote": e.Remote, "request_id": e.RequestID, "hash": fmt.Sprintf("%x", e.Hash)}
			}
			return r.printJSON(rows)
		}
		t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "NO\tAT\tWHO\tWHAT\tWITH\tSTATUS\tFROM")
		for _, e := range entries {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%d\t%s\n", e.Seq, time.UnixMicro(e.AtUs).UTC().Format(time.DateTime), e.Actor, e.Action, e.Target, e.Status, e.Remote)
		}
		return t.Flush()
	})
}

type auditVerifyVerb struct {
	Tenant string `default:"main" placeholder:"ID" help:"Whose journal; default ${default}."`
}

func (v auditVerifyVerb) Run(r *run) error {
	return r.beside(func(ctx context.Context, a *app.App) error {
		entries, broken, err := a.Store.VerifyAudit(ctx, v.Tenant)
		if err != nil {
			return err
		}
		if r.json {
			err = r.printJSON(map[string]any{"tenant": v.Tenant, "entries": entries, "broken_at": broken, "ok": broken == 0})
		} else if broken == 0 {
			_, err = fmt.Fprintf(r.streams.Out, "%d entries, and each holds\n", entries)
		}
		if err == nil && broken > 0 {
			return fmt.Errorf("the journal of tenant %s does not hold at entry %d: it was changed, taken out or cut off there", v.Tenant, broken)
		}
		return err
	})
}
