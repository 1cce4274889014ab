package servers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// InstallVariable is the environment variable that forbids Install when it is "0".
const InstallVariable = "QUARTERMASTER_INSTALL"

// Install brings the missing programs onto this machine from the distribution's packages, where that is possible and
// allowed; what apt-get prints goes to log. With nothing missing it does nothing. An error says what to do by hand.
func Install(ctx context.Context, log io.Writer) error {
	packages := missingPackages()
	if len(packages) == 0 {
		return nil
	}
	byHand := "install them yourself: apt-get install " + strings.Join(packages, " ")
	if os.Getenv(InstallVariable) == "0" {
		return fmt.Errorf("servers: %s missing and %s=0 forbids installing; %s", strings.Join(packages, ", "), InstallVariable, byHand)
	}
	apt, err := aptGet()
	if err != nil {
		return fmt.Errorf("%w; %s", err, byHand)
	}
	install := append(slices.Clone(apt), "install", "--yes", "--no-install-recommends")
	install = append(install, packages...)
	if err := run(ctx, log, install); err != nil {
		// A machine that is new has no package lists yet.
		if err := run(ctx, log, append(slices.Clone(apt), "update")); err != nil {
			return fmt.Errorf("servers: apt-get update: %w; %s", err, byHand)
		}
		if err := run(ctx, log, install); err != nil {
			return fmt.Errorf("servers: apt-get install %s: %w; %s", strings.Join(packages, " "), err, byHand)
		}
	}
	if left := Missing(); len(left) > 0 {
		return errors.New(strings.Join(left, "; "))
	}
	return nil
}

// missingPackages lists the Debian packages of the programs that are not here, each once.
func missingPackages() []string {
	var out []string
	for _, p := range programs {
		if _, err := find(p.name); err != nil && !slices.Contains(out, p.debian) {
			out = append(out, p.debian)
		}
	}
	return out
}

// aptGet returns the start of a command line that may install packages without asking anybody anything.
func aptGet() ([]string, error) {
	path, err := exec.LookPath("apt-get")
	if err != nil {
		return nil, errors.New("servers: no apt-get on this machine")
	}
	if os.Geteuid() == 0 {
		return []string{path}, nil
	}
	sudo, err := exec.LookPath("sudo")
	if err != nil {
		return nil, errors.New("servers: installing needs root, and there is no sudo")
	}
	if err := exec.Command(sudo, "-n", "true").Run(); err != nil {
		return nil, errors.New("servers: installing needs root, and sudo asks for a password")
	}
	return []string{sudo, "-n", path}, nil
}

func run(ctx context.Context, log io.Writer, args []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	// RUNLEVEL=1 keeps the packages from starting the distribution's own servers where systemd does not rule.
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
	cmd.Stdout, cmd.Stderr = log, log
	return cmd.Run()
}
