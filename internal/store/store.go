// Package store keeps the program's truth in SQL: jobs, facts, plans and warehouse tasks, on PostgreSQL or in one SQLite file.
//
// Takes and gives the words of internal/service, and satisfies its Store interfaces.
// Method: one set of portable statements; the two databases differ in a clock, a lock clause, bulk loading, and how an
// error is told (dialect.go); small job transactions are committed in groups (group.go).
// Never: no exported name carries a database type, and no statement reads a row without its tenant, the job core's own
// loops excepted, which serve all tenants.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"quartermaster/internal/service"
)

var (
	_ service.JobStore  = (*Store)(nil)
	_ service.WorkStore = (*Store)(nil)
	_ service.FactStore = (*Store)(nil)
	_ service.PlanStore = (*Store)(nil)
	_ service.TaskStore = (*Store)(nil)

	_ service.StockStore = (*Store)(nil)
	_ service.QuoteStore = (*Store)(nil)

	_ service.WebhookStore = (*Store)(nil)
	_ service.AnswerStore  = (*Store)(nil)
	_ service.OrderStore   = (*Store)(nil)
)

// Store is one open database. It is safe for use by many goroutines.
type Store struct {
	dialect dialect
	// Nothing but tx.go and wall.go asks these: what goes past them works for nobody on PostgreSQL and sees no row.
	writer *sql.DB // SQLite: one connection, since there is one writer at a time
	reader *sql.DB
	pool   *pgxpool.Pool // PostgreSQL only

	claims *group[*claimCall]
	ends   *group[*endCall]
	quotes *group[*quoteCall]
	smalls *group[*smallCall] // SQLite only
	leases *group[*smallCall] // PostgreSQL only, as dones
	dones  *group[*smallCall]

	apart atomic.Bool // large bodies may be written apart (artefacts.go)

	closeOnce sync.Once
	closeErr  error
}

// connectWait is how long a PostgreSQL that is away may keep a caller waiting for a connection, each try; an address may
// say otherwise (connect_timeout).
const connectWait = 2 * time.Second

// postgresConns is the pool's size unless the address says pool_max_conns.
const postgresConns = 16

// leaseLeaders is how many transactions lease tasks at a time on PostgreSQL: those of callers who choose differently go apart, and
// none waits for another, since what one holds is passed over.
const leaseLeaders = 4

// Open connects to sqlite:///path/to/file.db (made when absent; its folder must exist) or
// postgres://user:password@host:port/database. It changes no table: call Migrate.
func Open(ctx context.Context, dsn string) (*Store, error) {
	var s *Store
	var err error
	switch scheme, rest, _ := strings.Cut(dsn, "://"); scheme {
	case "sqlite":
		s, err = openSQLite(rest)
	case "postgres", "postgresql":
		s, err = openPostgres(ctx, dsn)
	default:
		return nil, fmt.Errorf("%w: store address begins with %q; want sqlite:///path/file.db or postgres://…", service.ErrInvalid, scheme)
	}
	if err != nil {
		return nil, err
	}
	s.claims = newGroup(s.dialect, s.claimBatch)
	s.ends = newGroup(s.dialect, s.endBatch)
	s.quotes = newGroup(s.dialect, s.quoteBatch)
	s.smalls = newGroup(s.dialect, s.smallBatch)
	s.leases = newGroup(s.dialect, s.jointBatch)
	s.leases.maxLeaders = leaseLeaders
	s.dones = newGroup(s.dialect, s.jointBatch)
	s.dones.maxLeaders = 1 // two that free one task would wait for each other
	if err := s.Ping(ctx); err != nil {
		_ = s.Close() // the first error is the one to tell
		return nil, err
	}
	s.readFloor(ctx)
	return s, nil
}

func openSQLite(path string) (*Store, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, fmt.Errorf("%w: a SQLite store needs a file, as in sqlite:///var/lib/quartermaster/data.db", service.ErrInvalid)
	}
	address := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	write, err := sql.Open("sqlite", address+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("opening the SQLite file %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", address+"&_pragma=query_only(true)")
	if err != nil {
		_ = write.Close() // nothing was written
		return nil, fmt.Errorf("opening the SQLite file %s: %w", path, err)
	}
	read.SetMaxOpenConns(4)
	return &Store{dialect: sqliteDialect(), writer: write, reader: read}, nil
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("%w: store address: %w", service.ErrInvalid, err)
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		config.MaxConns = postgresConns
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectWait
	}
	if config.PingTimeout == 0 {
		config.PingTimeout = connectWait // the pool looks at a connection that was idle for a second
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%w: connecting to PostgreSQL: %w", service.ErrUnavailable, err)
	}
	db := stdlib.OpenDBFromPool(pool)
	return &Store{dialect: postgresDialect(), writer: db, reader: db, pool: pool}, nil
}

// Name says which database this is: "sqlite" or "postgresql".
func (s *Store) Name() string { return s.dialect.name }

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.writer.PingContext(ctx); err != nil {
		return s.explain("reaching the database", err)
	}
	return nil
}

// Now is the clock that leases go by, microseconds since 1970 UTC.
func (s *Store) Now(ctx context.Context) (us int64, err error) {
	err = s.queryRead(ctx, "reading the database's clock", `select {now}`, nil, func(scan func(...any) error) error { return scan(&us) })
	return us, err
}

// Close waits for commits under way and frees the connections. It may be called twice.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.claims.wait()
		s.ends.wait()
		s.quotes.wait()
		s.smalls.wait()
		s.leases.wait()
		s.dones.wait()
		s.closeErr = s.writer.Close()
		if s.reader != s.writer {
			if err := s.reader.Close(); s.closeErr == nil {
				s.closeErr = err
			}
		}
		if s.pool != nil {
			s.pool.Close()
		}
	})
	return s.closeErr
}
