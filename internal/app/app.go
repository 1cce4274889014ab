// Package app puts the program together and decides how long its parts live.
//
// Takes a Config and gives an App: home folder with its lock, store, queue, runner and HTTP server, started by role and
// stopped in order. Method: what is opened is noted and closed in the opposite order, once. Never: it decides nothing about
// the business, and reads neither flags nor environment.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"quartermaster/api/server"
	"quartermaster/internal/config"
	"quartermaster/internal/queue"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
	"quartermaster/internal/tracing"
)

// Tenant owns all facts and plans: an installation serves one business so far.
const Tenant = "main"

// App is the program with its parts.
type App struct {
	Config   config.Config
	Log      *slog.Logger
	Store    *store.Store
	Access   *service.Access // who may do what
	Personal *service.Personal
	Webhooks *service.SealedWebhooks
	Queue    *queue.Queue    // nil before Start
	Runner   *service.Runner // nil before Start
	Server   *server.Server  // nil before Start, or without the API's role
	Version  string

	web        *web
	tracer     *tracing.Tracer // nil = off
	moved      bool
	unguarded  bool
	monitoring string
	mu         sync.Mutex
	closers    []func() error // in the order of opening
	closed     bool
}

// Open takes the home folder and opens the store. A SQLite file is brought up to date at once; a shared PostgreSQL only by
// Migrate, since other processes may be working on it.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	a := &App{Config: cfg, Log: log}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	if a.Config.SQLite() {
		if err := os.MkdirAll(a.Config.Home, 0o700); err != nil {
			return fmt.Errorf("make the home folder: %w", err)
		}
		lock, err := lockHome(a.Config.Home)
		if err != nil {
			return err
		}
		a.onClose(lock.release)
	}
	if err := a.openStore(ctx); err != nil {
		return err
	}
	if a.Config.SQLite() {
		_, err := a.Migrate(ctx)
		return err
	}
	return nil
}

func (a *App) openStore(ctx context.Context) error {
	var err error
	if a.Store, err = store.Open(ctx, StoreAddress(a.Config)); err != nil {
		return err
	}
	a.onClose(a.Store.Close)
	a.Access = &service.Access{Store: a.Store}
	keys, err := service.ParseMasterKeys(a.Config.EncryptionKey)
	if err != nil {
		return fmt.Errorf("QUARTERMASTER_ENCRYPTION_KEY: %w", err)
	}
	a.Personal = &service.Personal{Store: a.Store, Orders: a.Store, Keys: keys}
	a.Webhooks = &service.SealedWebhooks{WebhookStore: a.Store, Keys: keys}
	return nil
}

// StoreAddress is where the truth is kept, as the store takes it.
func StoreAddress(cfg config.Config) string {
	if cfg.SQLite() {
		return "sqlite://" + filepath.Join(cfg.Home, DataFile)
	}
	return cfg.Store
}

// DataFile is the SQLite file in the home folder.
const DataFile = "quartermaster.db"

// Migrate brings the tables up to date and tells how many steps it took.
func (a *App) Migrate(ctx context.Context) (int, error) { return a.Store.Migrate(ctx) }

// Migrated refuses a store whose tables are not what this program needs.
func (a *App) Migrated(ctx context.Context) error {
	if err := a.Store.Fits(ctx); err != nil {
		return err
	}
	steps, err := a.Store.Pending(ctx)
	if err != nil {
		return err
	}
	if steps > 0 {
		return fmt.Errorf("the store's tables are %d steps behind this program: run quartermaster migrate", steps)
	}
	return nil
}

// onClose notes what Close must do.
func (a *App) onClose(f func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closers = append(a.closers, f)
}

// Close stops and frees everything, last opened first. It may be called twice.
func (a *App) Close() error {
	a.mu.Lock()
	closers := a.closers
	a.closers, a.closed = nil, true
	a.mu.Unlock()
	var errs []error
	for i := len(closers) - 1; i >= 0; i-- {
		errs = append(errs, closers[i]())
	}
	return errors.Join(errs...)
}

func (a *App) isClosed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.closed
}

func (a *App) concurrency() int {
	if a.Config.Concurrency > 0 {
		return a.Config.Concurrency
	}
	return runtime.NumCPU()
}
