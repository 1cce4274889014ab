package command

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/service"
)

// forecastItemsVerb has every stale forecast of the installation made.
type forecastItemsVerb struct {
	Start  string        `placeholder:"DATE" help:"First day forecast, such as 2011-11-28; default: the day after the newest order."`
	Within time.Duration `default:"2h" placeholder:"TIME" help:"Give up after this long; what was made until then stays; default ${default}."`
}

func (forecastItemsVerb) Help() string {
	return `Goes through the sales of all declared items, a few hundred at a time, through the job queue, and forecasts those whose forecast is not that of their sales, lead time and day. Broken off, it goes on from there when it is called again. Import first.

Examples:

    quartermaster forecast items
    quartermaster forecast items --start 2011-11-28 --json`
}

func (v forecastItemsVerb) Run(r *run) error {
	if v.Within <= 0 {
		return usageError{fmt.Errorf("forecast items: --within is %s, want a time above 0 such as 10m", v.Within)}
	}
	ctx, cancel := context.WithTimeout(r.ctx, v.Within)
	defer cancel()
	var sum service.ForecastRunSummary
	err := r.onInstallation(ctx, "forecast items", v.Start, func(a *app.App, planning *service.Planning, _ int) error {
		bar := r.progress("forecast items")
		defer bar.end()
		var err error
		sum, err = a.Forecast(ctx, planning, service.ForecastRunRequest{OriginDate: v.Start}, bar.report)
		return err
	})
	if err != nil {
		return err
	}
	return r.print(forecastItemsView(sum))
}

// forecastItemsView is what the verb says.
type forecastItemsView service.ForecastRunSummary

func (v forecastItemsView) write(w io.Writer) {
	fmt.Fprintf(w, "%d of %d items forecast from %s on, the others were up to date\n", v.Made, v.Items, v.OriginDate)
	for _, counts := range []map[string]int{v.ByMethod, v.ByStatus} {
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(w, "%8d %s\n", counts[name], name)
		}
	}
	if v.Alerts > 0 {
		fmt.Fprintf(w, "%d alerts: GET /v1/forecast-alerts lists them\n", v.Alerts)
	}
}
