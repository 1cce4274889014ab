package servers

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Both servers come up, answer on loopback only with the password in their address, and leave nothing behind.
func TestStartAndStop(t *testing.T) {
	t.Parallel()
	pair, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	dirs := []string{pair.Postgres.process.dir, pair.Redis.process.dir}
	addresses := []string{hostOf(t, pair.Postgres.URL), hostOf(t, pair.Redis.URL)}
	for _, a := range addresses {
		if !strings.HasPrefix(a, "127.0.0.1:") {
			t.Errorf("listens on %s, want loopback", a)
		}
		c, err := net.Dial("tcp", a)
		if err != nil {
			t.Fatalf("no answer at %s: %v", a, err)
		}
		c.Close()
	}
	if err := pair.Redis.FlushAll(); err != nil {
		t.Error(err)
	}
	for range 2 { // stopping twice is harmless
		if err := pair.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range addresses {
		if c, err := net.Dial("tcp", a); err == nil {
			c.Close()
			t.Errorf("%s still answers after Stop", a)
		}
	}
	for _, d := range dirs {
		if _, err := os.Stat(d); !os.IsNotExist(err) {
			t.Errorf("%s still exists after Stop: %v", d, err)
		}
	}
}

// A cancelled start gives an error and leaves neither process nor folder.
func TestStartCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if pg, err := StartPostgres(ctx, Options{}); err == nil {
		pg.Stop()
		t.Error("a cancelled start gave a server")
	}
}

// A program that is nowhere is named together with the package that brings it, and Install obeys the prohibition.
func TestMissingProgramSaysWhatToInstall(t *testing.T) {
	empty := t.TempDir()
	t.Setenv("PATH", empty)
	t.Setenv(InstallVariable, "0")
	_, err := StartRedis(t.Context())
	if err == nil || !strings.Contains(err.Error(), "apt-get install redis-server") {
		t.Errorf("error does not say what to install: %v", err)
	}
	var log bytes.Buffer
	err = Install(t.Context(), &log)
	if err == nil || !strings.Contains(err.Error(), "QUARTERMASTER_INSTALL=0 forbids") {
		t.Errorf("Install with the prohibition: %v", err)
	}
	if log.Len() > 0 {
		t.Errorf("Install ran something: %s", &log)
	}
}

// Of several PostgreSQL versions side by side the newest is taken: 9 is older than 16, though "9" sorts later.
func TestVersionOrder(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		"/usr/lib/postgresql/16/bin/postgres": 16,
		"/usr/lib/postgresql/9/bin/postgres":  9,
		"/usr/bin/postgres":                   0,
	} {
		if got := version(filepath.FromSlash(path)); got != want {
			t.Errorf("version(%s) = %d, want %d", path, got, want)
		}
	}
}

func hostOf(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := u.User.Password(); !ok {
		t.Errorf("no password in the address of %s", u.Host)
	}
	return u.Host
}
