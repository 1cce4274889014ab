package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// SaveForecasts replaces the forecasts of the items given.
func (s *Store) SaveForecasts(ctx context.Context, tenant string, forecasts []service.ItemForecast) error {
	return s.save(ctx, tenant, "storing forecasts", checkForecasts(forecasts), func(t *tx) error { return writeForecasts(ctx, t, tenant, forecasts) })
}

// writeForecasts makes the next version of each item whose forecast differs from the stored one.
func writeForecasts(ctx context.Context, t *tx, tenant string, forecasts []service.ItemForecast) error {
	for chunk := range slices.Chunk(forecasts, bulkChunk) {
		if err := writeForecastChunk(ctx, t, tenant, chunk); err != nil {
			return err
		}
	}
	return nil
}

// storedForecast is what of a row decides whether there is a new version.
type storedForecast struct{ version, docHash int64 }

func writeForecastChunk(ctx context.Context, t *tx, tenant string, forecasts []service.ItemForecast) error {
	stored, now, err := storedForecasts(ctx, t, tenant, forecasts)
	if err != nil {
		return err
	}
	var newest, versions [][]any
	var alerted []string
	replaced, gone := []any{tenant}, []any{tenant}
	for _, f := range forecasts {
		hash, old := documentHash(f.Document), stored[f.ItemID]
		if old.docHash == hash && old.version > 0 {
			continue
		}
		next := old.version + 1
		newest = append(newest, []any{tenant, f.ItemID, int64(f.DataHash), bytesOf(f.Document), next, hash, f.Head.Attention})
		versions = append(versions, []any{tenant, f.ItemID, next, int64(f.DataHash), text(f.Head.Method), text(f.Head.Status), f.Head.OriginDay, f.Head.HorizonDays, now, []byte{}})
		if old.version > 0 {
			replaced = append(replaced, f.ItemID)
		}
		if f.Head.Attention > 0 {
			alerted = append(alerted, f.ItemID)
		}
		if next > service.KeptVersions {
			gone = append(gone, f.ItemID, next-service.KeptVersions)
		}
	}
	if err := archiveForecasts(ctx, t, replaced, gone); err != nil {
		return err
	}
	_, err = bulkInsert(ctx, t, "forecast_versions", "tenant, item_id, version, data_hash, method, status, origin_day, horizon, made_at, document",
		`on conflict (tenant, item_id, version) do nothing`, versions)
	if err != nil {
		return err
	}
	_, err = bulkInsert(ctx, t, "forecasts", "tenant, item_id, data_hash, document, version, doc_hash, alerts",
		`on conflict (tenant, item_id) do update set data_hash = excluded.data_hash, document = excluded.document, version = excluded.version,
			doc_hash = excluded.doc_hash, alerts = excluded.alerts`, newest)
	if err != nil || len(alerted) == 0 {
		return err
	}
	return emit(ctx, t, tenant, service.TopicForecastAlert, alerted[0], map[string]any{"items": len(alerted), "item_ids": alerted[:min(len(alerted), mostAlerted)]})
}

// storedForecasts reads what is stored of the items, holding them, and the time.
func storedForecasts(ctx context.Context, t *tx, tenant string, forecasts []service.ItemForecast) (stored map[string]storedForecast, now int64, err error) {
	args := []any{tenant}
	for _, f := range forecasts {
		args = append(args, f.ItemID)
	}
	rows, err := t.query(ctx, `select item_id, version, doc_hash from forecasts where tenant = $1 and item_id in (values `+tuples(len(forecasts), 1, 2)+`) {lock}`, args...)
	if err != nil {
		return nil, 0, err
	}
	stored = make(map[string]storedForecast, len(forecasts))
	err = eachRow(rows, func(scan func(...any) error) error {
		var id string
		var f storedForecast
		err := scan(&id, &f.version, &f.docHash)
		stored[id] = f
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	err = t.row(ctx, `select {now}`).Scan(&now)
	return stored, now, err
}

// mostAlerted bounds the items that one event names.
const mostAlerted = 100

// archiveForecasts keeps the documents that are about to be replaced with their versions, and drops the oldest versions. Both
// lists begin with the tenant; replaced goes on with items, gone with pairs of item and version.
func archiveForecasts(ctx context.Context, t *tx, replaced, gone []any) error {
	if n := len(replaced) - 1; n > 0 {
		_, err := t.exec(ctx, `update forecast_versions set document = f.document from forecasts f
			where forecast_versions.tenant = $1 and f.tenant = $1 and forecast_versions.item_id = f.item_id and forecast_versions.version = f.version
			and f.item_id in (values `+tuples(n, 1, 2)+`)`, replaced...)
		if err != nil {
			return err
		}
	}
	for k := 1; k < len(gone); k += 2 {
		if _, err := t.exec(ctx, `delete from forecast_versions where tenant = $1 and item_id = $2 and version <= $3`, gone[0], gone[k], gone[k+1]); err != nil {
			return err
		}
	}
	return nil
}

// documentHash names a document (FNV-1a).
func documentHash(document []byte) int64 {
	h := fnv.New64a()
	_, _ = h.Write(document) // a hash never fails to write
	return int64(h.Sum64())
}

// Forecasts reads the forecasts of all items, or of those named, by item id.
func (s *Store) Forecasts(ctx context.Context, tenant string, itemIDs ...string) ([]service.ItemForecast, error) {
	var out []service.ItemForecast
	err := s.byItem(ctx, "reading forecasts", `select item_id, data_hash, document from forecasts where tenant = $1`, tenant, itemIDs,
		func(scan func(...any) error) error {
			f, err := scanForecast(scan)
			out = append(out, f)
			return err
		})
	return out, err
}

func scanForecast(scan func(...any) error) (f service.ItemForecast, err error) {
	var hash int64
	err = scan(&f.ItemID, &hash, &f.Document)
	f.DataHash = uint64(hash)
	return f, err
}

// AlertedForecasts lists the forecasts that people should look at.
func (s *Store) AlertedForecasts(ctx context.Context, tenant string, limit int) (all []service.ItemForecast, found int, err error) {
	err = s.queryRead(ctx, "counting forecasts with alerts", `select count(*) from forecasts where tenant = $1 and alerts > 0`, []any{tenant},
		func(scan func(...any) error) error { return scan(&found) })
	if err != nil {
		return nil, 0, err
	}
	err = s.queryRead(ctx, "reading forecasts with alerts", `select item_id, data_hash, document from forecasts where tenant = $1 and alerts > 0
		order by alerts desc, item_id limit $2`, []any{tenant, limit}, func(scan func(...any) error) error {
		f, err := scanForecast(scan)
		all = append(all, f)
		return err
	})
	return all, found, err
}

const versionColumns = `item_id, version, data_hash, method, status, origin_day, horizon, made_at`

func scanVersion(scan func(...any) error, more ...any) (v service.ForecastVersion, err error) {
	var hash int64
	err = scan(append([]any{&v.ItemID, &v.Version, &hash, &v.Method, &v.Status, &v.OriginDay, &v.HorizonDays, &v.MadeUs}, more...)...)
	v.DataHash = uint64(hash)
	return v, err
}

// ForecastVersions lists the versions of an item's forecast, newest first.
func (s *Store) ForecastVersions(ctx context.Context, tenant, itemID string, before int64, limit int) ([]service.ForecastVersion, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	var out []service.ForecastVersion
	err := s.queryRead(ctx, "listing versions of a forecast", `select `+versionColumns+` from forecast_versions
		where tenant = $1 and item_id = $2 and version < $3 order by version desc limit $4`, []any{tenant, itemID, before, limit},
		func(scan func(...any) error) error {
			v, err := scanVersion(scan)
			out = append(out, v)
			return err
		})
	return out, err
}

// ForecastVersion reads one version with its document.
func (s *Store) ForecastVersion(ctx context.Context, tenant, itemID string, version int64) (service.ForecastVersion, error) {
	var newest []byte
	query := `select v.item_id, v.version, v.data_hash, v.method, v.status, v.origin_day, v.horizon, v.made_at, v.document,
			case when f.version = v.version then f.document else v.document end
		from forecast_versions v join forecasts f on f.tenant = v.tenant and f.item_id = v.item_id
		where v.tenant = $1 and v.item_id = $2 and v.version = case when $3 = 0 then f.version else $3 end`
	var kept []byte
	v, err := scanVersion(s.readRow(ctx, query, tenant, itemID, version), &kept, &newest)
	if errors.Is(err, sql.ErrNoRows) {
		return v, fmt.Errorf("%w: there is no version %d of the forecast of item %q", service.ErrNotFound, version, itemID)
	}
	v.Document = newest
	return v, err
}

// maxOverrides bounds the standing overrides of one item.
const maxOverrides = 200

const overrideColumns = `id, item_id, version, origin_day, from_day, to_day, kind, value, reason, author, means, created_at, withdrawn_at, withdrawn_by`

// overrideMeans is what the column means holds.
type overrideMeans struct {
	Before []float64 `json:"before"`
	After  []float64 `json:"after"`
}

func scanOverride(scan func(...any) error) (o service.ForecastOverride, err error) {
	var means []byte
	err = scan(&o.ID, &o.ItemID, &o.Version, &o.OriginDay, &o.FromDay, &o.ToDay, &o.Kind, &o.Value, &o.Reason, &o.Author, &means, &o.CreatedUs, &o.WithdrawnUs, &o.WithdrawnBy)
	if err != nil {
		return o, err
	}
	var m overrideMeans
	err = json.Unmarshal(means, &m)
	o.Before, o.After = m.Before, m.After
	return o, err
}

// AddOverride keeps what a planner said.
func (s *Store) AddOverride(ctx context.Context, tenant string, o service.ForecastOverride) (service.ForecastOverride, error) {
	means, err := json.Marshal(overrideMeans{o.Before, o.After})
	if err != nil {
		return o, fmt.Errorf("storing an override: %w", err)
	}
	o.ID, o.Reason, o.Author = newID(), text(o.Reason), text(o.Author)
	err = s.save(ctx, tenant, "storing an override", errors.Join(checkID("item id", o.ItemID), checkOverride(o.Override)), func(t *tx) error {
		var standing int
		if err := t.row(ctx, `select count(*) from forecast_overrides where tenant = $1 and item_id = $2 and withdrawn_at = 0`, tenant, o.ItemID).Scan(&standing); err != nil {
			return err
		}
		if standing >= maxOverrides {
			return fmt.Errorf("%w: item %s has %d standing overrides; withdraw some first", service.ErrConflict, o.ItemID, standing)
		}
		err := t.row(ctx, `insert into forecast_overrides (tenant, id, item_id, version, origin_day, from_day, to_day, kind, value, reason, author, means, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, {now}) returning created_at`, tenant, o.ID, o.ItemID, o.Version, o.OriginDay,
			o.FromDay, o.ToDay, string(o.Kind), o.Value, o.Reason, o.Author, means).Scan(&o.CreatedUs)
		if err != nil {
			return err
		}
		return emit(ctx, t, tenant, service.TopicForecastOverridden, o.ItemID, map[string]any{"id": o.ID, "item_id": o.ItemID, "kind": o.Kind, "value": o.Value, "author": o.Author})
	})
	return o, err
}

func checkOverride(o plan.Override) error {
	switch o.Kind {
	case plan.OverrideSet, plan.OverrideAdd, plan.OverrideTimes:
	default:
		return invalid("kind %q is not known", o.Kind)
	}
	if o.ToDay < o.FromDay || math.IsNaN(o.Value) || math.IsInf(o.Value, 0) {
		return invalid("an override of days %d to %d by %v", o.FromDay, o.ToDay, o.Value)
	}
	return nil
}

// WithdrawOverride notes that an override no longer holds.
func (s *Store) WithdrawOverride(ctx context.Context, tenant, itemID, id, by string) (o service.ForecastOverride, err error) {
	err = s.inTx(ctx, "withdrawing an override", func(t *tx) error {
		_, err := t.exec(ctx, `update forecast_overrides set withdrawn_at = {now}, withdrawn_by = $4 where tenant = $1 and item_id = $2 and id = $3 and withdrawn_at = 0`,
			tenant, itemID, id, text(by))
		if err != nil {
			return err
		}
		o, err = scanOverride(t.row(ctx, `select `+overrideColumns+` from forecast_overrides where tenant = $1 and item_id = $2 and id = $3`, tenant, itemID, id).Scan)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: item %q has no override %q", service.ErrNotFound, itemID, id)
	}
	return o, err
}

// Overrides lists what planners said, oldest first within each item.
func (s *Store) Overrides(ctx context.Context, tenant string, withdrawn bool, itemIDs ...string) ([]service.ForecastOverride, error) {
	query := `select ` + overrideColumns + ` from forecast_overrides where tenant = $1`
	if !withdrawn {
		query += ` and withdrawn_at = 0`
	}
	var out []service.ForecastOverride
	err := s.byItem(ctx, "reading overrides", query, tenant, itemIDs, func(scan func(...any) error) error {
		o, err := scanOverride(scan)
		out = append(out, o)
		return err
	})
	slices.SortStableFunc(out, func(a, b service.ForecastOverride) int {
		return cmp.Or(strings.Compare(a.ItemID, b.ItemID), strings.Compare(a.ID, b.ID))
	})
	return out, err
}

// ForecastHashes tells what every item's forecast was made from.
func (s *Store) ForecastHashes(ctx context.Context, tenant string) (map[string]uint64, error) {
	out := map[string]uint64{}
	err := s.queryRead(ctx, "reading what forecasts were made from", `select item_id, data_hash from forecasts where tenant = $1`, []any{tenant}, func(scan func(...any) error) error {
		var id string
		var hash int64
		err := scan(&id, &hash)
		out[id] = uint64(hash)
		return err
	})
	return out, err
}
