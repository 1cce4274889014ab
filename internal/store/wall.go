package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"quartermaster/internal/service"
)

// Every statement chooses rows by their tenant. PostgreSQL's row-level security is the second wall: each transaction says
// for whom it works, and rows of others are not there for it. The two walls take the tenant from different places, the
// statement from its argument and the wall from whoever asks, so that a mistake in one is caught by the other.

// everyTenant is whom the program's own loops work for: dispatching, reaping, counting.
const everyTenant = "*"

// tenantOf is whom a call works for: whoever asks, or, in the program's own loops and on the command line, everybody.
func tenantOf(ctx context.Context) string {
	if p, ok := service.PrincipalOf(ctx); ok {
		return p.Tenant
	}
	return everyTenant
}

// setTenant tells PostgreSQL for whom the transaction works. The setting ends with the transaction, so that a connection
// that goes on to somebody else, or a pool between us and the server, carries nothing over.
const setTenant = `select set_config('app.tenant', $1, true)`

// statement runs one statement and calls each for every row that it gives. On PostgreSQL it travels with the setting of
// the tenant in one round trip, which the server runs as one transaction.
func (s *Store) statement(ctx context.Context, db *sql.DB, query string, args []any, each func(scan func(dest ...any) error) error) error {
	query = s.dialect.render(query)
	if s.pool == nil {
		rows, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		return eachRow(rows, each)
	}
	batch := &pgx.Batch{}
	batch.Queue(setTenant, tenantOf(ctx))
	batch.Queue(query, args...)
	results := s.pool.SendBatch(ctx, batch)
	err := readBatch(results, each)
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	return err
}

func readBatch(results pgx.BatchResults, each func(scan func(dest ...any) error) error) error {
	if _, err := results.Exec(); err != nil {
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readRow gives the Scan of one row, sql.ErrNoRows where there is none.
func (s *Store) readRow(ctx context.Context, query string, args ...any) func(dest ...any) error {
	return func(dest ...any) error {
		found := false
		err := s.statement(ctx, s.reader, query, args, func(scan func(...any) error) error {
			if found {
				return nil
			}
			found = true
			return scan(dest...)
		})
		if err == nil && !found {
			err = sql.ErrNoRows
		}
		return err
	}
}

// raiseWall puts row-level security on each table that has a tenant, as far as it is not there yet. FORCE holds the owner
// to it as well. The setting is read once a statement (the inner select), not once a row.
func (s *Store) raiseWall(ctx context.Context) error {
	if s.pool == nil {
		return nil
	}
	bare, err := s.bareTables(ctx)
	for _, table := range bare {
		name := pgx.Identifier{table}.Sanitize()
		const whose = `(tenant = (select current_setting('app.tenant', true)) or (select current_setting('app.tenant', true)) = '*')`
		err = s.inTx(ctx, "guarding table "+table, func(t *tx) error {
			for _, step := range []string{
				`alter table ` + name + ` enable row level security`,
				`alter table ` + name + ` force row level security`,
				`drop policy if exists own_tenant on ` + name,
				`create policy own_tenant on ` + name + ` using ` + whose + ` with check ` + whose,
			} {
				if _, err := t.exec(ctx, step); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return err
}

// bareTables are the tables with a tenant that row-level security does not guard, by name.
func (s *Store) bareTables(ctx context.Context) ([]string, error) {
	var out []string
	err := s.queryRead(ctx, "looking for row-level security", `select c.relname from pg_class c
		join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
		join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped
		where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity
			and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'own_tenant')) order by 1`, nil,
		func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			out = append(out, name)
			return err
		})
	return out, err
}

// readOnly are the tables that the service's role may not change; appendOnly those that it may only add to.
var (
	readOnly   = []string{"schema_version", "schema_version_postgres", "schema_floor"}
	appendOnly = []string{"audit"}
)

// GrantTo lets a role do with the tables what the service does: it may own nothing and make nothing.
func (s *Store) GrantTo(ctx context.Context, role string) error {
	if s.pool == nil {
		return fmt.Errorf("%w: a SQLite file has no roles", service.ErrInvalid)
	}
	var schema string
	var tables []string
	err := s.queryRead(ctx, "listing tables", `select schemaname, tablename from pg_tables where schemaname = current_schema() order by 2`, nil,
		func(scan func(...any) error) error {
			var name string
			err := scan(&schema, &name)
			tables = append(tables, name)
			return err
		})
	if err != nil {
		return err
	}
	who := pgx.Identifier{role}.Sanitize()
	return s.inTx(ctx, "granting rights to role "+role, func(t *tx) error {
		steps := []string{`grant usage on schema ` + pgx.Identifier{schema}.Sanitize() + ` to ` + who}
		for _, table := range tables {
			rights := "select, insert, update, delete"
			switch {
			case slices.Contains(readOnly, table):
				rights = "select"
			case slices.Contains(appendOnly, table):
				rights = "select, insert"
			}
			steps = append(steps, `revoke all on `+pgx.Identifier{table}.Sanitize()+` from `+who,
				`grant `+rights+` on `+pgx.Identifier{table}.Sanitize()+` to `+who)
		}
		steps = append(steps, `grant execute on function analyse_tasks() to `+who) // where not everybody may from the start
		for _, step := range steps {
			if _, err := t.exec(ctx, step); err != nil {
				return err
			}
		}
		return nil
	})
}

// Wall says what weakens the second wall, in words for people; none = it stands. A SQLite file has none.
func (s *Store) Wall(ctx context.Context) ([]string, error) {
	if s.pool == nil {
		return nil, nil
	}
	var out []string
	bare, err := s.bareTables(ctx)
	if err != nil {
		return nil, err
	}
	if len(bare) > 0 {
		out = append(out, "no row-level security on "+strings.Join(bare, ", ")+": run quartermaster migrate")
	}
	var super, bypass, owns bool
	err = s.readRow(ctx, `select rolsuper, rolbypassrls,
			exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
				where n.nspname = current_schema() and c.relkind in ('r', 'p') and c.relowner = r.oid)
		from pg_roles r where rolname = current_user`)(&super, &bypass, &owns)
	switch {
	case err != nil:
		return nil, s.explain("reading the rights of this role", err)
	case super:
		out = append(out, "this role is a superuser, for whom row-level security does not hold: give the service a role of its own (migrate --app-role)")
	case bypass:
		out = append(out, "this role bypasses row-level security: alter role … nobypassrls")
	case owns:
		out = append(out, "this role owns the tables and could lift their guard: give the service a role of its own (migrate --app-role)")
	}
	return out, nil
}
