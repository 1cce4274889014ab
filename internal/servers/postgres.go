package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Postgres is a running private PostgreSQL server.
type Postgres struct {
	// URL names the server's empty database and its superuser with the password.
	URL     string
	process *process
}

// StartPostgres makes a new cluster and starts a server on it, ready to answer. It takes about 1–4 s, most of it initdb.
func StartPostgres(ctx context.Context, opts Options) (*Postgres, error) {
	initdb, err := find("initdb")
	if err != nil {
		return nil, err
	}
	postgres, err := find("postgres")
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := workFolder("quartermaster-pg-", who)
	if err != nil {
		return nil, err
	}
	p := &starting{dir: dir, who: who, password: secret(), opts: opts}
	if err := p.initdb(ctx, initdb); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	for try := 1; ; try++ {
		pg, err := p.start(ctx, postgres)
		if err == nil {
			return pg, nil
		}
		if try == startTries || ctx.Err() != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
}

// Stop ends the server at once and removes its data. It may be called twice, and on nil.
func (p *Postgres) Stop() error {
	if p == nil {
		return nil
	}
	return p.process.stop()
}

// starting is a cluster on its way to a running server.
type starting struct {
	dir      string
	who      *account
	password string
	opts     Options
}

func (s *starting) data() string { return filepath.Join(s.dir, "data") }

func (s *starting) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = s.dir // ours may be closed to the other user
	cmd.Env = []string{"HOME=" + s.dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = attributes(s.who, syscall.SIGQUIT)
	return cmd
}

func (s *starting) initdb(ctx context.Context, path string) error {
	secretFile := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secretFile, []byte(s.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("servers: write the password of a private PostgreSQL: %w", err)
	}
	if s.who != nil {
		if err := os.Chown(secretFile, s.who.uid, s.who.gid); err != nil {
			return fmt.Errorf("servers: give the password file to user %s: %w", s.who.name, err)
		}
	}
	out, err := s.command(ctx, path, "--pgdata="+s.data(), "--username=quartermaster", "--pwfile="+secretFile,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("servers: initdb for a private PostgreSQL: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (s *starting) start(ctx context.Context, path string) (*Postgres, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	durable := "off"
	if s.opts.Fsync {
		durable = "on"
	}
	sockets := s.dir
	if len(sockets) > 80 {
		sockets = "" // a socket's path may have 107 bytes; the port is enough
	}
	args := []string{
		"-D", s.data(), "-p", strconv.Itoa(port), "-k", sockets,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=64MB",
		"-c", "fsync=" + durable, "-c", "synchronous_commit=" + durable, "-c", "full_page_writes=" + durable,
	}
	logPath := filepath.Join(s.dir, "log")
	// The server outlives ctx, which bounds the start alone.
	proc, err := launch(s.command(context.WithoutCancel(ctx), path, args...), s.dir, logPath, syscall.SIGQUIT)
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx, proc); err != nil {
		_ = proc.cmd.Process.Signal(syscall.SIGQUIT) // it may have ended by itself
		<-proc.exited
		return nil, fmt.Errorf("%w\n%s", err, tail(logPath))
	}
	url := fmt.Sprintf("postgres://quartermaster:%s@127.0.0.1:%d/postgres?sslmode=disable", s.password, port)
	return &Postgres{URL: url, process: proc}, nil
}

// ready waits until the server writes "ready" into its pid file, which is how pg_ctl knows.
func (s *starting) ready(ctx context.Context, proc *process) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("servers: start a private PostgreSQL: %w", ctx.Err())
		case <-proc.exited:
			return errors.New("servers: the private PostgreSQL ended while starting; its log says")
		case <-limit:
			return errors.New("servers: the private PostgreSQL was not ready within 60 s; its log says")
		case <-tick.C:
			data, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
			if err != nil {
				continue
			}
			lines := strings.Split(strings.TrimSpace(string(data)), "\n")
			if strings.TrimSpace(lines[len(lines)-1]) == "ready" {
				return nil
			}
		}
	}
}
