package live

import (
	"context"
	"errors"
	"fmt"
	"os"

	"quartermaster/internal/queue"
	"quartermaster/internal/store"
)

// The tenants who own the jobs of these benches, so that the runs do not count each other's.
const (
	rateTenant = "bench-rate"
	killTenant = "bench-kill"
)

// place is a pair of store and queue.
type place struct {
	store string // address as store.Open takes it
	redis string // as queue.Open takes it; empty = inside the process
}

// openStore connects and brings the tables up to date.
func (p place) openStore(ctx context.Context) (*store.Store, error) {
	s, err := store.Open(ctx, p.store)
	if err != nil {
		return nil, err
	}
	if _, err := s.Migrate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (p place) openQueue() (*queue.Queue, error) {
	if p.redis == "" {
		return queue.OpenInside(queue.Options{})
	}
	return queue.Open(p.redis, queue.Options{})
}

// inFolder runs something in a folder that is removed afterwards.
func inFolder(do func(dir string) error) error {
	dir, err := os.MkdirTemp("", "quartermaster-bench-")
	if err != nil {
		return fmt.Errorf("make a folder for the bench: %w", err)
	}
	return errors.Join(do(dir), os.RemoveAll(dir))
}
