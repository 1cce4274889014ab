package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"quartermaster/internal/config"
	"quartermaster/internal/queue"
	"quartermaster/internal/store"
)

// Finding is one thing that Examine looked at.
type Finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	// Warning: nothing is kept from working by it, and it should be looked at.
	Warning bool   `json:"warning,omitempty"`
	Detail  string `json:"detail"` // what was found, or what is wrong and what to do
}

// Limits beyond which Examine complains.
const (
	leastFreeBytes = 1 << 30
	longestQueue   = 10 * time.Minute
	examineWait    = 10 * time.Second
	worstClock     = 2 * time.Second
)

// Examine looks at an installation without changing its data; it may run beside it.
func Examine(ctx context.Context, cfg config.Config) []Finding {
	ctx, cancel := context.WithTimeout(ctx, examineWait)
	defer cancel()
	findings := []Finding{examineHome(cfg.Home), examineDisk(cfg.Home)}
	findings = append(findings, examineTLS(cfg), examineEncryption(cfg))
	findings = append(findings, examineStore(ctx, cfg)...)
	return append(findings, examineRedis(ctx, cfg))
}

func finding(check string, err error, format string, args ...any) Finding {
	if err != nil {
		return Finding{Check: check, Detail: err.Error()}
	}
	return Finding{Check: check, OK: true, Detail: fmt.Sprintf(format, args...)}
}

func examineHome(home string) Finding {
	const check = "home folder"
	probe, err := os.CreateTemp(existing(home), ".doctor-*")
	if err != nil {
		return finding(check, fmt.Errorf("cannot be written: %w", err), "")
	}
	err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	if existing(home) != home {
		return finding(check, err, "%s will be made at the first start", home)
	}
	return finding(check, err, "%s can be written", home)
}

// existing is the closest folder above path, or path itself, that is there.
func existing(path string) string {
	for {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
		parent := filepath.Dir(path)
		if parent == path {
			return path
		}
		path = parent
	}
}

func examineDisk(home string) Finding {
	const check = "free disk"
	var fs syscall.Statfs_t
	if err := syscall.Statfs(existing(home), &fs); err != nil {
		return finding(check, fmt.Errorf("cannot be read: %w", err), "")
	}
	free := fs.Bavail * uint64(fs.Bsize)
	var err error
	if free < leastFreeBytes {
		err = fmt.Errorf("%d MB left at %s; free some, 1 GB at least", free>>20, home)
	}
	return finding(check, err, "%d GB at %s", free>>30, existing(home))
}

func examineStore(ctx context.Context, cfg config.Config) []Finding {
	const check = "store"
	if cfg.SQLite() {
		if _, err := os.Stat(filepath.Join(cfg.Home, DataFile)); errors.Is(err, os.ErrNotExist) {
			return []Finding{finding(check, nil, "no data yet; the first start makes the file")}
		}
	}
	s, err := store.Open(ctx, StoreAddress(cfg))
	if err != nil {
		return []Finding{finding(check, err, "")}
	}
	defer s.Close()
	findings := []Finding{finding(check, nil, "%s answers", s.Name())}
	return append(findings, examineClock(ctx, s.Now), examineSchema(ctx, s), examineJobs(ctx, s), examineWall(ctx, s), examineKeys(ctx, s, cfg), examineWebhooks(ctx, s, cfg))
}

// examineClock compares this machine's clock with the database's. Leases go by the database's alone, but jobs of the same
// priority and plans are ordered by ids that each machine makes by its own clock.
func examineClock(ctx context.Context, databaseNow func(context.Context) (us int64, err error)) Finding {
	const check = "clock"
	asked := time.Now()
	us, err := databaseNow(ctx)
	if err != nil {
		return finding(check, err, "")
	}
	took := time.Since(asked) // the answer was made somewhen in it
	off := time.UnixMicro(us).Sub(asked.Add(took / 2)).Round(time.Millisecond)
	if off.Abs() > worstClock+took/2 {
		side := "ahead of"
		if off > 0 {
			side = "behind"
		}
		err = fmt.Errorf("this machine's clock is %v %s the database's: set it, by NTP best", off.Abs(), side)
	}
	return finding(check, err, "within %v of the database's", max(off.Abs(), time.Millisecond))
}

func examineSchema(ctx context.Context, s *store.Store) Finding {
	steps, err := s.Pending(ctx)
	if err == nil {
		err = s.Fits(ctx)
	}
	if err == nil && steps > 0 {
		err = fmt.Errorf("%d steps behind this program: run quartermaster migrate", steps)
	}
	return finding("tables", err, "up to date")
}

func examineJobs(ctx context.Context, s *store.Store) Finding {
	stats, err := s.JobStats(ctx, "")
	if err != nil {
		return finding("jobs", err, "")
	}
	age := time.Duration(stats.OldestQueueUs) * time.Microsecond
	if age > longestQueue {
		err = fmt.Errorf("the oldest waiting job is %v old: is a worker running?", age.Round(time.Second))
	}
	total := int64(0)
	for _, c := range stats.Counts {
		total += c.Count
	}
	return finding("jobs", err, "%d known, the oldest that waits is %v old", total, age.Round(time.Second))
}

func examineRedis(ctx context.Context, cfg config.Config) Finding {
	const check = "redis"
	if cfg.Redis == "" {
		return finding(check, nil, "inside the process")
	}
	q, err := queue.Open(cfg.Redis, queue.Options{})
	if err != nil {
		return finding(check, err, "")
	}
	defer q.Close()
	if err := q.Ping(ctx); err != nil {
		return finding(check, err, "")
	}
	if evicts := q.Evicts(ctx); evicts != "" {
		return warning(check, "it throws keys away when its memory is full (maxmemory-policy %s): set noeviction; jobs are not lost by it, and wait longer", evicts)
	}
	return finding(check, nil, "answers, and throws nothing away; it needs no persistence")
}
