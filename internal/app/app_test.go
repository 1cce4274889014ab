package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/config"
	"quartermaster/internal/service"
)

func settings(t *testing.T) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Home, cfg.Listen, cfg.Drain = filepath.Join(t.TempDir(), "home"), "127.0.0.1:0", 5*time.Second
	return cfg
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// A program on an empty home folder starts, answers, and stops; it may be closed twice and started again on its data.
func TestLife(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	for range 2 {
		a, err := Open(t.Context(), cfg, quiet())
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Start(t.Context(), StartOptions{Planning: &service.Planning{}}); err != nil {
			t.Fatal(err)
		}
		if err := a.Start(t.Context(), StartOptions{Planning: &service.Planning{}}); err == nil {
			t.Error("starting twice was no error")
		}
		url, _ := a.Address()
		if got := get(t, url+"/readyz"); got != "ready\n" {
			t.Errorf("readyz says %q", got)
		}
		for range 2 {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := http.Get(url + "/readyz"); err == nil {
			t.Error("answers after Close")
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A second program on the same home folder is refused and told who works there; when the first ends, it may start.
func TestHomeIsLocked(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	first, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), cfg, quiet())
	if !errors.Is(err, ErrHomeInUse) || !strings.Contains(err.Error(), "process ") || !strings.Contains(err.Error(), cfg.Home) {
		t.Errorf("the second start says %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// A busy port is an error that names it, or is replaced by a free one where that was asked for.
func TestBusyPort(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	cfg := settings(t)
	cfg.Listen = busy.Addr().String()
	for _, any := range []bool{false, true} {
		a, err := Open(t.Context(), cfg, quiet())
		if err != nil {
			t.Fatal(err)
		}
		err = a.Start(t.Context(), StartOptions{Planning: &service.Planning{}, AnyPort: any})
		url, moved := a.Address()
		switch {
		case any && (err != nil || !moved || strings.HasSuffix(url, cfg.Listen)):
			t.Errorf("with any port: %v, %v, %s", err, moved, url)
		case !any && (err == nil || !strings.Contains(err.Error(), cfg.Listen)):
			t.Errorf("without: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A doctor finds nothing wrong with a fresh home or a used one, and names what is wrong otherwise, changing nothing.
func TestExamine(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	wrong := func(cfg config.Config) string {
		var out []string
		for _, f := range Examine(t.Context(), cfg) {
			if !f.OK {
				out = append(out, f.Check+": "+f.Detail)
			}
		}
		return strings.Join(out, "; ")
	}
	if w := wrong(cfg); w != "" {
		t.Errorf("fresh: %s", w)
	}
	if _, err := os.Stat(cfg.Home); !os.IsNotExist(err) {
		t.Errorf("the doctor made the home folder: %v", err)
	}
	a, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	if w := wrong(cfg); w != "" {
		t.Errorf("beside a running program: %s", w)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Redis = "redis://127.0.0.1:1" // nobody listens on port 1
	if w := wrong(cfg); !strings.HasPrefix(w, "redis: ") {
		t.Errorf("without Redis: %q", w)
	}
	cfg.Redis, cfg.Store = "", "postgres://nobody@127.0.0.1:1/none"
	if w := wrong(cfg); !strings.HasPrefix(w, "store: ") {
		t.Errorf("without PostgreSQL: %q", w)
	}
}

// Opening what cannot be opened leaves nothing behind that would keep the next start off.
func TestFailedOpenFrees(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	if err := os.MkdirAll(cfg.Home, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(cfg.Home, DataFile)
	if err := os.WriteFile(file, []byte("this is no database at all, but long enough to be taken for one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), cfg, quiet()); err == nil {
		t.Fatal("a broken file was opened")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	a, err := Open(context.Background(), cfg, quiet())
	if err != nil {
		t.Fatalf("the lock was not given back: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
