package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// homeLock keeps a second process off a home folder whose SQLite file this one works on: two dispatchers with an in-process
// queue each would both believe that they hand out all jobs. The kernel drops the lock when the process ends, however it ends.
type homeLock struct{ file *os.File }

// lockHome takes the lock, or says who holds it.
func lockHome(home string) (*homeLock, error) {
	path := filepath.Join(home, "lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the home folder: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := os.ReadFile(path) // an unreadable one is an unknown one
		_ = file.Close()               // nothing was written
		who := strings.TrimSpace(string(holder))
		if who == "" {
			who = "another process"
		}
		return nil, fmt.Errorf("%w: %s works on %s; stop it, or name another folder with --home", ErrHomeInUse, who, home)
	}
	if err != nil {
		_ = file.Close() // the first error is the one to tell
		return nil, fmt.Errorf("lock the home folder: %w", err)
	}
	text := fmt.Sprintf("process %d (%s, since %s)\n", os.Getpid(), filepath.Base(os.Args[0]), time.Now().Format(time.DateTime))
	if err := file.Truncate(0); err == nil {
		_, _ = file.WriteAt([]byte(text), 0) // only the text of a message would suffer
	}
	return &homeLock{file}, nil
}

// ErrHomeInUse says that another process works on the home folder.
var ErrHomeInUse = errors.New("home folder in use")

// release gives the lock back; nil holds none.
func (l *homeLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
