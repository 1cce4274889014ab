package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tx is one transaction with its connection, so that bulk loading can reach the driver inside it.
type tx struct {
	*sql.Tx
	conn    *sql.Conn
	dialect dialect
	apart   bool // large bodies may be written apart
}

func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := t.ExecContext(ctx, t.dialect.render(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *tx) row(ctx context.Context, query string, args ...any) *sql.Row {
	return t.QueryRowContext(ctx, t.dialect.render(query), args...)
}

// rowReader gives the Scan of the one row that a query has, sql.ErrNoRows where there is none.
type rowReader func(ctx context.Context, query string, args ...any) func(dest ...any) error

func (t *tx) read(ctx context.Context, query string, args ...any) func(dest ...any) error {
	return t.row(ctx, query, args...).Scan
}

func (t *tx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.QueryContext(ctx, t.dialect.render(query), args...)
}

// maxTries bounds how often a transaction is run that met a deadlock.
const maxTries = 5

// inTx runs do in one writing transaction, again after a deadlock. do must therefore only set what it sets afresh.
func (s *Store) inTx(ctx context.Context, doing string, do func(t *tx) error) error {
	return s.again(doing, func() error { return s.tryTx(ctx, do) })
}

// again runs do, and once more after a deadlock.
func (s *Store) again(doing string, do func() error) error {
	var err error
	for range maxTries {
		err = do()
		if err == nil || s.dialect.classOf(err) != classAgain {
			break
		}
	}
	return s.explain(doing, err)
}

func (s *Store) tryTx(ctx context.Context, do func(t *tx) error) (err error) {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives the connection back
	sqlTx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = sqlTx.Rollback() }() // after Commit it does nothing
	if s.pool != nil {
		if _, err := sqlTx.ExecContext(ctx, setTenant, tenantOf(ctx)); err != nil {
			return err
		}
	}
	if err := do(&tx{Tx: sqlTx, conn: conn, dialect: s.dialect, apart: s.apart.Load()}); err != nil {
		return err
	}
	return sqlTx.Commit()
}

// queryRead runs a reading statement outside any transaction and calls each for every row.
func (s *Store) queryRead(ctx context.Context, doing, query string, args []any, each func(scan func(dest ...any) error) error) error {
	return s.explain(doing, s.statement(ctx, s.reader, query, args, each))
}

// eachRow calls each for every row and closes rows.
func eachRow(rows *sql.Rows, each func(scan func(dest ...any) error) error) error {
	defer func() { _ = rows.Close() }() // Err tells what went wrong
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// tuples gives "($from, …), (…), …" for n tuples of width placeholders.
func tuples(n, width, from int) string {
	return tuplesOf(n, width, from, func(n int) string { return "$" + strconv.Itoa(n) })
}

func tuplesOf(n, width, from int, place func(n int) string) string {
	var b strings.Builder
	for i := range n * width {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%width == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		b.WriteString(place(from + i))
	}
	b.WriteByte(')')
	return b.String()
}

// maxText bounds sentences and reasons, which come from anywhere.
const maxText = 2000

// text makes a sentence storable: valid UTF-8 without NUL (PostgreSQL takes neither), of bounded length.
func text(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// bytesOf makes nil storable where a column wants a value.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
