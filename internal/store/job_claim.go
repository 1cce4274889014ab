package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"quartermaster/internal/service"
)

// Undispatch takes back the note of jobs that the queue did not take and nobody claimed meanwhile.
func (s *Store) Undispatch(ctx context.Context, refs []service.Ref) error {
	return s.inTx(ctx, "taking back a dispatch", func(t *tx) error {
		for chunk := range slices.Chunk(refs, groupMax) {
			_, err := t.exec(ctx, `update jobs set dispatched_at = 0 where state = 'queued' and (tenant, id) in (values `+
				tuples(len(chunk), 2, 1)+`)`, refArgs(nil, chunk)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// claimCall is one Claim waiting for its group.
type claimCall struct {
	call
	ctx   context.Context
	ref   service.Ref
	lease time.Duration
	job   service.Job
	input []byte
	ok    bool
	spoil error // the job is claimed and its input cannot be read: this caller's alone
}

// Claim takes one job. Claims that come together are committed together.
func (s *Store) Claim(ctx context.Context, ref service.Ref, lease time.Duration) (service.Job, []byte, bool, error) {
	c := &claimCall{call: newCall(), ctx: ctx, ref: ref, lease: lease}
	s.claims.add(c)
	if err := c.await(ctx); err != nil {
		return service.Job{}, nil, false, s.explain("claiming job "+ref.String(), err)
	}
	return c.job, c.input, c.ok, nil
}

// claimBatch runs one group of claims. A name that stands in it twice is claimed for the first who asked.
func (s *Store) claimBatch(ctx context.Context, batch []*claimCall) {
	first := make(map[service.Ref]*claimCall, len(batch))
	byLease := map[time.Duration][]service.Ref{}
	var leases []time.Duration
	for _, c := range batch {
		if _, double := first[c.ref]; double || c.ctx.Err() != nil {
			continue // who has gone may not hold a lease
		}
		first[c.ref] = c
		if byLease[c.lease] == nil {
			leases = append(leases, c.lease)
		}
		byLease[c.lease] = append(byLease[c.lease], c.ref)
	}
	err := s.inTx(ctx, "claiming jobs", func(t *tx) error {
		for _, c := range first {
			c.ok, c.spoil = false, nil // this may be the second try
		}
		for _, lease := range leases {
			if err := claimRefs(ctx, t, byLease[lease], lease, first); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range batch {
		c.finish(cmp.Or(err, c.spoil))
	}
}

// claimRefs claims what is to be had of refs and reads the inputs.
func claimRefs(ctx context.Context, t *tx, refs []service.Ref, lease time.Duration, calls map[service.Ref]*claimCall) error {
	slices.SortFunc(refs, compareRefs)
	rows, err := t.query(ctx, `update jobs set state = 'running', attempt = attempt + 1,
			crashes = crashes + case when state = 'running' then 1 else 0 end,
			lease_until = {now} + $1, dispatched_at = 0, updated_at = {now},
			started_at = case when started_at = 0 then {now} else started_at end
		where (tenant, id) in (values `+tuples(len(refs), 2, 3)+`)
			and ((state = 'queued' and not_before <= {now})
				or (state = 'running' and lease_until < {now} and crashes < $2 and not cancel_requested))
		returning `+jobColumns, refArgs([]any{lease.Microseconds(), service.MaxCrashes - 1}, refs)...)
	if err != nil {
		return err
	}
	var withInput []service.Ref
	err = eachRow(rows, func(scan func(...any) error) error {
		job, err := scanJob(scan)
		if c := calls[job.Ref]; c != nil {
			c.job, c.input, c.ok = job, nil, true
			if job.InputBytes > 0 {
				withInput = append(withInput, job.Ref)
			}
		}
		return err
	})
	if err != nil || len(withInput) == 0 {
		return err
	}
	apart := map[service.Ref]string{}
	rows, err = t.query(ctx, `select tenant, job_id, body, artefact from job_payloads where role = 'input' and (tenant, job_id) in (values `+
		tuples(len(withInput), 2, 1)+`)`, refArgs(nil, withInput)...)
	if err != nil {
		return err
	}
	err = eachRow(rows, func(scan func(...any) error) error {
		var ref service.Ref
		var body []byte
		var name string
		err := scan(&ref.Tenant, &ref.ID, &body, &name)
		if c := calls[ref]; c != nil {
			c.input = body
		}
		if name != "" {
			apart[ref] = name
		}
		return err
	})
	for ref, name := range apart {
		c := calls[ref]
		if err != nil || c == nil {
			continue
		}
		c.input, err = t.inside(ctx).artefact(ref.Tenant, name)
		if errors.Is(err, errPacked) || errors.Is(err, service.ErrNotFound) {
			c.spoil, err = err, nil // the others' claims hold
		}
	}
	return err
}

// Heartbeat extends leases one by one: a transaction over several rows could wait in a circle with one that ends them.
func (s *Store) Heartbeat(ctx context.Context, beats []service.Beat, lease time.Duration) ([]service.Pulse, error) {
	var held []service.Pulse
	query := `update jobs set lease_until = {now} + $4, progress = $5, sentence = $6, updated_at = {now}
		where tenant = $1 and id = $2 and attempt = $3 and state = 'running' returning cancel_requested`
	for _, b := range beats {
		args := []any{b.Tenant, b.ID, b.Attempt, lease.Microseconds(), b.Progress, text(b.Sentence)}
		err := s.statement(ctx, s.writer, query, args, func(scan func(...any) error) error {
			p := service.Pulse{Ref: b.Ref, Attempt: b.Attempt}
			err := scan(&p.CancelRequested)
			held = append(held, p)
			return err
		})
		if err != nil {
			return nil, s.explain("extending the lease of job "+b.Ref.String(), err)
		}
	}
	return held, nil
}

// Poll reads which jobs are still held and which are to be cancelled.
func (s *Store) Poll(ctx context.Context, beats []service.Beat) ([]service.Pulse, error) {
	attempts := make(map[service.Ref]int64, len(beats))
	refs := make([]service.Ref, len(beats))
	for i, b := range beats {
		attempts[b.Ref], refs[i] = b.Attempt, b.Ref
	}
	var held []service.Pulse
	for chunk := range slices.Chunk(refs, groupMax) {
		err := s.queryRead(ctx, "looking at leases", `select tenant, id, attempt, cancel_requested from jobs
			where state = 'running' and (tenant, id) in (values `+tuples(len(chunk), 2, 1)+`)`, refArgs(nil, chunk),
			func(scan func(...any) error) error {
				var p service.Pulse
				err := scan(&p.Tenant, &p.ID, &p.Attempt, &p.CancelRequested)
				if p.Attempt == attempts[p.Ref] {
					held = append(held, p)
				}
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return held, nil
}

func refArgs(args []any, refs []service.Ref) []any {
	for _, r := range refs {
		args = append(args, r.Tenant, r.ID)
	}
	return args
}

func compareRefs(a, b service.Ref) int {
	return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ID, b.ID))
}
