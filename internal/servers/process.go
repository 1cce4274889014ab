package servers

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// account is a user of this machine that a server runs as.
type account struct {
	name     string
	uid, gid int
}

// unprivileged returns who PostgreSQL shall run as: nil (ourselves) unless we are root, which PostgreSQL refuses.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return &account{name: name, uid: uid, gid: gid}, nil
		}
	}
	return nil, fmt.Errorf("servers: PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody to run it as")
}

// process is a child with its own folder, which goes when the child does.
type process struct {
	cmd    *exec.Cmd
	dir    string
	quit   syscall.Signal // asks for an orderly end
	exited chan struct{}
	once   sync.Once
}

// launch starts cmd with its output in the file at logPath.
func launch(cmd *exec.Cmd, dir, logPath string, quit syscall.Signal) (*process, error) {
	log, err := os.Create(logPath)
	if err != nil {
		return nil, fmt.Errorf("servers: open the log of %s: %w", cmd.Path, err)
	}
	defer log.Close() // the child keeps its own copy
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("servers: start %s: %w", cmd.Path, err)
	}
	p := &process{cmd: cmd, dir: dir, quit: quit, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended does not matter: it is wanted gone, or its log says why it went
		close(p.exited)
	}()
	return p, nil
}

// stop ends the child, first politely, and removes its folder.
func (p *process) stop() error {
	var err error
	p.once.Do(func() {
		_ = p.cmd.Process.Signal(p.quit) // it may be gone already
		select {
		case <-p.exited:
		case <-time.After(10 * time.Second):
			_ = p.cmd.Process.Kill()
			<-p.exited
		}
		err = os.RemoveAll(p.dir)
	})
	return err
}
