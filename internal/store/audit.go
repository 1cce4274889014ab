package store

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"quartermaster/internal/service"
)

var _ service.AuditStore = (*Store)(nil)

// AppendAudit writes entries behind those that are there. One transaction at a time adds to a tenant's chain: it holds the
// row with the chain's end.
func (s *Store) AppendAudit(ctx context.Context, entries []service.AuditEntry) error {
	byTenant := map[string][]service.AuditEntry{}
	var tenants []string
	for _, e := range entries {
		if err := checkTenant(e.Tenant); err != nil {
			return err
		}
		if byTenant[e.Tenant] == nil {
			tenants = append(tenants, e.Tenant)
		}
		byTenant[e.Tenant] = append(byTenant[e.Tenant], e)
	}
	slices.Sort(tenants) // one order for all who lock
	return s.inTx(ctx, "writing the audit journal", func(t *tx) error {
		for _, tenant := range tenants {
			if err := appendChain(ctx, t, tenant, byTenant[tenant]); err != nil {
				return err
			}
		}
		return nil
	})
}

func appendChain(ctx context.Context, t *tx, tenant string, entries []service.AuditEntry) error {
	if _, err := t.exec(ctx, `insert into audit_heads (tenant, seq, hash) values ($1, 0, $2) on conflict do nothing`, tenant, []byte{}); err != nil {
		return err
	}
	var seq int64
	var prev []byte
	if err := t.row(ctx, `select seq, hash from audit_heads where tenant = $1 {lock}`, tenant).Scan(&seq, &prev); err != nil {
		return err
	}
	rows := make([][]any, len(entries))
	for i, e := range entries {
		seq++
		e.Seq, e.Prev = seq, bytesOf(prev)
		e.Actor, e.Action, e.Target, e.Remote, e.RequestID = text(e.Actor), text(e.Action), text(e.Target), text(e.Remote), text(e.RequestID)
		e.Hash = e.Seal()
		rows[i] = []any{tenant, e.Seq, e.AtUs, e.Actor, e.Action, e.Target, e.Status, e.Remote, e.RequestID, e.Prev, e.Hash}
		prev = e.Hash
	}
	if err := insertChunks(ctx, t, "audit", "tenant, "+auditColumns, "", rows); err != nil {
		return err
	}
	_, err := t.exec(ctx, `update audit_heads set seq = $2, hash = $3 where tenant = $1`, tenant, seq, prev)
	return err
}

// auditColumns are all columns of an entry but its tenant, in the order scanAudit reads them.
const auditColumns = `seq, at, actor, action, target, status, remote, request_id, prev, hash`

func scanAudit(scan func(...any) error, tenant string) (service.AuditEntry, error) {
	e := service.AuditEntry{Tenant: tenant}
	err := scan(&e.Seq, &e.AtUs, &e.Actor, &e.Action, &e.Target, &e.Status, &e.Remote, &e.RequestID, &e.Prev, &e.Hash)
	return e, err
}

// Audit lists a tenant's entries, newest first.
func (s *Store) Audit(ctx context.Context, tenant string, before int64, limit int) ([]service.AuditEntry, error) {
	var out []service.AuditEntry
	err := s.queryRead(ctx, "reading the audit journal", `select `+auditColumns+` from audit
		where tenant = $1 and ($2 = 0 or seq < $2) order by seq desc limit $3`, []any{tenant, before, pageSize(limit)},
		func(scan func(...any) error) error {
			e, err := scanAudit(scan, tenant)
			out = append(out, e)
			return err
		})
	return out, err
}

// errBroken ends the reading of a chain at the first entry that does not hold.
var errBroken = errors.New("the chain does not hold")

// VerifyAudit follows a tenant's whole chain up to its noted end.
func (s *Store) VerifyAudit(ctx context.Context, tenant string) (entries, broken int64, err error) {
	var prev []byte
	err = s.queryRead(ctx, "reading the audit journal", `select `+auditColumns+` from audit where tenant = $1 order by seq`, []any{tenant},
		func(scan func(...any) error) error {
			e, err := scanAudit(scan, tenant)
			if err != nil {
				return err
			}
			if e.Seq != entries+1 || !bytes.Equal(e.Prev, prev) || !bytes.Equal(e.Hash, e.Seal()) {
				broken = entries + 1
				return errBroken
			}
			entries, prev = e.Seq, e.Hash
			return nil
		})
	if errors.Is(err, errBroken) {
		return entries, broken, nil
	}
	if err != nil {
		return entries, 0, err
	}
	var last int64
	var hash []byte
	err = s.queryRead(ctx, "reading the end of the audit journal", `select seq, hash from audit_heads where tenant = $1`, []any{tenant},
		func(scan func(...any) error) error { return scan(&last, &hash) })
	if err == nil && (last != entries || !bytes.Equal(hash, prev)) {
		return entries, entries + 1, nil
	}
	return entries, 0, err
}
