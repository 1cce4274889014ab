package server

import (
	"context"
	"errors"
	"strings"

	"quartermaster/api"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.ForecastRunRequest, api.ForecastRunAnswer]{
	Words: api.ForecastRuns, Kind: service.KindForecastRun, Summary: "the forecasts of the whole catalogue",
	Description: "Forecasts every declared item whose stored forecast is not that of its sales, lead time and the day asked for, a few hundred items a chunk. " +
		"Each chunk is stored as it ends: a run that was cancelled, or whose worker died, goes on from there when it is asked for again. " +
		"The job's chunks tell how far it is; cancelling the job stops them.",
	Check: checkForecastRun,
})

func checkForecastRun(ctx context.Context, w *Work, q *api.ForecastRunRequest) ([]api.FieldError, error) {
	if _, err := w.declared(ctx); err != nil {
		return nil, err
	}
	return originWrong(ctx, w, q.OriginDate)
}

// originWrong says what is wrong with a first day to forecast.
func originWrong(ctx context.Context, w *Work, date string) ([]api.FieldError, error) {
	var wrong fieldErrors
	_, err := w.Planning.ForecastOrigin(ctx, w.Tenant, date)
	if errors.Is(err, service.ErrInvalid) {
		_, text, _ := strings.Cut(err.Error(), "origin_date: ")
		wrong.add(date, text, "origin_date")
		return wrong, nil
	}
	return nil, err
}
