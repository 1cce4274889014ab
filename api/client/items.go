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
	var f api.ItemForecast
	path, err := path(itemsPath+"/", itemID, "/forecast")
	if err != nil {
		return f, err
	}
	_, err = c.do(ctx, call{
		what: "read the forecast of item " + itemID, method: http.MethodGet, path: path,
		query: url.Values{"history_days": {strconv.Itoa(historyDays)}}, into: &f, again: true,
	})
	return f, err
}
