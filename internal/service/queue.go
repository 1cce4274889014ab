package service

import (
	"context"
	"fmt"
	"strings"
)

// Queue carries the names of jobs to workers. It may lose, repeat and reorder them: the store alone knows what is to be
// done, and a job whose name was lost is sent again.
type Queue interface {
	// Push hands over names. After an error any of them may have arrived.
	Push(ctx context.Context, items []QueueItem) error
	// Waiting counts the names that lie in the queue and were not given to a handler yet.
	Waiting(ctx context.Context) (int, error)
	// Consume calls handle for each name that arrives, at most concurrency at a time, more urgent bands first, until ctx
	// ends; then it waits for the calls under way and returns nil. It keeps trying while the server cannot be reached.
	// handle gets a context that is not ctx: it is for the caller to end the calls under way.
	Consume(ctx context.Context, concurrency int, handle func(ref Ref)) error
	// Close frees connections; it may be called twice.
	Close() error
}

// QueueItem is one name on its way, with its job's priority.
type QueueItem struct {
	Ref
	Priority int
}

// String gives "tenant/id".
func (r Ref) String() string { return r.Tenant + "/" + r.ID }

// ParseRef reads what Ref.String wrote. The last slash divides, since ids have none.
func ParseRef(s string) (Ref, error) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 || i == len(s)-1 {
		return Ref{}, fmt.Errorf("%w: job reference %q is not tenant/id", ErrInvalid, s)
	}
	return Ref{Tenant: s[:i], ID: s[i+1:]}, nil
}
