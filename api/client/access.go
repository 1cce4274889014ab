package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"quartermaster/api"
)

const keysPath = "/v1/api-keys"

// Me says who the client is to the service, and what it may do.
func (c *Client) Me(ctx context.Context) (api.Me, error) {
	var out api.Me
	err := c.get(ctx, "ask who I am", &out, "/v1/me")
	return out, err
}

// APIKeys lists the tenant's keys.
func (c *Client) APIKeys(ctx context.Context) (api.APIKeyList, error) {
	var out api.APIKeyList
	err := c.get(ctx, "list API keys", &out, keysPath)
	return out, err
}

// CreateAPIKey makes a key, which is shown in this answer alone. It is asked once: a second time would make another.
func (c *Client) CreateAPIKey(ctx context.Context, k api.NewAPIKey) (api.CreatedAPIKey, error) {
	var out api.CreatedAPIKey
	_, err := c.do(ctx, call{what: "create an API key", method: http.MethodPost, path: keysPath, body: k, into: &out})
	return out, err
}

// RotateAPIKey makes a key that takes another's place; the old one goes on for overlapSec. It is asked once.
func (c *Client) RotateAPIKey(ctx context.Context, id string, overlapSec int) (api.CreatedAPIKey, error) {
	var out api.CreatedAPIKey
	p, err := path(keysPath+"/", id, "/rotate")
	if err != nil {
		return out, err
	}
	_, err = c.do(ctx, call{what: "rotate API key " + id, method: http.MethodPost, path: p, body: api.KeyRotation{OverlapSec: overlapSec}, into: &out})
	return out, err
}

// RevokeAPIKey ends a key at once.
func (c *Client) RevokeAPIKey(ctx context.Context, id string) (api.APIKey, error) {
	var out api.APIKey
	err := c.post(ctx, "revoke API key "+id, nil, &out, keysPath+"/", id, "/revoke")
	return out, err
}

// Consignee reads who an order is for.
func (c *Client) Consignee(ctx context.Context, orderID string) (api.Consignee, error) {
	var out api.Consignee
	err := c.get(ctx, "read the consignee of order "+orderID, &out, "/v1/orders/", orderID, "/consignee")
	return out, err
}

// SaveConsignee says who an order is for.
func (c *Client) SaveConsignee(ctx context.Context, orderID string, x api.Consignee) error {
	p, err := path("/v1/orders/", orderID, "/consignee")
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{what: "save the consignee of order " + orderID, method: http.MethodPut, path: p, body: x, again: true})
	return err
}

// EraseCustomer removes a customer's personal data for good.
func (c *Client) EraseCustomer(ctx context.Context, customerID string) (api.Erasure, error) {
	var out api.Erasure
	err := c.post(ctx, "erase customer "+customerID, nil, &out, "/v1/customers/", customerID, "/erase")
	return out, err
}

// Audit reads one page of the journal of who did what, from the entry with the number cursor on (0 = from the newest or
// first, as the service lists them).
func (c *Client) Audit(ctx context.Context, cursor int64, limit int) (api.AuditList, error) {
	var out api.AuditList
	q := url.Values{}
	if cursor > 0 {
		q.Set("cursor", strconv.FormatInt(cursor, 10))
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	_, err := c.do(ctx, call{what: "read the journal", method: http.MethodGet, path: "/v1/audit", query: q, into: &out, again: true})
	return out, err
}

// Warehouses lists the warehouses with the tasks that a plan gives them, counted by what became of them; planID "" is the
// newest that is no draft.
func (c *Client) Warehouses(ctx context.Context, planID string) (api.WarehouseList, error) {
	var out api.WarehouseList
	_, err := c.do(ctx, call{what: "list warehouses", method: http.MethodGet, path: "/v1/warehouses", query: PageOf{}.query("plan", planID), into: &out, again: true})
	return out, err
}
