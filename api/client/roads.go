package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"quartermaster/api"
)

const roadConditionsPath = "/v1/road-conditions"

// PutRoadConditions says what holds on the road for a while; all are stored, or none. One of a known id is replaced.
func (c *Client) PutRoadConditions(ctx context.Context, conditions []api.RoadCondition) (r api.RoadConditionReceipt, err error) {
	_, err = c.do(ctx, call{what: "store road conditions", method: http.MethodPut, path: roadConditionsPath, body: api.RoadConditionBatch{Conditions: conditions}, into: &r, again: true, large: true})
	return r, err
}

// RoadConditionFilter chooses among conditions; the zero value takes all.
type RoadConditionFilter struct {
	HoldingAt time.Time // those that hold then
	Kind      string    // incident, closure, congestion or weather
	Outlines  bool      // with the corners of cells
	Cursor    string    // "" or the page's before
	Limit     int       // of a page; 0 = the service's
}

// RoadConditions lists what holds on the road, by id.
func (c *Client) RoadConditions(ctx context.Context, f RoadConditionFilter) (l api.RoadConditionList, err error) {
	query := url.Values{}
	if !f.HoldingAt.IsZero() {
		query.Set("holding_at", f.HoldingAt.Format(time.RFC3339))
	}
	if f.Kind != "" {
		query.Set("kind", f.Kind)
	}
	if f.Outlines {
		query.Set("outlines", "true")
	}
	if f.Cursor != "" {
		query.Set("cursor", f.Cursor)
	}
	if f.Limit > 0 {
		query.Set("limit", strconv.Itoa(f.Limit))
	}
	_, err = c.do(ctx, call{what: "list road conditions", method: http.MethodGet, path: roadConditionsPath, query: query, into: &l, again: true})
	return l, err
}

// RoadCondition reads one condition.
func (c *Client) RoadCondition(ctx context.Context, id string) (r api.RoadCondition, err error) {
	err = c.get(ctx, "read road condition "+id, &r, roadConditionsPath+"/", id)
	return r, err
}

// EndRoadCondition ends a condition at once.
func (c *Client) EndRoadCondition(ctx context.Context, id string) error {
	p, err := path(roadConditionsPath+"/", id)
	if err == nil {
		_, err = c.do(ctx, call{what: "end road condition " + id, method: http.MethodDelete, path: p, again: true})
	}
	return err
}

// RoadSpeeds reads how the street next to a place drives by the hour.
func (c *Client) RoadSpeeds(ctx context.Context, lon, lat float64) (s api.RoadSpeeds, err error) {
	degrees := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	_, err = c.do(ctx, call{what: "read the speeds of a street", method: http.MethodGet, path: "/v1/road-speeds", query: url.Values{"lon": {degrees(lon)}, "lat": {degrees(lat)}}, into: &s, again: true})
	return s, err
}
