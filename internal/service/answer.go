package service

import (
	"context"
	"time"
)

// KeptAnswer is the answer to a request that came with an Idempotency-Key.
type KeptAnswer struct {
	Status int // HTTP status; 0 = the request is in flight
	Header []byte
	Body   []byte
}

// AnswerStore keeps answers so that the same request, told again, is answered again and not done again.
type AnswerStore interface {
	// BeginAnswer takes a key for a request. first is true where the key is new, or where whoever took it has been silent
	// for lease; else what is kept comes back, with Status 0 while the first request is in flight. The same key for another
	// request is ErrConflict.
	BeginAnswer(ctx context.Context, tenant, key, requestHash string, lease time.Duration) (kept KeptAnswer, first bool, err error)
	// KeepAnswer notes the answer of a key for a time.
	KeepAnswer(ctx context.Context, tenant, key, requestHash string, a KeptAnswer, keep time.Duration) error
	// ForgetAnswer gives a key back whose request had no effect.
	ForgetAnswer(ctx context.Context, tenant, key string) error
	// SweepAnswers forgets old answers of all tenants.
	SweepAnswers(ctx context.Context, limit int) (int, error)
}
