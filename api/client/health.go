package client

import (
	"context"
	"net/http"
)

// Alive asks whether the process answers at all; nil = yes. It is asked once.
func (c *Client) Alive(ctx context.Context) error {
	return c.health(ctx, "/healthz", "ask whether the service is alive")
}

// Ready asks whether the service can serve requests now: nil, or a Problem with status 503. It is asked once: the present
// state is what it is for.
func (c *Client) Ready(ctx context.Context) error {
	return c.health(ctx, "/readyz", "ask whether the service is ready")
}

func (c *Client) health(ctx context.Context, path, what string) error {
	once := *c
	once.options.Retries = -1
	_, err := once.do(ctx, call{what: what, method: http.MethodGet, path: path})
	return err
}
