package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the tables to what this program needs and tells how many steps it took. Several processes may call it
// at the same time on PostgreSQL. A step that fails leaves nothing of itself behind.
func (s *Store) Migrate(ctx context.Context) (steps int, err error) {
	alone := s.pool == nil // a SQLite file has one program at a time, new tables had none before
	err = s.eachMigration(ctx, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		steps += len(results)
		for _, r := range results {
			alone = alone || r.Source != nil && r.Source.Path == "00001_jobs.sql"
		}
		return err
	})
	if err == nil {
		err = s.raiseWall(ctx)
	}
	if err == nil && alone {
		err = s.LeaveBehind(ctx)
	}
	return steps, err
}

// Pending tells how many migration steps are still to be taken.
func (s *Store) Pending(ctx context.Context) (steps int, err error) {
	err = s.eachMigration(ctx, func(p *goose.Provider) error {
		all, err := p.Status(ctx)
		for _, step := range all {
			if step.State == goose.StatePending {
				steps++
			}
		}
		return err
	})
	return steps, err
}

// ErrSchemaNewer says that the tables are too new for this program.
var ErrSchemaNewer = errors.New("the store's tables are newer than this program")

// Fits refuses tables that no longer hold what this program needs. Newer tables alone are no reason: while an installation
// is upgraded, the old program goes on working on them. A step that takes something away says by schema_floor which programs
// that leaves out.
func (s *Store) Fits(ctx context.Context) error {
	var least int64
	err := s.readRow(ctx, `select least from schema_floor`)(&least)
	if err != nil {
		return nil // tables older than this rule: Pending says so
	}
	newest := newestStep()
	if least > newest {
		return fmt.Errorf("%w: they need a program that knows step %d, this one knows %d at most: install the newer program; it is not harmed", ErrSchemaNewer, least, newest)
	}
	return nil
}

// newestStep is the greatest number of a common step that this program knows.
func newestStep() (newest int64) {
	files, err := fs.Glob(migrations, "migrations/common/*.sql")
	if err != nil {
		return 0 // the pattern is ours
	}
	for _, name := range files {
		if n, err := goose.NumericComponent(name); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// eachMigration visits the common steps and then those of PostgreSQL alone; goose takes one folder and one table each.
func (s *Store) eachMigration(ctx context.Context, visit func(p *goose.Provider) error) error {
	type part struct{ folder, table string }
	parts := []part{{"migrations/common", "schema_version"}}
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	if s.pool != nil {
		parts = append(parts, part{"migrations/postgres", "schema_version_postgres"})
		dialect = goose.DialectPostgres
		locker, err := s.migrationLock(ctx)
		if err != nil {
			return s.explain("preparing the migration lock", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	for _, part := range parts {
		if err := migratePart(s.writer, dialect, part.folder, part.table, options, visit); err != nil {
			return s.explain("migrating "+part.folder, err)
		}
	}
	return nil
}

// migrationLock lets one process at a time migrate one schema; the others look again each second, for ten minutes.
func (s *Store) migrationLock(ctx context.Context) (lock.SessionLocker, error) {
	var schema string
	if err := s.writer.QueryRowContext(ctx, `select coalesce(current_schema(), '')`).Scan(&schema); err != nil {
		return nil, err
	}
	name := fnv.New64a()
	_, _ = io.WriteString(name, "quartermaster "+schema) // a hash never fails to write
	return lock.NewPostgresSessionLocker(lock.WithLockID(int64(name.Sum64())), lock.WithLockTimeout(1, 600))
}

func migratePart(db *sql.DB, dialect goose.Dialect, folder, table string, options []goose.ProviderOption, visit func(p *goose.Provider) error) error {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db, files, append(options[:len(options):len(options)], goose.WithTableName(table))...)
	if err != nil {
		return err
	}
	return visit(p) // the provider is not closed: the connections are the store's
}
