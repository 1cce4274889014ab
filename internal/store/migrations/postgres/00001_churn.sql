-- +goose Up
-- Job and task rows change several times within seconds: room in each page for new versions, and early vacuuming, keep
-- their partial indexes small.
alter table jobs set (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
alter table tasks set (fillfactor = 80);

-- +goose Down
alter table tasks reset (fillfactor);
alter table jobs reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
