package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"
)

// ended says whether a job in a state will stay in it, unless somebody queues it afresh.
func ended(state string) bool {
	switch state {
	case "done", "failed", "cancelled", "quarantined":
		return true
	}
	return false
}

// follow looks until what it looks at has ended, with growing pauses in between.
func follow[T any](ctx context.Context, c *Client, seen func(T), look func() (T, http.Header, bool, error)) (T, error) {
	pauses := c.backoff(1.5)
	for {
		now, header, end, err := look()
		if err != nil {
			return now, err
		}
		if seen != nil {
			seen(now)
		}
		if end {
			return now, nil
		}
		asked := min(retryAfter(header, time.Now()), c.options.LongestRetryAfter)
		if err := sleep(ctx, pauses.pause(asked)); err != nil {
			return now, fmt.Errorf("client: wait for the end: %w", err)
		}
	}
}

// pages goes through a list page by page.
func pages[T any](page func(cursor string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := ""; ; {
			items, next, err := page(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" || next == cursor { // a list that leads back to itself would have no end
				return
			}
			cursor = next
		}
	}
}
