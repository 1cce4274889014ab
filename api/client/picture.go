package client

import (
	"context"
	"net/http"

	"quartermaster/api"
)

// PlanMap reads what a plan looks like on a map: its sites and each vehicle's way.
func (c *Client) PlanMap(ctx context.Context, planID string) (api.PlanMap, error) {
	var out api.PlanMap
	p, err := path(plansPath+"/", planID, "/map")
	if err != nil {
		return out, err
	}
	_, err = c.do(ctx, call{what: "read the map of plan " + planID, method: http.MethodGet, path: p, into: &out, again: true})
	return out, err
}

// OrderStory reads everything that a plan does for one order, from its promise to its door.
func (c *Client) OrderStory(ctx context.Context, planID, orderID string) (api.OrderStory, error) {
	var out api.OrderStory
	p, err := path(plansPath+"/", planID, "/orders/", orderID)
	if err != nil {
		return out, err
	}
	_, err = c.do(ctx, call{what: "read the story of order " + orderID, method: http.MethodGet, path: p, into: &out, again: true})
	return out, err
}
