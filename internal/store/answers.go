package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/service"
)

// BeginAnswer takes an idempotency key for a request.
func (s *Store) BeginAnswer(ctx context.Context, tenant, key, requestHash string, lease time.Duration) (kept service.KeptAnswer, first bool, err error) {
	if err := errors.Join(checkTenant(tenant), checkKey(key)); err != nil {
		return kept, false, err
	}
	var got service.KeptAnswer
	var mine bool
	err = s.smallTx(ctx, "taking an idempotency key", func(ctx context.Context, t *tx) error {
		got, mine = service.KeptAnswer{}, false
		n, err := t.exec(ctx, `insert into answers (tenant, key, request_hash, status, header, body, expires_at) values ($1, $2, $3, 0, $4, $4, {now} + $5)
			on conflict (tenant, key) do update set request_hash = excluded.request_hash, status = 0, header = excluded.header, body = excluded.body,
				expires_at = excluded.expires_at where answers.expires_at <= {now}`, tenant, key, requestHash, []byte{}, lease.Microseconds())
		if err != nil || n > 0 {
			mine = n > 0
			return err
		}
		var hash string
		err = t.row(ctx, `select request_hash, status, header, body from answers where tenant = $1 and key = $2`, tenant, key).
			Scan(&hash, &got.Status, &got.Header, &got.Body)
		if errors.Is(err, sql.ErrNoRows) { // given back meanwhile
			return fmt.Errorf("%w: the idempotency key %q is being given back", service.ErrConflict, key)
		}
		if err == nil && hash != requestHash {
			return fmt.Errorf("%w: the idempotency key %q was used for another request", service.ErrConflict, key)
		}
		return err
	})
	if err != nil {
		return kept, false, err
	}
	return got, mine, nil
}

func checkKey(key string) error {
	if key == "" || len(key) > 300 || key != text(key) {
		return invalid("the idempotency key is not plain text of 1 to 255 bytes")
	}
	return nil
}

// KeepAnswer notes the answer of a key.
func (s *Store) KeepAnswer(ctx context.Context, tenant, key, requestHash string, a service.KeptAnswer, keep time.Duration) error {
	return s.smallTx(ctx, "keeping an answer", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `update answers set status = $4, header = $5, body = $6, expires_at = {now} + $7
			where tenant = $1 and key = $2 and request_hash = $3`, tenant, key, requestHash, a.Status, bytesOf(a.Header), bytesOf(a.Body), keep.Microseconds())
		return err
	})
}

// ForgetAnswer gives a key back.
func (s *Store) ForgetAnswer(ctx context.Context, tenant, key string) error {
	return s.smallTx(ctx, "giving an idempotency key back", func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from answers where tenant = $1 and key = $2 and status = 0`, tenant, key)
		return err
	})
}

// SweepAnswers forgets old answers.
func (s *Store) SweepAnswers(ctx context.Context, limit int) (n int, err error) {
	err = s.inTx(ctx, "forgetting old answers", func(t *tx) error {
		gone, err := t.exec(ctx, `delete from answers where (tenant, key) in (select tenant, key from answers where expires_at <= {now} limit $1)`, limit)
		n = int(gone)
		return err
	})
	return n, err
}
