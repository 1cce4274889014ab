package app

import (
	"context"
	"fmt"

	"quartermaster/internal/service"
)

// live gives each tenant's streets under the conditions that hold.
func (a *App) live(planning *service.Planning) *service.Streets {
	return &service.Streets{Base: planning.Roads, Store: a.Store, Workers: a.concurrency(), Log: a.Log}
}

// streets gives maps the streets that plans are made on. A process that only hands jobs out starts without any; it reads
// those of its settings when the first map is looked at, and whoever does not wait for them is told to come again.
func (a *App) streets(planning *service.Planning) func(ctx context.Context) (*service.Streets, error) {
	if planning.Roads != nil {
		return func(context.Context) (*service.Streets, error) { return planning.Live, nil }
	}
	reading, stop := context.WithCancel(context.Background())
	wanted, done := make(chan struct{}, 1), make(chan struct{})
	var streets *service.Streets
	var failed error
	go func() {
		defer close(done)
		select {
		case <-wanted:
		case <-reading.Done():
			return
		}
		loaded, err := LoadPlanning(reading, a.Config.Streets, a.Config.Home)
		if failed = err; err == nil {
			streets = a.live(loaded)
		}
	}()
	a.onClose(func() error {
		stop()
		<-done
		return nil
	})
	return func(ctx context.Context) (*service.Streets, error) {
		select {
		case wanted <- struct{}{}:
		default: // somebody has asked before
		}
		select {
		case <-done:
			return streets, failed
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: the streets are still being read", service.ErrUnavailable)
		}
	}
}
