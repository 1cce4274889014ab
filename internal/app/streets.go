package app

import (
	"context"
	"fmt"

	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

// streets gives maps the streets that plans are made on. A process that only hands jobs out starts without any; it reads
// those of its settings when the first map is looked at, and whoever does not wait for them is told to come again.
func (a *App) streets(planning *service.Planning) func(ctx context.Context) (*road.Graph, error) {
	if planning.Roads != nil {
		return func(context.Context) (*road.Graph, error) { return planning.Roads, nil }
	}
	reading, stop := context.WithCancel(context.Background())
	wanted, done := make(chan struct{}, 1), make(chan struct{})
	var graph *road.Graph
	var failed error
	go func() {
		defer close(done)
		select {
		case <-wanted:
		case <-reading.Done():
			return
		}
		loaded, err := LoadPlanning(reading, a.Config.Streets)
		if failed = err; err == nil {
			graph = loaded.Roads
		}
	}()
	a.onClose(func() error {
		stop()
		<-done
		return nil
	})
	return func(ctx context.Context) (*road.Graph, error) {
		select {
		case wanted <- struct{}{}:
		default: // somebody has asked before
		}
		select {
		case <-done:
			return graph, failed
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: the streets are still being read", service.ErrUnavailable)
		}
	}
}
