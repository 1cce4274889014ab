// Package servers starts private PostgreSQL and Redis servers for tests and benches, and stops them again.
//
// Takes nothing but the programs of the distribution (initdb, postgres, redis-server), and gives addresses on loopback
// that nobody else was told. Method: a temporary folder, a random password, a free port, child processes that the kernel
// ends together with us; PostgreSQL, which refuses to run as root, is started as another user. Never: it touches no
// server that it did not start, and keeps no data: what is stopped is gone.
package servers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// Options steer how the servers are started. The zero value is right for tests.
type Options struct {
	// Fsync makes PostgreSQL wait for the disk at each commit, as in production. Default false: tests lose nothing by a
	// power cut, and a crash of a client process needs no fsync to be survived.
	Fsync bool
}

// Pair is one PostgreSQL and one Redis, both private to this process.
type Pair struct {
	Postgres *Postgres
	Redis    *Redis
}

// Start brings up both servers. It ends what it had started if one of them fails.
func Start(ctx context.Context, opts Options) (*Pair, error) {
	pg, err := StartPostgres(ctx, opts)
	if err != nil {
		return nil, err
	}
	rd, err := StartRedis(ctx)
	if err != nil {
		return nil, errors.Join(err, pg.Stop())
	}
	return &Pair{Postgres: pg, Redis: rd}, nil
}

// Stop ends both servers and removes their data. It may be called twice.
func (p *Pair) Stop() error {
	if p == nil {
		return nil
	}
	return errors.Join(p.Redis.Stop(), p.Postgres.Stop())
}

// freePort asks the kernel for a free loopback port. Another process may take it before the server does, so starters try
// again on another port.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("servers: find a free port on loopback: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// startTries is how often a server is started on another port before giving up.
const startTries = 3

// secret returns a password of 128 random bits that needs no quoting anywhere.
func secret() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// tail returns the last lines of a log for an error message.
func tail(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	const keep = 1200
	if len(data) > keep {
		data = data[len(data)-keep:]
	}
	return strings.TrimSpace(string(data))
}

// workFolder makes an empty folder that the given user owns and can reach; nil is ourselves.
func workFolder(name string, who *account) (string, error) {
	base := os.TempDir()
	if who != nil && !reachable(base) {
		base = "/tmp" // TMPDIR may lie in a folder of root's own
	}
	dir, err := os.MkdirTemp(base, name)
	if err != nil {
		return "", fmt.Errorf("servers: make a folder for a private server: %w", err)
	}
	if who != nil {
		if err := os.Chown(dir, who.uid, who.gid); err != nil {
			err = fmt.Errorf("servers: give %s to user %s: %w", filepath.Base(dir), who.name, err)
			return "", errors.Join(err, os.RemoveAll(dir))
		}
	}
	return dir, nil
}

// reachable says whether every user may pass through a folder and all above it.
func reachable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
