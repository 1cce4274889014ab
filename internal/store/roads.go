package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

var _ service.RoadStore = (*Store)(nil)

const conditionColumns = `document, from_at, until_at, revision, created_at, updated_at`

func scanCondition(scan func(...any) error) (c service.RoadCondition, err error) {
	var document []byte
	var from, until, revision, created, updated int64
	if err := scan(&document, &from, &until, &revision, &created, &updated); err != nil {
		return c, err
	}
	if err := json.Unmarshal(document, &c); err != nil {
		return c, fmt.Errorf("%w: a road condition: %w", errPacked, err)
	}
	c.FromUs, c.UntilUs = from, until
	c.Revision, c.CreatedUs, c.UpdatedUs = revision, created, updated
	return c, nil
}

func checkConditions(all []service.RoadCondition) error {
	for i := range all {
		c := &all[i]
		if err := checkID("the id of a road condition", c.ID); err != nil {
			return err
		}
		if c.UntilUs <= c.FromUs {
			return invalid("road condition %s ends before it begins", c.ID)
		}
	}
	return nil
}

// turnRoads counts up a tenant's revision. It locks the row, so that changes of one tenant come one after the other.
func turnRoads(ctx context.Context, t *tx, tenant string) (revision int64, err error) {
	err = t.row(ctx, `insert into road_revisions (tenant, revision) values ($1, 1)
		on conflict (tenant) do update set revision = road_revisions.revision + 1 returning revision`, tenant).Scan(&revision)
	return revision, err
}

// SaveRoadConditions adds or replaces conditions.
func (s *Store) SaveRoadConditions(ctx context.Context, tenant string, all []service.RoadCondition) (revision int64, err error) {
	documents := make([][]byte, len(all))
	for i := range all {
		if documents[i], err = json.Marshal(all[i]); err != nil {
			return 0, fmt.Errorf("%w: road condition %s: %w", service.ErrInvalid, all[i].ID, err)
		}
	}
	err = s.save(ctx, tenant, "storing road conditions", checkConditions(all), func(t *tx) error {
		if revision, err = turnRoads(ctx, t, tenant); err != nil {
			return err
		}
		for i := range all {
			c := &all[i]
			_, err := t.exec(ctx, `insert into road_conditions (tenant, id, kind, source, from_at, until_at, revision, document, created_at, updated_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8, {now}, {now})
				on conflict (tenant, id) do update set kind = excluded.kind, source = excluded.source, from_at = excluded.from_at,
					until_at = excluded.until_at, revision = excluded.revision, document = excluded.document, updated_at = excluded.updated_at`,
				tenant, c.ID, string(c.Kind), text(c.Source), c.FromUs, c.UntilUs, revision, documents[i])
			if err != nil {
				return err
			}
		}
		var live int
		if err := t.row(ctx, `select count(*) from road_conditions where tenant = $1 and until_at > {now}`, tenant).Scan(&live); err != nil {
			return err
		}
		if live > service.MaxRoadConditions {
			return fmt.Errorf("%w: there would be %d road conditions that have not ended; at most %d may be stored", service.ErrConflict, live, service.MaxRoadConditions)
		}
		return nil
	})
	return revision, err
}

// EndRoadCondition ends one at once.
func (s *Store) EndRoadCondition(ctx context.Context, tenant, id string) error {
	return s.save(ctx, tenant, "ending road condition "+id, nil, func(t *tx) error {
		gone, err := t.exec(ctx, `delete from road_conditions where tenant = $1 and id = $2 and from_at >= {now}`, tenant, id)
		if err == nil && gone == 0 {
			gone, err = t.exec(ctx, `update road_conditions set until_at = {now}, updated_at = {now} where tenant = $1 and id = $2 and until_at > {now}`, tenant, id)
		}
		if err != nil {
			return err
		}
		if gone > 0 {
			_, err = turnRoads(ctx, t, tenant)
			return err
		}
		var one string
		return t.row(ctx, `select id from road_conditions where tenant = $1 and id = $2`, tenant, id).Scan(&one) // it has ended before
	})
}

// RoadCondition reads one.
func (s *Store) RoadCondition(ctx context.Context, tenant, id string) (service.RoadCondition, error) {
	c, err := scanCondition(s.readRow(ctx, `select `+conditionColumns+` from road_conditions where tenant = $1 and id = $2`, tenant, id))
	return c, s.explain("reading road condition "+id, err)
}

// RoadConditions lists those that a query chooses.
func (s *Store) RoadConditions(ctx context.Context, tenant string, q service.RoadQuery) ([]service.RoadCondition, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = 2 * service.MaxRoadConditions
	}
	until := q.UntilUs
	if until == 0 {
		until = 1<<63 - 1
	}
	var out []service.RoadCondition
	err := s.queryRead(ctx, "listing road conditions", `select `+conditionColumns+` from road_conditions
		where tenant = $1 and until_at > $2 and from_at < $3 and id > $4 and ($5 = '' or kind = $5) order by id limit $6`,
		[]any{tenant, q.FromUs, until, q.After, string(q.Kind), limit}, func(scan func(...any) error) error {
			c, err := scanCondition(scan)
			out = append(out, c)
			return err
		})
	return out, err
}

// RoadRevision reads how often a tenant's streets were changed.
func (s *Store) RoadRevision(ctx context.Context, tenant string) (revision int64, err error) {
	err = s.readRow(ctx, `select revision from road_revisions where tenant = $1`, tenant)(&revision)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return revision, s.explain("reading the revision of the streets", err)
}

// SweepRoadConditions forgets what ended long ago.
func (s *Store) SweepRoadConditions(ctx context.Context, keep time.Duration, limit int) (n int, err error) {
	err = s.inTx(ctx, "forgetting old road conditions", func(t *tx) error {
		gone, err := t.exec(ctx, `delete from road_conditions where (tenant, id) in
			(select tenant, id from road_conditions where until_at <= {now} - $1 and updated_at <= {now} - $1 limit $2)`, keep.Microseconds(), limit)
		n = int(gone)
		return err
	})
	return n, err
}

// AddRoadSpeeds adds what was learned to what is stored.
func (s *Store) AddRoadSpeeds(ctx context.Context, tenant, profile string, speeds *road.Speeds) error {
	return s.save(ctx, tenant, "storing the speeds of "+profile, checkID("the profile", profile), func(t *tx) error {
		if err := addSpeeds(ctx, t, tenant, profile, speeds); err != nil {
			return err
		}
		_, err := turnRoads(ctx, t, tenant)
		return err
	})
}

// addSpeeds adds rows in their order, so that two that learn of the same streets do not wait for each other in a ring.
func addSpeeds(ctx context.Context, t *tx, tenant, profile string, speeds *road.Speeds) error {
	var failed error
	speeds.Each(func(x road.Seen) {
		if failed != nil {
			return
		}
		_, failed = t.exec(ctx, `insert into road_speeds (tenant, profile, from_node, to_node, hour, passages, sum_log, sum_squares)
			values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant, profile, from_node, to_node, hour) do update set
				passages = road_speeds.passages + excluded.passages, sum_log = road_speeds.sum_log + excluded.sum_log,
				sum_squares = road_speeds.sum_squares + excluded.sum_squares`,
			tenant, profile, x.FromNode, x.ToNode, x.Hour, x.Passages, x.SumLog, x.SumLogSquares)
	})
	return failed
}

// RoadSpeeds reads all that was learned for a profile.
func (s *Store) RoadSpeeds(ctx context.Context, tenant, profile string) (*road.Speeds, error) {
	speeds := road.NewSpeeds()
	err := s.queryRead(ctx, "reading the speeds of "+profile, `select from_node, to_node, hour, passages, sum_log, sum_squares from road_speeds
		where tenant = $1 and profile = $2`, []any{tenant, profile}, func(scan func(...any) error) error {
		var x road.Seen
		err := scan(&x.FromNode, &x.ToNode, &x.Hour, &x.Passages, &x.SumLog, &x.SumLogSquares)
		if err == nil {
			err = speeds.Add(x)
		}
		return err
	})
	return speeds, err
}

// ForgetRoadSpeeds forgets what was learned for a profile.
func (s *Store) ForgetRoadSpeeds(ctx context.Context, tenant, profile string) error {
	return s.save(ctx, tenant, "forgetting the speeds of "+profile, nil, func(t *tx) error {
		if _, err := t.exec(ctx, `delete from road_speeds where tenant = $1 and profile = $2`, tenant, profile); err != nil {
			return err
		}
		_, err := turnRoads(ctx, t, tenant)
		return err
	})
}
