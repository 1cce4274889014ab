package server_test

import (
	"context"
	"net/http"
	"testing"

	"quartermaster/api/server"
	"quartermaster/internal/service"
)

// VROOM's door stands at POST /vroom for those who may ask for plans; anybody may ask for its health, and without one there
// is none.
func TestVROOMDoor(t *testing.T) {
	t.Parallel()
	door := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for name, c := range map[string]struct {
		edit   func(*server.Options)
		method string
		path   string
		status int
	}{
		"open":             {func(o *server.Options) { o.VROOM = door }, "POST", "/vroom", 200},
		"with a slash":     {func(o *server.Options) { o.VROOM = door }, "POST", "/vroom/", 200},
		"without one":      {func(*server.Options) {}, "POST", "/vroom", 404},
		"to nobody":        {func(o *server.Options) { o.VROOM = door; o.Authenticate = nobody }, "POST", "/vroom", 401},
		"to who may look":  {func(o *server.Options) { o.VROOM = door; o.Authenticate = reader }, "POST", "/vroom", 403},
		"health to anyone": {func(o *server.Options) { o.VROOM = door; o.Authenticate = reader }, "GET", "/vroom/health", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			headers := []string{"Content-Type", "application/json"}
			if name != "to nobody" {
				headers = append(headers, "Authorization", "Bearer x")
			}
			if a := newHouse(t, c.edit).ask(c.method, c.path, "{}", headers...); a.status != c.status {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func nobody(context.Context, string) (service.Principal, error) {
	return service.Principal{}, service.ErrUnauthenticated
}

func reader(context.Context, string) (service.Principal, error) {
	return service.Principal{Tenant: tenant, Name: "reader", Scopes: []service.Scope{service.ScopePlansRead}}, nil
}
