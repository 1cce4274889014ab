package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"quartermaster/internal/service"
)

// dialect holds all in which the two databases differ, but for bulk loading (bulk.go) and migrations/postgres.
type dialect struct {
	name string
	// render puts clock and lock clauses into a statement:
	//   {now}   microseconds since 1970 UTC by the one clock that leases go by
	//   {lock}  keep the chosen rows from others until the transaction ends
	//   {skip}  the same, passing over rows that others hold
	render func(query string) string
	// place writes the n-th placeholder of a long list that is given in order. SQLite takes $n for a name and looks each
	// up among all others, which makes 2,000 of them a hundred times slower than plain question marks.
	place   func(n int) string
	classOf func(err error) class
	leaders int // group commits under way at a time
	// patience is how long one of them may take. Over a connection on which nothing comes back, all that wait for it wait so
	// long; a file has no connections, and its one writer may be busy with an import.
	patience time.Duration
}

// class is what an error of the database means to us.
type class int

const (
	classOther   class = iota
	classAgain         // a deadlock or the like: the same transaction may pass now
	classDown          // no answer, no room, or somebody else holds the file
	classRefused       // a CHECK or NOT NULL, or a value that does not fit
	classDouble        // a key that is there
)

// sqliteDialect takes now from this process: a SQLite file has one writing process. One writer needs no lock clauses.
func sqliteDialect() dialect {
	return dialect{
		name: "sqlite", classOf: sqliteClass, leaders: 1, patience: 20 * time.Second,
		place: func(int) string { return "?" },
		render: func(query string) string {
			if !strings.ContainsRune(query, '{') {
				return query
			}
			now := strconv.FormatInt(time.Now().UnixMicro(), 10)
			return strings.NewReplacer("{now}", now, "{lock}", "", "{skip}", "").Replace(query)
		},
	}
}

// postgresDialect takes now from the server, since workers' clocks may differ. statement_timestamp does not move within
// a statement, so that indexes can be used with it.
func postgresDialect() dialect {
	clauses := strings.NewReplacer(
		"{now}", "(extract(epoch from statement_timestamp()) * 1000000)::bigint",
		"{lock}", "for update",
		"{skip}", "for update skip locked")
	return dialect{
		name: "postgresql", classOf: postgresClass, leaders: 2, patience: 3 * time.Second, render: clauses.Replace,
		place: func(n int) string { return "$" + strconv.Itoa(n) },
	}
}

func sqliteClass(err error) class {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return classOther
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		return classRefused
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return classDouble
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return classDown
	case sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return classRefused
	}
	return classOther
}

func postgresClass(err error) class {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case e.Code == "40001" || e.Code == "40P01":
			return classAgain
		case e.Code == "23505":
			return classDouble
		case strings.HasPrefix(e.Code, "23"), strings.HasPrefix(e.Code, "22"), e.Code == "54000":
			return classRefused
		case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57"), e.Code == "25006":
			return classDown
		}
		return classOther
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return classDown
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return classDown
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed") { // pgconn has no value for it
		return classDown
	}
	return classOther
}

// explain says what was being done and puts the service's word on the error where one fits. Our own errors pass.
func (s *Store) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	for _, own := range []error{service.ErrNotFound, service.ErrConflict, service.ErrInvalid, service.ErrTokenLost, service.ErrCancelRequested} {
		if errors.Is(err, own) {
			return err
		}
	}
	_, noConn := errors.AsType[*pgconn.ConnectError](err) // made of a context's error too where the connection's own limit passed
	switch {
	case noConn:
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, service.ErrNotFound)
	}
	switch s.dialect.classOf(err) {
	case classDown, classAgain:
		return fmt.Errorf("%s: %w: %w", doing, service.ErrUnavailable, err)
	case classRefused:
		return fmt.Errorf("%s: %w: %w", doing, service.ErrInvalid, err)
	case classDouble:
		return fmt.Errorf("%s: %w: %w", doing, service.ErrConflict, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
