package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"quartermaster/internal/service"
)

var _ service.AccessStore = (*Store)(nil)

// tenantID is what a tenant may be called: it stands in keys of the queue and in file names.
var tenantID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// SaveTenant makes a tenant.
func (s *Store) SaveTenant(ctx context.Context, t service.Tenant) (service.Tenant, error) {
	if !tenantID.MatchString(t.ID) {
		return t, invalid("tenant: %q is no id of 1 to 63 small letters, digits and hyphens", t.ID)
	}
	t.Name = text(t.Name)
	err := s.inTx(ctx, "making tenant "+t.ID, func(tx *tx) error {
		err := tx.row(ctx, `insert into tenants (id, name, created_at) values ($1, $2, {now}) on conflict do nothing returning created_at`,
			t.ID, t.Name).Scan(&t.CreatedUs)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: there is a tenant %s already", service.ErrConflict, t.ID)
		}
		return err
	})
	return t, err
}

// Tenants lists tenants by id.
func (s *Store) Tenants(ctx context.Context) ([]service.Tenant, error) {
	var out []service.Tenant
	err := s.queryRead(ctx, "listing tenants", `select id, name, created_at from tenants order by id`, nil,
		func(scan func(...any) error) error {
			var t service.Tenant
			err := scan(&t.ID, &t.Name, &t.CreatedUs)
			out = append(out, t)
			return err
		})
	return out, err
}

// keyColumns are all columns of a key but its hash, in the order scanKey reads them.
const keyColumns = `tenant, id, name, role, scopes, created_by, created_at, expires_at, revoked_at, replaced_by, last_used`

func scanKey(scan func(...any) error, more ...any) (k service.APIKey, err error) {
	var scopes string
	err = scan(append([]any{&k.Tenant, &k.ID, &k.Name, &k.Role, &scopes, &k.CreatedBy, &k.CreatedUs, &k.ExpiresUs, &k.RevokedUs,
		&k.ReplacedBy, &k.LastUsedUs}, more...)...)
	for _, x := range strings.Fields(scopes) {
		k.Scopes = append(k.Scopes, service.Scope(x))
	}
	return k, err
}

// SaveKey stores a new key with its hash.
func (s *Store) SaveKey(ctx context.Context, k service.APIKey, hash []byte) (service.APIKey, error) {
	var out service.APIKey
	err := s.inTx(ctx, "storing an API key", func(t *tx) (err error) {
		out, err = insertKey(ctx, t, k, hash)
		return err
	})
	return out, err
}

func insertKey(ctx context.Context, t *tx, k service.APIKey, hash []byte) (service.APIKey, error) {
	scopes := make([]string, len(k.Scopes))
	for i, x := range k.Scopes {
		scopes[i] = string(x)
	}
	var found string
	err := t.row(ctx, `select id from tenants where id = $1`, k.Tenant).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return k, fmt.Errorf("%w: there is no tenant %s", service.ErrNotFound, k.Tenant)
	}
	if err != nil {
		return k, err
	}
	return scanKey(t.row(ctx, `insert into api_keys (tenant, id, name, hash, role, scopes, created_by, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, {now}, $8) returning `+keyColumns,
		k.Tenant, k.ID, text(k.Name), hash, string(k.Role), strings.Join(scopes, " "), text(k.CreatedBy), k.ExpiresUs).Scan)
}

// Key reads a key by its id, whatever its tenant: it is what tells the tenant.
func (s *Store) Key(ctx context.Context, id string) (k service.APIKey, hash []byte, err error) {
	found := false
	err = s.queryRead(ctx, "reading API key "+id, `select `+keyColumns+`, hash from api_keys where id = $1`, []any{id},
		func(scan func(...any) error) (err error) {
			found = true
			k, err = scanKey(scan, &hash)
			return err
		})
	if err == nil && !found {
		err = fmt.Errorf("%w: API key %s", service.ErrNotFound, id)
	}
	return k, hash, err
}

// Keys lists a tenant's keys, newest first.
func (s *Store) Keys(ctx context.Context, tenant string) ([]service.APIKey, error) {
	var out []service.APIKey
	err := s.queryRead(ctx, "listing API keys", `select `+keyColumns+` from api_keys where tenant = $1 order by created_at desc, id`, []any{tenant},
		func(scan func(...any) error) error {
			k, err := scanKey(scan)
			out = append(out, k)
			return err
		})
	return out, err
}

// ReplaceKey stores a successor and lets the old key end.
func (s *Store) ReplaceKey(ctx context.Context, tenant, id string, successor service.APIKey, hash []byte, expiresUs int64) (service.APIKey, error) {
	var out service.APIKey
	err := s.inTx(ctx, "replacing API key "+id, func(t *tx) (err error) {
		n, err := t.exec(ctx, `update api_keys set expires_at = $3, replaced_by = $4
			where tenant = $1 and id = $2 and replaced_by = '' and revoked_at = 0 and (expires_at = 0 or expires_at > {now})`,
			tenant, id, expiresUs, successor.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: API key %s was replaced or revoked, or has expired", service.ErrConflict, id)
		}
		out, err = insertKey(ctx, t, successor, hash)
		return err
	})
	return out, err
}

// RevokeKey ends a key now.
func (s *Store) RevokeKey(ctx context.Context, tenant, id string) (k service.APIKey, err error) {
	err = s.inTx(ctx, "revoking API key "+id, func(t *tx) error {
		k, err = scanKey(t.row(ctx, `update api_keys set revoked_at = case when revoked_at = 0 then {now} else revoked_at end
			where tenant = $1 and id = $2 returning `+keyColumns, tenant, id).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: API key %s", service.ErrNotFound, id)
		}
		return err
	})
	return k, err
}

// TouchKeys notes when keys were last used.
func (s *Store) TouchKeys(ctx context.Context, lastUs map[string]int64) error {
	return s.inTx(ctx, "noting the use of API keys", func(t *tx) error {
		for id, us := range lastUs {
			if _, err := t.exec(ctx, `update api_keys set last_used = $2 where id = $1 and last_used < $2`, id, us); err != nil {
				return err
			}
		}
		return nil
	})
}
