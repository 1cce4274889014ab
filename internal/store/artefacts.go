package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"quartermaster/internal/service"
)

// Large bodies lie apart from the rows that name them, under the SHA-256 of what they say: the same content lies there once
// for each tenant, rows stay short for all that only lists and claims, and a damaged body is found when it is read.
const (
	artefactFrom  = 64 << 10  // bytes from which a body lies apart
	artefactPiece = 256 << 10 // bytes of a row; the driver and the server hold one at a time whole
	artefactStep  = 37        // the migration from which on programs find them
)

// LeaveBehind says that no program of before the newest step works on these tables any more, so that what only newer ones read
// may be written from the next start on. A SQLite file and new tables need no word.
func (s *Store) LeaveBehind(ctx context.Context) error {
	err := s.inTx(ctx, "leaving older programs behind", func(t *tx) error {
		_, err := t.exec(ctx, `update schema_floor set least = $1 where least < $1`, artefactStep)
		return err
	})
	if err == nil {
		s.apart.Store(true)
	}
	return err
}

// readFloor finds out what may be written. Tables that are not there yet say nothing.
func (s *Store) readFloor(ctx context.Context) {
	var least int64
	if s.readRow(ctx, `select least from schema_floor`)(&least) == nil {
		s.apart.Store(least >= artefactStep)
	}
}

// setAside stores a large body and gives its name; one that stays in its row has none.
func setAside(ctx context.Context, t *tx, tenant string, body []byte) (name string, err error) {
	if !t.apart || len(body) < artefactFrom {
		return "", nil
	}
	sum := sha256.Sum256(body)
	name = hex.EncodeToString(sum[:])
	var fresh int64
	// A row that is there is touched, which keeps it from being collected until this transaction has named it.
	err = t.row(ctx, `insert into artefacts (tenant, hash, bytes, touched_at) values ($1, $2, $3, {now})
		on conflict (tenant, hash) do update set touched_at = excluded.touched_at
		returning case when exists (select 1 from artefact_pieces p where p.tenant = $1 and p.hash = $2) then 0 else 1 end`,
		tenant, name, len(body)).Scan(&fresh)
	if err != nil || fresh == 0 {
		return name, err
	}
	packed, err := compress(body)
	if err != nil {
		return "", err
	}
	var rows [][]any
	for piece := range slices.Chunk(packed, artefactPiece) {
		rows = append(rows, []any{tenant, name, len(rows), piece})
	}
	for batch := range slices.Chunk(rows, 8) {
		if err := insertChunks(ctx, t, "artefact_pieces", "tenant, hash, no, body", "on conflict do nothing", batch); err != nil {
			return "", err
		}
	}
	return name, nil
}

// asker runs a reading statement, in a transaction or outside of any.
type asker func(query string, args []any, each func(scan func(dest ...any) error) error) error

func (s *Store) outside(ctx context.Context) asker {
	return func(query string, args []any, each func(scan func(dest ...any) error) error) error {
		return s.statement(ctx, s.reader, query, args, each)
	}
}

func (t *tx) inside(ctx context.Context) asker {
	return func(query string, args []any, each func(scan func(dest ...any) error) error) error {
		rows, err := t.query(ctx, query, args...)
		if err != nil {
			return err
		}
		return eachRow(rows, each)
	}
}

// artefact reads what lies apart.
func (ask asker) artefact(tenant, name string) ([]byte, error) {
	var packed []byte
	err := ask(`select body from artefact_pieces where tenant = $1 and hash = $2 order by no`, []any{tenant, name}, func(scan func(...any) error) error {
		var piece []byte
		err := scan(&piece)
		packed = append(packed, piece...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if packed == nil {
		return nil, fmt.Errorf("%w: artefact %s: it was removed with what named it", service.ErrNotFound, name)
	}
	body, err := expand(packed)
	if sum := sha256.Sum256(body); err == nil && hex.EncodeToString(sum[:]) != name {
		err = fmt.Errorf("%w: artefact %s is not what was stored", errPacked, name)
	}
	return body, err
}

// CollectArtefacts removes artefacts that no row names any more and that nobody touched for idle. It looks at limit of them
// behind after, by tenant and hash, and says where to go on; the zero Ref is the beginning, and the end.
func (s *Store) CollectArtefacts(ctx context.Context, after service.Ref, limit int, idle time.Duration) (next service.Ref, n int, err error) {
	var page []service.Ref
	err = s.queryRead(ctx, "looking at artefacts", `select tenant, hash from artefacts where (tenant, hash) > ($1, $2) order by tenant, hash limit $3`,
		[]any{after.Tenant, after.ID, limit}, func(scan func(...any) error) error {
			var ref service.Ref
			err := scan(&ref.Tenant, &ref.ID)
			page = append(page, ref)
			return err
		})
	if err != nil || len(page) == 0 {
		return next, 0, err
	}
	if len(page) == limit {
		next = page[limit-1]
	}
	err = s.inTx(ctx, "removing artefacts", func(t *tx) error {
		// A writer that names one just now has touched it: its row is looked at again once the writer is done.
		var gone []service.Ref
		for chunk := range slices.Chunk(page, bulkChunk) {
			err := t.inside(ctx)(`delete from artefacts where touched_at < {now} - $1 and (tenant, hash) in (values `+tuples(len(chunk), 2, 2)+`)
				and not exists (select 1 from job_payloads p where p.tenant = artefacts.tenant and p.artefact = artefacts.hash and p.artefact <> '')
				and not exists (select 1 from plans p where p.tenant = artefacts.tenant and p.artefact = artefacts.hash and p.artefact <> '')
				returning tenant, hash`, refArgs([]any{idle.Microseconds()}, chunk), func(scan func(...any) error) error {
				var ref service.Ref
				err := scan(&ref.Tenant, &ref.ID)
				gone = append(gone, ref)
				return err
			})
			if err != nil {
				return err
			}
		}
		n = len(gone)
		for chunk := range slices.Chunk(gone, bulkChunk) {
			if _, err := t.exec(ctx, `delete from artefact_pieces where (tenant, hash) in (values `+tuples(len(chunk), 2, 1)+`)`, refArgs(nil, chunk)...); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, service.ErrUnavailable) {
		return after, 0, err
	}
	return next, n, err
}
