package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"quartermaster/api"
)

const itemsPath = "/v1/items"

// ItemForecast reads the stored forecast of an item with so many of the newest days of its history.
func (c *Client) ItemForecast(ctx context.Context, itemID string, historyDays int) (api.ItemForecast, error) {
	return forecastCall[api.ItemForecast](ctx, c, "read the forecast of item "+itemID, url.Values{"history_days": {strconv.Itoa(historyDays)}}, itemID, "/forecast")
}

// ForecastVersions lists the forecasts that were made of an item, newest first; cursor is "" or the page's before.
func (c *Client) ForecastVersions(ctx context.Context, itemID, cursor string, limit int) (api.ForecastVersionList, error) {
	return forecastCall[api.ForecastVersionList](ctx, c, "list the forecasts of item "+itemID, url.Values{"cursor": {cursor}, "limit": {strconv.Itoa(limit)}}, itemID, "/forecast/versions")
}

// ForecastVersion reads one of them.
func (c *Client) ForecastVersion(ctx context.Context, itemID string, version int64) (api.KeptForecast, error) {
	return forecastCall[api.KeptForecast](ctx, c, "read a forecast of item "+itemID, nil, itemID, "/forecast/versions/", strconv.FormatInt(version, 10))
}

// CompareForecastVersions sets two of them side by side; 0 is the newest for a, and the one before a for b.
func (c *Client) CompareForecastVersions(ctx context.Context, itemID string, a, b int64) (api.ForecastComparison, error) {
	return forecastCall[api.ForecastComparison](ctx, c, "compare forecasts of item "+itemID, url.Values{"a": {strconv.FormatInt(a, 10)}, "b": {strconv.FormatInt(b, 10)}}, itemID, "/forecast/comparison")
}

// ForecastOverrides lists what planners said to the forecast of an item, the oldest first.
func (c *Client) ForecastOverrides(ctx context.Context, itemID string, withdrawn bool) (api.ForecastOverrideList, error) {
	return forecastCall[api.ForecastOverrideList](ctx, c, "list overrides of item "+itemID, url.Values{"withdrawn": {strconv.FormatBool(withdrawn)}}, itemID, "/forecast/overrides")
}

// ItemForecastValue tells what overriding the forecast of an item was worth.
func (c *Client) ItemForecastValue(ctx context.Context, itemID string) (api.ForecastValueAdded, error) {
	return forecastCall[api.ForecastValueAdded](ctx, c, "read what overriding item "+itemID+" was worth", nil, itemID, "/forecast/value-added")
}

// ForecastValue tells the same of all items together.
func (c *Client) ForecastValue(ctx context.Context) (v api.ForecastValueAdded, err error) {
	_, err = c.do(ctx, call{what: "read what overriding was worth", method: http.MethodGet, path: "/v1/forecast-value-added", into: &v, again: true})
	return v, err
}

// ForecastAlerts lists the items whose forecast people should look at.
func (c *Client) ForecastAlerts(ctx context.Context, limit int) (l api.ForecastAlertList, err error) {
	_, err = c.do(ctx, call{what: "list forecast alerts", method: http.MethodGet, path: "/v1/forecast-alerts", query: url.Values{"limit": {strconv.Itoa(limit)}}, into: &l, again: true})
	return l, err
}

// OverrideForecast says what a planner knows better than the forecast of an item. It is done once for a key; "" = for this call.
func (c *Client) OverrideForecast(ctx context.Context, itemID string, o api.NewForecastOverride, key string) (kept api.ForecastOverride, err error) {
	at, err := path(itemsPath+"/", itemID, "/forecast/overrides")
	if err != nil {
		return kept, err
	}
	err = c.once(ctx, call{what: "override the forecast of item " + itemID, path: at, body: o, into: &kept}, key)
	return kept, err
}

// WithdrawForecastOverride takes it back.
func (c *Client) WithdrawForecastOverride(ctx context.Context, itemID, overrideID string) (o api.ForecastOverride, err error) {
	at, err := path(itemsPath+"/", itemID, "/forecast/overrides/", overrideID)
	if err != nil {
		return o, err
	}
	_, err = c.do(ctx, call{what: "withdraw an override of item " + itemID, method: http.MethodDelete, path: at, into: &o, again: true})
	return o, err
}

// forecastCall reads something below an item's forecast; tail is what follows in its path, and every second part an id.
func forecastCall[T any](ctx context.Context, c *Client, what string, query url.Values, itemID string, tail ...string) (out T, err error) {
	at, err := path(append([]string{itemsPath + "/", itemID}, tail...)...)
	if err != nil {
		return out, err
	}
	_, err = c.do(ctx, call{what: what, method: http.MethodGet, path: at, query: query, into: &out, again: true})
	return out, err
}
