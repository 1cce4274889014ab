package live

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// child is a worker process: this program under its hidden verb.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser // open as long as it shall live
	stderr bytes.Buffer
}

// startChild starts a worker and waits until it works.
func startChild(ctx context.Context, orders workerOrders) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	c := &child{cmd: exec.CommandContext(ctx, self, WorkerVerb)}
	c.cmd.Stderr = &c.stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	if err := json.NewEncoder(c.stdin).Encode(orders); err != nil {
		return nil, c.failed(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ready" {
		return nil, c.failed(fmt.Errorf("it said %q", line))
	}
	return c, nil
}

// failed ends a worker that did not come up and tells what it said.
func (c *child) failed(err error) error {
	_ = c.cmd.Process.Kill() // it may have ended by itself
	_ = c.cmd.Wait()         // how it ended does not matter any more
	return fmt.Errorf("a worker did not start: %w\n%s", err, strings.TrimSpace(c.stderr.String()))
}

// kill ends the worker as a power cut would. A worker that had ended by itself is an error: the run would prove nothing.
func (c *child) kill() error {
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		return fmt.Errorf("a worker had ended by itself: %w\n%s", err, strings.TrimSpace(c.stderr.String()))
	}
	err := c.cmd.Wait()
	if status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return nil
	}
	return fmt.Errorf("a worker had ended by itself: %w\n%s", err, strings.TrimSpace(c.stderr.String()))
}

// end lets the worker end by itself, as its input does.
func (c *child) end() error {
	_ = c.stdin.Close() // if it has ended already, Wait tells how
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("a worker ended badly: %w\n%s", err, strings.TrimSpace(c.stderr.String()))
	}
	return nil
}

// peakMB is the largest resident size of a worker that has ended, in 2^20 bytes.
func (c *child) peakMB() float64 {
	u, ok := c.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	kb := float64(u.Maxrss)
	if runtime.GOOS == "darwin" { // which counts bytes
		kb /= 1024
	}
	return kb / 1024
}
