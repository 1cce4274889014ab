package command

import (
	"fmt"
	"log/slog"

	"quartermaster/api/server"
	"quartermaster/internal/app"
	"quartermaster/internal/config"
)

// serveVerb runs the service until it is told to stop.
type serveVerb struct {
	Role config.Role `enum:"all,api,worker" default:"all" env:"QUARTERMASTER_ROLE" placeholder:"ROLE" help:"What this process does: all, api (answers requests, hands out jobs) or worker (works on jobs); default ${default}."`
}

func (serveVerb) Help() string {
	return `Serves the HTTP API and works on jobs until Ctrl-C or SIGTERM; then it takes nothing new, lets running work go on for as long as --drain says, and gives the rest back.

On loopback the API asks nobody who they are, unless --auth is required. On any other address every caller needs an API key (quartermaster keys create) or a token of the issuer named by --oidc-issuer. For HTTPS give --tls-cert and --tls-key.

Examples:

    quartermaster serve
    quartermaster serve --role api --store postgres://… --redis redis://…
    quartermaster serve --role worker --store postgres://… --redis redis://… --concurrency 8`
}

func (v serveVerb) Run(r *run) error {
	r.cfg.Role = v.Role
	cfg, err := r.cfg.Complete()
	if err != nil {
		return usageError{err}
	}
	a, err := app.Open(r.ctx, cfg, r.logger())
	if err != nil {
		return err
	}
	a.Version = buildVersion().Version
	err = r.serve(a)
	if closeErr := a.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (r *run) serve(a *app.App) error {
	planning, err := app.LoadPlanning(r.ctx, a.Config.Streets, a.Config.Home) // an API server quotes promises along the streets
	if err != nil {
		return err
	}
	if err := a.Start(r.ctx, app.StartOptions{Planning: planning}); err != nil {
		return err
	}
	r.announce(a)
	<-r.ctx.Done()
	a.Log.Info("stopping", "drain", a.Config.Drain)
	return nil
}

// announce says where the service answers.
func (r *run) announce(a *app.App) {
	url, moved := a.Address()
	if moved {
		fmt.Fprintf(r.streams.Err, "port of %s is taken by another program; took a free one\n", a.Config.Listen)
	}
	if url == "" {
		fmt.Fprintln(r.streams.Err, "working on jobs; Ctrl-C ends")
		return
	}
	if console := a.ConsoleAddress(); console != "" {
		fmt.Fprintf(r.streams.Err, "the console is at %s\n", console)
	}
	fmt.Fprintf(r.streams.Err, "the API answers at %s (description at %s/docs); Ctrl-C ends\n", url, url)
	if a.Unguarded() {
		fmt.Fprintln(r.streams.Err, "authentication is off, since only this machine can reach the address: whoever works on it may do everything")
	}
}

// logger makes the log of this run, on standard error; each line of a request carries its id.
func (r *run) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(r.cfg.LogLevel)) // the parser allows only its names
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: server.MaskPersonal}
	if r.cfg.LogFormat == "json" {
		return slog.New(server.LogHandler(slog.NewJSONHandler(r.streams.Err, options)))
	}
	return slog.New(server.LogHandler(slog.NewTextHandler(r.streams.Err, options)))
}
