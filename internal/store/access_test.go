package store

import (
	"testing"
	"time"

	"quartermaster/internal/service"
)

// A key is known by its hash alone, is its tenant's alone, rotates with an overlap, and ends when it expires or is revoked.
func TestKeys(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		now := time.Now()
		access := &service.Access{Store: s, Now: func() time.Time { return now }}
		must[service.Tenant](t)(s.SaveTenant(ctx, service.Tenant{ID: "acme", Name: "Acme"}))
		must[service.Tenant](t)(s.SaveTenant(ctx, service.Tenant{ID: "other"}))

		old, secret, err := access.CreateKey(ctx, "acme", "test", service.NewKey{Name: "till 3", Role: service.AccessOrderSystem, Life: 48 * time.Hour})
		noError(t, err)
		p, err := access.Authenticate(ctx, secret)
		noError(t, err)
		if p.Tenant != "acme" || p.KeyID != old.ID || !p.May(service.ScopeOrdersWrite) || p.May(service.ScopeAdmin) {
			t.Errorf("the key stands for %+v", p)
		}
		var stored int
		noError(t, s.queryRead(ctx, "looking for the secret", `select count(*) from api_keys where id = $1 and hash = $2`, []any{old.ID, []byte(secret)},
			func(scan func(...any) error) error { return scan(&stored) }))
		if stored != 0 {
			t.Error("the key itself is stored")
		}
		for name, wrong := range map[string]string{
			"another secret": secret[:len(secret)-1] + string(secret[len(secret)-1]^1), "unknown": "qm_aaaaaaaaaaaa_" + secret[16:], "short": "qm_x_y", "empty": "",
		} {
			if _, err := access.Authenticate(ctx, wrong); err == nil {
				t.Errorf("%s was taken", name)
			} else {
				wantError(t, err, service.ErrUnauthenticated)
			}
		}

		_, _, err = access.RotateKey(ctx, "other", "test", old.ID, time.Hour)
		wantError(t, err, service.ErrNotFound)
		next, newSecret, err := access.RotateKey(ctx, "acme", "test", old.ID, time.Hour)
		noError(t, err)
		if next.Role != old.Role || next.ExpiresUs != now.Add(48*time.Hour).UnixMicro()-old.CreatedUs+now.UnixMicro() && next.ExpiresUs <= now.UnixMicro() {
			t.Errorf("the successor is %+v", next)
		}
		_, _, err = access.RotateKey(ctx, "acme", "test", old.ID, time.Hour)
		wantError(t, err, service.ErrConflict)
		for _, both := range []string{secret, newSecret} {
			if _, err := access.Authenticate(ctx, both); err != nil {
				t.Errorf("within the overlap: %v", err)
			}
		}
		now = now.Add(time.Hour + time.Second)
		_, err = access.Authenticate(ctx, secret)
		wantError(t, err, service.ErrUnauthenticated)

		_, err = access.RevokeKey(ctx, "other", next.ID)
		wantError(t, err, service.ErrNotFound)
		_, err = access.RevokeKey(ctx, "acme", next.ID)
		noError(t, err)
		_, err = access.Authenticate(ctx, newSecret)
		wantError(t, err, service.ErrUnauthenticated)

		noError(t, access.Flush(ctx))
		keys := must[[]service.APIKey](t)(s.Keys(ctx, "acme"))
		if len(keys) != 2 || keys[0].LastUsedUs == 0 || keys[1].LastUsedUs == 0 {
			t.Errorf("keys are %+v", keys)
		}
		if others := must[[]service.APIKey](t)(s.Keys(ctx, "other")); len(others) != 0 {
			t.Errorf("the other tenant sees %+v", others)
		}
	})
}

// What a key or a tenant may not be is refused in words that name the field.
func TestKeysRefused(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		access := &service.Access{Store: s}
		for name, n := range map[string]service.NewKey{
			"no name": {Role: service.AccessViewer}, "no rights": {Name: "x"}, "role": {Name: "x", Role: "boss"},
			"scope": {Name: "x", Scopes: []service.Scope{"plans:*"}}, "life": {Name: "x", Role: service.AccessViewer, Life: -1},
		} {
			if _, _, err := access.CreateKey(t.Context(), "main", "test", n); err == nil {
				t.Errorf("%s was taken", name)
			} else {
				wantError(t, err, service.ErrInvalid)
			}
		}
		_, _, err := access.CreateKey(t.Context(), "nobody", "test", service.NewKey{Name: "x", Role: service.AccessViewer})
		wantError(t, err, service.ErrNotFound)
		_, err = s.SaveTenant(t.Context(), service.Tenant{ID: "main"})
		wantError(t, err, service.ErrConflict)
		for _, id := range []string{"", "A", "a b", "-a", "*"} {
			_, err = s.SaveTenant(t.Context(), service.Tenant{ID: id})
			wantError(t, err, service.ErrInvalid)
		}
	})
}
