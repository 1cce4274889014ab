package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	bulkChunk = 200 // rows in one INSERT: where SQLite's rate levels off
	copyFrom  = 500 // rows from which COPY is worth its temporary table
)

// bulkInsert stores many rows and tells how many it wrote. conflict is the clause after the values, empty for none; rows
// must not hold one key twice where it updates. PostgreSQL loads larger sets by COPY into a temporary table of its own.
func bulkInsert(ctx context.Context, t *tx, table, columns, conflict string, rows [][]any) (int64, error) {
	if t.dialect.name != "postgresql" || len(rows) < copyFrom {
		return insertCounted(ctx, t, table, columns, conflict, rows)
	}
	temp := "bulk_" + table
	if _, err := t.exec(ctx, `create temporary table `+temp+` on commit drop as select `+columns+` from `+table+` with no data`); err != nil {
		return 0, err
	}
	if err := copyRows(ctx, t, temp, strings.Split(columns, ", "), rows); err != nil {
		return 0, err
	}
	n, err := t.exec(ctx, `insert into `+table+` (`+columns+`) select `+columns+` from `+temp+` `+conflict)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, `drop table `+temp) // the same transaction may load the table again
	return n, err
}

// copyRows hands rows to the driver below database/sql, inside the transaction that is open on the connection.
func copyRows(ctx context.Context, t *tx, table string, columns []string, rows [][]any) error {
	return t.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("the connection is not PostgreSQL's")
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// insertChunks stores rows by INSERT, many to a statement.
func insertChunks(ctx context.Context, t *tx, table, columns, conflict string, rows [][]any) error {
	_, err := insertCounted(ctx, t, table, columns, conflict, rows)
	return err
}

func insertCounted(ctx context.Context, t *tx, table, columns, conflict string, rows [][]any) (int64, error) {
	var total int64
	var args []any
	for len(rows) > 0 {
		chunk := rows[:min(bulkChunk, len(rows))]
		rows = rows[len(chunk):]
		args = args[:0]
		for _, r := range chunk {
			args = append(args, r...)
		}
		n, err := t.exec(ctx, fmt.Sprintf(`insert into %s (%s) values %s %s`, table, columns, tuplesOf(len(chunk), len(chunk[0]), 1, t.dialect.place), conflict), args...)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}
