package command

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"quartermaster/internal/servers"
)

// The variables by which tests find the servers that testservers started.
const (
	testPostgresVariable = "QUARTERMASTER_TEST_POSTGRES"
	testRedisVariable    = "QUARTERMASTER_TEST_REDIS"
)

// testserversVerb runs a command with private servers around it.
type testserversVerb struct {
	Command []string `arg:"" passthrough:"" name:"command" help:"The command and its arguments, after --."`
}

func (testserversVerb) Help() string {
	return `Installs PostgreSQL and Redis from the distribution's packages when they are absent and QUARTERMASTER_INSTALL is not 0, starts both privately on loopback, names them to the command in QUARTERMASTER_TEST_POSTGRES and QUARTERMASTER_TEST_REDIS, and stops both when the command has ended. Its exit code is the command's.

Example:

    quartermaster testservers -- go test ./internal/store/...`
}

func (v testserversVerb) Run(r *run) error {
	command := v.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return usageError{errors.New("testservers: no command was given, as in: quartermaster testservers -- go test ./internal/store")}
	}
	if err := r.installServers(); err != nil {
		return err
	}
	pair, err := servers.Start(r.ctx, servers.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = pair.Stop() }() // their data is worth nothing any more
	cmd := exec.CommandContext(r.ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r.streams.In, r.streams.Out, r.streams.Err
	cmd.Env = append(os.Environ(), testPostgresVariable+"="+pair.Postgres.URL, testRedisVariable+"="+pair.Redis.URL)
	// A group of its own, so that what the command started ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exitError{code: exit.ExitCode()} // it has said itself what went wrong
	}
	return err
}

// installServers brings what is missing, telling what it does; the packages' own chatter goes to a file.
func (r *run) installServers() error {
	missing := servers.Missing()
	if len(missing) == 0 {
		return nil
	}
	log, err := os.CreateTemp("", "quartermaster-install-*.log")
	if err != nil {
		return fmt.Errorf("testservers: open a log for the installation: %w", err)
	}
	defer log.Close()
	fmt.Fprintf(r.streams.Err, "installing what the tests need (%s=0 forbids it; log in %s):\n  %s\n",
		servers.InstallVariable, log.Name(), strings.Join(missing, "\n  "))
	return servers.Install(r.ctx, log)
}
