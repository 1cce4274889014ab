package store

import (
	"context"
	"fmt"

	"quartermaster/internal/service"
)

// Job reads one job.
func (s *Store) Job(ctx context.Context, ref service.Ref) (service.Job, error) {
	job, err := scanJob(s.readRow(ctx, `select `+jobColumns+` from jobs where tenant = $1 and id = $2`, ref.Tenant, ref.ID))
	return job, s.explain("reading job "+ref.String(), err)
}

// Jobs lists jobs, newest first.
func (s *Store) Jobs(ctx context.Context, tenant string, f service.JobFilter) ([]service.Job, error) {
	var out []service.Job
	err := s.queryRead(ctx, "listing jobs", `select `+jobColumns+` from jobs
		where tenant = $1 and ($2 = '' or kind = $2) and ($3 = '' or state = $3) and ($4 = '' or parent_id = $4)
			and ($5 = '' or id < $5) and (parent_id = '' or $6 = 0) and ($7 = '' or idempotency_key = $7)
		order by id desc limit $8`,
		[]any{tenant, f.Kind, string(f.State), f.ParentID, f.Before, boolInt(f.Roots), f.Key, pageSize(f.Limit)},
		func(scan func(...any) error) error {
			job, err := scanJob(scan)
			out = append(out, job)
			return err
		})
	return out, err
}

// pageSize brings a caller's limit into 1…10,000, 100 when it has none.
func pageSize(limit int) int {
	if limit <= 0 {
		return 100
	}
	return min(limit, 10_000)
}

// JobInput reads what a job was submitted with.
func (s *Store) JobInput(ctx context.Context, ref service.Ref) ([]byte, error) {
	if _, err := s.Job(ctx, ref); err != nil {
		return nil, err
	}
	return s.payload(ctx, ref, "input")
}

// JobResult reads what a done job left.
func (s *Store) JobResult(ctx context.Context, ref service.Ref) ([]byte, error) {
	job, err := s.Job(ctx, ref)
	if err != nil {
		return nil, err
	}
	if job.State != service.StateDone {
		return nil, fmt.Errorf("%w: job %s is %s and has no result", service.ErrConflict, ref, job.State)
	}
	return s.payload(ctx, ref, "result")
}

// payload reads a body; an empty one has no row.
func (s *Store) payload(ctx context.Context, ref service.Ref, role string) ([]byte, error) {
	doing, body, name := "reading the "+role+" of job "+ref.String(), []byte{}, ""
	err := s.queryRead(ctx, doing, `select body, artefact from job_payloads where tenant = $1 and job_id = $2 and role = $3`,
		[]any{ref.Tenant, ref.ID, role}, func(scan func(...any) error) error { return scan(&body, &name) })
	if err == nil && name != "" {
		body, err = s.outside(ctx).artefact(ref.Tenant, name)
		err = s.explain(doing, err)
	}
	return body, err
}

// JobStats counts jobs; tenant "" counts all tenants'. It reads the whole table: ask every few seconds, not more.
func (s *Store) JobStats(ctx context.Context, tenant string) (service.JobStats, error) {
	var stats service.JobStats
	err := s.queryRead(ctx, "counting jobs", `select kind, state, count(*),
			cast(coalesce(avg(case when state = 'done' and started_at > 0 then ended_at - started_at end), 0) as bigint) from jobs where $1 = '' or tenant = $1 group by kind, state order by kind, state`,
		[]any{tenant}, func(scan func(...any) error) error {
			var c service.JobCount
			err := scan(&c.Kind, &c.State, &c.Count, &c.MeanUs)
			stats.Counts = append(stats.Counts, c)
			return err
		})
	if err != nil {
		return stats, err
	}
	err = s.queryRead(ctx, "finding the oldest queued job", `select coalesce({now} - min(case when not_before > updated_at then not_before else updated_at end), 0)
		from jobs where state = 'queued' and not_before <= {now} and ($1 = '' or tenant = $1)`,
		[]any{tenant}, func(scan func(...any) error) error { return scan(&stats.OldestQueueUs) })
	return stats, err
}

// QueueAge tells how long the oldest job of a tenant that could run waits, and how many could run.
func (s *Store) QueueAge(ctx context.Context, tenant string) (ageUs, waiting int64, err error) {
	err = s.queryRead(ctx, "looking at the queue", `select coalesce({now} - min(case when not_before > updated_at then not_before else updated_at end), 0), count(*)
		from jobs where tenant = $1 and state = 'queued' and not_before <= {now}`, []any{tenant},
		func(scan func(...any) error) error { return scan(&ageUs, &waiting) })
	return ageUs, waiting, err
}

// Pool gives the figures of the connections.
func (s *Store) Pool() service.PoolStats {
	if s.pool != nil {
		p := s.pool.Stat()
		return service.PoolStats{InUse: int64(p.AcquiredConns()), Idle: int64(p.IdleConns()), Max: int64(p.MaxConns()), Waits: p.EmptyAcquireCount()}
	}
	r, w := s.reader.Stats(), s.writer.Stats()
	return service.PoolStats{InUse: int64(r.InUse + w.InUse), Idle: int64(r.Idle + w.Idle),
		Max: int64(r.MaxOpenConnections + w.MaxOpenConnections), Waits: r.WaitCount + w.WaitCount}
}

// Messages lists messages that were not delivered, oldest first.
func (s *Store) Messages(ctx context.Context, tenant string, limit int) ([]service.Message, error) {
	var out []service.Message
	err := s.queryRead(ctx, "listing messages", `select id, job_id, topic, body, created_at from messages where tenant = $1 order by id limit $2`,
		[]any{tenant, pageSize(limit)}, func(scan func(...any) error) error {
			var m service.Message
			err := scan(&m.ID, &m.JobID, &m.Topic, &m.Body, &m.CreatedUs)
			out = append(out, m)
			return err
		})
	return out, err
}

// Delivered forgets one message.
func (s *Store) Delivered(ctx context.Context, tenant, messageID string) error {
	return s.inTx(ctx, "forgetting message "+messageID, func(t *tx) error {
		_, err := t.exec(ctx, `delete from messages where tenant = $1 and id = $2`, tenant, messageID)
		return err
	})
}
