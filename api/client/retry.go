package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// backoff gives the pauses between attempts or looks.
type backoff struct {
	next, longest time.Duration
	factor        float64
}

func (c *Client) backoff(factor float64) backoff {
	return backoff{next: c.options.FirstPause, longest: c.options.LongestPause, factor: factor}
}

// pause gives the next pause: between a half and the whole of a span that grows each time, so that many clients that
// failed together do not come back together; never less than what the service asks for.
func (b *backoff) pause(asked time.Duration) time.Duration {
	d := b.next/2 + rand.N(b.next/2+1)
	b.next = min(time.Duration(float64(b.next)*b.factor), b.longest)
	if asked > d {
		return asked + rand.N(asked/10+1)
	}
	return d
}

// sleep waits, or gives the context's error when it ends first or is known to end before.
func sleep(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// retryAfter reads the header, in seconds or as a date; 0 = absent, past or not understood.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if sec, err := strconv.ParseInt(value, 10, 32); err == nil {
		return time.Duration(max(sec, 0)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// passing says whether a failure of one attempt may be gone at the next: the answer says so, or there was none. Whether
// the request may be repeated at all is another question.
func passing(err error) bool {
	var p *Problem
	if errors.As(err, &p) {
		switch p.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	return errors.As(err, new(*lostError))
}

// neverSent says that an attempt failed before anything left this machine, so that repeating it is always safe.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// lostError is an attempt without a whole answer: no connection, a broken one, or none in time.
type lostError struct{ error }

func (e *lostError) Unwrap() error { return e.error }
