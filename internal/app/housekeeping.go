package app

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"quartermaster/api/server"
	"quartermaster/internal/service"
)

// startHousekeeping removes what is old, while this process hands out jobs.
func (a *App) startHousekeeping() {
	h := &service.Housekeeping{
		Store: a.Store, KeepJobs: a.Config.KeepJobs, KeepPlans: a.Config.KeepPlans, Also: a.Access.Flush, Log: a.Log,
	}
	if a.Config.Archive != "" {
		h.Archive = archive{a.Config.Archive}.add
	}
	h.Start()
	a.onClose(h.Close)
}

// archive keeps what housekeeping removes: one file a kind and month, NDJSON, each batch a gzip member of its own, which
// tools read as one file (RFC 1952, section 2.2).
type archive struct{ folder string }

func (a archive) add(kind, tenant string, document any) error {
	line, err := json.Marshal(map[string]any{"tenant": tenant, kind: document})
	if err != nil {
		return fmt.Errorf("archive a %s: %w", kind, err)
	}
	if err := os.MkdirAll(a.folder, 0o700); err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}
	name := filepath.Join(a.folder, fmt.Sprintf("%ss-%s.ndjson.gz", kind, time.Now().UTC().Format("2006-01")))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the archive: %w", err)
	}
	z := gzip.NewWriter(f)
	_, err = z.Write(append(line, '\n'))
	// What is in no archive yet stays in the store, so that the file must be on the disk before the rows go.
	if err := errors.Join(err, z.Close(), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the archive %s: %w", name, err)
	}
	return nil
}

// startMetrics serves /metrics and health on an address of their own: workers have no other.
func (a *App) startMetrics() error {
	if a.Config.MetricsListen == "" {
		return nil
	}
	l, _, err := listen(a.Config.MetricsListen, false)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	if a.Server != nil {
		mux.Handle("GET /metrics", a.Server.MetricsHandler())
		mux.Handle("GET /readyz", a.Server)
	} else {
		mux.Handle("GET /metrics", server.MetricsOf(a.Store, a.Store.Pool, a.Log))
		mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
			if err := a.Ready(r.Context()); err != nil {
				http.Error(w, "not ready; the log says more", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprintln(w, "ready")
		})
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	monitoring := serve(l, mux, nil, a.Log)
	a.monitoring = l.Addr().String()
	a.onClose(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		return monitoring.stop(ctx)
	})
	return nil
}

// Monitoring is where metrics and health are answered alone, "" for nowhere.
func (a *App) Monitoring() string { return a.monitoring }
