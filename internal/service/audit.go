package service

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"sync"
	"time"
)

// AuditEntry is one line of the journal of who did what.
type AuditEntry struct {
	Tenant    string
	Seq       int64 // 1, 2, 3 … in its tenant; given by the store
	AtUs      int64
	Actor     string // who
	Action    string // what: the operation, such as "POST /v1/api-keys/{id}/revoke", or a verb of the command line
	Target    string // with what: ids, never personal data
	Status    int    // how it ended: the HTTP status, 0 on the command line
	Remote    string // where from
	RequestID string
	Prev      []byte // hash of the entry before, empty in the first
	Hash      []byte
}

// Seal is the hash of an entry over all of it and the hash of the one before (a hash chain: Haber and Stornetta, Journal of
// Cryptology 3, 1991). Each part is preceded by its length, so that no two entries read alike.
func (e AuditEntry) Seal() []byte {
	h := sha256.New()
	number := func(n int64) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:]) // a hash never fails to write
	}
	for _, part := range []string{e.Tenant, e.Actor, e.Action, e.Target, e.Remote, e.RequestID, string(e.Prev)} {
		number(int64(len(part)))
		_, _ = h.Write([]byte(part))
	}
	number(e.Seq)
	number(e.AtUs)
	number(int64(e.Status))
	return h.Sum(nil)
}

// AuditStore keeps the journal. It has no way to change or remove an entry.
type AuditStore interface {
	// AppendAudit writes entries behind those that are there, in order, each in its tenant; it gives them their numbers and
	// hashes.
	AppendAudit(ctx context.Context, entries []AuditEntry) error
	// Audit lists a tenant's entries, newest first, those before a number (0 = all).
	Audit(ctx context.Context, tenant string, before int64, limit int) ([]AuditEntry, error)
	// VerifyAudit follows the whole chain of a tenant: how many entries it has, and the number of the first that does not
	// hold, 0 = all hold.
	VerifyAudit(ctx context.Context, tenant string) (entries, broken int64, err error)
}

// Journal writes entries beside the requests they are about: a few hundred milliseconds later, many in one transaction. What
// must not be lost with a process goes through RecordNow.
type Journal struct {
	store AuditStore
	log   *slog.Logger

	mu      sync.Mutex
	pending []AuditEntry
	lost    int
	wake    chan struct{}
	end     context.CancelFunc
	loop    sync.WaitGroup
}

const (
	journalGap   = 250 * time.Millisecond
	journalBatch = 500
	journalRoom  = 50_000 // entries that wait for a store that is away; beyond it the newest are lost, and that is told
)

// NewJournal starts to write; Close ends it.
func NewJournal(store AuditStore, log *slog.Logger) *Journal {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	ctx, end := context.WithCancel(context.Background())
	j := &Journal{store: store, log: log, end: end, wake: make(chan struct{}, 1)}
	j.loop.Go(func() {
		for ctx.Err() == nil {
			wait(ctx, journalGap, j.wake)
			j.flush(storeWait)
		}
	})
	return j
}

// Record notes an entry; it never blocks.
func (j *Journal) Record(e AuditEntry) {
	if e.AtUs == 0 {
		e.AtUs = time.Now().UnixMicro()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.pending) >= journalRoom {
		j.lost++
		return
	}
	j.pending = append(j.pending, e)
	if len(j.pending) >= journalBatch {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
}

// RecordNow writes an entry before it returns.
func (j *Journal) RecordNow(ctx context.Context, e AuditEntry) error {
	if e.AtUs == 0 {
		e.AtUs = time.Now().UnixMicro()
	}
	return j.store.AppendAudit(ctx, []AuditEntry{e})
}

// flush writes what waits; what could not be written waits on.
func (j *Journal) flush(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		j.mu.Lock()
		n, lost := min(len(j.pending), journalBatch), j.lost
		batch := append([]AuditEntry(nil), j.pending[:n]...)
		j.lost = 0
		j.mu.Unlock()
		if lost > 0 {
			j.log.Error("entries of the audit journal were lost: the store was away for too long", "entries", lost)
		}
		if n == 0 {
			return
		}
		if err := j.store.AppendAudit(ctx, batch); err != nil {
			j.log.Warn("the audit journal was not written, will try again", "entries", n, "error", err)
			return
		}
		j.mu.Lock()
		j.pending = append(j.pending[:0], j.pending[n:]...)
		j.mu.Unlock()
	}
}

// Close writes what waits and ends.
func (j *Journal) Close() error {
	j.end()
	j.loop.Wait()
	j.flush(storeWait)
	return nil
}
