package command

import (
	"fmt"
	"text/tabwriter"

	"quartermaster/internal/app"
)

// doctorVerb examines an installation.
type doctorVerb struct{}

func (doctorVerb) Help() string {
	return `Looks at the home folder, the disk, the certificate, the encryption key, the store, its clock and tables, the waiting jobs, row-level security and this role's rights, API keys, and Redis. It changes no data and may run beside the service. The exit code is 1 when something is wrong; a warning keeps nothing from working.

Example:

    quartermaster doctor --json`
}

func (doctorVerb) Run(r *run) error {
	findings := app.Examine(r.ctx, r.cfg)
	v := buildVersion()
	wrong := 0
	for _, f := range findings {
		if !f.OK {
			wrong++
		}
	}
	var err error
	if r.json {
		err = r.printJSON(map[string]any{"ok": wrong == 0, "version": v, "findings": findings})
	} else {
		err = r.printFindings(findings, v)
	}
	if err == nil && wrong > 0 {
		return exitError{code: ExitFailed} // all was said
	}
	return err
}

func (r *run) printFindings(findings []app.Finding, v built) error {
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "version\tok\tquartermaster %s (%s)\n", v.Version, v.Go)
	for _, f := range findings {
		state := "ok"
		switch {
		case !f.OK:
			state = "WRONG"
		case f.Warning:
			state = "warn"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", f.Check, state, f.Detail)
	}
	return t.Flush()
}
