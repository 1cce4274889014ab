package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/config"
	"quartermaster/internal/service"
)

// MemberVerb is the hidden verb under which the program is one process of a bench's installation.
const MemberVerb = "chaosmember"

// memberOrders say what a process is to be.
type memberOrders struct {
	Role                     config.Role
	Listen, Store, Redis     string
	DrainMs, DrainDelayMs    int
	Concurrency, MaxQueueAge int
}

func (o memberOrders) config(home string) config.Config {
	cfg := config.Default()
	cfg.Home, cfg.Role, cfg.Listen, cfg.Store, cfg.Redis = home, o.Role, o.Listen, o.Store, o.Redis
	cfg.Drain, cfg.DrainDelay = time.Duration(o.DrainMs)*time.Millisecond, time.Duration(o.DrainDelayMs)*time.Millisecond
	cfg.Concurrency = o.Concurrency
	return cfg
}

// Member is one process of an installation: it reads its orders, says when it works, and ends in order when told to by
// SIGTERM or when nobody holds its input any more.
func Member(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	lines := bufio.NewReader(in)
	text, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s: read the orders: %w", MemberVerb, err)
	}
	var orders memberOrders
	if err := json.Unmarshal(text, &orders); err != nil {
		return fmt.Errorf("%s: read the orders: %w", MemberVerb, err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	return inFolder(func(dir string) error {
		a, err := app.Open(ctx, orders.config(dir), log)
		if err != nil {
			return err
		}
		if err := a.Start(ctx, app.StartOptions{Planning: &service.Planning{}}); err != nil {
			return errors.Join(err, a.Close())
		}
		fmt.Fprintln(out, "ready")
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = io.Copy(io.Discard, lines) // ends with whoever started us
		}()
		select {
		case <-ctx.Done():
		case <-gone:
		}
		return a.Close()
	})
}

// member is a running process of an installation.
type member struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

// startMember starts a process and waits until it works.
func startMember(ctx context.Context, orders memberOrders) (*member, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	m := &member{cmd: exec.CommandContext(ctx, self, MemberVerb)}
	var said strings.Builder
	m.cmd.Stderr = &said
	stdin, err := m.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	m.stdin = stdin
	stdout, err := m.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a process: %w", err)
	}
	if err := json.NewEncoder(stdin).Encode(orders); err == nil {
		var line string
		if line, err = bufio.NewReader(stdout).ReadString('\n'); err == nil && line == "ready\n" {
			return m, nil
		}
	}
	_ = m.cmd.Process.Kill() // it may have ended by itself
	_ = m.cmd.Wait()         // how does not matter any more
	return nil, fmt.Errorf("a process of role %s did not start: %s", orders.Role, strings.TrimSpace(said.String()))
}

// stop tells the process to end in order, and waits until it has.
func (m *member) stop() error {
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	err := m.cmd.Wait()
	_ = m.stdin.Close() // its other end is gone
	if err != nil {
		return fmt.Errorf("a process did not end in order: %w", err)
	}
	return nil
}
