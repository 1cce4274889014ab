package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/config"
	"quartermaster/internal/service"
)

const secondsPerDay = 24 * 3600

// onInstallation opens the installation for one verb that plans, starts no more of it than that needs, hands it over with
// the first day to plan (start, or the day after the newest order where that is empty), and closes it.
func (r *run) onInstallation(ctx context.Context, verb, start string, do func(a *app.App, planning *service.Planning, originDay int) error) error {
	r.cfg.Role = config.RoleWorker
	if r.cfg.SQLite() {
		r.cfg.Role = config.RoleAll // the embedded pair has no other process to dispatch for it
		r.cfg.Listen = "127.0.0.1:0"
	}
	if r.cfg.LogLevel == "info" {
		r.cfg.LogLevel = "warn" // what the verb prints is the message here
	}
	a, err := app.Open(ctx, r.cfg, r.logger())
	if err != nil {
		return err
	}
	return errors.Join(startFor(ctx, a, verb, start, do), a.Close())
}

func startFor(ctx context.Context, a *app.App, verb, start string, do func(a *app.App, planning *service.Planning, originDay int) error) error {
	originDay, err := firstDay(ctx, a, verb, start)
	if err != nil {
		return err
	}
	planning, err := app.LoadPlanning(ctx, a.Config.Streets, a.Config.Home)
	if err != nil {
		return err
	}
	if err := a.Start(ctx, app.StartOptions{Planning: planning}); err != nil {
		return err
	}
	return do(a, planning, originDay)
}

// firstDay is the first day to plan, days since 1970-01-01.
func firstDay(ctx context.Context, a *app.App, verb, start string) (int, error) {
	if start != "" {
		day, err := time.Parse(time.DateOnly, start)
		if err != nil {
			return 0, usageError{fmt.Errorf("%s: --start is %q, want a date such as 2011-11-28", verb, start)}
		}
		return int(day.Unix() / secondsPerDay), nil
	}
	count, _, lastUs, err := a.Store.OrderSpan(ctx, app.Tenant)
	if err != nil {
		return 0, err
	}
	if count == 0 {
		return 0, fmt.Errorf("%s: there are no orders yet: run quartermaster import first", verb)
	}
	return int(lastUs/(secondsPerDay*1_000_000)) + 1, nil
}
