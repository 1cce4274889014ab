package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Redis is a running private Redis server that keeps everything in memory.
type Redis struct {
	// URL names the server with its password.
	URL      string
	port     int
	password string
	process  *process
}

// StartRedis starts a server without persistence, ready to answer.
func StartRedis(ctx context.Context) (*Redis, error) {
	path, err := find("redis-server")
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		r, err := startRedis(ctx, path)
		if err == nil {
			return r, nil
		}
		if try == startTries || ctx.Err() != nil {
			return nil, err
		}
	}
}

// Stop ends the server and forgets its data. It may be called twice, and on nil.
func (r *Redis) Stop() error {
	if r == nil {
		return nil
	}
	return r.process.stop()
}

func startRedis(ctx context.Context, path string) (*Redis, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := workFolder("quartermaster-redis-", nil)
	if err != nil {
		return nil, err
	}
	password := secret()
	// The settings go through standard input, so that the password shows in no list of processes.
	settings := fmt.Sprintf("bind 127.0.0.1\nport %d\nsave \"\"\nappendonly no\ndir %q\nrequirepass %s\ndaemonize no\n", port, dir, password)
	cmd := exec.CommandContext(context.WithoutCancel(ctx), path, "-")
	cmd.Stdin = strings.NewReader(settings)
	cmd.Dir = dir
	cmd.SysProcAttr = attributes(nil, syscall.SIGKILL)
	logPath := filepath.Join(dir, "log")
	proc, err := launch(cmd, dir, logPath, syscall.SIGTERM)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := awaitRedis(ctx, proc, port, password); err != nil {
		err = fmt.Errorf("%w\n%s", err, tail(logPath))
		return nil, errors.Join(err, proc.stop())
	}
	url := fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", password, port)
	return &Redis{URL: url, port: port, password: password, process: proc}, nil
}

// awaitRedis waits until the server takes our password, which also proves that it is ours.
func awaitRedis(ctx context.Context, proc *process, port int, password string) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("servers: start a private Redis: %w", ctx.Err())
		case <-proc.exited:
			return errors.New("servers: the private Redis ended while starting; its log says")
		case <-limit:
			return errors.New("servers: the private Redis was not ready within 30 s; its log says")
		case <-tick.C:
			if redisAnswers(port, password) {
				return nil
			}
		}
	}
}

// FlushAll makes the server forget everything at once, as a lost Redis would have.
func (r *Redis) FlushAll() error {
	if err := redisCommand(r.port, r.password, "FLUSHALL"); err != nil {
		return fmt.Errorf("servers: flush the private Redis: %w", err)
	}
	return nil
}

func redisAnswers(port int, password string) bool {
	return redisCommand(port, password, "PING") == nil
}

// redisCommand says one word to the server and wants it taken. A client library would be a lot for two words.
func redisCommand(port int, password, command string) error {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // a socket just opened takes a deadline
	answers := bufio.NewReader(c)
	for _, line := range []string{"AUTH " + password, command} {
		if _, err := fmt.Fprintf(c, "%s\r\n", line); err != nil {
			return err
		}
		answer, err := answers.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(answer, "+") {
			return errors.New(strings.TrimSpace(answer))
		}
	}
	return nil
}
