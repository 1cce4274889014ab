package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/sample"
	"quartermaster/internal/service"
)

// demoVerb shows the whole program on the sample it carries.
type demoVerb struct {
	Once bool   `help:"End after the summary instead of serving."`
	Seed uint64 `default:"1" help:"Of everything that is drawn; default ${default}."`
}

func (demoVerb) Help() string {
	return `Starts the service on its embedded store and queue, imports two years of a real shop's orders, plans a business week, prints what it did, and serves the API until Ctrl-C. A second start finds its data in the home folder and does not import or plan again.

` + sample.Notice()
}

func (v demoVerb) Run(r *run) error {
	if r.cfg.LogLevel == "info" {
		r.cfg.LogLevel = "warn" // the summary is the message here
	}
	a, err := app.Open(r.ctx, r.cfg, r.logger())
	if err != nil {
		return err
	}
	a.Version = buildVersion().Version
	err = v.show(r, a)
	return errors.Join(err, a.Close())
}

func (v demoVerb) show(r *run, a *app.App) error {
	start := time.Now()
	bar := r.progress("demo")
	shop := app.Shop{Seed: v.Seed, Progress: bar.share(0, 0.3)}
	imported, planned, err := v.work(r.ctx, a, shop, bar)
	bar.end()
	if err != nil {
		return err
	}
	url, _ := a.Address()
	view := demoView{Import: importView(imported), Plan: planView(planned), Sources: sample.Attribution(),
		Console: a.ConsoleAddress(), Address: url, Home: a.Config.Home, Seconds: time.Since(start).Seconds()}
	if err := r.print(view); err != nil || v.Once {
		return err
	}
	r.announce(a)
	<-r.ctx.Done()
	return nil
}

func (v demoVerb) work(ctx context.Context, a *app.App, shop app.Shop, bar *progress) (app.Imported, app.Planned, error) {
	bar.report(0, "reading the streets")
	planning, err := app.LoadPlanning(ctx, "", "")
	if err != nil {
		return app.Imported{}, app.Planned{}, err
	}
	if err := a.Start(ctx, app.StartOptions{Planning: planning, AnyPort: true}); err != nil {
		return app.Imported{}, app.Planned{}, err
	}
	imported, err := a.Import(ctx, shop, planning.Roads)
	if err != nil {
		return app.Imported{}, app.Planned{}, err
	}
	origin, days, err := shop.DeclaredSpan()
	if err != nil {
		return app.Imported{}, app.Planned{}, err
	}
	request := service.PlanRequest{OriginDay: origin, Days: days, Seed: v.Seed}
	key := fmt.Sprintf("demo %s %d %d %d", imported.Import.ContentHash, origin, days, v.Seed)
	planned, err := a.Plan(ctx, planning, request, key, bar.share(0.3, 1))
	return imported, planned, err
}
