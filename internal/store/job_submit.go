package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/oklog/ulid/v2"

	"quartermaster/internal/service"
)

// newID gives a ULID; within one process each is greater than the one before.
func newID() string { return ulid.Make().String() }

// Submit stores one job with its input in one transaction.
func (s *Store) Submit(ctx context.Context, tenant string, sub service.Submission) (service.Job, bool, error) {
	jobs, created, err := s.submit(ctx, tenant, []service.Submission{sub})
	if err != nil {
		return service.Job{}, false, err
	}
	return jobs[0], created[0], nil
}

// SubmitAll stores jobs in one transaction, in order.
func (s *Store) SubmitAll(ctx context.Context, tenant string, all []service.Submission) ([]service.Job, error) {
	jobs, _, err := s.submit(ctx, tenant, all)
	return jobs, err
}

func (s *Store) submit(ctx context.Context, tenant string, all []service.Submission) (jobs []service.Job, created []bool, err error) {
	rows, err := newJobRows(tenant, all)
	if err != nil {
		return nil, nil, err
	}
	for i := range rows {
		rows[i].trace = text(service.TraceParentOf(ctx))
	}
	run := s.smallTx
	if len(rows) > 1 {
		run = s.wholeTx
	}
	var stored []service.Job
	var fresh []bool
	err = run(ctx, "storing jobs", func(ctx context.Context, t *tx) error {
		jobs, created := make([]service.Job, len(rows)), make([]bool, len(rows))
		inserted, err := insertJobs(ctx, t, rows)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if job, ok := inserted[row.id]; ok {
				jobs[i], created[i] = job, true
				continue
			}
			if jobs[i], err = sameJob(ctx, t, tenant, row); err != nil {
				return err
			}
		}
		stored, fresh = jobs, created
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return stored, fresh, nil
}

// sameJob reads the job that has the idempotency key already and refuses when it was for something else.
func sameJob(ctx context.Context, t *tx, tenant string, row jobRow) (service.Job, error) {
	job, err := scanJob(t.row(ctx, `select `+jobColumns+` from jobs where tenant = $1 and idempotency_key = $2 and idempotency_key <> ''`,
		tenant, row.sub.IdempotencyKey).Scan)
	if err != nil {
		return job, err
	}
	if job.InputHash != row.hash {
		return job, fmt.Errorf("%w: the idempotency key %q was used for another request (job %s)", service.ErrConflict, row.sub.IdempotencyKey, job.ID)
	}
	return job, nil
}

// jobRow is a submission with all that is worked out before the transaction.
type jobRow struct {
	tenant, id, hash string
	sub              service.Submission
	parentID         string
	childNo          int
	family           int64
	trace            string
}

func newJobRows(tenant string, all []service.Submission) ([]jobRow, error) {
	rows := make([]jobRow, len(all))
	for i, sub := range all {
		if sub.Priority == 0 {
			sub.Priority = service.DefaultPriority
		}
		if err := checkSubmission(tenant, sub); err != nil {
			return nil, fmt.Errorf("job %d: %w", i+1, err)
		}
		rows[i] = jobRow{tenant: tenant, id: newID(), hash: inputHash(sub), sub: sub}
	}
	return rows, nil
}

func checkSubmission(tenant string, sub service.Submission) error {
	if err := checkTenant(tenant); err != nil {
		return err
	}
	switch {
	case sub.Kind == "" || sub.Kind != text(sub.Kind) || len(sub.Kind) > 100:
		return fmt.Errorf("%w: kind %q is not a name of 1 to 100 letters", service.ErrInvalid, sub.Kind)
	case sub.Priority < service.MinPriority || sub.Priority > service.MaxPriority:
		return fmt.Errorf("%w: priority %d is not within %d (first) to %d (last)", service.ErrInvalid, sub.Priority, service.MinPriority, service.MaxPriority)
	case len(sub.Input) > service.MaxInputBytes:
		return fmt.Errorf("%w: input of %d bytes is over the limit of %d", service.ErrInvalid, len(sub.Input), service.MaxInputBytes)
	case sub.NotBeforeUs < 0:
		return fmt.Errorf("%w: not-before time %d is before 1970", service.ErrInvalid, sub.NotBeforeUs)
	case len(sub.IdempotencyKey) > 255 || sub.IdempotencyKey != text(sub.IdempotencyKey):
		return fmt.Errorf("%w: the idempotency key is over 255 bytes or not plain text", service.ErrInvalid)
	}
	return nil
}

func checkTenant(tenant string) error {
	if tenant == "" || len(tenant) > 100 || tenant != text(tenant) {
		return fmt.Errorf("%w: tenant %q is not a name of 1 to 100 letters", service.ErrInvalid, tenant)
	}
	return nil
}

func inputHash(sub service.Submission) string {
	h := sha256.New()
	_, _ = io.WriteString(h, sub.Kind+"\x00") // a hash never fails to write
	_, _ = h.Write(sub.Input)
	return hex.EncodeToString(h.Sum(nil))
}

// insertColumns are the columns that a new job sets; insertChunk rows go in one statement.
const (
	insertColumns = `tenant, id, kind, priority, not_before, parent_id, child_no, family, idempotency_key, input_hash, input_bytes, trace_parent, state, created_at, updated_at`
	insertChunk   = 100
)

// insertJobs stores rows and their inputs and gives those that are new; a known idempotency key stores nothing.
func insertJobs(ctx context.Context, t *tx, rows []jobRow) (map[string]service.Job, error) {
	inserted := make(map[string]service.Job, len(rows))
	for len(rows) > 0 {
		chunk := rows[:min(insertChunk, len(rows))]
		rows = rows[len(chunk):]
		if err := insertJobChunk(ctx, t, chunk, inserted); err != nil {
			return nil, err
		}
		var inputs [][]any
		for _, r := range chunk {
			if _, ok := inserted[r.id]; ok && len(r.sub.Input) > 0 {
				row, err := payloadRow(ctx, t, r.tenant, r.id, "input", r.sub.Input)
				if err != nil {
					return nil, err
				}
				inputs = append(inputs, row)
			}
		}
		if err := insertChunks(ctx, t, "job_payloads", payloadColumns, "", inputs); err != nil {
			return nil, err
		}
	}
	return inserted, nil
}

// payloadColumns are those of payloadRow.
const payloadColumns = `tenant, job_id, role, body, artefact`

// payloadRow is a job's input or result as it is stored: with its body, or the name of what lies apart.
func payloadRow(ctx context.Context, t *tx, tenant, jobID, role string, body []byte) ([]any, error) {
	name, err := setAside(ctx, t, tenant, body)
	if name != "" {
		body = []byte{}
	}
	return []any{tenant, jobID, role, body, name}, err
}

func insertJobChunk(ctx context.Context, t *tx, chunk []jobRow, inserted map[string]service.Job) error {
	const width = 12
	var values strings.Builder
	args := make([]any, 0, len(chunk)*width)
	for i, r := range chunk {
		if i > 0 {
			values.WriteByte(',')
		}
		values.WriteByte('(')
		for k := range width {
			values.WriteString(t.dialect.place(i*width+k+1) + ",")
		}
		values.WriteString("'queued',{now},{now})")
		args = append(args, r.tenant, r.id, r.sub.Kind, r.sub.Priority, r.sub.NotBeforeUs, r.parentID, r.childNo, r.family,
			r.sub.IdempotencyKey, r.hash, len(r.sub.Input), r.trace)
	}
	rows, err := t.query(ctx, `insert into jobs (`+insertColumns+`) values `+values.String()+` on conflict do nothing returning `+jobColumns, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
		job, err := scanJob(scan)
		inserted[job.ID] = job
		return err
	})
}
