package client

import (
	"context"
	"iter"
	"net/http"

	"quartermaster/api"
)

// StockLineFilter chooses lines of a replenishment run.
type StockLineFilter struct {
	PageOf
	Health, SiteID string // as in api.StockLine; "" = all
	Search         string // part of the item's id; "" = all
}

// StockLines reads one page of how items stand in a replenishment run that was asked for with LinePages.
func (c *Client) StockLines(ctx context.Context, id string, f StockLineFilter) (api.StockLineList, error) {
	var list api.StockLineList
	p, err := path(api.Replenishments.Path()+"/", id, "/lines")
	if err != nil {
		return list, err
	}
	_, err = c.do(ctx, call{what: "list the lines of replenishments " + id, method: http.MethodGet, path: p, into: &list, again: true,
		query: f.query("health", f.Health, "site_id", f.SiteID, "search", f.Search)})
	return list, err
}

// AllStockLines goes through the lines that a filter leaves page by page. An error is the last thing that it gives.
func (c *Client) AllStockLines(ctx context.Context, id string, f StockLineFilter) iter.Seq2[api.StockLine, error] {
	return pages(func(cursor string) ([]api.StockLine, string, error) {
		if cursor != "" {
			f.Cursor = cursor
		}
		page, err := c.StockLines(ctx, id, f)
		return page.Items, page.NextCursor, err
	})
}
