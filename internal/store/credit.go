package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"

	"quartermaster/internal/service"
)

var _ service.CreditStore = (*Store)(nil)

// creditColumns are all columns of a model but its tenant and document, in the order scanCredit reads them.
const creditColumns = `name, version, champion, job_id, card, created_at`

func scanCredit(scan func(...any) error, also ...any) (m service.CreditModel, err error) {
	var champion int
	err = scan(append([]any{&m.Name, &m.Version, &champion, &m.JobID, &m.Card, &m.CreatedUs}, also...)...)
	m.Champion = champion == 1
	return m, err
}

// CreditModel reads one version, 0 = the champion.
func (s *Store) CreditModel(ctx context.Context, tenant, name string, version int) (service.CreditModel, error) {
	var packed []byte
	m, err := scanCredit(s.readRow(ctx, `select `+creditColumns+`, document from credit_models
		where tenant = $1 and name = $2 and (version = $3 or $3 = 0 and champion = 1)`, tenant, name, version), &packed)
	if err == nil {
		m.Document, err = expand(packed)
	}
	return m, s.explain(fmt.Sprintf("reading credit model %s, version %d", name, version), err)
}

// CreditModels lists versions without documents.
func (s *Store) CreditModels(ctx context.Context, tenant, name string) (out []service.CreditModel, err error) {
	err = s.queryRead(ctx, "listing credit models", `select `+creditColumns+` from credit_models
		where tenant = $1 and (name = $2 or $2 = '') order by name, version desc`, []any{tenant, name},
		func(scan func(...any) error) error {
			m, err := scanCredit(scan)
			out = append(out, m)
			return err
		})
	return out, err
}

// CrownCreditModel makes one version the champion of its name.
func (s *Store) CrownCreditModel(ctx context.Context, tenant, name string, version int) (m service.CreditModel, err error) {
	doing := fmt.Sprintf("making version %d the champion of credit model %s", version, name)
	err = s.save(ctx, tenant, doing, nil, func(t *tx) error {
		if _, err := t.exec(ctx, `update credit_models set champion = 0 where tenant = $1 and name = $2 and champion = 1 and version <> $3`, tenant, name, version); err != nil {
			return err
		}
		m, err = scanCredit(t.row(ctx, `update credit_models set champion = 1 where tenant = $1 and name = $2 and version = $3 returning `+creditColumns,
			tenant, name, version).Scan)
		return err // without a row: nothing is changed
	})
	return m, err
}

// DropCreditModel removes one version.
func (s *Store) DropCreditModel(ctx context.Context, tenant, name string, version int) error {
	return s.save(ctx, tenant, fmt.Sprintf("removing version %d of credit model %s", version, name), nil, func(t *tx) error {
		var champion, others int
		err := t.row(ctx, `select champion, (select count(*) from credit_models o where o.tenant = $1 and o.name = $2 and o.version <> $3)
			from credit_models where tenant = $1 and name = $2 and version = $3`, tenant, name, version).Scan(&champion, &others)
		if err != nil {
			return err
		}
		if champion == 1 && others > 0 {
			return fmt.Errorf("%w: version %d of credit model %s is the champion; make another one the champion first", service.ErrConflict, version, name)
		}
		_, err = t.exec(ctx, `delete from credit_models where tenant = $1 and name = $2 and version = $3`, tenant, name, version)
		return err
	})
}

var creditName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// checkCreditModel refuses what would be refused inside the transaction anyway, with a better text.
func checkCreditModel(m *service.CreditModel) error {
	switch {
	case m == nil:
		return nil
	case !creditName.MatchString(m.Name):
		return invalid("credit model: name %q: want small letters, digits, '.', '_' and '-', 64 at most", m.Name)
	case len(m.Document) == 0:
		return invalid("credit model %s: it is empty", m.Name)
	}
	return nil
}

// versionTries bounds how often the next number is looked for, since others may take it meanwhile.
const versionTries = 20

// writeCreditModel stores a model that a job learned as the next version of its name. The first one of a name is in use at
// once; what is too old goes.
func writeCreditModel(ctx context.Context, t *tx, job service.Job, m *service.CreditModel) (version int, err error) {
	packed, err := compress(m.Document)
	if err != nil {
		return 0, err
	}
	for range versionTries {
		err = t.row(ctx, `insert into credit_models (tenant, name, version, champion, job_id, card, document, created_at)
			select $1, $2, coalesce(max(version), 0) + 1, case when coalesce(max(champion), 0) = 0 then 1 else 0 end, $3, $4, $5, {now}
			from credit_models where tenant = $1 and name = $2
			on conflict do nothing returning version`, job.Tenant, m.Name, job.ID, bytesOf(m.Card), packed).Scan(&version)
		if !errors.Is(err, sql.ErrNoRows) {
			break
		}
	}
	if err != nil {
		return 0, err
	}
	if m.Champion {
		if _, err = t.exec(ctx, `update credit_models set champion = 0 where tenant = $1 and name = $2 and champion = 1 and version <> $3`, job.Tenant, m.Name, version); err == nil {
			_, err = t.exec(ctx, `update credit_models set champion = 1 where tenant = $1 and name = $2 and version = $3`, job.Tenant, m.Name, version)
		}
	}
	if err == nil {
		_, err = t.exec(ctx, `delete from credit_models where tenant = $1 and name = $2 and champion = 0 and version <= $3`,
			job.Tenant, m.Name, version-service.MaxCreditVersions)
	}
	return version, err
}
